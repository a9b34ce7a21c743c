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
	_ datasource.DataSourceWithConfigure        = (*digitalAssetDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*digitalAssetDataSource)(nil)
)

func newDigitalAssetDataSource() datasource.DataSource { return &digitalAssetDataSource{} }

type digitalAssetDataSource struct{ session *session }

func (d *digitalAssetDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "cohort_digital_asset"
}

func (d *digitalAssetDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := computedAttributes(digitalAssetSchema(), "desired_status")
	attributes["id"] = lookupAttribute("Id of the digital asset. Exactly one of `id` and `internal_name`.")
	attributes["internal_name"] = lookupAttribute("Name in Cohort's admin; it has to be unique among the digital assets. Exactly one of `id` and `internal_name`.")
	resp.Schema = schema.Schema{MarkdownDescription: "A digital asset that exists.", Attributes: attributes}
}

func (d *digitalAssetDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *digitalAssetDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("internal_name"))}
}

func (d *digitalAssetDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config digitalAssetAttributes
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := digitalAssetKind.named(ctx, d.session.client, config.ID, config.InternalName, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	asset, err := d.session.client.GetDigitalAsset(ctx, id)
	if err != nil {
		addLookUpError(&resp.Diagnostics, fmt.Sprintf("read digital asset %s", id), err)
		return
	}
	config.Mode = types.StringValue(string(d.session.mode))
	config.read(asset, nil)
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}
