package merchants_test

import (
	"encoding/json"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// patchOf returns what an update sends.
func patchOf[T merchants.Object, Input any](
	t *testing.T, c merchants.Collection[T, Input], held string, is, want Input,
) string {
	t.Helper()
	patch, err := merchants.PatchOf(c, held, is, want)
	if err != nil {
		t.Fatal(err)
	}
	return patch
}

func TestMerge_campaign(t *testing.T) {
	t.Parallel()
	c := newClient(t, merchants.Config{})
	step := func(id merchants.ID, title string, triggers ...merchants.Trigger) merchants.Step {
		return merchants.Step{
			ID: id, UserAction: "visit", Title: merchants.Localized{"en": title}, Description: merchants.Localized{},
			Triggers: triggers,
		}
	}
	trigger := func(kind, settings string) merchants.Trigger {
		return merchants.Trigger{Type: kind, TypeConfig: json.RawMessage(settings)}
	}
	for name, test := range map[string]struct {
		in       merchants.CampaignInput
		is, want string
	}{
		"what is not modeled stays, at any depth": {
			merchants.CampaignInput{TypeConfig: merchants.Value[any](merchants.Challenge{
				Name: merchants.Localized{"en": "New"}, OptInCTA: merchants.Localized{}, Description: merchants.Localized{},
				Steps: []merchants.Step{step("s2", "Two", trigger("order", `{"min":5}`)), step("", "New"), step("s1", "One")},
			})},
			`{"type":"challenge","typeConfig":{"theme":"dark","slug":"hunt","name":{"en":"Old"},"steps":[
				{"id":"s1","points":1,"userAction":"visit","icon":null,"title":{"en":"One"},"description":{},"triggers":[]},
				{"id":"s2","points":2,"userAction":"visit","icon":null,"title":{"en":"Two"},"description":{},
					"triggers":[{"type":"order","weight":3,"typeConfig":{"max":9}}]},
				{"id":"s3","points":3,"userAction":"visit"}]}}`,
			`{"typeConfig":{"description":{},"name":{"en":"New"},"optInCta":{},"slug":"hunt","steps":[` +
				`{"description":{},"icon":null,"id":"s2","points":2,"title":{"en":"Two"},"triggers":[{"type":"order",` +
				`"typeConfig":{"min":5},"weight":3}],"userAction":"visit"},` +
				`{"description":{},"icon":null,"title":{"en":"New"},"triggers":null,"userAction":"visit"},` +
				`{"description":{},"icon":null,"id":"s1","points":1,"title":{"en":"One"},"triggers":null,"userAction":"visit"}],` +
				`"theme":"dark"}}`,
		},
		"a reward that moved keeps its own, a new one has nothing": {
			merchants.CampaignInput{Rewards: merchants.Value([]merchants.Reward{
				{Type: "perk", RewardID: "p3"},
				{Type: "perk", RewardID: "2", Quantity: new(int64(5)), Price: &merchants.Price{Amount: 7, Currency: "EUR"}},
			})},
			`{"rewards":[{"type":"perk","rewardId":"p1","x":1},{"type":"perk","rewardId":2,"x":2,"price":{"amount":6,` +
				`"currency":"EUR","tax":19}}]}`,
			`{"rewards":[{"price":null,"quantity":null,"rewardId":"p3","type":"perk"},` +
				`{"price":{"amount":7,"currency":"EUR","tax":19},"quantity":5,"rewardId":2,"type":"perk","x":2}]}`,
		},
		"another way of distribution keeps nothing": {
			merchants.CampaignInput{
				Distribution: merchants.Value(merchants.Distribution{Type: "direct", MaxQuantity: new(int64(5))}),
			},
			`{"distribution":{"type":"instant-draw","x":1,"typeConfig":{"maxBoxes":3,"y":2}}}`,
			`{"distribution":{"type":"direct","typeConfig":{"maxQuantity":5}}}`,
		},
		"the same way keeps it": {
			merchants.CampaignInput{
				Distribution: merchants.Value(merchants.Distribution{Type: "direct", MaxQuantity: new(int64(5))}),
			},
			`{"distribution":{"type":"direct","x":1,"typeConfig":{"maxQuantity":3,"y":2}}}`,
			`{"distribution":{"type":"direct","typeConfig":{"maxQuantity":5,"y":2},"x":1}}`,
		},
		"what is held already is not sent": {
			merchants.CampaignInput{
				Distribution: merchants.Value(merchants.Distribution{Type: "direct", MaxQuantity: new(int64(5))}),
			},
			`{"distribution":{"type":"direct","x":1,"typeConfig":{"maxQuantity":5,"y":2}}}`,
			`{}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := patchOf(t, c.Campaigns, test.is, merchants.CampaignInput{}, test.in)
			if got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestMerge_cohort(t *testing.T) {
	t.Parallel()
	c := newClient(t, merchants.Config{})
	property := func(name, value string) merchants.Condition {
		return merchants.Condition{UserProperty: &merchants.UserPropertyCondition{
			Property: name, Operator: "equals", Value: &merchants.Scalar{Text: value},
		}}
	}
	const (
		size    = `{"type":"user-property","x":1,"typeConfig":{"property":"size","operator":"equals","value":42.50,"y":1}}`
		big     = `{"type":"user-property","typeConfig":{"property":"big","operator":"equals","value":12345678901234567890}}`
		opted   = `{"type":"user-property","typeConfig":{"property":"opted","operator":"equals","value":true}}`
		lang    = `{"type":"user-property","x":2,"typeConfig":{"property":"lang","operator":"equals","value":"fr","y":2}}`
		weather = `{"type":"weather","typeConfig":[1,2]}`
		often   = `{"type":"event","typeConfig":{"event":"order","operator":"has-done-often","times":3}}`
	)
	is := func(conditions string) string {
		return `{"conditions":{"operator":"and","z":1,"groups":[{"operator":"and","z":2,"conditions":[` + conditions + `]}]}}`
	}
	for name, test := range map[string]struct {
		sent     []merchants.Condition
		is, want string
	}{
		"a number and a boolean stay what they are": {
			[]merchants.Condition{
				property("size", "42.5"), property("big", "12345678901234567890"), property("opted", "true"),
				property("lang", "en"),
			},
			size + "," + big + "," + opted + "," + lang,
			`{"type":"user-property","typeConfig":{"operator":"equals","property":"size","value":42.50,"y":1},"x":1},` +
				`{"type":"user-property","typeConfig":{"operator":"equals","property":"big","value":12345678901234567890}},` +
				`{"type":"user-property","typeConfig":{"operator":"equals","property":"opted","value":true}},` +
				`{"type":"user-property","typeConfig":{"operator":"equals","property":"lang","value":"en","y":2},"x":2}`,
		},
		"they do when one is put in front and one is removed": {
			[]merchants.Condition{property("new", "1"), property("lang", "en"), property("size", "42.5")},
			size + "," + opted + "," + lang,
			`{"type":"user-property","typeConfig":{"operator":"equals","property":"new","value":"1"}},` +
				`{"type":"user-property","typeConfig":{"operator":"equals","property":"lang","value":"en","y":2},"x":2},` +
				`{"type":"user-property","typeConfig":{"operator":"equals","property":"size","value":42.50,"y":1},"x":1}`,
		},
		"a number that is changed is sent as text": {
			[]merchants.Condition{property("size", "43")},
			size,
			`{"type":"user-property","typeConfig":{"operator":"equals","property":"size","value":"43","y":1},"x":1}`,
		},
		"conditions that are not known stay": {
			[]merchants.Condition{{Unknown: true}, property("lang", "en"), {Unknown: true}},
			weather + "," + lang + "," + often,
			`{"type":"weather","typeConfig":[1,2]},` +
				`{"type":"user-property","typeConfig":{"operator":"equals","property":"lang","value":"en","y":2},"x":2},` +
				`{"type":"event","typeConfig":{"event":"order","operator":"has-done-often","times":3}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := merchants.CohortInput{Conditions: merchants.Value(
				merchants.Conditions{Operator: "and", Groups: []merchants.ConditionGroup{{Operator: "and", Conditions: test.sent}}},
			)}
			got := patchOf(t, c.Segments, is(test.is), merchants.CohortInput{}, in)
			want := `{"conditions":{"groups":[{"conditions":[` + test.want +
				`],"operator":"and","z":2}],"operator":"and","z":1}}`
			if got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		})
	}
}

func TestMerge_groups(t *testing.T) {
	t.Parallel()
	event := func(name string) merchants.Condition {
		return merchants.Condition{Event: &merchants.EventCondition{Event: name, Operator: "has-done"}}
	}
	group := func(conditions ...merchants.Condition) merchants.ConditionGroup {
		return merchants.ConditionGroup{Operator: "or", Conditions: conditions}
	}
	held := func(x, name string) string {
		return `{"operator":"or","x":` + x + `,"conditions":[{"type":"event","typeConfig":{"event":"` + name +
			`","operator":"has-done","withinDays":null}}]}`
	}
	// The group of c is first and is removed. The group of a moves and gains a condition. The group of
	// b moves.
	in := merchants.CohortInput{Conditions: merchants.Value(merchants.Conditions{
		Operator: "and", Groups: []merchants.ConditionGroup{group(event("b")), group(event("new"), event("a"))},
	})}
	is := `{"conditions":{"operator":"and","groups":[` +
		held("3", "c") + "," + held("1", "a") + "," + held("2", "b") + `]}}`
	want := `{"conditions":{"groups":[` +
		`{"conditions":[{"type":"event","typeConfig":{"event":"b","operator":"has-done","withinDays":null}}],` +
		`"operator":"or","x":2},` +
		`{"conditions":[{"type":"event","typeConfig":{"event":"new","operator":"has-done","withinDays":null}},` +
		`{"type":"event","typeConfig":{"event":"a","operator":"has-done","withinDays":null}}],"operator":"or","x":1}],` +
		`"operator":"and"}}`
	if got := patchOf(t, newClient(t, merchants.Config{}).Segments, is, merchants.CohortInput{}, in); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestMerge_perk(t *testing.T) {
	t.Parallel()
	c := newClient(t, merchants.Config{})
	perk := func(kind, settings string) merchants.PerkInput {
		return merchants.PerkInput{Type: merchants.Value(kind), TypeConfig: merchants.Value(json.RawMessage(settings))}
	}
	for name, test := range map[string]struct {
		in       merchants.PerkInput
		is, want string
	}{
		"code": {
			perk("code", `{"code":"B"}`), `{"type":"code","typeConfig":{"code":"A","uses":1}}`,
			`{"type":"code","typeConfig":{"code":"B","uses":1}}`,
		},
		"link": {
			perk("link", `{"url":"b"}`), `{"type":"link","typeConfig":{"url":"a","tab":true}}`,
			`{"type":"link","typeConfig":{"tab":true,"url":"b"}}`,
		},
		"discount": {
			perk("shopify-discount", `{"value":10}`), `{"type":"shopify-discount","typeConfig":{"value":20,"once":1}}`,
			`{"type":"shopify-discount","typeConfig":{"once":1,"value":10}}`,
		},
		"settings that are the user's": {
			perk("gift", `{"a":1}`), `{"type":"gift","typeConfig":{"a":2,"b":3}}`, `{"type":"gift","typeConfig":{"a":1}}`,
		},
		"another type": {
			perk("link", `{"url":"b"}`), `{"type":"code","typeConfig":{"code":"A","uses":1}}`,
			`{"type":"link","typeConfig":{"url":"b"}}`,
		},
		"a number that is the same": {perk("shopify-discount", `{"value":0.1}`), `{"type":"shopify-discount",` +
			`"typeConfig":{"value":0.1000000000000000055}}`, `{}`},
		"settings that are held": {
			perk("gift", `{"b":1.0,"a":2}`), `{"type":"gift","typeConfig":{"a":2,"b":1}}`, `{}`,
		},
		"nothing of them is to be sent": {
			merchants.PerkInput{InternalName: merchants.Value("a")}, `{"type":"code"}`, `{"internalName":"a"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := patchOf(t, c.Perks, test.is, merchants.PerkInput{}, test.in); got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestSameJSON(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		same bool
	}{
		{`{"a":1,"b":[2,3]}`, ` { "b" : [2, 3], "a" : 1 } `, true},
		{`1`, `1.0`, true},
		{`1000`, `1e3`, true},
		{`-0.5`, `-5E-1`, true},
		{`0`, `-0.0`, true},
		{`1e999999999`, `10e999999998`, true},
		{`"<"`, `"\u003c"`, true},
		{`null`, ` null`, true},
		{`no JSON`, `no JSON`, true},
		{`12345678901234567890`, `12345678901234567891`, false},
		{`0.1`, `0.10000000000000001`, false},
		{`1`, `-1`, false},
		{`1`, `"1"`, false},
		{`true`, `"true"`, false},
		{`null`, `{}`, false},
		{`{}`, `[]`, false},
		{`[1,2]`, `[2,1]`, false},
		{`{"a":1}`, `{"a":1,"b":2}`, false},
		{`{"a":null}`, `{}`, false},
		{`null`, `no JSON`, false},
	} {
		if got := merchants.SameJSON([]byte(test.a), []byte(test.b)); got != test.same {
			t.Errorf("SameJSON of %s and %s: got %t", test.a, test.b, got)
		}
	}
}
