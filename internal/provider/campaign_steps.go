package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// The steps of a challenge have ids, which the user does not write. The progress of users belongs
// to these ids. So the plan matches the planned steps to the existing ones. An update sends the id
// of each existing step; only a new step has none.

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

// planSteps gives planned steps the ids of the steps that they certainly continue. It warns when
// users of a campaign lose a step or get a new one.
func (m campaignModel) planSteps(ctx context.Context, state campaignModel, resp *resource.ModifyPlanResponse) {
	diags, at := &resp.Diagnostics, path.Root("challenge").AtName("steps")
	existing := objectOf[challengeModel](ctx, state.Challenge, diags)
	if existing == nil {
		return
	}
	planned := objectOf[challengeModel](ctx, m.Challenge, diags)
	if planned == nil { // Only an unknown challenge is nil here: another form replaces the campaign.
		planned = &challengeModel{Steps: types.ListUnknown(existing.Steps.ElementType(ctx))}
	}
	if planned.Steps.Equal(existing.Steps) {
		return
	}
	before, after := factsOf(ctx, existing.Steps, diags), factsOf(ctx, planned.Steps, diags)
	found := matchSteps(after, before)
	were := objectsOf[stepModel](ctx, existing.Steps, diags)
	steps := withIDs(ctx, planned.Steps, func(i int, _ types.String) types.String {
		if was, continues := found.continues[i]; continues && !were[was].ID.IsNull() {
			return were[was].ID
		}
		return types.StringUnknown()
	})
	if len(after) > 0 {
		diags.Append(resp.Plan.SetAttribute(ctx, at, steps)...)
	}
	if status := state.Status.ValueString(); status != merchants.StatusDraft {
		m.warnOfSteps(at, status, planned.Steps.IsUnknown(), before, after, found, diags)
	}
}

// withIDs sets the ids of the steps of a list. A null or unknown step gets none.
func withIDs(ctx context.Context, list types.List, id func(at int, was types.String) types.String) types.List {
	if len(list.Elements()) == 0 {
		return list
	}
	steps := slices.Clone(list.Elements())
	for i, element := range steps {
		if step, ok := element.(types.Object); ok && !step.IsNull() && !step.IsUnknown() {
			attributes := step.Attributes()
			was, _ := attributes["id"].(types.String)
			attributes["id"] = id(i, was)
			steps[i] = types.ObjectValueMust(step.AttributeTypes(ctx), attributes)
		}
	}
	return types.ListValueMust(list.ElementType(ctx), steps)
}

// warnOfSteps describes what a change of the steps means for the users of a campaign that is not a
// draft.
func (m campaignModel) warnOfSteps(
	at path.Path, status string, unknown bool, before, after []stepFacts, found matched, diags *diag.Diagnostics,
) {
	var fresh, gone, open []string
	for i := range after {
		if _, continues := found.continues[i]; !continues && !found.mayGoOn[i] {
			fresh = append(fresh, after[i].name())
		}
	}
	stays := slices.Collect(maps.Values(found.continues))
	for j := range before {
		switch {
		case unknown || found.mayStay[j]:
			open = append(open, before[j].name())
		case !slices.Contains(stays, j):
			gone = append(gone, before[j].name())
		}
	}
	if len(fresh)+len(gone)+len(open) == 0 {
		return
	}
	said := counted(len(stays), "step keeps its id", "steps keep their ids")
	if unknown {
		said = "The steps are not known yet"
	}
	if len(fresh) > 0 {
		said += ", " + counted(len(fresh), "is new", "are new") + " (" + listed(fresh) + ")"
	}
	switch len(gone) {
	case 0:
	case 1:
		said += ", 1 goes (" + gone[0] + "): users lose their progress in it"
	default:
		said += fmt.Sprintf(", %d go (%s): users lose their progress in them", len(gone), listed(gone))
	}
	if said += "."; len(open) > 0 {
		said += " Only known after apply: whether a step continues " + listed(open) + ". Users lose their progress in a " +
			"step that none continues."
	}
	diags.AddAttributeWarning(at,
		fmt.Sprintf("The steps of the %s campaign %q change for its users", status, m.InternalName.ValueString()), said)
}

func counted(n int, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + several
}

// stepsOf returns the steps in the form of the service. A step with an unknown id is new.
func stepsOf(ctx context.Context, list types.List, diags *diag.Diagnostics) []merchants.Step {
	steps := []merchants.Step{}
	for _, step := range objectsOf[stepModel](ctx, list, diags) {
		if step == nil {
			continue
		}
		wire := merchants.Step{
			ID: idOf(step.ID), UserAction: step.UserAction.ValueString(), Icon: stringPointer(step.Icon),
			Title: localizedOf(step.Title), Description: localizedOf(step.Description), Triggers: []merchants.Trigger{},
		}
		for _, trigger := range objectsOf[triggerModel](ctx, step.Triggers, diags) {
			if trigger == nil {
				continue
			}
			wire.Triggers = append(wire.Triggers,
				merchants.Trigger{Type: trigger.Type.ValueString(), TypeConfig: rawSettings(trigger.Settings)})
		}
		steps = append(steps, wire)
	}
	return steps
}

// withStepIDs takes the ids of new steps from an answer, which lists the steps in the order sent.
func withStepIDs(ctx context.Context, list types.List, answered []merchants.Step) types.List {
	sent := 0
	return withIDs(ctx, list, func(_ int, id types.String) types.String {
		sent++
		switch {
		case !id.IsUnknown():
			return id
		case sent > len(answered):
			return types.StringNull()
		default:
			return types.StringValue(string(answered[sent-1].ID))
		}
	})
}

// stepsValue takes the steps from the API. Each keeps the form of the prior step with its id.
func stepsValue(ctx context.Context, prior types.List, wire []merchants.Step, diags *diag.Diagnostics) types.List {
	attribute := challengeAttribute().Attributes["steps"]
	before := make(map[string]*stepModel)
	for _, step := range objectsOf[stepModel](ctx, prior, diags) {
		if step != nil {
			before[step.ID.ValueString()] = step
		}
	}
	models := make([]stepModel, 0, len(wire))
	for _, step := range wire {
		old := before[string(step.ID)]
		if old == nil {
			old = &stepModel{}
		}
		models = append(models, stepModel{
			ID:          types.StringValue(string(step.ID)),
			UserAction:  requiredText(old.UserAction, step.UserAction),
			Icon:        textValue(old.Icon, step.Icon),
			Title:       localizedValue(old.Title, step.Title),
			Description: localizedValue(old.Description, step.Description),
			Triggers:    triggersValue(ctx, old.Triggers, step.Triggers, diags),
		})
	}
	return emptyAsWritten(ctx, prior, listValue(ctx, attribute, models, diags))
}

func triggersValue(
	ctx context.Context, prior types.List, wire []merchants.Trigger, diags *diag.Diagnostics,
) types.List {
	before := objectsOf[triggerModel](ctx, prior, diags)
	models := make([]triggerModel, 0, len(wire))
	for at, trigger := range wire {
		var old triggerModel
		if at < len(before) && before[at] != nil {
			old = *before[at]
		}
		models = append(models,
			triggerModel{Type: requiredText(old.Type, trigger.Type), Settings: settingsValue(old.Settings, trigger.TypeConfig)})
	}
	attribute, _ := stepSchema()["triggers"].(schema.ListNestedAttribute)
	return emptyAsWritten(ctx, prior, listValue(ctx, attribute, models, diags))
}
