package faults

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// crowd is the number of unmanaged perks in the merchant, more than one page.
const crowd = 150

// crowded is a scenario of ten managed perks among many others. The provider reads managed perks by
// id; it needs lists only to look up keys.
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

// case19 distorts the pages of lists.
func case19(t *testing.T) {
	const list = "/v1/perks"
	bent := func(fault sandbox.Fault, pages int) func(*testing.T) {
		fault.Method, fault.Route, fault.Count = "GET", list, every
		return func(t *testing.T) { bentPages(t, fault, pages) }
	}
	subtests(t, map[string]func(*testing.T){
		"small pages": bent(sandbox.Fault{PageSize: 7}, 23),
		// From the fifth row on, every fourth row appears twice. The imported foreign-148 is the 149th
		// row.
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
	// The guard walks the list in the plan and in the apply; so do the data source and the import. Ten
	// objects are read by id.
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

// endlessPages has a list whose cursor leads back to itself. The list ends with an error; a look-up
// fails, and so does a plan that makes something.
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

// shiftingPages adds and removes objects while the provider walks the pages.
func shiftingPages(t *testing.T) {
	s := crowded(t, 19)
	s.inject(sandbox.Fault{Method: "GET", Route: "/v1/perks", Nth: 2, PageSize: 40, Delay: sandbox.Duration(time.Second)},
		sandbox.Fault{Method: "GET", Route: "/v1/perks", Count: every, PageSize: 40})
	s.Write("extra.tf", existingKey)
	running := s.Start("plan", "-no-color", "-input=false")
	await(t, "a page read", func() bool { return s.listed("perks") >= 1 })
	s.drop(s.find("perks", "internalName", "foreign-0"))   // on a page already read
	s.drop(s.find("perks", "internalName", "foreign-140")) // on a later page
	s.write("perks", `{"internalName": "foreign-new"}`)
	s.mustFail(running.Wait(), `A perk with the internal name "foreign-149" already exists in the test merchant`)

	s.Write("extra.tf", newKey+lookUps)
	s.settle()
	s.judge()
	s.holds(12)
}

// listed counts the answers of a list.
func (s *scenario) listed(kind string) int {
	count := 0
	for _, e := range s.sandbox.History() {
		if e.Method == "GET" && strings.HasPrefix(e.Path, "/v1/"+kind+"?") {
			count++
		}
	}
	return count
}

// listRoutes are the lists of all kinds.
var listRoutes = []string{
	"/v1/user-properties", "/v1/cohorts", "/v1/perks", "/v1/digital-assets", "/v1/badges",
	"/v1/campaigns",
}

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

// case20 hides rows from lists, removes properties from rows and makes lists fail.
func case20(t *testing.T) {
	subtests(t, map[string]func(*testing.T){
		"hidden rows": hiddenRows, "partial rows": partialRows, "wrong rows": wrongRows, "rows of yesterday": oldRows,
		"failing": failingLists, "failing once": listFailsOnce,
	}, func(t *testing.T, run func(*testing.T)) { run(t) })
}

// hiddenRows hides objects from lists. A missing row does not prove a missing object.
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
	for _, hidden := range []map[string]any{
		{"status": "archived"},
		{"status": "live"},
		{"internalName": "hunt"},
		{"type": "list"},
		{},
	} {
		s.onLists(sandbox.Fault{HideRows: hidden})
		s.mustPlan("No changes.")
		s.mustApply()
		s.keeps(before)
		s.sandbox.ClearFaults()
	}
	// The key of an archived object is free, whether or not the list shows the object.
	s.onLists(sandbox.Fault{HideRows: map[string]any{"status": "archived"}})
	s.Write("again.tf", "resource \"cohort_perk\" \"again\" {\n  internal_name = \"old\"\n"+
		"  title = { en = \"Again\" }\n}\n")
	s.settle()
	s.holds(14)
	s.sandbox.ClearFaults()
	s.edit(s.write("perks", `{"internalName": "older"}`), map[string]any{"status": "archived"})
	s.Write("older.tf", "resource \"cohort_perk\" \"older\" {\n  internal_name = \"older\"\n"+
		"  title = { en = \"Older\" }\n}\n")
	s.settle()
	s.judge()
	s.holds(15)
}

// partialRows has lists without details. An import reads the whole object by id.
func partialRows(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 20}, program)
	s.mustApply()
	s.holds(12)
	details := map[string]any{}
	for _, name := range []string{
		"title", "description", "imageUrl", "videoUrl", "typeConfig", "conditions", "rewards",
		"distribution", "lockedDescription", "cohortId", "startAt",
	} {
		details["data[]."+name] = nil
	}
	for _, lie := range []sandbox.Fault{{Set: details}, {Drop: []string{
		"data[].title", "data[].description", "data[].typeConfig", "data[].conditions", "data[].rewards",
		"data[].distribution", "data[].updatedAt", "data[].createdAt",
	}}} {
		s.onLists(lie)
		s.mustPlan("No changes.")
		// One object of each kind leaves the state and is imported by key.
		forget, imports := []string{"state", "rm"}, ""
		for address, key := range map[string]string{
			"cohort_user_property.tier": "tier", "cohort_list.vip[0]": "vip-0", "cohort_segment.gold": "gold",
			"cohort_perk.p[0]":          "perk-0",
			"cohort_digital_asset.card": "card", "cohort_badge.gold": "gold", "cohort_campaign.hunt": "hunt",
		} {
			forget = append(forget, address)
			imports += fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", address, key)
		}
		if forgotten := s.Run(forget...); forgotten.Code != 0 {
			t.Fatal(forgotten.Output)
		}
		s.States = nil // The test itself removed objects from the state.
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

// wrongRows has lists with wrong values. Only a read of an object itself shows drift, never a list
// row.
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

// oldRows has a list that lags behind changes by Terraform and by others. The lag reverts no
// change, and hides no more than an earlier plan would have.
func oldRows(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 20}, program)
	s.mustApply()
	before := s.holds(12)
	// A change by Terraform itself: the state is newer than the rows, so the provider reads the
	// objects.
	s.inject(sandbox.Fault{Method: "PATCH", Count: every, Stale: 1})
	s.Write("main.tf", "provider \"cohort\" {}\n"+better.Replace(program))
	s.mustApply()
	s.sandbox.Reset()
	s.mustPlan("No changes.")
	if sent := s.writes(); sent != 0 {
		t.Errorf("%d requests were sent to change something", sent)
	}
	s.sandbox.ClearFaults()
	// The plan shows an edit by hand as soon as the list does.
	s.edit(s.perk(0), map[string]any{"title": map[string]any{"en": "By hand", "fr": "À la main"}})
	s.mustSay(s.mustPlan("Plan: 0 to add, 1 to change, 0 to destroy."), "By hand")
	s.settle()
	s.judge()
	s.keeps(before)
}

// failingLists has lists that always fail. Managed objects do not need them.
func failingLists(t *testing.T) {
	s := crowded(t, 20)
	other := s.find("perks", "internalName", "foreign-149")
	s.onLists(sandbox.Fault{Status: 500})
	s.mustPlan("No changes.")
	s.Write("extra.tf", lookUps)
	s.mustFail(s.Plan(), `Could not look up perk "foreign-14`, "HTTP 500")
	// An import by id works.
	s.Write("extra.tf", newKey+strings.NewReplacer(
		`id = "foreign-148"`, fmt.Sprintf("id = %q", s.find("perks", "internalName", "foreign-148")),
		`internal_name = "foreign-149"`, fmt.Sprintf("id = %q", other)).Replace(lookUps))
	s.mustSay(s.mustApply(), `Not known whether the perk "extra" exists already`, "1 imported, 1 added",
		`other = "Foreign 149"`)
	s.mustPlan("No changes.")
	s.settle()
	s.judge()
	s.holds(12)
	if made := s.creates("perks"); made != 1 {
		t.Errorf("%d perks were made, want 1", made)
	}
}

// listFailsOnce has a list that fails once. The provider trusts the next one. If that list shows
// objects that the run itself made meanwhile, the run goes on; if it shows an object that someone
// else made, the run stops.
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
	s.onLists(sandbox.Fault{Status: 501, Count: 1}) // A status that is never retried.
	result := s.applySaved("-parallelism=1")
	s.mustFail(result, `Not known whether the perk "same-`,
		`A perk with the internal name "last" exists in the test merchant`, `id = "last"`)
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
