package faults

import (
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// case16 is a service whose reads lag behind its writes. How long is counted in reads, and ClearFaults is the end of it.
func case16(t *testing.T) {
	subtests(t, map[string]func(*testing.T){"late objects": lateObjects, "late and unanswered": lateAndUnanswered, "old versions": oldVersions},
		func(t *testing.T, run func(*testing.T)) { run(t) })
}

const latePerk = `
resource "cohort_perk" "late" {
  internal_name = "late"
  title         = { en = "Late" }
}
`

// lateObjects: what was made is not found for a while.
func lateObjects(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 16}, program)
	s.inject(sandbox.Fault{Method: "POST", Count: every, HideGet: 3, HideList: 3})
	s.mustApply()
	before := s.holds(12)

	// A run that begins too early finds nothing at all. It must not believe it.
	s.mustFail(s.Plan(), "This looks like the wrong merchant")
	s.mustFail(s.Apply(), "This looks like the wrong merchant")
	s.keeps(before)
	s.sandbox.ClearFaults()
	s.mustPlan("No changes.")

	// One object that is late among others that are not: the list tells that it exists.
	s.Write("late.tf", latePerk)
	s.inject(sandbox.Fault{Method: "POST", Count: every, HideGet: 100})
	s.mustApply()
	before = s.holds(13)
	// What the list shows as it is in the state is not asked for by id.
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

// lateAndUnanswered: what is looked up because its create got no answer is late as well, in the list and when it is read.
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

// oldVersions: what was changed is read as it was before, and what was deleted is still there.
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
	// Runs that begin too early see the old version and change it once more, to what it is.
	s.settle()
	s.judge()
	s.keeps(before)
	if title := s.object("perks", s.perk(0))["title"].(map[string]any)["en"]; title != "Better perk 0" {
		t.Errorf("the title in the service is %v", title)
	}

	// What is deleted stays deleted, though a list and a read may still show it.
	s.Write("main.tf", "provider \"cohort\" {}\n"+better.Replace(strings.Replace(program, "count          = 3", "count          = 2", 1)))
	s.mustApply()
	s.holds(11)
	s.settle()
	s.judge()
	for kind, want := range map[string]int{"user-properties": 1, "cohorts": 4, "perks": 3, "digital-assets": 1, "badges": 1, "campaigns": 2} {
		if made := s.creates(kind); made != want {
			t.Errorf("%d %s were made, want %d", made, kind, want)
		}
	}
}

// better changes something of every object of the program.
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
