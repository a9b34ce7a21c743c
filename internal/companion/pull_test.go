package companion

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/pull"
)

const (
	pulledBefore = "# Lists\nresource \"cohort_list\" \"vip\" {\n  reference_id = \"vip\"\n" +
		"  name         = \"VIP\" # short\n}\n" +
		"resource \"cohort_list\" \"gold\" {\n  reference_id = \"gold\"\n  name         = local.gold\n}\n"
	pulledAfter = "# Lists\nresource \"cohort_list\" \"vip\" {\n  reference_id = \"vip\"\n" +
		"  name         = \"Very \\\"important\\\"\" # short\n}\n" +
		"resource \"cohort_list\" \"gold\" {\n  reference_id = \"gold\"\n  name         = local.gold\n}\n"
)

// pullPlan writes the JSON of a plan, in which lists were renamed in the merchant from old to now.
// waiting says that the HCL was edited in their place.
func pullPlan(t *testing.T, name string, waiting bool, renamed map[string][2]string) {
	t.Helper()
	var changes, drift []any
	for key, names := range renamed {
		of := func(name string) map[string]any {
			return map[string]any{"id": "id-of-" + key, "mode": "test", "reference_id": key, "name": name}
		}
		entry := func(before, after string) map[string]any {
			return map[string]any{
				"address": "cohort_list." + key, "mode": "managed", "type": "cohort_list", "name": key,
				"provider_name": "registry.terraform.io/cohort-xyz/cohort", "change": map[string]any{
					"actions": []string{"update"}, "before": of(before), "after": of(after), "after_unknown": map[string]any{},
					"before_sensitive": map[string]any{}, "after_sensitive": map[string]any{},
				},
			}
		}
		changes = append(changes, entry(names[1], names[0]))
		if !waiting {
			drift = append(drift, entry(names[0], names[1]))
		}
	}
	content, err := json.Marshal(map[string]any{
		"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": changes, "resource_drift": drift,
	})
	if err != nil {
		t.Fatal(err)
	}
	put(t, name, string(content))
}

// pullable is a working directory with a root and plans, and without a key.
func pullable(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	pullFiles(t)
	keyed(t, "", "", "")
}

func pullFiles(t *testing.T) {
	t.Helper()
	put(t, "root/main.tf", pulledBefore)
	pullPlan(t, "vip.json", false, map[string][2]string{"vip": {"VIP", "Very \"important\""}})
	pullPlan(t, "both.json", false, map[string][2]string{"vip": {"VIP", "Very \"important\""}, "gold": {"Gold", "Gilt"}})
	pullPlan(t, "waiting.json", true, map[string][2]string{"vip": {"VIP", "Old"}})
	pullPlan(t, "nothing.json", false, nil)
}

func TestPull(t *testing.T) {
	const (
		edit     = "~ main.tf:4 cohort_list.vip.name \"VIP\" -> \"Very \\\"important\\\"\"\n"
		question = "? main.tf:8 cohort_list.gold.name is an expression; the merchant has \"Gilt\"\n"
	)
	for name, c := range map[string]struct {
		args     string
		code     int
		want     string
		problems string
		written  bool
	}{
		"an edit": {
			"--plan ../vip.json", 0, edit + "pulled       1 edit in 1 file\n" +
				"next         terraform plan, which has to be empty\n", "", true,
		},
		"an expression": {
			"--plan ../both.json", 2, edit + question +
				"pulled       1 edit in 1 file\nto do        1 difference, marked with ?\n" +
				"next         terraform plan, which shows what is left\n",
			"Error: 1 difference for a person to write\n", true,
		},
		"a check": {
			"--plan ../vip.json --check", 2, edit + "to pull      1 edit in 1 file\n", "Error: 1 file would be edited\n", false,
		},
		"a check of nothing": {
			"--plan ../nothing.json --check", 0, "pulled       nothing: nobody edited what this configuration " +
				"manages\n", "", false,
		},
		"only some": {
			"--plan ../both.json --only list:vip", 0, edit + "pulled       1 edit in 1 file\n" +
				"next         terraform plan, which has to be empty\n", "", true,
		},
		"waiting": {
			"--plan ../waiting.json", 0,
			"pulled       0 edits in 0 files\n" +
				"waiting      1 place where the HCL is newer than the state: apply, or undo with --all\n", "", false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			pullable(t)
			t.Chdir("root")
			code, printed, problems := called(t.Context(), append([]string{"pull"}, strings.Fields(c.args)...)...)
			if code != c.code || printed != c.want || problems != c.problems {
				t.Errorf("exit code %d, want %d:\n%s\n%s", code, c.code, printed, problems)
			}
			content, err := os.ReadFile("main.tf")
			want := map[bool]string{true: pulledAfter, false: pulledBefore}[c.written]
			if err != nil || string(content) != want {
				t.Errorf("%v: the file has\n%s", err, content)
			}
		})
	}
}

func TestPull_json(t *testing.T) {
	pullable(t)
	code, printed, _ := called(t.Context(), "pull", "root", "--plan", "both.json", "--json", "--check")
	var report pull.Report
	if err := json.Unmarshal([]byte(printed), &report); err != nil || code != 2 {
		t.Fatalf("exit code %d, %v: %s", code, err, printed)
	}
	if len(report.Edits) != 1 || report.Edits[0].File != "root/main.tf" || len(report.Questions) != 1 ||
		report.Questions[0].Merchant != `"Gilt"` || report.Waiting == nil || report.Shared == nil {
		t.Errorf("%+v", report)
	}
}

func TestPull_refuses(t *testing.T) {
	for args, c := range map[string]struct {
		code int
		want string
	}{
		"pull root": {
			2,
			"set COHORT_API_KEY to the key of the merchant, or name a plan with --plan",
		},
		"pull root --from test":                  {2, "set COHORT_API_KEY to the test key"},
		"pull root --from none":                  {2, "is none of test, live and snapshot:FILE"},
		"pull root --plan vip.json --from test":  {2, "leave out --from"},
		"pull root other":                        {2, "accepts at most 1 arg"},
		"pull root --plan vip.json --only lists": {2, `--only "lists" names no kind`},
		"pull root --plan vip.json --only list:x*": {
			1,
			"nothing was written: no object of the plan matches --only list:x*",
		},
		"pull root --plan none.json":    {1, "nothing was written: open none.json"},
		"pull root --plan root/main.tf": {1, "nothing was written: this is not the JSON of a plan"},
		"pull none --plan vip.json":     {1, "nothing was written: stat none"},
	} {
		t.Run(args, func(t *testing.T) {
			pullable(t)
			code, printed, problems := called(t.Context(), strings.Fields(args)...)
			if code != c.code || printed != "" || !strings.Contains(problems, c.want) {
				t.Errorf("exit code %d, want %d: %s\n%s", code, c.code, printed, problems)
			}
		})
	}
}
