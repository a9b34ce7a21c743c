package provider

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// kindQuery is the list resource of every kind. List resources are called queries here, because one
// of the kinds is a list.
type kindQuery[T merchants.Object, Input, Model any, P projection[T, Model]] struct {
	kind Kind
	of   func(*merchants.Client) merchants.Collection[T, Input]
	data *providerData
}

func (q *kindQuery[T, Input, Model, P]) Metadata(
	_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse,
) {
	resp.TypeName = "cohort_" + q.kind.Name
}

func (q *kindQuery[T, Input, Model, P]) ListResourceConfigSchema(
	_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse,
) {
	description := []string{"Finds the " + q.kind.Plural + " of the merchant, in the order of their creation."}
	for _, secret := range sensitivePaths(path.Empty(), q.kind.attributes()) {
		holder, name := secret.ParentPath(), secret.Steps()[len(secret.Steps())-1]
		description = append(description, fmt.Sprintf(
			"The %s of a `%s` is left out, because Terraform would show it in the output of a query.", name, holder))
	}
	resp.Schema = schema.Schema{MarkdownDescription: strings.Join(description, " ")}
	if name, values := q.kind.filter(); name != "" {
		resp.Schema.Attributes = map[string]schema.Attribute{name: filterAttribute(name, values...)}
	}
}

func (q *kindQuery[T, Input, Model, P]) Configure(
	_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse,
) {
	q.data = providerDataFrom(req.ProviderData, &resp.Diagnostics)
}

func (q *kindQuery[T, Input, Model, P]) List(
	ctx context.Context, req list.ListRequest, stream *list.ListResultsStream,
) {
	stream.Results = q.results(ctx, req)
}

// filter returns the argument of a query that selects by a trait, and its possible values; "" for
// none.
func (k Kind) filter() (name string, values []string) {
	switch {
	case k.Lifecycle != nil:
		return "status", k.Lifecycle
	case k.Types != nil:
		return "type", k.Types
	default:
		return "", nil
	}
}

// trait is the property that a query selects by; "" when it is not known.
func (k Kind) trait(head merchants.Head) string {
	if k.Lifecycle != nil {
		return head.Status
	}
	return head.Type
}

// results yields the objects one by one and requests each page only when needed. An error takes the
// place of the result that it prevents, and ends the query.
//
// A resource with missing values would become a configuration that removes them. So a row of a
// listing is shown as a resource only if it has every property of its kind; any other object is
// read by its id, as in an import. Without resources, only a row that lacks a requested trait is.
func (q *kindQuery[T, Input, Model, P]) results(ctx context.Context, req list.ListRequest) iter.Seq[list.ListResult] {
	trait := types.StringValue(q.kind.sharedAs)
	if name, _ := q.kind.filter(); name != "" {
		if problems := req.Config.GetAttribute(ctx, path.Root(name), &trait); problems.HasError() {
			return list.ListResultsStreamDiagnostics(problems)
		}
	}
	objects, wanted := q.of(q.data.client), trait.ValueString()
	return func(yield func(list.ListResult) bool) {
		var shown int64
		for object, err := range objects.List(ctx) {
			if err != nil {
				yield(failedResult("finish the query of cohort_"+q.kind.Name, err))
				return
			}
			head := object.Head()
			has := q.kind.trait(head)
			if wanted != "" && has != "" && has != wanted {
				continue
			}
			if req.IncludeResource || wanted != "" && has == "" {
				object, err = objects.Complete(ctx, object)
				if merchants.IsNotFound(err) {
					continue
				}
				if err != nil {
					yield(failedResult(fmt.Sprintf("read %s %q", q.kind.Noun, displayName(head)), err))
					return
				}
				if head = object.Head(); wanted != "" && q.kind.trait(head) != wanted {
					continue
				}
			}
			result := q.result(ctx, req, object)
			if !yield(result) {
				return
			}
			if result.Identity == nil {
				continue
			}
			if shown++; shown == req.Limit {
				return
			}
		}
	}
}

// displayName is the name by which a person knows an object.
func displayName(head merchants.Head) string { return cmp.Or(head.Key, head.Name, string(head.ID)) }

// result shows one object. It replaces an object that cannot be written as a resource with a
// warning, so that the others still show.
func (q *kindQuery[T, Input, Model, P]) result(ctx context.Context, req list.ListRequest, object T) list.ListResult {
	result, head := req.NewListResult(ctx), object.Head()
	result.DisplayName = displayName(head)
	id := types.StringValue(string(head.ID))
	result.Diagnostics.Append(result.Identity.Set(ctx, q.data.identity(id))...)
	if !req.IncludeResource {
		return result
	}
	result.Diagnostics.Append(q.write(ctx, object, result.Resource)...)
	if !result.Diagnostics.HasError() {
		return result
	}
	var left list.ListResult
	for _, d := range result.Diagnostics {
		left.Diagnostics.AddWarning(fmt.Sprintf("The %s %q is left out", q.kind.Noun, result.DisplayName),
			d.Summary()+": "+d.Detail())
	}
	return left
}

// write writes a resource like an import and its read, but without secrets: Terraform would print
// them.
func (q *kindQuery[T, Input, Model, P]) write(ctx context.Context, object T, into *tfsdk.Resource) diag.Diagnostics {
	diags := writeManaged[T, Model, P](ctx, q.data, object, into)
	for _, at := range sensitivePaths(path.Empty(), q.kind.attributes()) {
		var secret types.String
		diags.Append(into.GetAttribute(ctx, at, &secret)...)
		if !secret.IsNull() {
			diags.Append(into.SetAttribute(ctx, at, types.StringNull())...)
		}
	}
	return diags
}

// sensitivePaths are the sensitive attributes that the state of an object has, at any depth except
// in lists.
func sensitivePaths(parent path.Path, attributes map[string]resourceschema.Attribute) []path.Path {
	var paths []path.Path
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		at, attribute := below(parent, name), attributes[name]
		if attribute.IsSensitive() && !attribute.IsWriteOnly() {
			paths = append(paths, at)
		}
		if nested, ok := attribute.(resourceschema.SingleNestedAttribute); ok {
			paths = append(paths, sensitivePaths(at, nested.Attributes)...)
		}
	}
	return paths
}

func failedResult(doing string, err error) list.ListResult {
	var failed list.ListResult
	addAPIError(&failed.Diagnostics, doing, err)
	return failed
}

// filterAttribute is an argument that limits a query to objects with one of these values.
func filterAttribute(what string, values ...string) schema.StringAttribute {
	return schema.StringAttribute{
		MarkdownDescription: fmt.Sprintf("Finds only what has this %s: `%s`. Without it, everything.", what,
			strings.Join(values, "`, `")),
		Optional:   true,
		Validators: []validator.String{stringvalidator.OneOf(values...)},
	}
}
