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
	_ datasource.DataSourceWithConfigure        = (*segmentDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*segmentDataSource)(nil)
)

func newSegmentDataSource() datasource.DataSource { return &segmentDataSource{} }

type segmentDataSource struct{ session *session }

func (d *segmentDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "cohort_segment"
}

func (d *segmentDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := computedAttributes(segmentSchema())
	attributes["id"] = lookupAttribute("Id of the segment. Exactly one of `id` and `reference_id`.")
	attributes["reference_id"] = lookupAttribute("Key of the segment. Exactly one of `id` and `reference_id`.")
	resp.Schema = schema.Schema{MarkdownDescription: "A segment that exists.", Attributes: attributes}
}

func (d *segmentDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *segmentDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("reference_id"))}
}

func (d *segmentDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config segmentModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := segmentKind.named(ctx, d.session.client, config.ID, config.ReferenceID, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	segment, err := d.session.client.GetCohort(ctx, id)
	if err != nil {
		addLookUpError(&resp.Diagnostics, fmt.Sprintf("read segment %s", id), err)
		return
	}
	checkCohortType(merchants.CohortSegment, segment, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	config.Mode = types.StringValue(string(d.session.mode))
	resp.Diagnostics.Append(config.read(ctx, segment)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}
