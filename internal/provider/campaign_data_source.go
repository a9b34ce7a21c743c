package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ datasource.DataSourceWithConfigure        = (*campaignDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*campaignDataSource)(nil)
)

func newCampaignDataSource() datasource.DataSource { return &campaignDataSource{} }

type campaignDataSource struct{ session *session }

func (d *campaignDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "cohort_campaign"
}

func (d *campaignDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := computedAttributes(campaignSchema(), "desired_status", "on_destroy")
	attributes["id"] = lookupAttribute("Id of the campaign. Exactly one of `id` and `internal_name`.")
	attributes["internal_name"] = lookupAttribute("Name in Cohort's admin; it has to be unique among the campaigns that are not archived. Exactly one of `id` and `internal_name`.")
	resp.Schema = schema.Schema{MarkdownDescription: "A campaign that exists.", Attributes: attributes}
}

func (d *campaignDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *campaignDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("internal_name"))}
}

func (d *campaignDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config campaignAttributes
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := campaignKind.named(ctx, d.session.client, config.ID, config.InternalName, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	campaign, err := d.session.client.GetCampaign(ctx, id)
	if err != nil {
		addLookUpError(&resp.Diagnostics, fmt.Sprintf("read campaign %s", id), err)
		return
	}
	config.Mode = types.StringValue(string(d.session.mode))
	resp.Diagnostics.Append(config.read(ctx, campaign, nil)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}
