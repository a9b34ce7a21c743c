package provider_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/sample"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// Texts that HCL, JSON, a shell or a terminal could take for something else.
const (
	odd  = `"id:\"a\" $${x} %%{if} \\ é 日本 🎉 <b>&amp;"`
	html = `"<p class=\"a\">One</p>\n\n<ul><li>$${two}</li></ul>\n"`
)

var (
	texts2   = []string{`{ en = "Summer", fr = "Été" }`, `{ en = ` + html + `, fr = ` + odd + ` }`}
	webURLs  = []string{`"https://cdn.example.com/a.png"`, `"http://cdn.example.com/a%20b?x=%7B%22%7D&y=$${z}#top"`}
	settings = []string{
		`jsonencode({ property = "loyalty_tier" })`,
		`jsonencode({ "a b" = ` + odd + `, n = 12345678901234567890.50, l = [1, null, {}], t = true })`, `"{}"`,
	}
	keys2 = []string{`"plain"`, odd}
)

// tried are the values of every attribute that can be set, by the path of the attribute.
var tried = map[string]map[string][]string{
	"cohort_user_property": {
		"name": keys2, "type": {`"text"`, `"number"`, `"boolean"`, `"date"`}, "reference_id": {`"tier"`, `"key: é/$${x}"`},
	},
	"cohort_list": {"name": keys2, "reference_id": {`"vip"`, `"id:5"`}},
	"cohort_segment": {
		"name": keys2, "reference_id": {`"gold"`, `"key:id:"`}, "match": {`"all"`, `"any"`},
		"groups.match": {`"all"`, `"any"`},
		"groups.conditions.user_property.property": {`"loyalty_tier"`, `"email"`},
		"groups.conditions.user_property.operator": {`"equals"`, `"is-set"`},
		"groups.conditions.user_property.value":    {`"gold"`, odd, `"10.50"`, `"false"`},
		"groups.conditions.event.name":             {`"app.connected"`, odd},
		"groups.conditions.event.performed":        {`true`, `false`},
		"groups.conditions.event.within_days":      {`1`, `9007199254740991`},
		"groups.conditions.audience.id":            {`"a-list"`, `"a-segment"`},
		"groups.conditions.audience.member":        {`true`, `false`},
	},
	"cohort_perk": {
		"internal_name": keys2, "title": texts2, "description": texts2, "image_url": webURLs, "video_url": webURLs,
		"expires_at": {`"2037-01-01T00:00:00Z"`, `"9999-12-31T23:59:59.999Z"`},
		"code.value": {`"WELCOME"`, odd}, "code.value_wo": {`"WELCOME"`, odd}, "code.value_wo_version": {`1`, `2`},
		"link.url":              webURLs,
		"shopify_discount.name": keys2, "shopify_discount.type": {`"percentage"`, `"fixed-amount"`},
		"shopify_discount.value": {`10`, `0.0001`},
		"custom.type":            {`"gift-card"`, odd}, "custom.settings": settings,
		"desired_status": {`"draft"`, `"live"`, `"archived"`}, "on_destroy": {`"archive"`, `"delete"`},
	},
	"cohort_digital_asset": {
		"internal_name": keys2, "title": texts2, "description": texts2, "image_url": webURLs, "video_url": webURLs,
		"max_supply": {`1`, `9007199254740991`}, "desired_status": {`"draft"`, `"published"`},
	},
	"cohort_badge": {
		"internal_name": keys2, "audience_id": {`"a-list"`, `"a-segment"`}, "title": texts2, "description": texts2,
		"locked_description": texts2, "image_url": webURLs, "visibility": {`"everyone"`, `"owners"`},
		"desired_status": {`"draft"`, `"published"`},
	},
	"cohort_campaign": {
		"internal_name": keys2, "audience_id": {`"a-list"`, `"a-segment"`},
		"start_at": {`"2027-06-01T00:00:00Z"`, `"2036-01-01T01:00:00.5+01:00"`}, "end_at": {`"2037-06-01T00:00:00Z"`},
		"desired_status": {`"draft"`, `"published"`, `"ended"`, `"archived"`}, "on_destroy": {`"archive"`, `"delete"`},
		"rewards.perk_id": {`"a-perk"`}, "rewards.digital_asset_id": {`"an-asset"`}, "rewards.quantity": {`1`, `3`},
		"rewards.price.amount": {`0`, `9007199254740991`}, "rewards.price.currency": {`"EUR"`, `"USD"`},
		"distribution.direct.max_quantity":    {`1`, `9007199254740991`},
		"distribution.instant_draw.max_boxes": {`9`, `9007199254740991`},
		"distribution.raffle.max_boxes":       {`9`, `9007199254740991`},
		"distribution.raffle.draw_at":         {`"2036-06-01T00:00:00Z"`},
		"challenge.title":                     texts2, "challenge.opt_in_cta": texts2, "challenge.description": texts2,
		"challenge.image_url": webURLs, "challenge.video_url": webURLs, "challenge.slug": {`"summer-2027"`, `"-a--1-"`},
		"challenge.steps.user_action": {`"cohort_form"`, odd}, "challenge.steps.icon": {`"form"`, odd},
		"challenge.steps.title": texts2, "challenge.steps.description": texts2,
		"challenge.steps.triggers.type": {`"cohort_form"`, odd}, "challenge.steps.triggers.settings": settings,
		"store.title": texts2, "store.description": texts2, "store.image_url": webURLs, "store.video_url": webURLs,
		"store.slug": {`"summer-2027"`, `"-a--1-"`},
	},
}

// alternatives are the attributes of which at most one is set; exactly one, if the first is not "".
var alternatives = map[string][][]string{
	"cohort_segment": {
		{"groups.conditions.user_property", "groups.conditions.event", "groups.conditions.audience"},
	},
	"cohort_perk": {
		{"", "image_url", "video_url"}, {"", "code", "link", "shopify_discount", "custom"}, {"code.value", "code.value_wo"},
	},
	"cohort_digital_asset": {{"", "image_url", "video_url"}},
	"cohort_campaign": {
		{"challenge", "store", "airdrop"},
		{"rewards.perk_id", "rewards.digital_asset_id"},
		{"distribution.direct", "distribution.instant_draw", "distribution.raffle"},
		{"", "challenge.image_url", "challenge.video_url"},
		{"", "store.image_url", "store.video_url"},
	},
}

// clashing is what the provider refuses.
var clashing = map[string][]clash{
	"cohort_perk": {
		{`desired_status = "live"`, "!title"},
		{"code.value = ", "code.value_wo_version"},
		{"code.value_wo = ", "!code.value_wo_version"},
	},
	"cohort_digital_asset": {{`desired_status = "published"`, "!title"}},
	"cohort_badge": {
		{`desired_status = "published"`, "!title"},
		{`desired_status = "published"`, "!image_url"},
		{`visibility = "owners"`, "locked_description"},
	},
	"cohort_campaign": slices.Concat(
		[]clash{
			{"rewards.quantity", "!distribution.instant_draw", "!distribution.raffle"}, {"rewards.price", "!store"},
		},
		public("!rewards"),
		public("distribution.instant_draw", "!rewards.quantity"), public("distribution.raffle", "!rewards.quantity"),
		public("distribution.instant_draw", "!distribution.instant_draw.max_boxes"),
		public("distribution.raffle", "!distribution.raffle.max_boxes"),
		public("distribution.raffle", "!distribution.raffle.draw_at"),
		public("challenge", "!challenge.title"), public("challenge", "!challenge.opt_in_cta"),
		public("challenge", "!challenge.description"), public("challenge", "!challenge.image_url", "!challenge.video_url"),
		public("challenge", "!challenge.steps"), public("challenge", "challenge.steps", "!challenge.steps.triggers"),
	),
}

// public are clashes with the statuses of a campaign that is or was published.
func public(with ...string) []clash {
	return []clash{
		append(clash{`desired_status = "published"`}, with...), append(clash{`desired_status = "ended"`}, with...),
	}
}

// TestConfiguration_pairs generates the configuration of objects of every kind, with every pair of
// values and missing values of two attributes. The configuration adopts its object with an empty
// plan, and says nothing that need not be said.
func TestConfiguration_pairs(t *testing.T) {
	t.Parallel()
	served := newPlugin(t).schema.ResourceSchemas
	chosen := provider.Catalog()[rand.IntN(len(provider.Catalog()))].Name
	eachKind(t, func(t *testing.T, k provider.Kind, typeName string) {
		if !sample.All() && k.Name != chosen {
			return // To find the pairs of a kind takes longer than to try some of them.
		}
		random := rand.New(rand.NewPCG(1, 2))
		d := designOf(t, typeName, served[typeName], tried[typeName], alternatives[typeName], clashing[typeName])
		if t.Failed() {
			return
		}
		w := newWorld(t, sandbox.Options{})
		refer := w.referred(t, typeName)
		p, judge := configuredPlugin(t, w), configuredPlugin(t, newWorld(t, sandbox.Options{}))
		for i, c := range d.clashes {
			r := d.only(random, i)
			if r == nil || len(errorsOf(judge.anew().check(typeName, draftThen(d.text(r))))) == 0 {
				t.Errorf("the provider does not refuse %q: take it out of clashing", c)
			}
		}
		rows, refused := d.rows(random)
		t.Logf("%d pairs in %d configurations; %d more are refused", len(d.pairs())-len(refused), len(rows), len(refused))
		for i, r := range rows {
			if !sample.Case() {
				continue
			}
			text := refer.Replace(d.text(r))
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				one, judged := *p, *judge
				one.t, judged.t = t, t
				if one.pairTried(w, &judged, k, typeName, text); t.Failed() {
					t.Log(text)
				}
			})
		}
	})
}

// draftThen returns a configuration whose object can be made: only a published campaign can end.
func draftThen(text string) string {
	return strings.Replace(text, `desired_status = "ended"`, `desired_status = "published"`, 1)
}

// pairTried makes an object, adopts it in another run, and deletes it.
func (p *plugin) pairTried(w *world, judge *plugin, k provider.Kind, typeName, text string) {
	t := p.t
	made := p.anew().change(t, typeName, object{state: cty.NullVal(p.states[typeName])},
		p.resource(typeName, draftThen(text)))
	id := made.state.GetAttr("id").AsString()
	defer func() {
		if err := w.DeleteObject(id); err != nil {
			t.Error(err)
		}
	}()
	if text != draftThen(text) {
		w.post(t, "/v1/campaigns/"+id+"/end", "")
	}
	found, config := adoptable(t, w, p.anew(), typeName, id)
	p.saysNoMore(judge, typeName, found.state, config)
	p.queriedAs(w, k, typeName, found.state)
}

// saysNoMore checks that a generated configuration has exactly what differs from what the provider
// would plan without it.
func (p *plugin) saysNoMore(judge *plugin, typeName string, state, config cty.Value) {
	t := p.t
	eachWritten(p.schema.ResourceSchemas[typeName].Block.Attributes, nil, state, config,
		func(a *tfprotov6.SchemaAttribute, at cty.Path, held, written cty.Value) {
			name := ctyPathText(at)
			isEmpty := !written.IsNull() && (written.RawEquals(cty.StringVal("")) ||
				written.CanIterateElements() && !written.Type().IsObjectType() && written.LengthInt() == 0)
			switch {
			case a.Optional && isEmpty:
				t.Errorf("%s is %#v, but null is meant", name, written)
			case a.Computed && !a.Optional:
				if !written.IsNull() {
					t.Errorf("%s is set, but only the service sets it", name)
				}
			case a.Computed && !held.IsNull():
				standard := judge.without(typeName, config, at)
				if isDefault := standard.RawEquals(held); isDefault != written.IsNull() {
					t.Errorf("%s is %#v, its default is %#v, and the configuration has %#v", name, held, standard, written)
				}
			case a.NestedType == nil && !written.RawEquals(held), written.IsNull() != held.IsNull():
				t.Errorf("%s is %#v, and the configuration has %#v", name, held, written)
			}
		})
}

// without returns what a new draft is planned to have if an attribute is not configured.
func (p *plugin) without(typeName string, config cty.Value, at cty.Path) cty.Value {
	p.t.Helper()
	config, err := cty.Transform(config, func(here cty.Path, value cty.Value) (cty.Value, error) {
		if here.Equals(at) || here.Equals(cty.GetAttrPath("desired_status")) {
			return cty.NullVal(value.Type()), nil
		}
		return value, nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	planned, all := p.anew().plan(typeName, cty.NullVal(config.Type()), config)
	if len(errorsOf(all)) > 0 {
		p.t.Fatal(all)
	}
	value, err := at.Apply(p.decoded(typeName, planned.PlannedState))
	if err != nil {
		p.t.Fatal(err)
	}
	return value
}

// eachWritten visits the attributes of an object, at every depth, in its state and in its
// configuration.
func eachWritten(
	attributes []*tfprotov6.SchemaAttribute, parent cty.Path, state, config cty.Value,
	visit func(a *tfprotov6.SchemaAttribute, at cty.Path, held, written cty.Value),
) {
	for _, a := range attributes {
		at, held, written := parent.GetAttr(a.Name), state.GetAttr(a.Name), config.GetAttr(a.Name)
		visit(a, at, held, written)
		switch {
		case a.NestedType == nil || held.IsNull() || written.IsNull():
		case a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle:
			eachWritten(a.NestedType.Attributes, at, held, written, visit)
		default:
			for i := range min(held.LengthInt(), written.LengthInt()) {
				index := cty.NumberIntVal(int64(i))
				eachWritten(a.NestedType.Attributes, at.Index(index), held.Index(index), written.Index(index), visit)
			}
		}
	}
}

// queriedAs checks that a query shows an object as its import does, from the page of its listing
// alone.
func (p *plugin) queriedAs(w *world, k provider.Kind, typeName string, state cty.Value) {
	t := p.t
	client := &protocolClient{p.anew().server, p.schema}
	w.mark()
	results, all := client.query(t, &tfprotov6.ListResourceRequest{TypeName: typeName, IncludeResource: true})
	if sent := w.requests(); len(errorsOf(all)) > 0 || len(sent) != 1 {
		t.Errorf("the query sent %q and said %v, want one page", sent, all)
	}
	want := client.plain(t, typeName, dynamic(t, state))
	if _, isCode := want["code"]; isCode {
		want["code"] = map[string]any{} // See TestQuery_code.
	}
	at := slices.IndexFunc(results, func(r shown) bool { return r.identity["id"] == want["id"] })
	if at < 0 {
		t.Fatalf("the query does not show the %s", k.Noun)
	}
	if diff := cmp.Diff(want, results[at].resource); diff != "" {
		t.Errorf("(-import +query):\n%s", diff)
	}
}

// TestConfiguration_tables checks that the tables of values name only attributes of the schema.
func TestConfiguration_tables(t *testing.T) {
	t.Parallel()
	served := newPlugin(t).schema.ResourceSchemas
	for kind, values := range tried {
		known := map[string]bool{}
		if served[kind] == nil {
			t.Errorf("%s is no resource", kind)
			continue
		}
		eachSettable(served[kind].Block.Attributes, "", func(at string) { known[at] = true })
		for at := range maps.Keys(values) {
			if !known[at] {
				t.Errorf("%s has no attribute %s that can be set", kind, at)
			}
		}
	}
}

// TestConfiguration_announced checks that Terraform learns, from either call that it may make
// first, that it can ask for configurations.
func TestConfiguration_announced(t *testing.T) {
	t.Parallel()
	p := newPlugin(t)
	metadata, err := p.server.GetMetadata(t.Context(), &tfprotov6.GetMetadataRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for call, announced := range map[string]*tfprotov6.ServerCapabilities{
		"GetProviderSchema": p.schema.ServerCapabilities, "GetMetadata": metadata.ServerCapabilities,
	} {
		if announced == nil || !announced.GenerateResourceConfig {
			t.Errorf("%s does not announce GenerateResourceConfig: %v", call, announced)
		}
	}
}

// TestConfiguration_unasked checks that a configuration is generated without a configured provider,
// and what is said of a type or a state that is not ours.
func TestConfiguration_unasked(t *testing.T) {
	t.Parallel()
	p := newPlugin(t)
	state := p.parse(p.schema.ResourceSchemas["cohort_list"], `
		id           = "1"
		mode         = "test"
		name         = "VIP"
		reference_id = "vip"
	`)
	got := p.generated("cohort_list", state)
	if want := p.resource("cohort_list", "name = \"VIP\"\nreference_id = \"vip\""); !got.RawEquals(want) {
		t.Errorf("got %#v", got)
	}
	other := dynamic(t, p.parse(p.schema.ResourceSchemas["cohort_perk"], `internal_name = "p"`))
	for _, c := range []struct {
		kind, cause string
		state       *tfprotov6.DynamicValue
	}{
		{"cohort_voucher", `this version of the provider has no resource "cohort_voucher"`, dynamic(t, state)},
		{"list", `this version of the provider has no resource "list"`, dynamic(t, state)},
		{"cohort_list", "there is no state", nil},
		{"cohort_list", "there is no state", dynamic(t, cty.NullVal(state.Type()))},
		{"cohort_list", "the state does not fit this version of the provider", other},
	} {
		answer, err := p.server.GenerateResourceConfig(t.Context(), &tfprotov6.GenerateResourceConfigRequest{
			TypeName: c.kind,
			State:    c.state,
		})
		if err != nil {
			t.Fatal(err)
		}
		all := saidBy(answer.Diagnostics)
		if len(all) != 1 || all[0].warning || answer.Config != nil ||
			all[0].summary != "No configuration can be generated for "+c.kind || !strings.Contains(all[0].detail, c.cause) {
			t.Errorf("%s: %v, want %s", c.kind, all, c.cause)
		}
	}
}

// TestConfiguration_ofAQuery checks that the configuration of what a query shows is the one of its
// import, but for sensitive values. Validation asks for those that are required.
func TestConfiguration_ofAQuery(t *testing.T) {
	t.Parallel()
	w := queryWorld(t)
	p := configuredPlugin(t, w)
	server, ok := p.server.(tfprotov6.ListResourceServer)
	if !ok {
		t.Fatal("the server has no queries")
	}
	for _, k := range allQueried {
		stream, err := server.ListResource(t.Context(), &tfprotov6.ListResourceRequest{
			TypeName: k.typeName, Config: asDynamic(t, nil), IncludeResource: true, Limit: 100,
		})
		if err != nil {
			t.Fatal(err)
		}
		shown := 0
		for result := range stream.Results {
			shown++
			state := p.decoded(k.typeName, result.Resource)
			imported, _ := p.adopt(k.typeName, state.GetAttr("id").AsString())
			want, got := p.generated(k.typeName, imported.state), p.generated(k.typeName, state)
			asks := errorsOf(p.validate(k.typeName, got))
			if values := want.AsValueMap(); result.DisplayName == "old" {
				values["code"] = cty.ObjectVal(map[string]cty.Value{
					"value": cty.NullVal(cty.String), "value_wo": cty.NullVal(cty.String), "value_wo_version": cty.NullVal(cty.Number),
				})
				want = cty.ObjectVal(values)
				if len(asks) != 1 || asks[0].path != "code" || asks[0].summary != "None of value and value_wo" {
					t.Errorf("validation of a perk without the value of its code says %v", asks)
				}
			} else if len(asks) > 0 {
				t.Errorf("%s: the configuration is not valid: %v", result.DisplayName, asks)
			}
			if !got.RawEquals(want) {
				t.Errorf("%s:\n got %#v\nwant %#v", result.DisplayName, got, want)
			}
		}
		if shown != len(k.names) {
			t.Errorf("%d of %s were shown", shown, k.typeName)
		}
	}
}
