package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/norm"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// From Terraform to the API. A null or empty value becomes an absent field: rule 1.

func stringField(value types.String) merchants.Field[string] {
	if blank(value.ValueString()) {
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
	localized := localizedOf(text)
	if len(localized) == 0 {
		return merchants.Field[merchants.Localized]{}
	}
	return merchants.Value(localized)
}

// localizedOf returns the texts of a map without the blank ones.
func localizedOf(text types.Map) merchants.Localized {
	localized := merchants.Localized{}
	for language, value := range text.Elements() {
		if value, ok := value.(types.String); ok && !blank(value.ValueString()) {
			localized[language] = value.ValueString()
		}
	}
	return localized
}

// rawSettings are the settings of an open catalog; null when there are none.
func rawSettings(settings types.String) json.RawMessage {
	if blank(settings.ValueString()) {
		return json.RawMessage("null")
	}
	return json.RawMessage(settings.ValueString())
}

// stringPointer returns nil for a null, unknown or empty value.
func stringPointer(value types.String) *string {
	if blank(value.ValueString()) {
		return nil
	}
	return value.ValueStringPointer()
}

func idOf(value types.String) merchants.ID { return merchants.ID(value.ValueString()) }

// From the API to Terraform. A prior value with an equal form stays: rule 2.

func stringValue[T ~string](wire *T) types.String {
	if wire == nil || *wire == "" {
		return types.StringNull()
	}
	return types.StringValue(string(*wire))
}

// textValue is a plain text. The service may trim its ends.
func textValue[T ~string](prior types.String, wire *T) types.String {
	if wire == nil || blank(string(*wire)) {
		if blank(prior.ValueString()) && !prior.IsUnknown() {
			return prior
		}
		return types.StringNull()
	}
	if sameLine(prior.ValueString(), string(*wire)) {
		return prior
	}
	return types.StringValue(string(*wire))
}

// requiredText is the text of a required attribute, which is empty rather than null.
func requiredText[T ~string](prior types.String, wire T) types.String {
	if value := textValue(prior, &wire); !value.IsNull() {
		return value
	}
	return types.StringValue(string(wire))
}

// chosenText is a text that the service chooses unless the user does. An empty text leaves the
// choice to the service.
func chosenText[T ~string](prior types.String, wire *T) types.String {
	if !prior.IsNull() && !prior.IsUnknown() && blank(prior.ValueString()) {
		return prior
	}
	return textValue(prior, wire)
}

// localizedValue is a text by language. The service may tidy its HTML. An empty text counts as
// missing.
func localizedValue(prior types.Map, wire merchants.Localized) types.Map {
	values := make(map[string]attr.Value, len(wire))
	before := prior.Elements()
	for language, text := range wire {
		if blank(text) {
			continue
		}
		values[language] = types.StringValue(text)
		if old, _ := before[language].(types.String); sameText(old.ValueString(), text) {
			values[language] = old
		}
	}
	for language, value := range before {
		if old, ok := value.(types.String); ok && !old.IsUnknown() && blank(old.ValueString()) && blank(wire[language]) {
			values[language] = old
		}
	}
	switch {
	case len(values) > 0:
		return types.MapValueMust(types.StringType, values)
	case !prior.IsNull() && !prior.IsUnknown() && len(before) == 0:
		return prior
	default:
		return types.MapNull(types.StringType)
	}
}

// timeValue is a point in time. The service stores it to the millisecond and writes it in UTC. When
// the answer is no time, the prior value stays, so that one such object does not block the plan of
// all others.
func timeValue(prior types.String, wire *string) (types.String, diag.Diagnostics) {
	if wire == nil || blank(*wire) {
		return textValue(prior, wire), nil
	}
	instant, ok := parseInstant(*wire)
	if !ok {
		return prior, diag.Diagnostics{diag.NewWarningDiagnostic("Not a time",
			fmt.Sprintf("The service answered %q where a time such as 2027-06-01T00:00:00.000Z belongs. "+
				"It is left as it is there, and not shown in the state.", *wire))}
	}
	if sameInstant(prior.ValueString(), *wire) {
		return prior, nil
	}
	return types.StringValue(instant.UTC().Format(time.RFC3339Nano)), nil
}

// sameInstant compares two times to the millisecond.
func sameInstant(a, b string) bool {
	left, isTime := parseInstant(a)
	right, isTimeToo := parseInstant(b)
	return isTime && isTimeToo && left.Truncate(time.Millisecond).Equal(right.Truncate(time.Millisecond))
}

// parseInstant reads an RFC 3339 time whose year has four digits in UTC too, because the service
// writes it in UTC.
func parseInstant(text string) (time.Time, bool) {
	instant, err := time.Parse(time.RFC3339, strings.TrimSpace(text))
	year := instant.UTC().Year()
	return instant, err == nil && rfc3339.MatchString(strings.TrimSpace(text)) && year >= 0 && year <= 9999
}

// rfc3339 is the strict form; [time.Parse] also accepts a comma, and an hour of one digit.
var rfc3339 = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`)

// settingsValue are the settings of an open catalog as JSON text. They have the form of jsonencode
// unless the prior value has the same JSON.
func settingsValue(prior types.String, wire json.RawMessage) types.String {
	switch {
	case noSettings(string(wire)) && noSettings(prior.ValueString()) && !prior.IsUnknown():
		return prior
	case blank(string(wire)) || merchants.SameJSON(wire, []byte("null")):
		return types.StringNull()
	case sameSettings(prior.ValueString(), string(wire)):
		return prior
	default:
		return types.StringValue(jsonEncoded(string(wire)))
	}
}

// noSettings reports whether settings are empty. The service may turn one empty form into another.
func noSettings(settings string) bool {
	return blank(settings) || merchants.SameJSON([]byte(settings), []byte("null")) || merchants.SameJSON([]byte(settings),
		[]byte("{}"))
}

// sameSettings compares settings as JSON.
func sameSettings(a, b string) bool { return jsonEncoded(a) == jsonEncoded(b) }

// jsonEncoded writes JSON as Terraform's jsonencode does: sorted keys, HTML characters escaped,
// numbers in full. It returns text that is not JSON unchanged.
func jsonEncoded(text string) string {
	value, err := stdlib.JSONDecode(cty.StringVal(text))
	if err != nil {
		return text
	}
	encoded, err := stdlib.JSONEncode(value)
	if err != nil {
		return text
	}
	return encoded.AsString()
}

// objectValue encodes a nested object with the types of its attribute; nil becomes null.
func objectValue[T any](
	ctx context.Context, attribute schema.Attribute, value *T, diags *diag.Diagnostics,
) types.Object {
	attributes := nestedTypes(attribute)
	if value == nil {
		return types.ObjectNull(attributes)
	}
	object, problems := types.ObjectValueFrom(ctx, attributes, value)
	diags.Append(problems...)
	return object
}

// listValue encodes a list of nested objects with the types of its attribute.
func listValue[T any](ctx context.Context, attribute schema.Attribute, values []T, diags *diag.Diagnostics) types.List {
	list, problems := types.ListValueFrom(ctx, types.ObjectType{AttrTypes: nestedTypes(attribute)}, values)
	diags.Append(problems...)
	return list
}

// emptyAsWritten returns the list that was read. It writes an empty list as the prior value did: as
// null or as an empty list.
func emptyAsWritten(ctx context.Context, prior, read types.List) types.List {
	if len(read.Elements()) > 0 || read.IsUnknown() {
		return read
	}
	if prior.IsNull() || prior.IsUnknown() {
		return types.ListNull(read.ElementType(ctx))
	}
	return read
}

// SameLine reports whether two plain texts, or two times, mean the same.
func SameLine(a, b string) bool { return sameLine(a, b) || sameInstant(a, b) }

// SameText reports whether two texts that users read mean the same; as HTML.
func SameText(a, b string) bool { return sameText(a, b) }

// sameLine compares two plain texts without the blanks around them.
func sameLine(a, b string) bool {
	return norm.NFC.String(strings.TrimSpace(a)) == norm.NFC.String(strings.TrimSpace(b))
}

func blank(text string) bool { return strings.TrimSpace(text) == "" }

// sameText compares two texts as HTML does. A run of white space is one blank, and none counts
// between tags. The style of tags and characters does not matter, nor does an end tag that HTML
// implies.
func sameText(a, b string) bool { return a == b || canonicalText(a) == canonicalText(b) }

func canonicalText(text string) string {
	nodes, err := html.ParseFragment(strings.NewReader(strings.TrimSpace(text)),
		&html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
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

// tidy reduces the white space of a node and its children, and sorts the attributes.
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

// objectOf decodes a nested object; null and unknown become nil.
func objectOf[T any](ctx context.Context, object types.Object, diags *diag.Diagnostics) *T {
	if object.IsNull() || object.IsUnknown() {
		return nil
	}
	value := new(T)
	diags.Append(object.As(ctx, value, basetypes.ObjectAsOptions{})...)
	return value
}

// priorObject decodes a nested object of a prior value; zero when there was none.
func priorObject[T any](ctx context.Context, object types.Object, diags *diag.Diagnostics) T {
	var zero T
	if value := objectOf[T](ctx, object, diags); value != nil {
		return *value
	}
	return zero
}

// objectsOf decodes a list of nested objects. An unknown element becomes nil, so that positions
// stay right.
func objectsOf[T any](ctx context.Context, list types.List, diags *diag.Diagnostics) []*T {
	values := make([]*T, 0, len(list.Elements()))
	for _, element := range list.Elements() {
		object, _ := element.(types.Object)
		values = append(values, objectOf[T](ctx, object, diags))
	}
	return values
}

// textsOf returns a function that reads texts of an object by attribute; a missing one is null.
// Every plan of every object reads several, and the way through the schema is slow.
func textsOf(object tftypes.Value) func(name string) types.String {
	var values map[string]tftypes.Value
	if !object.IsNull() && object.IsKnown() {
		_ = object.As(&values) // The schema makes it an object.
	}
	return func(name string) types.String {
		var text *string
		value, found := values[name]
		switch {
		case found && !value.IsKnown():
			return types.StringUnknown()
		case found:
			_ = value.As(&text)
		}
		return types.StringPointerValue(text)
	}
}
