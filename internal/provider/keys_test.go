package provider_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/core"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// keyed has the minimal arguments of each kind with a key. keyless has those of the kinds that may
// have none.
var (
	keyed = map[string]string{
		"cohort_user_property": `name = "One", type = "text", reference_id = %q`,
		"cohort_list":          `name = "One", reference_id = %q`,
		"cohort_segment":       `name = "One", reference_id = %q`,
		"cohort_perk":          `internal_name = %q`,
		"cohort_digital_asset": `internal_name = %q`,
		"cohort_badge":         `internal_name = %q, audience_id = "AUDIENCE"`,
		"cohort_campaign":      `internal_name = %q, airdrop = {}`,
	}
	keyless = map[string]string{"cohort_list": `name = "One"`, "cohort_segment": `name = "One"`}
)

// guarded is a plugin for one merchant of a world.
type guarded struct {
	*plugin
	audience string
	// again returns the plugin of the next run of Terraform.
	again func() *guarded
}

// merchant starts a world with a list for badges in one of its merchants. It returns the world and
// a function that makes a configured plugin.
func merchant(t *testing.T, mode string) (*world, func(allowed ...string) *guarded) {
	t.Helper()
	w := newWorld(t, sandbox.Options{})
	key := map[string]string{"test": w.TestKey(), "live": w.LiveKey()}[mode]
	audience := w.postWith(t, key, "/v1/cohorts", `{"type":"list","name":"Audience","referenceId":"audience"}`)
	return w, func(allowed ...string) *guarded {
		p := newPlugin(t)
		names := cty.ListValEmpty(cty.String)
		for _, name := range allowed {
			names = cty.ListVal(append(names.AsValueSlice(), cty.StringVal(name)))
		}
		if all := p.configure(fmt.Sprintf("mode = %q\napi_key = %q\napi_url = %q\nallow_live_delete = %s",
			mode, key, w.URL(), hclwrite.TokensForValue(names).Bytes())); len(all) > 0 {
			t.Fatal(all)
		}
		return &guarded{plugin: p, audience: audience}
	}
}

// briefly makes the guards wait only for a moment, for cases where no call comes that they could
// wait for.
func (p *guarded) briefly() *guarded {
	provider.WaitBriefly(p.server)
	return p
}

// reconfigure configures the provider again, without a check of its arguments.
func (p *guarded) reconfigure() {
	p.t.Helper()
	answer, err := p.server.ConfigureProvider(p.t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: dynamic(p.t, p.parse(p.schema.Provider, p.block)),
	})
	if err != nil || len(answer.Diagnostics) > 0 {
		p.t.Fatal(err, saidBy(answer.Diagnostics))
	}
}

// of returns a configuration of a kind with this key. If the key is "", the configuration has none.
func (p *guarded) of(kind, key string) cty.Value {
	p.t.Helper()
	arguments := keyless[kind]
	if key != "" {
		arguments = strings.ReplaceAll(fmt.Sprintf(keyed[kind], key), "AUDIENCE", p.audience)
	}
	return p.resource(kind, strings.ReplaceAll(arguments, ", ", "\n"))
}

// planNew plans a new object.
func (p *guarded) planNew(kind, key string) []said {
	p.t.Helper()
	_, all := p.plan(kind, cty.NullVal(p.states[kind]), p.of(kind, key))
	return all
}

// planWith plans with private data.
func (p *plugin) planWith(
	kind string, prior, config cty.Value, private []byte,
) (*tfprotov6.PlanResourceChangeResponse, []said) {
	p.t.Helper()
	answer, err := p.server.PlanResourceChange(p.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: kind, PriorState: dynamic(p.t, prior), Config: dynamic(p.t, config), PriorPrivate: private,
		ProposedNewState: dynamic(p.t, core.Proposed(prior, config, p.schema.ResourceSchemas[kind].Block.Attributes)),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return answer, saidBy(answer.Diagnostics)
}

// carryOut applies a plan, and returns the new state and private data.
func (p *plugin) carryOut(
	kind string, prior, config cty.Value, planned *tfprotov6.PlanResourceChangeResponse,
) (cty.Value, []byte, []said) {
	p.t.Helper()
	answer, err := p.server.ApplyResourceChange(p.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName:       kind,
		PriorState:     dynamic(p.t, prior),
		Config:         dynamic(p.t, config),
		PlannedState:   planned.PlannedState,
		PlannedPrivate: planned.PlannedPrivate,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return p.decoded(kind, answer.NewState), answer.Private, saidBy(answer.Diagnostics)
}

// made creates an object as Terraform does.
func (p *guarded) made(kind string, config cty.Value) (cty.Value, []byte) {
	p.t.Helper()
	none := cty.NullVal(p.states[kind])
	planned, all := p.plan(kind, none, config)
	if len(errorsOf(all)) > 0 {
		p.t.Fatal(all)
	}
	state, private, all := p.carryOut(kind, none, config, planned)
	if len(errorsOf(all)) > 0 {
		p.t.Fatal(all)
	}
	return state, private
}

// show passes an object of the state to the provider, as every run of Terraform does first.
func (p *plugin) show(kind string, state cty.Value) {
	p.t.Helper()
	text, err := ctyjson.Marshal(state, state.Type())
	if err != nil {
		p.t.Fatal(err)
	}
	answer, err := p.server.UpgradeResourceState(p.t.Context(), &tfprotov6.UpgradeResourceStateRequest{
		TypeName: kind,
		RawState: &tfprotov6.RawState{JSON: text},
	})
	if err != nil || len(answer.Diagnostics) > 0 {
		p.t.Fatal(err, saidBy(answer.Diagnostics))
	}
}

// readState reads an object of the state, and returns the new state and private data.
func (p *plugin) readState(kind string, state cty.Value, private []byte) (cty.Value, []byte, []said) {
	p.t.Helper()
	answer, err := p.server.ReadResource(p.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName:     kind,
		CurrentState: dynamic(p.t, state),
		Private:      private,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return p.decoded(kind, answer.NewState), answer.Private, saidBy(answer.Diagnostics)
}

// eachSubject runs a test for every kind with a key, and for those that may have none.
func eachSubject(t *testing.T, run func(t *testing.T, kind, key string)) {
	t.Helper()
	for kind := range keyed {
		t.Run(kind, func(t *testing.T) { t.Parallel(); run(t, kind, "vip") })
	}
	for kind := range keyless {
		t.Run(kind+" without a key", func(t *testing.T) { t.Parallel(); run(t, kind, "") })
	}
}

// TestGuards_privateData checks that an apply leaves no mark of the plan in the state. A mark from
// an older version has no effect, and the next read removes it.
func TestGuards_privateData(t *testing.T) {
	t.Parallel()
	eachSubject(t, func(t *testing.T, kind, key string) {
		w, configured := merchant(t, "live")
		p := configured()
		state, private := p.made(kind, p.of(kind, key))
		if strings.Contains(string(private), "replaced") {
			t.Errorf("after a create the private data is %s", private)
		}
		p = configured()
		p.show(kind, state)
		values := p.of(kind, key).AsValueMap()
		title := "name"
		if values["internal_name"] != cty.NilVal {
			title = "internal_name"
		}
		values[title] = cty.StringVal("Two")
		changed := cty.ObjectVal(values)
		planned, all := p.planWith(kind, state, changed, private)
		if len(errorsOf(all)) > 0 {
			t.Fatal(all)
		}
		state, private, all = p.carryOut(kind, state, changed, planned)
		if len(all) > 0 || strings.Contains(string(private), "replaced") {
			t.Errorf("after an update the private data is %s, and it said %v", private, all)
		}

		// A state of version 0.1. Its object is then deleted by hand.
		id := state.GetAttr("id").AsString()
		mark, err := json.Marshal(map[string]any{"ID": id, "Key": key})
		if err != nil {
			t.Fatal(err)
		}
		old, err := json.Marshal(map[string][]byte{"replaced": mark})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.DeleteObject(id); err != nil {
			t.Fatal(err)
		}
		p = configured()
		p.show(kind, state)
		gone, private, all := p.readState(kind, state, old)
		if !gone.IsNull() || len(all) > 0 || len(private) > 0 {
			t.Errorf("after the read of a missing object: gone %#v, private data %s, said %v", gone.IsNull(), private, all)
		}
		if _, all = p.planWith(kind, cty.NullVal(p.states[kind]), changed, old); len(all) > 0 {
			t.Errorf("a new create of it: said %v, want nothing", all)
		}
	})
}

// TestGuards_tainted checks that the plan of a tainted live object counts as a replacement: with
// and without a refresh, with and without a key, and whatever key the new object gets.
func TestGuards_tainted(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"test", "live"} {
		for _, refreshed := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, refreshed %t", mode, refreshed), func(t *testing.T) {
				t.Parallel()
				eachSubject(t, func(t *testing.T, kind, key string) {
					_, configured := merchant(t, mode)
					p := configured()
					state, _ := p.made(kind, p.of(kind, key))
					name := strings.TrimPrefix(kind, "cohort_") + ":" + key
					if key == "" {
						name += "id:" + state.GetAttr("id").AsString()
					}
					configs := map[string]cty.Value{
						"the same key":            p.of(kind, key),
						"another key":             p.of(kind, "other"),
						"a key that is not known": withUnknown(p.of(kind, "other"), keyOf[kind].attribute),
					}
					if keyless[kind] != "" {
						configs["no key"] = p.of(kind, "")
					}
					for with, config := range configs {
						for _, allowed := range []string{"perk:stranger", name} {
							p := configured(allowed).briefly()
							p.show(kind, state)
							if refreshed {
								p.readState(kind, state, nil)
							}
							_, all := p.plan(kind, cty.NullVal(p.states[kind]), config)
							refused := mode == "live" && allowed != name
							switch {
							case !refused && len(all) > 0:
								t.Errorf("with %s, %s is allowed: said %v, want nothing", with, allowed, all)
							case refused && (len(all) != 1 || !strings.Contains(all[0].summary, "replace "+keyOf[kind].noun) ||
								!strings.Contains(all[0].detail, fmt.Sprintf("allow_live_delete = [%q]", name)) ||
								!strings.Contains(all[0].detail, "tainted")):
								t.Errorf("with %s, %s is allowed: said %v, want an error about the replacement of a tainted object",
									with, allowed, all)
							}
						}
					}
				})
			})
		}
	}
}

// TestGuards_newBesideOthers checks that the plan of a new object does not make the guard take an
// object of the state for tainted: not before Terraform has planned that object, and not if its
// plan or its read failed.
func TestGuards_newBesideOthers(t *testing.T) {
	t.Parallel()
	eachSubject(t, func(t *testing.T, kind, key string) {
		w, configured := merchant(t, "live")
		p := configured()
		state, _ := p.made(kind, p.of(kind, key))
		listed, other := "", ""
		if key != "" {
			listed, other = "listed", "other"
		}
		quiet := func(when string, state cty.Value, meanwhile func(p *guarded)) {
			t.Helper()
			p := configured()
			p.planNew(kind, listed) // It makes the guards list the merchant.
			p.show(kind, state)
			said := make(chan []said)
			go func() { said <- p.planNew(kind, other) }() // It waits for the existing object.
			meanwhile(p)
			if all := <-said; len(all) > 0 {
				t.Errorf("%s: said %v, want nothing", when, all)
			}
		}
		quiet("before the plan of the other one", state, func(p *guarded) {
			if _, all := p.plan(kind, state, p.of(kind, key)); len(all) > 0 {
				t.Errorf("said %v", all)
			}
		})
		values := state.AsValueMap()
		values["mode"] = cty.StringVal("test")
		quiet("when the plan of the other one fails", state, func(p *guarded) {
			if _, all := p.plan(kind, cty.ObjectVal(values), p.of(kind, key)); len(errorsOf(all)) == 0 {
				t.Error("the plan did not fail")
			}
		})
		values = state.AsValueMap()
		values["id"] = cty.StringVal("6f1ed002-ab59-4d8c-9c1f-5d9d9cf1b4a4") // No object has this id.
		hidden := cty.ObjectVal(values)
		quiet("when the other one could not be read", hidden, func(p *guarded) {
			w.fault(t, sandbox.Fault{Method: http.MethodGet, Count: -1, Status: http.StatusForbidden})()
			p.readState(kind, hidden, nil)
		})
	})
}

// TestGuards_sharedKey checks that no plan gives one key to two objects: two new ones, a new one
// and one that keeps its key, in either order, or a renamed one, with any white space around the
// key.
func TestGuards_sharedKey(t *testing.T) {
	t.Parallel()
	for kind, of := range keyOf {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			for name, c := range map[string]struct {
				summary string
				plan    func(p *guarded, state cty.Value) []said
			}{
				"two new ones": {"Two resources have", func(p *guarded, _ cty.Value) []said {
					return append(p.planNew(kind, "same"), p.planNew(kind, "same ")...)
				}},
				"a new one after the owner": {"Two resources have", func(p *guarded, state cty.Value) []said {
					p.show(kind, state)
					_, all := p.plan(kind, state, p.of(kind, "vip"))
					return append(all, p.planNew(kind, " vip")...)
				}},
				"a new one before the owner": {"Two resources have", func(p *guarded, state cty.Value) []said {
					p.show(kind, state)
					done := make(chan []said)
					go func() { done <- p.planNew(kind, "vip") }()
					_, all := p.plan(kind, state, p.of(kind, "vip"))
					all = append(all, <-done...)
					return all[:min(len(all), 1)] // The plan reports either of the two, or both.
				}},
				"what exists, with white space": {"already exists in the test merchant", func(p *guarded, _ cty.Value) []said {
					return p.planNew(kind, "vip\n")
				}},
				"a rename to what exists": {fmt.Sprintf("A %s has the", of.noun), func(p *guarded, _ cty.Value) []said {
					other, _ := p.made(kind, p.of(kind, "other"))
					q := p.again().briefly()
					q.show(kind, other)
					_, all := q.plan(kind, other, q.of(kind, "vip "))
					return all
				}},
				"a rename to what another one keeps": {"Two resources have", func(p *guarded, state cty.Value) []said {
					other, _ := p.made(kind, p.of(kind, "other"))
					q := p.again()
					q.show(kind, other)
					q.show(kind, state)
					_, all := q.plan(kind, state, q.of(kind, "vip"))
					_, more := q.plan(kind, other, q.of(kind, "vip"))
					return append(all, more...)
				}},
				"two that get one key": {"Two resources have", func(p *guarded, state cty.Value) []said {
					other, _ := p.made(kind, p.of(kind, "other"))
					q := p.again()
					q.show(kind, other)
					q.show(kind, state)
					_, all := q.plan(kind, state, q.of(kind, "same"))
					_, more := q.plan(kind, other, q.of(kind, "same"))
					return append(all, more...)
				}},
				"a new one after another one gets its key": {"Two resources have", func(p *guarded, state cty.Value) []said {
					p.show(kind, state)
					_, all := p.plan(kind, state, p.of(kind, "same"))
					return append(all, p.planNew(kind, "same")...)
				}},
				"a new one before another one gets its key": {"Two resources have", func(p *guarded, state cty.Value) []said {
					p.show(kind, state)
					all := p.planNew(kind, "same")
					_, more := p.plan(kind, state, p.of(kind, "same"))
					return append(all, more...)
				}},
			} {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					_, configured := merchant(t, "test")
					maker := configured()
					state, _ := maker.made(kind, maker.of(kind, "vip"))
					p := configured()
					p.again = func() *guarded { return configured() }
					all := c.plan(p, state)
					if len(all) != 1 || all[0].warning || !strings.Contains(all[0].summary, c.summary) || all[0].path != of.attribute {
						t.Errorf("said %v, want one error at %s: %s", all, of.attribute, c.summary)
					}
				})
			}
		})
	}
}

// TestGuards_reusedProvider checks a provider that is configured without a check of its arguments,
// as by a provider block in a test file. It serves the plans and applies of all runs of the file.
// So an apply plans what the plan before planned, and a run may move a key. Of two new objects with
// one key, still only one is created.
func TestGuards_reusedProvider(t *testing.T) {
	t.Parallel()
	for kind, of := range keyOf {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			_, configured := merchant(t, "test")
			p := configured()
			p.reconfigure()
			p.briefly()
			config, none := p.of(kind, "vip"), cty.NullVal(p.states[kind])
			for _, walk := range []string{"a run that only plans", "the plan of a run"} {
				if all := p.planNew(kind, "vip"); len(all) > 0 {
					t.Fatalf("%s: said %v, want nothing", walk, all)
				}
			}
			state, private := p.made(kind, config)
			p.show(kind, state)
			if _, all := p.plan(kind, state, config); len(all) > 0 {
				t.Errorf("the plan of the next run: said %v, want nothing", all)
			}
			// This run may delete the object of the run before, or give it another key, after this plan.
			planned, all := p.plan(kind, none, config)
			if len(all) != 1 || !all[0].warning || !strings.Contains(all[0].summary, "moves to a new") {
				t.Errorf("a new one with its key: said %v, want one warning", all)
			}
			if _, _, all := p.carryOut(kind, none, config, planned); len(all) != 1 || all[0].warning {
				t.Errorf("a second one with its key: said %v, want one error", all)
			}
			p.destroyed(kind, state, private)

			var mu sync.Mutex
			var refused []said
			var creates sync.WaitGroup
			if planned, all = p.plan(kind, none, config); len(all) > 0 {
				t.Fatalf("after it was destroyed: said %v, want nothing", all)
			}
			for range 2 {
				creates.Go(func() {
					_, _, all := p.carryOut(kind, none, config, planned)
					mu.Lock()
					defer mu.Unlock()
					refused = append(refused, all...)
				})
			}
			creates.Wait()
			if len(refused) != 1 || refused[0].warning || refused[0].path != of.attribute {
				t.Errorf("two creates: said %v, want one error at %s", refused, of.attribute)
			}
		})
	}
}

// TestGuards_keyOfTheOtherKind checks that a list and a segment share their keys, because the
// service keeps both in one collection.
func TestGuards_keyOfTheOtherKind(t *testing.T) {
	t.Parallel()
	_, configured := merchant(t, "test")
	p := configured()
	p.made("cohort_list", p.of("cohort_list", "vip"))
	one(t, configured().planNew("cohort_segment", "vip"), "reference_id",
		`A list with the reference id "vip" already exists in the test merchant`,
		"A segment and a list cannot have the same reference_id")
	p = configured()
	if all := p.planNew("cohort_list", "new"); len(all) > 0 {
		t.Fatal(all)
	}
	one(t, p.planNew("cohort_segment", "new"), "reference_id", `Two resources have the reference id "new"`)
}

// TestGuards_keysThatPassOn checks that a plan warns when a key moves from one managed object to
// another, and goes on.
func TestGuards_keysThatPassOn(t *testing.T) {
	t.Parallel()
	for kind := range keyOf {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			_, configured := merchant(t, "test")
			p := configured()
			first, _ := p.made(kind, p.of(kind, "first"))
			second, _ := p.made(kind, p.of(kind, "second"))

			p = configured()
			p.show(kind, first)
			p.show(kind, second)
			done := make(chan []said)
			go func() { _, all := p.plan(kind, first, p.of(kind, "second")); done <- all }()
			_, all := p.plan(kind, second, p.of(kind, "first"))
			for _, all := range [][]said{<-done, all} {
				if len(all) != 1 || !all[0].warning || !strings.Contains(all[0].detail, "for_each") ||
					!strings.Contains(all[0].detail, "moved") {
					t.Errorf("two that exchange their keys: said %v, want one warning that names for_each and moved", all)
				}
			}

			p = configured()
			p.show(kind, first)
			if _, all := p.plan(kind, first, cty.NullVal(first.Type())); len(errorsOf(all)) > 0 {
				t.Fatal(all)
			}
			all = p.planNew(kind, "first")
			if len(all) != 1 || !all[0].warning || !strings.Contains(all[0].detail, "moved block") {
				t.Errorf("a new one with the key of a deleted one: said %v, want one warning that names moved blocks", all)
			}
		})
	}
}

// TestGuards_archivedKey checks that an archived object holds no key, before and after a plan.
// Others may take the key, and the object cannot return to it then.
func TestGuards_archivedKey(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"cohort_perk", "cohort_campaign"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			_, configured := merchant(t, "test")
			p := configured()
			wish := func(key, status string) cty.Value {
				return p.resource(kind,
					strings.ReplaceAll(fmt.Sprintf(keyed[kind]+", desired_status = %q", key, status), ", ", "\n"))
			}
			archived, published := wish("old", "archived"), wish("old", "draft")
			draft := p.of(kind, "old")
			old, _ := p.made(kind, archived)
			other, _ := p.made(kind, p.of(kind, "other"))
			if old.GetAttr("status").AsString() != "archived" {
				t.Fatalf("the status is %s, want archived", old.GetAttr("status").AsString())
			}
			quiet := func(name string, plan func(q *guarded) []said) {
				t.Helper()
				if all := plan(configured()); len(all) > 0 {
					t.Errorf("%s: said %v, want nothing", name, all)
				}
			}
			shared := func(name string, plan func(q *guarded) []said) {
				t.Helper()
				if all := errorsOf(plan(configured())); len(all) == 0 || !strings.Contains(all[0].summary, "Two resources have") {
					t.Errorf("%s: said %v, want an error about two resources with one key", name, all)
				}
			}
			planOld := func(q *guarded, config cty.Value) []said {
				q.show(kind, old)
				_, all := q.plan(kind, old, config)
				return all
			}
			planOther := func(q *guarded) []said {
				q.show(kind, other)
				_, all := q.plan(kind, other, q.of(kind, "old"))
				return all
			}
			for name, taken := range map[string]func(q *guarded) []said{
				"a new one": func(q *guarded) []said { return q.planNew(kind, "old") }, "a rename": planOther,
			} {
				quiet(name+" after it stays archived", func(q *guarded) []said { return append(planOld(q, archived), taken(q)...) })
				quiet(name+" before it stays archived", func(q *guarded) []said {
					return append(taken(q), planOld(q, archived)...)
				})
				quiet(name+" before nothing is asked of it", func(q *guarded) []said {
					return append(taken(q), planOld(q, draft)...)
				})
				shared(name+" after it comes back", func(q *guarded) []said { return append(planOld(q, published), taken(q)...) })
				shared(name+" before it comes back", func(q *guarded) []said { return append(taken(q), planOld(q, published)...) })
			}

			// The key of an object that the plan archives is free for another one, and the apply frees it.
			q := configured()
			q.show(kind, other)
			gone := wish("other", "archived")
			planned, all := q.plan(kind, other, gone)
			if len(errorsOf(all)) > 0 {
				t.Fatal(all)
			}
			none := cty.NullVal(q.states[kind])
			next, all := q.plan(kind, none, q.of(kind, "other"))
			if len(errorsOf(all)) > 0 {
				t.Errorf("a new one with the key of an archived one: said %v, want no error", all)
			}
			if _, _, all := q.carryOut(kind, other, gone, planned); len(all) > 0 {
				t.Fatal(all)
			}
			if _, _, all := q.carryOut(kind, none, q.of(kind, "other"), next); len(all) > 0 {
				t.Errorf("its create: said %v", all)
			}

			// The object cannot return to a key that an unmanaged object has.
			all = errorsOf(planOld(configured(), published))
			if len(all) > 0 {
				t.Fatalf("the return to its own key: said %v", all)
			}
			q = configured()
			q.made(kind, q.of(kind, "old"))
			all = errorsOf(planOld(configured().briefly(), published))
			if len(all) != 1 || !strings.Contains(all[0].summary, `has the internal name "old" already in the test merchant`) {
				t.Errorf("the return to the key of an unmanaged object: said %v", all)
			}
		})
	}
}

// TestGuards_createHasTheLastWord checks a replacement that keeps its key. The create refuses it,
// not the plan call before it: Terraform stops at an error of that call, and the old object would
// stay deposed.
func TestGuards_createHasTheLastWord(t *testing.T) {
	t.Parallel()
	for kind := range keyOf {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w, configured := merchant(t, "test")
			p := configured()
			state, private := p.made(kind, p.of(kind, "vip"))
			none := cty.NullVal(p.states[kind])

			p = configured()
			p.show(kind, state)
			p.readState(kind, state, private)
			first, all := p.planWith(kind, state, p.of(kind, "vip"), private)
			_, more := p.planWith(kind, none, p.of(kind, "vip"), first.PlannedPrivate)
			if all = append(all, more...); len(all) > 0 {
				t.Fatalf("the plan: said %v", all)
			}

			w.Reset()
			p = configured() // The process of the apply. It has not seen the deposed object.
			planned, all := p.plan(kind, none, p.of(kind, "vip"))
			if len(all) > 0 {
				t.Fatalf("the plan in the apply: said %v, want nothing", all)
			}
			made, _, all := p.carryOut(kind, none, p.of(kind, "vip"), planned)
			if len(all) != 1 || !strings.Contains(all[0].summary, "exists in the test merchant") ||
				!strings.Contains(all[0].detail, "create_before_destroy") {
				t.Errorf("the create: said %v, want an error that the old one still exists", all)
			}
			if !made.IsNull() || w.Stats().ByMethod["POST"] > 0 {
				t.Errorf("the object was created: %v", w.Stats())
			}
			// Without a planned replacement, the existing object counts as unmanaged.
			if all := configured().planNew(kind, "vip"); len(all) != 1 || !strings.Contains(all[0].summary, "already exists") {
				t.Errorf("a new one: said %v, want an error that it already exists", all)
			}
		})
	}
}

// hostile are keys that are hard to quote.
var hostile = []string{
	"plain", `a "quoted" name`, "costs ${amount}", "50%{if} off", `back\slash`, "two\nlines",
	"8d116ece-1738-47d9-bd9c-172411e20b8f", "id:spring", "key:spring", "déjà vu €",
}

// TestGuards_pasted checks that the text to paste from an error is valid HCL and means the right
// object.
func TestGuards_pasted(t *testing.T) {
	t.Parallel()
	for _, key := range hostile {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			_, configured := merchant(t, "live")
			p := configured()
			values := p.resource("cohort_perk", "").AsValueMap()
			values["internal_name"] = cty.StringVal(key)
			config := cty.ObjectVal(values)
			state, _ := p.made("cohort_perk", config)

			_, all := configured().plan("cohort_perk", cty.NullVal(p.states["cohort_perk"]), config)
			if len(all) != 1 {
				t.Fatalf("said %v, want one error", all)
			}
			_, block, _ := strings.Cut(all[0].detail, "import {")
			block, _, _ = strings.Cut(block, "\n  }")
			id := evaluated(t, block, "id")
			p = configured()
			answer, err := p.server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{
				TypeName: "cohort_perk",
				ID:       id,
			})
			if err != nil || len(answer.Diagnostics) > 0 {
				t.Fatalf("import of %q: %v, %v", id, err, saidBy(answer.Diagnostics))
			}
			got := p.decoded("cohort_perk", answer.ImportedResources[0].State).GetAttr("id")
			if !got.RawEquals(state.GetAttr("id")) {
				t.Errorf("import of %q found %#v", id, got)
			}

			_, all = configured().plan("cohort_perk", state, cty.NullVal(state.Type()))
			if len(all) != 1 {
				t.Fatalf("said %v, want one error", all)
			}
			_, line, _ := strings.Cut(all[0].detail, "\n\n")
			line, _, _ = strings.Cut(line, "\n\n")
			if _, all = configured(evaluated(t, line, "allow_live_delete")).plan("cohort_perk", state,
				cty.NullVal(state.Type())); len(all) > 0 {
				t.Errorf("with %s: said %v, want nothing", line, all)
			}
		})
	}
}

// TestGuards_keyLikeAnID checks that a name in allow_live_delete means exactly one object, even if
// the key of another object looks like that name.
func TestGuards_keyLikeAnID(t *testing.T) {
	t.Parallel()
	_, configured := merchant(t, "live")
	p := configured()
	first, _ := p.made("cohort_perk", p.of("cohort_perk", "first"))
	name := "id:" + first.GetAttr("id").AsString()
	second, _ := p.made("cohort_perk", p.of("cohort_perk", name))
	destroy := func(allowed string, state cty.Value) []said {
		_, all := configured(allowed).plan("cohort_perk", state, cty.NullVal(state.Type()))
		return all
	}
	if all := destroy("perk:"+name, first); len(all) > 0 {
		t.Errorf("the one with that id: said %v", all)
	}
	if all := destroy("perk:"+name, second); len(all) != 1 {
		t.Errorf("the one with that key: said %v, want one error", all)
	}
	if all := destroy("perk:key:"+name, second); len(all) > 0 {
		t.Errorf("the one with that key, with the prefix key: said %v", all)
	}
}

// evaluated parses HCL and returns the text of an argument, or of the only element of its list.
func evaluated(t *testing.T, text, argument string) string {
	t.Helper()
	file, problems := hclsyntax.ParseConfig([]byte(text), "pasted.tf", hcl.InitialPos)
	if problems.HasErrors() {
		t.Fatalf("%s\n%s", problems, text)
	}
	attributes, problems := file.Body.JustAttributes()
	if problems.HasErrors() || attributes[argument] == nil {
		t.Fatalf("%s: no %s in\n%s", problems, argument, text)
	}
	value, problems := attributes[argument].Expr.Value(nil)
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	if value.Type().IsTupleType() {
		value = value.Index(cty.NumberIntVal(0))
	}
	return value.AsString()
}

// TestGuards_noLook checks the plan of a new object, with or without a key, when the search for
// existing objects fails. The plan fails too, unless the service is only in trouble: then it warns.
func TestGuards_noLook(t *testing.T) {
	t.Parallel()
	eachSubject(t, func(t *testing.T, kind, key string) {
		w, configured := merchant(t, "test")
		elsewhere := httptest.NewServer(http.NotFoundHandler())
		t.Cleanup(elsewhere.Close)
		for name, c := range map[string]struct {
			key, url string
			fault    *sandbox.Fault
			fails    bool
		}{
			"a wrong key":  {key: someTestKey, fails: true},
			"no API":       {url: elsewhere.URL, fails: true},
			"nobody":       {url: "http://127.0.0.1:1", fails: true},
			"a web page":   {fault: &sandbox.Fault{HTML: true, Status: 200, Count: 9}, fails: true},
			"forbidden":    {fault: &sandbox.Fault{Status: 403, Count: 9}, fails: true},
			"out of order": {fault: &sandbox.Fault{Status: 503, Count: 9}},
			"no rate left": {fault: &sandbox.Fault{Status: 429, Count: 9}},
			"all is well":  {},
		} {
			t.Run(name, func(t *testing.T) {
				p := configured()
				p.plugin = newPlugin(t)
				if all := p.configure(fmt.Sprintf("api_key = %q\napi_url = %q\nmax_retries = 0",
					cmp.Or(c.key, w.TestKey()), cmp.Or(c.url, w.URL()))); len(all) > 0 {
					t.Fatal(all)
				}
				if c.fault != nil {
					if err := w.AddFault(*c.fault); err != nil {
						t.Fatal(err)
					}
					defer w.ClearFaults()
				}
				if all := p.planNew(kind, key); c.fails != (len(errorsOf(all)) == 1) {
					t.Errorf("said %v, want an error: %t", all, c.fails)
				}
			})
		}
	})
}

// TestGuards_importOfNothing checks that the error for an import of a missing object names it.
func TestGuards_importOfNothing(t *testing.T) {
	t.Parallel()
	_, configured := merchant(t, "test")
	for kind, of := range keyOf {
		p := configured()
		one(t, p.imports(kind, "id:"), "", "Nothing to import: no "+of.noun+" is named")
		one(t, p.imports(kind, "id: "), "", "Nothing to import: no "+of.noun+" is named")
		one(t, p.imports(kind, "00000000-0000-4000-8000-000000000001"), "",
			fmt.Sprintf("No %s has the id %q in the test merchant", of.noun, "00000000-0000-4000-8000-000000000001"))
	}
}

// imports imports an object by a text, reads it, and returns the diagnostics.
func (p *guarded) imports(kind, id string) []said {
	p.t.Helper()
	imported, err := p.server.ImportResourceState(p.t.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: kind,
		ID:       id,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	all := saidBy(imported.Diagnostics)
	for _, found := range imported.ImportedResources {
		answer, err := p.server.ReadResource(p.t.Context(), &tfprotov6.ReadResourceRequest{
			TypeName:        kind,
			CurrentState:    found.State,
			CurrentIdentity: found.Identity,
			Private:         found.Private,
		})
		if err != nil {
			p.t.Fatal(err)
		}
		all = append(all, saidBy(answer.Diagnostics)...)
	}
	return all
}

// TestGuards_otherOrganization checks a plan without a refresh in a merchant that has no object of
// the state: it creates, replaces and deletes nothing. A plan for another merchant deletes nothing
// from the state.
func TestGuards_otherOrganization(t *testing.T) {
	t.Parallel()
	for _, objects := range []int{1, 2, 6} {
		for _, does := range []string{"make", "replace", "delete"} {
			t.Run(fmt.Sprintf("%s one beside %d", does, objects-1), func(t *testing.T) {
				t.Parallel()
				_, configured := merchant(t, "test")
				p := configured()
				var states []cty.Value
				for i := range objects {
					state, _ := p.made("cohort_perk", p.of("cohort_perk", fmt.Sprintf("perk-%d", i)))
					states = append(states, state)
				}
				_, elsewhere := merchant(t, "test")
				p = elsewhere()
				for _, state := range states {
					p.show("cohort_perk", state)
				}
				var all []said
				none := cty.NullVal(p.states["cohort_perk"])
				for i, state := range states {
					config := p.of("cohort_perk", fmt.Sprintf("perk-%d", i))
					if i == 0 && does == "delete" {
						config = none
					}
					planned, more := p.planWith("cohort_perk", state, config, nil)
					all = append(all, more...)
					if i == 0 && does == "replace" {
						_, more = p.planWith("cohort_perk", none, config, planned.PlannedPrivate)
						all = append(all, more...)
					}
				}
				if does == "make" {
					all = append(all, p.planNew("cohort_perk", "new")...)
				}
				// For a deletion, two of two objects may really be gone. Nothing can tell the two cases apart.
				if refused := does != "delete" || objects >= 5; refused != slices.ContainsFunc(all, func(s said) bool {
					return s.summary == "This looks like the wrong merchant"
				}) {
					t.Errorf("said %v, want a refusal: %t", all, refused)
				}
			})
		}
	}
}

// TestGuards_deletedByHand checks that a plan goes on after all objects of a small state were
// deleted by hand. Terraform plans the destruction of an object that left the configuration before
// it reads the object.
func TestGuards_deletedByHand(t *testing.T) {
	t.Parallel()
	for kind := range keyOf {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w, configured := merchant(t, "test")
			p := configured()
			kept, _ := p.made(kind, p.of(kind, "kept"))
			dropped, _ := p.made(kind, p.of(kind, "dropped"))
			for _, state := range []cty.Value{kept, dropped} {
				if err := w.DeleteObject(state.GetAttr("id").AsString()); err != nil {
					t.Fatal(err)
				}
			}
			p = configured()
			p.show(kind, kept)
			p.show(kind, dropped)
			_, _, all := p.readState(kind, kept, nil)
			_, more := p.plan(kind, dropped, cty.NullVal(p.states[kind]))
			if all = append(append(all, more...), p.planNew(kind, "kept")...); len(all) > 0 {
				t.Errorf("said %v, want nothing", all)
			}
		})
	}
}

// TestGuards_deletedTogether checks that an object that was deleted by hand leaves the state, even
// if this run has just deleted the objects that identify the merchant.
func TestGuards_deletedTogether(t *testing.T) {
	t.Parallel()
	for kind := range keyOf {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w, configured := merchant(t, "test")
			p := configured()
			gone, _ := p.made(kind, p.of(kind, "gone"))
			there, _ := p.made(kind, p.of(kind, "there"))
			none := cty.NullVal(p.states[kind])
			p = configured()
			for _, state := range []cty.Value{gone, there} {
				p.show(kind, state)
				p.readState(kind, state, nil)
			}
			dropsGone, all := p.planWith(kind, gone, none, nil)
			dropsThere, more := p.planWith(kind, there, none, nil)
			if all = append(all, more...); len(all) > 0 {
				t.Fatal(all)
			}

			id := there.GetAttr("id").AsString()
			if err := w.DeleteObject(gone.GetAttr("id").AsString()); err != nil {
				t.Fatal(err)
			}
			// The service deletes the object long before it answers.
			w.fault(t, sandbox.Fault{
				Method: http.MethodDelete,
				Delay:  sandbox.Duration(time.Second),
				Stage:  sandbox.StageAfter,
			})()
			p = configured()
			done := make(chan []said)
			go func() {
				_, _, all := p.carryOut(kind, there, none, dropsThere)
				done <- all
			}()
			for slices.ContainsFunc(w.Objects("test", ""), func(o map[string]any) bool { return o["id"] == id }) {
				time.Sleep(time.Millisecond)
			}
			left, _, all := p.carryOut(kind, gone, none, dropsGone)
			if all = append(all, <-done...); len(all) > 0 || !left.IsNull() {
				t.Errorf("said %v, in the state %t", all, !left.IsNull())
			}
		})
	}
}

// TestGuards_savedPlanElsewhere checks that a saved plan with a deletion leaves the state alone
// when it is applied in another organization.
func TestGuards_savedPlanElsewhere(t *testing.T) {
	t.Parallel()
	for kind := range keyOf {
		for _, does := range []string{"delete", "replace"} {
			t.Run(does+" "+kind, func(t *testing.T) {
				t.Parallel()
				w, configured := merchant(t, "test")
				p := configured()
				state, _ := p.made(kind, p.of(kind, "vip"))
				other, _ := p.made("cohort_perk", p.of("cohort_perk", "witness"))
				none := cty.NullVal(p.states[kind])

				p = configured()
				p.show("cohort_perk", other)
				p.readState("cohort_perk", other, nil)
				p.show(kind, state)
				p.readState(kind, state, nil)
				planned, all := p.planWith(kind, state, none, nil)
				if does == "replace" {
					first, _ := p.planWith(kind, state, p.of(kind, "vip"), nil)
					planned, all = p.planWith(kind, none, p.of(kind, "vip"), first.PlannedPrivate)
				}
				if len(errorsOf(all)) > 0 {
					t.Fatal(all)
				}
				planned.PlannedState = dynamic(t, none)

				_, elsewhere := merchant(t, "test")
				p = elsewhere()
				p.show(kind, state)
				// The plan saw no other object beside this one, so it may go. That proves nothing about the
				// merchant.
				unmarked := &tfprotov6.PlanResourceChangeResponse{PlannedState: dynamic(t, cty.NullVal(other.Type()))}
				if _, _, all := p.carryOut("cohort_perk", other, cty.NullVal(other.Type()), unmarked); len(all) > 0 {
					t.Fatal(all)
				}
				left, _, all := p.carryOut(kind, state, none, planned)
				if len(all) != 1 || all[0].summary != "This looks like the wrong merchant" || left.IsNull() {
					t.Errorf("elsewhere: said %v, in the state %t", all, !left.IsNull())
				}
				// In the merchant with the other object, this one was deleted by hand.
				if err := w.DeleteObject(state.GetAttr("id").AsString()); err != nil {
					t.Fatal(err)
				}
				p = configured()
				p.show(kind, state)
				if left, _, all = p.carryOut(kind, state, none, planned); len(all) > 0 || !left.IsNull() {
					t.Errorf("deleted by hand: said %v, in the state %t", all, !left.IsNull())
				}
			})
		}
	}
}
