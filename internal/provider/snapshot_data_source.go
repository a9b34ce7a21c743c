package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// A snapshot in a plan lets a check compare two merchants. It has no time, so that it is the same
// as long as the merchant is.
var _ datasource.DataSourceWithConfigure = (*snapshotDataSource)(nil)

func newSnapshotDataSource() datasource.DataSource { return &snapshotDataSource{} }

type snapshotDataSource struct{ data *providerData }

func (d *snapshotDataSource) Metadata(
	_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = "cohort_snapshot"
}

func (d *snapshotDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the whole merchant as JSON, for comparisons. It costs one request for every 100 " +
			"objects of a kind, shared with everything else that the plan reads of the kind.",
		Attributes: map[string]schema.Attribute{
			"json": schema.StringAttribute{
				MarkdownDescription: "Every object of the merchant as the service sent it, in the format of the command " +
					"`snapshot`, but without the time: `objects` has the collections of the service. It contains campaigns that " +
					"are not released yet, and is stored in the state. Its ids belong to this merchant. The codes of perks are " +
					"replaced by digests, from which short codes can be guessed.",
				Computed: true,
			},
			"mode": schema.StringAttribute{MarkdownDescription: "Merchant that is read: `test` or `live`.", Computed: true},
		},
	}
}

func (d *snapshotDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.data = providerDataFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *snapshotDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	taken, err := d.data.client.Snapshot(ctx)
	if err != nil {
		addAPIError(&resp.Diagnostics, "read the merchant", err)
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("json"), string(taken.JSON()))...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("mode"), string(d.data.mode))...)
}
