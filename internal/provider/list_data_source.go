package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

var (
	_ datasource.DataSourceWithConfigure        = (*listDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*listDataSource)(nil)
)

func newListDataSource() datasource.DataSource { return &listDataSource{} }

type listDataSource struct{ session *session }

func (d *listDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "cohort_list"
}

func (d *listDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := computedAttributes(listSchema())
	attributes["id"] = lookupAttribute("Id of the list. Exactly one of `id` and `reference_id`.")
	attributes["reference_id"] = lookupAttribute("Key of the list. Exactly one of `id` and `reference_id`.")
	resp.Schema = schema.Schema{MarkdownDescription: "A list that exists.", Attributes: attributes}
}

func (d *listDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *listDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("reference_id"))}
}

func (d *listDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config listModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := listKind.named(ctx, d.session.client, config.ID, config.ReferenceID, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	list, err := d.session.client.GetCohort(ctx, id)
	if err != nil {
		addLookUpError(&resp.Diagnostics, fmt.Sprintf("read list %s", id), err)
		return
	}
	checkCohortType(merchants.CohortList, list, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	config.Mode = types.StringValue(string(d.session.mode))
	config.read(list)
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}
