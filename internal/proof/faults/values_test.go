package faults

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// texts are expressions for texts that services, files and keyboards produce.
var texts = []string{
	`"Plain"`,
	`""`,
	`"  blanks at the ends  "`,
	"<<-EOT\n    A heredoc\n    of two lines\n  EOT\n",
	`"carriage\r\nreturn\r\n"`,
	`"tab\tand  two blanks"`,
	`"🎁 👩‍👩‍👧‍👦 🇫🇷"`,
	`"caf\u00e9"`,
	`"cafe\u0301"`,
	`"a \u0000 in it"`,
	`"\u0001\u001f\u007f\u2028\ufeff"`,
	`"مرحبا \u202eabc\u202c"`,
	`"<p>A &amp; B &lt;C&gt;</p><br/><IMG src='x.png'>"`,
	`"<p>never closed <b>text"`,
	`"a < b && c > d"`,
	`"\\ \" $${not} %%{not} {{mustache}}"`,
	`jsonencode({ b = 1, a = [] })`,
	`"null"`,
	`join("", [for i in range(1024) : format("%01024d", i)])`,
}

// valueProgram returns a configuration that contains each text, number, time and empty form. The
// word makes all texts different.
func valueProgram(word string) string {
	var config strings.Builder
	config.WriteString("provider \"cohort\" {}\n")
	for n, text := range texts {
		fmt.Fprintf(&config, `
locals {
  text_%02d = %s
}

resource "cohort_perk" "text_%02d" {
  internal_name = "text-%02d"
  title         = { en = local.text_%02d, fr = local.word }
  description   = { en = local.text_%02d, fr = local.word }
}
`, n, text, n, n, n, n)
	}
	fmt.Fprintf(&config, `
locals { word = %q }
`, word)
	for n, value := range []string{"0.1", "1e2", "99.99", "0.30000000000000004", "5.3502e-7"} {
		fmt.Fprintf(&config, `
resource "cohort_perk" "number_%d" {
  internal_name    = "number-%d"
  shopify_discount = { name = local.word, type = "percentage", value = %s }
}
`, n, n, value)
	}
	for n, value := range []string{
		"2027-01-01T00:00:00Z", "2027-01-01T00:00:00.000Z", "2027-01-01T00:00:00+00:00", "2027-01-01T01:30:00+01:30",
		"2028-02-29T23:59:59Z", "2027-01-01T00:00:00.123Z", "2027-01-01T00:00:00.123456Z",
	} {
		fmt.Fprintf(&config, `
resource "cohort_perk" "time_%d" {
  internal_name = "time-%d"
  title         = { en = local.word }
  expires_at    = %q
}
`, n, n, value)
	}
	for n, value := range []string{
		`jsonencode({ b = 1, a = { z = [1, 2], y = null } })`, `"{ \"b\" : 1.0, \"a\" : \"\\u00e9\" }"`, `"{}"`, "null",
		`jsonencode({ big = 9007199254740993, exact = "9007199254740993" })`,
	} {
		fmt.Fprintf(&config, `
resource "cohort_perk" "settings_%d" {
  internal_name = "settings-%d"
  title         = { en = local.word }
  custom        = { type = "other-kind", settings = %s }
}
`, n, n, value)
	}
	config.WriteString(`
resource "cohort_digital_asset" "supply" {
  for_each      = toset(["1", "1000000", "2147483648", "9007199254740991"])
  internal_name = each.key
  title         = { en = local.word }
  max_supply    = tonumber(each.key)
}

resource "cohort_perk" "nothing" {
  internal_name  = "nothing"
  title          = null
  description    = null
  image_url      = null
  video_url      = null
  expires_at     = null
  code           = null
  desired_status = null
}

resource "cohort_campaign" "draw" {
  internal_name = "draw"
  start_at      = "2027-01-01T00:00:00+02:00"
  rewards       = [{ perk_id = cohort_perk.nothing.id, quantity = 9007199254740991 }]
  distribution  = { instant_draw = { max_boxes = 9007199254740991 } }
  challenge     = { title = { en = local.word }, steps = [] }
}

resource "cohort_campaign" "shop" {
  internal_name = "shop"
  rewards = [
    { perk_id = cohort_perk.nothing.id, price = { amount = 0, currency = "EUR" } },
    { perk_id = cohort_perk.number_0.id, price = { amount = 9007199254740991, currency = "JPY" } },
    { perk_id = cohort_perk.number_0.id },
  ]
  store = { title = { en = local.word, fr = "🎁" } }
}

resource "cohort_campaign" "empty" {
  internal_name = "empty"
  rewards       = []
  airdrop       = {}
}

resource "cohort_campaign" "steps" {
  internal_name = "steps"
  challenge = {
    steps = [
      { user_action = "visit", triggers = [] },
      { user_action = "visit", triggers = [{ type = "visit", settings = null }] },
      { user_action = "visit", triggers = [{ type = "visit", settings = "{}" }], title = { en = local.word } },
      { user_action = "🎁", icon = "🎁", title = { en = "<p>É</p>" } },
    ]
  }
}

resource "cohort_segment" "conditions" {
  name         = local.word
  reference_id = "É 🎁/?#%"
  match        = "any"
  groups = [{ conditions = [
    { user_property = { property = "email", operator = "is-set" } },
    { user_property = { property = "email", operator = "equals", value = "" } },
    { user_property = { property = "email", operator = "equals", value = "9007199254740993" } },
    { user_property = { property = "email", operator = "equals", value = "0.10" } },
    { user_property = { property = "email", operator = "equals", value = "true" } },
    { event = { name = "app.connected", performed = false } },
    { event = { name = "app.connected", within_days = 1 } },
  ] }]
}

resource "cohort_segment" "none" {
  name   = "None"
  groups = null
}
`)
	return config.String()
}

// case22 runs every sort of value through every command.
func case22(t *testing.T) {
	subtests(t, map[string]func(*testing.T){
		"accepted":             func(t *testing.T) { acceptedValues(t, false) },
		"accepted, and tidied": func(t *testing.T) { acceptedValues(t, true) },
		"refused":              refusedValues,
		"unknown":              func(t *testing.T) { unknownValues(t, unknownLeaves(program)) },
		"unknown as a whole":   func(t *testing.T) { unknownValues(t, unknownWholes) },
	}, func(t *testing.T, run func(*testing.T)) { run(t) })
}

func acceptedValues(t *testing.T, normalize bool) {
	t.Helper()
	s := newScenario(t, sandbox.Options{Seed: 22, Normalize: normalize}, "")
	s.Write("main.tf", valueProgram("Before"))
	s.mustApply()
	before := ids(t, s.state())
	s.mustPlan("No changes.")
	s.Write("main.tf", valueProgram("After"))
	s.mustApply()
	s.keeps(before)
	s.mustPlan("No changes.")
	// Check the text, not the exit code: with -refresh-only, the exit code of Terraform 1.11 counts
	// any number in a state as a change.
	s.mustSay(s.Plan("-refresh-only"), "No changes. Your infrastructure still matches the configuration.")
	s.judge()
}

// refusedValues are refused before any request, at the attribute: validate refuses values that no
// service could hold, and plan refuses wrong new values.
func refusedValues(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 22}, "")
	type refusal struct{ resource, settings, said string }
	refuse := func(bad []refusal, commands ...string) {
		t.Helper()
		var config strings.Builder
		config.WriteString("provider \"cohort\" {}\n")
		for n, b := range bad {
			fmt.Fprintf(&config, "resource \"cohort_%s\" \"bad_%02d\" {\n  %s\n}\n", b.resource, n, b.settings)
		}
		s.Write("main.tf", config.String())
		for _, command := range commands {
			result := s.Run(command, "-no-color")
			s.mustFail(result)
			for n, b := range bad {
				address := fmt.Sprintf("cohort_%s.bad_%02d", b.resource, n)
				if told := about(result.Output, address); !strings.Contains(flat(told), b.said) ||
					!strings.Contains(told, "on main.tf line") {
					t.Errorf("%s: %s does not say %q at a line of %s:\n%s", command, b.settings, b.said, address, told)
				}
			}
		}
	}
	refuse([]refusal{
		{"perk", `internal_name = ""`, "Blank text"},
		{"perk", `internal_name = "\t"`, "Blank text"},
		{"perk", "internal_name = \"p\"\n  expires_at = \"2027-02-29T00:00:00Z\"", "Not a time"},
		{"perk", "internal_name = \"p\"\n  expires_at = \"9999-12-31T23:00:00-05:00\"", "Not a time"},
		{"perk", "internal_name = \"p\"\n  custom = { type = \"x\", settings = \"{\" }", "Not JSON"},
		{"digital_asset", "internal_name = \"d\"\n  max_supply = 0.5", "Not a whole number"},
		{"digital_asset", "internal_name = \"d\"\n  max_supply = 9223372036854775808", "Not a whole number"},
		{"user_property", "name = \"p\"\n  type = \"text\"\n  reference_id = \"\"", "Blank text"},
		{"campaign", "internal_name = \"c\"\n  airdrop = {}\n  rewards = [{ perk_id = \"\" }]", "Blank id"},
		{
			"campaign", "internal_name = \"c\"\n  airdrop = {}\n  rewards = [{ perk_id = \"x\", quantity = 1.5 }]",
			"1.5 stands where only a whole number fits",
		},
	}, "validate", "plan")
	refuse([]refusal{
		{"perk", "internal_name = \"p\"\n  title = { EN = \"x\" }", "Not a language code"},
		{"perk", "internal_name = \"p\"\n  image_url = \"a.png\"", "Not a web address"},
		{
			"perk", "internal_name = \"p\"\n  shopify_discount = { name = \"n\", type = \"percentage\", value = -0.1 }",
			"A discount is more than 0.",
		},
		{"digital_asset", "internal_name = \"d\"\n  max_supply = 0", "between 1 and 9007199254740991"},
		{"digital_asset", "internal_name = \"d\"\n  max_supply = 9007199254740993", "between 1 and 9007199254740991"},
		{"segment", "name = \"s\"\n  groups = [{ conditions = [{}] }]", "None of user_property, event and audience"},
		{
			"campaign", "internal_name = \"c\"\n  challenge = { slug = \"Summer Hunt\" }",
			"lower-case letters, digits and hyphens",
		},
	}, "plan")
	if sent := s.sandbox.Stats().Requests; sent != 0 {
		t.Errorf("%d requests were sent", sent)
	}
	s.Write("main.tf", "provider \"cohort\" {}\n"+perks(10))
	s.settle()
	s.judge()
}

// about returns the part of an output about one resource.
func about(output, address string) string {
	var told []string
	for message := range strings.SplitSeq(output, "╷") {
		if strings.Contains(message, "with "+address+",") {
			told = append(told, message)
		}
	}
	return strings.Join(told, "\n")
}

var (
	literalText   = regexp.MustCompile(`= ("[^"$]*")`)
	literalNumber = regexp.MustCompile(`(quantity|max_boxes) = (\d+)`)
)

// unknownLeaves replaces each literal of a configuration by the output of a resource, so that it is
// unknown until the apply.
func unknownLeaves(config string) string {
	var values []string
	unknown := func(literal string) string {
		if literal == `"text"` { // The type of a user property: an unknown type means a replacement.
			return literal
		}
		values = append(values, literal)
		return fmt.Sprintf("terraform_data.value.output.v%d", len(values)-1)
	}
	config = literalText.ReplaceAllStringFunc(config,
		func(match string) string { return "= " + unknown(strings.TrimPrefix(match, "= ")) })
	config = literalNumber.ReplaceAllStringFunc(config, func(match string) string {
		name, number, _ := strings.Cut(match, " = ")
		return name + " = " + unknown(number)
	})
	config += "\nresource \"terraform_data\" \"value\" {\n  input = {\n"
	for n, value := range values {
		config += fmt.Sprintf("    v%d = %s\n", n, value)
	}
	return config + "  }\n}\n"
}

// unknownWholes has whole objects, lists and maps that are unknown in the plan.
const unknownWholes = `
resource "terraform_data" "value" {
  input = {
    title        = { en = "Title", fr = "Titre" }
    link         = { url = "https://shop.example.com" }
    rewards      = [{ perk_id = cohort_perk.p[0].id, quantity = 1 }]
    distribution = { instant_draw = { max_boxes = 3 } }
    challenge    = { title = { en = "Hunt" }, steps = [{ user_action = "visit", triggers = [{ type = "visit" }] }] }
    steps        = [{ user_action = "visit" }, { user_action = "share", icon = "eye" }]
    groups       = [{ conditions = [{ event = { name = "app.connected" } }] }]
    conditions   = [{ user_property = { property = "email", operator = "is-set" } }]
    condition    = { audience = { id = "email" } }
  }
}

resource "cohort_perk" "p" {
  count         = 6
  internal_name = "perk-${count.index}"
}

resource "cohort_perk" "unknown" {
  internal_name = "unknown"
  title         = terraform_data.value.output.title
  link          = terraform_data.value.output.link
}

resource "cohort_segment" "groups" {
  name   = "Groups"
  groups = terraform_data.value.output.groups
}

resource "cohort_segment" "conditions" {
  name   = "Conditions"
  groups = [{ conditions = terraform_data.value.output.conditions }]
}

resource "cohort_campaign" "challenge" {
  internal_name = "challenge"
  rewards       = terraform_data.value.output.rewards
  distribution  = terraform_data.value.output.distribution
  challenge     = terraform_data.value.output.challenge
}

resource "cohort_campaign" "steps" {
  internal_name = "steps"
  challenge     = { title = terraform_data.value.output.title, steps = terraform_data.value.output.steps }
}
`

func unknownValues(t *testing.T, config string) {
	t.Helper()
	s := newScenario(t, sandbox.Options{Seed: 22}, config)
	if result := s.Run("validate", "-no-color"); result.Code != 0 {
		t.Errorf("validate failed:\n%s", result.Output)
	}
	s.mustApply()
	s.mustPlan("No changes.")
	before := ids(t, s.state())
	// Known values become unknown again when their source is replaced.
	result := s.mustApply("-replace=terraform_data.value")
	s.mustSay(result, "terraform_data.value")
	s.mustPlan("No changes.")
	s.settle()
	s.judge()
	if after := ids(t, s.state()); len(after) != len(before) {
		t.Errorf("%d objects are managed, and %d were before", len(after), len(before))
	}
}
