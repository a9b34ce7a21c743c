//go:build unix

package companion

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
)

// TestPull_plans pulls what was edited in a merchant, by a plan of its own: only GET is sent, and
// the next plan is empty.
func TestPull_plans(t *testing.T) {
	s := service(t)
	keyed(t, s.TestKey(), "", "")
	p := newProgram(t, "pull", "--from", "test")
	w := terraformtest.New(t, "resource \"cohort_list\" \"x\" {\n  reference_id = \"x\"\n"+
		"  name         = \"Old\" # name\n}\n")
	w.Env["COHORT_API_URL"], w.Env["COHORT_API_KEY"] = s.URL(), s.TestKey()
	if result := w.Apply(); result.Code != 0 {
		t.Fatal(result.Output)
	}
	for _, o := range s.Objects("test", "cohorts") {
		if o["referenceId"] == "x" {
			if err := s.PatchObject(fmt.Sprint(o["id"]), map[string]any{"name": "New ${x}"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.Reset()
	p.Dir = w.Dir
	p.Env = append(p.Env, "TF_CLI_CONFIG_FILE="+filepath.Join(w.Dir, "terraform.rc"))
	err := p.Run()
	want := "~ main.tf:3 cohort_list.x.name \"Old\" -> \"New ${x}\"\npulled       1 edit in 1 file\n" +
		"next         terraform plan, which has to be empty\n"
	if err != nil || p.stdout.String() != want || p.stderr.Len() > 0 {
		t.Errorf("%v: %s\n%s", err, &p.stdout, &p.stderr)
	}
	if stats := s.Stats(); stats.ByMethod[http.MethodGet] != stats.Requests {
		t.Errorf("sent %v", stats.ByMethod)
	}
	if !strings.Contains(string(w.Read("main.tf")), "name         = \"New $${x}\" # name\n") {
		t.Errorf("%s", w.Read("main.tf"))
	}
	if result := w.Plan(); !strings.Contains(result.Output, "No changes.") {
		t.Error(result.Output)
	}
	if left := onDisk(t, p.scratch); len(left) > 1 {
		t.Errorf("temporary files stay: %v", left)
	}
}
