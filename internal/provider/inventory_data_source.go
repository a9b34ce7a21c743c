package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// An inventory tells which keys a merchant has. With it an import block takes over what exists and leaves the rest to be created, in one plan.
// Archived objects are not in it, because their key may be used again; nor are keys that several objects have, because none of them is meant.
var _ datasource.DataSourceWithConfigure = (*inventoryDataSource)(nil)

func newInventoryDataSource() datasource.DataSource { return &inventoryDataSource{} }

type inventoryDataSource struct{ session *session }

type inventoryModel struct {
	Kinds          types.Set    `tfsdk:"kinds"`
	Mode           types.String `tfsdk:"mode"`
	UserProperties types.Map    `tfsdk:"user_properties"`
	Lists          types.Map    `tfsdk:"lists"`
	Segments       types.Map    `tfsdk:"segments"`
	Perks          types.Map    `tfsdk:"perks"`
	DigitalAssets  types.Map    `tfsdk:"digital_assets"`
	Badges         types.Map    `tfsdk:"badges"`
	Campaigns      types.Map    `tfsdk:"campaigns"`
}

// shelf is where an inventory keeps one kind.
type shelf struct {
	kind kind
	ids  *types.Map
}

func (m *inventoryModel) shelves() []shelf {
	return []shelf{
		{userPropertyKind, &m.UserProperties},
		{listKind, &m.Lists},
		{segmentKind, &m.Segments},
		{perkKind, &m.Perks},
		{digitalAssetKind, &m.DigitalAssets},
		{badgeKind, &m.Badges},
		{campaignKind, &m.Campaigns},
	}
}

func (d *inventoryDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "cohort_inventory"
}

func (d *inventoryDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	var names []string
	for _, shelf := range new(inventoryModel).shelves() {
		names = append(names, shelf.kind.name)
	}
	ids := func(nouns, key string) schema.MapAttribute {
		return schema.MapAttribute{
			MarkdownDescription: fmt.Sprintf("Ids of the %s by their `%s`. Null when `kinds` leaves them out.", nouns, key), ElementType: types.StringType, Computed: true,
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "What a merchant has: the ids of its objects by their keys. Objects that are archived, that have no key, or that share it with another of their kind are left out.",
		Attributes: map[string]schema.Attribute{
			"kinds": schema.SetAttribute{
				MarkdownDescription: "Kinds to list: `" + strings.Join(names, "`, `") + "`. Default: all. Each costs a request for every 100 objects, shared with what else the plan reads of the kind.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.Set{setvalidator.ValueStringsAre(stringvalidator.OneOf(names...))},
			},
			"mode":            schema.StringAttribute{MarkdownDescription: "Merchant that is asked: `test` or `live`.", Computed: true},
			"user_properties": ids("user properties", userPropertyKind.key),
			"lists":           ids("lists", listKind.key),
			"segments":        ids("segments", segmentKind.key),
			"perks":           ids("perks", perkKind.key),
			"digital_assets":  ids("digital assets", digitalAssetKind.key),
			"badges":          ids("badges", badgeKind.key),
			"campaigns":       ids("campaigns", campaignKind.key),
		},
	}
}

func (d *inventoryDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *inventoryDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model inventoryModel
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("kinds"), &model.Kinds)...)
	var kinds []string
	resp.Diagnostics.Append(model.Kinds.ElementsAs(ctx, &kinds, false)...)
	model.Mode = types.StringValue(string(d.session.mode))
	for _, shelf := range model.shelves() {
		*shelf.ids = types.MapNull(types.StringType)
		if model.Kinds.IsNull() || slices.Contains(kinds, shelf.kind.name) {
			*shelf.ids = shelf.kind.inventory(ctx, d.session.client, &resp.Diagnostics)
		}
		if resp.Diagnostics.HasError() {
			return
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

// inventory returns the ids of a kind by key.
func (k kind) inventory(ctx context.Context, client *merchants.Client, diags *diag.Diagnostics) types.Map {
	ids := map[string][]string{}
	for c, err := range k.all(ctx, client) {
		if err != nil {
			addAPIError(diags, "list every "+k.noun, err, nil)
			return types.MapNull(types.StringType)
		}
		if c.key != "" && !c.archived {
			ids[c.key] = append(ids[c.key], string(c.id))
		}
	}
	values := map[string]attr.Value{}
	for _, key := range slices.Sorted(maps.Keys(ids)) {
		if len(ids[key]) > 1 {
			diags.AddWarning(fmt.Sprintf("More than one %s has the %s %q", k.noun, k.keyName(), key),
				fmt.Sprintf("It is left out of the inventory. The ids are %s. Rename all but one in Cohort's admin.", strings.Join(ids[key], ", ")))
			continue
		}
		values[key] = types.StringValue(ids[key][0])
	}
	return types.MapValueMust(types.StringType, values)
}
