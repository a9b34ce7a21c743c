package merchants_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

func loadContract(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(merchants.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestContractIsValid(t *testing.T) {
	t.Parallel()
	if err := loadContract(t).Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestContractMarks requires that every operation, parameter, error and property says how much of
// it is known.
func TestContractMarks(t *testing.T) {
	t.Parallel()
	doc := loadContract(t)
	operations, properties := 0, 0

	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			operations++
			checkMark(t, method+" "+path, operation.Extensions)
		}
	}
	for name, parameter := range doc.Components.Parameters {
		checkMark(t, "parameter "+name, parameter.Value.Extensions)
	}
	for name, response := range doc.Components.Responses {
		checkMark(t, "response "+name, response.Value.Extensions)
	}
	for name, schema := range doc.Components.Schemas {
		walkSchema(name, schema, func(path string, property *openapi3.SchemaRef) {
			properties++
			marks := property.Extensions
			if property.Ref == "" {
				marks = property.Value.Extensions
			}
			checkMark(t, path, marks)
		})
	}
	if operations != strings.Count(string(merchants.OpenAPI), "operationId:") || properties < 200 {
		t.Errorf("walked %d operations and %d properties: the walk misses some", operations, properties)
	}
}

// TestContractRequestsAreClosed: a request body may hold only what the contract names.
func TestContractRequestsAreClosed(t *testing.T) {
	t.Parallel()
	for name, schema := range loadContract(t).Components.Schemas {
		if !isRequest(name) || !schema.Value.Type.Is("object") {
			continue
		}
		if allowed := schema.Value.AdditionalProperties.Has; allowed == nil || *allowed {
			t.Errorf("%s allows additional properties", name)
		}
	}
}

// shown lists, for each source, the schemas or properties that it shows. A webhook shows objects by
// id, and of a step its title.
var shown = map[string][]string{
	"https://svix.com/event-types/eu/org_2Osm3gZeJWuhjTsaGO0Sz5C1RzZ": {"Cohort.id", "Badge.id", "Step.id", "Step.title"},
	"https://github.com/cohort-xyz/cohort-campaign-diffusion-js": {
		"Campaign.id", "CampaignDiffusionConfiguration.", "DiffusedCampaign.", "BannerConfig.", "ToastConfig.",
	},
	"https://github.com/cohort-xyz/cohort-embed-js": {"AuthTokenCreate.", "AuthToken."},
}

// TestContractMarks_observed: a property is marked observed only if a source shows it at this
// place.
func TestContractMarks_observed(t *testing.T) {
	t.Parallel()
	observed := 0
	for name, schema := range loadContract(t).Components.Schemas {
		walkSchema(name, schema, func(path string, property *openapi3.SchemaRef) {
			marks := property.Extensions
			if property.Ref == "" {
				marks = property.Value.Extensions
			}
			if marks["x-evidence"] != "observed" {
				return
			}
			observed++
			source, _ := marks["x-source"].(string)
			if source != probed && !slices.ContainsFunc(shown[source],
				func(at string) bool { return path == at || strings.HasSuffix(at, ".") && strings.HasPrefix(path, at) }) {
				t.Errorf("%s is marked observed, but %s does not show it there", path, source)
			}
		})
	}
	if observed < 20 {
		t.Errorf("%d properties are observed: the walk misses some", observed)
	}
}

// TestContractWords checks the words that were seen: that they have marks and sources, and that the
// contract says each once, in what the service answers.
func TestContractWords(t *testing.T) {
	t.Parallel()
	words := 0
	check := func(at string, extensions map[string]any, enum []any) {
		seen, _ := extensions["x-seen"].([]any)
		said := map[string]bool{}
		for _, entry := range seen {
			words++
			entry, _ := entry.(map[string]any)
			checkWord(t, at, entry)
			if word := entry["word"]; word != nil && enum != nil && !slices.Contains(enum, word) {
				t.Errorf("%s: %v was seen, but is not allowed", at, word)
			}
			for _, key := range []string{"word", "name"} {
				one := fmt.Sprint(key, " ", entry[key])
				if entry[key] != nil && said[one] {
					t.Errorf("%s: the %s is there twice", at, one)
				}
				said[one] = true
			}
		}
	}
	for name, schema := range loadContract(t).Components.Schemas {
		check(name, schema.Value.Extensions, nil)
		walkSchema(name, schema, func(path string, property *openapi3.SchemaRef) {
			if property.Ref != "" {
				return
			}
			_, seen := property.Value.Extensions["x-seen"]
			open := strings.Contains(strings.ToLower(property.Value.Description), "open catalog")
			if open && (!seen || property.Value.Enum != nil) {
				t.Errorf("%s: an open catalog has x-seen, and no enum", path)
			}
			if seen && isRequest(name) {
				t.Errorf("%s: the words belong to what the service answers", path)
			}
			check(path, property.Value.Extensions, property.Value.Enum)
		})
	}
	entries := regexp.MustCompile(`- \{(word|name): .*evidence: `).FindAll(merchants.OpenAPI, -1)
	if words != len(entries) {
		t.Errorf("walked %d words of %d", words, len(entries))
	}
}

func isRequest(schema string) bool {
	return strings.HasSuffix(schema, "Create") || strings.HasSuffix(schema, "Patch") || strings.HasSuffix(schema, "Input")
}

// checkWord checks one entry of x-seen. A manual documents; code, samples and catalogs are
// observed.
func checkWord(t *testing.T, at string, entry map[string]any) {
	t.Helper()
	for key, value := range entry {
		if text, ok := value.(string); !ok || text == "" {
			t.Errorf("%s: %s is %v, want a text", at, key, value)
		}
		if !slices.Contains([]string{"word", "evidence", "name", "name-evidence", "source", "note"}, key) {
			t.Errorf("%s: x-seen knows no %s", at, key)
		}
	}
	source, _ := entry["source"].(string)
	shows := "observed"
	if strings.HasPrefix(source, "https://docs.getcohort.com/") {
		shows = "documented"
	}
	word, name := entry["word"], entry["name"]
	if word == nil && name == nil {
		t.Errorf("%s: an entry has neither a word nor a name", at)
	}
	if word != nil {
		checkMark(t, fmt.Sprintf("%s: %s", at, word), map[string]any{"x-evidence": entry["evidence"], "x-source": source})
		if entry["evidence"] != "assumed" && (name != nil || entry["evidence"] != shows) {
			t.Errorf("%s: %v is marked %v, but its source shows a name or is %s", at, word, entry["evidence"], shows)
		}
	} else if entry["evidence"] != nil {
		t.Errorf("%s: %v has evidence, but no word", at, name)
	}
	if name != nil {
		if entry["name-evidence"] != shows || !strings.HasPrefix(source, "https://") {
			t.Errorf("%s: the name %v is marked %v, but its source %q is %s", at, name, entry["name-evidence"], source, shows)
		}
	} else if entry["name-evidence"] != nil {
		t.Errorf("%s: %v has name-evidence, but no name", at, word)
	}
}

// TestContractWords_languages: the languages that the provider warns about are those of the
// contract.
func TestContractWords_languages(t *testing.T) {
	t.Parallel()
	seen, _ := loadContract(t).Components.Schemas["LocalizedText"].Value.Extensions["x-seen"].([]any)
	var languages []string
	for _, entry := range seen {
		entry, _ := entry.(map[string]any)
		languages = append(languages, fmt.Sprint(entry["word"]))
	}
	slices.Sort(languages)
	if want := slices.Sorted(slices.Values(merchants.Languages)); !slices.Equal(languages, want) {
		t.Errorf("the contract has the languages %v, the client %v", languages, want)
	}
}

// probed is the source of what doctor --probe saw.
const probed = "probe"

func checkMark(t *testing.T, what string, extensions map[string]any) {
	t.Helper()
	source, _ := extensions["x-source"].(string)
	switch mark := extensions["x-evidence"]; mark {
	case "documented", "observed":
		if !strings.HasPrefix(source, "https://") && (mark == "documented" || source != probed) {
			t.Errorf("%s is marked %s, but names no x-source", what, mark)
		}
	case "assumed":
	default:
		t.Errorf("%s: x-evidence is %v, want documented, observed or assumed", what, mark)
	}
}

// walkSchema calls visit for each property below a schema. It does not follow references, because
// each component is walked on its own. It skips the condition of an if, which describes nothing.
func walkSchema(path string, schema *openapi3.SchemaRef, visit func(string, *openapi3.SchemaRef)) {
	if schema == nil || schema.Ref != "" {
		return
	}
	for name, property := range schema.Value.Properties {
		visit(path+"."+name, property)
		walkSchema(path+"."+name, property, visit)
	}
	for _, list := range []openapi3.SchemaRefs{schema.Value.AllOf, schema.Value.AnyOf, schema.Value.OneOf} {
		for _, part := range list {
			walkSchema(path, part, visit)
		}
	}
	for _, part := range []*openapi3.SchemaRef{schema.Value.Items, schema.Value.Then, schema.Value.Else} {
		walkSchema(path, part, visit)
	}
}
