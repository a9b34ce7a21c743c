package provider_test

import (
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

const segmentAddress = "cohort_segment.gold"

var segmentConfig = block(segmentAddress, `name = "Gold"`, `reference_id = "gold"`, `match = "any"`, `groups = [
  {
    match = "any"
    conditions = [
      { user_property = { property = "lang", operator = "equals", value = "fr" } },
      { event = { name = "app.connected", performed = false, within_days = 90 } },
      { audience = { id = "<VIPs>", member = false } },
    ]
  },
  {
    conditions = [
      { user_property = { property = "email", operator = "is-set" } },
      { event = { name = "order.paid" } },
      { audience = { id = "<VIPs>" } },
    ]
  },
]`)

const segmentConditions = `{"operator":"or","groups":[
	{"operator":"or","conditions":[
		{"type":"user-property","typeConfig":{"property":"lang","operator":"equals","value":"fr"}},
		{"type":"event","typeConfig":{"event":"app.connected","operator":"has-not-done","withinDays":90}},
		{"type":"cohort","typeConfig":{"cohortId":"<VIPs>","operator":"is-not-in"}}]},
	{"operator":"and","conditions":[
		{"type":"user-property","typeConfig":{"property":"email","operator":"is-set","value":null}},
		{"type":"event","typeConfig":{"event":"order.paid","operator":"has-done","withinDays":null}},
		{"type":"cohort","typeConfig":{"cohortId":"<VIPs>","operator":"is-in"}}]}]}`

// segmentWorld starts a world with a list to refer to.
func segmentWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, sandbox.Options{})
	w.post(t, "/v1/cohorts", `{"type":"list","name":"VIPs"}`)
	w.mark()
	return w
}

func TestSegment_lifecycle(t *testing.T) {
	t.Parallel()
	w := segmentWorld(t)
	steps := []resource.TestStep{{
		Config: segmentConfig,
		Check: w.wrote(`POST /v1/cohorts {"type":"segment","name":"Gold","referenceId":"gold","conditions":` +
			segmentConditions + `}`),
		ConfigStateChecks: []statecheck.StateCheck{
			known(segmentAddress, knownvalue.NotNull(), "id"),
			known(segmentAddress, text("test"), "mode"),
			known(segmentAddress, text("any"), "match"),
			known(segmentAddress, text("all"), "groups", 1, "match"),
			known(segmentAddress, knownvalue.Bool(true), "groups", 1, "conditions", 1, "event", "performed"),
			known(segmentAddress, knownvalue.Bool(true), "groups", 1, "conditions", 2, "audience", "member"),
		},
	}}
	steps = append(steps, imports(segmentAddress, "gold")...)
	steps = append(steps,
		resource.TestStep{
			PreConfig: w.mark,
			Config: block(segmentAddress, `name = "Gold"`, `reference_id = "gold"`, `match = "any"`,
				`groups = [{ conditions = [{ event = { name = "order.paid", within_days = 30 } }] }]`),
			ConfigPlanChecks: acts(segmentAddress, plancheck.ResourceActionUpdate),
			Check: w.wrote(`PATCH /v1/cohorts/<Gold> {"conditions":{"operator":"or","groups":[{"operator":"and","conditions":[
				{"type":"event","typeConfig":{"event":"order.paid","operator":"has-done","withinDays":30}}]}]}}`),
		},
		resource.TestStep{
			PreConfig: w.mark, Config: block(segmentAddress, `name = "Golden"`),
			ConfigPlanChecks: acts(segmentAddress, plancheck.ResourceActionUpdate),
			Check:            w.wrote(`PATCH /v1/cohorts/<Gold> {"name":"Golden","referenceId":null,"conditions":null}`),
			ConfigStateChecks: []statecheck.StateCheck{
				known(segmentAddress, knownvalue.Null(), "groups"),
				known(segmentAddress, knownvalue.Null(), "reference_id"),
				known(segmentAddress, text("all"), "match"),
			},
		},
	)
	w.run(t, w.holds("cohorts", "VIPs"), steps...)
}

func TestSegment_identity(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.post(t, "/v1/cohorts",
		`{"type":"segment","name":"Gold","referenceId":"gold","conditions":{"operator":"and","groups":[{"operator":"or",`+
			`"conditions":[
		{"type":"user-property","typeConfig":{"property":"lang","operator":"equals","value":"fr"}}]}]}}`)
	w.checkIdentity(t, identityCase{"cohort_segment", "cohorts", "Gold", map[string]any{
		"name": "Gold", "reference_id": "gold", "match": "all",
		"groups": []any{map[string]any{"match": "any", "conditions": []any{
			map[string]any{"user_property": map[string]any{"property": "lang", "operator": "equals", "value": "fr"}},
		}}},
	}})
}

var segmentOutside = outside{
	address: segmentAddress, kind: "cohorts", name: "Gold",
	config: block(segmentAddress, `name = "Gold"`, `groups = [{ conditions = [{ event = { name = "order.paid" } }] }]`),
	edit:   map[string]any{"conditions": nil, "referenceId": "changed"},
	wrote: `PATCH /v1/cohorts/<Gold> {"referenceId":null,"conditions":{"operator":"and","groups":[{"operator":"and",` +
		`"conditions":[
		{"type":"event","typeConfig":{"event":"order.paid","operator":"has-done","withinDays":null}}]}]}}`,
}

// TestSegment_unknownCondition checks that a condition of an unknown kind gives a warning and does
// not break the plan.
func TestSegment_unknownCondition(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	id := w.post(t, "/v1/cohorts",
		`{"type":"segment","name":"Gold","conditions":{"operator":"and","groups":[{"operator":"and","conditions":[
		{"type":"event","typeConfig":{"event":"order.paid","operator":"has-done","withinDays":null}}]}]}}`)
	w.fault(t, sandbox.Fault{
		Method: "GET",
		Route:  "/v1/cohorts/{id}",
		Set:    map[string]any{"conditions.groups[].conditions[].type": "weather"},
	})()
	state, _, diags := w.protocol(t).importByIdentity(t, "cohort_segment", map[string]any{"id": id})
	if len(diags) != 1 || diags[0].Summary != "Unknown kind of condition" ||
		diags[0].Attribute.String() !=
			`AttributeName("groups").ElementKeyInt(0).AttributeName("conditions").ElementKeyInt(0)` {
		t.Errorf("said %+v", diags)
	}
	sameValues(t, "state", state, map[string]any{
		"id": id, "mode": "test", "name": "Gold", "match": "all",
		"groups": []any{map[string]any{"match": "all", "conditions": []any{map[string]any{}}}},
	})
}

func TestSegment_refused(t *testing.T) {
	t.Parallel()
	refused(t, block(segmentAddress, `name = "Gold"`, `groups = [{ conditions = [{ event = { name = "order.paid" } }] }]`),
		"/v1/cohorts",
		"conditions.groups[0].conditions[0].typeConfig.event is not known", `Could not create segment "Gold"`, "groups = [")
}

func TestSegment_unknownReference(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.run(t, w.holds("cohorts"), resource.TestStep{
		Config: block(segmentAddress, `name = "Gold"`,
			`groups = [{ conditions = [{ user_property = { property = "tier", operator = "equals", value = "gold" } }] }]`),
		ExpectError: says(`Could not create segment "Gold"`, "groups = [",
			`conditions.groups[0].conditions[0].typeConfig.property refers to no user property \"tier\"`,
			"code generic.invalid-reference"),
	})
}

func TestSegment_importUnknownKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.post(t, "/v1/cohorts", `{"type":"list","name":"VIPs","referenceId":"vip"}`)
	w.run(t, nil, resource.TestStep{
		Config: block(segmentAddress, `name = "Gold"`), ResourceName: segmentAddress, ImportState: true, ImportStateId: "vip",
		ExpectError: says(`No segment has the reference id "vip"`,
			"No segment of this merchant has a key. Is it the right merchant?"),
	})
}

// TestSegment_unknownConditionsStay checks that conditions of an unknown kind are written as {},
// and that an update of other conditions leaves them as they are.
func TestSegment_unknownConditionsStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	id := w.post(t, "/v1/cohorts", `{"type":"segment","name":"s"}`)
	const held = `{"operator":"and","groups":[{"operator":"and","conditions":[{"type":"weather","typeConfig":["rain"]},` +
		`{"type":"event","typeConfig":{"event":"order","operator":"has-done","withinDays":3}}]}]}`
	var sent []any
	p := through(t, w, &rewriting{
		write: func(method, _ string, body map[string]any) {
			if method == http.MethodPatch {
				sent = append(sent, body["conditions"])
				delete(body, "conditions")
			}
		},
		answer: func(object map[string]any) any {
			object["conditions"] = decodedJSON(t, held)
			return object
		},
	})
	const kind = "cohort_segment"
	found, said := p.adopt(kind, id)
	if len(said) != 1 || said[0].path != "groups[0].conditions[0]" || said[0].summary != "Unknown kind of condition" {
		t.Errorf("said %v", said)
	}
	p.change(t, kind, found, p.resource(kind, `
		name   = "s"
		groups = [{ conditions = [{ event = { name = "order", within_days = 7 } }, {}] }]
	`))
	want := decodedJSON(t,
		`[{"operator":"and","groups":[{"operator":"and","conditions":[{"type":"event","typeConfig":{"event":"order",`+
			`"operator":"has-done","withinDays":7}},`+
			`{"type":"weather","typeConfig":["rain"]}]}]}]`)
	sameValues(t, "what was sent", any(sent), want)
	_, all := p.plan(kind, found.state, p.resource(kind, "name = \"s\"\ngroups = [{ conditions = [{}, {}] }]"))
	if len(all) != 1 || all[0].path != "groups[0].conditions[1]" {
		t.Errorf("another unknown condition: %v", all)
	}
}
