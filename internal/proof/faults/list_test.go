package faults

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// crowd is how many perks the merchant has that Terraform does not manage, more than one page of them.
const crowd = 150

// crowded is a scenario of ten perks among many others. Reads of what is managed go by id; lists serve to look keys up.
func crowded(t *testing.T, seed uint64) *scenario {
	t.Helper()
	s := newScenario(t, sandbox.Options{Seed: seed}, perks(10))
	for n := range crowd {
		s.write("perks", fmt.Sprintf(`{"internalName": "foreign-%d", "title": {"en": "Foreign %d"}}`, n, n))
	}
	s.mustApply()
	s.sandbox.Reset()
	return s
}

const existingKey = `
resource "cohort_perk" "extra" {
  internal_name = "foreign-149"
  title         = { en = "Extra" }
}
`

const newKey = `
resource "cohort_perk" "extra" {
  internal_name = "extra"
  title         = { en = "Extra" }
}
`

const lookUps = `
import {
  to = cohort_perk.adopted
  id = "foreign-148"
}

resource "cohort_perk" "adopted" {
  internal_name = "foreign-148"
  title         = { en = "Foreign 148" }
}

data "cohort_perk" "other" {
  internal_name = "foreign-149"
}

output "other" {
  value = data.cohort_perk.other.title.en
}
`

// case19 bends the pages of lists.
func case19(t *testing.T) {
	const list = "/v1/perks"
	bent := func(fault sandbox.Fault, pages int) func(*testing.T) {
		fault.Method, fault.Route, fault.Count = "GET", list, every
		return func(t *testing.T) { bentPages(t, fault, pages) }
	}
	subtests(t, map[string]func(*testing.T){
		"small pages": bent(sandbox.Fault{PageSize: 7}, 23),
		// Every fourth row comes twice, from the fifth on: foreign-148, which is imported, is the 149th.
		"duplicate rows": bent(sandbox.Fault{PageSize: 5, DuplicateRows: true}, 40),
		"total too low":  bent(sandbox.Fault{Set: map[string]any{"total": 3}}, 2),
		"total too high": bent(sandbox.Fault{Set: map[string]any{"total": 1_000_000}}, 2),
		"total of text":  bent(sandbox.Fault{Set: map[string]any{"total": "many"}}, 2),
		"other order":    bent(sandbox.Fault{Reorder: []string{"data"}}, 2),
		"endless":        endlessPages,
		"shifting":       shiftingPages,
	}, func(t *testing.T, run func(*testing.T)) { run(t) })
}

func bentPages(t *testing.T, fault sandbox.Fault, pages int) {
	t.Helper()
	s := crowded(t, 19)
	before := s.holds(10)
	s.inject(fault)
	s.mustPlan("No changes.")
	s.Write("extra.tf", existingKey)
	s.mustFail(s.Plan(), `A perk with the internal name "foreign-149" already exists in the test merchant`)
	if sent := s.writes(); sent != 0 {
		t.Errorf("%d requests were sent to change something", sent)
	}

	s.sandbox.Reset()
	s.Write("extra.tf", newKey+lookUps)
	result := s.mustApply()
	s.mustSay(result, "Apply complete! Resources: 1 imported, 1 added, 0 changed, 0 destroyed.", `other = "Foreign 149"`)
	// The list is walked for the guard in the plan and in the apply, for the data source and for the import; ten objects are read.
	if sent, most := s.sandbox.Stats().Requests, 4*(pages+1)+10+6; sent > most {
		t.Errorf("%d requests were sent, of at most %d", sent, most)
	}
	s.settle()
	s.judge()
	if after := s.holds(12); len(after) != len(before)+2 {
		t.Errorf("%d objects are managed, of which %d were before", len(after), len(before))
	}
	if made := s.creates("perks"); made != 1 {
		t.Errorf("%d perks were made, want 1", made)
	}
}

// endlessPages: a list whose cursor leads back to itself ends with an error, which stops a look-up, and a plan that makes something.
func endlessPages(t *testing.T) {
	s := crowded(t, 19)
	s.inject(sandbox.Fault{Method: "GET", Route: "/v1/perks", Count: every, PageSize: 50, RepeatCursor: true})
	s.mustPlan("No changes.")
	s.Write("extra.tf", lookUps)
	s.mustFail(s.Plan(), `look up perk "foreign-14`, "the list does not end: the service gave the same cursor twice")
	s.Write("extra.tf", newKey)
	s.mustFail(s.Apply(), `Could not look for the perk "extra"`, "the list does not end")
	if sent := s.sandbox.Stats().Requests; sent > 60 {
		t.Errorf("%d requests were sent, of at most 60", sent)
	}
	s.sandbox.ClearFaults()
	s.settle()
	s.judge()
	s.holds(11)
}

// shiftingPages: objects come and go while the pages are walked.
func shiftingPages(t *testing.T) {
	s := crowded(t, 19)
	s.inject(sandbox.Fault{Method: "GET", Route: "/v1/perks", Nth: 2, PageSize: 40, Delay: sandbox.Duration(time.Second)},
		sandbox.Fault{Method: "GET", Route: "/v1/perks", Count: every, PageSize: 40})
	s.Write("extra.tf", existingKey)
	running := s.Start("plan", "-no-color", "-input=false")
	await(t, "a page read", func() bool { return s.listed("perks") >= 1 })
	s.drop(s.find("perks", "internalName", "foreign-0"))   // of a page that was read
	s.drop(s.find("perks", "internalName", "foreign-140")) // of one to come
	s.write("perks", `{"internalName": "foreign-new"}`)
	s.mustFail(running.Wait(), `A perk with the internal name "foreign-149" already exists in the test merchant`)

	s.Write("extra.tf", newKey+lookUps)
	s.settle()
	s.judge()
	s.holds(12)
}

// listed counts the answers that a list gave.
func (s *scenario) listed(kind string) int {
	count := 0
	for _, e := range s.sandbox.History() {
		if e.Method == "GET" && strings.HasPrefix(e.Path, "/v1/"+kind+"?") {
			count++
		}
	}
	return count
}

// lists of all kinds.
var listRoutes = []string{"/v1/user-properties", "/v1/cohorts", "/v1/perks", "/v1/digital-assets", "/v1/badges", "/v1/campaigns"}

// onLists arms a fault on every list.
func (s *scenario) onLists(fault sandbox.Fault) {
	s.t.Helper()
	for _, route := range listRoutes {
		fault.Method, fault.Route = "GET", route
		if fault.Count == 0 {
			fault.Count = every
		}
		s.inject(fault)
	}
}

// case20 hides rows from lists, cuts rows short and lets lists fail.
func case20(t *testing.T) {
	subtests(t, map[string]func(*testing.T){
		"hidden rows": hiddenRows, "partial rows": partialRows, "wrong rows": wrongRows, "rows of yesterday": oldRows, "failing": failingLists, "failing once": listFailsOnce,
	}, func(t *testing.T, run func(*testing.T)) { run(t) })
}

// hiddenRows: that a list does not show an object is no proof that there is none.
func hiddenRows(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 20}, program+`
resource "cohort_perk" "old" {
  internal_name  = "old"
  title          = { en = "Old" }
  desired_status = "archived"
}
`)
	s.mustApply()
	before := s.holds(13)
	for _, hidden := range []map[string]any{{"status": "archived"}, {"status": "live"}, {"internalName": "hunt"}, {"type": "list"}, {}} {
		s.onLists(sandbox.Fault{HideRows: hidden})
		s.mustPlan("No changes.")
		s.mustApply()
		s.keeps(before)
		s.sandbox.ClearFaults()
	}
	// An archived key that the list hides is free, and one that it shows is free too.
	s.onLists(sandbox.Fault{HideRows: map[string]any{"status": "archived"}})
	s.Write("again.tf", "resource \"cohort_perk\" \"again\" {\n  internal_name = \"old\"\n  title = { en = \"Again\" }\n}\n")
	s.settle()
	s.holds(14)
	s.sandbox.ClearFaults()
	s.edit(s.write("perks", `{"internalName": "older"}`), map[string]any{"status": "archived"})
	s.Write("older.tf", "resource \"cohort_perk\" \"older\" {\n  internal_name = \"older\"\n  title = { en = \"Older\" }\n}\n")
	s.settle()
	s.judge()
	s.holds(15)
}

// partialRows: a list that shows no details. What is imported is read by id, whole.
func partialRows(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 20}, program)
	s.mustApply()
	s.holds(12)
	details := map[string]any{}
	for _, name := range []string{"title", "description", "imageUrl", "videoUrl", "typeConfig", "conditions", "rewards", "distribution", "lockedDescription", "cohortId", "startAt"} {
		details["data[]."+name] = nil
	}
	for _, lie := range []sandbox.Fault{{Set: details}, {Drop: []string{
		"data[].title", "data[].description", "data[].typeConfig", "data[].conditions", "data[].rewards", "data[].distribution", "data[].updatedAt", "data[].createdAt",
	}}} {
		s.onLists(lie)
		s.mustPlan("No changes.")
		// One of each kind leaves the state and comes back by key.
		forget, imports := []string{"state", "rm"}, ""
		for address, key := range map[string]string{
			"cohort_user_property.tier": "tier", "cohort_list.vip[0]": "vip-0", "cohort_segment.gold": "gold", "cohort_perk.p[0]": "perk-0",
			"cohort_digital_asset.card": "card", "cohort_badge.gold": "gold", "cohort_campaign.hunt": "hunt",
		} {
			forget = append(forget, address)
			imports += fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", address, key)
		}
		if forgotten := s.Run(forget...); forgotten.Code != 0 {
			t.Fatal(forgotten.Output)
		}
		s.States = nil // What left the state did so because the test wants it.
		plan := s.Plan()
		s.mustFail(plan)
		if known := strings.Count(flat(plan.Output), "already exists in the test merchant"); known != 4 {
			t.Errorf("%d objects were found to exist, want 4 (the others depend on these):\n%s", known, plan.Output)
		}
		s.Write("imports.tf", imports)
		s.mustSay(s.mustApply(), "Apply complete! Resources: 7 imported, 0 added, 0 changed, 0 destroyed.")
		s.Write("imports.tf", "")
		s.mustPlan("No changes.")
		s.sandbox.ClearFaults()
	}
	s.settle()
	s.judge()
	s.holds(12)
}

// wrongRows: what a list says of an object is never drift; the object itself tells.
func wrongRows(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 20}, program)
	s.mustApply()
	before := s.holds(12)
	for _, lie := range []map[string]any{
		{"data[].internalName": "other", "data[].name": "other", "data[].title.en": "Other"},
		{"data[].title": 7, "data[].name": []any{}, "data[].rewards": "none"},
		{"data[].status": "archived"},
		{"data[].type": "list"},
		{"data[].type": nil},
		{"data[].type": "quest", "data[].distribution.type": "auction"},
		{"data[].id": "00000000-0000-0000-0000-000000000000"},
		{"data[].id": nil},
		{"data": nil},
	} {
		s.onLists(sandbox.Fault{Set: lie})
		s.sandbox.Reset()
		s.mustPlan("No changes.")
		if sent, most := s.sandbox.Stats().Requests, 12+2*len(listRoutes); sent > most {
			t.Errorf("%v: %d requests were sent, of at most %d", lie, sent, most)
		}
		s.sandbox.ClearFaults()
	}
	s.settle()
	s.judge()
	s.keeps(before)
}

// oldRows: a list that lags behind what was changed, by Terraform and by others, makes nothing undone and hides no more than a plan a moment
// earlier would have.
func oldRows(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 20}, program)
	s.mustApply()
	before := s.holds(12)
	// The change of Terraform itself: its state is newer than the rows, so the objects are asked.
	s.inject(sandbox.Fault{Method: "PATCH", Count: every, Stale: 1})
	s.Write("main.tf", "provider \"cohort\" {}\n"+better.Replace(program))
	s.mustApply()
	s.sandbox.Reset()
	s.mustPlan("No changes.")
	if sent := s.writes(); sent != 0 {
		t.Errorf("%d requests were sent to change something", sent)
	}
	s.sandbox.ClearFaults()
	// An edit by hand shows as soon as the list does.
	s.edit(s.perk(0), map[string]any{"title": map[string]any{"en": "By hand", "fr": "À la main"}})
	s.mustSay(s.mustPlan("Plan: 0 to add, 1 to change, 0 to destroy."), "By hand")
	s.settle()
	s.judge()
	s.keeps(before)
}

// failingLists: what is managed does not need them.
func failingLists(t *testing.T) {
	s := crowded(t, 20)
	other := s.find("perks", "internalName", "foreign-149")
	s.onLists(sandbox.Fault{Status: 500})
	s.mustPlan("No changes.")
	s.Write("extra.tf", lookUps)
	s.mustFail(s.Plan(), `Could not look up perk "foreign-14`, "HTTP 500")
	// By id it works.
	s.Write("extra.tf", newKey+strings.NewReplacer(
		`id = "foreign-148"`, fmt.Sprintf("id = %q", s.find("perks", "internalName", "foreign-148")),
		`internal_name = "foreign-149"`, fmt.Sprintf("id = %q", other)).Replace(lookUps))
	s.mustSay(s.mustApply(), `Not known whether the perk "extra" exists already`, "1 imported, 1 added", `other = "Foreign 149"`)
	s.mustPlan("No changes.")
	s.settle()
	s.judge()
	s.holds(12)
	if made := s.creates("perks"); made != 1 {
		t.Errorf("%d perks were made, want 1", made)
	}
}

// listFailsOnce: the list that comes after the failure is believed. What it shows that the run itself made meanwhile is no reason to stop;
// what someone else made is.
func listFailsOnce(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 20}, `
resource "cohort_perk" "same" {
  count         = 10
  internal_name = "same-${count.index}"
  title         = { en = "Same" }
}

resource "cohort_perk" "last" {
  depends_on    = [cohort_perk.same]
  internal_name = "last"
  title         = { en = "Last" }
}
`)
	s.savePlan()
	s.write("perks", `{"internalName": "last", "title": {"en": "Last"}}`)
	s.onLists(sandbox.Fault{Status: 501, Count: 1}) // A status with which nothing is sent again.
	result := s.applySaved("-parallelism=1")
	s.mustFail(result, `Not known whether the perk "same-`, `A perk with the internal name "last" exists in the test merchant`, `id = "last"`)
	s.silent(result, `A perk with the internal name "same-`)
	s.holds(10)
	s.Write("adopt.tf", "import {\n  to = cohort_perk.last\n  id = \"last\"\n}\n")
	s.settle()
	s.judge()
	s.holds(11)
	if made := s.creates("perks"); made != 11 {
		t.Errorf("%d perks were made, want 10 and that of someone else", made)
	}
}
