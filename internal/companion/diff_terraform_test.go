//go:build unix

package companion

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// TestDiff_roots compares two roots with Terraform: nothing differs, then one title is edited in
// live, one differs by a variable, and a list waits. Both commands name each in its class, send
// nothing but GET, and leave the roots as they were.
func TestDiff_roots(t *testing.T) {
	s, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	const module = `
variable "shop" {}

resource "cohort_perk" "welcome" {
  internal_name = "welcome"
  title         = { en = "Ten off", fr = "Dix" }
  code          = { value = "SUMMIT" }
}

resource "cohort_perk" "shop" {
  internal_name = "shop"
  link          = { url = var.shop }
}
`
	w := terraformtest.New(t, "")
	versions := string(w.Read("versions.tf"))
	put(t, filepath.Join(w.Dir, "module", "main.tf"), versions+module)
	apply := func(mode, key string) {
		t.Helper()
		root := w.In(mode)
		root.Env["COHORT_API_URL"], root.Env["COHORT_API_KEY"] = s.URL(), key
		if got := root.Run("get"); got.Code != 0 {
			t.Fatal(got.Output)
		}
		if applied := root.Apply(); applied.Code != 0 {
			t.Fatal(applied.Output)
		}
	}
	for mode, key := range map[string]string{"test": s.TestKey(), "live": s.LiveKey()} {
		put(t, filepath.Join(w.Dir, mode, "main.tf"), versions+"provider \"cohort\" {\n  mode = \""+mode+"\"\n}\n"+
			"module \"loyalty\" {\n  source = \"../module\"\n  shop = \"https://"+mode+".example.com\"\n}\n")
		apply(mode, key)
	}
	t.Setenv("COHORT_API_URL", s.URL())
	keyed(t, "", s.TestKey(), s.LiveKey())
	run := func(want int, args ...string) string {
		t.Helper()
		p := newProgram(t, args...)
		p.Dir = w.Dir
		p.Env = append(p.Env, "TF_CLI_CONFIG_FILE="+filepath.Join(w.Dir, "terraform.rc"))
		_ = p.Run()
		if code := p.ProcessState.ExitCode(); code != want {
			t.Errorf("%s: exit code %d, want %d: %s%s", strings.Join(args, " "), code, want, &p.stdout, &p.stderr)
		}
		return p.stdout.String()
	}
	roots := []string{"--test", "test", "--live", "live"}
	run(0, append([]string{"status"}, roots...)...)

	for _, perk := range s.Objects("live", "perks") {
		if id, _ := perk["id"].(string); perk["internalName"] == "welcome" {
			if err := s.PatchObject(id, map[string]any{"title": map[string]any{"en": "Ten off", "fr": "10"}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	put(t, filepath.Join(w.Dir, "module", "list.tf"),
		"resource \"cohort_list\" \"vip\" {\n  reference_id = \"vip\"\n  name = \"VIP\"\n}\n")
	apply("test", s.TestKey())
	s.Reset()
	before := onDisk(t, w.Dir)
	printed := run(2, append([]string{"diff", "--fail-on=drift"}, roots...)...)
	want := `- list:vip  "VIP"  only in test  waiting
~ perk:shop
    link.url  "https://test.example.com" → "https://live.example.com"  declared
~ perk:welcome
    title.fr  "Dix" → "10"  drift

Live differs from test in 3 things; 1 needs a decision.
     1 drift
     1 waiting
     1 declared

What to do:
  COHORT_API_KEY=$COHORT_LIVE_API_KEY terraform -chdir=live apply
  COHORT_API_KEY=$COHORT_LIVE_API_KEY terraform-provider-cohort pull --from live live
`
	if printed != want {
		t.Errorf("diff prints\n%s\nwant\n%s", printed, want)
	}
	printed = run(2, append([]string{"status"}, roots...)...)
	want = `                       test  live
drift from HCL         none  1 object
waiting to be applied  none  +1 ~0 -0
not managed            none  none
not modeled            none  none
test ↔ live            3 differences: 1 declared, 1 waiting, 1 drift
promotable             no: live has drift
                       COHORT_API_KEY=$COHORT_LIVE_API_KEY terraform-provider-cohort pull --from live live
                       COHORT_API_KEY=$COHORT_LIVE_API_KEY terraform -chdir=live apply  # takes it back

drift in live:
  perk:welcome

to add in live:
  list:vip
`
	if !strings.HasPrefix(printed, want) {
		t.Errorf("status prints\n%s\nwant\n%s", printed, want)
	}
	if stats := s.Stats(); stats.ByMethod[http.MethodGet] != stats.Requests || stats.Requests == 0 {
		t.Errorf("sent %v", stats.ByMethod)
	}
	for name, content := range onDisk(t, w.Dir) {
		if before[name] != content {
			t.Errorf("%s was changed", name)
		}
	}
}
