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
	_ datasource.DataSourceWithConfigure        = (*badgeDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*badgeDataSource)(nil)
)

func newBadgeDataSource() datasource.DataSource { return &badgeDataSource{} }

type badgeDataSource struct{ session *session }

func (d *badgeDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "cohort_badge"
}

func (d *badgeDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := computedAttributes(badgeSchema(), "desired_status")
	attributes["id"] = lookupAttribute("Id of the badge. Exactly one of `id` and `internal_name`.")
	attributes["internal_name"] = lookupAttribute("Name in Cohort's admin; it has to be unique among the badges. Exactly one of `id` and `internal_name`.")
	resp.Schema = schema.Schema{MarkdownDescription: "A badge that exists.", Attributes: attributes}
}

func (d *badgeDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *badgeDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("internal_name"))}
}

func (d *badgeDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config badgeAttributes
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := badgeKind.named(ctx, d.session.client, config.ID, config.InternalName, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	badge, err := d.session.client.GetBadge(ctx, id)
	if err != nil {
		addLookUpError(&resp.Diagnostics, fmt.Sprintf("read badge %s", id), err)
		return
	}
	config.Mode = types.StringValue(string(d.session.mode))
	config.read(badge, nil)
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}
