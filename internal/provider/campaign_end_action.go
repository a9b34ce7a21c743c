package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/actionvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/protocol"
)

// The action ends a published campaign, by hand in an emergency. It sends the request that
// desired_status = "ended" sends; the path of that request is assumed. An end cannot be undone,
// and a plan in JSON does not show whose action it invokes. So in live the campaign has to be named
// in allow_live_delete, like what a plan deletes.
var (
	_ action.ActionWithConfigure        = (*campaignEndAction)(nil)
	_ action.ActionWithConfigValidators = (*campaignEndAction)(nil)
	_ action.ActionWithModifyPlan       = (*campaignEndAction)(nil)
)

func newCampaignEndAction() action.Action { return &campaignEndAction{} }

type campaignEndAction struct{ data *providerData }

type campaignEndModel struct {
	ID           types.String `tfsdk:"id"`
	InternalName types.String `tfsdk:"internal_name"`
}

func (a *campaignEndAction) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = "cohort_campaign_end"
}

func (a *campaignEndAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	const either = " Exactly one of `id` and `internal_name`."
	resp.Schema = schema.Schema{
		MarkdownDescription: "Ends a published campaign for good. This cannot be undone.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "Id of the campaign." + either,
				Optional:            true,
				Validators:          []validator.String{notBlank{}},
			},
			"internal_name": schema.StringAttribute{
				MarkdownDescription: "Key of the campaign, the same in test and live." + either,
				Optional:            true,
				Validators:          []validator.String{notBlank{}},
			},
		},
	}
}

func (a *campaignEndAction) Configure(
	_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse,
) {
	a.data = providerDataFrom(req.ProviderData, &resp.Diagnostics)
}

func (a *campaignEndAction) ConfigValidators(context.Context) []action.ConfigValidator {
	return []action.ConfigValidator{
		actionvalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("internal_name")),
	}
}

func (a *campaignEndAction) ModifyPlan(
	ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse,
) {
	campaign, found := a.campaign(ctx, req.Config, &resp.Diagnostics)
	if found && campaign.Status != merchants.StatusEnded {
		resp.Diagnostics.AddWarning("Ending cannot be undone",
			fmt.Sprintf("Users can no longer take part in the campaign %q of the %s merchant once it has ended.",
				campaign.Key, a.data.mode))
	}
}

func (a *campaignEndAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	defer protocol.Recover(resp.Diagnostics.AddError)
	a.data.checkApply(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	campaign, found := a.campaign(ctx, req.Config, &resp.Diagnostics)
	if !found {
		return
	}
	progress := func(text string) {
		resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf(text, campaign.Key, a.data.mode)})
	}
	if campaign.Status == merchants.StatusEnded {
		progress("The campaign %q of the %s merchant has ended already. Nothing was sent.")
		return
	}
	progress("Ending the campaign %q of the %s merchant.")
	doing := fmt.Sprintf("end campaign %q", campaign.Key)
	status, err := a.data.transition(ctx, campaignKind, campaign)(merchants.End)
	switch {
	case err != nil:
		addAPIError(&resp.Diagnostics, doing, err)
		return
	case status != merchants.StatusEnded:
		resp.Diagnostics.AddError("Could not "+doing, fmt.Sprintf(
			"The service accepted the request, but the status of the campaign is %q. Look at it in Cohort's admin.",
			merchants.Plain(status)))
		return
	}
	progress("The campaign %q of the %s merchant has ended.")
}

// campaign returns the campaign that a configuration names. It returns false if that is not known
// yet, and with an error if there is none or if it cannot be ended.
func (a *campaignEndAction) campaign(
	ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics,
) (merchants.Head, bool) {
	var model campaignEndModel
	diags.Append(config.Get(ctx, &model)...)
	if diags.HasError() || model.ID.IsUnknown() || model.InternalName.IsUnknown() {
		return merchants.Head{}, false
	}
	id := campaignKind.named(ctx, a.data.client, model.ID, model.InternalName, diags)
	if diags.HasError() {
		return merchants.Head{}, false
	}
	campaign, err := a.data.client.Campaigns.Head(ctx, id)
	if err != nil {
		addLookUpError(diags, fmt.Sprintf("read campaign %s", id), err)
		return merchants.Head{}, false
	}
	a.check(campaign, diags)
	return campaign, !diags.HasError()
}

// check refuses to end a campaign that cannot end, and a live one that nobody named.
func (a *campaignEndAction) check(campaign merchants.Head, diags *diag.Diagnostics) {
	summary := fmt.Sprintf("The campaign %q cannot end", campaign.Key)
	switch campaign.Status {
	case merchants.StatusEnded:
	case merchants.StatusPublished:
		a.data.checkTaken(campaignKind, ending, campaign.Key, string(campaign.ID),
			"Ending cannot be undone. To hide the campaign in a way that can be undone, archive it: "+
				"write desired_status = \"archived\" in its resource.", diags)
	case merchants.StatusDraft:
		diags.AddError(summary, "It is a draft, so no user can take part in it. Only a published campaign can end.")
	case merchants.StatusArchived:
		diags.AddError(summary, "It is archived, so no user can take part in it. To end it, bring it back first: "+
			"write desired_status = \"ended\" in its resource.")
	default:
		diags.AddError(summary, sentence(campaignLifecycle.readable(campaign.Status)))
	}
}
