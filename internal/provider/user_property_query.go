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

var _ list.ListResourceWithConfigure = (*userPropertyQuery)(nil)

func newUserPropertyQuery() list.ListResource { return &userPropertyQuery{} }

type userPropertyQuery struct{ session *session }

func (q *userPropertyQuery) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "cohort_user_property"
}

func (q *userPropertyQuery) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The user properties of the merchant, in the order of their creation. Needs Terraform 1.14 or later.",
		Attributes: map[string]schema.Attribute{
			"type": filterAttribute("type", merchants.PropertyText, merchants.PropertyNumber, merchants.PropertyBoolean, merchants.PropertyDate),
		},
	}
}

func (q *userPropertyQuery) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	q.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

func (q *userPropertyQuery) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	stream.Results = query[merchants.UserProperty]{
		session: q.session, kind: userPropertyKind,
		rows: q.session.client.UserProperties(ctx), get: q.session.client.GetUserProperty,
		describe: func(p *merchants.UserProperty) described { return described{p.ID, p.ReferenceID, p.Type} },
		filter:   "type",
		imported: q.imported,
	}.results(ctx, req)
}

// imported writes the resource as an import does.
func (q *userPropertyQuery) imported(ctx context.Context, property *merchants.UserProperty, into *tfsdk.Resource) diag.Diagnostics {
	var model userPropertyModel
	diags := into.Get(ctx, &model)
	model.read(property)
	diags.Append(into.Set(ctx, model)...)
	return diags
}
