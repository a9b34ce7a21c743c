package provider

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// One list or segment owns a badge: its members get the badge, and lose it when they leave. A badge
// is a draft until it is published. The documentation knows no archive for it. A badge that is
// deleted and made again is given to the same users.
var (
	_ resource.ResourceWithConfigure      = (*badgeResource)(nil)
	_ resource.ResourceWithIdentity       = (*badgeResource)(nil)
	_ resource.ResourceWithImportState    = (*badgeResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*badgeResource)(nil)
	_ resource.ResourceWithValidateConfig = (*badgeResource)(nil)
)

func newBadgeResource() resource.Resource { return &badgeResource{} }

type badgeResource struct{ data *providerData }

// badgeAttributes are what a badge has as a resource and as a data source.
type badgeAttributes struct {
	ID                types.String `tfsdk:"id"`
	Mode              types.String `tfsdk:"mode"`
	InternalName      types.String `tfsdk:"internal_name"`
	AudienceID        types.String `tfsdk:"audience_id"`
	Title             types.Map    `tfsdk:"title"`
	Description       types.Map    `tfsdk:"description"`
	ImageURL          types.String `tfsdk:"image_url"`
	Visibility        types.String `tfsdk:"visibility"`
	LockedDescription types.Map    `tfsdk:"locked_description"`
	Status            types.String `tfsdk:"status"`
}

type badgeModel struct {
	badgeAttributes
	DesiredStatus types.String `tfsdk:"desired_status"`
}

func (r *badgeResource) Metadata(
	_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse,
) {
	resp.TypeName = "cohort_badge"
}

func (r *badgeResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages a badge: users get it when they enter a list or segment, and lose it when they " +
			"leave. Destroying it deletes it for good.",
		Attributes: badgeSchema(),
	}
}

var badgeSchema = sync.OnceValue(func() map[string]schema.Attribute {
	return objectAttributes("badge", "internal_name", map[string]schema.Attribute{
		"audience_id": schema.StringAttribute{
			MarkdownDescription: "Id of the list or segment whose members own the badge.",
			Required:            true,
			Validators:          []validator.String{toAudience},
		},
		"title":       localizedAttribute("Title shown to users.", "Needed to publish."),
		"description": localizedAttribute("Description shown to users."),
		"image_url": schema.StringAttribute{
			MarkdownDescription: described("URL of the image of the badge.",
				"Needed to publish. Must be an http or https URL of a PNG, JPG or SVG file."),
			Optional:      true,
			PlanModifiers: []planmodifier.String{textUnlessHeld{webURL{}}},
		},
		"visibility": schema.StringAttribute{
			MarkdownDescription: described("Who sees the badge: `everyone`, locked for those who do not own it, or "+
				"`owners` alone.", "Defaults to `everyone`."),
			Optional: true,
			Computed: true,
			Default:  stringdefault.StaticString(merchants.VisibleToEveryone),
			PlanModifiers: []planmodifier.String{
				textUnlessHeld{oneOf{merchants.VisibleToEveryone, merchants.VisibleToOwners}},
			},
		},
		"locked_description": localizedAttribute("Description shown to those who do not own the badge. Without it, "+
			"they see the description.", "Allowed only with `visibility = \"everyone\"`."),
		"desired_status": badgeLifecycle.desiredStatusAttribute("Status that you want. `draft`, or no status, leaves the " +
			"badge as it is. `published` publishes it, which cannot be undone."),
		"status": statusAttribute("`draft` or `published`"),
	})
})

func (r *badgeResource) IdentitySchema(
	_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse,
) {
	resp.IdentitySchema = identitySchema("badge")
}

func (r *badgeResource) Configure(
	_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse,
) {
	r.data = providerDataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *badgeResource) ValidateConfig(
	ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse,
) {
	var config badgeModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(sameLanguages(badgeLifecycle.publishing(config.DesiredStatus),
		localizedText{path.Root("title"), config.Title},
		localizedText{path.Root("description"), config.Description},
		localizedText{path.Root("locked_description"), config.LockedDescription},
	)...)
	resp.Diagnostics.Append(badgeLifecycle.checkPublishable("badge", config.DesiredStatus,
		required(path.Root("title"), "a title", writtenTexts(config.Title)),
		required(path.Root("image_url"), "an image", written(config.ImageURL)),
	)...)
	if config.Visibility.ValueString() == merchants.VisibleToOwners &&
		isSet(config.LockedDescription) && hasText(config.LockedDescription) {
		resp.Diagnostics.AddAttributeError(path.Root("locked_description"), "A locked description that nobody sees",
			"With visibility = \"owners\" only those who own the badge see it, so it has no description for others. "+
				"Remove locked_description, or make the badge visible to everyone.")
	}
}

func (r *badgeResource) ModifyPlan(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	r.data.guardPlan(ctx, badgeKind, req, resp)
	badgeLifecycle.plan(ctx, "badge", req, resp)
}

func (r *badgeResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan badgeModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	r.data.checkCreate(ctx, badgeKind, req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	badge, err := r.data.client.Badges.Create(ctx, plan.input())
	if err != nil {
		badgeKind.addError(&resp.Diagnostics, "create", req.Plan.Raw, err)
		return
	}
	plan.computed(badge)
	plan.media(badge).save(ctx, resp.Private, &resp.Diagnostics)
	r.data.finishCreate(ctx, badgeKind, plan, resp)
	r.data.publishCreated(ctx, badgeKind, badge.Head(), plan.DesiredStatus, resp)
}

func (r *badgeResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	readObject[badgeModel](ctx, r.data, badgeKind, r.data.client.Badges, req, resp)
}

func (r *badgeResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state badgeModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	id := r.data.guardUpdate(req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	badges := r.data.client.Badges
	badge, err := badges.Get(ctx, id)
	if err != nil {
		badgeKind.addError(&resp.Diagnostics, "update", req.Plan.Raw, err)
		return
	}
	service := state
	service.read(ctx, badge, rehostedURLsFrom(ctx, req.Private, &resp.Diagnostics), &resp.Diagnostics)
	badgeKind.checkServable(req, badge.Status, &resp.Diagnostics)
	before, remote, want := state.input(), service.input(), plan.input()
	checkConflict(r.data, badgeKind, badges, req, before, remote, want, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	transition := r.data.transition(ctx, badgeKind, badge.Head())
	if badge, err = badges.Update(ctx, badge, remote, want); err != nil {
		badgeKind.addError(&resp.Diagnostics, "update", req.Plan.Raw, err)
		return
	}
	planned := plan.Status
	plan.computed(badge)
	plan.media(badge).save(ctx, resp.Private, &resp.Diagnostics)
	status, err := badgeLifecycle.transitionTo(plan.DesiredStatus, badge.Status, transition)
	if err != nil {
		badgeKind.addError(&resp.Diagnostics, "update", req.Plan.Raw, err)
	}
	plan.Status = plannedStatus(planned, status)
	r.data.finishUpdate(ctx, badgeKind, plan, status, resp)
}

func (r *badgeResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	id := r.data.guardDelete(badgeKind, req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	err := r.data.client.Badges.Delete(ctx, id)
	r.data.finishDelete(ctx, badgeKind, err, req, &resp.Diagnostics)
}

func (r *badgeResource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	r.data.importByKeyOrID(ctx, badgeKind, req, resp)
}

// adopt sets what an import cannot read: the desired status is the status that the badge has.
func (m *badgeModel) adopt(status string) { m.DesiredStatus = badgeLifecycle.imported(status) }

// input returns the values of the model in the form of the service.
func (m badgeModel) input() merchants.BadgeInput {
	return merchants.BadgeInput{
		InternalName:      stringField(m.InternalName),
		Title:             localizedField(m.Title),
		Description:       localizedField(m.Description),
		ImageURL:          stringField(m.ImageURL),
		CohortID:          stringField(m.AudienceID),
		Visibility:        stringField(m.Visibility),
		LockedDescription: localizedField(m.LockedDescription),
	}
}

// computed takes what the service decides from an answer: rule 2.
func (m *badgeModel) computed(badge *merchants.Badge) {
	m.ID, m.Status = types.StringValue(string(badge.ID)), types.StringValue(badge.Status)
}

// read takes everything from the API: rule 2.
func (m *badgeAttributes) read(
	_ context.Context, badge *merchants.Badge, urls rehostedURLs, _ *diag.Diagnostics,
) {
	m.ID, m.Status = types.StringValue(string(badge.ID)), types.StringValue(badge.Status)
	m.InternalName = textValue(m.InternalName, &badge.InternalName)
	m.AudienceID = types.StringValue(string(badge.CohortID))
	m.Title, m.Description = localizedValue(m.Title, badge.Title), localizedValue(m.Description, badge.Description)
	m.ImageURL = urls.value(m.ImageURL, badge.ImageURL)
	m.Visibility = requiredText(m.Visibility, badge.Visibility)
	m.LockedDescription = localizedValue(m.LockedDescription, badge.LockedDescription)
}

// media returns the URLs that the service stored under another URL.
func (m badgeModel) media(badge *merchants.Badge) rehostedURLs {
	urls := rehostedURLs{}
	urls.note(m.ImageURL, badge.ImageURL)
	return urls
}
