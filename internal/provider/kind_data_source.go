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

// kindDataSource is the data source of every kind: one object, by its id or by its key. It has the
// attributes of the resource, except those that only say what the user wants.
type kindDataSource[T merchants.Object, Input, Model any, P projection[T, Model]] struct {
	kind Kind
	of   func(*merchants.Client) merchants.Collection[T, Input]
	data *providerData
}

func (d *kindDataSource[T, Input, Model, P]) Metadata(
	_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = "cohort_" + d.kind.Name
}

func (d *kindDataSource[T, Input, Model, P]) Schema(
	_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse,
) {
	k := d.kind
	attributes := computedAttributes(k.attributes(), "desired_status", "on_destroy")
	either := fmt.Sprintf(" Exactly one of `id` and `%s`.", k.Key)
	attributes["id"] = lookupAttribute("Id of the " + k.Noun + "." + either)
	key := "Key of the " + k.Noun + ", the same in test and live." + either
	if k.archives() {
		key += " An archived " + k.Noun + " is found only by its id."
	}
	attributes[k.Key] = lookupAttribute(key)
	resp.Schema = schema.Schema{
		MarkdownDescription: fmt.Sprintf("Reads a %s that exists, by its %s or by its id, without managing it.",
			k.Noun, k.keyName()),
		Attributes: attributes,
	}
}

func (d *kindDataSource[T, Input, Model, P]) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.data = providerDataFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *kindDataSource[T, Input, Model, P]) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot(d.kind.Key))}
}

func (d *kindDataSource[T, Input, Model, P]) Read(
	ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse,
) {
	var model Model
	var id, key types.String
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("id"), &id)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root(d.kind.Key), &key)...)
	if resp.Diagnostics.HasError() {
		return
	}
	found := d.kind.named(ctx, d.data.client, id, key, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	object, err := d.of(d.data.client).Get(ctx, found)
	if err != nil {
		addLookUpError(&resp.Diagnostics, fmt.Sprintf("read %s %s", d.kind.Noun, found), err)
		return
	}
	P(&model).read(ctx, object, nil, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("mode"), string(d.data.mode))...)
}
