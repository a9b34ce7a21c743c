package merchants_test

import (
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

// TestContractMarks requires that every operation, parameter and property says how much of it is
// known.
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
		if !strings.HasSuffix(name, "Create") && !strings.HasSuffix(name, "Patch") && !strings.HasSuffix(name, "Input") {
			continue
		}
		if !schema.Value.Type.Is("object") {
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
			if !slices.ContainsFunc(shown[source],
				func(at string) bool { return path == at || strings.HasSuffix(at, ".") && strings.HasPrefix(path, at) }) {
				t.Errorf("%s is marked observed, but %s does not show it there", path, source)
			}
		})
	}
	if observed < 20 {
		t.Errorf("%d properties are observed: the walk misses some", observed)
	}
}

func checkMark(t *testing.T, what string, extensions map[string]any) {
	t.Helper()
	source, _ := extensions["x-source"].(string)
	switch mark := extensions["x-evidence"]; mark {
	case "documented", "observed":
		if !strings.HasPrefix(source, "https://") {
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
