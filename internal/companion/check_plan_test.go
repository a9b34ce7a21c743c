package companion

import (
	"bytes"
	"strings"
	"testing"
)

// keptPlan is the JSON of a plan.
const keptPlan = "../planreview/testdata/terraform-1.11.json"

// keptRoot is a configuration that its fingerprint covers.
const keptRoot = "../planreview/testdata/configuration"

func TestCheckPlan_wrongUse(t *testing.T) {
	t.Parallel()
	other := "cohort1:" + strings.Repeat("0", 40)
	for name, tt := range map[string]struct {
		args []string
		code int
		want string
	}{
		"two files":       {[]string{"a", "b"}, 2, "accepts at most 1 arg"},
		"mode":            {[]string{"--mode", "prod", keptPlan}, 2, `--mode "prod" is neither test nor live`},
		"no mode":         {[]string{"--mode", "", keptPlan}, 2, "neither test nor live"},
		"empty approval":  {[]string{"--approved", "", keptPlan}, 2, `--approved "" is no fingerprint`},
		"short approval":  {[]string{"--approved", "cohort1:07749e2c14d311e6", keptPlan}, 2, "is no fingerprint"},
		"two forms":       {[]string{"--json", "--markdown", keptPlan}, 2, "none of the others can be"},
		"drift, approval": {[]string{"--drift", "--approved", other, keptPlan}, 2, "none of the others"},
		"no such file":    {[]string{"none.json"}, 1, "none.json"},
		"no plan":         {[]string{"check_plan_test.go"}, 1, "terraform show -json"},
		"another plan": {
			[]string{"--approved", other, "--root", keptRoot, keptPlan}, 4, "not the plan that was approved",
		},
		"not determined":   {[]string{"--approved", other, keptPlan}, 4, "with --root"},
		"no root":          {[]string{"--root", "../planreview/testdata", keptPlan}, 1, "has no configuration"},
		"another merchant": {[]string{"--mode", "test", keptPlan}, 5, "not of the test merchant"},
	} {
		code, _, problems := called(t.Context(), append([]string{"check-plan"}, tt.args...)...)
		if code != tt.code || !strings.Contains(problems, tt.want) {
			t.Errorf("%s: exit code %d, want %d: %s", name, code, tt.code, problems)
		}
	}
}

// TestCheckPlan_input reads a plan and logs from standard input.
func TestCheckPlan_input(t *testing.T) {
	t.Parallel()
	const (
		line   = `{"@level":"info","type":"version"}` + "\n"
		failed = `{"type":"diagnostic","diagnostic":{"severity":"error","summary":"Other","detail":"x"}}`
	)
	for input, tt := range map[string]struct {
		code int
		want string
	}{
		"Terraform will perform": {1, "terraform show -json"},
		line:                     {2, "did not fail"},
		line + failed:            {1, "planning failed: Other"},
	} {
		root := newRoot(t.Context(), "1.2.3")
		var out bytes.Buffer
		root.SetIn(strings.NewReader(input))
		root.SetArgs([]string{"check-plan"})
		root.SetOut(&out)
		err := root.ExecuteContext(t.Context())
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v", input, err)
		}
	}
}

// TestCheckPlan_forms prints each form of a review.
func TestCheckPlan_forms(t *testing.T) {
	t.Parallel()
	for flag, want := range map[string]string{
		"": "live deletes 1 object and replaces 1 object: ", "--fingerprint": "cohort1:",
		"--markdown": "### live deletes 1 object",
		"--json":     `{"title":"live deletes 1 object`, "--drift": "live: 0 objects changed outside of Terraform\n",
	} {
		args := strings.Fields("check-plan --root " + keptRoot + " " + flag + " " + keptPlan)
		code, printed, problems := called(t.Context(), args...)
		if code != 0 || !strings.HasPrefix(printed, want) || problems != "" {
			t.Errorf("%s: exit code %d: %s%s", flag, code, problems, printed)
		}
		if flag == "--fingerprint" && strings.Count(printed, "\n") != 1 {
			t.Errorf("--fingerprint prints %q", printed)
		}
	}
}
