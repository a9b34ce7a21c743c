package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"
)

// TestProperty_validatesUnknown makes any parts of valid configurations unknown: whole elements,
// objects and maps, and also attributes that are not set. Variables and outputs of modules are
// unknown while Terraform validates. The validation finds no error, but still reports what is
// missing.
func TestProperty_validatesUnknown(t *testing.T) {
	t.Parallel()
	shared := newPlugin(t)
	for kind, configs := range everyAttribute() {
		attributes := shared.schema.ResourceSchemas[kind].Block.Attributes
		for i, config := range configs {
			t.Run(fmt.Sprintf("%s/%d", kind, i), func(t *testing.T) {
				t.Parallel()
				p := shared.in(t)
				full := p.resource(kind, config)
				settable := settablePaths(full, attributes)
				rapid.Check(t, func(t *rapid.T) {
					chosen := rapid.SliceOfNDistinct(rapid.SampledFrom(settable), 0, 4, rapid.ID[string]).Draw(t, "unknown")
					for _, at := range settable {
						if strings.HasSuffix(at, "]") && rapid.Bool().Draw(t, "unknown element "+at) {
							chosen = append(chosen, at)
						}
					}
					part := replaced(t, full, chosen, cty.UnknownVal)
					for _, s := range errorsOf(p.validate(kind, part)) {
						t.Fatalf("a valid configuration is refused: %s", s)
					}
					needed := requiredPaths(part, attributes, "")
					gone := rapid.SampledFrom(needed).Draw(t, "missing")
					said := errorsOf(p.validate(kind, replaced(t, part, []string{gone}, cty.NullVal)))
					if len(said) != 1 || said[0].path != gone || said[0].summary != "Missing Configuration for Required Attribute" {
						t.Fatalf("without %s: said %v, want one error there", gone, said)
					}
				})
			})
		}
	}
}

// TestProperty_nestedOnlyInResources checks that only resources have objects that a user writes.
// That is why the test above tries only resources.
func TestProperty_nestedOnlyInResources(t *testing.T) {
	t.Parallel()
	p := newPlugin(t)
	schemas := map[string]*tfprotov6.Schema{"the provider block": p.schema.Provider}
	maps.Copy(schemas, p.schema.DataSourceSchemas)
	maps.Copy(schemas, p.schema.EphemeralResourceSchemas)
	for kind, schema := range p.schema.ListResourceSchemas {
		schemas["the query "+kind] = schema
	}
	for kind, schema := range schemas {
		for _, a := range schema.Block.Attributes {
			if a.NestedType != nil && (a.Optional || a.Required) {
				t.Errorf("%s.%s: validate it as resources are", kind, a.Name)
			}
		}
	}
}

// settablePaths returns the paths in a configuration where a user can write something, including
// those of elements.
func settablePaths(config cty.Value, attributes []*tfprotov6.SchemaAttribute) []string {
	names := map[string]bool{}
	eachSettable(attributes, "", func(at string) { names[at] = true })
	var paths []string
	_ = cty.Walk(config, func(at cty.Path, _ cty.Value) (bool, error) {
		var name []string
		for _, step := range at {
			if attribute, ok := step.(cty.GetAttrStep); ok {
				name = append(name, attribute.Name)
			}
		}
		if names[strings.Join(name, ".")] {
			paths = append(paths, ctyPathText(at))
		}
		return true, nil
	})
	slices.Sort(paths)
	return paths
}

// requiredPaths returns the paths of the required attributes of all known objects.
func requiredPaths(value cty.Value, attributes []*tfprotov6.SchemaAttribute, parent string) []string {
	if value.IsNull() || !value.IsKnown() {
		return nil
	}
	var paths []string
	for _, a := range attributes {
		at := strings.TrimPrefix(parent+"."+a.Name, ".")
		if a.Required {
			paths = append(paths, at)
		}
		set := value.GetAttr(a.Name)
		switch {
		case a.NestedType == nil || set.IsNull() || !set.IsKnown():
		case a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle:
			paths = append(paths, requiredPaths(set, a.NestedType.Attributes, at)...)
		default:
			for i, element := range set.AsValueSlice() {
				paths = append(paths, requiredPaths(element, a.NestedType.Attributes, fmt.Sprintf("%s[%d]", at, i))...)
			}
		}
	}
	return paths
}

// replaced replaces the parts of a configuration at some paths.
func replaced(t *rapid.T, config cty.Value, paths []string, by func(cty.Type) cty.Value) cty.Value {
	changed, err := cty.Transform(config, func(at cty.Path, value cty.Value) (cty.Value, error) {
		if slices.Contains(paths, ctyPathText(at)) {
			return by(value.Type()), nil
		}
		return value, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return changed
}
