package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/resourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// A campaign is an experience (challenge, store or airdrop, which cannot change), rewards, and an audience. It is a draft until it is
// published, and can then end by itself when its rewards are used up, so status is never fought. Publishing an airdrop hands out its rewards
// at once. That rewards and distribution are frozen from then on is assumed; the service has the last word.
var (
	_ resource.ResourceWithConfigure        = (*campaignResource)(nil)
	_ resource.ResourceWithConfigValidators = (*campaignResource)(nil)
	_ resource.ResourceWithIdentity         = (*campaignResource)(nil)
	_ resource.ResourceWithImportState      = (*campaignResource)(nil)
	_ resource.ResourceWithModifyPlan       = (*campaignResource)(nil)
	_ resource.ResourceWithValidateConfig   = (*campaignResource)(nil)
)

func newCampaignResource() resource.Resource { return &campaignResource{} }

type campaignResource struct{ session *session }

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

func (r *campaignResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "cohort_campaign"
}

func (r *campaignResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A campaign: a challenge, a store or an airdrop, with the rewards it gives and the audience it addresses.",
		Attributes:          campaignSchema(),
	}
}

func (r *campaignResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identitySchema("campaign")
}

func (r *campaignResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *campaignResource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return []resource.ConfigValidator{resourcevalidator.ExactlyOneOf(path.MatchRoot("challenge"), path.MatchRoot("store"), path.MatchRoot("airdrop"))}
}

func (r *campaignResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config campaignModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(config.check(ctx)...)
}

func (r *campaignResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	replaced := r.session.guardPlan(ctx, campaignKind, req, resp)
	campaignLife.plan(ctx, "campaign", req, resp)
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
	plan.checkReferences(ctx, r.session, &resp.Diagnostics)
	plan.checkSlug(ctx, r.session, state, replaced, &resp.Diagnostics)
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
	change := plan.input(ctx, &resp.Diagnostics).Since(state.withRewardsOf(plan).input(ctx, &resp.Diagnostics))
	campaignLife.checkArchived("campaign", plan.DesiredStatus, state.Status, change, plan.paths(), &resp.Diagnostics)
	plan.checkFrozen(ctx, state, &resp.Diagnostics)
}

func (r *campaignResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan campaignModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	input := plan.input(ctx, &resp.Diagnostics)
	r.session.checkCreate(ctx, campaignKind, plan.InternalName, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	name := plan.InternalName.ValueString()
	campaign, err := r.session.client.CreateCampaign(ctx, input)
	if err != nil {
		addAPIError(&resp.Diagnostics, fmt.Sprintf("create campaign %q", name), err, plan.paths())
		return
	}
	plan.computed(ctx, campaign, &resp.Diagnostics)
	plan.media(ctx, campaign, &resp.Diagnostics).save(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, r.session.identity(plan.ID))...)

	status, err := campaignLife.reach(plan.DesiredStatus, campaign.Status, r.act(ctx, campaign.ID))
	if err != nil {
		addPublishWarning(&resp.Diagnostics, "campaign", name, plan.DesiredStatus, status, err)
	}
	r.session.ledger.made(campaignKind, plan.ID.ValueString(), plan.InternalName.ValueString(), status)
	plan.Status = types.StringValue(status)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *campaignResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state campaignModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	r.session.checkMode(state.Mode, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	rewritten := mediaFrom(ctx, req.Private, &resp.Diagnostics)
	campaign, err := r.session.client.ReadCampaign(ctx, idOf(state.ID), func(listed *merchants.Campaign) bool {
		return unchanged(state, func(seen *campaignModel) diag.Diagnostics {
			return seen.read(ctx, listed, rewritten)
		})
	})
	if merchants.IsNotFound(err) {
		r.session.readNotFound(ctx, campaignKind, state.ID, state.InternalName.IsNull(), resp)
		return
	}
	if err != nil {
		addAPIError(&resp.Diagnostics, fmt.Sprintf("read campaign %q", state.InternalName.ValueString()), err, nil)
		return
	}
	before := state
	if state.InternalName.IsNull() {
		state.DesiredStatus, state.OnDestroy = campaignLife.imported(campaign.Status), types.StringValue(destroyByArchive)
	}
	resp.Diagnostics.Append(state.read(ctx, campaign, rewritten)...)
	readFound(ctx, r.session, campaignKind, state.ID, before, state, resp)
}

func (r *campaignResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state campaignModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	r.session.checkMode(state.Mode, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	id, doing := idOf(state.ID), fmt.Sprintf("update campaign %q", plan.InternalName.ValueString())
	campaign, err := r.session.client.GetCampaign(ctx, id)
	if err != nil {
		addAPIError(&resp.Diagnostics, doing, err, nil)
		return
	}
	service := state
	resp.Diagnostics.Append(service.read(ctx, campaign, mediaFrom(ctx, req.Private, &resp.Diagnostics))...)
	input, is := plan.input(ctx, &resp.Diagnostics), service.withRewardsOf(plan).input(ctx, &resp.Diagnostics)
	campaignLife.checkServable(doing, plan.DesiredStatus, campaign.Status, &resp.Diagnostics)
	checkConflict(r.session, doing, state.input(ctx, &resp.Diagnostics), is, input, plan.paths(), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	act := r.act(ctx, id)
	if campaignLife.next(plan.DesiredStatus, campaign.Status) == unarchive {
		if campaign.Status, err = act(unarchive); err != nil {
			addAPIError(&resp.Diagnostics, doing, err, plan.paths())
			return
		}
	}
	if patch := input.Since(is).Over(campaign); !merchants.IsEmpty(patch) {
		if campaign, err = r.session.client.UpdateCampaign(ctx, id, patch); err != nil {
			addAPIError(&resp.Diagnostics, doing, err, plan.paths())
			return
		}
	}
	planned := plan.Status
	plan.computed(ctx, campaign, &resp.Diagnostics)
	plan.media(ctx, campaign, &resp.Diagnostics).save(ctx, resp.Private, &resp.Diagnostics)
	status, err := campaignLife.reach(plan.DesiredStatus, campaign.Status, act)
	if err != nil {
		addAPIError(&resp.Diagnostics, doing, err, plan.paths())
	}
	plan.Status = plannedStatus(planned, status)
	r.session.ledger.wrote(campaignKind, plan.ID.ValueString(), plan.InternalName.ValueString(), status)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, r.session.identity(plan.ID))...)
}

func (r *campaignResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state campaignModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	r.session.checkMode(state.Mode, &resp.Diagnostics)
	r.session.checkDelete(campaignKind, deletion, state.InternalName, state.ID, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	id := idOf(state.ID)
	err := campaignLife.destroy(state.OnDestroy, state.Status.ValueString(), r.act(ctx, id), func() error {
		return r.session.client.DeleteCampaign(ctx, id)
	})
	r.session.finishDelete(ctx, campaignKind, state.ID, fmt.Sprintf("destroy campaign %q", state.InternalName.ValueString()), err, req, &resp.Diagnostics)
}

func (r *campaignResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	r.session.importByKeyOrID(ctx, campaignKind, req, resp)
}

// act makes one transition and returns the status that followed.
func (r *campaignResource) act(ctx context.Context, id merchants.ID) func(verb) (string, error) {
	calls := map[verb]func(context.Context, merchants.ID) (*merchants.Campaign, error){
		publish: r.session.client.PublishCampaign, end: r.session.client.EndCampaign,
		archive: r.session.client.ArchiveCampaign, unarchive: r.session.client.UnarchiveCampaign,
	}
	return func(v verb) (string, error) {
		campaign, err := calls[v](ctx, id)
		if err != nil {
			return "", err
		}
		return campaign.Status, nil
	}
}
