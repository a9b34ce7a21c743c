package provider

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// The service reports a wrong reference only at apply. The plan reports it from what the provider
// has read anyway.

// checkReferences refuses ids of objects of another kind, by the references of the catalog.
func (p *providerData) checkReferences(k Kind, plan tftypes.Value, diags *diag.Diagnostics) {
	for _, attribute := range slices.Sorted(maps.Keys(k.References)) {
		if to := k.References[attribute]; to.By == "id" {
			eachText(plan, strings.Split(attribute, "."), path.Empty(), func(at path.Path, id types.String) {
				p.checkReference(at, id, to, diags)
			})
		}
	}
}

// eachText visits the texts of an attribute, also in the elements of lists.
func eachText(value tftypes.Value, names []string, at path.Path, visit func(path.Path, types.String)) {
	if value.IsNull() || !value.IsKnown() {
		return
	}
	var elements []tftypes.Value
	if value.As(&elements) == nil {
		for i, element := range elements {
			eachText(element, names, at.AtListIndex(i), visit)
		}
		return
	}
	if len(names) == 1 {
		visit(below(at, names[0]), textsOf(value)(names[0]))
		return
	}
	var attributes map[string]tftypes.Value
	if value.As(&attributes) == nil {
		eachText(attributes[names[0]], names[1:], below(at, names[0]), visit)
	}
}

// checkReference refuses the id of an object of another kind, and warns of a text that is no id.
func (p *providerData) checkReference(at path.Path, id types.String, to Reference, diags *diag.Diagnostics) {
	found, shown := p.ledger.of(id.ValueString())
	if shown && slices.Contains(to.Kinds, found.kind.Name) {
		return
	}
	var nouns []string
	for _, name := range to.Kinds {
		if k, known := kindNamed(name); known {
			nouns = append(nouns, k.Noun)
		}
	}
	right := fmt.Sprintf("that of a %s, as in cohort_%s.example.id", strings.Join(nouns, " or "), to.Kinds[0])
	switch {
	case shown:
		diags.AddAttributeError(at, "The id of another kind of object",
			fmt.Sprintf("%s is the id of a %s, and must be %s.", at, found.kind.Noun, right))
	case !blank(id.ValueString()) && uuid.Validate(id.ValueString()) != nil && !number.MatchString(id.ValueString()):
		diags.AddAttributeWarning(at, "Not the form of an id",
			fmt.Sprintf("%s does not look like an id: as far as is known, those are UUIDs. A key does "+
				"not stand for an id, which must be %s.", at, right))
	}
}

// number is the form of ids in services that count.
var number = regexp.MustCompile(`^\d+$`)

// Description says what the attribute must be.
func (r Reference) Description(context.Context) string {
	var resources []string
	for _, kind := range r.Kinds {
		resources = append(resources, "cohort_"+kind)
	}
	return "must be the id of a " + strings.Join(resources, " or ")
}

// MarkdownDescription is the same as [Reference.Description].
func (r Reference) MarkdownDescription(ctx context.Context) string { return r.Description(ctx) }

// ValidateString refuses a blank id: it would mean none where one was meant.
func (r Reference) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if id := req.ConfigValue; !id.IsNull() && !id.IsUnknown() && blank(id.ValueString()) {
		resp.Diagnostics.AddAttributeError(req.Path, "Blank id",
			fmt.Sprintf("%s %s. Refer to it, as in cohort_%s.example.id, or leave the attribute out.",
				req.Path, r.Description(ctx), r.Kinds[0]))
	}
}
