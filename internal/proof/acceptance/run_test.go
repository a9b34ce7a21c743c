package acceptance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// run runs this package's tests in another process, with these settings and flags. A merchant in
// the environment of this process is not passed on.
func run(t *testing.T, settings []string, flags ...string) (output string, err error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0], flags...)
	for _, setting := range os.Environ() {
		if !strings.HasPrefix(setting, "COHORT_") {
			command.Env = append(command.Env, setting)
		}
	}
	command.Env = append(command.Env, settings...)
	printed, err := command.CombinedOutput()
	return string(printed), err
}

// started starts a sandbox that takes the place of a real service.
func started(t *testing.T) *sandbox.Sandbox {
	t.Helper()
	service, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	})
	return service
}

// TestRun_refused checks that nothing is sent unless a merchant may be used.
func TestRun_refused(t *testing.T) {
	t.Parallel()
	service := started(t)
	const on, none, sweep = "COHORT_ACCEPTANCE=1", "-test.run=^$", "-sweep=test"
	test, live := "COHORT_API_KEY="+service.TestKey(), "COHORT_API_KEY="+service.LiveKey()
	for _, c := range []struct {
		settings []string
		flag     string
		says     string
	}{
		{[]string{on, live}, none, "the key of a live merchant"},
		{[]string{on, live}, sweep, "the key of a live merchant"},
		{[]string{on}, none, "COHORT_API_KEY is not set"},
		{[]string{on}, sweep, "COHORT_API_KEY is not set"},
		{[]string{on, "COHORT_API_KEY=sk_1"}, none, `begins with neither "test_" nor "live_"`},
		{[]string{on, test}, "-sweep=live", "only the test merchant can be swept"},
		{[]string{test}, sweep, "set COHORT_ACCEPTANCE=1"},
	} {
		output, err := run(t, append(c.settings, "COHORT_API_URL="+service.URL()), c.flag)
		if err == nil || !strings.Contains(output, c.says) {
			t.Errorf("%d settings and %s: %v, %s; want %s", len(c.settings), c.flag, err, output, c.says)
		}
		if strings.Contains(output, service.LiveKey()) || strings.Contains(output, service.TestKey()) {
			t.Error("the key is printed")
		}
	}
	if sent := service.Stats().Requests; sent != 0 {
		t.Errorf("%d requests were sent", sent)
	}
}

// TestRun_chosen checks that a key alone leads to a sandbox, and that COHORT_ACCEPTANCE=1 leads to
// its merchant. TestRun_reads is the test that is run.
func TestRun_chosen(t *testing.T) {
	t.Parallel()
	service := started(t)
	settings := []string{"COHORT_API_KEY=" + service.TestKey(), "COHORT_API_URL=" + service.URL()}
	for _, c := range []struct {
		settings []string
		reaches  bool
	}{{settings, false}, {append(settings, "COHORT_ACCEPTANCE=1"), true}} {
		if output, err := run(t, c.settings, "-test.run=^TestRun_reads$"); err != nil {
			t.Fatalf("%v: %s", err, output)
		}
		if reached := service.Stats().Requests > 0; reached != c.reaches {
			t.Errorf("with %d settings, that the merchant is used is %t", len(c.settings), reached)
		}
	}
}

// TestRun_reads reads the merchant.
func TestRun_reads(t *testing.T) {
	t.Parallel()
	if err := nothingOf(t.Context(), "no object of any merchant"); err != nil {
		t.Error(err)
	}
}

// TestSweep checks that a sweep removes what a crashed run left, in any status and with references
// between the objects, and nothing of anybody else. It names what it cannot remove, and removes the
// rest.
func TestSweep(t *testing.T) {
	t.Parallel()
	service := started(t)
	list := post(t, service, "cohorts", `{"type":"list","name":"tf-acc-1-audience"}`)
	of := list
	for _, name := range []string{"tf-acc-1-segment", "tf-acc-1-segment-of-segment"} {
		of = post(t, service, "cohorts", `{"type":"segment","name":"`+name+`","conditions":{"operator":"and","groups":[
			{"operator":"and","conditions":[{"type":"cohort","typeConfig":{"cohortId":"`+of+`","operator":"is-in"}}]}]}}`)
	}
	post(t, service, "cohorts", `{"type":"list","name":"By hand","referenceId":"tf-acc-1-key"}`)
	post(t, service, "user-properties", `{"name":"tf-acc-1-property","type":"text","referenceId":"tf-acc-1-property"}`)
	perk := post(t, service, "perks", `{"internalName":"tf-acc-1-perk","title":{"en":"Reward"}}`)
	post(t, service, "perks/"+perk+"/publish", "")
	asset := post(t, service, "digital-assets", `{"internalName":"tf-acc-1-asset","title":{"en":"Reward"}}`)
	post(t, service, "digital-assets/"+asset+"/publish", "")
	post(t, service, "badges", `{"internalName":"tf-acc-1-badge","cohortId":"`+list+`"}`)
	for _, transitions := range [][]string{{}, {"publish"}, {"publish", "end"}, {"publish", "archive"}} {
		name := strings.Join(append([]string{"tf-acc-1"}, transitions...), "-")
		campaign := post(t, service, "campaigns", `{"internalName":"`+name+`","type":"store","cohortId":"`+list+`",
			"typeConfig":{"slug":"`+name+`"},"rewards":[{"type":"perk","rewardId":"`+perk+`","quantity":null,"price":null},
			{"type":"digital-asset","rewardId":"`+asset+`","quantity":null,"price":null}]}`)
		for _, transition := range transitions {
			post(t, service, "campaigns/"+campaign+"/"+transition, "")
		}
	}
	welcome := post(t, service, "perks", `{"internalName":"Welcome 10","title":{"en":"10% off"}}`)
	post(t, service, "perks/"+welcome+"/publish", "")
	used := post(t, service, "perks", `{"internalName":"tf-acc-1-used","title":{"en":"Reward"}}`)
	post(t, service, "campaigns", `{"internalName":"Not tf-acc-1","type":"airdrop",
		"rewards":[{"type":"perk","rewardId":"`+used+`","quantity":null,"price":null}]}`)

	output, err := run(t, []string{
		"COHORT_ACCEPTANCE=1", "COHORT_API_KEY=" + service.TestKey(), "COHORT_API_URL=" + service.URL(),
	}, "-sweep=test", "-sweep-allow-failures")
	if err == nil || !strings.Contains(output, `could not remove the perk "tf-acc-1-used"`) {
		t.Errorf("the sweep ended with %v: %s", err, output)
	}
	var left []string
	for _, object := range service.Objects("test", "") {
		left = append(left, fmt.Sprint(object["internalName"], object["name"], object["status"]))
	}
	slices.Sort(left)
	if want := []string{
		"Not tf-acc-1<nil>draft", "Welcome 10<nil>live", "tf-acc-1-used<nil>draft",
	}; !slices.Equal(left, want) {
		t.Errorf("left are %q, want %q", left, want)
	}
}

// post sends a POST to the test merchant, and returns the id in the response.
func post(t *testing.T, service *sandbox.Sandbox, path, body string) string {
	t.Helper()
	url := service.URL() + "/v1/" + path
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+service.TestKey())
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := new(http.Client).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var object struct {
		ID string `json:"id"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&object); err != nil || answer.StatusCode/100 != 2 {
		t.Fatalf("POST %s: %s %v", path, answer.Status, err)
	}
	return object.ID
}
