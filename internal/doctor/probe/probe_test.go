package probe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/population"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/sample"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// sharedContract is loaded once, because that is slow.
var sharedContract = sync.OnceValues(contract.Load)

// startSandbox starts a sandbox that ends with the test.
func startSandbox(t *testing.T, options sandbox.Options) *sandbox.Sandbox {
	t.Helper()
	options.Seed = 13
	s, err := sandbox.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// clientOf is a client with a key.
func clientOf(t *testing.T, s *sandbox.Sandbox, text string) *merchants.Client {
	t.Helper()
	return clientAt(t, s.URL(), text)
}

func clientAt(t *testing.T, address, text string) *merchants.Client {
	t.Helper()
	key, err := merchants.ParseKey(text)
	if err != nil {
		t.Fatal(err)
	}
	client, err := merchants.New(merchants.Config{Key: key, BaseURL: address, MaxRetries: 3})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// optionsOf are options without pauses.
func optionsOf(t *testing.T, s *sandbox.Sandbox, hints ...contract.Finding) Options {
	t.Helper()
	return Options{
		Run: "0a1b2c3d", Hints: hints, Stranger: clientOf(t, s, "test_nobody"),
		Wait: func(ctx context.Context, _ int) error { return ctx.Err() },
	}
}

// probe probes the test merchant of a sandbox, and requires that nothing is left.
func probe(t *testing.T, s *sandbox.Sandbox, hints ...contract.Finding) *Result {
	t.Helper()
	c, err := sharedContract()
	if err != nil {
		t.Fatal(err)
	}
	probed, err := run(t.Context(), c, clientOf(t, s, s.TestKey()), optionsOf(t, s, hints...))
	if err != nil {
		t.Fatal(err)
	}
	if len(probed.Left) > 0 {
		t.Errorf("left: %v", probed.Left)
	}
	if mine := probesIn(s); len(mine) > 0 {
		t.Errorf("there are still %v", mine)
	}
	return probed
}

// kindPaths are the paths of all kinds.
func kindPaths() []string {
	var paths []string
	for _, d := range merchants.Descriptions() {
		paths = append(paths, d.Path)
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// probesIn returns the objects of probes in the test merchant.
func probesIn(s *sandbox.Sandbox) []string {
	var found []string
	for _, path := range kindPaths() {
		for _, object := range s.Objects("test", path) {
			if encoded, err := json.Marshal(object); err != nil || strings.Contains(string(encoded), probeMark) {
				found = append(found, fmt.Sprint(path, " ", object["internalName"], object["name"]))
			}
		}
	}
	return found
}

// allIn returns all objects of the test merchant as JSON.
func allIn(t *testing.T, s *sandbox.Sandbox) string {
	t.Helper()
	all := map[string]any{}
	for _, path := range kindPaths() {
		all[path] = s.Objects("test", path)
	}
	encoded, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

// fill fills the test merchant as a team does.
func fill(t *testing.T, s *sandbox.Sandbox, plan population.Plan) population.Made {
	t.Helper()
	made, err := population.Fill(t.Context(), population.Merchant{URL: s.URL(), Key: s.TestKey()}, plan)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// outOfReach are the assumptions that a probe of a service like the contract does not reach.
var outOfReach = []string{
	"perk.update.request.typeConfig:none", "campaign.create.request.typeConfig:challenge.steps.id",
	"campaign.update.request.typeConfig:airdrop", "error.words.status.403", "error.words.status.429",
	"error.words.status.5XX",
}

// TestProbe probes a service that is as the contract says: everything holds, nothing is left, and
// what others made is as it was.
func TestProbe(t *testing.T) {
	t.Parallel()
	for name, plan := range map[string]population.Plan{
		"empty": {}, "small": {Seed: 3, Objects: 7}, "filled": {Seed: 4, Objects: 130, Hostile: true, Untidy: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startSandbox(t, sandbox.Options{})
			fill(t, s, plan)
			before := allIn(t, s)
			probed := probe(t, s)
			if allIn(t, s) != before {
				t.Error("an object of somebody else has changed")
			}
			var missed []string
			for _, f := range probed.Findings {
				switch {
				case f.Verdict == contract.Differs:
					t.Errorf("%s: %s", f.ID, f.Said)
				case f.Verdict == contract.NotReached && f.Said == "":
					t.Errorf("%s: no reason", f.ID)
				case f.Verdict == contract.NotReached && f.Kind != "user" && f.Kind != "merchant":
					missed = append(missed, f.ID)
				}
			}
			if !slices.Equal(missed, outOfReach) {
				t.Errorf("not reached: %q", missed)
			}
			t.Logf("%d findings, %d requests", len(probed.Findings), probed.Requests)
		})
	}
}

// TestExamples checks the examples of the contract by its schemas. TestProbe shows that a service
// like the contract accepts them.
func TestExamples(t *testing.T) {
	t.Parallel()
	c, err := contract.Load()
	if err != nil {
		t.Fatal(err)
	}
	whole, err := openapi3.NewLoader().LoadFromData(merchants.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range c.Kinds {
		schema := whole.Components.Schemas[k.Schema+"Create"].Value
		sent := map[string]bool{}
		s, err := (&prober{contract: c}).speechOf(k)
		if err != nil {
			t.Fatal(err)
		}
		for i, example := range schema.Examples {
			if err := schema.VisitJSON(example); err != nil {
				t.Errorf("%s %d: %v", k.Noun, i, err)
			}
			named := false
			for _, value := range s.examples[i] {
				text, ok := value.(string)
				named = named || ok && strings.HasPrefix(text, probeMark)
			}
			if !named {
				t.Errorf("%s %d: no text begins with %s", k.Noun, i, probeMark)
			}
			s.walk(s.examples[i], func(path string, _ any) { sent[path] = true })
		}
		for path := range k.Create {
			if !sent[path] && !strings.HasSuffix(path, ".id") {
				t.Errorf("no example of a %s has %s", k.Noun, path)
			}
		}
	}
}

// TestProbe_liveKey checks that nothing is sent with a live key.
func TestProbe_liveKey(t *testing.T) {
	t.Parallel()
	s := startSandbox(t, sandbox.Options{})
	_, err := Run(t.Context(), clientOf(t, s, s.LiveKey()), optionsOf(t, s))
	if !errors.Is(err, ErrNotTest) {
		t.Errorf("error %v", err)
	}
	if requests := s.Stats().Requests; requests != 0 {
		t.Errorf("%d requests", requests)
	}
}

// TestProbe_cancel stops a probe at every third request, which is carried out, before its answer
// comes: what the probe made is removed.
func TestProbe_cancel(t *testing.T) {
	t.Parallel()
	s := startSandbox(t, sandbox.Options{})
	whole := probe(t, s).Requests
	c, err := sharedContract()
	if err != nil {
		t.Fatal(err)
	}
	var left atomic.Int64
	var cancel atomic.Pointer[context.CancelFunc]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		s.Handler().ServeHTTP(recorder, r)
		if left.Add(-1) == 0 {
			(*cancel.Load())()
		}
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(recorder.Body.Bytes())
	}))
	defer server.Close()
	client := clientAt(t, server.URL, s.TestKey())
	for stop := 1; stop < whole; stop += max(3, whole/sample.Of(whole)) {
		ctx, stopNow := context.WithCancel(t.Context())
		cancel.Store(&stopNow)
		left.Store(int64(stop))
		probed, err := run(ctx, c, client, optionsOf(t, s))
		stopNow()
		if len(probed.Left) > 0 {
			t.Fatalf("stopped at %d: left %v", stop, probed.Left)
		}
		if mine := probesIn(s); len(mine) > 0 {
			t.Fatalf("stopped at %d (%v): there are still %v", stop, err, mine)
		}
		for _, f := range probed.Findings {
			if f.Verdict == contract.Differs {
				t.Fatalf("stopped at %d: %s: %s", stop, f.ID, f.Said)
			}
		}
	}
}

// TestProbe_crash cuts the connection for good in the middle of a probe: the next one removes what
// is left, and nothing else.
func TestProbe_crash(t *testing.T) {
	t.Parallel()
	s := startSandbox(t, sandbox.Options{})
	fill(t, s, population.Plan{Seed: 5, Objects: 20})
	before := allIn(t, s)
	for _, last := range []int{20, 90, 150, 200, 260, 320} {
		if err := s.AddFault(sandbox.Fault{Mode: "test", Nth: last, Count: -1, Reset: true}); err != nil {
			t.Fatal(err)
		}
		crashed, err := Run(t.Context(), clientOf(t, s, s.TestKey()), optionsOf(t, s))
		s.ClearFaults()
		if last > 100 && len(crashed.Left) == 0 {
			t.Errorf("%d: nothing is left, with error %v", last, err)
		}
		for _, f := range crashed.Findings {
			if f.Verdict == contract.Differs {
				t.Errorf("%d: %s: %s", last, f.ID, f.Said)
			}
		}
		there := len(probesIn(s))
		probed := probe(t, s)
		if probed.Removed != there {
			t.Errorf("%d: %d were there, and %d were removed", last, there, probed.Removed)
		}
		if allIn(t, s) != before {
			t.Errorf("%d: an object of somebody else has changed", last)
		}
	}
}

// TestProbe_faults checks that failures that pass are no differences.
func TestProbe_faults(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]sandbox.Fault{
		"too many": {
			Mode: "test", Count: -1, Probability: 0.3, Status: 429,
			Headers: map[string]string{"Retry-After": "0"},
		},
		"too many now":  {Mode: "test", Count: -1, Probability: 0.3, Status: 429},
		"unavailable":   {Mode: "test", Count: -1, Probability: 0.3, Status: 503},
		"after commits": {Mode: "test", Count: -1, Probability: 0.2, Status: 500, Stage: sandbox.StageAfter},
		"resets":        {Mode: "test", Count: -1, Probability: 0.2, Reset: true},
		"late resets":   {Mode: "test", Count: -1, Probability: 0.2, Reset: true, Stage: sandbox.StageAfter},
		"one reset":     {Mode: "test", Method: http.MethodPost, Nth: 3, Reset: true, Stage: sandbox.StageAfter},
		"proxy":         {Mode: "test", Count: -1, Probability: 0.2, HTML: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startSandbox(t, sandbox.Options{})
			if err := s.AddFault(fault); err != nil {
				t.Fatal(err)
			}
			probed, err := Run(t.Context(), clientOf(t, s, s.TestKey()), optionsOf(t, s))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range probed.Findings {
				if f.Verdict == contract.Differs {
					t.Errorf("%s: %s", f.ID, f.Said)
				}
			}
			s.ClearFaults()
			if left := len(probesIn(s)); left != len(probed.Left) {
				t.Errorf("%d are left: %v", left, probed.Left)
			}
		})
	}
}

// textsIn returns the texts of a value, without words of the contract.
func textsIn(value any) []string {
	var texts []string
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			if !slices.Contains([]string{"status", "type", "operator", "visibility", "discountType"}, name) {
				texts = append(texts, textsIn(value[name])...)
			}
		}
	case []any:
		for _, one := range value {
			texts = append(texts, textsIn(one)...)
		}
	case string:
		texts = append(texts, value)
	}
	return texts
}

// checkSecrecy checks that what a probe says has no text, id and key of a merchant. The parts that
// are of the contract do not count.
func checkSecrecy(t *testing.T, s *sandbox.Sandbox, probed *Result, made population.Made) {
	t.Helper()
	var texts []string
	for _, path := range kindPaths() {
		for _, object := range s.Objects("test", path) {
			texts = append(texts, textsIn(object)...)
		}
	}
	texts = slices.DeleteFunc(texts, func(text string) bool {
		return len([]rune(strings.TrimSpace(text))) < 4 || strings.Contains(string(merchants.OpenAPI), text)
	})
	said := Result{Left: probed.Left}
	for _, f := range probed.Findings {
		said.Findings = append(said.Findings, contract.Finding{Verdict: f.Verdict, Said: f.Said, Theirs: f.Theirs})
	}
	report, err := json.Marshal(said)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range slices.Concat(texts, made.IDs, made.Secrets, []string{s.TestKey(), s.LiveKey()}) {
		encoded, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		if at := strings.Index(string(report), strings.Trim(string(encoded), `"`)); at >= 0 {
			t.Errorf("the report has %q: %s", text, report[max(at-100, 0):min(at+100, len(report))])
		}
	}
}

// TestProbe_secrecy checks that nothing of a merchant is in the findings, whatever the service
// says.
func TestProbe_secrecy(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"plain": "", "quoted": `{"code":"generic.invalid-request","message":"The name \"%s\" is taken."}`,
		"unquoted": `{"code":"%[1]s","message":"%[1]s is like %[1]s of %[1]s"}`,
		"unlisted": `{"code":"generic.invalid-request","message":"name is like %[1]s"}`,
		"list":     `{"statusCode":400,"message":["%[1]s should not exist","internalName %[1]s"],"error":"%[1]s"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startSandbox(t, sandbox.Options{})
			made := fill(t, s, population.Plan{Seed: 6, Objects: 80, Hostile: true, Untidy: true})
			if name == "unlisted" {
				id, _ := s.Objects("test", "perks")[0]["id"].(string)
				if err := s.PatchObject(id, map[string]any{"internalName": "Zebrafish in autumn"}); err != nil {
					t.Fatal(err)
				}
				fault := sandbox.Fault{Method: http.MethodGet, Route: "/v1/perks", Count: -1, Status: 500}
				if err := s.AddFault(fault); err != nil {
					t.Fatal(err)
				}
			}
			if body != "" {
				for i, object := range s.Objects("test", "perks") {
					encoded, err := json.Marshal(object["internalName"])
					if err != nil {
						t.Fatal(err)
					}
					said := fmt.Sprintf(body, strings.Trim(string(encoded), `"`))
					fault := sandbox.Fault{
						Method: []string{http.MethodPost, http.MethodPatch, http.MethodDelete}[i%3], Nth: 2 + i, Every: 5, Count: -1,
						Status: 417, Body: &said,
					}
					if err := s.AddFault(fault); err != nil {
						t.Fatal(err)
					}
				}
			}
			probed, err := Run(t.Context(), clientOf(t, s, s.TestKey()), optionsOf(t, s))
			if err != nil {
				t.Fatal(err)
			}
			checkSecrecy(t, s, probed, made)
		})
	}
}

// TestProbe_namesakes checks that names that a person may give are not taken for those of a probe.
func TestProbe_namesakes(t *testing.T) {
	t.Parallel()
	s := startSandbox(t, sandbox.Options{})
	client := clientOf(t, s, s.TestKey())
	for _, name := range []string{"tf-probe-ideas", "tf-probe-2026-5 launch", "tf-probe", "x tf-probe-0a1b2c3d-1"} {
		if _, err := client.Perks.Create(t.Context(), merchants.PerkInput{InternalName: merchants.Value(name)}); err != nil {
			t.Fatal(err)
		}
	}
	before := allIn(t, s)
	probed, err := Run(t.Context(), client, optionsOf(t, s))
	if err != nil || probed.Removed > 0 || allIn(t, s) != before {
		t.Errorf("%v; %d objects of somebody were removed", err, probed.Removed)
	}
}
