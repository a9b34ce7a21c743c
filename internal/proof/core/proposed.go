package core

import (
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
)

// WithoutWriteOnly returns a configuration without its write-only values, which Terraform keeps
// from plans and states.
func WithoutWriteOnly(config cty.Value, attributes []*tfprotov6.SchemaAttribute) cty.Value {
	if config.IsNull() || !config.IsKnown() || len(attributes) == 0 {
		return config
	}
	values := config.AsValueMap()
	for _, attribute := range attributes {
		switch {
		case attribute.WriteOnly:
			values[attribute.Name] = cty.NullVal(values[attribute.Name].Type())
		case attribute.NestedType != nil && attribute.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle:
			values[attribute.Name] = WithoutWriteOnly(values[attribute.Name], attribute.NestedType.Attributes)
		}
	}
	return cty.ObjectVal(values)
}

// Proposed returns the state that Terraform proposes: the configuration, and the prior values of
// computed attributes that are not configured. Elements of lists take the prior values of the
// elements in the same places.
func Proposed(prior, config cty.Value, attributes []*tfprotov6.SchemaAttribute) cty.Value {
	config = WithoutWriteOnly(config, attributes)
	if prior.IsNull() || config.IsNull() || !config.IsKnown() {
		return config
	}
	values := config.AsValueMap()
	for _, attribute := range attributes {
		value, was := values[attribute.Name], prior.GetAttr(attribute.Name)
		switch {
		case attribute.Computed && value.IsNull():
			values[attribute.Name] = was
		case attribute.NestedType == nil || value.IsNull() || !value.IsKnown() || was.IsNull():
		case attribute.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle:
			values[attribute.Name] = Proposed(was, value, attribute.NestedType.Attributes)
		case attribute.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeList && value.LengthInt() > 0:
			elements, before := value.AsValueSlice(), was.AsValueSlice()
			for i := range min(len(elements), len(before)) {
				elements[i] = Proposed(before[i], elements[i], attribute.NestedType.Attributes)
			}
			values[attribute.Name] = cty.ListVal(elements)
		}
	}
	return cty.ObjectVal(values)
}
