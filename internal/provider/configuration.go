package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/defaults"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

var errNoState = errors.New("there is no state")

// GenerateResourceConfig writes the configuration of an object of the state. The state of a query
// has no sensitive values, so its configuration has none either: whoever adopts the object adds
// them, and validation asks for those that are required.
func (p *cohortProvider) GenerateResourceConfig(
	ctx context.Context, resourceType string, state *tfprotov6.DynamicValue,
) (*tfprotov6.DynamicValue, error) {
	name, ours := strings.CutPrefix(resourceType, "cohort_")
	k, known := kindNamed(name)
	if !ours || !known {
		return nil, fmt.Errorf("this version of the provider has no resource %q", resourceType)
	}
	if state == nil {
		return nil, errNoState
	}
	object := schema.Schema{Attributes: k.attributes()}.Type().TerraformType(ctx)
	held, err := state.Unmarshal(object)
	if err != nil {
		return nil, fmt.Errorf("the state does not fit this version of the provider: %w", err)
	}
	if held.IsNull() {
		return nil, errNoState
	}
	config, err := tfprotov6.NewDynamicValue(object, k.configuration(ctx, held))
	return &config, err
}

// configuration returns the configuration that a person would write for an object of the state. It
// leaves out what only the service sets, and every value that is the default. Its plan changes
// nothing. A slug and a reference id stay, although the service may have chosen them: an object
// that is made from the same configuration in the other merchant should have the same.
func (k Kind) configuration(ctx context.Context, state tftypes.Value) tftypes.Value {
	return configuredObject(ctx, k.attributes(), state)
}

func configuredObject(ctx context.Context, attributes map[string]schema.Attribute, object tftypes.Value) tftypes.Value {
	var values map[string]tftypes.Value
	if object.IsNull() || !object.IsKnown() || object.As(&values) != nil {
		return object
	}
	for name, value := range values {
		values[name] = configuredValue(ctx, attributes[name], value)
	}
	return tftypes.NewValue(object.Type(), values)
}

func configuredValue(ctx context.Context, attribute schema.Attribute, value tftypes.Value) tftypes.Value {
	if !attribute.IsOptional() && !attribute.IsRequired() || isDefault(ctx, attribute, value) {
		return tftypes.NewValue(value.Type(), nil)
	}
	switch nested := attribute.(type) {
	case schema.SingleNestedAttribute:
		return configuredObject(ctx, nested.Attributes, value)
	case schema.ListNestedAttribute:
		var elements []tftypes.Value
		if value.IsNull() || !value.IsKnown() || value.As(&elements) != nil {
			return value
		}
		for i, element := range elements {
			elements[i] = configuredObject(ctx, nested.NestedObject.Attributes, element)
		}
		return tftypes.NewValue(value.Type(), elements)
	default:
		return value
	}
}

// isDefault reports whether an attribute has the value without being written.
func isDefault(ctx context.Context, attribute schema.Attribute, value tftypes.Value) bool {
	var standard attr.Value
	switch attribute := attribute.(type) {
	case schema.StringAttribute:
		if attribute.Default != nil {
			var answer defaults.StringResponse
			attribute.Default.DefaultString(ctx, defaults.StringRequest{}, &answer)
			standard = answer.PlanValue
		}
	case schema.BoolAttribute:
		if attribute.Default != nil {
			var answer defaults.BoolResponse
			attribute.Default.DefaultBool(ctx, defaults.BoolRequest{}, &answer)
			standard = answer.PlanValue
		}
	}
	if standard == nil {
		return false
	}
	held, err := standard.ToTerraformValue(ctx)
	return err == nil && held.Equal(value)
}
