package provider_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// TestMocks checks the mock file of examples/testing: every computed attribute of every resource
// and data source has a plausible value there, and nothing else has one.
func TestMocks(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(filepath.Join(repository, "examples", "testing", "cohort.tfmock.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	defaults, err := mockDefaults(content)
	if err != nil {
		t.Fatal(err)
	}
	schema, err := provider.NewServer("test")().GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for kind, schemas := range map[string]map[string]*tfprotov6.Schema{
		"mock_resource": schema.ResourceSchemas, "mock_data": schema.DataSourceSchemas,
	} {
		for name, s := range schemas {
			block := kind + "." + name
			values, found := defaults[block]
			if !found {
				t.Errorf("there is no %s", block)
				continue
			}
			delete(defaults, block)
			for _, problem := range mockMistakes(s.Block.Attributes, values) {
				t.Errorf("%s.%s", block, problem)
			}
		}
	}
	for block := range defaults {
		t.Errorf("%s mocks nothing", block)
	}
}

// mockDefaults returns the defaults of a mock file, by the type and the name of their block.
func mockDefaults(content []byte) (map[string]cty.Value, error) {
	file, diags := hclsyntax.ParseConfig(content, "cohort.tfmock.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		return nil, diags
	}
	body, isBody := file.Body.(*hclsyntax.Body)
	if !isBody {
		return nil, errors.New("it is not in HCL's own syntax")
	}
	all := map[string]cty.Value{}
	for _, block := range body.Blocks {
		attribute := block.Body.Attributes["defaults"]
		if attribute == nil || len(block.Labels) != 1 {
			return nil, fmt.Errorf("%s: a block with one label and with defaults is expected", block.Range())
		}
		value, diags := attribute.Expr.Value(nil)
		if diags.HasErrors() {
			return nil, diags
		}
		all[block.Type+"."+block.Labels[0]] = value
	}
	return all, nil
}

// mockMistakes compares the defaults of an object with its attributes.
func mockMistakes(attributes []*tfprotov6.SchemaAttribute, defaults cty.Value) (all []string) {
	values := defaults.AsValueMap()
	for _, a := range attributes {
		value, found := values[a.Name]
		delete(values, a.Name)
		nested := a.NestedType
		switch {
		case nested != nil && a.Computed && nested.Nesting != tfprotov6.SchemaObjectNestingModeSingle:
			// Terraform makes an empty list, whatever a mock says.
			if found {
				all = append(all, a.Name+": Terraform does not use it")
			}
		case nested != nil && (a.Computed || computes(nested.Attributes)):
			if !found || !value.Type().IsObjectType() {
				all = append(all, a.Name+": an object is expected")
				continue
			}
			for _, mistake := range mockMistakes(nested.Attributes, value) {
				all = append(all, a.Name+"."+mistake)
			}
		case found != a.Computed:
			all = append(all, fmt.Sprintf("%s: computed is %t, mocked is %t", a.Name, a.Computed, found))
		case found:
			if err := implausible(a, value); err != nil {
				all = append(all, fmt.Sprintf("%s: %s", a.Name, err))
			}
		}
	}
	for name := range values {
		all = append(all, name+": there is no such attribute")
	}
	return all
}

// computes reports whether an attribute is computed, at any depth.
func computes(attributes []*tfprotov6.SchemaAttribute) bool {
	return slices.ContainsFunc(attributes, func(a *tfprotov6.SchemaAttribute) bool {
		return a.Computed || a.NestedType != nil && computes(a.NestedType.Attributes)
	})
}

// mockForms are the forms of texts, by the last words of the name of their attribute. The first one
// counts.
var mockForms = []struct {
	words string
	form  *regexp.Regexp
}{
	{"reference_id", regexp.MustCompile(`^[a-z][a-z_-]+$`)},
	{"id", regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)},
	{"mode", regexp.MustCompile(`^test$`)},
	{"status", regexp.MustCompile(`^(draft|live|published)$`)},
	{"on_destroy", regexp.MustCompile(`^archive$`)},
	{"visibility", regexp.MustCompile(`^(everyone|owners)$`)},
	{"match", regexp.MustCompile(`^(all|any)$`)},
	{"slug", regexp.MustCompile(`^[a-z0-9-]+$`)},
	{"url", regexp.MustCompile(`^https://.+`)},
}

// implausible says what is wrong with a default; a null is a value that the service may lack.
func implausible(a *tfprotov6.SchemaAttribute, value cty.Value) error {
	constraint, err := json.Marshal(a.Type)
	if err != nil {
		return err
	}
	wanted, err := ctyjson.UnmarshalType(constraint)
	if err != nil {
		return err
	}
	if value, err = convert.Convert(value, wanted); err != nil || value.IsNull() {
		return err
	}
	if wanted != cty.String {
		if wanted.IsCollectionType() && value.LengthInt() == 0 {
			return errors.New("it is empty")
		}
		return nil
	}
	text := value.AsString()
	switch {
	case text == "":
		return errors.New("it is empty")
	case strings.HasSuffix(a.Name, "_at"):
		_, err = time.Parse(time.RFC3339, text)
		return err
	case (a.Name == "settings" || a.Name == "json") && !json.Valid([]byte(text)):
		return errors.New("it is not JSON")
	}
	for _, f := range mockForms {
		if !strings.HasSuffix("_"+a.Name, "_"+f.words) {
			continue
		}
		if !f.form.MatchString(text) {
			return fmt.Errorf("%q is not like %s", text, f.form)
		}
		return nil
	}
	return nil
}

// TestMocks_mistakes checks that a mock file cannot fall behind the schema without notice.
func TestMocks_mistakes(t *testing.T) {
	t.Parallel()
	schema, err := provider.NewServer("test")().GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	const id = `id = "5f0c1d52-3a55-4a3c-9f3e-000000000002", `
	for _, test := range []struct{ defaults, mistake string }{
		{id + `mode = "test"`, ""},
		{`mode = "test"`, "id: computed is true, mocked is false"},
		{`id = "vip", mode = "test"`, "id: \"vip\" is not like "},
		{id + `mode = "test", name = "VIP"`, "name: computed is false, mocked is true"},
		{id + `mode = "test", color = "red"`, "color: there is no such attribute"},
		{`id = ["vip"], mode = "test"`, "id: string required"},
		{id + `mode = "live"`, "mode: \"live\" is not like "},
	} {
		defaults, err := mockDefaults([]byte("mock_resource \"cohort_list\" {\n defaults = {" + test.defaults + "}\n}\n"))
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(mockMistakes(schema.ResourceSchemas["cohort_list"].Block.Attributes,
			defaults["mock_resource.cohort_list"]), "; ")
		if !strings.HasPrefix(got, test.mistake) || (got == "") != (test.mistake == "") {
			t.Errorf("%s: %q, want %q", test.defaults, got, test.mistake)
		}
	}
}
