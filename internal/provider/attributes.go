package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// largestNumber is the largest whole number that every JSON reader keeps exact. JavaScript rounds
// beyond it, and the service is written in JavaScript (inferred from its framework).
const largestNumber = 1<<53 - 1

// objectAttributes adds what every object has to the attributes of its kind: id, mode and its name,
// which is name, or internal_name for a kind that has no reference id.
func objectAttributes(noun, name string, attributes map[string]schema.Attribute) map[string]schema.Attribute {
	attributes["id"] = schema.StringAttribute{
		MarkdownDescription: "Id of the " + noun + " in its merchant. The service chooses it, so the same " + noun +
			" has a different id in the other merchant.",
		Computed:      true,
		PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
	}
	attributes["mode"] = schema.StringAttribute{
		MarkdownDescription: described("Merchant that holds the "+noun+": `test` or `live`.",
			"It is known in the plan, so that a reviewer or a policy can see where a change goes."),
		Computed:      true,
		PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
	}
	description := "Name in Cohort's admin."
	if name == "internal_name" {
		description = "Name in Cohort's admin, which users do not see. It is the key of the " + noun +
			": the provider finds the " + noun + " by it, in test and in live, and does not create a second one."
	}
	attributes[name] = schema.StringAttribute{
		MarkdownDescription: description,
		Required:            true,
		Validators:          []validator.String{notBlank{}},
	}
	return attributes
}

// identitySchema is the identity of every resource.
func identitySchema(noun string) identityschema.Schema {
	return identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"mode": identityschema.StringAttribute{
			Description: "Merchant that holds the " + noun + ": test or live. An import that names " +
				"the other merchant is refused.",
			OptionalForImport: true,
		},
		"id": identityschema.StringAttribute{
			Description:       "Id of the " + noun + " in that merchant.",
			RequiredForImport: true,
		},
	}}
}

// described joins what an attribute is and the rules of writing it. A resource says both. Its data
// source says only what the attribute is, so that must make sense to somebody who reads it.
func described(what string, rules ...string) string {
	return strings.TrimSpace(what + "\n" + strings.Join(rules, " "))
}

// whatItIs is the part of a description that says what an attribute is.
func whatItIs(description string) string {
	what, _, _ := strings.Cut(description, "\n")
	return what
}

// anyWord is the rule of a word that the provider does not check.
const anyWord = "Any word is accepted; the service decides which ones it knows."

// localizedAttribute is a text by language.
func localizedAttribute(what string, rules ...string) schema.MapAttribute {
	return schema.MapAttribute{
		MarkdownDescription: described(what+" Keys are language codes, such as `en` or `pt-BR`.", append(rules,
			"All texts of a published object must have the same languages. An empty text counts as none.")...),
		ElementType:   types.StringType,
		Optional:      true,
		Validators:    []validator.Map{knownLanguages{}},
		PlanModifiers: []planmodifier.Map{languagesUnlessHeld{}},
	}
}

// imageAttribute and videoAttribute are the two forms of a visual. An object has at most one of
// them.
func imageAttribute(of string, rules ...string) schema.StringAttribute {
	return visualAttribute("URL of the image of the "+of+".", rules...)
}

func videoAttribute(of string, rules ...string) schema.StringAttribute {
	return visualAttribute("URL of the video of the "+of+".", rules...)
}

func visualAttribute(what string, rules ...string) schema.StringAttribute {
	return schema.StringAttribute{
		MarkdownDescription: described(what, append(rules,
			"Must be an http or https URL. At most one of `image_url` and `video_url`.")...),
		Optional:      true,
		PlanModifiers: []planmodifier.String{textUnlessHeld{webURL{}}},
	}
}

// timeAttribute is a point in time.
func timeAttribute(what string, rules ...string) schema.StringAttribute {
	return schema.StringAttribute{
		MarkdownDescription: described(what+" An RFC 3339 time, such as `2027-06-01T00:00:00Z`.", rules...),
		Optional:            true,
		Validators:          []validator.String{instant{}},
		PlanModifiers:       []planmodifier.String{sameTimeAsState{}},
	}
}

// settingsAttribute are the settings of an open catalog.
func settingsAttribute(of string) schema.StringAttribute {
	return schema.StringAttribute{
		MarkdownDescription: described("Settings of the "+of+", as JSON.", "Best written with `jsonencode`."),
		Optional:            true,
		Validators:          []validator.String{jsonText{}},
		PlanModifiers:       []planmodifier.String{sameJSONAsState{}},
	}
}

// statusAttribute is the status that the service reports.
func statusAttribute(values string) schema.StringAttribute {
	return schema.StringAttribute{
		MarkdownDescription: "Status in the service: " + values + ". It can change without Terraform.",
		Computed:            true,
	}
}

// nestedTypes returns the attribute types of a nested attribute, so that only its schema spells
// them out.
func nestedTypes(attribute schema.Attribute) map[string]attr.Type {
	kind := attribute.GetType()
	if collection, ok := kind.(attr.TypeWithElementType); ok {
		kind = collection.ElementType()
	}
	object, _ := kind.(attr.TypeWithAttributeTypes)
	return object.AttributeTypes()
}

// WriteOnlyVersion ends the name of an attribute that says which value a write-only attribute has,
// as value_wo_version does of value_wo, which stands in for value.
const WriteOnlyVersion = "_wo_version"

// computedAttributes turns the attributes of a resource into those of its data source: the same
// names, all computed, without the rules of writing them. It leaves out what only the resource has:
// the attributes named in without, and those that are write-only, with their versions.
func computedAttributes(
	attributes map[string]schema.Attribute, without ...string,
) map[string]datasourceschema.Attribute {
	attributes = maps.Clone(attributes)
	for _, name := range without {
		delete(attributes, name)
	}
	computed := make(map[string]datasourceschema.Attribute, len(attributes))
	for name, attribute := range attributes {
		if attribute.IsWriteOnly() || strings.HasSuffix(name, WriteOnlyVersion) {
			continue
		}
		description, sensitive := whatItIs(attribute.GetMarkdownDescription()), attribute.IsSensitive()
		switch attribute := attribute.(type) {
		case schema.StringAttribute:
			computed[name] = datasourceschema.StringAttribute{
				MarkdownDescription: description,
				Sensitive:           sensitive,
				Computed:            true,
				CustomType:          attribute.CustomType,
			}
		case schema.BoolAttribute:
			computed[name] = datasourceschema.BoolAttribute{MarkdownDescription: description, Computed: true}
		case schema.Int64Attribute:
			computed[name] = datasourceschema.Int64Attribute{MarkdownDescription: description, Computed: true}
		case schema.Float64Attribute:
			computed[name] = datasourceschema.Float64Attribute{MarkdownDescription: description, Computed: true}
		case schema.MapAttribute:
			computed[name] = datasourceschema.MapAttribute{
				MarkdownDescription: description,
				ElementType:         attribute.ElementType,
				Computed:            true,
			}
		case schema.SingleNestedAttribute:
			computed[name] = datasourceschema.SingleNestedAttribute{
				MarkdownDescription: description,
				Attributes:          computedAttributes(attribute.Attributes),
				Computed:            true,
			}
		case schema.ListNestedAttribute:
			computed[name] = datasourceschema.ListNestedAttribute{
				MarkdownDescription: description, Computed: true,
				NestedObject: datasourceschema.NestedAttributeObject{
					Attributes: computedAttributes(attribute.NestedObject.Attributes),
				},
			}
		}
	}
	return computed
}

// lookupAttribute is one of the two arguments that name the object of a data source.
func lookupAttribute(description string) datasourceschema.StringAttribute {
	return datasourceschema.StringAttribute{
		MarkdownDescription: description,
		Optional:            true,
		Computed:            true,
		Validators:          []validator.String{notBlank{}},
	}
}

// notBlank refuses empty and blank text.
type notBlank struct{}

func (notBlank) Description(context.Context) string               { return "must not be blank" }
func (v notBlank) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (notBlank) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if text := req.ConfigValue; !text.IsNull() && !text.IsUnknown() && blank(text.ValueString()) {
		resp.Diagnostics.AddAttributeError(req.Path, "Blank text",
			fmt.Sprintf("%s needs a text that is not blank. Write one, or leave the attribute out if it is optional.",
				req.Path))
	}
}

// noNulls refuses a list with a null element. A conditional expression without an alternative
// leaves one.
type noNulls struct{}

func (noNulls) Description(context.Context) string               { return "must not have elements that are null" }
func (v noNulls) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (noNulls) ValidateList(_ context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	for i, element := range req.ConfigValue.Elements() {
		if element.IsNull() {
			resp.Diagnostics.AddAttributeError(req.Path.AtListIndex(i), "An element that is null",
				fmt.Sprintf("%s is null. Leave it out, as in [for element in local.all : element if element != null].",
					req.Path.AtListIndex(i)))
		}
	}
}

// webURL refuses any text that is not an http or https URL.
type webURL struct{}

func (webURL) Description(context.Context) string               { return "must be an http or https URL" }
func (v webURL) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (webURL) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if blank(req.ConfigValue.ValueString()) {
		return
	}
	address, err := url.Parse(strings.TrimSpace(req.ConfigValue.ValueString()))
	if err != nil || address.Host == "" || address.Scheme != "https" && address.Scheme != "http" {
		resp.Diagnostics.AddAttributeError(req.Path, "Not a web address",
			fmt.Sprintf("%s is not an http or https URL, such as https://cdn.example.com/picture.png.", req.Path))
	}
}

// instant refuses any text that is not a time, or whose year the service cannot store.
type instant struct{}

func (instant) Description(context.Context) string               { return "must be an RFC 3339 time" }
func (v instant) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (instant) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	text := req.ConfigValue.ValueString()
	if blank(text) {
		return
	}
	if _, ok := parseInstant(text); !ok {
		resp.Diagnostics.AddAttributeError(req.Path, "Not a time",
			fmt.Sprintf("%s is not an RFC 3339 time, such as 2027-06-01T00:00:00Z or "+
				"2027-06-01T02:00:00+02:00, of a year from 0000 to 9999 in UTC.", req.Path))
	}
}

// jsonText refuses text that is not JSON. It reports the place and never the text, because settings
// may hold a secret.
type jsonText struct{}

func (jsonText) Description(context.Context) string               { return "must be JSON" }
func (v jsonText) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (jsonText) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	text := req.ConfigValue.ValueString()
	if blank(text) || json.Valid([]byte(text)) {
		return
	}
	offset := int64(len(text))
	var value any
	if wrong, ok := errors.AsType[*json.SyntaxError](json.Unmarshal([]byte(text), &value)); ok {
		offset = min(offset, wrong.Offset)
	}
	before := text[:offset]
	line, column := strings.Count(before, "\n")+1, utf8.RuneCountInString(before[strings.LastIndex(before, "\n")+1:])
	resp.Diagnostics.AddAttributeError(req.Path, "Not JSON",
		fmt.Sprintf("%s is not JSON: look at line %d, character %d. Its text is not shown, because it may "+
			"hold a secret. Write it with jsonencode.", req.Path, line, column))
}

// pattern refuses a text that does not match. It does not repeat the text.
type pattern struct {
	form    *regexp.Regexp
	meaning string
}

func (v pattern) Description(context.Context) string             { return "must be " + v.meaning }
func (v pattern) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v pattern) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if text := strings.TrimSpace(req.ConfigValue.ValueString()); text != "" && !v.form.MatchString(text) {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid Attribute Value Match",
			fmt.Sprintf("%s must be %s.", req.Path, v.meaning))
	}
}

// exactlyOne demands exactly one of an object's attributes. It ignores unknown ones. It reports
// once, at the object, and not at each of the attributes.
type exactlyOne []string

func (v exactlyOne) Description(context.Context) string {
	return "exactly one of " + listed(v) + " must be set"
}

func (v exactlyOne) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v exactlyOne) ValidateObject(ctx context.Context, req validator.ObjectRequest, resp *validator.ObjectResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	atMostOne(v).ValidateObject(ctx, req, resp)
	if set, unknown := attributesSet(req.ConfigValue.Attributes(), v); len(set) == 0 && !unknown {
		resp.Diagnostics.AddAttributeError(req.Path, "None of "+listed(v),
			fmt.Sprintf("%s needs exactly one of them.", req.Path))
	}
}

// atMostOne refuses more than one of an object's attributes.
type atMostOne []string

func (v atMostOne) Description(context.Context) string {
	return "at most one of " + listed(v) + " can be set"
}

func (v atMostOne) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v atMostOne) ValidateObject(_ context.Context, req validator.ObjectRequest, resp *validator.ObjectResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if set, _ := attributesSet(req.ConfigValue.Attributes(), v); len(set) > 1 {
		resp.Diagnostics.AddAttributeError(req.Path, "More than one of "+listed(v),
			fmt.Sprintf("%s has %s. Keep exactly one.", req.Path, listed(set)))
	}
}

// attributesSet returns the named attributes that are set, and whether one of the others is
// unknown.
func attributesSet(attributes map[string]attr.Value, names []string) (set []string, unknown bool) {
	for _, name := range names {
		switch value := attributes[name]; {
		case value.IsUnknown():
			unknown = true
		case !value.IsNull():
			set = append(set, name)
		}
	}
	return set, unknown
}

// isSet reports whether a value is known and not null.
func isSet(value attr.Value) bool { return !value.IsNull() && !value.IsUnknown() }

// listed joins names as in a sentence: a, b and c.
func listed(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// slugAttribute is the last part of the address of a page.
func slugAttribute(noun string) schema.StringAttribute {
	return schema.StringAttribute{
		MarkdownDescription: described("Last part of the address of the "+noun+".",
			"Lower-case letters, digits and hyphens. Without it, the service derives one from the title. Changing it "+
				"breaks links that were shared."),
		Optional: true,
		Computed: true,
		PlanModifiers: []planmodifier.String{
			stringplanmodifier.UseNonNullStateForUnknown(),
			textUnlessHeld{pattern{slugForm, "lower-case letters, digits and hyphens, such as summer-2027"}},
		},
	}
}

// slugForm is the documented form.
var slugForm = regexp.MustCompile(`^[a-z0-9-]+$`)

// referenceIDAttribute is the key of lists and segments.
func referenceIDAttribute(noun string) schema.StringAttribute {
	return schema.StringAttribute{
		MarkdownDescription: "Your own key of the " + noun + ", unique in the merchant. Write the same in " +
			"test and live: it identifies the " + noun + " in both. Without it, the " + noun +
			" cannot be imported by key, and the provider cannot tell that it already exists.",
		Optional: true,
	}
}
