package faults

import (
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// case16 has a service whose reads lag behind its writes. The lag is counted in reads; ClearFaults
// ends it.
func case16(t *testing.T) {
	subtests(t, map[string]func(*testing.T){
		"late objects": lateObjects, "late and unanswered": lateAndUnanswered,
		"old versions": oldVersions,
	},
		func(t *testing.T, run func(*testing.T)) { run(t) })
}

const latePerk = `
resource "cohort_perk" "late" {
  internal_name = "late"
  title         = { en = "Late" }
}
`

// lateObjects hides new objects for a while.
func lateObjects(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 16}, program)
	s.inject(sandbox.Fault{Method: "POST", Count: every, HideGet: 3, HideList: 3})
	s.mustApply()
	before := s.holds(12)

	// A run that starts too early finds no object at all. It must not conclude that they are gone.
	s.mustFail(s.Plan(), "This looks like the wrong merchant")
	s.mustFail(s.Apply(), "This looks like the wrong merchant")
	s.keeps(before)
	s.sandbox.ClearFaults()
	s.mustPlan("No changes.")

	// One late object among others that are not late: the list shows that it exists.
	s.Write("late.tf", latePerk)
	s.inject(sandbox.Fault{Method: "POST", Count: every, HideGet: 100})
	s.mustApply()
	before = s.holds(13)
	// The provider does not read an object by id if the list shows it as it is in the state.
	s.mustPlan("No changes.")
	s.Env["COHORT_READ_STRATEGY"] = "get"
	s.mustFail(s.Apply(), `Not known whether the perk "late" exists`, "Run plan again in a while.")
	s.keeps(before)
	delete(s.Env, "COHORT_READ_STRATEGY")

	s.sandbox.ClearFaults()
	s.settle()
	s.judge()
	s.keeps(before)
	if made := s.creates("perks"); made != 4 {
		t.Errorf("%d perks were made, want 4", made)
	}
}

// lateAndUnanswered loses the answers of creates, and hides the new objects from lists and reads
// for a while.
func lateAndUnanswered(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 16}, perks(10))
	s.inject(sandbox.Fault{Method: "POST", Stage: sandbox.StageAfter, Reset: true, Count: every, HideGet: 2, HideList: 2})
	s.mustApply()
	before := s.holds(10)
	s.sandbox.ClearFaults()
	s.mustPlan("No changes.")
	s.judge()
	s.keeps(before)
	if made := s.creates("perks"); made != 10 {
		t.Errorf("%d perks were made, want 10", made)
	}
}

// oldVersions makes reads show changed objects in their old version, and deleted objects as
// existing.
func oldVersions(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 16}, program)
	s.inject(
		sandbox.Fault{Method: "POST", Count: every, Stale: 3},
		sandbox.Fault{Method: "PATCH", Count: every, Stale: 3},
		sandbox.Fault{Method: "DELETE", Count: every, Stale: 3},
	)
	s.mustApply()
	before := s.holds(12)
	s.sandbox.ClearFaults()
	s.mustPlan("No changes.")

	s.inject(
		sandbox.Fault{Method: "PATCH", Count: every, Stale: 3},
		sandbox.Fault{Method: "POST", Count: every, Stale: 3},
		sandbox.Fault{Method: "DELETE", Count: every, Stale: 3},
	)
	s.Write("main.tf", "provider \"cohort\" {}\n"+better.Replace(program))
	s.mustApply()
	s.keeps(before)
	// Runs that start too early see the old version and send the same change again.
	s.settle()
	s.judge()
	s.keeps(before)
	if title := s.object("perks", s.perk(0))["title"].(map[string]any)["en"]; title != "Better perk 0" {
		t.Errorf("the title in the service is %v", title)
	}

	// A deleted object stays deleted, although a list and a read may still show it.
	s.Write("main.tf", "provider \"cohort\" {}\n"+better.Replace(strings.Replace(program, "count          = 3",
		"count          = 2", 1)))
	s.mustApply()
	s.holds(11)
	s.settle()
	s.judge()
	for kind, want := range map[string]int{
		"user-properties": 1, "cohorts": 4, "perks": 3, "digital-assets": 1,
		"badges": 1, "campaigns": 2,
	} {
		if made := s.creates(kind); made != want {
			t.Errorf("%d %s were made, want %d", made, kind, want)
		}
	}
}

// better changes a property of every object in the program.
var better = strings.NewReplacer(
	`name         = "Tier"`, `name         = "Better tier"`,
	`name         = "VIP ${count.index}"`, `name         = "Better VIP ${count.index}"`,
	`name         = "Gold"`, `name         = "Better gold"`,
	`en = "Perk ${count.index}"`, `en = "Better perk ${count.index}"`,
	`en = "Card"`, `en = "Better card"`,
	`title          = { en = "Gold" }`, `title          = { en = "Better gold" }`,
	`en = "Hunt"`, `en = "Better hunt"`,
	`internal_name = "gift"`, `start_at = "2027-02-01T00:00:00Z"
  internal_name = "gift"`,
)
