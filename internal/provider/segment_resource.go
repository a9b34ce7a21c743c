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

// A segment is an audience whose members meet conditions: the service computes who is in it, and users enter and leave. Groups of conditions
// are documented; how they are combined, the operators and the wire shape are assumed, so operators and event names are open. A segment
// without conditions can exist.
var (
	_ resource.ResourceWithConfigure      = (*segmentResource)(nil)
	_ resource.ResourceWithIdentity       = (*segmentResource)(nil)
	_ resource.ResourceWithImportState    = (*segmentResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*segmentResource)(nil)
	_ resource.ResourceWithValidateConfig = (*segmentResource)(nil)
)

func newSegmentResource() resource.Resource { return &segmentResource{} }

type segmentResource struct{ session *session }

// segmentModel is a segment as a resource and as a data source.
type segmentModel struct {
	ID          types.String `tfsdk:"id"`
	Mode        types.String `tfsdk:"mode"`
	Name        types.String `tfsdk:"name"`
	ReferenceID types.String `tfsdk:"reference_id"`
	Match       types.String `tfsdk:"match"`
	Groups      types.List   `tfsdk:"groups"`
}

// segmentPaths maps the service's names to attributes.
var segmentPaths = wirePaths{
	"name":              path.Root("name"),
	"referenceId":       path.Root("reference_id"),
	"conditions":        path.Root("groups"),
	"conditions.groups": path.Root("groups"),
}

func (r *segmentResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "cohort_segment"
}

func (r *segmentResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A segment: an audience whose members meet conditions. The service computes who is in it.",
		Attributes:          segmentSchema(),
	}
}

func (r *segmentResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identitySchema("segment")
}

func (r *segmentResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *segmentResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config segmentModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(config.check(ctx)...)
}

func (r *segmentResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	r.session.guardPlan(ctx, segmentKind, req, resp)
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan segmentModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	plan.eachAudience(ctx, &resp.Diagnostics, func(at path.Path, id types.String) {
		r.session.checkReference(at, id, &resp.Diagnostics, listKind, segmentKind)
	})
}

func (r *segmentResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan segmentModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	input := plan.input(ctx, &resp.Diagnostics)
	r.session.checkCreate(ctx, segmentKind, plan.ReferenceID, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	segment, err := r.session.client.CreateCohort(ctx, input)
	if err != nil {
		addAPIError(&resp.Diagnostics, fmt.Sprintf("create segment %q", plan.Name.ValueString()), err, segmentPaths)
		return
	}
	plan.computed(segment)
	r.session.ledger.made(segmentKind, plan.ID.ValueString(), plan.ReferenceID.ValueString(), "")
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, r.session.identity(plan.ID))...)
}

func (r *segmentResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state segmentModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	r.session.checkMode(state.Mode, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	segment, err := r.session.client.ReadCohort(ctx, idOf(state.ID), func(listed *merchants.Cohort) bool {
		return listed.Type == merchants.CohortSegment && unchanged(state, func(seen *segmentModel) diag.Diagnostics {
			return seen.read(ctx, listed)
		})
	})
	if merchants.IsNotFound(err) {
		r.session.readNotFound(ctx, segmentKind, state.ID, state.Name.IsNull(), resp)
		return
	}
	if err != nil {
		addAPIError(&resp.Diagnostics, fmt.Sprintf("read segment %q", state.Name.ValueString()), err, nil)
		return
	}
	checkCohortType(merchants.CohortSegment, segment, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	before := state
	resp.Diagnostics.Append(state.read(ctx, segment)...)
	readFound(ctx, r.session, segmentKind, state.ID, before, state, resp)
}

func (r *segmentResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state segmentModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	r.session.checkMode(state.Mode, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	id, doing := idOf(state.ID), fmt.Sprintf("update segment %q", plan.Name.ValueString())
	segment, err := r.session.client.GetCohort(ctx, id)
	if err != nil {
		addAPIError(&resp.Diagnostics, doing, err, nil)
		return
	}
	service := state
	resp.Diagnostics.Append(service.read(ctx, segment)...)
	input, is := plan.input(ctx, &resp.Diagnostics), service.input(ctx, &resp.Diagnostics)
	checkConflict(r.session, doing, state.input(ctx, &resp.Diagnostics), is, input, segmentPaths, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if patch := input.Since(is).Over(segment); !merchants.IsEmpty(patch) {
		if segment, err = r.session.client.UpdateCohort(ctx, id, patch); err != nil {
			addAPIError(&resp.Diagnostics, doing, err, segmentPaths)
			return
		}
	}
	plan.computed(segment)
	r.session.ledger.wrote(segmentKind, plan.ID.ValueString(), plan.ReferenceID.ValueString(), "")
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, r.session.identity(plan.ID))...)
}

func (r *segmentResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state segmentModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	r.session.checkMode(state.Mode, &resp.Diagnostics)
	r.session.checkDelete(segmentKind, deletion, state.ReferenceID, state.ID, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	err := r.session.client.DeleteCohort(ctx, idOf(state.ID))
	r.session.finishDelete(ctx, segmentKind, state.ID, fmt.Sprintf("destroy segment %q", state.Name.ValueString()), err, req, &resp.Diagnostics)
}

func (r *segmentResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	r.session.importByKeyOrID(ctx, segmentKind, req, resp)
}

// input is what the model asks of the service.
func (m segmentModel) input(ctx context.Context, diags *diag.Diagnostics) merchants.CohortInput {
	return merchants.CohortInput{
		Type:        merchants.Value(merchants.CohortSegment),
		Name:        stringField(m.Name),
		ReferenceID: stringField(m.ReferenceID),
		Conditions:  m.conditions(ctx, diags),
	}
}

// computed takes from an answer what the service decides: rule 2.
func (m *segmentModel) computed(segment *merchants.Cohort) {
	m.ID = types.StringValue(string(segment.ID))
}

// read takes everything from the API: rule 2.
func (m *segmentModel) read(ctx context.Context, segment *merchants.Cohort) diag.Diagnostics {
	var diags diag.Diagnostics
	m.ID = types.StringValue(string(segment.ID))
	m.Name = textValue(m.Name, &segment.Name)
	m.ReferenceID = textValue(m.ReferenceID, segment.ReferenceID)
	m.readConditions(ctx, segment.Conditions, &diags)
	return diags
}
