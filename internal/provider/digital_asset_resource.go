package provider

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// A digital asset is a reward that users own. It is a draft until it is published, and can be
// edited at any time. The documentation knows no archive for it. A deletion is permanent and takes
// the asset from everyone who has it.
var (
	_ resource.ResourceWithConfigure      = (*digitalAssetResource)(nil)
	_ resource.ResourceWithIdentity       = (*digitalAssetResource)(nil)
	_ resource.ResourceWithImportState    = (*digitalAssetResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*digitalAssetResource)(nil)
	_ resource.ResourceWithValidateConfig = (*digitalAssetResource)(nil)
)

func newDigitalAssetResource() resource.Resource { return &digitalAssetResource{} }

type digitalAssetResource struct{ data *providerData }

// digitalAssetAttributes are what a digital asset has as a resource and as a data source.
type digitalAssetAttributes struct {
	ID           types.String `tfsdk:"id"`
	Mode         types.String `tfsdk:"mode"`
	InternalName types.String `tfsdk:"internal_name"`
	Title        types.Map    `tfsdk:"title"`
	Description  types.Map    `tfsdk:"description"`
	ImageURL     types.String `tfsdk:"image_url"`
	VideoURL     types.String `tfsdk:"video_url"`
	MaxSupply    types.Int64  `tfsdk:"max_supply"`
	Status       types.String `tfsdk:"status"`
}

type digitalAssetModel struct {
	digitalAssetAttributes
	DesiredStatus types.String `tfsdk:"desired_status"`
}

func (r *digitalAssetResource) Metadata(
	_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse,
) {
	resp.TypeName = "cohort_digital_asset"
}

func (r *digitalAssetResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages a digital asset: a reward that users own. Destroying it is permanent " +
			"and takes it from everyone who has it.",
		Attributes: digitalAssetSchema(),
	}
}

var digitalAssetSchema = sync.OnceValue(func() map[string]schema.Attribute {
	return objectAttributes("digital asset", "internal_name", map[string]schema.Attribute{
		"title":       localizedAttribute("Title shown to users.", "Needed to publish."),
		"description": localizedAttribute("Description shown to users, as HTML."),
		"image_url":   imageAttribute("asset"),
		"video_url":   videoAttribute("asset"),
		"max_supply": schema.Int64Attribute{
			MarkdownDescription: described("How many of the asset there can be. Without it, there is no limit.", "At least 1."),
			Optional:            true,
			PlanModifiers:       []planmodifier.Int64{numberUnlessHeld{int64validator.Between(1, largestNumber)}},
		},
		"desired_status": digitalAssetLifecycle.desiredStatusAttribute("Status that you want. `draft`, or no status, " +
			"leaves the asset as it is. `published` publishes it, which cannot be undone."),
		"status": statusAttribute("`draft` or `published`"),
	})
})

func (r *digitalAssetResource) IdentitySchema(
	_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse,
) {
	resp.IdentitySchema = identitySchema("digital asset")
}

func (r *digitalAssetResource) Configure(
	_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse,
) {
	r.data = providerDataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *digitalAssetResource) ValidateConfig(
	ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse,
) {
	var config digitalAssetModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(checkOneVisual(path.Empty(), config.ImageURL, config.VideoURL)...)
	resp.Diagnostics.Append(sameLanguages(digitalAssetLifecycle.publishing(config.DesiredStatus),
		localizedText{path.Root("title"), config.Title},
		localizedText{path.Root("description"), config.Description},
	)...)
	resp.Diagnostics.Append(digitalAssetLifecycle.checkPublishable("digital asset", config.DesiredStatus,
		required(path.Root("title"), "a title", writtenTexts(config.Title)),
	)...)
}

func (r *digitalAssetResource) ModifyPlan(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	r.data.guardPlan(ctx, digitalAssetKind, req, resp)
	digitalAssetLifecycle.plan(ctx, "digital asset", req, resp)
}

func (r *digitalAssetResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan digitalAssetModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	r.data.checkCreate(ctx, digitalAssetKind, req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	asset, err := r.data.client.DigitalAssets.Create(ctx, plan.input())
	if err != nil {
		digitalAssetKind.addError(&resp.Diagnostics, "create", req.Plan.Raw, err)
		return
	}
	plan.computed(asset)
	plan.media(asset).save(ctx, resp.Private, &resp.Diagnostics)
	r.data.finishCreate(ctx, digitalAssetKind, plan, resp)
	r.data.publishCreated(ctx, digitalAssetKind, asset.Head(), plan.DesiredStatus, resp)
}

func (r *digitalAssetResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	readObject[digitalAssetModel](ctx, r.data, digitalAssetKind, r.data.client.DigitalAssets, req, resp)
}

func (r *digitalAssetResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state digitalAssetModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	id := r.data.guardUpdate(req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	assets := r.data.client.DigitalAssets
	asset, err := assets.Get(ctx, id)
	if err != nil {
		digitalAssetKind.addError(&resp.Diagnostics, "update", req.Plan.Raw, err)
		return
	}
	service := state
	service.read(ctx, asset, rehostedURLsFrom(ctx, req.Private, &resp.Diagnostics), &resp.Diagnostics)
	digitalAssetKind.checkServable(req, asset.Status, &resp.Diagnostics)
	before, remote, want := state.input(), service.input(), plan.input()
	checkConflict(r.data, digitalAssetKind, assets, req, before, remote, want, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	transition := r.data.transition(ctx, digitalAssetKind, asset.Head())
	if asset, err = assets.Update(ctx, asset, remote, want); err != nil {
		digitalAssetKind.addError(&resp.Diagnostics, "update", req.Plan.Raw, err)
		return
	}
	planned := plan.Status
	plan.computed(asset)
	plan.media(asset).save(ctx, resp.Private, &resp.Diagnostics)
	status, err := digitalAssetLifecycle.transitionTo(plan.DesiredStatus, asset.Status, transition)
	if err != nil {
		digitalAssetKind.addError(&resp.Diagnostics, "update", req.Plan.Raw, err)
	}
	plan.Status = plannedStatus(planned, status)
	r.data.finishUpdate(ctx, digitalAssetKind, plan, status, resp)
}

func (r *digitalAssetResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	id := r.data.guardDelete(digitalAssetKind, req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	err := r.data.client.DigitalAssets.Delete(ctx, id)
	r.data.finishDelete(ctx, digitalAssetKind, err, req, &resp.Diagnostics)
}

func (r *digitalAssetResource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	r.data.importByKeyOrID(ctx, digitalAssetKind, req, resp)
}

// adopt sets what an import cannot read: the desired status is the status that the asset has.
func (m *digitalAssetModel) adopt(status string) {
	m.DesiredStatus = digitalAssetLifecycle.imported(status)
}

// input returns the values of the model in the form of the service.
func (m digitalAssetModel) input() merchants.DigitalAssetInput {
	return merchants.DigitalAssetInput{
		InternalName: stringField(m.InternalName),
		Title:        localizedField(m.Title),
		Description:  localizedField(m.Description),
		ImageURL:     stringField(m.ImageURL),
		VideoURL:     stringField(m.VideoURL),
		MaxSupply:    int64Field(m.MaxSupply),
	}
}

// computed takes what the service decides from an answer: rule 2.
func (m *digitalAssetModel) computed(asset *merchants.DigitalAsset) {
	m.ID, m.Status = types.StringValue(string(asset.ID)), types.StringValue(asset.Status)
}

// read takes everything from the API: rule 2.
func (m *digitalAssetAttributes) read(
	_ context.Context, asset *merchants.DigitalAsset, urls rehostedURLs, _ *diag.Diagnostics,
) {
	m.ID, m.Status = types.StringValue(string(asset.ID)), types.StringValue(asset.Status)
	m.InternalName = textValue(m.InternalName, &asset.InternalName)
	m.Title, m.Description = localizedValue(m.Title, asset.Title), localizedValue(m.Description, asset.Description)
	m.ImageURL, m.VideoURL = urls.value(m.ImageURL, asset.ImageURL), urls.value(m.VideoURL, asset.VideoURL)
	m.MaxSupply = types.Int64PointerValue(asset.MaxSupply)
}

// media returns the URLs that the service stored under another URL.
func (m digitalAssetModel) media(asset *merchants.DigitalAsset) rehostedURLs {
	urls := rehostedURLs{}
	urls.note(m.ImageURL, asset.ImageURL)
	urls.note(m.VideoURL, asset.VideoURL)
	return urls
}
