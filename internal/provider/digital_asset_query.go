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

var _ list.ListResourceWithConfigure = (*digitalAssetQuery)(nil)

func newDigitalAssetQuery() list.ListResource { return &digitalAssetQuery{} }

type digitalAssetQuery struct{ session *session }

func (q *digitalAssetQuery) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "cohort_digital_asset"
}

func (q *digitalAssetQuery) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The digital assets of the merchant, in the order of their creation. Needs Terraform 1.14 or later.",
		Attributes:          map[string]schema.Attribute{"status": filterAttribute("status", digitalAssetLife...)},
	}
}

func (q *digitalAssetQuery) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	q.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

func (q *digitalAssetQuery) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	stream.Results = query[merchants.DigitalAsset]{
		session: q.session, kind: digitalAssetKind,
		rows: q.session.client.DigitalAssets(ctx), get: q.session.client.GetDigitalAsset,
		describe: func(a *merchants.DigitalAsset) described { return described{a.ID, a.InternalName, a.Status} },
		filter:   "status",
		imported: q.imported,
	}.results(ctx, req)
}

// imported writes the resource as an import does.
func (q *digitalAssetQuery) imported(ctx context.Context, asset *merchants.DigitalAsset, into *tfsdk.Resource) diag.Diagnostics {
	var model digitalAssetModel
	diags := into.Get(ctx, &model)
	model.DesiredStatus = digitalAssetLife.imported(asset.Status)
	model.read(asset, nil)
	diags.Append(into.Set(ctx, model)...)
	return diags
}
