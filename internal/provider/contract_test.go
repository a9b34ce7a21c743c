package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	listschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	frameworkprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/objectplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// These tests walk every type that the provider registers and check what each one must have,
// because types inherit nothing. A failure says what to add. A new type needs no line in this file.

// repository is the path from this folder to the root of the repository.
const repository = "../.."

// checkNulls checks that a list of objects has a rule for null elements.
func checkNulls(t *testing.T, at string, attribute schema.Attribute) {
	t.Helper()
	if list, ok := attribute.(schema.ListNestedAttribute); ok &&
		!slices.ContainsFunc(list.Validators, func(v validator.List) bool { return v == noNulls{} }) {
		t.Errorf("%s lets elements be null: give it noNulls", at)
	}
}

func TestContract_resources(t *testing.T) {
	t.Parallel()
	served := servedSchemas(t)
	for name, r := range registeredResources(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var answer resource.SchemaResponse
			r.Schema(t.Context(), resource.SchemaRequest{}, &answer)
			for _, d := range answer.Schema.ValidateImplementation(t.Context()) {
				t.Errorf("the schema is not valid: %s: %s", d.Summary(), d.Detail())
			}
			if answer.Schema.MarkdownDescription == "" {
				t.Error("the schema has no MarkdownDescription: say what the object is")
			}
			if len(answer.Schema.Blocks) > 0 {
				t.Error("the schema has blocks: use nested attributes")
			}
			block := served.ResourceSchemas[name]
			if block == nil {
				t.Fatal("the server does not serve it")
			}
			checkAttributes(t, block.Block.Attributes)
			for _, common := range []string{"id", "mode"} {
				a, ok := answer.Schema.Attributes[common]
				if !ok || !a.IsComputed() || a.IsOptional() || a.IsRequired() {
					t.Errorf("%s must exist and be computed: use objectAttributes", common)
				}
			}
			walkResource("", answer.Schema.Attributes, func(at string, attribute schema.Attribute) {
				checkReplacement(t, at, attribute)
				checkHidden(t, at, attribute, answer.Schema.Attributes)
				checkNulls(t, at, attribute)
			})
			k, known := kindNamed(strings.TrimPrefix(name, "cohort_"))
			if !known {
				t.Fatal("the catalog does not know it: add its kind to catalog.go")
			}
			checkReferences(t, k, answer.Schema.Attributes)
			checkKey(t, k, answer.Schema.Attributes)
			checkSecrets(t, k, answer.Schema.Attributes)
			checkImport(t, name, r)
			checkFiles(t, "examples/resources/"+name, map[string]string{
				"resource.tf":            fmt.Sprintf("resource %q ", name),
				"import.sh":              "terraform import " + name + ".",
				"import-by-string-id.tf": "to = " + name + ".",
				"import-by-id.tf":        `id = "id:`,
				"import-by-identity.tf":  "identity = {",
				"resource_realistic.tf":  fmt.Sprintf("resource %q ", name),
			})
			checkFiles(t, "templates/resources", map[string]string{
				strings.TrimPrefix(name, "cohort_") + ".md.tmpl": `{{- define "errors" }}`,
			})
			checkDocs(t, "resources", name)
		})
	}
}

// checkSecrets checks that what is sensitive is in no snapshot, and that a plan from a snapshot
// compares it.
func checkSecrets(t *testing.T, k Kind, attributes map[string]schema.Attribute) {
	t.Helper()
	client, err := merchants.New(merchants.Config{})
	if err != nil {
		t.Fatal(err)
	}
	kept := k.objects(client).Secrets()
	for _, at := range sensitivePaths(path.Empty(), attributes) {
		if !slices.Contains(kept, at.String()) {
			t.Errorf("%s is sensitive, and snapshots hold it: add its property to secrets of the descriptor", at)
		}
	}
	walkResource("", attributes, func(at string, attribute schema.Attribute) {
		text, isText := attribute.(schema.StringAttribute)
		compares := slices.ContainsFunc(text.PlanModifiers, func(m planmodifier.String) bool {
			return m == sameSecretAsState{}
		})
		switch secret := slices.Contains(kept, at); {
		case secret && !attribute.IsSensitive():
			t.Errorf("no snapshot holds %s, and it is not sensitive: mark it, or take it from secrets of the descriptor", at)
		case secret != (isText && compares):
			t.Errorf("%s is a text with sameSecretAsState: %t, and a secret of snapshots: %t", at, compares, secret)
		}
	})
}

// TestContract_catalog holds that every collection of the client has its kind in the catalog.
func TestContract_catalog(t *testing.T) {
	t.Parallel()
	plurals := map[string]bool{}
	for _, k := range kinds {
		var field strings.Builder
		for word := range strings.FieldsSeq(k.Plural) {
			field.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
		plurals[field.String()] = true
	}
	for field := range reflect.TypeFor[merchants.Collections]().Fields() {
		if !plurals[field.Name] {
			t.Errorf("merchants.Collections has %s, and no kind has that plural: add one to catalog.go, and to kinds there",
				field.Name)
		}
	}
}

func TestContract_dataSources(t *testing.T) {
	t.Parallel()
	served := servedSchemas(t)
	resources := resourceNames(t)
	names := map[string]bool{}
	for _, create := range New("test").DataSources(t.Context()) {
		source := create()
		var named datasource.MetadataResponse
		source.Metadata(t.Context(), datasource.MetadataRequest{ProviderTypeName: "cohort"}, &named)
		name := named.TypeName
		if names[name] {
			t.Errorf("%s is registered twice", name)
		}
		names[name] = true
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var answer datasource.SchemaResponse
			source.Schema(t.Context(), datasource.SchemaRequest{}, &answer)
			for _, d := range answer.Schema.ValidateImplementation(t.Context()) {
				t.Errorf("the schema is not valid: %s: %s", d.Summary(), d.Detail())
			}
			if answer.Schema.MarkdownDescription == "" {
				t.Error("the schema has no MarkdownDescription: say what it reads")
			}
			if _, ok := source.(datasource.DataSourceWithConfigure); !ok {
				t.Error("it has no Configure: call providerDataFrom there")
			}
			if mode, ok := answer.Schema.Attributes["mode"]; !ok || !mode.IsComputed() {
				t.Error("mode must exist and be computed, so that a reader sees which merchant was asked")
			}
			block := served.DataSourceSchemas[name]
			if block == nil {
				t.Fatal("the server does not serve it")
			}
			checkAttributes(t, block.Block.Attributes)
			if of, ok := served.ResourceSchemas[name]; ok {
				checkSameAttributes(t, of.Block.Attributes, block.Block.Attributes)
			}
			checkFiles(t, "examples/data-sources/"+name, map[string]string{"data-source.tf": fmt.Sprintf("data %q ", name)})
			checkDocs(t, "data-sources", name)
		})
	}
	for _, name := range resources {
		if !names[name] {
			t.Errorf("there is no data source %s: every kind of object has one", name)
		}
	}
}

func TestContract_ephemeralResources(t *testing.T) {
	t.Parallel()
	served := servedSchemas(t)
	p, ok := New("test").(frameworkprovider.ProviderWithEphemeralResources)
	if !ok {
		t.Fatal("the provider has no ephemeral resources")
	}
	for _, create := range p.EphemeralResources(t.Context()) {
		e := create()
		var named ephemeral.MetadataResponse
		e.Metadata(t.Context(), ephemeral.MetadataRequest{ProviderTypeName: "cohort"}, &named)
		name := named.TypeName
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var answer ephemeral.SchemaResponse
			e.Schema(t.Context(), ephemeral.SchemaRequest{}, &answer)
			for _, d := range answer.Schema.ValidateImplementation(t.Context()) {
				t.Errorf("the schema is not valid: %s: %s", d.Summary(), d.Detail())
			}
			if answer.Schema.MarkdownDescription == "" {
				t.Error("the schema has no MarkdownDescription: say what it gives")
			}
			block := served.EphemeralResourceSchemas[name]
			if block == nil {
				t.Fatal("the server does not serve it")
			}
			checkAttributes(t, block.Block.Attributes)
			checkFiles(t, "examples/ephemeral-resources/"+name, map[string]string{
				"ephemeral-resource.tf": fmt.Sprintf("ephemeral %q ", name),
			})
			checkDocs(t, "ephemeral-resources", name)
		})
	}
}

func TestContract_listResources(t *testing.T) {
	t.Parallel()
	served := servedSchemas(t)
	p, ok := New("test").(frameworkprovider.ProviderWithListResources)
	if !ok {
		t.Fatal("the provider has no list resources")
	}
	names := map[string]bool{}
	for _, create := range p.ListResources(t.Context()) {
		query := create()
		var named resource.MetadataResponse
		query.Metadata(t.Context(), resource.MetadataRequest{ProviderTypeName: "cohort"}, &named)
		name := named.TypeName
		if names[name] {
			t.Errorf("%s is registered twice", name)
		}
		names[name] = true
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var answer list.ListResourceSchemaResponse
			query.ListResourceConfigSchema(t.Context(), list.ListResourceSchemaRequest{}, &answer)
			for _, d := range answer.Schema.ValidateImplementation(t.Context()) {
				t.Errorf("the schema is not valid: %s: %s", d.Summary(), d.Detail())
			}
			if answer.Schema.MarkdownDescription == "" {
				t.Error("the schema has no MarkdownDescription: say what it finds")
			}
			if len(answer.Schema.Blocks) > 0 {
				t.Error("the schema has blocks: use nested attributes")
			}
			if _, ok := query.(list.ListResourceWithConfigure); !ok {
				t.Error("it has no Configure: call providerDataFrom there")
			}
			block := served.ListResourceSchemas[name]
			if block == nil {
				t.Fatal("the server does not serve it")
			}
			checkAttributes(t, block.Block.Attributes)
			for at, attribute := range answer.Schema.Attributes {
				checkFilter(t, at, attribute, served.ResourceSchemas[name])
			}
			checkFiles(t, "examples/list-resources/"+name, map[string]string{
				"list-resource.tfquery.hcl": fmt.Sprintf("list %q ", name),
			})
			checkDocs(t, "list-resources", name)
		})
	}
	for _, name := range resourceNames(t) {
		if !names[name] {
			t.Errorf("there is no list resource %s: every kind of object has one", name)
		}
	}
}

// checkFilter checks that an argument of a query is optional, is an attribute of the queried
// resource, and refuses a value that finds nothing.
func checkFilter(t *testing.T, at string, attribute listschema.Attribute, of *tfprotov6.Schema) {
	t.Helper()
	if !attribute.IsOptional() {
		t.Errorf("%s must be optional: a query without a config block finds everything", at)
	}
	if of == nil ||
		!slices.ContainsFunc(of.Block.Attributes, func(a *tfprotov6.SchemaAttribute) bool { return a.Name == at }) {
		t.Errorf("%s is not an attribute of the resource", at)
	}
	if text, ok := attribute.(listschema.StringAttribute); !ok || len(text.Validators) == 0 {
		t.Errorf("%s refuses nothing: use filterAttribute", at)
	}
}

func TestContract_actions(t *testing.T) {
	t.Parallel()
	served := servedSchemas(t)
	p, ok := New("test").(frameworkprovider.ProviderWithActions)
	if !ok {
		t.Fatal("the provider has no actions")
	}
	for _, create := range p.Actions(t.Context()) {
		a := create()
		var named action.MetadataResponse
		a.Metadata(t.Context(), action.MetadataRequest{ProviderTypeName: "cohort"}, &named)
		name := named.TypeName
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var answer action.SchemaResponse
			a.Schema(t.Context(), action.SchemaRequest{}, &answer)
			for _, d := range answer.Schema.ValidateImplementation(t.Context()) {
				t.Errorf("the schema is not valid: %s: %s", d.Summary(), d.Detail())
			}
			if answer.Schema.MarkdownDescription == "" {
				t.Error("the schema has no MarkdownDescription: say what it does")
			}
			if len(answer.Schema.Blocks) > 0 {
				t.Error("the schema has blocks: use nested attributes")
			}
			if _, ok := a.(action.ActionWithConfigure); !ok {
				t.Error("it has no Configure: call providerDataFrom there")
			}
			if _, ok := a.(action.ActionWithModifyPlan); !ok {
				t.Error("it has no ModifyPlan: refuse there what can be refused before it is invoked")
			}
			func() {
				defer func() {
					if cause := recover(); cause != nil {
						t.Errorf("a panic ends the provider for all objects (%v): defer protocol.Recover in Invoke", cause)
					}
				}()
				var invoked action.InvokeResponse
				if a.Invoke(t.Context(), action.InvokeRequest{}, &invoked); !invoked.Diagnostics.HasError() {
					t.Error("without a configuration it reports no error")
				}
			}()
			block := served.ActionSchemas[name]
			if block == nil {
				t.Fatal("the server does not serve it")
			}
			checkAttributes(t, block.Schema.Block.Attributes)
			checkFiles(t, "examples/actions/"+name, map[string]string{"action.tf": fmt.Sprintf("action %q ", name)})
			checkDocs(t, "actions", name)
		})
	}
}

func TestContract_functions(t *testing.T) {
	t.Parallel()
	served := servedSchemas(t)
	p, ok := New("test").(frameworkprovider.ProviderWithFunctions)
	if !ok {
		t.Fatal("the provider has no functions")
	}
	for _, create := range p.Functions(t.Context()) {
		f := create()
		var named function.MetadataResponse
		f.Metadata(t.Context(), function.MetadataRequest{}, &named)
		name := named.Name
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var answer function.DefinitionResponse
			f.Definition(t.Context(), function.DefinitionRequest{}, &answer)
			definition := answer.Definition
			var problems function.DefinitionValidateResponse
			definition.ValidateImplementation(t.Context(), function.DefinitionValidateRequest{FuncName: name}, &problems)
			for _, d := range problems.Diagnostics {
				t.Errorf("the definition is not valid: %s: %s", d.Summary(), d.Detail())
			}
			if definition.Summary == "" || definition.MarkdownDescription == "" {
				t.Error("the definition has no Summary or no MarkdownDescription: say what it returns")
			}
			for _, parameter := range definition.Parameters {
				if parameter.GetMarkdownDescription() == "" {
					t.Errorf("the parameter %s has no MarkdownDescription", parameter.GetName())
				}
			}
			if served.Functions[name] == nil {
				t.Fatal("the server does not serve it")
			}
			checkFiles(t, "examples/functions/"+name, map[string]string{"function.tf": "provider::cohort::" + name + "("})
			checkDocs(t, "functions", name)
		})
	}
}

func TestContract_provider(t *testing.T) {
	t.Parallel()
	var answer frameworkprovider.SchemaResponse
	New("test").Schema(t.Context(), frameworkprovider.SchemaRequest{}, &answer)
	for _, d := range answer.Schema.ValidateImplementation(t.Context()) {
		t.Errorf("the schema is not valid: %s: %s", d.Summary(), d.Detail())
	}
	if answer.Schema.MarkdownDescription == "" {
		t.Error("the schema has no MarkdownDescription")
	}
	checkAttributes(t, servedSchemas(t).Provider.Block.Attributes)
	checkFiles(t, "examples/provider", map[string]string{"provider.tf": `provider "cohort" `})
	if _, err := os.Stat(filepath.Join(repository, "docs", "index.md")); err != nil {
		t.Error("the provider has no page in docs/: run make generate and commit what it writes")
	}
}

func servedSchemas(t *testing.T) *tfprotov6.GetProviderSchemaResponse {
	t.Helper()
	served, err := NewServer("test")().GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range served.Diagnostics {
		t.Fatalf("the schemas cannot be served: %s: %s", d.Summary, d.Detail)
	}
	return served
}

func registeredResources(t *testing.T) map[string]resource.Resource {
	t.Helper()
	all := map[string]resource.Resource{}
	for _, create := range New("test").Resources(t.Context()) {
		r := create()
		var named resource.MetadataResponse
		r.Metadata(t.Context(), resource.MetadataRequest{ProviderTypeName: "cohort"}, &named)
		if all[named.TypeName] != nil {
			t.Errorf("%s is registered twice", named.TypeName)
		}
		all[named.TypeName] = r
	}
	if len(all) == 0 {
		t.Fatal("no resource is registered")
	}
	return all
}

func resourceNames(t *testing.T) []string {
	t.Helper()
	var names []string
	for name := range registeredResources(t) {
		names = append(names, name)
	}
	return names
}

// walkServed visits every attribute of a schema at every depth.
func walkServed(
	parent string, attributes []*tfprotov6.SchemaAttribute, visit func(at string, attribute *tfprotov6.SchemaAttribute),
) {
	for _, attribute := range attributes {
		at := strings.TrimPrefix(parent+"."+attribute.Name, ".")
		visit(at, attribute)
		if attribute.NestedType != nil {
			walkServed(at, attribute.NestedType.Attributes, visit)
		}
	}
}

// walkResource visits every attribute of a resource at every depth, with its validators and plan
// modifiers.
func walkResource(
	parent string, attributes map[string]schema.Attribute, visit func(at string, attribute schema.Attribute),
) {
	for name, attribute := range attributes {
		at := strings.TrimPrefix(parent+"."+name, ".")
		visit(at, attribute)
		switch nested := attribute.(type) {
		case schema.SingleNestedAttribute:
			walkResource(at, nested.Attributes, visit)
		case schema.ListNestedAttribute:
			walkResource(at, nested.NestedObject.Attributes, visit)
		case schema.SetNestedAttribute:
			walkResource(at, nested.NestedObject.Attributes, visit)
		case schema.MapNestedAttribute:
			walkResource(at, nested.NestedObject.Attributes, visit)
		}
	}
}

var (
	// secrets matches the names of attributes that always hold a secret.
	secrets = regexp.MustCompile(`(^|_)(api_key|token|secret|password)$`)
	// secretPaths are attributes that hold a secret under a harmless name.
	secretPaths = []string{"code.value", "code.value_wo"}
)

// checkAttributes checks that every attribute has a description and that every secret is sensitive.
func checkAttributes(t *testing.T, attributes []*tfprotov6.SchemaAttribute) {
	t.Helper()
	walkServed("", attributes, func(at string, a *tfprotov6.SchemaAttribute) {
		switch {
		case a.Description == "":
			t.Errorf("%s has no MarkdownDescription: say in the user's words what it is, its default and its limits", at)
		case a.DescriptionKind != tfprotov6.StringKindMarkdown:
			t.Errorf("%s has a Description: use MarkdownDescription", at)
		case !strings.HasSuffix(a.Description, "."):
			t.Errorf("the description of %s does not end with a full stop: %q", at, a.Description)
		}
		if (secrets.MatchString(a.Name) || slices.Contains(secretPaths, at)) && !a.Sensitive && !a.WriteOnly {
			t.Errorf("%s holds a secret: mark it Sensitive, or WriteOnly", at)
		}
	})
}

// checkSameAttributes checks that a data source has the attributes of its resource, except those
// that only state a wish.
func checkSameAttributes(t *testing.T, resourceAttributes, dataAttributes []*tfprotov6.SchemaAttribute) {
	t.Helper()
	shown := map[string]*tfprotov6.SchemaAttribute{}
	walkServed("", dataAttributes, func(at string, a *tfprotov6.SchemaAttribute) { shown[at] = a })
	walkServed("", resourceAttributes, func(at string, a *tfprotov6.SchemaAttribute) {
		if at == "desired_status" || at == "on_destroy" || a.WriteOnly || strings.HasSuffix(at, WriteOnlyVersion) {
			if shown[at] != nil {
				t.Errorf("%s is only a wish for a resource: remove it from the data source", at)
			}
			return
		}
		switch same := shown[at]; {
		case same == nil:
			t.Errorf("the data source does not show %s", at)
		case !same.Computed:
			t.Errorf("%s must be computed in the data source", at)
		case same.Sensitive != a.Sensitive:
			t.Errorf("%s is sensitive only in the resource or only in the data source", at)
		}
	})
}

// checkReferences checks that the catalog names the target of every attribute that refers to other
// objects, and that an attribute with an id refuses a blank one. An attribute looks like a
// reference if its name ends in _id, except reference_id, the object's own key. So does a required
// id below the root, and an attribute whose description names another resource.
func checkReferences(t *testing.T, k Kind, attributes map[string]schema.Attribute) {
	t.Helper()
	found := map[string]bool{}
	walkResource("", attributes, func(at string, attribute schema.Attribute) {
		name := at[strings.LastIndex(at, ".")+1:]
		reference, declared := k.References[at]
		looks := strings.HasSuffix(name, "_id") && name != "reference_id" ||
			name == "id" && at != "id" && attribute.IsRequired()
		for _, other := range kinds {
			looks = looks || strings.Contains(attribute.GetMarkdownDescription(), "cohort_"+other.Name+".")
		}
		switch {
		case looks && !declared:
			t.Errorf("%s looks like a reference to another object: name its target in References of the kind %s, in catalog.go",
				at, k.Name)
		case declared:
			found[at] = true
			text, ok := attribute.(schema.StringAttribute)
			if !ok {
				t.Errorf("%s refers to another object and is not a string", at)
				return
			}
			if reference.By == "id" &&
				!slices.ContainsFunc(text.Validators, func(v validator.String) bool { return reflect.DeepEqual(v, reference) }) {
				t.Errorf("%s holds the id of another object: add its reference in the catalog to its Validators", at)
			}
		}
	})
	for at, reference := range k.References {
		if inJSON := strings.Contains(at, ".settings."); !found[at] && !inJSON {
			t.Errorf("References of the kind %s has %s, which is not an attribute", k.Name, at)
		}
		for _, name := range reference.Kinds {
			to, known := kindNamed(name)
			if !known || reference.By != "id" && reference.By != to.Key {
				t.Errorf("%s refers to a %s by its %s, which is not the key of a kind", at, name, reference.By)
			}
			if slices.IndexFunc(kinds, func(other Kind) bool { return other.Name == name }) >
				slices.IndexFunc(kinds, func(other Kind) bool { return other.Name == k.Name }) {
				t.Errorf("%s refers to a %s, which comes later in the catalog: put each kind after "+
					"the kinds that it refers to", at, name)
			}
		}
	}
}

// checkHidden demands that a query leaves out what is sensitive, because Terraform would print it.
func checkHidden(t *testing.T, at string, attribute schema.Attribute, attributes map[string]schema.Attribute) {
	t.Helper()
	if !attribute.IsSensitive() || attribute.IsWriteOnly() {
		return
	}
	hidden := slices.ContainsFunc(sensitivePaths(path.Empty(), attributes), func(p path.Path) bool {
		return p.String() == at
	})
	if _, text := attribute.(schema.StringAttribute); !text || !hidden {
		t.Errorf("%s is sensitive, and a query would print it: let kindQuery.write leave it out", at)
	}
}

// checkReplacement checks that an attribute replaces the object exactly if its description says so.
// The forms of a campaign are an exception: ModifyPlan replaces the campaign, because only it can
// see whether the form is another one.
func checkReplacement(t *testing.T, at string, attribute schema.Attribute) {
	t.Helper()
	says := strings.Contains(attribute.GetMarkdownDescription(), "Changing this creates a new")
	var replaces bool
	switch a := attribute.(type) {
	case schema.StringAttribute:
		for _, m := range a.PlanModifiers {
			replaces = replaces || m.Description(t.Context()) == stringplanmodifier.RequiresReplace().Description(t.Context())
		}
	case schema.SingleNestedAttribute:
		for _, m := range a.PlanModifiers {
			replaces = replaces || m.Description(t.Context()) == objectplanmodifier.RequiresReplace().Description(t.Context())
		}
	}
	switch {
	case says && !replaces:
		t.Errorf("%s says that changing it creates a new object: add RequiresReplace to its PlanModifiers", at)
	case replaces && !says:
		t.Errorf("%s replaces the object: say \"Changing this creates a new …\" in its description", at)
	}
}

// checkKey checks the key that identifies an object in both merchants.
func checkKey(t *testing.T, k Kind, attributes map[string]schema.Attribute) {
	t.Helper()
	key, found := attributes[k.Key]
	switch {
	case !found:
		t.Errorf("it has no attribute %s, its key in the catalog", k.Key)
	case k.Key != "internal_name" && k.Key != "reference_id":
		t.Errorf("its key is %s, want internal_name or reference_id, the keys that users know", k.Key)
	case !key.IsRequired() && !key.IsOptional():
		t.Errorf("its key %s cannot be configured", k.Key)
	}
}

// checkImport checks the identity {mode, id} and the import.
func checkImport(t *testing.T, name string, r resource.Resource) {
	t.Helper()
	if _, ok := r.(resource.ResourceWithImportState); !ok {
		t.Error("it cannot be imported: add ImportState, which calls importByKeyOrID")
	}
	if _, ok := r.(resource.ResourceWithModifyPlan); !ok {
		t.Error("its plan does not show the merchant: add ModifyPlan, which calls guardPlan")
	}
	if _, ok := r.(resource.ResourceWithIdentity); !ok {
		t.Error("it has no identity: add IdentitySchema, which returns identitySchema")
		return
	}
	served, err := NewServer("test")().GetResourceIdentitySchemas(t.Context(),
		&tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range served.IdentitySchemas[name].IdentityAttributes {
		got = append(got,
			fmt.Sprintf("%s %s required=%t optional=%t described=%t",
				a.Name, a.Type, a.RequiredForImport, a.OptionalForImport, a.Description != ""))
	}
	slices.Sort(got)
	want := []string{
		"id tftypes.String required=true optional=false described=true",
		"mode tftypes.String required=false optional=true described=true",
	}
	if !slices.Equal(got, want) {
		t.Errorf("its identity is %q, want %q: return identitySchema", got, want)
	}
}

// checkFiles checks that a folder has these files, each with its text.
func checkFiles(t *testing.T, folder string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		content, err := os.ReadFile(filepath.Join(repository, folder, name))
		switch {
		case err != nil:
			t.Errorf("there is no %s/%s: add it, the documentation shows it", folder, name)
		case !strings.Contains(string(content), text):
			t.Errorf("%s/%s does not contain %q", folder, name, text)
		}
	}
}

// checkDocs checks that the generated page exists.
func checkDocs(t *testing.T, folder, name string) {
	t.Helper()
	page := filepath.Join("docs", folder, strings.TrimPrefix(name, "cohort_")+".md")
	if _, err := os.Stat(filepath.Join(repository, page)); err != nil {
		t.Errorf("there is no %s: run make generate and commit what it writes", page)
	}
}
