package provider_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/states"
)

// terraformState is the part of a state file that the provider sees.
type terraformState struct {
	Resources []struct {
		Type, Name string
		Instances  []struct {
			Version    int64 `json:"schema_version"`
			Attributes json.RawMessage
			Private    []byte
		}
	}
}

// TestCompatible_states reads the states of all releases as they are, and with attributes that are
// missing or not known, as another version of the provider writes them: upgrade, refresh and plan
// change nothing. The state of the coming version has every attribute.
func TestCompatible_states(t *testing.T) {
	t.Parallel()
	coming, released := states.Coming(t, repository)
	eachRelease(t, func(t *testing.T, release states.Release) {
		p := configuredPlugin(t, newWorld(t, release.Sandbox(t)))
		covered := map[string]bool{}
		var file terraformState
		if err := json.Unmarshal([]byte(release.State), &file); err != nil {
			t.Fatal(err)
		}
		for _, r := range file.Resources {
			for _, i := range r.Instances {
				address := r.Type + "." + r.Name
				state := p.upgraded(r.Type, i.Version, i.Attributes)
				p.staysAs(address, r.Type, state, i.Private)
				cover(state, p.schema.ResourceSchemas[r.Type].Block.Attributes, r.Type, covered)

				var attributes map[string]any
				if err := json.Unmarshal(i.Attributes, &attributes); err != nil {
					t.Fatal(err)
				}
				with := func(change func()) cty.Value {
					change()
					text, err := json.Marshal(attributes)
					if err != nil {
						t.Fatal(err)
					}
					return p.upgraded(r.Type, i.Version, text)
				}
				if got := with(func() { attributes["of_the_future"] = []any{map[string]any{"a": 1}} }); !got.RawEquals(state) {
					t.Errorf("%s: with an attribute of the future, the state is %#v", address, got)
				}
				// A version before had fewer attributes: they are null until the refresh.
				older := with(func() {
					for name, value := range attributes {
						if value == nil {
							delete(attributes, name)
						}
					}
					delete(attributes, "of_the_future")
				})
				p.staysAs(address+" without what is null", r.Type, older, i.Private)
			}
		}
		if release.Version != coming || released {
			return
		}
		words := schemaWords(t)
		for kind, schema := range p.schema.ResourceSchemas {
			eachSettable(schema.Block.Attributes, kind, func(at string) {
				place := "resource/" + strings.Replace(at, ".", "/", 1)
				if !covered[at] && !strings.HasSuffix(words[place], writeOnly) {
					t.Errorf("the state of %s does not have %s", coming, at)
				}
			})
		}
	})
}

// TestCompatible_statesInTerraform plans the configurations of all releases with their states.
// Terraform from 1.12 on also opens the identities there.
func TestCompatible_statesInTerraform(t *testing.T) {
	t.Parallel()
	eachRelease(t, func(t *testing.T, release states.Release) {
		w := newWorld(t, release.Sandbox(t))
		c := newTerraformCLI(t, t.TempDir(), "COHORT_API_URL="+w.URL(), "COHORT_API_KEY="+w.TestKey())
		release.Write(t, c.dir)
		c.must("init")
		if output, code := c.run("plan", "-detailed-exitcode"); code != 0 {
			t.Errorf("the plan is not empty:\n%s", output)
		}
	})
}

// upgraded returns an object of a state as the provider understands it.
func (p *plugin) upgraded(kind string, version int64, attributes []byte) cty.Value {
	p.t.Helper()
	answer, err := p.server.UpgradeResourceState(p.t.Context(), &tfprotov6.UpgradeResourceStateRequest{
		TypeName: kind, Version: version, RawState: &tfprotov6.RawState{JSON: attributes},
	})
	if err != nil || len(answer.Diagnostics) > 0 {
		p.t.Fatal(kind, err, saidBy(answer.Diagnostics))
	}
	return p.decoded(kind, answer.UpgradedState)
}

// staysAs checks that a refresh and a plan change nothing of an object.
func (p *plugin) staysAs(what, kind string, state cty.Value, private []byte) {
	p.t.Helper()
	read, private, all := p.readState(kind, state, private)
	if diff := cmp.Diff(asJSON(p.t, state), asJSON(p.t, read)); len(all) > 0 || diff != "" {
		p.t.Errorf("%s: the refresh said %v (-state +refreshed):\n%s", what, all, diff)
		return
	}
	config := configOf(state, p.schema.ResourceSchemas[kind].Block.Attributes)
	planned, all := p.planWith(kind, state, config, private)
	next := p.decoded(kind, planned.PlannedState)
	if len(all) > 0 || !next.RawEquals(state) || len(planned.RequiresReplace) > 0 {
		p.t.Errorf("%s: the plan said %v (-state +planned):\n%s", what, all, cmp.Diff(asJSON(p.t, state), asJSON(p.t, next)))
	}
}

// asJSON returns a state as text, to show differences.
func asJSON(t *testing.T, state cty.Value) string {
	t.Helper()
	content, err := ctyjson.Marshal(state, state.Type())
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(content), `,"`, ",\n\"")
}

// configOf returns the configuration that sets whatever a state has and a configuration can set.
func configOf(state cty.Value, attributes []*tfprotov6.SchemaAttribute) cty.Value {
	if state.IsNull() {
		return state
	}
	values := state.AsValueMap()
	for _, a := range attributes {
		value := values[a.Name]
		switch {
		case !a.Optional && !a.Required:
			values[a.Name] = cty.NullVal(value.Type())
		case a.NestedType == nil || value.IsNull():
		case a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle:
			values[a.Name] = configOf(value, a.NestedType.Attributes)
		default:
			elements := value.AsValueSlice()
			for i, element := range elements {
				elements[i] = configOf(element, a.NestedType.Attributes)
			}
			values[a.Name] = cty.ListVal(elements)
		}
	}
	return cty.ObjectVal(values)
}

// eachRelease runs a test for each release that has a state.
func eachRelease(t *testing.T, run func(t *testing.T, release states.Release)) {
	t.Helper()
	for _, release := range states.All(t) {
		t.Run(release.Version, func(t *testing.T) {
			t.Parallel()
			run(t, release)
		})
	}
}
