package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

var _ list.ListResourceWithConfigure = (*segmentQuery)(nil)

func newSegmentQuery() list.ListResource { return &segmentQuery{} }

type segmentQuery struct{ session *session }

func (q *segmentQuery) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "cohort_segment"
}

func (q *segmentQuery) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The segments of the merchant, in the order of their creation. Needs Terraform 1.14 or later.",
	}
}

func (q *segmentQuery) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	q.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

func (q *segmentQuery) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	stream.Results = query[merchants.Cohort]{
		session: q.session, kind: segmentKind,
		rows: q.session.client.Cohorts(ctx, merchants.CohortSegment), get: q.session.client.GetCohort,
		describe: describedCohort,
		only:     merchants.CohortSegment,
		imported: q.imported,
	}.results(ctx, req)
}

// imported writes the resource as an import does.
func (q *segmentQuery) imported(ctx context.Context, segment *merchants.Cohort, into *tfsdk.Resource) diag.Diagnostics {
	var model segmentModel
	diags := into.Get(ctx, &model)
	diags.Append(model.read(ctx, segment)...)
	diags.Append(into.Set(ctx, model)...)
	return diags
}
