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
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// A user property is a column of every user's record. Only its name and reference id can change. A
// new type requires a replacement, which deletes the values of all users.
var (
	_ resource.ResourceWithConfigure   = (*userPropertyResource)(nil)
	_ resource.ResourceWithIdentity    = (*userPropertyResource)(nil)
	_ resource.ResourceWithImportState = (*userPropertyResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*userPropertyResource)(nil)
)

func newUserPropertyResource() resource.Resource { return &userPropertyResource{} }

type userPropertyResource struct{ data *providerData }

// userPropertyModel is a user property as a resource and as a data source.
type userPropertyModel struct {
	ID          types.String `tfsdk:"id"`
	Mode        types.String `tfsdk:"mode"`
	Name        types.String `tfsdk:"name"`
	Type        types.String `tfsdk:"type"`
	ReferenceID types.String `tfsdk:"reference_id"`
}

func (r *userPropertyResource) Metadata(
	_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse,
) {
	resp.TypeName = "cohort_user_property"
}

func (r *userPropertyResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages a custom user property: a field that every user of the merchant has.",
		Attributes:          userPropertySchema(),
	}
}

var userPropertySchema = sync.OnceValue(func() map[string]schema.Attribute {
	return objectAttributes("user property", "name", map[string]schema.Attribute{
		"type": schema.StringAttribute{
			MarkdownDescription: described("Type of the values: `text`, `number`, `boolean` or `date`.",
				"Changing this creates a new user property, and users lose the values they had."),
			Required: true,
			PlanModifiers: []planmodifier.String{
				stringplanmodifier.RequiresReplace(),
				textUnlessHeld{oneOf{
					merchants.PropertyText, merchants.PropertyNumber, merchants.PropertyBoolean, merchants.PropertyDate,
				}},
			},
		},
		"reference_id": schema.StringAttribute{
			MarkdownDescription: "Your own key of the user property, unique in the merchant. Write the same in test and live: " +
				"segments and forms refer to the property by it. Without it, the service derives one from the name.",
			Optional:      true,
			Computed:      true,
			Validators:    []validator.String{notBlank{}},
			PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
	})
})

func (r *userPropertyResource) IdentitySchema(
	_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse,
) {
	resp.IdentitySchema = identitySchema("user property")
}

func (r *userPropertyResource) Configure(
	_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse,
) {
	r.data = providerDataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *userPropertyResource) ModifyPlan(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	r.data.guardPlan(ctx, userPropertyKind, req, resp)
	if req.State.Raw.IsNull() || req.Plan.Raw.IsNull() {
		return
	}
	state, plan := textsOf(req.State.Raw), textsOf(req.Plan.Raw)
	if plan("type").Equal(state("type")) {
		return
	}
	resp.Diagnostics.AddAttributeWarning(path.Root("type"),
		fmt.Sprintf("Users lose their values in the property %q", state("reference_id").ValueString()),
		"A property cannot change its type, so it is deleted, with the values of all users, and made again. "+
			"While segments or steps use it, the service is expected to refuse the deletion. Give the new property another "+
			"reference_id, and the resource lifecycle { create_before_destroy = true }: what uses the old one then moves to "+
			"the new one before the old one is deleted.")
}

func (r *userPropertyResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan userPropertyModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	r.data.checkCreate(ctx, userPropertyKind, req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	property, err := r.data.client.UserProperties.Create(ctx, plan.input())
	if err != nil {
		userPropertyKind.addError(&resp.Diagnostics, "create", req.Plan.Raw, err)
		return
	}
	plan.computed(property)
	r.data.finishCreate(ctx, userPropertyKind, plan, resp)
}

func (r *userPropertyResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	readObject[userPropertyModel](ctx, r.data, userPropertyKind, r.data.client.UserProperties, req, resp)
}

func (r *userPropertyResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state userPropertyModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	id := r.data.guardUpdate(req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	properties := r.data.client.UserProperties
	property, err := properties.Get(ctx, id)
	if err != nil {
		userPropertyKind.addError(&resp.Diagnostics, "update", req.Plan.Raw, err)
		return
	}
	service := state
	service.read(ctx, property, nil, &resp.Diagnostics)
	before, remote, want := state.input(), service.input(), plan.input()
	checkConflict(r.data, userPropertyKind, properties, req, before, remote, want, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if property, err = properties.Update(ctx, property, remote, want); err != nil {
		userPropertyKind.addError(&resp.Diagnostics, "update", req.Plan.Raw, err)
		return
	}
	plan.computed(property)
	r.data.finishUpdate(ctx, userPropertyKind, plan, "", resp)
}

func (r *userPropertyResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	id := r.data.guardDelete(userPropertyKind, req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	err := r.data.client.UserProperties.Delete(ctx, id)
	r.data.finishDelete(ctx, userPropertyKind, err, req, &resp.Diagnostics)
}

func (r *userPropertyResource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	r.data.importByKeyOrID(ctx, userPropertyKind, req, resp)
}

// input returns the values of the model in the form of the service.
func (m userPropertyModel) input() merchants.UserPropertyInput {
	return merchants.UserPropertyInput{
		Name:        stringField(m.Name),
		Type:        stringField(m.Type),
		ReferenceID: stringField(m.ReferenceID),
	}
}

// computed takes what the service decides from an answer: rule 2.
func (m *userPropertyModel) computed(property *merchants.UserProperty) {
	m.ID = types.StringValue(string(property.ID))
	if m.ReferenceID.IsUnknown() {
		m.ReferenceID = types.StringValue(property.ReferenceID)
	}
}

// read takes everything from the API: rule 2.
func (m *userPropertyModel) read(
	_ context.Context, property *merchants.UserProperty, _ rehostedURLs, _ *diag.Diagnostics,
) {
	m.ID = types.StringValue(string(property.ID))
	m.Name = textValue(m.Name, &property.Name)
	m.Type = types.StringValue(property.Type)
	m.ReferenceID = chosenText(m.ReferenceID, &property.ReferenceID)
}
