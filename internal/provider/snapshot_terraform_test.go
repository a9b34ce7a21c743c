package provider_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// TestSnapshot_terraform plans with COHORT_SNAPSHOT, and without a key, in the real Terraform. An
// apply is refused, also of a saved plan, and sends nothing.
func TestSnapshot_terraform(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	body := func(title string) string {
		return `
			provider "cohort" {
			  mode              = "live"
			  allow_live_delete = ["list:vip", "perk:welcome"]
			}
			resource "cohort_list" "vip" {
			  name         = "VIP"
			  reference_id = "vip"
			}
			resource "cohort_perk" "welcome" {
			  internal_name = "welcome"
			  title         = { en = "` + title + `" }
			  code          = { value = "SUMMIT" }
			}
		`
	}
	keyed := terraformRoot(t, body("Welcome"), "COHORT_API_URL="+w.URL(), "COHORT_API_KEY="+w.LiveKey())
	keyed.must("apply", "-auto-approve")
	c := keyed.with("COHORT_API_KEY=", "COHORT_API_URL=", "COHORT_SNAPSHOT="+w.snapshot(t, w.LiveKey()))
	w.Reset()
	const warning = "This plan is made from a snapshot of the live merchant"
	if output := c.must("plan", "-detailed-exitcode"); !strings.Contains(output, "No changes.") ||
		strings.Count(output, warning) != 1 {
		t.Errorf("the plan is %s", output)
	}
	writeModule(t, c.dir, body("Hello"))
	output, code := c.run("plan", "-detailed-exitcode", "-out=saved.tfplan")
	if code != 2 || !strings.Contains(output, "0 to add, 1 to change, 0 to destroy") ||
		!strings.Contains(output, "Hello") || strings.Contains(output, "(sensitive value)") {
		t.Errorf("the plan is %s", output)
	}
	for _, args := range [][]string{{"apply", "saved.tfplan"}, {"apply", "-auto-approve"}, {"destroy", "-auto-approve"}} {
		output, code := c.run(args...)
		if code != 1 || !strings.Contains(output, "The live merchant is read from a snapshot, which cannot be changed") {
			t.Errorf("terraform %s: exit code %d, %s", strings.Join(args, " "), code, output)
		}
	}
	if sent := w.Stats().Requests; sent > 0 {
		t.Errorf("%d requests were sent", sent)
	}
	keyed.must("apply", "-auto-approve")
	keyed.noChanges()
}

// runnable matches the blocks of a page that a shell or Terraform reads.
var runnable = regexp.MustCompile("(?ms)^```(shell|terraform)\n(.*?)^```$")

// TestDocs_planWithoutKey runs every shell and Terraform block of the guide, in their order.
func TestDocs_planWithoutKey(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the guide is for a POSIX shell")
	}
	page, err := os.ReadFile(filepath.Join(repository, "templates", "guides", "plan-without-key.md.tmpl"))
	if err != nil {
		t.Fatal(err)
	}
	var shell, modules []string
	for _, found := range runnable.FindAllStringSubmatch(string(page), -1) {
		if found[1] == "shell" {
			shell = append(shell, found[2])
		} else {
			modules = append(modules, found[2])
		}
	}
	if len(shell) != 2 || len(modules) != 2 {
		t.Fatalf("the guide has %d shell blocks and %d modules, and this test knows 2 of each", len(shell), len(modules))
	}
	w := newWorld(t, sandbox.Options{})
	w.postWith(t, w.LiveKey(), "/v1/cohorts", `{"type":"list","name":"VIP customers","referenceId":"vip"}`)
	dir := t.TempDir()
	root := filepath.Join(dir, "env", "live")
	writeModule(t, root, "provider \"cohort\" {\n  mode = \"live\"\n}\n"+`resource "cohort_list" "new" { name = "New" }`)
	c := newTerraformCLI(t, root)
	bin := filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	binaries, err := filepath.Glob(filepath.Join(workshop, "mirror", "registry.terraform.io", "*", "*", "*", "*", "*"))
	if err != nil || len(binaries) != 1 {
		t.Fatal(err, binaries)
	}
	for name, target := range map[string]string{"terraform": c.path, "terraform-provider-cohort": binaries[0]} {
		if err := os.Symlink(target, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	run := func(script string, settings ...string) string {
		t.Helper()
		command := exec.CommandContext(t.Context(), "sh", "-eu", "-c", script)
		command.Dir = dir
		command.Env = append(slices.Clone(c.env), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
		command.Env = append(command.Env, settings...)
		output, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %s\n%s", script, err, output)
		}
		return string(output)
	}
	run(shell[0], "COHORT_API_URL="+w.URL(), "COHORT_API_KEY="+w.LiveKey())
	w.Reset()
	if output := run(shell[1]); !strings.Contains(output, "1 to add") {
		t.Errorf("the plan is %s", output)
	}
	snapshot := filepath.Join(dir, "live.json")
	compares := initialized(t, filepath.Join(dir, "compare"), modules[0])
	if err := os.Symlink(snapshot, filepath.Join(compares.dir, "live.json")); err != nil {
		t.Fatal(err)
	}
	compares.must("plan")
	imports := initialized(t, filepath.Join(dir, "imports"), "provider \"cohort\" {\n  mode = \"live\"\n}\n"+modules[1],
		"COHORT_SNAPSHOT="+snapshot)
	if output := imports.must("plan"); !strings.Contains(output, "1 to import, 0 to add, 0 to change, 0 to destroy") {
		t.Errorf("the plan is %s", output)
	}
	if sent := w.Stats().Requests; sent > 0 {
		t.Errorf("the plans sent %d requests", sent)
	}
}
