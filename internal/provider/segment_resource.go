package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// A segment is an audience whose members meet conditions: the service computes the members, and
// users enter and leave. Groups of conditions are documented. How they combine, the operators and
// the API format are assumed, so operators and event names are open. A segment without conditions
// can exist.
var (
	_ resource.ResourceWithConfigure      = (*segmentResource)(nil)
	_ resource.ResourceWithIdentity       = (*segmentResource)(nil)
	_ resource.ResourceWithImportState    = (*segmentResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*segmentResource)(nil)
	_ resource.ResourceWithValidateConfig = (*segmentResource)(nil)
)

func newSegmentResource() resource.Resource { return &segmentResource{} }

type segmentResource struct{ data *providerData }

// segmentModel is a segment as a resource and as a data source.
type segmentModel struct {
	ID          types.String `tfsdk:"id"`
	Mode        types.String `tfsdk:"mode"`
	Name        types.String `tfsdk:"name"`
	ReferenceID types.String `tfsdk:"reference_id"`
	Match       types.String `tfsdk:"match"`
	Groups      types.List   `tfsdk:"groups"`
}

func (r *segmentResource) Metadata(
	_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse,
) {
	resp.TypeName = "cohort_segment"
}

func (r *segmentResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages a segment: an audience whose members meet conditions. The service computes who is " +
			"in it.",
		Attributes: segmentSchema(),
	}
}

func (r *segmentResource) IdentitySchema(
	_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse,
) {
	resp.IdentitySchema = identitySchema("segment")
}

func (r *segmentResource) Configure(
	_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse,
) {
	r.data = providerDataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *segmentResource) ValidateConfig(
	ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse,
) {
	var config segmentModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(config.check(ctx)...)
}

func (r *segmentResource) ModifyPlan(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	r.data.guardPlan(ctx, segmentKind, req, resp)
}

func (r *segmentResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan segmentModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	input := plan.input(ctx, &resp.Diagnostics)
	r.data.checkCreate(ctx, segmentKind, req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	segment, err := r.data.client.Segments.Create(ctx, input)
	if err != nil {
		segmentKind.addError(&resp.Diagnostics, "create", req.Plan.Raw, err)
		return
	}
	plan.computed(segment)
	r.data.finishCreate(ctx, segmentKind, plan, resp)
}

func (r *segmentResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	readObject[segmentModel](ctx, r.data, segmentKind, r.data.client.Segments, req, resp)
}

func (r *segmentResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state segmentModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	id := r.data.guardUpdate(req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	segments := r.data.client.Segments
	segment, err := segments.Get(ctx, id)
	if err != nil {
		segmentKind.addError(&resp.Diagnostics, "update", req.Plan.Raw, err)
		return
	}
	service := state
	service.read(ctx, segment, nil, &resp.Diagnostics)
	before, remote := state.input(ctx, &resp.Diagnostics), service.input(ctx, &resp.Diagnostics)
	want := plan.input(ctx, &resp.Diagnostics)
	checkConflict(r.data, segmentKind, segments, req, before, remote, want, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if segment, err = segments.Update(ctx, segment, remote, want); err != nil {
		segmentKind.addError(&resp.Diagnostics, "update", req.Plan.Raw, err)
		return
	}
	plan.computed(segment)
	r.data.finishUpdate(ctx, segmentKind, plan, "", resp)
}

func (r *segmentResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	id := r.data.guardDelete(segmentKind, req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	err := r.data.client.Segments.Delete(ctx, id)
	r.data.finishDelete(ctx, segmentKind, err, req, &resp.Diagnostics)
}

func (r *segmentResource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	r.data.importByKeyOrID(ctx, segmentKind, req, resp)
}

// input returns the values of the model in the form of the service.
func (m segmentModel) input(ctx context.Context, diags *diag.Diagnostics) merchants.CohortInput {
	return merchants.CohortInput{
		Name:        stringField(m.Name),
		ReferenceID: stringField(m.ReferenceID),
		Conditions:  m.conditions(ctx, diags),
	}
}

// computed takes what the service decides from an answer: rule 2.
func (m *segmentModel) computed(segment *merchants.Cohort) {
	m.ID = types.StringValue(string(segment.ID))
}

// read takes everything from the API: rule 2.
func (m *segmentModel) read(
	ctx context.Context, segment *merchants.Cohort, _ rehostedURLs, diags *diag.Diagnostics,
) {
	checkCohortType(merchants.CohortSegment, segment, diags)
	m.ID = types.StringValue(string(segment.ID))
	m.Name = textValue(m.Name, &segment.Name)
	m.ReferenceID = textValue(m.ReferenceID, segment.ReferenceID)
	m.readConditions(ctx, segment.Conditions, diags)
}
