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

// knownLanguage warns of a language code that Cohort's user interfaces do not know. It may be right all the same: the list is observed, not
// documented.
type knownLanguage struct{}

func (knownLanguage) Description(context.Context) string {
	return "should be a language that Cohort's user interfaces know"
}
func (v knownLanguage) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (knownLanguage) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	language := req.ConfigValue.ValueString()
	if req.ConfigValue.IsUnknown() || !languageCode.MatchString(language) || slices.Contains(merchants.Languages, language) {
		return
	}
	resp.Diagnostics.AddAttributeWarning(req.Path, "Unknown language",
		fmt.Sprintf("%q is not among the languages that Cohort's user interfaces are known to support (%s). Users may not see this text.",
			language, strings.Join(merchants.Languages, ", ")))
}

// languageCode is the form of all codes, also of those that are not known here.
var languageCode = regexp.MustCompile(`^[a-z]{2}$`)

// localizedText is one text of an object and where it stands.
type localizedText struct {
	path path.Path
	text types.Map
}

// sameLanguages demands that all texts of an object have the same languages (documented for campaigns and badges: every text must be given
// in each language). Texts that are not given, or not known yet, have no say.
func sameLanguages(texts ...localizedText) diag.Diagnostics {
	var diags diag.Diagnostics
	var first *localizedText
	for i := range texts {
		text := &texts[i]
		if text.text.IsNull() || text.text.IsUnknown() {
			continue
		}
		if first == nil {
			first = text
			continue
		}
		want, got := languages(first.text), languages(text.text)
		if !slices.Equal(want, got) {
			diags.AddAttributeError(text.path, "Texts in different languages",
				fmt.Sprintf("This text is in %s, but %s is in %s. All texts of one object need the same languages.",
					strings.Join(got, ", "), first.path, strings.Join(want, ", ")))
		}
	}
	return diags
}

func languages(text types.Map) []string {
	return slices.Sorted(maps.Keys(text.Elements()))
}
