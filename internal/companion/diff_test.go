package companion

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/population"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// planFile is the JSON of a plan of a merchant that does nothing, with more properties.
func planFile(mode, more string) string {
	return fmt.Sprintf(`{"format_version":"1.2","terraform_version":"1.11.4","resource_changes":[]%s,"configuration":`+
		`{"provider_config":{"cohort":{"name":"cohort","full_name":"registry.terraform.io/cohort-xyz/cohort",`+
		`"expressions":{"mode":{"constant_value":%q}}}}}}`, more, mode)
}

// TestDiff_refuses checks what bad input gets: an exit code, a text, and no request unless it takes
// one to find out.
func TestDiff_refuses(t *testing.T) {
	s, _, _ := filled(t, population.Plan{Seed: 4, Objects: 14})
	dir := t.TempDir()
	t.Chdir(dir)
	put(t, "old.json", snapshotFile(1, "live", time.Now().Add(-48*time.Hour)))
	put(t, "test.json", snapshotFile(1, "test", time.Now()))
	put(t, "test.plan.json", planFile("test", ""))
	put(t, "live.plan.json", planFile("live", ""))
	put(t, "errored.json", planFile("live", `,"errored":true`))
	put(t, "partial.json", planFile("live", `,"complete":false`))
	put(t, "other.json", `{"serial": 3}`)
	test, live := s.TestKey(), s.LiveKey()
	both := []string{"--test=test.plan.json", "--live=live.plan.json"}
	for name, c := range map[string]struct {
		command    string
		test, live string
		args       []string
		code       int
		want       string
	}{
		"no key":         {"diff", "", live, nil, 2, "set COHORT_TEST_API_KEY to the test key"},
		"no key of live": {"diff", test, "", nil, 2, "set COHORT_LIVE_API_KEY to the live key"},
		"keys interchanged": {
			"diff", live, test, nil, 2, "COHORT_TEST_API_KEY is a live key: it belongs in COHORT_LIVE_API_KEY",
		},
		"test twice": {
			"diff", test, live, []string{"--to=test"}, 2, "--from and --to are both the test merchant",
		},
		"neither": {
			"diff", test, live, []string{"--to=prod"}, 2, `--to "prod" is none of test, live and snapshot:FILE`,
		},
		"an unknown class": {
			"diff", test, live, []string{"--fail-on=drft"}, 2, `--fail-on "drft" is none of drift, waiting,`,
		},
		"two forms": {
			"diff", test, live, []string{"--json", "--html"}, 2, "[html json] were all set",
		},
		"no age": {
			"diff", test, live, []string{"--max-age=24h"}, 2, "--max-age is about snapshots",
		},
		"an old snapshot": {
			"diff", test, "", []string{"--to=snapshot:old.json", "--max-age=24h"}, 1, "old.json is too old",
		},
		"no snapshot": {
			"diff", test, "", []string{"--to=snapshot:other.json"}, 1, "other.json is not a snapshot",
		},
		"states with roots": {
			"diff", test, "", []string{"--to=snapshot:test.json", "--test=test.plan.json"}, 2, "not two states of one merchant",
		},
		"no root": {
			"diff", test, live, []string{"--live=nowhere"}, 1, "--live: stat nowhere: no such file",
		},
		"another root": {
			"diff", test, live, []string{"--live=test.plan.json"}, 1, "is not a plan of the live merchant alone",
		},
		"no plan": {
			"diff", test, live, []string{"--live=other.json"}, 1, "--live other.json: this is not the JSON of a plan",
		},
		"an error": {
			"diff", test, live, []string{"--live=errored.json"}, 1, "the plan is incomplete",
		},
		"part of a plan": {
			"diff", test, live, []string{"--live=partial.json"}, 1, "the plan is incomplete",
		},
		"no folder": {
			"diff", test, live, []string{"--out=no/diff.txt"}, 1, "no such file or directory",
		},
		"an unknown key": {
			"diff", "test_0123456789", live, nil, 1, "nothing was compared: user properties of the test merchant could not",
		},
		"a root only": {
			"status", test, live, []string{"--test=test.plan.json"}, 2, "--test and --live are needed",
		},
		"states": {
			"status", test, live, append([]string{"--to=snapshot:test.json"}, both...), 2, "are both the test merchant",
		},
		"no key, status": {"status", "", live, both, 2, "set COHORT_TEST_API_KEY to the test key"},
	} {
		s.Reset()
		keyed(t, "", c.test, c.live)
		code, printed, problems := called(t.Context(), append([]string{c.command}, c.args...)...)
		if code != c.code || printed != "" || !strings.Contains(problems, c.want) {
			t.Errorf("%s: exit code %d, %q; want %d, %s", name, code, problems, c.code, c.want)
		}
		if sent := s.Stats().Requests; c.code == 2 && sent > 0 {
			t.Errorf("%s: %d requests were sent", name, sent)
		}
	}
}

// TestDiff_codes checks the exit codes, with keys and from snapshots, which need none, and that the
// two give the same report.
func TestDiff_codes(t *testing.T) {
	s, _, _ := filled(t, population.Plan{Seed: 4, Objects: 30})
	t.Chdir(t.TempDir())
	for mode, key := range map[string]string{"test": s.TestKey(), "live": s.LiveKey()} {
		keyed(t, key, "", "")
		if code, _, problems := called(t.Context(), "snapshot", "--from", mode, "--out", mode+".json"); code != 0 {
			t.Fatal(problems)
		}
	}
	put(t, "test.plan.json", planFile("test", ""))
	put(t, "live.plan.json", planFile("live", ""))
	keyed(t, "", s.TestKey(), s.LiveKey())
	code, printed, problems := called(t.Context(), "diff")
	if code != 2 || !strings.Contains(printed, "\nLive differs from test in ") ||
		!strings.HasPrefix(problems, "Error: live differs from test in ") || strings.Contains(problems, "--help") {
		t.Errorf("exit code %d: %s\n%s", code, printed, problems)
	}
	keyed(t, "", "", "")
	s.Reset()
	files := []string{"--from=snapshot:test.json", "--to=snapshot:live.json"}
	if _, same, _ := called(t.Context(), append([]string{"diff"}, files...)...); same != printed {
		t.Errorf("snapshots give\n%s\nand keys\n%s", same, printed)
	}
	for args, want := range map[string]int{
		"--fail-on=unclassed": 2, "--fail-on=drift,declared": 0, "--to=snapshot:test.json": 0,
		"--test=test.plan.json --live=live.plan.json --fail-on=unclassed": 0,
		"--test=test.plan.json --live=live.plan.json --fail-on=unmanaged": 2,
	} {
		code, _, problems := called(t.Context(), append(append([]string{"diff"}, files...), strings.Fields(args)...)...)
		if code != want {
			t.Errorf("%s: exit code %d, want %d: %s", args, code, want, problems)
		}
	}
	code, printed, _ = called(t.Context(), append([]string{"diff", "--json", "--out=diff.json"}, files...)...)
	if code != 2 || printed != "" {
		t.Errorf("exit code %d: %s", code, printed)
	}
	var report struct {
		From, To struct {
			Mode, Snapshot, Digest string
			TakenAt                time.Time `json:"taken_at"`
		}
		Differences []struct{ Kind string }
	}
	if err := json.Unmarshal([]byte(onDisk(t, ".")["diff.json"]), &report); err != nil {
		t.Fatal(err)
	}
	if report.From.Mode != "test" || report.To.Snapshot != "live.json" || report.To.TakenAt.IsZero() ||
		len(report.Differences) == 0 || report.From.Digest == report.To.Digest {
		t.Errorf("%+v", report)
	}
	if sent := s.Stats().Requests; sent > 0 {
		t.Errorf("%d requests were sent", sent)
	}
}

// TestStatus_codes checks the exit codes of status. Nothing is managed, so nothing stops a
// promotion, until the state of test knows an object that was deleted.
func TestStatus_codes(t *testing.T) {
	s := service(t)
	keyed(t, "", s.TestKey(), s.LiveKey())
	t.Chdir(t.TempDir())
	put(t, "live.plan.json", planFile("live", ""))
	put(t, "test.plan.json", planFile("test", ""))
	args := []string{"status", "--test=test.plan.json", "--live=live.plan.json"}
	want := `                       test      live
drift from HCL         none      none
waiting to be applied  none      none
not managed            1 object  none
not modeled            none      none
test ↔ live            1 difference: 1 unmanaged
promotable             yes

not managed in test:
  perk:welcome
`
	if code, printed, problems := called(t.Context(), args...); code != 0 || printed != want || problems != "" {
		t.Errorf("exit code %d: %s%s", code, printed, problems)
	}
	gone := `{"address":"cohort_list.vip","mode":"managed","type":"cohort_list","name":"vip","change":%s}`
	put(t, "test.plan.json", strings.Replace(planFile("test",
		`,"resource_drift":[`+fmt.Sprintf(gone, `{"actions":["delete"],"before":{"id":"x","mode":"test","name":"VIP",`+
			`"reference_id":"vip"},"after":null}`)+`]`), `"resource_changes":[]`,
		`"resource_changes":[`+fmt.Sprintf(gone, `{"actions":["create"],"before":null,"after":{"mode":"test","name":"VIP",`+
			`"reference_id":"vip"},"after_unknown":{"id":true}}`)+`]`, 1))
	code, printed, problems := called(t.Context(), append(args, "--json")...)
	var status struct {
		Test       struct{ Drift []string }
		Promotable bool
		Obstacles  []struct{ Why, Remedy string }
	}
	if err := json.Unmarshal([]byte(printed), &status); err != nil {
		t.Fatal(err, printed)
	}
	if code != 2 || status.Promotable || len(status.Test.Drift) != 1 || status.Test.Drift[0] != "list:vip" ||
		len(status.Obstacles) != 1 || problems != "Error: test cannot be promoted: test has drift\n" {
		t.Errorf("exit code %d: %s%s", code, printed, problems)
	}
	if stats := s.Stats(); stats.ByMethod[http.MethodGet] != stats.Requests {
		t.Errorf("sent %v", stats.ByMethod)
	}
}

// TestDiff_interrupted checks that an interrupted command writes nothing.
func TestDiff_interrupted(t *testing.T) {
	s := service(t)
	keyed(t, "", s.TestKey(), s.LiveKey())
	t.Chdir(t.TempDir())
	if err := s.AddFault(sandbox.Fault{Route: "/v1/badges", Hang: true}); err != nil {
		t.Fatal(err)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	go func() {
		hangs(t, s)
		interrupt()
	}()
	code, printed, problems := called(ctx, "diff", "--out=diff.txt")
	if code != 1 || printed != "" || problems != "Error: interrupted; nothing was compared\n" {
		t.Errorf("exit code %d: %s%s", code, printed, problems)
	}
	if left, _ := filepath.Glob("*"); len(left) > 0 {
		t.Errorf("it left %v", left)
	}
}
