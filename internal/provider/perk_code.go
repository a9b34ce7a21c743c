package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// A code is either in the state, as value, or in the configuration alone, as value_wo. In place of
// a value_wo, the state has its version. So a plan cannot tell whether the code differs from that
// of the service, and only another version sends it again.

var (
	codeValue   = path.Root("code").AtName("value")
	codeValueWO = path.Root("code").AtName("value_wo")
)

type perkCodeModel struct {
	Value          types.String `tfsdk:"value"`
	ValueWO        types.String `tfsdk:"value_wo"`
	ValueWOVersion types.Int64  `tfsdk:"value_wo_version"`
}

// isWriteOnly reports whether the code is in the configuration alone.
func (c perkCodeModel) isWriteOnly() bool { return !c.ValueWOVersion.IsNull() }

// object encodes a code with the attributes that it has there: a data source has the value alone.
func (c *perkCodeModel) object(attributes map[string]attr.Type) types.Object {
	if c == nil {
		return types.ObjectNull(attributes)
	}
	values := map[string]attr.Value{
		"value": c.Value, "value_wo": types.StringNull(), "value_wo_version": c.ValueWOVersion,
	}
	maps.DeleteFunc(values, func(name string, _ attr.Value) bool { return attributes[name] == nil })
	return types.ObjectValueMust(attributes, values)
}

// code is the code of the perk, zero if it has none.
func (m perkModel) code(ctx context.Context, diags *diag.Diagnostics) perkCodeModel {
	return priorObject[perkCodeModel](ctx, m.Code, diags)
}

// withCode returns the perk with a code of this value. It is for what is sent and compared, and
// never stored.
func (m perkModel) withCode(ctx context.Context, value types.String) perkModel {
	m.Code = (&perkCodeModel{Value: value}).object(m.Code.AttributeTypes(ctx))
	return m
}

// withCodeToRead returns a perk of the state that reads the code of the service too, so that an
// update knows it: no error may repeat it.
func (m perkModel) withCodeToRead(ctx context.Context, diags *diag.Diagnostics) perkModel {
	if m.code(ctx, diags).isWriteOnly() {
		return m.withCode(ctx, types.StringNull())
	}
	return m
}

// withCodeOf returns a perk of the state with the code of the service, if the state does not have
// it: nobody can tell whether it changed outside of Terraform, so that is no conflict.
func (m perkModel) withCodeOf(ctx context.Context, service perkModel, diags *diag.Diagnostics) perkModel {
	if m.code(ctx, diags).isWriteOnly() && !service.Code.IsNull() {
		m.Code = service.Code
	}
	return m
}

// withCodeToSend returns a planned perk with the code that an update sends: that of the service,
// which changes nothing, as long as the version stays.
func (m perkModel) withCodeToSend(
	ctx context.Context, state, service perkModel, config tfsdk.Config, diags *diag.Diagnostics,
) perkModel {
	code := m.code(ctx, diags)
	if code.isWriteOnly() && code.ValueWOVersion.Equal(state.code(ctx, diags).ValueWOVersion) && !service.Code.IsNull() {
		m.Code = service.Code
		return m
	}
	return m.withConfiguredCode(ctx, config, diags)
}

// withConfiguredCode returns a planned perk with the code that the configuration has for it.
// Whoever supplies an ephemeral value to the plan may forget it in the apply, and an empty code
// must not be sent.
func (m perkModel) withConfiguredCode(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) perkModel {
	if !m.code(ctx, diags).isWriteOnly() {
		return m
	}
	var value types.String
	diags.Append(config.GetAttribute(ctx, codeValueWO, &value)...)
	if blank(value.ValueString()) {
		diags.AddAttributeError(codeValueWO, "No code to send",
			fmt.Sprintf("%s is null or blank in this apply, although the plan needs it. Nothing was sent. Supply its "+
				"value to the apply as well as to the plan: a plan does not keep ephemeral values.", codeValueWO))
	}
	return m.withCode(ctx, value)
}

// atWriteOnly moves an error of a write from the value of a code to where the configuration has it.
func (m perkModel) atWriteOnly(ctx context.Context, err error, diags *diag.Diagnostics) error {
	apiError, ok := errors.AsType[*merchants.Error](err)
	if ok && apiError.Attribute == codeValue.String() && m.code(ctx, diags).isWriteOnly() {
		apiError.Attribute = codeValueWO.String()
	}
	return err
}
