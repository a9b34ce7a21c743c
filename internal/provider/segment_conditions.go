package provider

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// conditionKinds are the attributes of a condition. A condition has one of them.
var conditionKinds = []string{"user_property", "event", "audience"}

// How conditions or groups combine.
const (
	matchAll = "all"
	matchAny = "any"
)

type conditionGroupModel struct {
	Match      types.String `tfsdk:"match"`
	Conditions types.List   `tfsdk:"conditions"`
}

type conditionModel struct {
	UserProperty types.Object `tfsdk:"user_property"`
	Event        types.Object `tfsdk:"event"`
	Audience     types.Object `tfsdk:"audience"`
}

type userPropertyConditionModel struct {
	Property types.String `tfsdk:"property"`
	Operator types.String `tfsdk:"operator"`
	Value    types.String `tfsdk:"value"`
}

type eventConditionModel struct {
	Name       types.String `tfsdk:"name"`
	Performed  types.Bool   `tfsdk:"performed"`
	WithinDays types.Int64  `tfsdk:"within_days"`
}

type audienceConditionModel struct {
	ID     types.String `tfsdk:"id"`
	Member types.Bool   `tfsdk:"member"`
}

var segmentSchema = sync.OnceValue(func() map[string]schema.Attribute {
	return objectAttributes("segment", "name", map[string]schema.Attribute{
		"reference_id": referenceIDAttribute("segment"),
		"match":        matchAttribute("groups"),
		"groups": schema.ListNestedAttribute{
			MarkdownDescription: "Groups of conditions. Without them, the segment has no conditions.",
			Optional:            true,
			Validators:          []validator.List{noNulls{}},
			PlanModifiers:       []planmodifier.List{conditionsUnlessHeld{}},
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"match": matchAttribute("conditions"),
				"conditions": schema.ListNestedAttribute{
					MarkdownDescription: described("Conditions of the group, each with one of `user_property`, `event` and "+
						"`audience`. A condition that this provider does not know has none of them.",
						"Write `{}` for such a condition: it stays as it is."),
					Optional:   true,
					Validators: []validator.List{noNulls{}},
					NestedObject: schema.NestedAttributeObject{
						Validators: []validator.Object{atMostOne(conditionKinds)},
						Attributes: conditionSchema(),
					},
				},
			}},
		},
	})
})

func matchAttribute(what string) schema.StringAttribute {
	return schema.StringAttribute{
		MarkdownDescription: described("How the "+what+" combine: `all` of them hold, or `any` one of them does.",
			"Defaults to `all`."),
		Optional:   true,
		Computed:   true,
		Default:    stringdefault.StaticString(matchAll),
		Validators: []validator.String{oneOf{matchAll, matchAny}},
	}
}

var conditionSchema = sync.OnceValue(func() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"user_property": schema.SingleNestedAttribute{
			MarkdownDescription: "A property of the user compares to a value.",
			Optional:            true,
			Attributes: map[string]schema.Attribute{
				"property": schema.StringAttribute{
					MarkdownDescription: described("The property: `email`, `firstName`, `lastName`, `lang`, or the reference id of "+
						"a custom one.", "Refer to a custom one as in `cohort_user_property.tier.reference_id`."),
					Required: true, PlanModifiers: []planmodifier.String{textUnlessHeld{notBlank{}}},
				},
				"operator": schema.StringAttribute{
					MarkdownDescription: described("The service's word for the comparison, such as `equals`.", anyWord),
					Required:            true, PlanModifiers: []planmodifier.String{textUnlessHeld{notBlank{}}},
				},
				"value": schema.StringAttribute{
					MarkdownDescription: described("What the property is compared with, as text.",
						"Leave it out for operators that compare with nothing."),
					Optional: true,
				},
			},
		},
		"event": schema.SingleNestedAttribute{
			MarkdownDescription: "The user did something, or did not do it.",
			Optional:            true,
			Attributes: map[string]schema.Attribute{
				"name": schema.StringAttribute{
					MarkdownDescription: described("The service's word for the event, such as `app.connected`.", anyWord),
					Required:            true, PlanModifiers: []planmodifier.String{textUnlessHeld{notBlank{}}},
				},
				"performed": schema.BoolAttribute{
					MarkdownDescription: described("`true`: the user did it. `false`: the user did not.", "Defaults to `true`."),
					Optional:            true, Computed: true, Default: booldefault.StaticBool(true),
				},
				"within_days": schema.Int64Attribute{
					MarkdownDescription: described("How many days back the condition looks. Without it, there is no limit.",
						"At least 1."),
					Optional:      true,
					PlanModifiers: []planmodifier.Int64{numberUnlessHeld{int64validator.Between(1, largestNumber)}},
				},
			},
		},
		"audience": schema.SingleNestedAttribute{
			MarkdownDescription: "The user is in another list or segment, or is not in it.",
			Optional:            true,
			Attributes: map[string]schema.Attribute{
				"id": schema.StringAttribute{
					MarkdownDescription: "Id of the list or segment.",
					Required:            true, Validators: []validator.String{toAudience},
				},
				"member": schema.BoolAttribute{
					MarkdownDescription: described("`true`: the user is in it. `false`: the user is not.", "Defaults to `true`."),
					Optional:            true, Computed: true, Default: booldefault.StaticBool(true),
				},
			},
		},
	}
})

// check warns of a group without conditions: a segment may have one, but hardly on purpose.
func (m segmentModel) check(ctx context.Context) diag.Diagnostics {
	var diags diag.Diagnostics
	for i, group := range objectsOf[conditionGroupModel](ctx, m.Groups, &diags) {
		if group != nil && !group.Conditions.IsUnknown() && len(group.Conditions.Elements()) == 0 {
			at := path.Root("groups").AtListIndex(i).AtName("conditions")
			diags.AddAttributeWarning(at, "A group without conditions",
				fmt.Sprintf("%s is empty. What such a group means is for the service to decide.", at))
		}
	}
	return diags
}

// conditions returns the conditions of the model; absent when there are no groups.
func (m segmentModel) conditions(ctx context.Context, diags *diag.Diagnostics) merchants.Field[merchants.Conditions] {
	if len(m.Groups.Elements()) == 0 {
		return merchants.Field[merchants.Conditions]{}
	}
	conditions := merchants.Conditions{Operator: operatorOf(m.Match)}
	for _, group := range objectsOf[conditionGroupModel](ctx, m.Groups, diags) {
		wire := merchants.ConditionGroup{Operator: operatorOf(group.Match), Conditions: []merchants.Condition{}}
		for _, condition := range objectsOf[conditionModel](ctx, group.Conditions, diags) {
			wire.Conditions = append(wire.Conditions, condition.wire(ctx, diags))
		}
		conditions.Groups = append(conditions.Groups, wire)
	}
	return merchants.Value(conditions)
}

func (m conditionModel) wire(ctx context.Context, diags *diag.Diagnostics) merchants.Condition {
	if property := objectOf[userPropertyConditionModel](ctx, m.UserProperty, diags); property != nil {
		condition := &merchants.UserPropertyCondition{
			Property: property.Property.ValueString(),
			Operator: property.Operator.ValueString(),
		}
		if !property.Value.IsNull() {
			condition.Value = &merchants.Scalar{Text: property.Value.ValueString()}
		}
		return merchants.Condition{UserProperty: condition}
	}
	if event := objectOf[eventConditionModel](ctx, m.Event, diags); event != nil {
		operator := merchants.EventHasDone
		if !event.Performed.ValueBool() {
			operator = merchants.EventHasNotDone
		}
		return merchants.Condition{Event: &merchants.EventCondition{
			Event: event.Name.ValueString(), Operator: operator, WithinDays: event.WithinDays.ValueInt64Pointer(),
		}}
	}
	if audience := objectOf[audienceConditionModel](ctx, m.Audience, diags); audience != nil {
		operator := merchants.CohortIsIn
		if !audience.Member.ValueBool() {
			operator = merchants.CohortIsNotIn
		}
		return merchants.Condition{Cohort: &merchants.CohortCondition{CohortID: idOf(audience.ID), Operator: operator}}
	}
	return merchants.Condition{Unknown: true}
}

// readConditions takes the conditions from the API. Without groups, the match has no meaning.
func (m *segmentModel) readConditions(ctx context.Context, conditions *merchants.Conditions, diags *diag.Diagnostics) {
	groupsAttribute := segmentSchema()["groups"]
	if conditions == nil {
		conditions = &merchants.Conditions{}
	}
	if len(conditions.Groups) > 0 || m.Match.IsNull() {
		m.Match = matchWord(conditions.Operator)
	}
	before := objectsOf[conditionGroupModel](ctx, m.Groups, diags)
	groups := make([]conditionGroupModel, 0, len(conditions.Groups))
	for i, group := range conditions.Groups {
		old := conditionGroupModel{}
		if i < len(before) && before[i] != nil {
			old = *before[i]
		}
		olds := objectsOf[conditionModel](ctx, old.Conditions, diags)
		models := make([]conditionModel, 0, len(group.Conditions))
		for j, condition := range group.Conditions {
			prior := conditionModel{}
			if j < len(olds) && olds[j] != nil {
				prior = *olds[j]
			}
			models = append(models, newConditionModel(ctx, prior, condition, diags))
			if condition.Unknown {
				at := path.Root("groups").AtListIndex(i).AtName("conditions").AtListIndex(j)
				diags.AddAttributeWarning(at, "Unknown kind of condition",
					fmt.Sprintf("%s of the segment %q is a condition that this version of the provider does not know. "+
						"Written as {} it stays as it is; another condition in its place replaces it.", at, m.Name.ValueString()))
			}
		}
		read := listValue(ctx, conditionsAttribute(), models, diags)
		groups = append(groups,
			conditionGroupModel{Match: matchWord(group.Operator), Conditions: emptyAsWritten(ctx, old.Conditions, read)})
	}
	m.Groups = emptyAsWritten(ctx, m.Groups, listValue(ctx, groupsAttribute, groups, diags))
}

func newConditionModel(
	ctx context.Context, prior conditionModel, condition merchants.Condition, diags *diag.Diagnostics,
) conditionModel {
	var property *userPropertyConditionModel
	var event *eventConditionModel
	var audience *audienceConditionModel
	switch {
	case condition.UserProperty != nil:
		wire, before := condition.UserProperty, priorObject[userPropertyConditionModel](ctx, prior.UserProperty, diags)
		property = &userPropertyConditionModel{
			Property: requiredText(before.Property, wire.Property),
			Operator: requiredText(before.Operator, wire.Operator),
			Value:    scalarValue(before.Value, wire.Value),
		}
	case condition.Event != nil:
		before := priorObject[eventConditionModel](ctx, prior.Event, diags)
		event = &eventConditionModel{
			Name:       requiredText(before.Name, condition.Event.Event),
			Performed:  types.BoolValue(condition.Event.Operator != merchants.EventHasNotDone),
			WithinDays: types.Int64PointerValue(condition.Event.WithinDays),
		}
	case condition.Cohort != nil:
		audience = &audienceConditionModel{
			ID:     types.StringValue(string(condition.Cohort.CohortID)),
			Member: types.BoolValue(condition.Cohort.Operator != merchants.CohortIsNotIn),
		}
	}
	attributes := conditionSchema()
	return conditionModel{
		UserProperty: objectValue(ctx, attributes["user_property"], property, diags),
		Event:        objectValue(ctx, attributes["event"], event, diags),
		Audience:     objectValue(ctx, attributes["audience"], audience, diags),
	}
}

// scalarValue is the value of a condition. The service may store it as a number.
func scalarValue(prior types.String, wire *merchants.Scalar) types.String {
	if wire != nil && known(prior) && wire.Is(strings.TrimSpace(prior.ValueString())) {
		return prior
	}
	if wire == nil {
		return textValue[string](prior, nil)
	}
	return textValue(prior, &wire.Text)
}

func conditionsAttribute() schema.Attribute {
	groups, _ := segmentSchema()["groups"].(schema.ListNestedAttribute)
	return groups.NestedObject.Attributes["conditions"]
}

func operatorOf(match types.String) string {
	if match.ValueString() == matchAny {
		return merchants.OperatorOr
	}
	return merchants.OperatorAnd
}

func matchWord(operator string) types.String {
	if operator == merchants.OperatorOr {
		return types.StringValue(matchAny)
	}
	return types.StringValue(matchAll)
}
