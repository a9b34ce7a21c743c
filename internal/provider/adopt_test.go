package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/core"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// adoptable checks that an object can be adopted with each configuration that a version of
// Terraform generates for it. It returns what was adopted, and the configuration of the provider.
func adoptable(t *testing.T, w *world, p *plugin, kind, id string) (found object, generated cty.Value) {
	t.Helper()
	found, _ = p.adopt(kind, id)
	generated = p.generated(kind, found.state)
	p.adopts(t, w, kind, found, generated)
	p.adopts(t, w, kind, found, p.stockGenerated(kind, found.state))
	return found, generated
}

// adopts checks that a configuration of an adopted object is valid, that its plan is empty, and
// that its apply sends no update.
func (p *plugin) adopts(t *testing.T, w *world, kind string, found object, config cty.Value) {
	t.Helper()
	if all := errorsOf(p.validate(kind, config)); len(all) > 0 {
		t.Fatalf("the generated configuration is not valid: %v\n%#v", all, config)
	}
	planned, err := p.server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: kind, PriorState: dynamic(t, found.state), PriorPrivate: found.private, Config: dynamic(t, config),
		ProposedNewState: dynamic(t, core.Proposed(found.state, config, p.schema.ResourceSchemas[kind].Block.Attributes)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if all := errorsOf(saidBy(planned.Diagnostics)); len(all) > 0 {
		t.Fatalf("the plan fails: %v", all)
	}
	for _, leaf := range differences(found.state, p.decoded(kind, planned.PlannedState)) {
		t.Errorf("the plan changes what was adopted: %s", leaf)
	}
	writes := w.Stats().ByMethod[http.MethodPatch]
	if _, err := p.server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName:       kind,
		PriorState:     dynamic(t, found.state),
		PlannedState:   planned.PlannedState,
		PlannedPrivate: planned.PlannedPrivate,
		Config:         dynamic(t, config),
	}); err != nil {
		t.Fatal(err)
	}
	if sent := w.Stats().ByMethod[http.MethodPatch] - writes; sent != 0 {
		t.Errorf("%d updates were sent", sent)
	}
}

// TestAdopt_whatTheServiceAccepted adopts objects in every form that the service accepts.
func TestAdopt_whatTheServiceAccepted(t *testing.T) {
	t.Parallel()
	const property = `{"type":"user-property","typeConfig":{"property":"lang","operator":"equals","value":`
	for name, c := range map[string]struct{ kind, path, body string }{
		"property": {"cohort_user_property", "user-properties", `{"name":" Tier ","type":"number"}`},
		"property with an odd key": {
			"cohort_user_property", "user-properties", `{"name":"T","type":"date","referenceId":"key: é/${x}"}`,
		},
		"list":                     {"cohort_list", "cohorts", `{"type":"list","name":"  VIP\n"}`},
		"list with a reserved key": {"cohort_list", "cohorts", `{"type":"list","name":"VIP","referenceId":"id:5"}`},
		"segment":                  {"cohort_segment", "cohorts", `{"type":"segment","name":"S","referenceId":"key:id:"}`},
		"segment without groups": {
			"cohort_segment", "cohorts", `{"type":"segment","name":"S","conditions":{"operator":"or","groups":[]}}`,
		},
		"segment with an empty group": {
			"cohort_segment", "cohorts",
			`{"type":"segment","name":"S","conditions":{"operator":"or","groups":[{"operator":"or","conditions":[]},` +
				`{"operator":"and","conditions":[` + property + `""}}]}]}}`,
		},
		"segment with other values": {
			"cohort_segment", "cohorts",
			`{"type":"segment","name":"S","conditions":{"operator":"and","groups":[{"operator":"and","conditions":[` +
				property + `42}},` + property + `10.50}},` + property + `1e3}},` + property + `false}},` + property + `" x "}},` +
				property + `null}}]}]}}`,
		},
		"perk": {"cohort_perk", "perks", `{"internalName":" p "}`},
		"perk with an empty translation": {
			"cohort_perk", "perks",
			`{"internalName":"p","title":{"en":"Hello","fr":""},"description":{"en":"<p>x</p>","de":" "}}`,
		},
		"perk with no text at all": {"cohort_perk", "perks", `{"internalName":"p","title":{"en":""}}`},
		"perk in a language of its own": {
			"cohort_perk", "perks", `{"internalName":"p","title":{"pt-BR":"Olá","xx":"Hello"},"description":{"fr":"Bonjour"}}`,
		},
		"perk with settings": {
			"cohort_perk", "perks",
			`{"internalName":"p","type":"gift","typeConfig":{"zone":"EU","amount":20.0,"text":"5 < 6 & more >",` +
				`"big":12345678901234567890.10,"list":[1e3,null,{}],"nested":{"b":1,"a":"é\u2028"}}}`,
		},
		"perk with empty settings": {"cohort_perk", "perks", `{"internalName":"p","type":"gift","typeConfig":{}}`},
		"perk without settings":    {"cohort_perk", "perks", `{"internalName":"p","type":"gift","typeConfig":null}`},
		"perk of a strange type":   {"cohort_perk", "perks", `{"internalName":"p","type":" gift card "}`},
		"perk with a code": {
			"cohort_perk", "perks", `{"internalName":"p","type":"code","typeConfig":{"code":" A\n"}}`,
		},
		"perk with a link": {
			"cohort_perk", "perks", `{"internalName":"p","type":"link","typeConfig":{"url":"http://a.example?x= y"}}`,
		},
		"perk with a tiny discount": {
			"cohort_perk", "perks",
			`{"internalName":"p","type":"shopify-discount","typeConfig":{"discountName":"n",` +
				`"discountType":"percentage","value":0.1e-3}}`,
		},
		"perk that expires at last": {"cohort_perk", "perks", `{"internalName":"p","expiresAt":"9999-12-31T23:59:59.999Z"}`},
		"asset": {
			"cohort_digital_asset", "digital-assets", `{"internalName":"a","title":{"en":"","fr":"x"},"maxSupply":1e3}`,
		},
		"badge": {
			"cohort_badge", "badges", `{"internalName":"b","cohortId":"<list>","title":{"en":"x"},"lockedDescription":{}}`,
		},
		"badge for its owners": {
			"cohort_badge", "badges", `{"internalName":"b","cohortId":"<list>","visibility":"owners"}`,
		},
		"airdrop": {"cohort_campaign", "campaigns", `{"internalName":"c","type":"airdrop"}`},
		"store with a strange slug": {
			"cohort_campaign", "campaigns", `{"internalName":"c","type":"store","typeConfig":{"slug":"-summer--2027-"}}`,
		},
		"instant draw without boxes": {
			"cohort_campaign", "campaigns",
			`{"internalName":"c","type":"airdrop","rewards":[{"type":"perk","rewardId":"<perk>"}],` +
				`"distribution":{"type":"instant-draw","typeConfig":null}}`,
		},
		"raffle without anything": {
			"cohort_campaign", "campaigns",
			`{"internalName":"c","type":"store","distribution":{"type":"raffle","typeConfig":{}}}`,
		},
		"challenge with odd steps": {
			"cohort_campaign", "campaigns",
			`{"internalName":"c","type":"challenge","typeConfig":{"name":{"en":"Hunt","fr":""},` +
				`"steps":[{"userAction":" visit ","title":{"de":"x"},"triggers":[` +
				`{"type":"order","typeConfig":{"min":50,"currency":"<EUR>"}},{"type":"order","typeConfig":{}},{"type":"order"}]},` +
				`{"userAction":"buy"}]}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{})
			list := w.post(t, "/v1/cohorts", `{"type":"list","name":"l"}`)
			perk := w.post(t, "/v1/perks", `{"internalName":"other"}`)
			id := w.post(t, "/v1/"+c.path, replaceAll(c.body, "<list>", list, "<perk>", perk))
			adoptable(t, w, configuredPlugin(t, w), c.kind, id)
		})
	}
}

// TestAdopt_whatTheServiceMayHold adopts objects in forms that the contract does not allow, because
// the service may hold more than the contract says.
func TestAdopt_whatTheServiceMayHold(t *testing.T) {
	t.Parallel()
	set := func(name string, value any) func(map[string]any) {
		return func(o map[string]any) { o[name] = value }
	}
	discount := map[string]any{"discountName": "n", "discountType": "points", "value": 150}
	for name, c := range map[string]struct {
		kind, path, body string
		hold             func(map[string]any)
	}{
		"address that is relative": {
			"cohort_perk", "perks", `{"internalName":"p"}`, set("imageUrl", "/uploads/a.png?token=x"),
		},
		"address that is empty": {"cohort_perk", "perks", `{"internalName":"p"}`, set("videoUrl", "")},
		"link of an app": {
			"cohort_perk", "perks", `{"internalName":"p","type":"link","typeConfig":{"url":"https://a.example"}}`,
			set("typeConfig", map[string]any{"url": "app://open"}),
		},
		"link without a target": {
			"cohort_perk", "perks", `{"internalName":"p","type":"link","typeConfig":{"url":"https://a.example"}}`,
			set("typeConfig", nil),
		},
		"code that is a number": {
			"cohort_perk", "perks", `{"internalName":"p","type":"code","typeConfig":{"code":"A"}}`,
			set("typeConfig", map[string]any{"code": 1234}),
		},
		"discount of another kind": {
			"cohort_perk", "perks",
			`{"internalName":"p","type":"shopify-discount","typeConfig":{"discountName":"n",` +
				`"discountType":"percentage","value":1}}`,
			set("typeConfig", discount),
		},
		"settings that are no object": {
			"cohort_perk", "perks", `{"internalName":"p","type":"gift"}`, set("typeConfig", []any{"b", 1, nil}),
		},
		"text that is null": {
			"cohort_perk", "perks", `{"internalName":"p"}`, set("title", map[string]any{"en": "x", "fr": nil}),
		},
		"text by another sort of code": {
			"cohort_perk", "perks", `{"internalName":"p"}`,
			set("title", map[string]any{"EN": "x", "pt-BR": "y", "english": "z"}),
		},
		"time that is none": {"cohort_perk", "perks", `{"internalName":"p"}`, set("expiresAt", "soon")},
		"time beyond": {
			"cohort_perk", "perks", `{"internalName":"p"}`, set("expiresAt", "+010000-01-01T03:59:59.000Z"),
		},
		"supply of nothing": {"cohort_digital_asset", "digital-assets", `{"internalName":"a"}`, set("maxSupply", 0)},
		"visibility of another sort": {
			"cohort_badge", "badges", `{"internalName":"b","cohortId":"<list>"}`, set("visibility", "friends"),
		},
		"property of another type": {
			"cohort_user_property", "user-properties", `{"name":"T","type":"text"}`, set("type", "color"),
		},
		"rewards of another sort": {
			"cohort_campaign", "campaigns", `{"internalName":"c","type":"store"}`,
			set("rewards", []any{map[string]any{
				"type":     "perk",
				"rewardId": 17,
				"quantity": nil,
				"price":    map[string]any{"amount": -5, "currency": "points"},
			}}),
		},
		"slug of another sort": {
			"cohort_campaign", "campaigns", `{"internalName":"c","type":"store"}`,
			set("typeConfig", map[string]any{"slug": "Été 2027"}),
		},
		"conditions of another sort": {
			"cohort_segment", "cohorts", `{"type":"segment","name":"s"}`,
			set("conditions", map[string]any{
				"operator": "and",
				"groups": []any{map[string]any{"operator": "and", "conditions": []any{
					map[string]any{"type": "weather", "typeConfig": []any{1}},
					map[string]any{
						"type":       "event",
						"typeConfig": map[string]any{"event": "order", "operator": "has-done-often", "withinDays": 3},
					},
					map[string]any{
						"type":       "event",
						"typeConfig": map[string]any{"event": "order", "operator": "has-done", "withinDays": 0},
					},
					map[string]any{
						"type":       "user-property",
						"typeConfig": map[string]any{"property": "lang", "operator": "in", "value": []any{"en", "fr"}},
					},
				}}},
			}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{})
			id := w.post(t, "/v1/"+c.path, replaceAll(c.body, "<list>", w.post(t, "/v1/cohorts", `{"type":"list","name":"l"}`)))
			p := through(t, w, &rewriting{answer: func(object map[string]any) any {
				if object["id"] == id {
					c.hold(object)
				}
				return object
			}})
			adoptable(t, w, p, c.kind, id)
		})
	}
}

// TestAdopt_settingsAsJsonencodeWritesThem checks that an import writes settings as jsonencode
// does. Terraform generates that form, and users write it.
func TestAdopt_settingsAsJsonencodeWritesThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	p := configuredPlugin(t, w)
	const held = `{ "zone": "EU", "amount": 20.0, "text": "5 < 6 & \"more\" >", "big": 12345678901234567890, ` +
		`"list": [1e3, null, {}], "é": "\u00e9" }`
	const want = `{"amount":20,"big":12345678901234567890,"list":[1000,null,` +
		`{}],"text":"5 \u003c 6 \u0026 \"more\" \u003e","zone":"EU","é":"é"}`
	perk, _ := p.adopt("cohort_perk", w.post(t, "/v1/perks", `{"internalName":"p","type":"gift","typeConfig":`+held+`}`))
	campaign, _ := p.adopt("cohort_campaign", w.post(t, "/v1/campaigns",
		`{"internalName":"c","type":"challenge","typeConfig":{"steps":[{"userAction":"a",`+
			`"triggers":[{"type":"t","typeConfig":`+held+`}]}]}}`))
	trigger := campaign.state.GetAttr("challenge").GetAttr("steps").AsValueSlice()[0].GetAttr("triggers").AsValueSlice()[0]
	for _, got := range []string{
		perk.state.GetAttr("custom").GetAttr("settings").AsString(), trigger.GetAttr("settings").AsString(),
	} {
		if got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	}
	// Another form of the same settings is no change.
	other := strings.ReplaceAll(held, "20.0", "2e1")
	config := p.resource("cohort_perk",
		fmt.Sprintf("internal_name = \"p\"\ncustom = { type = \"gift\", settings = %q }", other))
	planned, all := p.plan("cohort_perk", perk.state, config)
	if len(all) > 0 {
		t.Error(all)
	}
	for _, leaf := range differences(perk.state, p.decoded("cohort_perk", planned.PlannedState)) {
		t.Errorf("another form of the same settings is a change: %s", leaf)
	}
}

// TestAdopt_timeInAnotherZone checks that the same time in another zone is no change.
func TestAdopt_timeInAnotherZone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	p := configuredPlugin(t, w)
	perk, _ := p.adopt("cohort_perk",
		w.post(t, "/v1/perks", `{"internalName":"p","expiresAt":"2037-06-01T00:00:00.000Z"}`))
	planned, all := p.plan("cohort_perk", perk.state,
		p.resource("cohort_perk", "internal_name = \"p\"\nexpires_at = \"2037-06-01T02:00:00+02:00\""))
	if len(all) > 0 {
		t.Error(all)
	}
	for _, leaf := range differences(perk.state, p.decoded("cohort_perk", planned.PlannedState)) {
		t.Errorf("the same time is a change: %s", leaf)
	}
}
