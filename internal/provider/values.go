package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/norm"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// From Terraform to the API. A null value becomes an absent field: rule 1.

func stringField(value interface {
	attr.Value
	ValueString() string
},
) merchants.Field[string] {
	if value.IsNull() || value.IsUnknown() {
		return merchants.Field[string]{}
	}
	return merchants.Value(value.ValueString())
}

func int64Field(value types.Int64) merchants.Field[int64] {
	if value.IsNull() || value.IsUnknown() {
		return merchants.Field[int64]{}
	}
	return merchants.Value(value.ValueInt64())
}

func localizedField(text types.Map) merchants.Field[merchants.Localized] {
	if text.IsNull() || text.IsUnknown() {
		return merchants.Field[merchants.Localized]{}
	}
	return merchants.Value(localizedOf(text))
}

// localizedOf returns the texts of a map, which is empty for null.
func localizedOf(text types.Map) merchants.Localized {
	localized := merchants.Localized{}
	for language, value := range text.Elements() {
		if value, ok := value.(types.String); ok {
			localized[language] = value.ValueString()
		}
	}
	return localized
}

// rawSettings are the settings of an open catalogue, null when there are none.
func rawSettings(settings jsontypes.Normalized) json.RawMessage {
	if settings.IsNull() || settings.IsUnknown() {
		return json.RawMessage("null")
	}
	return json.RawMessage(settings.ValueString())
}

// stringPointer is nil for null and unknown.
func stringPointer(value types.String) *string {
	if value.IsNull() || value.IsUnknown() {
		return nil
	}
	return value.ValueStringPointer()
}

func idOf(value types.String) merchants.ID { return merchants.ID(value.ValueString()) }

// From the API to Terraform. Where a prior value says the same in another form, it stays: rule 2.

func stringValue[T ~string](wire *T) types.String {
	if wire == nil {
		return types.StringNull()
	}
	return types.StringValue(string(*wire))
}

// textValue is a plain text of which the service may trim the ends.
func textValue[T ~string](prior types.String, wire *T) types.String {
	if wire == nil || *wire == "" {
		if blank(prior.ValueString()) && !prior.IsUnknown() {
			return prior
		}
		return types.StringNull()
	}
	if strings.TrimSpace(prior.ValueString()) == string(*wire) {
		return prior
	}
	return types.StringValue(string(*wire))
}

// localizedValue is a text by language of which the service may tidy the HTML.
func localizedValue(prior types.Map, wire merchants.Localized) types.Map {
	if len(wire) == 0 {
		if !prior.IsNull() && !prior.IsUnknown() && len(prior.Elements()) == 0 {
			return prior
		}
		return types.MapNull(types.StringType)
	}
	before := localizedOf(prior)
	values := make(map[string]attr.Value, len(wire))
	for language, text := range wire {
		if old, ok := before[language]; ok && sameText(old, text) {
			text = old
		}
		values[language] = types.StringValue(text)
	}
	return types.MapValueMust(types.StringType, values)
}

// timeValue is a point in time, which the service keeps to the millisecond and writes in UTC.
func timeValue(prior timetypes.RFC3339, wire *string) (timetypes.RFC3339, diag.Diagnostics) {
	if wire == nil {
		return timetypes.NewRFC3339Null(), nil
	}
	instant, err := time.Parse(time.RFC3339, *wire)
	if err != nil {
		return timetypes.NewRFC3339Null(), diag.Diagnostics{diag.NewErrorDiagnostic("Not a time",
			fmt.Sprintf("The service answered %q where a time such as 2027-06-01T00:00:00.000Z belongs. Nothing was changed.", *wire))}
	}
	if before, err := time.Parse(time.RFC3339, prior.ValueString()); err == nil && before.Truncate(time.Millisecond).Equal(instant.Truncate(time.Millisecond)) {
		return prior, nil
	}
	return timetypes.NewRFC3339Value(instant.UTC().Format(time.RFC3339Nano))
}

// settingsValue are the settings of an open catalogue as JSON text, of which the service may order the keys.
func settingsValue(ctx context.Context, prior jsontypes.Normalized, wire json.RawMessage) jsontypes.Normalized {
	if len(wire) == 0 || string(wire) == "null" {
		return jsontypes.NewNormalizedNull()
	}
	value := jsontypes.NewNormalizedValue(string(wire))
	if prior.IsNull() || prior.IsUnknown() {
		return value
	}
	if same, problems := prior.StringSemanticEquals(ctx, value); same && !problems.HasError() {
		return prior
	}
	return value
}

// objectValue encodes a nested object by the types of its attribute; nil gives null.
func objectValue[T any](ctx context.Context, attribute schema.Attribute, value *T, diags *diag.Diagnostics) types.Object {
	attributes := nestedTypes(attribute)
	if value == nil {
		return types.ObjectNull(attributes)
	}
	object, problems := types.ObjectValueFrom(ctx, attributes, value)
	diags.Append(problems...)
	return object
}

// listValue encodes a list of nested objects by the types of its attribute.
func listValue[T any](ctx context.Context, attribute schema.Attribute, values []T, diags *diag.Diagnostics) types.List {
	list, problems := types.ListValueFrom(ctx, types.ObjectType{AttrTypes: nestedTypes(attribute)}, values)
	diags.Append(problems...)
	return list
}

// emptyAsWritten returns a list that was read, or, when it is empty, how the prior value said so: as null or as an empty list.
func emptyAsWritten(ctx context.Context, prior, read types.List) types.List {
	if len(read.Elements()) > 0 || read.IsUnknown() {
		return read
	}
	if prior.IsNull() || prior.IsUnknown() {
		return types.ListNull(read.ElementType(ctx))
	}
	return read
}

func blank(text string) bool { return strings.TrimSpace(text) == "" }

// sameText compares two texts as HTML does: a run of white space is one blank, none counts between tags, and how a tag or a character is
// written does not matter, nor whether an end tag is that HTML implies.
func sameText(a, b string) bool { return a == b || canonicalText(a) == canonicalText(b) }

func canonicalText(text string) string {
	nodes, err := html.ParseFragment(strings.NewReader(strings.TrimSpace(text)), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return text
	}
	var canonical strings.Builder
	for _, node := range nodes {
		tidy(node)
		if err := html.Render(&canonical, node); err != nil {
			return text
		}
	}
	return norm.NFC.String(strings.TrimSpace(canonical.String()))
}

// tidy reduces the white space of a node and those below, and puts attributes in order.
func tidy(node *html.Node) {
	if node.Type == html.TextNode {
		if node.Data = blanks.ReplaceAllString(node.Data, " "); node.Data == " " {
			node.Data = ""
		}
	}
	slices.SortFunc(node.Attr, func(a, b html.Attribute) int { return strings.Compare(a.Key, b.Key) })
	for child := range node.ChildNodes() {
		tidy(child)
	}
}

var blanks = regexp.MustCompile(`\s+`)

// objectOf decodes a nested object; nil stands for null and unknown alike.
func objectOf[T any](ctx context.Context, object types.Object, diags *diag.Diagnostics) *T {
	if object.IsNull() || object.IsUnknown() {
		return nil
	}
	value := new(T)
	diags.Append(object.As(ctx, value, basetypes.ObjectAsOptions{})...)
	return value
}

// objectsOf decodes a list of nested objects; an element that is unknown becomes nil, so that positions stay true.
func objectsOf[T any](ctx context.Context, list types.List, diags *diag.Diagnostics) []*T {
	values := make([]*T, 0, len(list.Elements()))
	for _, element := range list.Elements() {
		object, _ := element.(types.Object)
		values = append(values, objectOf[T](ctx, object, diags))
	}
	return values
}
