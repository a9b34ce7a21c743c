package provider_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// releases is the folder with a folder for each release: a configuration with every attribute, the
// state that Terraform had after an apply with that release, and the data file of its sandbox.
var releases = filepath.Join("testdata", "states")

// The files in the folder of a release.
const (
	releasedConfig = "main.tf"
	releasedState  = "state.json"
	releasedData   = "merchants.json"
)

// terraformState is the part of a state file that the provider sees.
type terraformState struct {
	Resources []struct {
		Type, Name string
		Instances  []struct {
			Version    int64 `json:"schema_version"`
			Attributes json.RawMessage
			Private    []byte
			Identity   json.RawMessage
		}
	}
}

// TestCompatible_states reads the states of all releases as they are, and with attributes that are
// missing or not known, as another version of the provider writes them: upgrade, refresh and plan
// change nothing.
func TestCompatible_states(t *testing.T) {
	t.Parallel()
	eachRelease(t, func(t *testing.T, folder string) {
		w := releasedWorld(t, folder)
		p := configuredPlugin(t, w)
		written := map[string]bool{}
		for _, r := range stateOf(t, folder).Resources {
			for _, i := range r.Instances {
				written[r.Type] = true
				address := r.Type + "." + r.Name
				state := p.upgraded(r.Type, i.Version, i.Attributes)
				p.staysAs(address, r.Type, state, i.Private)
				if len(i.Identity) > 0 {
					p.upgradedIdentity(r.Type, i.Identity)
				}

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
		if coming, _ := coming(t); folder == coming {
			for kind := range p.schema.ResourceSchemas {
				if !written[kind] {
					t.Errorf("%s has no %s", filepath.Join(folder, releasedState), kind)
				}
			}
		}
	})
	if folder, released := coming(t); released {
		if _, err := os.Stat(folder); err != nil {
			t.Errorf("a version that is released needs a state: %v", err)
		}
	}
}

// TestCompatible_statesInTerraform plans the configurations of all releases with their states. With
// -update it first writes the state of the coming release.
func TestCompatible_statesInTerraform(t *testing.T) {
	t.Parallel()
	if *update {
		folder, released := coming(t)
		if released {
			t.Fatalf("%s belongs to a release, so it stays as it is", folder)
		}
		writeState(t, folder)
	}
	eachRelease(t, func(t *testing.T, folder string) {
		c := releasedRoot(t, folder, releasedWorld(t, folder))
		state, err := os.ReadFile(filepath.Join(folder, releasedState))
		if err != nil {
			t.Fatal(err)
		}
		if path, err := terraformtest.CLI(); err == nil && strings.HasPrefix(filepath.Base(path), "tofu") {
			state = []byte(strings.ReplaceAll(string(state), "registry.terraform.io", "registry.opentofu.org"))
		}
		if err := os.WriteFile(filepath.Join(c.dir, "terraform.tfstate"), state, 0o600); err != nil {
			t.Fatal(err)
		}
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

func (p *plugin) upgradedIdentity(kind string, identity []byte) {
	p.t.Helper()
	answer, err := p.server.UpgradeResourceIdentity(p.t.Context(), &tfprotov6.UpgradeResourceIdentityRequest{
		TypeName: kind, RawIdentity: &tfprotov6.RawState{JSON: identity},
	})
	if err != nil || len(answer.Diagnostics) > 0 {
		p.t.Fatal(kind, err, saidBy(answer.Diagnostics))
	}
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
func eachRelease(t *testing.T, run func(t *testing.T, folder string)) {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join(releases, "*"))
	if err != nil || len(folders) == 0 {
		t.Fatal("no release has a state", err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			run(t, folder)
		})
	}
}

// coming returns the folder of the version that CHANGELOG.md has first, and whether it is released.
func coming(t *testing.T) (folder string, released bool) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(repository, "CHANGELOG.md"))
	if err != nil {
		t.Fatal(err)
	}
	first := regexp.MustCompile(`^## (\d+\.\d+\.\d+) (\(Unreleased\))?`).FindSubmatch(content)
	if first == nil {
		t.Fatal("CHANGELOG.md does not begin with a version")
	}
	return filepath.Join(releases, string(first[1])), len(first[2]) == 0
}

func stateOf(t *testing.T, folder string) terraformState {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, releasedState))
	if err != nil {
		t.Fatal(err)
	}
	var state terraformState
	if err := json.Unmarshal(content, &state); err != nil {
		t.Fatal(err)
	}
	return state
}

// releasedWorld starts a sandbox with the objects of a release.
func releasedWorld(t *testing.T, folder string) *world {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, releasedData))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), releasedData)
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return releasedSandbox(t, file)
}

// releasedSandbox starts a sandbox that writes values in forms of its own, so that the states have
// private data. Its time stands still, or campaigns would end.
func releasedSandbox(t *testing.T, file string) *world {
	t.Helper()
	return newWorld(t, sandbox.Options{
		DataFile: file, Seed: 1, Normalize: true,
		Now: func() time.Time { return time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC) },
	})
}

// releasedRoot returns a Terraform for a copy of the configuration of a release.
func releasedRoot(t *testing.T, folder string, w *world) *terraformCLI {
	t.Helper()
	config, err := os.ReadFile(filepath.Join(folder, releasedConfig))
	if err != nil {
		t.Fatal(err)
	}
	c := newTerraformCLI(t, t.TempDir(), "COHORT_API_URL="+w.URL(), "COHORT_API_KEY="+w.TestKey())
	if err := os.WriteFile(filepath.Join(c.dir, releasedConfig), config, 0o600); err != nil {
		t.Fatal(err)
	}
	c.must("init")
	return c
}

// writeState applies the configuration of a release, and keeps the state and the data of the
// sandbox. It fails if the configuration does not set every attribute.
func writeState(t *testing.T, folder string) {
	t.Helper()
	file := filepath.Join(folder, releasedData)
	if err := os.Remove(file); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	c := releasedRoot(t, folder, releasedSandbox(t, file))
	c.must("apply", "-auto-approve")
	state, err := os.ReadFile(filepath.Join(c.dir, "terraform.tfstate"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, releasedState), state, 0o600); err != nil {
		t.Fatal(err)
	}
	p, words := newPlugin(t), schemaWords(t)
	covered := map[string]bool{}
	for _, r := range stateOf(t, folder).Resources {
		for _, i := range r.Instances {
			attributes := p.schema.ResourceSchemas[r.Type].Block.Attributes
			cover(p.upgraded(r.Type, i.Version, i.Attributes), attributes, r.Type, covered)
		}
	}
	for kind, schema := range p.schema.ResourceSchemas {
		eachSettable(schema.Block.Attributes, kind, func(at string) {
			place := "resource/" + strings.Replace(at, ".", "/", 1)
			if !covered[at] && !strings.HasSuffix(words[place], writeOnly) {
				t.Errorf("%s does not set %s", filepath.Join(folder, releasedConfig), at)
			}
		})
	}
}
