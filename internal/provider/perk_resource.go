package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// A perk is a draft until it is published, which Cohort calls live. From then on users see every
// edit at once. Archiving hides a perk and can be taken back. Its kind is a variant with settings.
// Only the settings of the Shopify discount are documented. The catalog of kinds is open, so custom
// takes what the provider does not know.
var (
	_ resource.ResourceWithConfigure      = (*perkResource)(nil)
	_ resource.ResourceWithIdentity       = (*perkResource)(nil)
	_ resource.ResourceWithImportState    = (*perkResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*perkResource)(nil)
	_ resource.ResourceWithValidateConfig = (*perkResource)(nil)
)

func newPerkResource() resource.Resource { return &perkResource{} }

type perkResource struct{ data *providerData }

// perkAttributes are what a perk has as a resource and as a data source.
type perkAttributes struct {
	ID              types.String `tfsdk:"id"`
	Mode            types.String `tfsdk:"mode"`
	InternalName    types.String `tfsdk:"internal_name"`
	Title           types.Map    `tfsdk:"title"`
	Description     types.Map    `tfsdk:"description"`
	ImageURL        types.String `tfsdk:"image_url"`
	VideoURL        types.String `tfsdk:"video_url"`
	ExpiresAt       types.String `tfsdk:"expires_at"`
	Code            types.Object `tfsdk:"code"`
	Link            types.Object `tfsdk:"link"`
	ShopifyDiscount types.Object `tfsdk:"shopify_discount"`
	Custom          types.Object `tfsdk:"custom"`
	Status          types.String `tfsdk:"status"`
}

type perkModel struct {
	perkAttributes
	DesiredStatus types.String `tfsdk:"desired_status"`
	OnDestroy     types.String `tfsdk:"on_destroy"`
}

func (r *perkResource) Metadata(
	_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse,
) {
	resp.TypeName = "cohort_perk"
}

func (r *perkResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages a perk: a reward that users redeem, such as a discount, a code or a link.",
		Attributes:          perkSchema(),
	}
}

func (r *perkResource) IdentitySchema(
	_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse,
) {
	resp.IdentitySchema = identitySchema("perk")
}

func (r *perkResource) Configure(
	_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse,
) {
	r.data = providerDataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *perkResource) ValidateConfig(
	ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse,
) {
	var config perkModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(checkOneVisual(path.Empty(), config.ImageURL, config.VideoURL)...)
	resp.Diagnostics.Append(sameLanguages(perkLifecycle.publishing(config.DesiredStatus),
		localizedText{path.Root("title"), config.Title},
		localizedText{path.Root("description"), config.Description},
	)...)
	resp.Diagnostics.Append(perkLifecycle.checkPublishable("perk", config.DesiredStatus,
		required(path.Root("title"), "a title", writtenTexts(config.Title)),
	)...)
	config.checkVariant(&resp.Diagnostics)
}

func (r *perkResource) ModifyPlan(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	r.data.guardPlan(ctx, perkKind, req, resp)
	perkLifecycle.plan(ctx, "perk", req, resp)
	if req.Plan.Raw.IsNull() || textsOf(req.State.Raw)("status").ValueString() != merchants.StatusArchived {
		return
	}
	var plan, state perkModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	changes := r.data.client.Perks.Changes(state.input(ctx, &resp.Diagnostics), plan.input(ctx, &resp.Diagnostics))
	if len(changes) == 0 && !plan.Code.Equal(state.Code) {
		changes = []string{"code"} // Only its version: the plan does not have the code.
	}
	perkLifecycle.checkArchived("perk", plan.DesiredStatus, state.Status, changes, &resp.Diagnostics)
}

func (r *perkResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan perkModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	input := plan.withConfiguredCode(ctx, req.Config, &resp.Diagnostics).input(ctx, &resp.Diagnostics)
	r.data.checkCreate(ctx, perkKind, req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	perk, err := r.data.client.Perks.Create(ctx, input)
	if err != nil {
		perkKind.addError(&resp.Diagnostics, "create", req.Plan.Raw, plan.atWriteOnly(ctx, err, &resp.Diagnostics))
		return
	}
	plan.computed(perk)
	plan.media(perk).save(ctx, resp.Private, &resp.Diagnostics)
	r.data.finishCreate(ctx, perkKind, plan, resp)
	r.data.publishCreated(ctx, perkKind, perk.Head(), plan.DesiredStatus, resp)
}

func (r *perkResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	readObject[perkModel](ctx, r.data, perkKind, r.data.client.Perks, req, resp)
}

func (r *perkResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state perkModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	id := r.data.guardUpdate(req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	perks := r.data.client.Perks
	perk, err := perks.Get(ctx, id)
	if err != nil {
		perkKind.addError(&resp.Diagnostics, "update", req.Plan.Raw, err)
		return
	}
	service := state.withCodeToRead(ctx, &resp.Diagnostics)
	service.read(ctx, perk, rehostedURLsFrom(ctx, req.Private, &resp.Diagnostics), &resp.Diagnostics)
	perkKind.checkServable(req, perk.Status, &resp.Diagnostics)
	before := state.withCodeOf(ctx, service, &resp.Diagnostics).input(ctx, &resp.Diagnostics)
	remote := service.input(ctx, &resp.Diagnostics)
	want := plan.withCodeToSend(ctx, state, service, req.Config, &resp.Diagnostics).input(ctx, &resp.Diagnostics)
	checkConflict(r.data, perkKind, perks, req, before, remote, want, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	transition := r.data.transition(ctx, perkKind, perk.Head())
	if perkLifecycle.next(plan.DesiredStatus, perk.Status) == merchants.Unarchive {
		if perk.Status, err = transition(merchants.Unarchive); err != nil {
			perkKind.addError(&resp.Diagnostics, "update", req.Plan.Raw, err)
			return
		}
	}
	if perk, err = perks.Update(ctx, perk, remote, want); err != nil {
		perkKind.addError(&resp.Diagnostics, "update", req.Plan.Raw, plan.atWriteOnly(ctx, err, &resp.Diagnostics))
		return
	}
	planned := plan.Status
	plan.computed(perk)
	plan.media(perk).save(ctx, resp.Private, &resp.Diagnostics)
	status, err := perkLifecycle.transitionTo(plan.DesiredStatus, perk.Status, transition)
	if err != nil {
		perkKind.addError(&resp.Diagnostics, "update", req.Plan.Raw, err)
	}
	plan.Status = plannedStatus(planned, status)
	r.data.finishUpdate(ctx, perkKind, plan, status, resp)
}

func (r *perkResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state perkModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	id := r.data.guardDelete(perkKind, req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	transition := r.data.transition(ctx, perkKind, merchants.Head{ID: id})
	err := perkLifecycle.destroy(state.OnDestroy, state.Status.ValueString(), transition, func() error {
		return r.data.client.Perks.Delete(ctx, id)
	})
	r.data.finishDelete(ctx, perkKind, err, req, &resp.Diagnostics)
}

func (r *perkResource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	r.data.importByKeyOrID(ctx, perkKind, req, resp)
}

// adopt sets what an import cannot read: the desired status is the status that the perk has.
func (m *perkModel) adopt(status string) {
	m.DesiredStatus, m.OnDestroy = perkLifecycle.imported(status), types.StringValue(destroyByArchive)
}

// input returns the values of the model in the form of the service.
func (m perkModel) input(ctx context.Context, diags *diag.Diagnostics) merchants.PerkInput {
	kind, settings := m.variant(ctx, diags)
	return merchants.PerkInput{
		InternalName: stringField(m.InternalName),
		Title:        localizedField(m.Title),
		Description:  localizedField(m.Description),
		ImageURL:     stringField(m.ImageURL),
		VideoURL:     stringField(m.VideoURL),
		Type:         merchants.Value(kind),
		TypeConfig:   merchants.Value(settings),
		ExpiresAt:    stringField(m.ExpiresAt),
	}
}

// computed takes what the service decides from an answer: rule 2.
func (m *perkModel) computed(perk *merchants.Perk) {
	m.ID, m.Status = types.StringValue(string(perk.ID)), types.StringValue(perk.Status)
}

// read takes everything from the API: rule 2.
func (m *perkAttributes) read(
	ctx context.Context, perk *merchants.Perk, urls rehostedURLs, diags *diag.Diagnostics,
) {
	m.ID, m.Status = types.StringValue(string(perk.ID)), types.StringValue(perk.Status)
	m.InternalName = textValue(m.InternalName, &perk.InternalName)
	m.Title, m.Description = localizedValue(m.Title, perk.Title), localizedValue(m.Description, perk.Description)
	m.ImageURL, m.VideoURL = urls.value(m.ImageURL, perk.ImageURL), urls.value(m.VideoURL, perk.VideoURL)
	expiresAt, problems := timeValue(m.ExpiresAt, perk.ExpiresAt)
	m.ExpiresAt = expiresAt
	diags.Append(problems...)
	m.readVariant(ctx, perk, diags)
}

// media returns the URLs that the service stored under another URL.
func (m perkModel) media(perk *merchants.Perk) rehostedURLs {
	urls := rehostedURLs{}
	urls.note(m.ImageURL, perk.ImageURL)
	urls.note(m.VideoURL, perk.VideoURL)
	return urls
}
