package faults

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// releases has a directory for each release: a configuration, and the state and the merchants that
// an apply by that release left. For a new release, add only a configuration: the test generates
// the missing files with the current code. Commit them.
const releases = "testdata/releases"

const stateFile, merchantsFile = "state.json", "merchants.json"

// case25 opens the states of all releases, intact and damaged.
func case25(t *testing.T) {
	dirs, err := filepath.Glob(releases + "/*")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("there is no release in %s: %v", releases, err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			if !exists(filepath.Join(dir, stateFile)) {
				makeRelease(t, dir)
			}
			t.Run("as it is", func(t *testing.T) { t.Parallel(); openRelease(t, dir, nil).settled() })
			for name, d := range damages {
				t.Run(name, func(t *testing.T) { t.Parallel(); d.check(t, dir) })
			}
		})
	}
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// makeRelease applies the configuration of a release with the current code.
func makeRelease(t *testing.T, dir string) {
	t.Helper()
	s := newScenario(t, sandbox.Options{Seed: 25, Normalize: true, DataFile: filepath.Join(dir, merchantsFile)}, "")
	s.Write("main.tf", string(contents(t, dir, "main.tf")))
	s.mustApply()
	if err := os.WriteFile(filepath.Join(dir, stateFile), s.state(), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Errorf("%s had no state; commit the one that was made", dir)
}

func contents(t *testing.T, dir, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// instance is one object in a state file.
type instance = map[string]any

// openRelease restores what a release left, with damage to each instance in its state.
func openRelease(t *testing.T, dir string, damage func(resource, instance map[string]any)) *scenario {
	t.Helper()
	data := filepath.Join(t.TempDir(), merchantsFile)
	if err := os.WriteFile(data, contents(t, dir, merchantsFile), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newScenario(t, sandbox.Options{Normalize: true, DataFile: data}, "")
	s.Write("main.tf", string(contents(t, dir, "main.tf")))
	state := contents(t, dir, stateFile)
	if damage != nil {
		var file map[string]any
		if err := json.Unmarshal(state, &file); err != nil {
			t.Fatal(err)
		}
		for _, resource := range file["resources"].([]any) {
			for _, i := range resource.(map[string]any)["instances"].([]any) {
				damage(resource.(map[string]any), i.(instance))
			}
		}
		var err error
		if state, err = json.Marshal(file); err != nil {
			t.Fatal(err)
		}
	}
	s.Write("terraform.tfstate", string(state))
	return s
}

// settled requires an empty plan and no violation.
func (s *scenario) settled() {
	s.t.Helper()
	s.mustPlan("No changes.")
	s.judge()
	s.holds(12)
	if sent := s.writes(); sent != 0 {
		s.t.Errorf("%d requests were sent to change something", sent)
	}
}

// damage is a damage to a state, by an older Terraform, by a newer provider or by hand.
type damage struct {
	do func(resource, instance map[string]any)
	// plan is the text of the first plan. If it is empty, the plan must fail with the text problem.
	plan, problem string
}

func attributes(i instance) map[string]any { return i["attributes"].(map[string]any) }

var damages = map[string]damage{
	// Without private data, the provider does not know under which address the service stored a
	// picture.
	"no private data": {
		do:   func(_, i map[string]any) { delete(i, "private") },
		plan: "Plan: 0 to add, 3 to change, 0 to destroy.",
	},
	// Terraform before 1.12 stores no identity.
	"no identity": {
		do:   func(_, i map[string]any) { delete(i, "identity"); delete(i, "identity_schema_version") },
		plan: "No changes.",
	},
	"attribute of a later release": {
		do:   func(_, i map[string]any) { attributes(i)["later"] = map[string]any{"a": []any{1}} },
		plan: "No changes.",
	},
	// As from an earlier release without these attributes.
	"attributes missing": {do: func(_, i map[string]any) {
		for _, name := range []string{"status", "mode", "slug", "visibility"} {
			delete(attributes(i), name)
		}
	}, plan: "No changes."},
	"everything but the id missing": {do: func(_, i map[string]any) {
		maps.DeleteFunc(attributes(i), func(name string, _ any) bool { return name != "id" })
	}, plan: "No changes."},
	"no dependencies": {do: func(_, i map[string]any) { delete(i, "dependencies") }, plan: "No changes."},
	"no id":           {do: func(_, i map[string]any) { attributes(i)["id"] = nil }, problem: "the object has no id"},
	"empty id":        {do: func(_, i map[string]any) { attributes(i)["id"] = "" }, problem: "the object has no id"},
	"ids of nothing": {
		do:      func(_, i map[string]any) { attributes(i)["id"] = "0" + attributes(i)["id"].(string) },
		problem: "This looks like the wrong merchant",
	},
	"other merchant": {
		do:      func(_, i map[string]any) { attributes(i)["mode"] = "live" },
		problem: "Wrong merchant: the state is of the live merchant",
	},
	"newer schema": {
		do:      func(_, i map[string]any) { i["schema_version"] = 9 },
		problem: "Resource instance managed by newer provider version",
	},
}

func (d damage) check(t *testing.T, dir string) {
	t.Helper()
	s := openRelease(t, dir, d.do)
	before := s.state()
	if d.problem == "" {
		s.mustPlan(d.plan)
		s.settle()
		s.judge()
		s.holds(12)
		for _, kind := range []string{"POST", "DELETE"} {
			if sent, _ := s.requests(kind); sent != 0 {
				t.Errorf("%d requests were %s", sent, kind)
			}
		}
		return
	}
	for _, command := range [][]string{{"plan"}, {"apply", "-auto-approve"}, {"destroy", "-auto-approve"}} {
		s.mustFail(s.Run(append(slices.Clone(command), "-no-color", "-input=false")...), d.problem)
		s.unchanged(before)
	}
	if sent := s.writes(); sent != 0 {
		t.Errorf("%d requests were sent to change something", sent)
	}
	// The state from before the damage has no violation.
	s.States = nil
	s.Write("terraform.tfstate", string(contents(t, dir, stateFile)))
	s.settled()
}
