package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

var _ list.ListResourceWithConfigure = (*campaignQuery)(nil)

func newCampaignQuery() list.ListResource { return &campaignQuery{} }

type campaignQuery struct{ session *session }

func (q *campaignQuery) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "cohort_campaign"
}

func (q *campaignQuery) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The campaigns of the merchant, in the order of their creation. Needs Terraform 1.14 or later.",
		Attributes:          map[string]schema.Attribute{"status": filterAttribute("status", campaignLife...)},
	}
}

func (q *campaignQuery) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	q.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

func (q *campaignQuery) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	stream.Results = query[merchants.Campaign]{
		session: q.session, kind: campaignKind,
		rows: q.session.client.Campaigns(ctx), get: q.session.client.GetCampaign,
		describe: func(c *merchants.Campaign) described { return described{c.ID, c.InternalName, c.Status} },
		filter:   "status",
		imported: q.imported,
	}.results(ctx, req)
}

// imported writes the resource as an import does.
func (q *campaignQuery) imported(ctx context.Context, campaign *merchants.Campaign, into *tfsdk.Resource) diag.Diagnostics {
	var model campaignModel
	diags := into.Get(ctx, &model)
	model.DesiredStatus, model.OnDestroy = campaignLife.imported(campaign.Status), types.StringValue(destroyByArchive)
	diags.Append(model.read(ctx, campaign, nil)...)
	diags.Append(into.Set(ctx, model)...)
	return diags
}
