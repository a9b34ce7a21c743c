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

// An inventory lists the keys of a merchant. With it, one plan can import what exists and create
// the rest. It leaves out archived objects, because their keys may be used again. It leaves out
// keys that several objects have, because they name none of them.
var _ datasource.DataSourceWithConfigure = (*inventoryDataSource)(nil)

func newInventoryDataSource() datasource.DataSource { return &inventoryDataSource{} }

type inventoryDataSource struct{ data *providerData }

func (d *inventoryDataSource) Metadata(
	_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = "cohort_inventory"
}

func (d *inventoryDataSource) Schema(
	_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse,
) {
	names := kindNames()
	attributes := map[string]schema.Attribute{
		"kinds": schema.SetAttribute{
			MarkdownDescription: "Kinds to read: `" + strings.Join(names, "`, `") + "`. Without it, all. " +
				"Each costs one request for every 100 objects, shared with everything else that the plan reads of the kind.",
			ElementType: types.StringType,
			Optional:    true,
			Validators:  []validator.Set{setvalidator.ValueStringsAre(stringvalidator.OneOf(names...))},
		},
		"mode": schema.StringAttribute{MarkdownDescription: "Merchant that is read: `test` or `live`.", Computed: true},
	}
	for _, k := range kinds {
		attributes[k.plural()] = schema.MapAttribute{
			MarkdownDescription: fmt.Sprintf("Ids of the %s by their `%s`. Null if `kinds` leaves them out.", k.Plural, k.Key),
			ElementType:         types.StringType,
			Computed:            true,
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads what a merchant holds: the ids of its objects by their keys. Objects that are " +
			"archived, have no key, or share their key with another object of their kind are left out.",
		Attributes: attributes,
	}
}

func (d *inventoryDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.data = providerDataFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *inventoryDataSource) Read(
	ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse,
) {
	var wanted types.Set
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("kinds"), &wanted)...)
	var names []string
	resp.Diagnostics.Append(wanted.ElementsAs(ctx, &names, false)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("kinds"), wanted)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("mode"), string(d.data.mode))...)
	for _, k := range kinds {
		ids := types.MapNull(types.StringType)
		if wanted.IsNull() || slices.Contains(names, k.Name) {
			ids = k.inventory(ctx, d.data.client, &resp.Diagnostics)
		}
		if resp.Diagnostics.HasError() {
			return
		}
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(k.plural()), ids)...)
	}
}

// plural is the name of an attribute that holds several objects of the kind.
func (k Kind) plural() string { return strings.ReplaceAll(k.Plural, " ", "_") }

// inventory returns the ids of a kind by key.
func (k Kind) inventory(ctx context.Context, client *merchants.Client, diags *diag.Diagnostics) types.Map {
	ids := map[string][]string{}
	for head, err := range k.objects(client).Cached(ctx) {
		if err != nil {
			addAPIError(diags, "list every "+k.Noun, err)
			return types.MapNull(types.StringType)
		}
		if head.Key != "" && !k.isArchived(head) {
			ids[head.Key] = append(ids[head.Key], string(head.ID))
		}
	}
	values := map[string]attr.Value{}
	for _, key := range slices.Sorted(maps.Keys(ids)) {
		if len(ids[key]) > 1 {
			diags.AddWarning(fmt.Sprintf("More than one %s has the %s %q", k.Noun, k.keyName(), key),
				fmt.Sprintf("It is left out of the inventory. The ids are %s. Rename all but one in Cohort's admin.",
					strings.Join(ids[key], ", ")))
			continue
		}
		values[key] = types.StringValue(ids[key][0])
	}
	return types.MapValueMust(types.StringType, values)
}
