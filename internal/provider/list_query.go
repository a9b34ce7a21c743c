package provider

import (
	"cmp"
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

var _ list.ListResourceWithConfigure = (*listQuery)(nil)

func newListQuery() list.ListResource { return &listQuery{} }

type listQuery struct{ session *session }

func (q *listQuery) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "cohort_list"
}

func (q *listQuery) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The lists of the merchant, in the order of their creation. Needs Terraform 1.14 or later.",
	}
}

func (q *listQuery) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	q.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

func (q *listQuery) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	stream.Results = query[merchants.Cohort]{
		session: q.session, kind: listKind,
		rows: q.session.client.Cohorts(ctx, merchants.CohortList), get: q.session.client.GetCohort,
		describe: describedCohort,
		only:     merchants.CohortList,
		imported: q.imported,
	}.results(ctx, req)
}

// imported writes the resource as an import does.
func (q *listQuery) imported(ctx context.Context, list *merchants.Cohort, into *tfsdk.Resource) diag.Diagnostics {
	var model listModel
	diags := into.Get(ctx, &model)
	model.read(list)
	diags.Append(into.Set(ctx, model)...)
	return diags
}

func describedCohort(c *merchants.Cohort) described {
	return described{c.ID, cmp.Or(stringValue(c.ReferenceID).ValueString(), string(c.Name)), c.Type}
}
