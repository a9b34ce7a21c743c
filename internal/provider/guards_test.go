package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// keyOf gives the key attribute of each kind, its noun, and its name in allow_live_delete.
var keyOf = func() map[string]struct{ attribute, noun, name string } {
	of := map[string]struct{ attribute, noun, name string }{}
	for _, k := range provider.Catalog() {
		of["cohort_"+k.Name] = struct{ attribute, noun, name string }{k.Key, k.Noun, k.Name}
	}
	return of
}()

// stateOf returns the state of an object in a merchant, with little more than its key.
func (p *plugin) stateOf(kind, mode string) cty.Value {
	p.t.Helper()
	values := map[string]cty.Value{}
	for name, attribute := range p.states[kind].AttributeTypes() {
		values[name] = cty.NullVal(attribute)
	}
	if keyOf[kind].attribute == "" {
		p.t.Fatalf("keyOf does not know the resource %s: add it", kind)
	}
	values["id"], values["mode"] = cty.StringVal("00000000-0000-4000-8000-000000000001"), cty.StringVal(mode)
	values[keyOf[kind].attribute] = cty.StringVal("vip")
	if p.states[kind].HasAttribute("status") {
		values["status"] = cty.StringVal(merchants.StatusDraft)
	}
	return cty.ObjectVal(values)
}

// calls are the calls of the protocol that carry a state.
var calls = map[string]func(p *plugin, kind string, state cty.Value) []said{
	"read": func(p *plugin, kind string, state cty.Value) []said {
		answer, err := p.server.ReadResource(p.t.Context(), &tfprotov6.ReadResourceRequest{
			TypeName:     kind,
			CurrentState: dynamic(p.t, state),
		})
		if err != nil {
			p.t.Fatal(err)
		}
		return saidBy(answer.Diagnostics)
	},
	"plan of an update": func(p *plugin, kind string, state cty.Value) []said {
		values := state.AsValueMap()
		values["id"], values["mode"] = cty.NullVal(cty.String), cty.NullVal(cty.String)
		_, all := p.plan(kind, state, cty.ObjectVal(values))
		return all
	},
	"plan of a deletion": func(p *plugin, kind string, state cty.Value) []said {
		_, all := p.plan(kind, state, cty.NullVal(state.Type()))
		return all
	},
	"update": func(p *plugin, kind string, state cty.Value) []said {
		return p.applied(kind, state, state)
	},
	"delete": func(p *plugin, kind string, state cty.Value) []said {
		return p.applied(kind, state, cty.NullVal(state.Type()))
	},
}

func (p *plugin) applied(kind string, prior, planned cty.Value) []said {
	p.t.Helper()
	answer, err := p.server.ApplyResourceChange(p.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: kind, PriorState: dynamic(p.t, prior), Config: dynamic(p.t, planned), PlannedState: dynamic(p.t, planned),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return saidBy(answer.Diagnostics)
}

// TestGuards_state checks guard G3 in every call of every resource: no call touches a state of the
// other merchant.
func TestGuards_state(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ mode, state string }{{"test", "live"}, {"live", "test"}} {
		w := newWorld(t, sandbox.Options{})
		keys := map[string]string{"test": w.TestKey(), "live": w.LiveKey()}
		p := newPlugin(t)
		if all := p.configure(fmt.Sprintf("mode = %q\napi_key = %q\napi_url = %q",
			c.mode, keys[c.mode], w.URL())); len(all) > 0 {
			t.Fatal(all)
		}
		for kind := range p.states {
			for name, call := range calls {
				want := fmt.Sprintf("Wrong merchant: the state is of the %s merchant, this configuration is for %s",
					c.state, c.mode)
				all := call(p, kind, p.stateOf(kind, c.state))
				if !slices.ContainsFunc(all, func(s said) bool {
					return s.summary == want && strings.Contains(s.detail, "nothing was removed from the state")
				}) {
					t.Errorf("%s of %s: said %v, want: %s", name, kind, all, want)
				}
			}
		}
		if n := w.Stats().Requests; n != 0 {
			t.Errorf("%d requests were sent", n)
		}
	}
}

// TestGuards_liveDeletion checks guard G4 in every resource, in the plan and right before the
// request.
func TestGuards_liveDeletion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	for _, c := range []struct {
		name, allow string
		refused     bool
	}{
		{"nothing named", ``, true},
		{"another one named", `allow_live_delete = ["%s:other"]`, true},
		{"it is named", `allow_live_delete = ["%s:vip"]`, false},
	} {
		for kind, of := range keyOf {
			p := newPlugin(t)
			allow := c.allow
			if allow != "" {
				allow = fmt.Sprintf(allow, of.name)
			}
			if all := p.configure(fmt.Sprintf("mode = \"live\"\napi_key = %q\napi_url = %q\n%s",
				w.LiveKey(), w.URL(), allow)); len(all) > 0 {
				t.Fatal(all)
			}
			for _, name := range []string{"plan of a deletion", "delete"} {
				w.Reset()
				all := errorsOf(calls[name](p, kind, p.stateOf(kind, "live")))
				sent := w.Stats().ByMethod
				switch {
				case !c.refused && len(all) > 0:
					t.Errorf("%s, %s of %s: said %v, want nothing", c.name, name, kind, all)
				case c.refused &&
					(len(all) != 1 || all[0].summary != fmt.Sprintf("This would delete %s %q in the LIVE merchant", of.noun, "vip") ||
						!strings.Contains(all[0].detail, fmt.Sprintf("allow_live_delete = [\"%s:vip\"]", of.name))):
					t.Errorf("%s, %s of %s: said %v, want an error about a deletion in the LIVE merchant", c.name, name, kind, all)
				case c.refused && sent["DELETE"]+sent["POST"] > 0:
					t.Errorf("%s, %s of %s: requests were sent: %v", c.name, name, kind, sent)
				}
			}
		}
	}
}

// TestGuards_keysOfEachMerchant checks guard G7 if two configured providers share a process, as in
// tests and outside of Terraform. A key that one merchant has is free in the other, in whatever
// order the two are asked.
func TestGuards_keysOfEachMerchant(t *testing.T) {
	t.Parallel()
	for _, order := range [][]string{{"test", "live"}, {"live", "test"}} {
		t.Run(order[0]+" first", func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{})
			w.post(t, "/v1/perks", `{"internalName":"vip"}`)
			keys := map[string]string{"test": w.TestKey(), "live": w.LiveKey()}
			want := map[string]string{"test": `A perk with the internal name "vip" already exists in the test merchant`}
			for _, mode := range order {
				p := newPlugin(t)
				if all := p.configure(fmt.Sprintf("mode = %q\napi_key = %q\napi_url = %q",
					mode, keys[mode], w.URL())); len(all) > 0 {
					t.Fatal(all)
				}
				all := p.check("cohort_perk", `internal_name = "vip"`)
				if want[mode] == "" && len(all) > 0 || want[mode] != "" && (len(all) != 1 || all[0].summary != want[mode]) {
					t.Errorf("%s: said %v, want %q", mode, all, want[mode])
				}
			}
		})
	}
}
