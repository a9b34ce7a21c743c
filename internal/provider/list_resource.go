package provider

import (
	"context"
	"fmt"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// A list is an audience whose members are chosen, in the admin or by an import of users. The
// members are personal data and many, so the provider never touches them. In the API, a list and a
// segment are one kind of object with a type that cannot change.
var (
	_ resource.ResourceWithConfigure   = (*listResource)(nil)
	_ resource.ResourceWithIdentity    = (*listResource)(nil)
	_ resource.ResourceWithImportState = (*listResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*listResource)(nil)
)

func newListResource() resource.Resource { return &listResource{} }

type listResource struct{ data *providerData }

// listModel is a list as a resource and as a data source.
type listModel struct {
	ID          types.String `tfsdk:"id"`
	Mode        types.String `tfsdk:"mode"`
	Name        types.String `tfsdk:"name"`
	ReferenceID types.String `tfsdk:"reference_id"`
}

func (r *listResource) Metadata(
	_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse,
) {
	resp.TypeName = "cohort_list"
}

func (r *listResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages a list: an audience whose members are imported or added by hand. " +
			"Terraform manages the list, not its members.",
		Attributes: listSchema(),
	}
}

var listSchema = sync.OnceValue(func() map[string]schema.Attribute {
	return objectAttributes("list", "name", map[string]schema.Attribute{
		"reference_id": referenceIDAttribute("list"),
	})
})

func (r *listResource) IdentitySchema(
	_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse,
) {
	resp.IdentitySchema = identitySchema("list")
}

func (r *listResource) Configure(
	_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse,
) {
	r.data = providerDataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *listResource) ModifyPlan(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	r.data.guardPlan(ctx, listKind, req, resp)
}

func (r *listResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan listModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	r.data.checkCreate(ctx, listKind, req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	list, err := r.data.client.Lists.Create(ctx, plan.input())
	if err != nil {
		listKind.addError(&resp.Diagnostics, "create", req.Plan.Raw, err)
		return
	}
	plan.computed(list)
	r.data.finishCreate(ctx, listKind, plan, resp)
}

func (r *listResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	readObject[listModel](ctx, r.data, listKind, r.data.client.Lists, req, resp)
}

func (r *listResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state listModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	id := r.data.guardUpdate(req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	lists := r.data.client.Lists
	list, err := lists.Get(ctx, id)
	if err != nil {
		listKind.addError(&resp.Diagnostics, "update", req.Plan.Raw, err)
		return
	}
	service := state
	service.read(ctx, list, nil, &resp.Diagnostics)
	before, remote, want := state.input(), service.input(), plan.input()
	checkConflict(r.data, listKind, lists, req, before, remote, want, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if list, err = lists.Update(ctx, list, remote, want); err != nil {
		listKind.addError(&resp.Diagnostics, "update", req.Plan.Raw, err)
		return
	}
	plan.computed(list)
	r.data.finishUpdate(ctx, listKind, plan, "", resp)
}

func (r *listResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	id := r.data.guardDelete(listKind, req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	err := r.data.client.Lists.Delete(ctx, id)
	r.data.finishDelete(ctx, listKind, err, req, &resp.Diagnostics)
}

func (r *listResource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	r.data.importByKeyOrID(ctx, listKind, req, resp)
}

// checkCohortType refuses a segment where a list is expected, and vice versa.
func checkCohortType(want string, cohort *merchants.Cohort, diags *diag.Diagnostics) {
	if remote := merchants.Plain(cohort.Type); remote != want {
		diags.AddAttributeError(path.Root("id"), "Not a "+want,
			fmt.Sprintf("The object with id %s is a %s. Use cohort_%s for it.", cohort.ID, remote, remote))
	}
}

// input returns the values of the model in the form of the service.
func (m listModel) input() merchants.CohortInput {
	return merchants.CohortInput{
		Name:        stringField(m.Name),
		ReferenceID: stringField(m.ReferenceID),
	}
}

// computed takes what the service decides from an answer: rule 2.
func (m *listModel) computed(list *merchants.Cohort) {
	m.ID = types.StringValue(string(list.ID))
}

// read takes everything from the API: rule 2.
func (m *listModel) read(
	_ context.Context, list *merchants.Cohort, _ rehostedURLs, diags *diag.Diagnostics,
) {
	checkCohortType(merchants.CohortList, list, diags)
	m.ID = types.StringValue(string(list.ID))
	m.Name = textValue(m.Name, &list.Name)
	m.ReferenceID = textValue(m.ReferenceID, list.ReferenceID)
}
