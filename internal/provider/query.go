package provider

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// query is how the list resource of a kind finds its objects. The files of list resources are called query, because one of the kinds is a list.
type query[T any] struct {
	session *session
	kind    Kind
	// rows walks the objects of the merchant, get reads one of them.
	rows iter.Seq2[*T, error]
	get  func(context.Context, merchants.ID) (*T, error)
	// describe tells of an object what a query shows and chooses by.
	describe func(*T) described
	// filter is the argument with the trait that objects must have, only a trait that all of them must have; "" for none.
	filter, only string
	// imported writes the resource as an import and the read after it do. The resource has id and mode.
	imported func(context.Context, *T, *tfsdk.Resource) diag.Diagnostics
}

// described is an object as a query shows it.
type described struct {
	id merchants.ID
	// name is what a person knows it by.
	name string
	// trait is its status or type; "" is one that is not known.
	trait string
}

// results gives the objects one by one, and asks for no page before it is needed. An error comes in the place of the result that it prevents,
// and ends them.
//
// That a row of a list is the whole object is assumed. A resource that lacked something would become a configuration that takes it away, so
// each resource is read by its id, as an import does; Terraform asks for at most 100 unless told otherwise. Without resources, nothing is read
// but the pages, and a row whose trait is missing where one is asked for.
func (q query[T]) results(ctx context.Context, req list.ListRequest) iter.Seq[list.ListResult] {
	trait := types.StringValue(q.only)
	if q.filter != "" {
		if problems := req.Config.GetAttribute(ctx, path.Root(q.filter), &trait); problems.HasError() {
			return list.ListResultsStreamDiagnostics(problems)
		}
	}
	wanted := trait.ValueString()
	return func(yield func(list.ListResult) bool) {
		var shown int64
		for object, err := range q.rows {
			if err != nil {
				yield(failedResult("finish the query of cohort_"+q.kind.Name, err))
				return
			}
			found := q.describe(object)
			if wanted != "" && found.trait != "" && found.trait != wanted {
				continue
			}
			if req.IncludeResource || wanted != "" && found.trait == "" {
				object, err = q.get(ctx, found.id)
				if merchants.IsNotFound(err) {
					continue
				}
				if err != nil {
					yield(failedResult(fmt.Sprintf("read %s %q", q.kind.Noun, cmp.Or(found.name, string(found.id))), err))
					return
				}
				if found = q.describe(object); wanted != "" && found.trait != wanted {
					continue
				}
			}
			result := q.result(ctx, req, object, found)
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

// result shows one object. One that cannot be written as a resource is left out with a warning, so that it does not hide the others.
func (q query[T]) result(ctx context.Context, req list.ListRequest, object *T, found described) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = cmp.Or(found.name, string(found.id))
	id := types.StringValue(string(found.id))
	result.Diagnostics.Append(result.Identity.Set(ctx, q.session.identity(id))...)
	if !req.IncludeResource {
		return result
	}
	result.Diagnostics.Append(result.Resource.SetAttribute(ctx, path.Root("id"), id)...)
	result.Diagnostics.Append(result.Resource.SetAttribute(ctx, path.Root("mode"), string(q.session.mode))...)
	result.Diagnostics.Append(q.imported(ctx, object, result.Resource)...)
	if !result.Diagnostics.HasError() {
		return result
	}
	var left list.ListResult
	for _, d := range result.Diagnostics {
		left.Diagnostics.AddWarning(fmt.Sprintf("The %s %q is left out", q.kind.Noun, result.DisplayName), d.Summary()+": "+d.Detail())
	}
	return left
}

func failedResult(doing string, err error) list.ListResult {
	var failed list.ListResult
	addAPIError(&failed.Diagnostics, doing, err, nil)
	return failed
}

// filterAttribute is an argument by which a query shows only what has one of these values.
func filterAttribute(what string, values ...string) schema.StringAttribute {
	return schema.StringAttribute{
		MarkdownDescription: fmt.Sprintf("Show only what has this %s: `%s`. Unset: everything.", what, strings.Join(values, "`, `")),
		Optional:            true,
		Validators:          []validator.String{stringvalidator.OneOf(values...)},
	}
}
