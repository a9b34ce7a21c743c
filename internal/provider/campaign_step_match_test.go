package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// challengeState returns the state of a campaign whose steps have the ids a, b, c and so on.
func challengeState(p *plugin, status string, steps ...string) cty.Value {
	p.t.Helper()
	for i, step := range steps {
		steps[i] = fmt.Sprintf("{ id = %q, %s }", string(rune('a'+i)), step)
	}
	return p.resource("cohort_campaign", fmt.Sprintf(`
		id             = "c0"
		mode           = "test"
		internal_name  = "summer"
		on_destroy     = "archive"
		status         = %q
		challenge      = { slug = "summer", steps = [%s] }
	`, status, strings.Join(steps, ", ")))
}

// withUnknown makes an attribute of a configuration unknown.
func withUnknown(config cty.Value, name string) cty.Value {
	values := config.AsValueMap()
	values[name] = cty.UnknownVal(values[name].Type())
	return cty.ObjectVal(values)
}

func challengeConfig(p *plugin, steps ...string) cty.Value {
	p.t.Helper()
	return p.resource("cohort_campaign",
		"internal_name = \"summer\"\nchallenge = { steps = [{ "+strings.Join(steps, " }, { ")+" }] }")
}

// stepIDs returns the ids that a plan gives to its steps. An unknown id is shown as -.
func stepIDs(planned cty.Value) string {
	var ids []string
	for _, step := range planned.GetAttr("challenge").GetAttr("steps").AsValueSlice() {
		id := cty.UnknownVal(cty.String)
		if step.IsKnown() && !step.IsNull() {
			id = step.GetAttr("id")
		}
		if !id.IsKnown() {
			id = cty.StringVal("-")
		}
		ids = append(ids, id.AsString())
	}
	return strings.Join(ids, " ")
}

func TestStepMatch(t *testing.T) {
	t.Parallel()
	const (
		visitOne   = `user_action = "visit", title = { en = "One" }`
		visitTwo   = `user_action = "visit", title = { en = "Two" }`
		visitThree = `user_action = "visit", title = { en = "Three" }`
		visitNew   = `user_action = "visit", title = { en = "New" }`
		visitOther = `user_action = "visit", title = { en = "Other" }`
		share      = `user_action = "share", title = { en = "Share" }`
		bare       = `user_action = "visit"`
		later      = `user_action = "visit", title = { en = unknown }`
		manual     = `, triggers = [{ type = "manual" }]`
	)
	order := func(settings string) string {
		return `user_action = "buy", triggers = [{ type = "order", settings = ` + settings + ` }]`
	}
	shared := configuredPlugin(t, newWorld(t, sandbox.Options{}))
	for name, test := range map[string]struct {
		existing, planned []string
		want              string
	}{
		"nothing moves": {[]string{visitOne, visitTwo}, []string{visitOne, visitTwo}, "a b"},
		"the opposite order": {
			[]string{visitOne, visitTwo, share}, []string{share, visitTwo, visitOne}, "c b a",
		},
		"one in front with the same action": {
			[]string{visitOne, visitTwo}, []string{visitNew, visitOne, visitTwo}, "- a b",
		},
		"one less in front": {[]string{visitOne, visitTwo}, []string{visitTwo}, "b"},
		"one goes at the end, one in front": {
			[]string{visitOne, visitTwo, visitThree}, []string{visitNew, visitOne, visitTwo}, "- a b",
		},
		"the same with a trigger that all have": {
			[]string{visitOne + manual, visitTwo + manual, visitThree + manual},
			[]string{visitNew + manual, visitOne + manual, visitTwo + manual},
			"- a b",
		},
		"a language more, and one in front": {
			[]string{visitOne, visitTwo},
			[]string{
				`user_action = "visit", title = { en = "New", fr = "Neuf" }`,
				`user_action = "visit", title = { en = "One", fr = "Un" }`,
				`user_action = "visit", title = { en = "Two", fr = "Deux" }`,
			},
			"- a b",
		},
		"a language less, and another order": {
			[]string{
				`user_action = "visit", title = { en = "One", fr = "Un" }`,
				`user_action = "visit", title = { en = "Two", fr = "Deux" }`,
			},
			[]string{`user_action = "visit", title = { fr = "Deux" }`, `user_action = "visit", title = { fr = "Un" }`},
			"b a",
		},
		"another language alone": {
			[]string{visitOne, share},
			[]string{`user_action = "share", title = { fr = "Partager" }`, `user_action = "visit", title = { fr = "Un" }`},
			"b a",
		},
		"keys of settings in another order": {
			[]string{order(`"{\"min\":50,\"currency\":\"EUR\"}"`), order(`"{ \"min\": 100, \"currency\": \"EUR\" }"`)},
			[]string{
				order(`jsonencode({ min = 25, currency = "EUR" })`), order(`jsonencode({ min = 50, currency = "EUR" })`),
				order(`jsonencode({ min = 100, currency = "EUR" })`),
			},
			"- a b",
		},
		"settings of null are none": {
			[]string{order(`"null"`), bare}, []string{bare, `user_action = "buy", triggers = [{ type = "order" }]`}, "b a",
		},
		"blank texts are none": {
			[]string{`user_action = "visit", icon = "x", description = { en = " " }`, bare},
			[]string{bare, `user_action = "visit", icon = "x"`},
			"b a",
		},
		"an action that stands once": {
			[]string{visitOne, share},
			[]string{`user_action = "share", title = { en = "Spread" }`, visitNew, visitOne},
			"b - a",
		},
		"another action with the same title": {
			[]string{visitOne, visitTwo}, []string{visitTwo, `user_action = "open", title = { en = "One" }`}, "b a",
		},
		"triggers that stand once": {
			[]string{order(`"1"`), order(`"2"`)},
			[]string{order(`"2"`) + `, icon = "x"`, order(`"3"`), order(`"1"`) + `, icon = "x"`},
			"b - a",
		},
		"a description that stands once": {
			[]string{bare + `, description = { en = "A" }`, bare + `, description = { en = "B" }`},
			[]string{bare, bare + `, icon = "x", description = { en = "A" }`},
			"- a",
		},
		"a new title in its place": {[]string{visitOne, visitTwo}, []string{visitOne, visitOther}, "a b"},
		"new titles after another in front": {
			[]string{visitOne, visitTwo}, []string{share, visitNew, visitOther}, "- a b",
		},
		"a new title between its neighbors": {
			[]string{visitOne, visitTwo, visitThree}, []string{visitTwo, visitOther}, "b c",
		},
		"an exact match is not stolen by a place": {[]string{visitOne, visitTwo}, []string{visitTwo, visitNew}, "b -"},
		"another action with the same trigger": {
			[]string{visitOne, `user_action = "order", title = { en = "Order" }` + manual},
			[]string{visitOne, `user_action = "newsletter", title = { en = "Subscribe" }` + manual},
			"a -",
		},
		"another action with the same description": {
			[]string{share + `, description = { en = "A" }`},
			[]string{`user_action = "visit", title = { en = "Visit" }, description = { en = "A" }`},
			"-",
		},
		"another action in its place": {[]string{visitOne}, []string{`user_action = "share", title = { en = "Share" }`}, "-"},
		"equal steps":                 {[]string{bare, bare, bare}, []string{bare, bare, bare}, "a b c"},
		"one less of equal steps":     {[]string{bare, bare, bare}, []string{bare, bare}, "a b"},
		"the same title, told apart by the icon": {
			[]string{visitOne + `, icon = "x"`, visitOne + `, icon = "y"`},
			[]string{
				`user_action = "visit", title = { en = "One", fr = "Un" }, icon = "y"`,
				`user_action = "visit", title = { en = "One", fr = "Un" }, icon = "x"`,
			},
			"b a",
		},
		"none existed": {nil, []string{visitOne}, "-"},

		"titles not known yet":                   {[]string{visitOne, visitTwo}, []string{later, later}, "- -"},
		"a title not known yet, the other known": {[]string{visitOne, visitTwo}, []string{later, visitTwo}, "a b"},
		"one in front, and titles not known yet": {[]string{visitOne, visitTwo}, []string{visitNew, later, later}, "- - -"},
		"a title not known yet takes none away":  {[]string{visitOne, share}, []string{visitOne, share, later}, "a b -"},
		"one language not known yet": {
			[]string{visitOne, visitTwo},
			[]string{
				`user_action = "visit", title = { en = "Two", fr = unknown }`,
				`user_action = "visit", title = { en = "One", fr = unknown }`,
			},
			"b a",
		},
		"settings not known yet": {
			[]string{visitOne + manual, visitTwo + manual},
			[]string{visitTwo + `, triggers = [{ type = unknown }]`, visitOne + manual},
			"b a",
		},
		"an action not known yet": {
			[]string{visitOne, share},
			[]string{`user_action = unknown, title = { en = "New" }`, `user_action = "share", title = { en = "Spread" }`},
			"- b",
		},
		"an action that may stand twice": {
			[]string{visitOne, share},
			[]string{`user_action = "share", title = { en = "Spread" }`, `user_action = unknown, title = { en = "New" }`},
			"- -",
		},
		"an action that may be one more": {
			[]string{visitOne, visitTwo},
			[]string{`user_action = unknown, title = { en = "New" }`, visitOther, visitThree},
			"- - -",
		},
		"two new titles between neighbors": {
			[]string{visitOne, visitTwo, visitThree}, []string{share, visitOne, visitNew, visitOther, visitThree}, "- a b - c",
		},
		"equal steps, one of them not known yet": {[]string{bare, bare}, []string{later, bare}, "a b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := shared.in(t)
			answer, all := p.plan("cohort_campaign", challengeState(p, "draft", slices.Clone(test.existing)...),
				challengeConfig(p, test.planned...))
			if len(all) > 0 {
				t.Fatal(all)
			}
			if got := stepIDs(p.decoded("cohort_campaign", answer.PlannedState)); got != test.want {
				t.Errorf("the steps continue %s, want %s", got, test.want)
			}
		})
	}
}

// TestCampaign_formNotKnownYet checks that a plan with an unknown form replaces a campaign only if
// the old form is certainly gone. The unknown form may turn out to be null.
func TestCampaign_formNotKnownYet(t *testing.T) {
	t.Parallel()
	shared := configuredPlugin(t, newWorld(t, sandbox.Options{}))
	for name, test := range map[string]struct {
		arguments string
		unknown   []string
		replaces  bool
	}{
		"either may be null":         {"challenge = {}\nstore = {}", []string{"challenge", "store"}, false},
		"the old one is null":        {"store = {}", []string{"store"}, true},
		"a new one is there":         {"challenge = {}\nstore = {}", []string{"challenge"}, true},
		"the old one is all that is": {"challenge = {}", []string{"challenge"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := shared.in(t)
			config := p.resource("cohort_campaign", "internal_name = \"summer\"\n"+test.arguments)
			for _, form := range test.unknown {
				config = withUnknown(config, form)
			}
			answer, all := p.plan("cohort_campaign", challengeState(p, "draft"), config)
			if len(all) > 0 {
				t.Fatal(all)
			}
			if got := len(answer.RequiresReplace) > 0; got != test.replaces {
				t.Errorf("the plan replaces because of %v, want a replacement: %t", answer.RequiresReplace, test.replaces)
			}
		})
	}
}
