package faults

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/states"
)

// case25 opens the states of all releases, intact and damaged.
func case25(t *testing.T) {
	for _, release := range states.All(t) {
		t.Run(release.Version, func(t *testing.T) {
			t.Parallel()
			t.Run("as it is", func(t *testing.T) { t.Parallel(); openRelease(t, release).settled() })
			for name, d := range damages {
				t.Run(name, func(t *testing.T) { t.Parallel(); d.check(t, openRelease(t, release)) })
			}
		})
	}
}

// released is a scenario with what a release left.
type released struct {
	*scenario
	// intact is the state that the release left, and objects are the ids in it.
	intact  []byte
	objects []string
}

func openRelease(t *testing.T, release states.Release) released {
	t.Helper()
	s := newScenario(t, release.Sandbox(t), "")
	s.secrets = []string{states.WriteOnlyCode}
	release.Write(t, s.Dir)
	r := released{s, s.state(), ids(t, s.state())}
	// A Terraform without write-only arguments does not manage their perk.
	for _, perk := range s.sandbox.Objects(s.mode, "perks") {
		if id := perk["id"].(string); !slices.Contains(r.objects, id) {
			s.foreign = append(s.foreign, id)
		}
	}
	return r
}

// settled requires an empty plan and no violation.
func (r released) settled() {
	r.t.Helper()
	r.mustPlan("No changes.")
	r.judge()
	r.keeps(r.objects)
	if sent := r.writes(); sent != 0 {
		r.t.Errorf("%d requests were sent to change something", sent)
	}
}

// instance is one object in a state file.
type instance map[string]any

func (i instance) attributes() map[string]any { return i["attributes"].(map[string]any) }

// hasMedia reports whether an object has an image or a video.
func (i instance) hasMedia() bool {
	return strings.Contains(fmt.Sprint(i.attributes()), "https://cdn.example.com/")
}

// hasMore reports whether an object has more than the service knows: what a destroy does, and that
// its code is write-only.
func (i instance) hasMore() bool {
	code, _ := i.attributes()["code"].(map[string]any)
	return i.attributes()["on_destroy"] == "delete" || code["value_wo_version"] != nil
}

// damage is a damage to each instance in a state, by an older Terraform, by a newer provider or by
// hand.
type damage struct {
	do func(i instance)
	// The first plan changes the objects for which changes holds, nil for none, and destroys nothing.
	changes func(i instance) bool
	// With a problem, the plan fails with this text instead.
	problem string
}

var damages = map[string]damage{
	// Without private data, the provider does not know under which address the service stored an
	// image.
	"no private data": {do: func(i instance) { delete(i, "private") }, changes: instance.hasMedia},
	// Terraform before 1.12 stores no identity.
	"no identity": {do: func(i instance) { delete(i, "identity"); delete(i, "identity_schema_version") }},
	"attribute of a later release": {
		do: func(i instance) { i.attributes()["later"] = map[string]any{"a": []any{1}} },
	},
	// As from an earlier release without these attributes.
	"attributes missing": {do: func(i instance) {
		for _, name := range []string{"status", "mode", "slug", "visibility"} {
			delete(i.attributes(), name)
		}
	}},
	// As after an import, the state has what the service knows, also the code that is write-only.
	"everything but the id missing": {
		do: func(i instance) {
			maps.DeleteFunc(i.attributes(), func(name string, _ any) bool { return name != "id" })
		},
		changes: instance.hasMore,
	},
	"no dependencies": {do: func(i instance) { delete(i, "dependencies") }},
	"no id":           {do: func(i instance) { i.attributes()["id"] = nil }, problem: "the object has no id"},
	"empty id":        {do: func(i instance) { i.attributes()["id"] = "" }, problem: "the object has no id"},
	"ids of nothing": {
		do:      func(i instance) { i.attributes()["id"] = "0" + i.attributes()["id"].(string) },
		problem: "This looks like the wrong merchant",
	},
	"other merchant": {
		do:      func(i instance) { i.attributes()["mode"] = "live" },
		problem: "Wrong merchant: the state is of the live merchant",
	},
	"newer schema": {
		do:      func(i instance) { i["schema_version"] = 9 },
		problem: "Resource instance managed by newer provider version",
	},
}

func (d damage) check(t *testing.T, r released) {
	t.Helper()
	changes := 0
	damaged := edited(t, r.intact, func(_, i map[string]any) {
		if d.changes != nil && d.changes(i) {
			changes++
		}
		d.do(i)
	})
	r.Write("terraform.tfstate", string(damaged))
	if d.problem == "" {
		plan := "No changes."
		if changes > 0 {
			plan = fmt.Sprintf("Plan: 0 to add, %d to change, 0 to destroy.", changes)
		}
		r.mustPlan(plan)
		r.settle()
		r.judge()
		r.keeps(r.objects)
		for _, kind := range []string{"POST", "DELETE"} {
			if sent, _ := r.requests(kind); sent != 0 {
				t.Errorf("%d requests were %s", sent, kind)
			}
		}
		return
	}
	for _, command := range [][]string{{"plan"}, {"apply", "-auto-approve"}, {"destroy", "-auto-approve"}} {
		r.mustFail(r.Run(append(slices.Clone(command), "-no-color", "-input=false")...), d.problem)
		r.unchanged(damaged)
	}
	if sent := r.writes(); sent != 0 {
		t.Errorf("%d requests were sent to change something", sent)
	}
	// The state from before the damage has no violation.
	r.States = nil
	r.Write("terraform.tfstate", string(r.intact))
	r.settled()
}
