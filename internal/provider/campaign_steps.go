package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// The steps of a challenge have ids, to which the progress of users is tied, and the user does not write them. So the plan finds out which
// planned step is which of those that exist: an update sends each with its id, and only a step that is new comes without.

type stepModel struct {
	ID          types.String `tfsdk:"id"`
	UserAction  types.String `tfsdk:"user_action"`
	Icon        types.String `tfsdk:"icon"`
	Title       types.Map    `tfsdk:"title"`
	Description types.Map    `tfsdk:"description"`
	Triggers    types.List   `tfsdk:"triggers"`
}

type triggerModel struct {
	Type     types.String `tfsdk:"type"`
	Settings types.String `tfsdk:"settings"`
}

// planSteps gives the planned steps the ids of those that they continue. It returns false when there is nothing to tell.
func (m campaignModel) planSteps(ctx context.Context, state campaignModel, diags *diag.Diagnostics) (types.List, bool) {
	planned := objectOf[challengeModel](ctx, m.Challenge, diags)
	existing := objectOf[challengeModel](ctx, state.Challenge, diags)
	if planned == nil || existing == nil || planned.Steps.IsNull() || planned.Steps.IsUnknown() || planned.Steps.Equal(existing.Steps) {
		return types.List{}, false
	}
	steps := objectsOf[stepModel](ctx, planned.Steps, diags)
	for _, step := range steps {
		if step == nil {
			return types.List{}, false
		}
	}
	matchSteps(steps, objectsOf[stepModel](ctx, existing.Steps, diags))
	return listValue(ctx, challengeAttribute().Attributes["steps"], steps, diags), !diags.HasError()
}

// matchSteps sets the id of each planned step to that of the step it continues: one with the same content, else one with the same action
// and title, else the one at the same position if its action is the same. A step that continues none gets a new id.
func matchSteps(planned, existing []*stepModel) {
	taken := make([]bool, len(existing))
	matched := make([]bool, len(planned))
	match := func(same func(at int, step *stepModel, was int) bool) {
		for at, step := range planned {
			for was := range existing {
				if !matched[at] && !taken[was] && same(at, step, was) {
					step.ID, matched[at], taken[was] = existing[was].ID, true, true
				}
			}
		}
	}
	match(func(_ int, step *stepModel, was int) bool { return step.sameContent(existing[was]) })
	match(func(_ int, step *stepModel, was int) bool {
		return step.UserAction.Equal(existing[was].UserAction) && step.Title.Equal(existing[was].Title) && !step.Title.IsNull()
	})
	match(func(at int, step *stepModel, was int) bool {
		return at == was && step.UserAction.Equal(existing[was].UserAction)
	})
	for at, step := range planned {
		if !matched[at] {
			step.ID = types.StringUnknown()
		}
	}
}

func (m *stepModel) sameContent(other *stepModel) bool {
	return m.UserAction.Equal(other.UserAction) && m.Icon.Equal(other.Icon) && m.Title.Equal(other.Title) &&
		m.Description.Equal(other.Description) && m.Triggers.Equal(other.Triggers)
}

// stepsOf are the steps as the service takes them; a step whose id is not known is new.
func stepsOf(ctx context.Context, list types.List, diags *diag.Diagnostics) []merchants.Step {
	steps := []merchants.Step{}
	for _, step := range objectsOf[stepModel](ctx, list, diags) {
		wire := merchants.Step{
			ID: idOf(step.ID), UserAction: step.UserAction.ValueString(), Icon: stringPointer(step.Icon),
			Title: localizedOf(step.Title), Description: localizedOf(step.Description), Triggers: []merchants.Trigger{},
		}
		for _, trigger := range objectsOf[triggerModel](ctx, step.Triggers, diags) {
			wire.Triggers = append(wire.Triggers, merchants.Trigger{Type: trigger.Type.ValueString(), TypeConfig: rawSettings(trigger.Settings)})
		}
		steps = append(steps, wire)
	}
	return steps
}

// withStepIDs takes the ids of new steps from an answer, where the steps stand in the order in which they were sent.
func withStepIDs(ctx context.Context, list types.List, answered []merchants.Step, diags *diag.Diagnostics) types.List {
	if list.IsNull() {
		return list
	}
	steps := objectsOf[stepModel](ctx, list, diags)
	for i, step := range steps {
		if !step.ID.IsUnknown() {
			continue
		}
		step.ID = types.StringNull()
		if i < len(answered) {
			step.ID = types.StringValue(string(answered[i].ID))
		}
	}
	return listValue(ctx, challengeAttribute().Attributes["steps"], steps, diags)
}

// stepsValue takes the steps from the API; each keeps the form of the prior step with its id.
func stepsValue(ctx context.Context, prior types.List, wire []merchants.Step, diags *diag.Diagnostics) types.List {
	attribute := challengeAttribute().Attributes["steps"]
	before := make(map[string]*stepModel)
	for _, step := range objectsOf[stepModel](ctx, prior, diags) {
		before[step.ID.ValueString()] = step
	}
	models := make([]stepModel, 0, len(wire))
	for _, step := range wire {
		old := before[string(step.ID)]
		if old == nil {
			old = &stepModel{}
		}
		models = append(models, stepModel{
			ID: types.StringValue(string(step.ID)), UserAction: requiredText(old.UserAction, step.UserAction), Icon: textValue(old.Icon, step.Icon),
			Title: localizedValue(old.Title, step.Title), Description: localizedValue(old.Description, step.Description),
			Triggers: triggersValue(ctx, old.Triggers, step.Triggers, diags),
		})
	}
	return emptyAsWritten(ctx, prior, listValue(ctx, attribute, models, diags))
}

func triggersValue(ctx context.Context, prior types.List, wire []merchants.Trigger, diags *diag.Diagnostics) types.List {
	before := objectsOf[triggerModel](ctx, prior, diags)
	models := make([]triggerModel, 0, len(wire))
	for at, trigger := range wire {
		var old triggerModel
		if at < len(before) && before[at] != nil {
			old = *before[at]
		}
		models = append(models, triggerModel{Type: requiredText(old.Type, trigger.Type), Settings: settingsValue(old.Settings, trigger.TypeConfig)})
	}
	attribute, _ := stepSchema()["triggers"].(schema.ListNestedAttribute)
	return emptyAsWritten(ctx, prior, listValue(ctx, attribute, models, diags))
}
