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
	_ datasource.DataSourceWithConfigure        = (*userPropertyDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*userPropertyDataSource)(nil)
)

func newUserPropertyDataSource() datasource.DataSource { return &userPropertyDataSource{} }

type userPropertyDataSource struct{ session *session }

func (d *userPropertyDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "cohort_user_property"
}

func (d *userPropertyDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := computedAttributes(userPropertySchema())
	attributes["id"] = lookupAttribute("Id of the user property. Exactly one of `id` and `reference_id`.")
	attributes["reference_id"] = lookupAttribute("Key of the user property. Exactly one of `id` and `reference_id`.")
	resp.Schema = schema.Schema{MarkdownDescription: "A user property that exists.", Attributes: attributes}
}

func (d *userPropertyDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *userPropertyDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("reference_id"))}
}

func (d *userPropertyDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config userPropertyModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := userPropertyKind.named(ctx, d.session.client, config.ID, config.ReferenceID, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	property, err := d.session.client.GetUserProperty(ctx, id)
	if err != nil {
		addLookUpError(&resp.Diagnostics, fmt.Sprintf("read user property %s", id), err)
		return
	}
	config.Mode = types.StringValue(string(d.session.mode))
	config.read(property)
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}
