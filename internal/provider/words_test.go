package provider

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// quoted matches a word in a description. A reference to a resource is not a word of the service.
var quoted = regexp.MustCompile("`([A-Za-z._-]+)`")

// TestContract_words checks that the documentation names no word of an open catalog that the
// contract does not have, and that such a catalog is open in both.
func TestContract_words(t *testing.T) {
	t.Parallel()
	contract, err := openapi3.NewLoader().LoadFromData(merchants.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	served := servedSchemas(t).ResourceSchemas
	named := 0
	for _, c := range []struct{ resource, attribute, schema, property string }{
		{"cohort_campaign", "challenge.steps.user_action", "Step", "userAction"},
		{"cohort_campaign", "challenge.steps.icon", "Step", "icon"},
		{"cohort_campaign", "challenge.steps.triggers.type", "Trigger", "type"},
		{"cohort_perk", "custom.type", "Perk", "type"},
		{"cohort_segment", "groups.conditions.user_property.property", "UserPropertyCondition", "property"},
		{"cohort_segment", "groups.conditions.user_property.operator", "UserPropertyCondition", "operator"},
		{"cohort_segment", "groups.conditions.event.name", "EventCondition", "event"},
	} {
		property := contract.Components.Schemas[c.schema].Value.Properties[c.property].Value
		if property.Enum != nil {
			t.Errorf("%s.%s has an enum, but the provider sends any %s", c.schema, c.property, c.attribute)
		}
		words := seenWords(t, property)
		for _, match := range quoted.FindAllStringSubmatch(describedAt(t, served[c.resource], c.attribute), -1) {
			if strings.HasPrefix(match[1], "cohort_user_property.") {
				continue
			}
			if named++; !slices.Contains(words, match[1]) {
				t.Errorf("%s of %s is described with %s, but %s.%s of the contract has only %v",
					c.attribute, c.resource, match[0], c.schema, c.property, words)
			}
		}
	}
	if named < 7 {
		t.Errorf("the descriptions name %d words: the pattern misses some", named)
	}

	perks := seenWords(t, contract.Components.Schemas["Perk"].Value.Properties["type"].Value)
	known := []string{merchants.PerkNone, merchants.PerkCode, merchants.PerkLink, merchants.PerkShopifyDiscount}
	if !slices.Equal(perks, known) {
		t.Errorf("the contract has the kinds of perks %v, the provider %v", perks, known)
	}
}

func seenWords(t *testing.T, property *openapi3.Schema) []string {
	t.Helper()
	content, err := json.Marshal(property.Extensions["x-seen"])
	if err != nil {
		t.Fatal(err)
	}
	var seen []struct{ Word string }
	if err := json.Unmarshal(content, &seen); err != nil || seen == nil {
		t.Fatalf("x-seen is %s: %v", content, err)
	}
	var words []string
	for _, entry := range seen {
		if entry.Word != "" {
			words = append(words, entry.Word)
		}
	}
	return words
}

// describedAt returns the description of an attribute.
func describedAt(t *testing.T, schema *tfprotov6.Schema, path string) string {
	t.Helper()
	var found *tfprotov6.SchemaAttribute
	attributes := schema.Block.Attributes
	for name := range strings.SplitSeq(path, ".") {
		at := slices.IndexFunc(attributes, func(a *tfprotov6.SchemaAttribute) bool { return a.Name == name })
		if at < 0 {
			t.Fatalf("no attribute %s of %s", name, path)
		}
		found = attributes[at]
		if found.NestedType != nil {
			attributes = found.NestedType.Attributes
		}
	}
	return found.Description
}
