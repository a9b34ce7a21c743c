package export_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/export"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/population"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
)

func TestMain(m *testing.M) { os.Exit(terraformtest.Main(m)) }

// roots writes an export and returns a workspace for each of its roots, ready to plan.
func (s service) roots(e *export.Export) (root map[merchants.Mode]*terraformtest.Workspace) {
	s.t.Helper()
	w := terraformtest.New(s.t, "")
	directory := filepath.Join(w.Dir, "export")
	if _, err := e.Write(directory, false); err != nil {
		s.t.Fatal(err)
	}
	if formatted := w.Run("fmt", "-check", "-diff", "-recursive", "export"); formatted.Code != 0 {
		s.t.Errorf("terraform fmt would change:\n%s", formatted.Output)
	}
	root = map[merchants.Mode]*terraformtest.Workspace{}
	for _, mode := range []merchants.Mode{test, live} {
		root[mode] = w.In(filepath.Join("export", "env", string(mode)))
		root[mode].Env["COHORT_API_URL"], root[mode].Env["COHORT_API_KEY"] = s.URL(), s.key(mode)
		for name, value := range e.Variables(mode) {
			root[mode].Env["TF_VAR_"+name] = value
		}
		if got := root[mode].Run("get"); got.Code != 0 {
			s.t.Fatal(got.Output)
		}
		if validated := root[mode].Run("validate"); validated.Code != 0 {
			s.t.Errorf("the root of %s is not valid:\n%s", mode, validated.Output)
		}
	}
	return root
}

// says fails if the output of a command does not have a text in it.
func says(t *testing.T, result terraformtest.Result, code int, text string) {
	t.Helper()
	if result.Code != code || !strings.Contains(result.Output, text) {
		t.Fatalf("exit code %d, want %d and %q:\n%s", result.Code, code, text, result.Output)
	}
}

// TestTerraform_roundTrip exports a merchant, adopts it, and makes it in an empty merchant, with
// the real Terraform: the first plan only imports, the second is empty, and both merchants export
// to the same bytes.
func TestTerraform_roundTrip(t *testing.T) {
	t.Parallel()
	s := newService(t)
	made := s.fill(test, population.Plan{Seed: 7, Objects: 60, Hostile: true})
	e := s.export(test, false, export.Options{})
	root := s.roots(e)

	says(t, root[test].Plan("-out=plan"), 2,
		fmt.Sprintf("Plan: %d to import, 0 to add, 0 to change, 0 to destroy.", len(made.Objects)))
	says(t, root[test].Apply("plan"), 0, "0 added, 0 changed, 0 destroyed")
	says(t, root[test].Plan(), 0, "No changes.")

	says(t, root[live].Apply(), 0, fmt.Sprintf("Plan: %d to add, 0 to change, 0 to destroy.", len(made.Objects)))
	says(t, root[live].Plan(), 0, "No changes.")
	compareFiles(t, e.Files, s.export(live, false, export.Options{}).Files)
}

// TestTerraform_untidy adopts a merchant with the leftovers of a team in test, and completes a live
// one that was half made and edited by hand, without an edit of the configuration.
func TestTerraform_untidy(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.fill(test, population.Plan{Seed: 26, Objects: 60, Untidy: true})
	s.copy(0.5, 0.4, 26)
	e := s.export(test, true, export.Options{})
	if by := noted(e, "unresolved") + noted(e, "ambiguous") + noted(e, "undecided"); by > 0 {
		t.Fatalf("%d things are left to a person: take another seed", by)
	}
	root := s.roots(e)
	says(t, root[test].Plan("-out=plan"), 2, fmt.Sprintf("Plan: %s.", e.Report.Plans[0]))
	says(t, root[test].Apply("plan"), 0, " 0 destroyed")
	says(t, root[live].Apply(), 0, " 0 to destroy")
	for _, mode := range []merchants.Mode{test, live} {
		says(t, root[mode].Plan(), 0, "No changes.")
	}
}

// TestTflint checks that the default rules of tflint have nothing to say of an export. The makefile
// names the program in TFLINT.
func TestTflint(t *testing.T) {
	t.Parallel()
	tflint := os.Getenv("TFLINT")
	if tflint == "" {
		t.Skip("TFLINT is not set: make walks runs this test")
	}
	s := newService(t)
	s.fill(test, population.Plan{Seed: 26, Objects: 60, Hostile: true, Untidy: true})
	s.copy(0.5, 0.4, 26)
	for name, e := range map[string]*export.Export{
		"whole": s.export(test, false, export.Options{}), "compared": s.export(test, true, export.Options{}),
		"selected": s.export(test, true, export.Options{Exclude: []string{"perk", "list"}}),
		"flat":     s.export(test, false, export.Options{Flat: true}),
	} {
		directory := filepath.Join(t.TempDir(), name)
		if _, err := e.Write(directory, false); err != nil {
			t.Fatal(err)
		}
		lint := exec.CommandContext(t.Context(), tflint, "--chdir="+directory, "--recursive", "--format=compact")
		if output, err := lint.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, output)
		}
	}
}

// TestVerify checks that --verify accepts what adopts, and names what does not.
func TestVerify(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.fill(test, population.Plan{Seed: 2, Objects: 40, Untidy: true})
	s.copy(0.5, 0.5, 2)
	e := s.export(test, true, export.Options{})
	provider := terraformtest.New(t, "").Provider()
	if err := e.Verify(t.Context(), provider, s.source(test), s.source(live)); err != nil {
		t.Error(err)
	}
	// The copy has the user properties and audiences that its objects refer to, and may lack others.
	s.Wipe("live")
	s.copy(1, 0.5, 2)
	selected := s.export(test, true, export.Options{Only: []string{"campaign", "badge"}})
	if err := selected.Verify(t.Context(), provider, s.source(test), s.source(live)); err != nil {
		t.Error(err)
	}
	for _, o := range s.Objects("test", "perks") {
		if o["status"] == "draft" {
			if err := s.PatchObject(fmt.Sprint(o["id"]), map[string]any{"internalName": "Renamed"}); err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	err := e.Verify(t.Context(), provider, s.source(test))
	if err == nil || !strings.Contains(err.Error(), "cohort_perk.") {
		t.Errorf("%v", err)
	}
}
