package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// A perk is a draft until it is published, which Cohort calls live; from then on every edit is visible to users at once. Archiving hides it
// and can be taken back. Its kind is a variant with settings, of which only the Shopify discount is documented; the catalogue is open, so
// what the provider does not know can be written as custom.
var (
	_ resource.ResourceWithConfigure      = (*perkResource)(nil)
	_ resource.ResourceWithIdentity       = (*perkResource)(nil)
	_ resource.ResourceWithImportState    = (*perkResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*perkResource)(nil)
	_ resource.ResourceWithValidateConfig = (*perkResource)(nil)
)

func newPerkResource() resource.Resource { return &perkResource{} }

type perkResource struct{ session *session }

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

// perkPaths maps the service's names to attributes.
var perkPaths = wirePaths{
	"internalName":            path.Root("internal_name"),
	"title":                   path.Root("title"),
	"description":             path.Root("description"),
	"imageUrl":                path.Root("image_url"),
	"videoUrl":                path.Root("video_url"),
	"expiresAt":               path.Root("expires_at"),
	"typeConfig.code":         path.Root("code").AtName("value"),
	"typeConfig.url":          path.Root("link").AtName("url"),
	"typeConfig.discountName": path.Root("shopify_discount").AtName("name"),
	"typeConfig.discountType": path.Root("shopify_discount").AtName("type"),
	"typeConfig.value":        path.Root("shopify_discount").AtName("value"),
}

func (r *perkResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "cohort_perk"
}

func (r *perkResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A perk: a reward that is used, such as a discount, a code or a link.",
		Attributes:          perkSchema(),
	}
}

func (r *perkResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identitySchema("perk")
}

func (r *perkResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *perkResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config perkModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(checkOneVisual(path.Empty(), config.ImageURL, config.VideoURL)...)
	resp.Diagnostics.Append(sameLanguages(perkLife.publishing(config.DesiredStatus),
		localizedText{path.Root("title"), config.Title},
		localizedText{path.Root("description"), config.Description},
	)...)
	resp.Diagnostics.Append(perkLife.checkPublishable("perk", config.DesiredStatus,
		required(path.Root("title"), "a title", writtenTexts(config.Title)),
	)...)
	config.checkKind(&resp.Diagnostics)
}

func (r *perkResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	r.session.guardPlan(ctx, perkKind, req, resp)
	perkLife.plan(ctx, "perk", req, resp)
	if req.Plan.Raw.IsNull() || textsOf(req.State.Raw)("status").ValueString() != merchants.StatusArchived {
		return
	}
	var plan, state perkModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	change := plan.input(ctx, &resp.Diagnostics).Since(state.input(ctx, &resp.Diagnostics))
	perkLife.checkArchived("perk", plan.DesiredStatus, state.Status, change, perkPaths, &resp.Diagnostics)
}

func (r *perkResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan perkModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	input := plan.input(ctx, &resp.Diagnostics)
	r.session.checkCreate(ctx, perkKind, plan.InternalName, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	name := plan.InternalName.ValueString()
	perk, err := r.session.client.CreatePerk(ctx, input)
	if err != nil {
		addAPIError(&resp.Diagnostics, fmt.Sprintf("create perk %q", name), err, perkPaths)
		return
	}
	plan.computed(perk)
	plan.media(perk).save(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, r.session.identity(plan.ID))...)

	status, err := perkLife.reach(plan.DesiredStatus, perk.Status, r.act(ctx, perk.ID))
	if err != nil {
		addPublishWarning(&resp.Diagnostics, "perk", name, plan.DesiredStatus, status, err)
	}
	r.session.ledger.made(perkKind, plan.ID.ValueString(), plan.InternalName.ValueString(), status)
	plan.Status = types.StringValue(status)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *perkResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state perkModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	r.session.checkMode(state.Mode, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	rewritten := mediaFrom(ctx, req.Private, &resp.Diagnostics)
	perk, err := r.session.client.ReadPerk(ctx, idOf(state.ID), func(listed *merchants.Perk) bool {
		return unchanged(state, func(seen *perkModel) diag.Diagnostics {
			return seen.read(ctx, listed, rewritten)
		})
	})
	if merchants.IsNotFound(err) {
		r.session.readNotFound(ctx, perkKind, state.ID, state.InternalName.IsNull(), resp)
		return
	}
	if err != nil {
		addAPIError(&resp.Diagnostics, fmt.Sprintf("read perk %q", state.InternalName.ValueString()), err, nil)
		return
	}
	before := state
	if state.InternalName.IsNull() {
		state.DesiredStatus, state.OnDestroy = perkLife.imported(perk.Status), types.StringValue(destroyByArchive)
	}
	resp.Diagnostics.Append(state.read(ctx, perk, rewritten)...)
	readFound(ctx, r.session, perkKind, state.ID, before, state, resp)
}

func (r *perkResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state perkModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	r.session.checkMode(state.Mode, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	id, doing := idOf(state.ID), fmt.Sprintf("update perk %q", plan.InternalName.ValueString())
	perk, err := r.session.client.GetPerk(ctx, id)
	if err != nil {
		addAPIError(&resp.Diagnostics, doing, err, nil)
		return
	}
	service := state
	resp.Diagnostics.Append(service.read(ctx, perk, mediaFrom(ctx, req.Private, &resp.Diagnostics))...)
	input, is := plan.input(ctx, &resp.Diagnostics), service.input(ctx, &resp.Diagnostics)
	perkLife.checkServable(doing, plan.DesiredStatus, perk.Status, &resp.Diagnostics)
	checkConflict(r.session, doing, state.input(ctx, &resp.Diagnostics), is, input, perkPaths, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	act := r.act(ctx, id)
	if perkLife.next(plan.DesiredStatus, perk.Status) == unarchive {
		if perk.Status, err = act(unarchive); err != nil {
			addAPIError(&resp.Diagnostics, doing, err, perkPaths)
			return
		}
	}
	if patch := input.Since(is).Over(perk); !merchants.IsEmpty(patch) {
		if perk, err = r.session.client.UpdatePerk(ctx, id, patch); err != nil {
			addAPIError(&resp.Diagnostics, doing, err, perkPaths)
			return
		}
	}
	planned := plan.Status
	plan.computed(perk)
	plan.media(perk).save(ctx, resp.Private, &resp.Diagnostics)
	status, err := perkLife.reach(plan.DesiredStatus, perk.Status, act)
	if err != nil {
		addAPIError(&resp.Diagnostics, doing, err, perkPaths)
	}
	plan.Status = plannedStatus(planned, status)
	r.session.ledger.wrote(perkKind, plan.ID.ValueString(), plan.InternalName.ValueString(), status)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, r.session.identity(plan.ID))...)
}

func (r *perkResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state perkModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	r.session.checkMode(state.Mode, &resp.Diagnostics)
	r.session.checkDelete(perkKind, deletion, state.InternalName, state.ID, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	id := idOf(state.ID)
	err := perkLife.destroy(state.OnDestroy, state.Status.ValueString(), r.act(ctx, id), func() error {
		return r.session.client.DeletePerk(ctx, id)
	})
	r.session.finishDelete(ctx, perkKind, state.ID, fmt.Sprintf("destroy perk %q", state.InternalName.ValueString()), err, req, &resp.Diagnostics)
}

func (r *perkResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	r.session.importByKeyOrID(ctx, perkKind, req, resp)
}

// act makes one transition and returns the status that followed.
func (r *perkResource) act(ctx context.Context, id merchants.ID) func(verb) (string, error) {
	calls := map[verb]func(context.Context, merchants.ID) (*merchants.Perk, error){
		publish: r.session.client.PublishPerk, archive: r.session.client.ArchivePerk, unarchive: r.session.client.UnarchivePerk,
	}
	return func(v verb) (string, error) {
		perk, err := calls[v](ctx, id)
		if err != nil {
			return "", err
		}
		return perk.Status, nil
	}
}

// input is what the model asks of the service.
func (m perkModel) input(ctx context.Context, diags *diag.Diagnostics) merchants.PerkInput {
	kind, settings := m.kind(ctx, diags)
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

// computed takes from an answer what the service decides: rule 2.
func (m *perkModel) computed(perk *merchants.Perk) {
	m.ID, m.Status = types.StringValue(string(perk.ID)), types.StringValue(perk.Status)
}

// read takes everything from the API: rule 2.
func (m *perkAttributes) read(ctx context.Context, perk *merchants.Perk, rewritten media) diag.Diagnostics {
	var diags diag.Diagnostics
	m.ID, m.Status = types.StringValue(string(perk.ID)), types.StringValue(perk.Status)
	m.InternalName = textValue(m.InternalName, &perk.InternalName)
	m.Title, m.Description = localizedValue(m.Title, perk.Title), localizedValue(m.Description, perk.Description)
	m.ImageURL, m.VideoURL = rewritten.value(m.ImageURL, perk.ImageURL), rewritten.value(m.VideoURL, perk.VideoURL)
	expiresAt, problems := timeValue(m.ExpiresAt, perk.ExpiresAt)
	m.ExpiresAt = expiresAt
	diags.Append(problems...)
	m.readKind(ctx, perk, &diags)
	return diags
}

// media are the addresses that the service stored under another one.
func (m perkModel) media(perk *merchants.Perk) media {
	rewritten := media{}
	rewritten.note(m.ImageURL, perk.ImageURL)
	rewritten.note(m.VideoURL, perk.VideoURL)
	return rewritten
}
