package provider

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// Any value that the service holds can be configured, even one that it would refuse as new: an
// existing object can then be adopted and changed elsewhere. So a value that is wrong by itself is
// an error of the plan, which knows the state, and not of validate, which does not.

// textUnlessHeld runs a validator on a text, unless the state has the same text. An empty text of
// an optional attribute counts as null.
type textUnlessHeld struct{ check validator.String }

func (m textUnlessHeld) Description(ctx context.Context) string { return m.check.Description(ctx) }
func (m textUnlessHeld) MarkdownDescription(ctx context.Context) string {
	return m.check.MarkdownDescription(ctx)
}

func (m textUnlessHeld) PlanModifyString(
	ctx context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse,
) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || req.ConfigValue.Equal(req.StateValue) {
		return
	}
	var said validator.StringResponse
	m.check.ValidateString(ctx, validator.StringRequest{
		Path: req.Path, PathExpression: req.PathExpression, Config: req.Config, ConfigValue: req.ConfigValue,
	}, &said)
	resp.Diagnostics.Append(said.Diagnostics...)
}

// numberUnlessHeld does the same for a whole number.
type numberUnlessHeld struct{ check validator.Int64 }

func (m numberUnlessHeld) Description(ctx context.Context) string { return m.check.Description(ctx) }

func (m numberUnlessHeld) MarkdownDescription(ctx context.Context) string {
	return m.check.MarkdownDescription(ctx)
}

func (m numberUnlessHeld) PlanModifyInt64(
	ctx context.Context, req planmodifier.Int64Request, resp *planmodifier.Int64Response,
) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || req.ConfigValue.Equal(req.StateValue) {
		return
	}
	var said validator.Int64Response
	m.check.ValidateInt64(ctx, validator.Int64Request{
		Path: req.Path, PathExpression: req.PathExpression, Config: req.Config, ConfigValue: req.ConfigValue,
	}, &said)
	resp.Diagnostics.Append(said.Diagnostics...)
}

// discountUnlessHeld refuses a discount of nothing, or a percentage above 100.
type discountUnlessHeld struct{}

func (discountUnlessHeld) Description(context.Context) string {
	return "must be more than 0, and at most 100 for a percentage"
}

func (m discountUnlessHeld) MarkdownDescription(ctx context.Context) string {
	return m.Description(ctx)
}

func (discountUnlessHeld) PlanModifyFloat64(
	ctx context.Context, req planmodifier.Float64Request, resp *planmodifier.Float64Response,
) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	var kind, before types.String
	at := req.Path.ParentPath().AtName("type")
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, at, &kind)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, at, &before)...)
	}
	if req.ConfigValue.Equal(req.StateValue) && kind.Equal(before) {
		return
	}
	switch value := req.ConfigValue.ValueFloat64(); {
	case value <= 0:
		resp.Diagnostics.AddAttributeError(req.Path, "No discount",
			"A discount is more than 0. Write a larger value, or leave shopify_discount out.")
	case value > 100 && kind.ValueString() == merchants.DiscountPercentage:
		resp.Diagnostics.AddAttributeError(req.Path, "More than 100 percent",
			"A percentage is at most 100. For an amount of money, write type = \""+merchants.DiscountFixedAmount+"\".")
	}
}

// languagesUnlessHeld refuses keys that are not language codes.
type languagesUnlessHeld struct{}

func (languagesUnlessHeld) Description(context.Context) string {
	return "keys must be language codes, such as en or pt-BR"
}

func (m languagesUnlessHeld) MarkdownDescription(ctx context.Context) string {
	return m.Description(ctx)
}

func (languagesUnlessHeld) PlanModifyMap(
	_ context.Context, req planmodifier.MapRequest, resp *planmodifier.MapResponse,
) {
	held := req.StateValue.Elements()
	for _, language := range languageKeys(req.ConfigValue) {
		if _, there := held[language]; !there && !languageCode.MatchString(language) {
			resp.Diagnostics.AddAttributeError(req.Path.AtMapKey(language), "Not a language code",
				fmt.Sprintf("%s[%q] has a key that is not a language code, such as en or pt-BR.", req.Path, language))
		}
	}
}

// conditionsUnlessHeld refuses a condition of no kind, unless it stands for one that the provider
// does not know and the segment already has.
type conditionsUnlessHeld struct{}

func (conditionsUnlessHeld) Description(context.Context) string {
	return "each condition needs exactly one of " + listed(conditionKinds)
}

func (m conditionsUnlessHeld) MarkdownDescription(ctx context.Context) string {
	return m.Description(ctx)
}

func (conditionsUnlessHeld) PlanModifyList(
	_ context.Context, req planmodifier.ListRequest, resp *planmodifier.ListResponse,
) {
	held := len(emptyConditions(req.Path, req.StateValue))
	for i, at := range emptyConditions(req.Path, req.PlanValue) {
		if i >= held {
			resp.Diagnostics.AddAttributeError(at, "None of "+listed(conditionKinds),
				fmt.Sprintf("%s needs exactly one of them. A condition without any stands for one of the service that this "+
					"version of the provider does not know, and the segment has %d such.", at, held))
		}
	}
}

// emptyConditions returns the paths of conditions of no kind and of null groups. A condition with
// an unknown part has a kind.
func emptyConditions(at path.Path, groups types.List) []path.Path {
	var empty []path.Path
	for i, group := range groups.Elements() {
		group, _ := group.(types.Object)
		if group.IsNull() {
			empty = append(empty, at.AtListIndex(i))
			continue
		}
		conditions, _ := group.Attributes()["conditions"].(types.List)
		for j, condition := range conditions.Elements() {
			condition, _ := condition.(types.Object)
			if !condition.IsUnknown() && ofNoKind(condition) {
				empty = append(empty, at.AtListIndex(i).AtName("conditions").AtListIndex(j))
			}
		}
	}
	return empty
}

func ofNoKind(condition types.Object) bool {
	if condition.IsNull() {
		return true
	}
	set, unknown := attributesSet(condition.Attributes(), conditionKinds)
	return len(set) == 0 && !unknown
}

// sameJSONAsState keeps the settings of the state when the configuration has the same JSON in
// another form.
type sameJSONAsState struct{}

func (sameJSONAsState) Description(context.Context) string {
	return "the form of the JSON does not matter"
}

func (m sameJSONAsState) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (sameJSONAsState) PlanModifyString(
	_ context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse,
) {
	if known(req.PlanValue) && known(req.StateValue) &&
		sameSettings(req.PlanValue.ValueString(), req.StateValue.ValueString()) {
		resp.PlanValue = req.StateValue
	}
}

// sameTimeAsState keeps the time of the state when the configuration has the same instant in
// another form.
type sameTimeAsState struct{}

func (sameTimeAsState) Description(context.Context) string {
	return "the time zone in which it is written does not matter"
}

func (m sameTimeAsState) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (sameTimeAsState) PlanModifyString(
	_ context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse,
) {
	if sameInstant(req.PlanValue.ValueString(), req.StateValue.ValueString()) {
		resp.PlanValue = req.StateValue
	}
}

func known(value types.String) bool { return !value.IsNull() && !value.IsUnknown() }

// oneOf refuses a word outside a closed catalog. It does not repeat the word.
type oneOf []string

func (v oneOf) Description(context.Context) string {
	return fmt.Sprintf("must be one of %q", []string(v))
}
func (v oneOf) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v oneOf) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if known(req.ConfigValue) && !slices.Contains(v, req.ConfigValue.ValueString()) {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid Attribute Value Match",
			fmt.Sprintf("%s must be one of %q.", req.Path, []string(v)))
	}
}
