package faults

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// case23 changes the answers of the service: new properties, normalized values, other types.
func case23(t *testing.T) {
	tolerated := func(faults ...sandbox.Fault) func(*testing.T) { return func(t *testing.T) { oddAnswers(t, faults) } }
	subtests(t, map[string]func(*testing.T){
		// Not inside the settings of a campaign: these change here, so the provider would send unknown
		// properties back, and the sandbox does not have them.
		"more properties": tolerated(sandbox.Fault{Set: map[string]any{
			"future": map[string]any{"a": []any{1, nil}}, "data[].future": true, "rewards[].future": "x",
			"distribution.future": 1, "conditions.future": 1,
			"conditions.groups[].future": 1, "nextPage": 2,
		}}),
		"dates of another type": tolerated(sandbox.Fault{Set: map[string]any{
			"createdAt": 1798761600,
			"updatedAt": 1798761600,
		}}),
		"no dates": tolerated(sandbox.Fault{Drop: []string{
			"createdAt", "updatedAt", "data[].createdAt",
			"data[].updatedAt",
		}}),
		"null for empty": tolerated(sandbox.Fault{
			Method: "GET", Set: map[string]any{"lockedDescription": nil},
			Drop: []string{"videoUrl", "expiresAt", "endAt", "maxSupply"},
		}),
		"rewards in other order": tolerated(sandbox.Fault{Reorder: []string{"rewards", "data"}}),
		"unknown status":         unknownStatus,
		"unknown words":          unknownWords,
		"other types":            otherTypes,
		"defaults":               filledDefaults,
		"tidied":                 tidiedByTheService,
	}, func(t *testing.T, run func(*testing.T)) { run(t) })
}

// oddAnswers must be accepted silently.
func oddAnswers(t *testing.T, faults []sandbox.Fault) {
	t.Helper()
	s := newScenario(t, sandbox.Options{Seed: 23}, program)
	for _, fault := range faults {
		fault.Count = every
		s.inject(fault)
	}
	s.mustApply()
	before := s.holds(12)
	s.mustPlan("No changes.")
	s.Write("main.tf", "provider \"cohort\" {}\n"+better.Replace(program))
	s.mustApply()
	s.mustPlan("No changes.")
	s.judge()
	s.keeps(before)
	if changed := s.committed("PATCH", ""); changed != 12 {
		t.Errorf("%d objects were changed, want 12", changed)
	}
}

// unknownStatus checks that the provider neither changes a new, unknown status nor takes it for the
// desired one.
func unknownStatus(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 23}, program)
	s.mustApply()
	before := s.holds(12)
	for _, kind := range []string{"perks", "digital-assets", "badges", "campaigns"} {
		s.inject(
			sandbox.Fault{Method: "GET", Route: "/v1/" + kind + "/{id}", Count: every, Set: map[string]any{"status": "paused"}},
			sandbox.Fault{Method: "GET", Route: "/v1/" + kind, Count: every, Set: map[string]any{"data[].status": "paused"}},
		)
	}
	s.sandbox.Reset()
	for _, noun := range []string{"perk", "digital asset", "badge"} { // The campaigns need a perk, and are not planned.
		s.mustFail(s.Plan(), "A "+noun+" in a status that is not known", `Its status is "paused"`)
	}
	if sent := s.writes(); sent != 0 {
		t.Errorf("%d requests were sent to change something", sent)
	}
	s.keeps(before)
	s.sandbox.ClearFaults()
	s.settle()
	s.judge()
}

// oneAnswer changes the answers of reads of one object, and makes the provider read by id.
func (s *scenario) oneAnswer(kind, id string, set map[string]any) {
	s.t.Helper()
	s.sandbox.ClearFaults()
	s.Env["COHORT_READ_STRATEGY"] = "get"
	s.inject(sandbox.Fault{Method: "GET", Route: "/v1/" + kind + "/" + id, Count: every, Set: set})
}

// unknownWords checks that an unknown variant causes a clear error or a visible difference, never a
// crash, and that nothing is lost.
func unknownWords(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 23}, program)
	s.mustApply()
	before := s.holds(12)
	hunt, gold := s.find("campaigns", "internalName", "hunt"), s.find("cohorts", "referenceId", "gold")
	for _, odd := range []struct {
		kind, id string
		set      map[string]any
		said     string
	}{
		{
			"campaigns", hunt,
			map[string]any{"type": "quest"},
			`The campaign "hunt" is of type "quest", which this version of the provider does not know.`,
		},
		{"campaigns", hunt, map[string]any{"distribution": map[string]any{
			"type":       "auction",
			"typeConfig": map[string]any{"bids": 3},
		}}, `"auction", which this version of the provider does not know`},
		{
			"campaigns", hunt,
			map[string]any{"rewards[].type": "coin"},
			`"coin", which this version of the provider does not know`,
		},
		{"cohorts", gold, map[string]any{"type": "list"}, "The object with id " + gold +
			" is a list. Use cohort_list for it."},
	} {
		s.oneAnswer(odd.kind, odd.id, odd.set)
		s.mustFail(s.Plan(), odd.said)
		s.mustFail(s.Apply(), odd.said)
		s.keeps(before)
	}
	// The catalog of perk kinds is open: a new kind becomes custom, and the plan shows it.
	s.oneAnswer("perks", s.perk(0), map[string]any{"type": "gift-card", "typeConfig": map[string]any{"amount": 5}})
	s.mustSay(s.mustPlan("Plan: 0 to add, 1 to change, 0 to destroy."), `type     = "gift-card"`)
	// Another condition replaces one of an unknown kind: the plan warns about it.
	s.oneAnswer("cohorts", gold, map[string]any{"conditions.groups[].conditions": []any{map[string]any{
		"type":       "weather",
		"typeConfig": map[string]any{"is": "fine"},
	}}})
	s.mustSay(s.mustPlan("Plan: 0 to add, 1 to change, 0 to destroy."),
		`groups[0].conditions[0] of the segment "Gold" is a condition that this version of the provider does not know.`,
		"another condition in its place replaces it")
	s.sandbox.ClearFaults()
	s.settle()
	s.judge()
	s.keeps(before)
}

// otherTypes checks that a property with a changed type causes one clear error, also in an answer
// to a write.
func otherTypes(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 23}, program)
	s.mustApply()
	before := s.holds(12)
	hunt := s.find("campaigns", "internalName", "hunt")
	for _, odd := range []struct {
		kind, id string
		set      map[string]any
	}{
		{"perks", s.perk(0), map[string]any{"title": "just a text"}},
		{"perks", s.perk(0), map[string]any{"internalName": 17}},
		{"perks", s.perk(0), map[string]any{"typeConfig": []any{1}}},
		{"campaigns", hunt, map[string]any{"rewards": map[string]any{}}},
		{"campaigns", hunt, map[string]any{"rewards[].quantity": "five"}},
		{"campaigns", hunt, map[string]any{"rewards[].quantity": 1.5}},
		{"campaigns", hunt, map[string]any{"startAt": 1798761600}},
		{"campaigns", hunt, map[string]any{"typeConfig.steps": "none"}},
		{"cohorts", s.find("cohorts", "referenceId", "gold"), map[string]any{"conditions": "none"}},
		{"badges", s.find("badges", "internalName", "gold"), map[string]any{"cohortId": map[string]any{}}},
		{"user-properties", s.find("user-properties", "referenceId", "tier"), map[string]any{"referenceId": []any{}}},
	} {
		s.oneAnswer(odd.kind, odd.id, odd.set)
		plan := s.Plan()
		s.mustFail(plan)
		if told := strings.Count(plan.Output, "\n\nError: "); told != 1 {
			t.Errorf("%v gives %d errors, want 1:\n%s", odd.set, told, plan.Output)
		}
	}
	s.oneAnswer("campaigns", hunt, map[string]any{"startAt": "tomorrow"})
	s.mustSay(s.mustPlan("No changes."), "Warning: Not a time", `The service answered "tomorrow"`)
	s.keeps(before)

	// Now the answers to all writes.
	s.sandbox.ClearFaults()
	s.inject(sandbox.Fault{
		Method: "PATCH", Count: every,
		Set: map[string]any{"title": 1, "name": []any{}, "rewards": "none", "startAt": 5},
	})
	s.Write("main.tf", "provider \"cohort\" {}\n"+better.Replace(program))
	s.mustApply()
	s.settle()
	s.judge()
	s.keeps(before)
}

// filledDefaults leaves out every optional property, and the service fills them in.
func filledDefaults(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 23}, `
resource "cohort_user_property" "p" {
  count = 2
  name  = "Property ${count.index}"
  type  = "text"
}

resource "cohort_list" "l" {
  count = 2
  name  = "List ${count.index}"
}

resource "cohort_segment" "s" {
  name = "Segment"
}

resource "cohort_perk" "p" {
  internal_name = "perk"
}

resource "cohort_digital_asset" "d" {
  internal_name = "asset"
}

resource "cohort_badge" "b" {
  internal_name = "badge"
  audience_id   = cohort_list.l[0].id
}

resource "cohort_campaign" "challenge" {
  internal_name = "challenge"
  challenge     = {}
}

resource "cohort_campaign" "store" {
  internal_name = "store"
  store         = {}
}

resource "cohort_campaign" "airdrop" {
  internal_name = "airdrop"
  airdrop       = {}
}
`)
	s.mustApply()
	before := s.holds(11)
	s.mustPlan("No changes.")
	for n := range 2 {
		id := s.find("user-properties", "name", fmt.Sprintf("Property %d", n))
		if got, want := s.object("user-properties", id)["referenceId"], fmt.Sprintf("property_%d", n); got != want {
			t.Errorf("the service chose the reference id %v, want %s", got, want)
		}
	}
	s.settle()
	s.judge()
	s.keeps(before)
}

// tidiedByTheService stores texts, media and order in the service's own form.
func tidiedByTheService(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 23, Normalize: true}, program)
	s.mustApply()
	before := s.holds(12)
	s.mustPlan("No changes.")
	card := s.find("digital-assets", "internalName", "card")
	if stored := s.object("digital-assets", card)["imageUrl"]; !strings.HasPrefix(fmt.Sprint(stored),
		"https://media.sandbox.invalid/") {
		t.Fatalf("the service stored the picture as %v, which proves nothing", stored)
	}
	s.Write("main.tf", "provider \"cohort\" {}\n"+better.Replace(program))
	s.sandbox.Reset()
	s.mustApply()
	for _, e := range s.sandbox.History() {
		if e.Method == "PATCH" && strings.Contains(e.Path, card) && strings.Contains(e.Request, "imageUrl") {
			t.Errorf("a picture that did not change was sent again: %s", e.Request)
		}
	}
	s.mustPlan("No changes.")

	// Another picture, set by hand, is still drift; and a new picture in the configuration is sent.
	s.edit(card, map[string]any{"imageUrl": "https://cdn.example.com/by-hand.png"})
	s.mustSay(s.mustPlan("Plan: 0 to add, 1 to change, 0 to destroy."), "by-hand.png")
	s.settle()
	s.Write("main.tf", "provider \"cohort\" {}\n"+strings.ReplaceAll(better.Replace(program), "card.png", "card-2.png"))
	s.settle()
	s.mustPlan("No changes.")
	s.judge()
	s.keeps(before)
}
