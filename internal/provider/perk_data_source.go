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
	_ datasource.DataSourceWithConfigure        = (*perkDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*perkDataSource)(nil)
)

func newPerkDataSource() datasource.DataSource { return &perkDataSource{} }

type perkDataSource struct{ session *session }

func (d *perkDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "cohort_perk"
}

func (d *perkDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := computedAttributes(perkSchema(), "desired_status", "on_destroy")
	attributes["id"] = lookupAttribute("Id of the perk. Exactly one of `id` and `internal_name`.")
	attributes["internal_name"] = lookupAttribute("Name in Cohort's admin; it has to be unique among the perks that are not archived. Exactly one of `id` and `internal_name`.")
	resp.Schema = schema.Schema{MarkdownDescription: "A perk that exists.", Attributes: attributes}
}

func (d *perkDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *perkDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("internal_name"))}
}

func (d *perkDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config perkAttributes
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := perkKind.named(ctx, d.session.client, config.ID, config.InternalName, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	perk, err := d.session.client.GetPerk(ctx, id)
	if err != nil {
		addLookUpError(&resp.Diagnostics, fmt.Sprintf("read perk %s", id), err)
		return
	}
	config.Mode = types.StringValue(string(d.session.mode))
	resp.Diagnostics.Append(config.read(ctx, perk, nil)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}
