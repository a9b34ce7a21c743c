package faults

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// case17 edits objects between a saved plan and its apply.
func case17(t *testing.T) {
	subtests(t, map[string]func(*testing.T){
		"fail":       func(t *testing.T) { editedPerks(t, false) },
		"overwrite":  func(t *testing.T) { editedPerks(t, true) },
		"every kind": editedKinds,
	}, func(t *testing.T, run func(*testing.T)) { run(t) })
}

// editedPerks edits properties that the plan changes, properties that it does not change, unmanaged
// properties, and combinations.
func editedPerks(t *testing.T, overwrite bool) {
	t.Helper()
	policy := "fail"
	if overwrite {
		policy = "overwrite"
	}
	config := func(word string) string {
		return fmt.Sprintf(`
provider "cohort" { conflict_policy = %q }
resource "cohort_perk" "p" {
  count         = 10
  internal_name = "perk-${count.index}"
  title         = { en = "%s ${count.index}" }
  description   = { en = "Good." }
}
`, policy, word)
	}
	s := newScenario(t, sandbox.Options{Seed: 17}, "")
	s.Write("main.tf", config("Perk"))
	s.mustApply()
	managed := s.holds(10)

	s.Write("main.tf", config("Gift"))
	s.savePlan()
	s.edit(s.perk(0), map[string]any{"title": english("By hand")})
	s.edit(s.perk(1), map[string]any{"description": english("By hand")})
	s.edit(s.perk(2), map[string]any{"status": "live"}) // desired_status is not set, so the status is unmanaged
	s.edit(s.perk(3), map[string]any{"title": english("By hand"), "status": "live"})
	s.edit(s.perk(4), map[string]any{"title": english("Gift 4")}) // the value that the plan sets
	s.edit(s.perk(5), map[string]any{"imageUrl": "https://cdn.example.com/by-hand.png"})
	s.sandbox.Reset()
	result := s.applySaved()

	wrong := 0
	if overwrite {
		if result.Code != 0 {
			t.Errorf("apply failed:\n%s", result.Output)
		}
	} else {
		wrong = 4
		const changed = `: it was changed outside of Terraform after the plan was made`
		s.mustFail(result,
			`Could not update perk "perk-0"`+changed, `The service has another value of this than the plan saw. Nothing was `+
				`sent.`,
			`Could not update perk "perk-1"`+changed,
			`Could not update perk "perk-3"`+changed,
			`Could not update perk "perk-5"`+changed,
			"with cohort_perk.p[1]", `description = { en = "Good." }`, `conflict_policy = "overwrite"`)
		s.silent(result, `update perk "perk-2"`, `update perk "perk-4"`, `update perk "perk-6"`)
		for n, property := range map[int]string{0: "title", 1: "description", 3: "title"} {
			if got := s.object("perks", s.perk(n))[property].(map[string]any)["en"]; got != "By hand" {
				t.Errorf("the %s of perk %d was overwritten with %v", property, n, got)
			}
		}
	}
	if sent := s.committed("PATCH", "perks/"); sent != 9-wrong { // perk 4 needs no change
		t.Errorf("%d perks were changed, want %d", sent, 9-wrong)
	}
	s.keeps(managed)
	s.settle()
	s.judge()
	s.keeps(managed)
	for _, n := range []int{2, 3} {
		if status := s.object("perks", s.perk(n))["status"]; status != "live" {
			t.Errorf("the status of perk %d was set by hand, and is %v in the end", n, status)
		}
	}
}

// editedKinds edits, for every kind, a property that the plan changes too.
func editedKinds(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 17}, program)
	s.mustApply()
	managed := s.holds(12)
	// Ids instead of references: a conflict of one object must not keep Terraform from trying the
	// others.
	hunt, segment := s.find("campaigns", "internalName", "hunt"), s.find("cohorts", "referenceId", "gold")
	alone := strings.NewReplacer(
		"cohort_user_property.tier.reference_id", `"tier"`,
		"cohort_list.vip[0].id", fmt.Sprintf("%q", s.find("cohorts", "referenceId", "vip-0")),
		"cohort_segment.gold.id", fmt.Sprintf("%q", segment),
		"cohort_perk.p[0].id", fmt.Sprintf("%q", s.perk(0)), "cohort_perk.p[1].id", fmt.Sprintf("%q", s.perk(1)),
		"cohort_digital_asset.card.id", fmt.Sprintf("%q", s.find("digital-assets", "internalName", "card")),
	)
	s.Write("main.tf", "provider \"cohort\" {}\n"+alone.Replace(better.Replace(program)))
	s.savePlan()
	s.edit(s.find("user-properties", "referenceId", "tier"), map[string]any{"name": "By hand"})
	s.edit(s.find("cohorts", "referenceId", "vip-1"), map[string]any{"name": "By hand"})
	s.edit(segment, map[string]any{"name": "By hand"})
	s.edit(s.perk(1), map[string]any{"title": map[string]any{"en": "By hand", "fr": "À la main"}})
	s.edit(s.find("digital-assets", "internalName", "card"), map[string]any{"title": english("By hand")})
	s.edit(s.find("badges", "internalName", "gold"), map[string]any{"title": english("By hand")})
	s.edit(s.find("campaigns", "internalName", "gift"), map[string]any{"startAt": "2027-03-01T00:00:00.000Z"})
	settings := s.object("campaigns", hunt)["typeConfig"].(map[string]any)
	settings["name"] = english("By hand")
	s.edit(hunt, map[string]any{"typeConfig": settings})
	s.sandbox.Reset()

	result := s.applySaved()
	for _, object := range []string{
		`user property "Better tier"`, `list "Better VIP 1"`, `segment "Better gold"`, `perk "perk-1"`,
		`digital asset "card"`, `badge "gold"`, `campaign "gift"`, `campaign "hunt"`,
	} {
		s.mustFail(result, "Could not update "+object)
	}
	if changed := strings.Count(flat(result.Output),
		"it was changed outside of Terraform after the plan was made"); changed != 8 {
		t.Errorf("%d conflicts were told, want 8", changed)
	}
	if sent := s.committed("PATCH", ""); sent != 4 { // two lists and two perks
		t.Errorf("%d objects were changed, want 4", sent)
	}
	s.keeps(managed)
	s.settle()
	s.judge()
	s.keeps(managed)
}

// case18 deletes objects behind Terraform's back.
func case18(t *testing.T) {
	subtests(t, map[string]func(*testing.T){
		"before the plan": deletedBeforePlan, "after the plan": deletedAfterPlan,
		"all": deletedAll,
	},
		func(t *testing.T, run func(*testing.T)) { run(t) })
}

func deletedBeforePlan(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 18}, program)
	s.mustApply()
	s.holds(12)
	s.drop(s.perk(2))
	s.drop(s.find("cohorts", "referenceId", "vip-2"))
	s.drop(s.find("campaigns", "internalName", "gift"))
	s.mustPlan("Plan: 3 to add, 0 to change, 0 to destroy.")
	s.settle()
	s.judge()
	s.holds(12)
	for kind, want := range map[string]int{
		"user-properties": 1, "cohorts": 5, "perks": 4, "digital-assets": 1,
		"badges": 1, "campaigns": 3,
	} {
		if made := s.creates(kind); made != want {
			t.Errorf("%d %s were made, want %d", made, kind, want)
		}
	}
}

func deletedAfterPlan(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 18}, perks(12))
	s.mustApply()
	s.Write("main.tf", "provider \"cohort\" {}\n"+strings.Replace(perks(10), `"Perk `, `"Gift `, 1))
	s.savePlan()
	s.drop(s.perk(0))
	s.drop(s.perk(11))
	result := s.applySaved()
	s.mustFail(result, `Could not update perk "perk-0"`,
		"The object does not exist in this merchant. It may have been deleted outside of Terraform: run plan again.")
	s.silent(result, "perk-11")
	s.holds(10) // a missing object leaves the state when a read finds it missing
	s.mustPlan("Plan: 1 to add, 0 to change, 0 to destroy.")
	s.settle()
	s.judge()
	s.holds(10)
	if made := s.creates("perks"); made != 13 {
		t.Errorf("%d perks were made, want 13", made)
	}
}

func deletedAll(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 18}, program)
	s.mustApply()
	managed := s.holds(12)
	s.sandbox.Wipe("test")
	s.sandbox.Reset()
	for _, result := range []string{"plan", "apply", "destroy"} {
		args := []string{result, "-no-color", "-input=false"}
		if result != "plan" {
			args = append(args, "-auto-approve")
		}
		s.mustFail(s.Run(args...), "This looks like the wrong merchant", "Nothing was removed from the state.",
			"COHORT_EXPECT_EMPTY=1")
		s.keeps(managed)
	}
	if sent := s.writes(); sent != 0 {
		t.Errorf("%d requests were sent to change something", sent)
	}
	s.Env["COHORT_EXPECT_EMPTY"] = "1"
	s.mustPlan("Plan: 12 to add, 0 to change, 0 to destroy.")
	s.settle()
	s.judge()
	s.holds(12)
}
