package faults

import (
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// bothMerchants manages objects with the same keys in both merchants. The API keys are variables,
// so that a test can swap them.
const bothMerchants = `
variable "key_for_test" { sensitive = true }
variable "key_for_live" { sensitive = true }

provider "cohort" {
  api_key = var.key_for_test
}

provider "cohort" {
  alias   = "live"
  mode    = "live"
  api_key = var.key_for_live
}

resource "cohort_perk" "test" {
  count         = 6
  internal_name = "perk-${count.index}"
  title         = { en = "Test ${count.index}" }
}

resource "cohort_perk" "live" {
  provider      = cohort.live
  count         = 6
  internal_name = "perk-${count.index}"
  title         = { en = "Live ${count.index}" }
}

resource "cohort_list" "test" {
  name         = "Test"
  reference_id = "vip"
}

resource "cohort_list" "live" {
  provider     = cohort.live
  name         = "Live"
  reference_id = "vip"
}
`

const takenInTest = `
resource "cohort_perk" "taken_in_test" {
  internal_name = "taken"
  title         = { en = "Test" }
}
`

const takenInLive = `
resource "cohort_perk" "taken_in_live" {
  provider      = cohort.live
  internal_name = "taken"
  title         = { en = "Live" }
}
`

// case21 has both merchants in one configuration, and then swaps them.
func case21(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 21}, "")
	s.mode = "" // both
	s.Env["COHORT_API_KEY"] = ""
	right := func() {
		s.Env["TF_VAR_key_for_test"], s.Env["TF_VAR_key_for_live"] = s.sandbox.TestKey(), s.sandbox.LiveKey()
	}
	right()
	s.Write("main.tf", bothMerchants)
	s.mustApply()
	managed := s.holds(14)
	for mode, word := range map[string]string{"test": "Test", "live": "Live"} {
		for _, perk := range s.sandbox.Objects(mode, "perks") {
			if title := perk["title"].(map[string]any)["en"].(string); !strings.HasPrefix(title, word) {
				t.Errorf("the %s merchant has the perk %q", mode, title)
			}
		}
		perks, lists := len(s.sandbox.Objects(mode, "perks")), len(s.sandbox.Objects(mode, "cohorts"))
		if perks != 6 || lists != 1 {
			t.Errorf("the %s merchant has %d perks and %d lists, want 6 and 1", mode, perks, lists)
		}
	}
	s.mustPlan("No changes.")

	// An object in one merchant must not affect the other.
	s.write("perks", `{"internalName": "taken"}`)
	s.Write("taken.tf", takenInTest+takenInLive)
	taken := s.Plan()
	s.mustFail(taken, `A perk with the internal name "taken" already exists in the test merchant`)
	s.silent(taken, "already exists in the live merchant")
	s.Write("taken.tf", takenInLive)
	s.mustApply()
	managed = s.holds(15)

	commands := [][]string{{"plan"}, {"plan", "-refresh=false"}, {"apply", "-auto-approve"}, {"destroy", "-auto-approve"}}
	refused := func(words ...string) {
		t.Helper()
		for _, command := range commands {
			s.sandbox.Reset()
			s.mustFail(s.Run(append(command, "-no-color", "-input=false")...), words...)
			s.keeps(managed)
			if sent := s.writes(); sent != 0 {
				t.Errorf("%v: %d requests were sent to change something", command, sent)
			}
		}
	}

	// The API keys are swapped: both are refused before any request.
	s.Env["TF_VAR_key_for_test"], s.Env["TF_VAR_key_for_live"] = s.sandbox.LiveKey(), s.sandbox.TestKey()
	refused("Wrong merchant: the key is a live key, this configuration expects test",
		"Wrong merchant: the key is a test key, this configuration expects live")
	if sent := s.sandbox.Stats().Requests; sent != 0 {
		t.Errorf("%d requests were sent with swapped keys", sent)
	}

	// The aliases and their keys are swapped: each key matches its mode, but not the state.
	right()
	s.Write("main.tf", strings.NewReplacer(
		"provider \"cohort\" {\n  api_key = var.key_for_test",
		"provider \"cohort\" {\n  mode    = \"live\"\n  api_key = var.key_for_live",
		"mode    = \"live\"\n  api_key = var.key_for_live", "api_key = var.key_for_test").Replace(bothMerchants))
	refused("Wrong merchant: the state is of the test merchant, this configuration is for live",
		"Wrong merchant: the state is of the live merchant, this configuration is for test")

	s.Write("main.tf", bothMerchants)
	s.mustPlan("No changes.")
	s.Write("main.tf", strings.NewReplacer(`"Test ${`, `"Better test ${`, `"Live ${`,
		`"Better live ${`).Replace(bothMerchants))
	s.settle()
	s.judge()
	s.keeps(managed)
}
