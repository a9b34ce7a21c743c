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

var _ list.ListResourceWithConfigure = (*badgeQuery)(nil)

func newBadgeQuery() list.ListResource { return &badgeQuery{} }

type badgeQuery struct{ session *session }

func (q *badgeQuery) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "cohort_badge"
}

func (q *badgeQuery) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The badges of the merchant, in the order of their creation. Needs Terraform 1.14 or later.",
		Attributes:          map[string]schema.Attribute{"status": filterAttribute("status", badgeLife...)},
	}
}

func (q *badgeQuery) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	q.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

func (q *badgeQuery) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	stream.Results = query[merchants.Badge]{
		session: q.session, kind: badgeKind,
		rows: q.session.client.Badges(ctx), get: q.session.client.GetBadge,
		describe: func(b *merchants.Badge) described { return described{b.ID, b.InternalName, b.Status} },
		filter:   "status",
		imported: q.imported,
	}.results(ctx, req)
}

// imported writes the resource as an import does.
func (q *badgeQuery) imported(ctx context.Context, badge *merchants.Badge, into *tfsdk.Resource) diag.Diagnostics {
	var model badgeModel
	diags := into.Get(ctx, &model)
	model.DesiredStatus = badgeLife.imported(badge.Status)
	model.read(badge, nil)
	diags.Append(into.Set(ctx, model)...)
	return diags
}
