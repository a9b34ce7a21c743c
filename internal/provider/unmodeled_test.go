package provider_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/core"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// unmodeled is a property that a newer service has in each of its objects.
const unmodeled = "x-unmodeled"

// ownWords are the wire names of the objects that belong to the user: texts by language.
var ownWords = []string{"title", "description", "lockedDescription", "name", "optInCta"}

// eachObject calls visit for every object in a wire value, with a name that identifies it: its id,
// or else its path. It skips texts by language and the settings of triggers and of custom perks,
// because they have no properties of the service.
func eachObject(path string, value any, visit func(name string, object map[string]any)) {
	switch value := value.(type) {
	case map[string]any:
		name := path
		for _, id := range []string{"id", "rewardId"} {
			if text, ok := value[id].(string); ok && path != "" {
				name = text
			}
		}
		visit(name, value)
		for property, inner := range value {
			settings := property == "typeConfig" && (strings.Contains(path, "triggers") || value["type"] == "gift-card")
			if !slices.Contains(ownWords, property) && !settings {
				eachObject(name+"/"+property, inner, visit)
			}
		}
	case []any:
		for i, inner := range value {
			eachObject(fmt.Sprintf("%s/%d", path, i), inner, visit)
		}
	}
}

// newer is a service that holds an unmodeled property in each object, and loses it when an update
// leaves it out.
type newer struct {
	sync.Mutex
	lost  []string
	wrote int
}

// told returns how much was written and what was lost since the last call.
func (n *newer) told() (wrote int, lost []string) {
	n.Lock()
	defer n.Unlock()
	wrote, lost = n.wrote, n.lost
	n.wrote, n.lost = 0, n.lost[:0:0]
	return wrote, lost
}

func (n *newer) rewriting() *rewriting {
	return &rewriting{
		write: func(method, path string, body map[string]any) {
			n.Lock()
			defer n.Unlock()
			n.wrote++
			eachObject("", body, func(name string, object map[string]any) {
				if method == http.MethodPatch && name != "" && object[unmodeled] != name {
					n.lost = append(n.lost, fmt.Sprintf("%s %s lost what %s had, and has %v", method, path, name, object[unmodeled]))
				}
				delete(object, unmodeled)
			})
		},
		answer: func(object map[string]any) any {
			eachObject("", object, func(name string, object map[string]any) { object[unmodeled] = name })
			return object
		},
	}
}

// edits has a change for each attribute that can change without a new object, step or variant. A
// new one would keep nothing.
var edits = map[string]func(cty.Value) cty.Value{}

func init() {
	more := func(v cty.Value) cty.Value { return cty.StringVal(v.AsString() + "x") }
	up := func(v cty.Value) cty.Value { return v.Add(cty.NumberIntVal(1)) }
	for _, name := range []string{
		"internal_name", "name", "reference_id", "image_url", "video_url", "url", "slug", "icon", "operator", "value",
	} {
		edits[name] = more
	}
	for _, name := range []string{"quantity", "amount", "max_boxes", "max_quantity", "max_supply", "within_days"} {
		edits[name] = up
	}
	for _, name := range []string{"performed", "member"} {
		edits[name] = func(v cty.Value) cty.Value { return v.Not() }
	}
	for _, name := range []string{"title", "description", "opt_in_cta", "locked_description"} {
		edits[name] = func(cty.Value) cty.Value { return cty.MapVal(map[string]cty.Value{"en": cty.StringVal("Changed")}) }
	}
	edits["settings"] = func(cty.Value) cty.Value { return cty.StringVal(`{"other":1}`) }
	edits["match"] = func(cty.Value) cty.Value { return cty.StringVal("all") }
}

// edited returns copies of a configuration, each with one attribute changed, by the changed
// attribute.
func edited(t *testing.T, config cty.Value) map[string]cty.Value {
	t.Helper()
	changed := map[string]cty.Value{}
	_ = cty.Walk(config, func(at cty.Path, value cty.Value) (bool, error) {
		if len(at) == 0 || value.IsNull() {
			return true, nil
		}
		name, ok := at[len(at)-1].(cty.GetAttrStep)
		if edit := edits[name.Name]; ok && edit != nil {
			path, target := at.Copy(), value
			if target.Type() == cty.Number && name.Name == "value" {
				edit = edits["quantity"]
			}
			other, err := cty.Transform(config, func(here cty.Path, v cty.Value) (cty.Value, error) {
				if here.Equals(path) {
					return edit(target), nil
				}
				return v, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			changed[ctyPathText(path)] = other
		}
		return true, nil
	})
	return changed
}

// draftOf returns a configuration without a desired status.
func draftOf(config cty.Value) cty.Value {
	values := config.AsValueMap()
	if _, ok := values["desired_status"]; ok {
		values["desired_status"] = cty.NullVal(cty.String)
	}
	return cty.ObjectVal(values)
}

// change plans and applies a configuration over an object.
func (p *plugin) change(t *testing.T, kind string, prior object, config cty.Value) object {
	t.Helper()
	planned, err := p.server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: kind, PriorState: dynamic(t, prior.state), PriorPrivate: prior.private, Config: dynamic(t, config),
		ProposedNewState: dynamic(t, core.Proposed(prior.state, config, p.schema.ResourceSchemas[kind].Block.Attributes)),
	})
	if err != nil || len(errorsOf(saidBy(planned.Diagnostics))) > 0 {
		t.Fatal(err, saidBy(planned.Diagnostics))
	}
	applied, err := p.server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName:       kind,
		PriorState:     dynamic(t, prior.state),
		PlannedState:   planned.PlannedState,
		PlannedPrivate: planned.PlannedPrivate,
		Config:         dynamic(t, config),
	})
	if err != nil || len(errorsOf(saidBy(applied.Diagnostics))) > 0 {
		t.Fatal(err, saidBy(applied.Diagnostics))
	}
	after := object{p.decoded(kind, applied.NewState), applied.Private}
	for _, leaf := range differences(p.decoded(kind, planned.PlannedState), after.state) {
		t.Fatalf("Terraform would call this inconsistent: %s", leaf)
	}
	return after
}

// again reads an object. It checks that neither the read nor a plan of the configuration shows a
// change.
func (p *plugin) again(t *testing.T, kind string, prior object, config cty.Value) object {
	t.Helper()
	read := p.reread(t, kind, prior)
	for _, leaf := range differences(prior.state, read.state) {
		t.Fatalf("a refresh shows a change that nobody made: %s", leaf)
	}
	planned, err := p.server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: kind, PriorState: dynamic(t, read.state), PriorPrivate: read.private, Config: dynamic(t, config),
		ProposedNewState: dynamic(t, core.Proposed(read.state, config, p.schema.ResourceSchemas[kind].Block.Attributes)),
	})
	if err != nil || len(errorsOf(saidBy(planned.Diagnostics))) > 0 {
		t.Fatal(err, saidBy(planned.Diagnostics))
	}
	for _, leaf := range differences(read.state, p.decoded(kind, planned.PlannedState)) {
		t.Fatalf("the second plan is not empty: %s", leaf)
	}
	return read
}

func (p *plugin) reread(t *testing.T, kind string, prior object) object {
	t.Helper()
	read, err := p.server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName:     kind,
		CurrentState: dynamic(t, prior.state),
		Private:      prior.private,
	})
	if err != nil || len(errorsOf(saidBy(read.Diagnostics))) > 0 {
		t.Fatal(err, saidBy(read.Diagnostics))
	}
	return object{p.decoded(kind, read.NewState), read.Private}
}

// referred creates what the configurations in complete refer to.
func (w *world) referred(t *testing.T, kind string) *strings.Replacer {
	t.Helper()
	if kind != "cohort_user_property" {
		w.post(t, "/v1/user-properties", `{"name":"Tier","type":"text","referenceId":"loyalty_tier"}`)
	}
	return strings.NewReplacer(
		"a-list", w.post(t, "/v1/cohorts", `{"type":"list","name":"l","referenceId":"other-list"}`),
		"a-segment", w.post(t, "/v1/cohorts", `{"type":"segment","name":"s","referenceId":"other-segment"}`),
		"a-perk", w.post(t, "/v1/perks", `{"internalName":"other-perk"}`),
		"an-asset", w.post(t, "/v1/digital-assets", `{"internalName":"other-asset"}`),
	)
}

// TestUpdate_leavesAloneWhatIsNotModeled checks that an update of any attribute keeps what the
// provider does not model, at any depth.
func TestUpdate_leavesAloneWhatIsNotModeled(t *testing.T) {
	t.Parallel()
	for kind, configs := range complete {
		for i, config := range configs {
			t.Run(fmt.Sprintf("%s/%d", kind, i), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, sandbox.Options{})
				refer := w.referred(t, kind)
				var service newer
				p := through(t, w, service.rewriting())
				base := draftOf(p.resource(kind, refer.Replace(config)))
				held := p.change(t, kind, object{state: cty.NullVal(p.states[kind])}, base)
				service.told()
				for what, other := range edited(t, base) {
					changed := p.change(t, kind, held, other)
					if wrote, lost := service.told(); wrote == 0 || len(lost) > 0 {
						t.Errorf("the change of %s: %d updates, %s", what, wrote, strings.Join(lost, "\n"))
					}
					held = p.change(t, kind, p.again(t, kind, changed, other), base)
					if _, lost := service.told(); len(lost) > 0 {
						t.Errorf("the reverted change of %s: %s", what, strings.Join(lost, "\n"))
					}
				}
			})
		}
	}
}

// TestUpdate_leavesAloneWhatMoves checks the same for the steps, rewards, triggers and conditions
// that stay when others come, go and move.
func TestUpdate_leavesAloneWhatMoves(t *testing.T) {
	t.Parallel()
	steps := func(steps string) string {
		return "internal_name = \"c\"\nchallenge = { title = { en = \"T\" }, steps = [" + steps + "] }"
	}
	one, two := `{ user_action = "one", title = { en = "One" }, triggers = [{ type = "a" }, `+
		`{ type = "b", settings = "{}" }] }`, `{ user_action = "two" }`
	for name, c := range map[string]struct{ kind, before, after string }{
		"steps moved": {"cohort_campaign", steps(one + "," + two), steps(two + "," + one)},
		"step gone":   {"cohort_campaign", steps(one + "," + two), steps(two)},
		"rewards moved and gone": {
			"cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\nrewards = [{ digital_asset_id = \"an-asset\" }, { perk_id = \"a-perk\" }]",
			"internal_name = \"c\"\nairdrop = {}\nrewards = [{ perk_id = \"a-perk\" }]",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{})
			refer := w.referred(t, c.kind)
			var service newer
			p := through(t, w, service.rewriting())
			held := p.change(t, c.kind, object{state: cty.NullVal(p.states[c.kind])},
				p.resource(c.kind, refer.Replace(c.before)))
			after := p.resource(c.kind, refer.Replace(c.after))
			service.told()
			p.again(t, c.kind, p.change(t, c.kind, held, after), after)
			if wrote, lost := service.told(); wrote == 0 || len(lost) > 0 {
				t.Errorf("%d updates, %v", wrote, lost)
			}
		})
	}
}
