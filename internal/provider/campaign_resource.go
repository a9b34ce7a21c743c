package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/resourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// A campaign has an experience (challenge, store or airdrop, which cannot change), rewards and an
// audience. It is a draft until it is published. A published campaign can end by itself when its
// rewards are used up, so the provider accepts that status. Publishing an airdrop hands out its
// rewards at once. It is assumed that publishing freezes rewards and distribution; the service
// decides.
var (
	_ resource.ResourceWithConfigure        = (*campaignResource)(nil)
	_ resource.ResourceWithConfigValidators = (*campaignResource)(nil)
	_ resource.ResourceWithIdentity         = (*campaignResource)(nil)
	_ resource.ResourceWithImportState      = (*campaignResource)(nil)
	_ resource.ResourceWithModifyPlan       = (*campaignResource)(nil)
	_ resource.ResourceWithValidateConfig   = (*campaignResource)(nil)
)

func newCampaignResource() resource.Resource { return &campaignResource{} }

type campaignResource struct{ data *providerData }

// campaignAttributes are what a campaign has as a resource and as a data source.
type campaignAttributes struct {
	ID           types.String `tfsdk:"id"`
	Mode         types.String `tfsdk:"mode"`
	InternalName types.String `tfsdk:"internal_name"`
	AudienceID   types.String `tfsdk:"audience_id"`
	StartAt      types.String `tfsdk:"start_at"`
	EndAt        types.String `tfsdk:"end_at"`
	Rewards      types.List   `tfsdk:"rewards"`
	Distribution types.Object `tfsdk:"distribution"`
	Challenge    types.Object `tfsdk:"challenge"`
	Store        types.Object `tfsdk:"store"`
	Airdrop      types.Object `tfsdk:"airdrop"`
	Status       types.String `tfsdk:"status"`
}

type campaignModel struct {
	campaignAttributes
	DesiredStatus types.String `tfsdk:"desired_status"`
	OnDestroy     types.String `tfsdk:"on_destroy"`
}

func (r *campaignResource) Metadata(
	_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse,
) {
	resp.TypeName = "cohort_campaign"
}

func (r *campaignResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages a campaign: a challenge, a store or an airdrop, with its " +
			"rewards and its audience.",
		Attributes: campaignSchema(),
	}
}

func (r *campaignResource) IdentitySchema(
	_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse,
) {
	resp.IdentitySchema = identitySchema("campaign")
}

func (r *campaignResource) Configure(
	_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse,
) {
	r.data = providerDataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *campaignResource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return []resource.ConfigValidator{
		resourcevalidator.ExactlyOneOf(path.MatchRoot("challenge"), path.MatchRoot("store"), path.MatchRoot("airdrop")),
	}
}

func (r *campaignResource) ValidateConfig(
	ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse,
) {
	var config campaignModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(config.check(ctx)...)
}

func (r *campaignResource) ModifyPlan(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	replaced := r.data.guardPlan(ctx, campaignKind, req, resp)
	campaignLifecycle.plan(ctx, "campaign", req, resp)
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan, state campaignModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(plan.checkPublishing(ctx, state.Status.ValueString())...)
	plan.checkArchivedRewards(ctx, r.data, &resp.Diagnostics)
	plan.checkSlug(ctx, r.data, state, replaced, &resp.Diagnostics)
	if req.State.Raw.IsNull() {
		return
	}
	if at, changed := plan.formChanged(state); changed {
		resp.RequiresReplace.Append(at)
		state.checkReplaced(at, &resp.Diagnostics)
		return
	}
	plan.planSteps(ctx, state, resp)
	resp.Diagnostics.Append(resp.Plan.Get(ctx, &plan)...)
	known, want := state.withRewardsOf(plan).input(ctx, &resp.Diagnostics), plan.input(ctx, &resp.Diagnostics)
	changes := r.data.client.Campaigns.Changes(known, want)
	campaignLifecycle.checkArchived("campaign", plan.DesiredStatus, state.Status, changes, &resp.Diagnostics)
	plan.checkFrozen(ctx, state, &resp.Diagnostics)
}

func (r *campaignResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan campaignModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	input := plan.input(ctx, &resp.Diagnostics)
	r.data.checkCreate(ctx, campaignKind, req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	campaign, err := r.data.client.Campaigns.Create(ctx, input)
	if err != nil {
		campaignKind.addError(&resp.Diagnostics, "create", req.Plan.Raw, err)
		return
	}
	plan.computed(ctx, campaign, &resp.Diagnostics)
	plan.media(ctx, campaign, &resp.Diagnostics).save(ctx, resp.Private, &resp.Diagnostics)
	r.data.finishCreate(ctx, campaignKind, plan, resp)
	r.data.publishCreated(ctx, campaignKind, campaign.Head(), plan.DesiredStatus, resp)
}

func (r *campaignResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	readObject[campaignModel](ctx, r.data, campaignKind, r.data.client.Campaigns, req, resp)
}

func (r *campaignResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state campaignModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	id := r.data.guardUpdate(req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	campaigns := r.data.client.Campaigns
	campaign, err := campaigns.Get(ctx, id)
	if err != nil {
		campaignKind.addError(&resp.Diagnostics, "update", req.Plan.Raw, err)
		return
	}
	service := state
	service.read(ctx, campaign, rehostedURLsFrom(ctx, req.Private, &resp.Diagnostics), &resp.Diagnostics)
	campaignKind.checkServable(req, campaign.Status, &resp.Diagnostics)
	before, remote := state.input(ctx, &resp.Diagnostics), service.withRewardsOf(plan).input(ctx, &resp.Diagnostics)
	want := plan.input(ctx, &resp.Diagnostics)
	checkConflict(r.data, campaignKind, campaigns, req, before, remote, want, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	transition := r.data.transition(ctx, campaignKind, campaign.Head())
	if campaignLifecycle.next(plan.DesiredStatus, campaign.Status) == merchants.Unarchive {
		if campaign.Status, err = transition(merchants.Unarchive); err != nil {
			campaignKind.addError(&resp.Diagnostics, "update", req.Plan.Raw, err)
			return
		}
	}
	if campaign, err = campaigns.Update(ctx, campaign, remote, want); err != nil {
		campaignKind.addError(&resp.Diagnostics, "update", req.Plan.Raw, err)
		return
	}
	planned := plan.Status
	plan.computed(ctx, campaign, &resp.Diagnostics)
	plan.media(ctx, campaign, &resp.Diagnostics).save(ctx, resp.Private, &resp.Diagnostics)
	status, err := campaignLifecycle.transitionTo(plan.DesiredStatus, campaign.Status, transition)
	if err != nil {
		campaignKind.addError(&resp.Diagnostics, "update", req.Plan.Raw, err)
	}
	plan.Status = plannedStatus(planned, status)
	r.data.finishUpdate(ctx, campaignKind, plan, status, resp)
}

func (r *campaignResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state campaignModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	id := r.data.guardDelete(campaignKind, req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	transition := r.data.transition(ctx, campaignKind, merchants.Head{ID: id})
	err := campaignLifecycle.destroy(state.OnDestroy, state.Status.ValueString(), transition, func() error {
		return r.data.client.Campaigns.Delete(ctx, id)
	})
	r.data.finishDelete(ctx, campaignKind, err, req, &resp.Diagnostics)
}

func (r *campaignResource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	r.data.importByKeyOrID(ctx, campaignKind, req, resp)
}
