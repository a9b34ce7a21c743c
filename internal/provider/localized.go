package provider

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// knownLanguages warns of a language that Cohort's user interfaces do not know. It may be right all
// the same: the list is observed, not documented.
type knownLanguages struct{}

func (knownLanguages) Description(context.Context) string {
	return "should be in languages that Cohort's user interfaces know"
}

func (v knownLanguages) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (knownLanguages) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	for _, code := range languageKeys(req.ConfigValue) {
		language, _, _ := strings.Cut(code, "-")
		if languageCode.MatchString(code) && !slices.Contains(merchants.Languages, language) {
			resp.Diagnostics.AddAttributeWarning(req.Path.AtMapKey(code), "Unknown language",
				fmt.Sprintf("%s has a text in %q, which is not among the languages that Cohort's user interfaces are known to "+
					"support (%s). Users may not see this text.",
					req.Path, code, strings.Join(merchants.Languages, ", ")))
		}
	}
}

// languageCode is the form of all codes, even of unknown ones: a language, and perhaps its script
// and region.
var languageCode = regexp.MustCompile(`^[a-z]{2}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$`)

// localizedText is a text of an object with its path.
type localizedText struct {
	path path.Path
	text types.Map
}

// sameLanguages demands that all texts of an object have the same languages once it is published
// (documented for campaigns and badges: every text must be given in each language). It ignores null
// and unknown texts.
func sameLanguages(publishing bool, texts ...localizedText) diag.Diagnostics {
	var diags diag.Diagnostics
	var first *localizedText
	for i := range texts {
		text := &texts[i]
		if !hasText(text.text) || text.text.IsUnknown() {
			continue
		}
		if first == nil {
			first = text
			continue
		}
		want, got := languages(first.text), languages(text.text)
		if !slices.Equal(want, got) {
			addDefect(&diags, publishing, text.path, "Texts in different languages",
				fmt.Sprintf("%s is in %s, but %s is in %s. All texts of one object need the same languages once it is published.",
					text.path, strings.Join(got, ", "), first.path, strings.Join(want, ", ")))
		}
	}
	return diags
}

// languages are the languages with a text or an unknown value.
func languages(text types.Map) []string {
	return slices.DeleteFunc(languageKeys(text), func(language string) bool {
		value, _ := text.Elements()[language].(types.String)
		return !value.IsUnknown() && blank(value.ValueString())
	})
}

func languageKeys(text types.Map) []string { return slices.Sorted(maps.Keys(text.Elements())) }

// hasText reports whether there is a text in at least one language, or an unknown one.
func hasText(text types.Map) bool { return text.IsUnknown() || len(languages(text)) > 0 }

// writtenTexts returns null for a localized text without any text.
func writtenTexts(text types.Map) types.Map {
	if !hasText(text) {
		return types.MapNull(types.StringType)
	}
	return text
}

// written returns null for an empty text.
func written(value types.String) types.String {
	if !value.IsUnknown() && blank(value.ValueString()) {
		return types.StringNull()
	}
	return value
}
