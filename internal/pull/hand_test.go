package pull_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/pull"
)

func TestScratch(t *testing.T) {
	w := newWorld(t, ".", map[string]string{"main.tf": `
# The lists.
resource "cohort_list" "vip" { # very important
  name         = "VIP" // trailing
  reference_id = "vip"
}

locals { shared = "Shared" }

resource "cohort_perk" "gift" {
  internal_name = "gift"
  title = {
    en = "A" # en
    fr = local.shared
  }
  description = { en = <<-EOT
      <p>Hello</p>
      <p>World</p>
    EOT
  }
  link = { url = "https://a.example" }
}

resource "cohort_campaign" "c" {
  internal_name = "c"
  audience_id   = cohort_list.vip.id
  rewards       = [{ perk_id = cohort_perk.gift.id }]
  challenge = {
    title = { en = "Summer" }
    steps = [
      # One
      {
        user_action = "cohort_form"
        title = { en = "One" }
        triggers    = [{ type = "form", settings = jsonencode({ minimum = 2, other = "x" }) }]
      },
      # Two
      {
        user_action = "cohort_form"
        title = { en = "Two" }
      }, # two
      {
        user_action = "cohort_form"
        title = { en = "Three" }
      }
    ]
  }
}
`})
	w.apply()
	b, _ := json.MarshalIndent(w.s.Objects("test", "campaigns"), "", " ")
	fmt.Println(string(b))
	w.patch("cohorts", "vip", map[string]any{"name": "VIP ${x} \"q\""})
	w.patch("perks", "gift", map[string]any{"title": map[string]any{"en": "B", "fr": "geteilt", "de": "neu"}, "description": map[string]any{"en": "<p>Bye</p>\n<p>World</p>\n<p>Three</p>\n"}})
	o := w.s.Objects("test", "campaigns")[0]
	tc := o["typeConfig"].(map[string]any)
	steps := tc["steps"].([]any)
	tc["steps"] = []any{steps[2], steps[0], steps[1]}
	w.patch("campaigns", "c", map[string]any{"typeConfig": tc})
	r := w.pull(pull.Options{})
	b, _ = json.MarshalIndent(r, "", " ")
	fmt.Println(string(b))
	fmt.Println(w.file("main.tf"))
	_, s := w.plan()
	fmt.Println(s)
}
