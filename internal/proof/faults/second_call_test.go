package faults

import (
	"fmt"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// publishing are the second calls of a create.
var publishing = []string{
	"/v1/perks/{id}/publish", "/v1/digital-assets/{id}/publish", "/v1/badges/{id}/publish",
	"/v1/campaigns/{id}/publish",
}

// case14 fails each call after the first, for operations with several calls.
func case14(t *testing.T) {
	subtests(t, map[string]func(*testing.T){
		"create, refused": func(t *testing.T) { createWithoutPublishing(t, refusal("POST", "")) },
		"create, server error": func(t *testing.T) {
			createWithoutPublishing(t, sandbox.Fault{Method: "POST", Status: 500, Count: every})
		},
		"create, answer lost":   publishingLost,
		"update, then destroy":  laterCallsOfAnUpdate,
		"create, then archived": archivingRefused,
	}, func(t *testing.T, run func(*testing.T)) { run(t) })
}

func createWithoutPublishing(t *testing.T, fault sandbox.Fault) {
	t.Helper()
	s := newScenario(t, sandbox.Options{Seed: 14}, program)
	for _, route := range publishing {
		fault.Route = route
		s.inject(fault)
	}
	result := s.mustApply()
	s.mustSay(result,
		`The perk "perk-0" was created but is not live`, `The digital asset "card" was created but is not published`,
		`The badge "gold" was created but is not published`, `The campaign "hunt" was created but is not published`,
		"Its status is draft. It is kept, and the next apply tries again.")
	before := s.holds(12)
	s.mustPlan("Plan: 0 to add, 6 to change, 0 to destroy.")

	s.sandbox.ClearFaults()
	s.settle()
	s.judge()
	s.keeps(before)
	if deleted := s.committed("DELETE", ""); deleted != 0 {
		t.Errorf("%d objects were deleted", deleted)
	}
	if status := s.object("campaigns", s.find("campaigns", "internalName", "hunt"))["status"]; status != "published" {
		t.Errorf("the campaign is %v in the end", status)
	}
}

func publishingLost(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 14}, program)
	for _, route := range publishing {
		s.inject(sandbox.Fault{Method: "POST", Route: route, Stage: sandbox.StageAfter, Reset: true, Count: every})
	}
	s.silent(s.mustApply(), "was created but is not")
	s.holds(12)
	s.mustPlan("No changes.")
	s.judge()
	if published := s.committed("POST", "campaigns/"); published != 1 {
		t.Errorf("the campaign was published %d times", published)
	}
}

func archivingRefused(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 14}, perksLike(10, `desired_status = "archived"`))
	s.inject(refusal("POST", "/v1/perks/{id}/archive"))
	s.mustSay(s.mustApply(), `The perk "perk-0" was created but is not archived`)
	before := s.holds(10)
	s.mustPlan("Plan: 0 to add, 10 to change, 0 to destroy.")
	s.sandbox.ClearFaults()
	s.settle()
	s.judge()
	s.keeps(before)
}

// perksLike returns a configuration of n perks that all have these additional settings.
func perksLike(n int, settings string) string {
	return fmt.Sprintf(`
resource "cohort_perk" "p" {
  count         = %d
  internal_name = "perk-${count.index}"
  title         = { en = "Perk ${count.index}" }
  %s
}
`, n, settings)
}

// laterCallsOfAnUpdate fails a different call for each of some perks in one apply; the other perks
// must not be affected.
func laterCallsOfAnUpdate(t *testing.T) {
	const before = `
provider "cohort" {}
resource "cohort_perk" "p" {
  count          = 10
  internal_name  = "perk-${count.index}"
  title          = { en = "Perk ${count.index}" }
  desired_status = count.index < 5 ? "draft" : "archived"
  on_destroy     = "delete"
}
`
	const after = `
provider "cohort" {}
resource "cohort_perk" "p" {
  count          = 10
  internal_name  = "perk-${count.index}"
  title          = { en = "Perk ${count.index}, better" }
  desired_status = "live"
  on_destroy     = "delete"
}
`
	s := newScenario(t, sandbox.Options{Seed: 14}, "")
	s.Write("main.tf", before)
	s.mustApply()
	managed := s.holds(10)

	s.Write("main.tf", after)
	s.savePlan()
	s.inject(
		refusal("GET", "/v1/perks/"+s.perk(0)),
		refusal("PATCH", "/v1/perks/"+s.perk(1)),
		refusal("POST", "/v1/perks/"+s.perk(2)+"/publish"),
		refusal("POST", "/v1/perks/"+s.perk(5)+"/unarchive"),
		refusal("PATCH", "/v1/perks/"+s.perk(6)),
		refusal("POST", "/v1/perks/"+s.perk(7)+"/publish"),
	)
	result := s.applySaved()
	s.mustFail(result, `Could not update perk "perk-0"`, `Could not update perk "perk-1"`,
		`Could not update perk "perk-2"`,
		`Could not update perk "perk-5"`, `Could not update perk "perk-6"`, `Could not update perk "perk-7"`, "Not today.")
	s.silent(result, `update perk "perk-3"`, `update perk "perk-4"`, `update perk "perk-8"`, `update perk "perk-9"`)
	s.keeps(managed)
	for n, want := range []string{
		"draft Perk 0", "draft Perk 1", "draft Perk 2, better", "live Perk 3, better", "live Perk 4, better",
		"archived Perk 5", "draft Perk 6", "draft Perk 7, better", "live Perk 8, better", "live Perk 9, better",
	} {
		perk := s.object("perks", s.perk(n))
		if got := fmt.Sprint(perk["status"], " ", perk["title"].(map[string]any)["en"]); got != want {
			t.Errorf("after the failed update perk %d is %q in the service, want %q", n, got, want)
		}
	}
	s.sandbox.ClearFaults()
	s.mustPlan("Plan: 0 to add, 6 to change, 0 to destroy.")
	s.settle()
	s.judge()
	s.keeps(managed)

	s.Write("main.tf", "provider \"cohort\" {}\n")
	s.inject(refusal("POST", "/v1/perks/"+s.perk(0)+"/archive"), refusal("DELETE", "/v1/perks/"+s.perk(1)))
	s.mustFail(s.Apply(), `Could not destroy perk "perk-0"`, `Could not destroy perk "perk-1"`)
	s.holds(2)
	s.sandbox.ClearFaults()
	s.settle()
	s.judge()
	if left := s.count("perks"); left != 0 {
		t.Errorf("%d perks are left in the end", left)
	}
}
