package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

var _ list.ListResourceWithConfigure = (*perkQuery)(nil)

func newPerkQuery() list.ListResource { return &perkQuery{} }

type perkQuery struct{ session *session }

func (q *perkQuery) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "cohort_perk"
}

func (q *perkQuery) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The perks of the merchant, in the order of their creation. Needs Terraform 1.14 or later. The value of a `code` is left out, because Terraform does not hide it in what a query prints.",
		Attributes:          map[string]schema.Attribute{"status": filterAttribute("status", perkLife...)},
	}
}

func (q *perkQuery) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	q.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

func (q *perkQuery) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	stream.Results = query[merchants.Perk]{
		session: q.session, kind: perkKind,
		rows: q.session.client.Perks(ctx), get: q.session.client.GetPerk,
		describe: func(p *merchants.Perk) described { return described{p.ID, p.InternalName, p.Status} },
		filter:   "status",
		imported: q.imported,
	}.results(ctx, req)
}

// imported writes the resource as an import does, but for the value of a code: Terraform prints it, although it is sensitive.
func (q *perkQuery) imported(ctx context.Context, perk *merchants.Perk, into *tfsdk.Resource) diag.Diagnostics {
	var model perkModel
	diags := into.Get(ctx, &model)
	model.DesiredStatus, model.OnDestroy = perkLife.imported(perk.Status), types.StringValue(destroyByArchive)
	diags.Append(model.read(ctx, perk, nil)...)
	diags.Append(into.Set(ctx, model)...)
	if !model.Code.IsNull() {
		diags.Append(into.SetAttribute(ctx, path.Root("code").AtName("value"), types.StringNull())...)
	}
	return diags
}
