package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/core"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/sample"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// complete has valid configurations of each resource. Together they set every attribute that can be
// set, except what is write-only.
var complete = map[string][]string{
	"cohort_user_property": {`
		name         = "Loyalty tier"
		type         = "text"
		reference_id = "loyalty_tier"
	`},
	"cohort_list": {`
		name         = "VIP customers"
		reference_id = "vip"
	`},
	"cohort_segment": {`
		name         = "Gold"
		reference_id = "gold"
		match        = "any"
		groups = [{
			match = "any"
			conditions = [
				{ user_property = { property = "loyalty_tier", operator = "equals", value = "gold" } },
				{ event = { name = "app.connected", performed = false, within_days = 90 } },
				{ audience = { id = "a-list", member = false } },
			]
		}]
	`},
	"cohort_perk": {
		`
		internal_name    = "welcome"
		title            = { en = "Welcome", fr = "Bienvenue" }
		description      = { en = "<p>For you.</p>", fr = "<p>Pour vous.</p>" }
		image_url        = "https://cdn.example.com/a.png"
		expires_at       = "2030-12-31T22:59:59Z"
		desired_status   = "live"
		on_destroy       = "delete"
		shopify_discount = { name = "WELCOME", type = "percentage", value = 10 }
		`, `
		internal_name = "code"
		video_url     = "https://cdn.example.com/a.mp4"
		code          = { value = "WELCOME" }
		`, `
		internal_name  = "link"
		link           = { url = "https://shop.example.com" }
		desired_status = "archived"
		`, `
		internal_name = "gift"
		custom        = { type = "gift-card", settings = jsonencode({ amount = 5 }) }
		`,
	},
	"cohort_digital_asset": {
		`
		internal_name  = "card"
		title          = { en = "Card" }
		description    = { en = "<p>One of many.</p>" }
		image_url      = "https://cdn.example.com/a.png"
		max_supply     = 500
		desired_status = "published"
		`, `
		internal_name = "film"
		video_url     = "https://cdn.example.com/a.mp4"
		`,
	},
	"cohort_badge": {`
		internal_name      = "gold"
		audience_id        = "a-segment"
		title              = { en = "Gold" }
		description        = { en = "You reached gold." }
		locked_description = { en = "Reach gold." }
		image_url          = "https://cdn.example.com/a.svg"
		visibility         = "everyone"
		desired_status     = "published"
	`},
	"cohort_campaign": {
		`
		internal_name  = "summer"
		audience_id    = "a-segment"
		start_at       = "2027-06-01T00:00:00Z"
		end_at         = "2035-06-01T00:00:00Z"
		desired_status = "published"
		on_destroy     = "delete"
		rewards        = [{ perk_id = "a-perk", quantity = 2 }, { digital_asset_id = "an-asset", quantity = 3 }]
		distribution   = { instant_draw = { max_boxes = 10 } }
		challenge = {
			title       = { en = "Hunt" }
			opt_in_cta  = { en = "Join" }
			description = { en = "<p>Run.</p>" }
			image_url   = "https://cdn.example.com/a.png"
			slug        = "hunt"
			steps = [{
				user_action = "cohort_form"
				icon        = "form"
				title       = { en = "Size" }
				description = { en = "Tell us." }
				triggers    = [{ type = "cohort_form", settings = jsonencode({ property = "loyalty_tier" }) }]
			}]
		}
		`, `
		internal_name = "store"
		rewards       = [{ perk_id = "a-perk", price = { amount = 100, currency = "EUR" } }]
		distribution  = { direct = { max_quantity = 100 } }
		store = {
			title       = { en = "Store" }
			description = { en = "<p>Buy.</p>" }
			image_url   = "https://cdn.example.com/a.png"
			slug        = "store"
		}
		`, `
		internal_name = "airdrop"
		rewards       = [{ perk_id = "a-perk", quantity = 1 }]
		distribution  = { raffle = { max_boxes = 10, draw_at = "2035-06-01T00:00:00Z" } }
		airdrop       = {}
		`, `
		internal_name = "film"
		challenge     = { video_url = "https://cdn.example.com/a.mp4" }
		`, `
		internal_name = "cinema"
		store         = { video_url = "https://cdn.example.com/a.mp4" }
		`,
	},
}

// writeOnlyConfigs has valid configurations with what is write-only, which no state and no import
// shows.
var writeOnlyConfigs = map[string][]string{
	"cohort_perk": {`
		internal_name = "write-only"
		image_url     = "https://cdn.example.com/a.png"
		code          = { value_wo = "WELCOME", value_wo_version = 1 }
	`},
}

// everyAttribute has valid configurations of each resource that together set every attribute.
func everyAttribute() map[string][]string {
	all := maps.Clone(complete)
	for kind, configs := range writeOnlyConfigs {
		all[kind] = slices.Concat(all[kind], configs)
	}
	return all
}

// TestUnknown_resources sets every attribute, and every element of every list and map, to null and
// to unknown, at every depth. It validates each result, plans to create it, and plans to update it
// from a draft and from a published object. No call may reveal a bug or break Terraform's rules for
// plans. An invalid value may be refused.
func TestUnknown_resources(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	shared := configuredPlugin(t, w)
	for kind, schema := range shared.schema.ResourceSchemas {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			p := configuredPlugin(t, w)
			configs := everyAttribute()[kind]
			if len(configs) == 0 {
				t.Fatalf("add configurations of %s to complete that together set every attribute", kind)
			}
			covered := map[string]bool{}
			for _, block := range configs {
				config := p.resource(kind, block)
				if all := errorsOf(p.anew().check(kind, block)); len(all) > 0 {
					t.Fatalf("a configuration in complete is not valid: %v\n%s", all, block)
				}
				cover(config, schema.Block.Attributes, "", covered)
				p.everyHole(kind, config)
			}
			eachSettable(schema.Block.Attributes, "", func(at string) {
				if !covered[at] {
					t.Errorf("no configuration in complete sets %s: add it to one", at)
				}
			})
			p.everyHole(kind, filled(ctyType(t, schema.ValueType()), schema.Block.Attributes))
		})
	}
}

// everyHole replaces each part of a configuration with null and with unknown, and then the whole.
func (p *plugin) everyHole(kind string, config cty.Value) {
	p.t.Helper()
	none := cty.NullVal(config.Type())
	priors := map[string]cty.Value{"create": none}
	if answer, all := p.anew().plan(kind, none, config); len(errorsOf(all)) == 0 {
		planned := p.decoded(kind, answer.PlannedState)
		if mode := planned.GetAttr("mode"); !mode.RawEquals(cty.StringVal("test")) {
			p.t.Errorf("the plan has the merchant %#v, but a reviewer must see it", mode)
		}
		public := "published"
		if kind == "cohort_perk" {
			public = "live"
		}
		for _, status := range []string{"draft", public} {
			if _, ok := planned.AsValueMap()["status"]; ok || status == "draft" {
				priors["update of something "+status] = applied(planned, status)
			}
		}
	}
	p.hole(kind, "nothing", config, priors)
	var paths []cty.Path
	if err := cty.Walk(config, func(path cty.Path, value cty.Value) (bool, error) {
		if len(path) > 0 && !value.IsNull() {
			paths = append(paths, path.Copy())
		}
		return true, nil
	}); err != nil {
		p.t.Fatal(err)
	}
	for _, path := range paths {
		for name, hole := range map[string]func(cty.Type) cty.Value{"null": cty.NullVal, "unknown": cty.UnknownVal} {
			if !sample.Case() {
				continue
			}
			changed, err := cty.Transform(config, func(at cty.Path, value cty.Value) (cty.Value, error) {
				if at.Equals(path) {
					return hole(value.Type()), nil
				}
				return value, nil
			})
			if err != nil {
				p.t.Fatal(err)
			}
			p.hole(kind, fmt.Sprintf("%s at %s", name, ctyPathText(path)), changed, priors)
		}
	}
	for name, hole := range map[string]func(cty.Type) cty.Value{"null": cty.NullVal, "unknown": cty.UnknownVal} {
		values := map[string]cty.Value{}
		for _, a := range p.schema.ResourceSchemas[kind].Block.Attributes {
			attribute := config.Type().AttributeType(a.Name)
			values[a.Name] = cty.NullVal(attribute)
			if a.Optional || a.Required {
				values[a.Name] = hole(attribute)
			}
		}
		p.hole(kind, name+" everywhere", cty.ObjectVal(values), priors)
	}
	for what, prior := range priors {
		if !prior.IsNull() {
			_, all := p.anew().plan(kind, prior, none)
			p.noBug("destroy after "+what, errorsOf(all))
		}
	}
}

func (p *plugin) hole(kind, what string, config cty.Value, priors map[string]cty.Value) {
	p.t.Helper()
	p.noBug("validate with "+what, p.validate(kind, config))
	for change, prior := range priors {
		what := change + " with " + what
		answer, all := p.anew().plan(kind, prior, config)
		p.noBug(what, all)
		if len(errorsOf(all)) > 0 {
			continue
		}
		planned := p.decoded(kind, answer.PlannedState)
		attributes := p.schema.ResourceSchemas[kind].Block.Attributes
		for _, broken := range brokenRules(attributes, "", prior, core.WithoutWriteOnly(config, attributes), planned) {
			p.t.Errorf("%s: Terraform would call this plan invalid: %s", what, broken)
		}
	}
}

// noBug fails on a diagnostic that a user cannot act on.
func (p *plugin) noBug(what string, all []said) {
	p.t.Helper()
	for _, s := range all {
		for _, text := range []string{
			"hit a bug", "Value Conversion", "provider developer", "error in the provider", "Plugin",
		} {
			if strings.Contains(s.summary+s.detail, text) {
				p.t.Errorf("%s: %s", what, s)
			}
		}
	}
}

// brokenRules returns the places where a plan breaks Terraform's rules. A configured value must be
// planned as configured, or stay as it was. Only a computed attribute that is not configured may
// have any value.
func brokenRules(attributes []*tfprotov6.SchemaAttribute, parent string, prior, config, planned cty.Value) []string {
	if !config.IsKnown() || config.IsNull() || !planned.IsKnown() || planned.IsNull() {
		if planned.RawEquals(config) {
			return nil
		}
		return []string{fmt.Sprintf("%s is planned as %#v, configured as %#v", parent, planned, config)}
	}
	var broken []string
	for _, a := range attributes {
		at := strings.TrimPrefix(parent+"."+a.Name, ".")
		was := cty.NullVal(config.Type().AttributeType(a.Name))
		if prior.IsKnown() && !prior.IsNull() {
			was = prior.GetAttr(a.Name)
		}
		want, got := config.GetAttr(a.Name), planned.GetAttr(a.Name)
		switch {
		case got.RawEquals(want), !was.IsNull() && !want.IsNull() && got.RawEquals(was), a.Computed && want.IsNull():
		case a.NestedType == nil:
			broken = append(broken, fmt.Sprintf("%s is planned as %#v, configured as %#v", at, got, want))
		case a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle:
			broken = append(broken, brokenRules(a.NestedType.Attributes, at, was, want, got)...)
		case !want.IsKnown() || want.IsNull() || !got.IsKnown() || got.IsNull() || want.LengthInt() != got.LengthInt():
			broken = append(broken, fmt.Sprintf("%s is planned as %#v, configured as %#v", at, got, want))
		default:
			for i := range want.LengthInt() {
				index := cty.NumberIntVal(int64(i))
				before := cty.NullVal(want.Type().ElementType())
				if was.IsKnown() && !was.IsNull() && i < was.LengthInt() {
					before = was.Index(index)
				}
				broken = append(broken,
					brokenRules(a.NestedType.Attributes, fmt.Sprintf("%s[%d]", at, i), before, want.Index(index), got.Index(index))...)
			}
		}
	}
	return broken
}

// applied returns a planned state as it could be after the apply, with values in place of what the
// service chooses.
func applied(planned cty.Value, status string) cty.Value {
	state, err := cty.Transform(planned, func(path cty.Path, value cty.Value) (cty.Value, error) {
		if len(path) == 1 && path.Equals(cty.GetAttrPath("status")) {
			return cty.StringVal(status), nil
		}
		if !value.IsKnown() {
			return cty.StringVal("chosen"), nil
		}
		return value, nil
	})
	if err != nil {
		panic(err)
	}
	return state
}

// filled sets all attributes that can be set, even those that exclude each other.
func filled(kind cty.Type, attributes []*tfprotov6.SchemaAttribute) cty.Value {
	values := map[string]cty.Value{}
	for _, a := range attributes {
		attribute := kind.AttributeType(a.Name)
		switch {
		case !a.Optional && !a.Required:
			values[a.Name] = cty.NullVal(attribute)
		case a.NestedType == nil:
			values[a.Name] = map[cty.Type]cty.Value{
				cty.String: cty.StringVal("x"), cty.Number: cty.NumberIntVal(1), cty.Bool: cty.True,
				cty.Map(cty.String): cty.MapVal(map[string]cty.Value{"en": cty.StringVal("x")}),
			}[attribute]
		case a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle:
			values[a.Name] = filled(attribute, a.NestedType.Attributes)
		default:
			values[a.Name] = cty.ListVal([]cty.Value{filled(attribute.ElementType(), a.NestedType.Attributes)})
		}
	}
	return cty.ObjectVal(values)
}

// eachSettable visits the path of each attribute that can be set.
func eachSettable(attributes []*tfprotov6.SchemaAttribute, parent string, visit func(at string)) {
	for _, a := range attributes {
		if !a.Optional && !a.Required {
			continue
		}
		at := strings.TrimPrefix(parent+"."+a.Name, ".")
		visit(at)
		if a.NestedType != nil {
			eachSettable(a.NestedType.Attributes, at, visit)
		}
	}
}

// cover records the paths of the attributes that a configuration sets.
func cover(value cty.Value, attributes []*tfprotov6.SchemaAttribute, parent string, covered map[string]bool) {
	if value.IsNull() {
		return
	}
	for _, a := range attributes {
		set := value.GetAttr(a.Name)
		if set.IsNull() {
			continue
		}
		at := strings.TrimPrefix(parent+"."+a.Name, ".")
		covered[at] = true
		if a.NestedType == nil {
			continue
		}
		if a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle {
			cover(set, a.NestedType.Attributes, at, covered)
			continue
		}
		for _, element := range set.AsValueSlice() {
			cover(element, a.NestedType.Attributes, at, covered)
		}
	}
}

func ctyPathText(path cty.Path) string {
	var text strings.Builder
	for _, step := range path {
		switch step := step.(type) {
		case cty.GetAttrStep:
			text.WriteString("." + step.Name)
		case cty.IndexStep:
			if step.Key.Type() == cty.String {
				fmt.Fprintf(&text, "[%q]", step.Key.AsString())
			} else {
				fmt.Fprintf(&text, "[%s]", step.Key.AsBigFloat().Text('f', 0))
			}
		}
	}
	return strings.TrimPrefix(text.String(), ".")
}

// TestUnknown_read checks that every model fits its schema if only an id and a name are set.
func TestUnknown_read(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	for kind, schema := range newPlugin(t).schema.ResourceSchemas {
		// One plugin for all kinds would find no object at all, and assume the wrong merchant.
		p := configuredPlugin(t, w)
		values := map[string]cty.Value{}
		for name, attribute := range ctyType(t, schema.ValueType()).AttributeTypes() {
			values[name] = cty.NullVal(attribute)
		}
		values["id"] = cty.StringVal("00000000-0000-4000-8000-000000000000")
		for _, name := range []string{"name", "internal_name"} {
			if _, has := values[name]; has {
				values[name] = cty.StringVal("a") // Without it, this would be an import that finds nothing.
			}
		}
		answer, err := p.server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
			TypeName:     kind,
			CurrentState: dynamic(t, cty.ObjectVal(values)),
		})
		if err != nil {
			t.Fatal(err)
		}
		if all := saidBy(answer.Diagnostics); len(all) > 0 {
			t.Errorf("%s: the read of a missing object: %v", kind, all)
			continue
		}
		if state := p.decoded(kind, answer.NewState); !state.IsNull() {
			t.Errorf("%s: a missing object is still in the state: %#v", kind, state)
		}
		for what, text := range map[string]string{"nothing": `{}`, "an attribute of the future": `{"of_the_future":true}`} {
			upgraded, err := p.server.UpgradeResourceState(t.Context(), &tfprotov6.UpgradeResourceStateRequest{
				TypeName: kind, Version: schema.Version, RawState: &tfprotov6.RawState{JSON: []byte(text)},
			})
			if err != nil {
				t.Fatal(err)
			}
			p.noBug(kind+": state with "+what, saidBy(upgraded.Diagnostics))
		}
	}
}

// TestUnknown_dataSources checks that every model of a data source fits its schema, and that an
// unknown value is no error.
func TestUnknown_dataSources(t *testing.T) {
	t.Parallel()
	p := configuredPlugin(t, newWorld(t, sandbox.Options{}))
	for kind, schema := range p.schema.DataSourceSchemas {
		object := ctyType(t, schema.ValueType())
		keys := slices.DeleteFunc(slices.Clone(schema.Block.Attributes), func(a *tfprotov6.SchemaAttribute) bool {
			return !a.Optional && !a.Required || !a.Type.Is(tftypes.String)
		})
		for _, a := range keys {
			for name, value := range map[string]cty.Value{
				"null": cty.NullVal(cty.String), "unknown": cty.UnknownVal(cty.String), "nothing there": cty.StringVal("no such"),
			} {
				values := map[string]cty.Value{}
				for attribute, of := range object.AttributeTypes() {
					values[attribute] = cty.NullVal(of)
				}
				values[a.Name] = value
				what := fmt.Sprintf("%s with %s %s", kind, a.Name, name)
				config := dynamic(t, cty.ObjectVal(values))
				valid, err := p.server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{
					TypeName: kind,
					Config:   config,
				})
				if err != nil {
					t.Fatal(err)
				}
				all := saidBy(valid.Diagnostics)
				p.noBug(what, all)
				if name == "null" == (len(all) == 0) {
					t.Errorf("%s: validation said %v", what, all)
				}
				if name == "unknown" {
					continue // Terraform reads only what is known.
				}
				answer, err := p.server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{
					TypeName: kind,
					Config:   config,
				})
				if err != nil {
					t.Fatal(err)
				}
				all = saidBy(answer.Diagnostics)
				p.noBug(what, all)
				if len(all) != 1 {
					t.Errorf("%s: the read said %v, want one error", what, all)
				}
			}
		}
		if len(keys) > 0 {
			continue
		}
		values, unknown := map[string]cty.Value{}, map[string]cty.Value{}
		for _, a := range schema.Block.Attributes {
			of := object.AttributeType(a.Name)
			values[a.Name], unknown[a.Name] = cty.NullVal(of), cty.NullVal(of)
			if a.Optional {
				unknown[a.Name] = cty.UnknownVal(of)
			}
		}
		valid, err := p.server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{
			TypeName: kind,
			Config:   dynamic(t, cty.ObjectVal(unknown)),
		})
		if err != nil {
			t.Fatal(err)
		}
		if all := saidBy(valid.Diagnostics); len(all) > 0 {
			t.Errorf("%s with unknown arguments: %v", kind, all)
		}
		answer, err := p.server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{
			TypeName: kind,
			Config:   dynamic(t, cty.ObjectVal(values)),
		})
		if err != nil {
			t.Fatal(err)
		}
		if all := saidBy(answer.Diagnostics); len(all) > 0 {
			t.Errorf("%s: %v", kind, all)
		}
	}
}

// TestUnknown_provider checks that a provider block with only unknown values is refused where that
// matters, with a clear message.
func TestUnknown_provider(t *testing.T) {
	t.Setenv("COHORT_API_KEY", "")
	t.Setenv("COHORT_API_URL", "")
	t.Setenv("COHORT_READ_ONLY", "")
	p := newPlugin(t)
	values := map[string]cty.Value{}
	for name, attribute := range ctyType(t, p.schema.Provider.ValueType()).AttributeTypes() {
		values[name] = cty.UnknownVal(attribute)
	}
	answer, err := p.server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: dynamic(t, cty.ObjectVal(values)),
	})
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]string{}
	for _, s := range saidBy(answer.Diagnostics) {
		at[s.path] = s.summary
	}
	p.noBug("everything unknown", saidBy(answer.Diagnostics))
	if got := slices.Sorted(maps.Keys(at)); !slices.Equal(got, []string{
		"allow_live_delete", "api_url", "mode", "read_only", "snapshot",
	}) {
		t.Errorf("errors at %v, want them at allow_live_delete, api_url, mode, read_only and snapshot", at)
	}
}
