package provider

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/zclconf/go-cty/cty"
)

// Argument is an attribute of a resource that a configuration may set and a state has. A write-only
// attribute has a value in neither a state nor a plan, so it is none.
type Argument struct {
	Name      string
	Type      cty.Type
	Required  bool
	Sensitive bool
	// JSON says that the text of the argument is JSON.
	JSON bool
	// Unordered says that the order of the elements of a list means nothing to the service.
	Unordered bool
	// Nested are the arguments of a nested object, or of each object of a list.
	Nested []Argument
}

// Arguments returns the arguments of a kind in the order in which people read them.
func (k Kind) Arguments(ctx context.Context) ([]Argument, error) {
	return argumentsOf(ctx, k.attributes())
}

// readingOrder are the names that come first and last in a block; all others stand between them in
// the order of the alphabet.
var (
	readFirst = []string{
		"internal_name", "reference_id", "name", "type", "user_action", "icon", "title", "opt_in_cta", "description",
		"locked_description", "image_url", "video_url", "slug", "match", "property", "operator", "perk_id",
		"digital_asset_id", "audience_id", "start_at", "end_at",
	}
	readLast = []string{"steps", "rewards", "distribution", "desired_status", "on_destroy"}
)

func readingOrder(a, b string) int {
	place := func(name string) int {
		if at := slices.Index(readFirst, name); at >= 0 {
			return at
		}
		return len(readFirst) + 1 + slices.Index(readLast, name)
	}
	return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
}

func argumentsOf(ctx context.Context, attributes map[string]schema.Attribute) ([]Argument, error) {
	var all []Argument
	for _, name := range slices.SortedFunc(maps.Keys(attributes), readingOrder) {
		attribute := attributes[name]
		if !attribute.IsOptional() && !attribute.IsRequired() || attribute.IsWriteOnly() {
			continue
		}
		kind, err := ctyTypeOf(attribute.GetType().TerraformType(ctx))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		argument := Argument{
			Name: name, Type: kind, Required: attribute.IsRequired(),
			Sensitive: attribute.IsSensitive(), JSON: isJSON(attribute), Unordered: name == "rewards",
		}
		switch nested := attribute.(type) {
		case schema.SingleNestedAttribute:
			argument.Nested, err = argumentsOf(ctx, nested.Attributes)
		case schema.ListNestedAttribute:
			argument.Nested, err = argumentsOf(ctx, nested.NestedObject.Attributes)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, argument)
	}
	return all, nil
}

// isJSON reports whether the text of an attribute is JSON.
func isJSON(attribute schema.Attribute) bool {
	text, ok := attribute.(schema.StringAttribute)
	return ok && slices.ContainsFunc(text.Validators, func(v validator.String) bool { return v == jsonText{} })
}
