package faults

import (
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// every strikes all matches of a fault.
const every = -1

func case01(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 1}, program)
	s.inject(sandbox.Fault{Method: "POST", Stage: sandbox.StageAfter, Reset: true, Count: every, Probability: 0.5})
	s.mustApply()
	s.settle()
	s.judge()
	for kind, want := range map[string]int{"user-properties": 1, "cohorts": 4, "perks": 3, "digital-assets": 1, "badges": 1, "campaigns": 2} {
		if made := s.creates(kind); made != want {
			t.Errorf("%d %s were made, want %d", made, kind, want)
		}
	}
}

func case02(t *testing.T) {
	for name, fault := range map[string]sandbox.Fault{
		"500":  {Status: 500},
		"502":  {HTML: true, Status: 502},
		"504":  {Status: 504},
		"html": {HTML: true, Status: 500},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScenario(t, sandbox.Options{Seed: 2}, perks(10))
			fault.Method, fault.Route, fault.Stage, fault.Count, fault.Nth = "POST", "/v1/perks", sandbox.StageAfter, 4, 2
			s.inject(fault)
			s.mustApply()
			s.settle()
			s.judge()
			if made := s.creates("perks"); made != 10 {
				t.Errorf("%d perks were made, want 10", made)
			}
		})
	}
}

func case03(t *testing.T) {
	for name, fault := range map[string]sandbox.Fault{
		"empty":     {Empty: true},
		"truncated": {Truncate: 40, Stage: sandbox.StageAnswer},
		"no id":     {Drop: []string{"id"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScenario(t, sandbox.Options{Seed: 3}, perks(10))
			fault.Method, fault.Route, fault.Count, fault.Nth = "POST", "/v1/perks", 4, 2
			s.inject(fault)
			s.mustApply()
			s.settle()
			s.judge()
			if made := s.creates("perks"); made != 10 {
				t.Errorf("%d perks were made, want 10", made)
			}
		})
	}
}

func case06(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 6}, `
resource "cohort_perk" "same" {
  count         = 10
  internal_name = "same"
  title         = { en = "Same" }
}
`)
	s.inject(sandbox.Fault{Method: "POST", Route: "/v1/perks", Stage: sandbox.StageAfter, Reset: true, Count: every})
	s.mustApply()
	s.settle()
	s.judge()
	if made, managed := s.creates("perks"), len(ids(t, s.States[len(s.States)-1])); made != 10 || managed != 10 {
		t.Errorf("%d perks were made and %d are managed, want 10 and 10", made, managed)
	}
}
