package provider

import (
	"context"
	"fmt"
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

// A badge is owned by one list or segment: its members get it, and lose it when they leave. It is a draft until it is published. The
// documentation knows no archive for it; a badge that is deleted and made again is given to the same users.
var (
	_ resource.ResourceWithConfigure      = (*badgeResource)(nil)
	_ resource.ResourceWithIdentity       = (*badgeResource)(nil)
	_ resource.ResourceWithImportState    = (*badgeResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*badgeResource)(nil)
	_ resource.ResourceWithValidateConfig = (*badgeResource)(nil)
)

func newBadgeResource() resource.Resource { return &badgeResource{} }

type badgeResource struct{ session *session }

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

// badgePaths maps the service's names to attributes.
var badgePaths = wirePaths{
	"internalName":      path.Root("internal_name"),
	"cohortId":          path.Root("audience_id"),
	"title":             path.Root("title"),
	"description":       path.Root("description"),
	"imageUrl":          path.Root("image_url"),
	"visibility":        path.Root("visibility"),
	"lockedDescription": path.Root("locked_description"),
}

func (r *badgeResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "cohort_badge"
}

func (r *badgeResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A badge: given to users when they enter a list or segment, and taken back when they leave it. Destroying deletes it for good.",
		Attributes:          badgeSchema(),
	}
}

var badgeSchema = sync.OnceValue(func() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":            idAttribute("badge"),
		"mode":          modeAttribute(),
		"internal_name": internalNameAttribute("badge"),
		"audience_id": schema.StringAttribute{
			MarkdownDescription: "Id of the list or segment whose members own the badge.",
			Required:            true,
			Validators:          []validator.String{toAudience},
		},
		"title":       localizedAttribute("Title shown to users, needed to publish."),
		"description": localizedAttribute("Description shown to users."),
		"image_url": schema.StringAttribute{
			MarkdownDescription: "Picture of the badge, needed to publish: an http or https URL of a PNG, JPG or SVG file.",
			Optional:            true,
			PlanModifiers:       []planmodifier.String{textUnlessHeld{webURL{}}},
		},
		"visibility": schema.StringAttribute{
			MarkdownDescription: "Who sees the badge: `everyone` (default), who see it locked until they own it, or `owners` alone.",
			Optional:            true,
			Computed:            true,
			Default:             stringdefault.StaticString(merchants.VisibleToEveryone),
			PlanModifiers:       []planmodifier.String{textUnlessHeld{oneOf{merchants.VisibleToEveryone, merchants.VisibleToOwners}}},
		},
		"locked_description": localizedAttribute("Description shown to those who do not own the badge, only with `visibility = \"everyone\"`. Unset: the description."),
		"desired_status":     badgeLife.desiredStatusAttribute("Status that you want: `draft` or unset leaves it as it is, `published` publishes it, which cannot be taken back."),
		"status":             statusAttribute("`draft` or `published`"),
	}
})

func (r *badgeResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identitySchema("badge")
}

func (r *badgeResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *badgeResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config badgeModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(sameLanguages(badgeLife.publishing(config.DesiredStatus),
		localizedText{path.Root("title"), config.Title},
		localizedText{path.Root("description"), config.Description},
		localizedText{path.Root("locked_description"), config.LockedDescription},
	)...)
	resp.Diagnostics.Append(badgeLife.checkPublishable("badge", config.DesiredStatus,
		required(path.Root("title"), "a title", writtenTexts(config.Title)),
		required(path.Root("image_url"), "an image", written(config.ImageURL)),
	)...)
	if config.Visibility.ValueString() == merchants.VisibleToOwners && isSet(config.LockedDescription) && hasText(config.LockedDescription) {
		resp.Diagnostics.AddAttributeError(path.Root("locked_description"), "A locked description that nobody sees",
			"With visibility = \"owners\" only those who own the badge see it, so it has no description for others. Remove locked_description, or make the badge visible to everyone.")
	}
}

func (r *badgeResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	r.session.guardPlan(ctx, badgeKind, req, resp)
	badgeLife.plan(ctx, "badge", req, resp)
	if req.Plan.Raw.IsNull() {
		return
	}
	r.session.checkReference(path.Root("audience_id"), textsOf(req.Plan.Raw)("audience_id"), &resp.Diagnostics, listKind, segmentKind)
}

func (r *badgeResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan badgeModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	r.session.checkCreate(ctx, badgeKind, plan.InternalName, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	name := plan.InternalName.ValueString()
	badge, err := r.session.client.CreateBadge(ctx, plan.input())
	if err != nil {
		addAPIError(&resp.Diagnostics, fmt.Sprintf("create badge %q", name), err, badgePaths)
		return
	}
	plan.computed(badge)
	plan.media(badge).save(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, r.session.identity(plan.ID))...)

	status, err := badgeLife.reach(plan.DesiredStatus, badge.Status, r.act(ctx, badge.ID))
	if err != nil {
		addPublishWarning(&resp.Diagnostics, "badge", name, plan.DesiredStatus, status, err)
	}
	r.session.ledger.made(badgeKind, plan.ID.ValueString(), plan.InternalName.ValueString(), status)
	plan.Status = types.StringValue(status)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *badgeResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state badgeModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	r.session.checkMode(state.Mode, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	rewritten := mediaFrom(ctx, req.Private, &resp.Diagnostics)
	badge, err := r.session.client.ReadBadge(ctx, idOf(state.ID), func(listed *merchants.Badge) bool {
		return unchanged(state, func(seen *badgeModel) diag.Diagnostics {
			seen.read(listed, rewritten)
			return nil
		})
	})
	if merchants.IsNotFound(err) {
		r.session.readNotFound(ctx, badgeKind, state.ID, state.InternalName.IsNull(), resp)
		return
	}
	if err != nil {
		addAPIError(&resp.Diagnostics, fmt.Sprintf("read badge %q", state.InternalName.ValueString()), err, nil)
		return
	}
	before := state
	if state.InternalName.IsNull() {
		state.DesiredStatus = badgeLife.imported(badge.Status)
	}
	state.read(badge, rewritten)
	readFound(ctx, r.session, badgeKind, state.ID, before, state, resp)
}

func (r *badgeResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state badgeModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	r.session.checkMode(state.Mode, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	id, doing := idOf(state.ID), fmt.Sprintf("update badge %q", plan.InternalName.ValueString())
	badge, err := r.session.client.GetBadge(ctx, id)
	if err != nil {
		addAPIError(&resp.Diagnostics, doing, err, nil)
		return
	}
	service := state
	service.read(badge, mediaFrom(ctx, req.Private, &resp.Diagnostics))
	input, is := plan.input(), service.input()
	badgeLife.checkServable(doing, plan.DesiredStatus, badge.Status, &resp.Diagnostics)
	checkConflict(r.session, doing, state.input(), is, input, badgePaths, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	act := r.act(ctx, id)
	if patch := input.Since(is); !merchants.IsEmpty(patch) {
		if badge, err = r.session.client.UpdateBadge(ctx, id, patch); err != nil {
			addAPIError(&resp.Diagnostics, doing, err, badgePaths)
			return
		}
	}
	planned := plan.Status
	plan.computed(badge)
	plan.media(badge).save(ctx, resp.Private, &resp.Diagnostics)
	status, err := badgeLife.reach(plan.DesiredStatus, badge.Status, act)
	if err != nil {
		addAPIError(&resp.Diagnostics, doing, err, badgePaths)
	}
	plan.Status = plannedStatus(planned, status)
	r.session.ledger.wrote(badgeKind, plan.ID.ValueString(), plan.InternalName.ValueString(), status)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, r.session.identity(plan.ID))...)
}

func (r *badgeResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state badgeModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	r.session.checkMode(state.Mode, &resp.Diagnostics)
	r.session.checkDelete(badgeKind, deletion, state.InternalName, state.ID, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	err := r.session.client.DeleteBadge(ctx, idOf(state.ID))
	r.session.finishDelete(ctx, badgeKind, state.ID, fmt.Sprintf("destroy badge %q", state.InternalName.ValueString()), err, req, &resp.Diagnostics)
}

func (r *badgeResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	r.session.importByKeyOrID(ctx, badgeKind, req, resp)
}

// act makes one transition and returns the status that followed.
func (r *badgeResource) act(ctx context.Context, id merchants.ID) func(verb) (string, error) {
	calls := map[verb]func(context.Context, merchants.ID) (*merchants.Badge, error){
		publish: r.session.client.PublishBadge,
	}
	return func(v verb) (string, error) {
		badge, err := calls[v](ctx, id)
		if err != nil {
			return "", err
		}
		return badge.Status, nil
	}
}

// input is what the model asks of the service.
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

// computed takes from an answer what the service decides: rule 2.
func (m *badgeModel) computed(badge *merchants.Badge) {
	m.ID, m.Status = types.StringValue(string(badge.ID)), types.StringValue(badge.Status)
}

// read takes everything from the API: rule 2.
func (m *badgeAttributes) read(badge *merchants.Badge, rewritten media) {
	m.ID, m.Status = types.StringValue(string(badge.ID)), types.StringValue(badge.Status)
	m.InternalName = textValue(m.InternalName, &badge.InternalName)
	m.AudienceID = types.StringValue(string(badge.CohortID))
	m.Title, m.Description = localizedValue(m.Title, badge.Title), localizedValue(m.Description, badge.Description)
	m.ImageURL = rewritten.value(m.ImageURL, badge.ImageURL)
	m.Visibility = requiredText(m.Visibility, badge.Visibility)
	m.LockedDescription = localizedValue(m.LockedDescription, badge.LockedDescription)
}

// media are the addresses that the service stored under another one.
func (m badgeModel) media(badge *merchants.Badge) media {
	rewritten := media{}
	rewritten.note(m.ImageURL, badge.ImageURL)
	return rewritten
}
