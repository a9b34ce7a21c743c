package provider_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// namedTest matches the tests that the documentation names.
var namedTest = regexp.MustCompile("`(Test[A-Za-z]+(?:_[A-Za-z]+)?)`")

// TestDocs_kinds checks that each page with a list of the kinds lists all of them.
func TestDocs_kinds(t *testing.T) {
	t.Parallel()
	var names []string
	for _, k := range provider.Catalog() {
		names = append(names, "`"+k.Name+"`")
	}
	last := len(names) - 1
	sentence := strings.Join(names[:last], ", ") + " and " + names[last]
	for _, page := range []string{"index.md.tmpl"} {
		content, err := os.ReadFile(filepath.Join(repository, "templates", page))
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(string(content)), " ")
		if !strings.Contains(text, "The kinds are "+sentence+".") {
			t.Errorf("templates/%s does not say: The kinds are %s.", page, sentence)
		}
	}
}

// TestDocs_guides checks that the index leads to every guide.
func TestDocs_guides(t *testing.T) {
	t.Parallel()
	guides, err := filepath.Glob(filepath.Join(repository, "docs", "guides", "*.md"))
	if err != nil || len(guides) == 0 {
		t.Fatalf("no guides: %v", err)
	}
	_, next, _ := strings.Cut(docsPage(t, "index"), "\n## Where next\n")
	next, _, _ = strings.Cut(next, "\n## ")
	for _, guide := range guides {
		if !strings.Contains(next, "](guides/"+filepath.Base(guide)+")") {
			t.Errorf("the index does not say where to go for guides/%s", filepath.Base(guide))
		}
	}
}

// TestDocs_namedTests checks that each promise of the documentation names tests that exist.
func TestDocs_namedTests(t *testing.T) {
	t.Parallel()
	var tests strings.Builder
	if err := filepath.WalkDir(filepath.Join(repository, "internal"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		tests.Write(content)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	guides, err := filepath.Glob(filepath.Join(repository, "templates", "guides", "*.md.tmpl"))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, guide := range guides {
		content, err := os.ReadFile(guide)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range namedTest.FindAllStringSubmatch(string(content), -1) {
			if found++; !strings.Contains(tests.String(), "\nfunc "+match[1]+"(") {
				t.Errorf("%s names %s, which does not exist", filepath.Base(guide), match[1])
			}
		}
	}
	if found == 0 {
		t.Error("the guides name no test")
	}
}

// TestDocs_resourcePages checks that the page of every resource has the same parts in the same
// order.
func TestDocs_resourcePages(t *testing.T) {
	t.Parallel()
	for _, k := range provider.Catalog() {
		block := "```terraform\nimport {\n  to = cohort_" + k.Name + `\.\w+`
		command := "terraform import cohort_" + k.Name + `\.\w+ `
		parts := []string{
			"\n## Example Usage\n\nThe smallest configuration", "```terraform\n", "```terraform\n",
			"\n## What destroy does\n", "\n## Schema\n", "\n## Import\n",
			"\nBy " + strings.ReplaceAll(k.Key, "_", " ") + ", .*\n\n" + block + "\n  id = \"[^:\"]+\"\n}",
			"\nBy id, .*\n\n" + block + "\n  id = \"id:.+\"\n}",
			"\nBy identity, .*\n\n" + block + "\n  identity = {",
			"\nOn the command line, .*\n\n```shell\n" + command + ".*\n" + command + "id:",
			"\n### Identity Schema\n",
			"\n## What can go wrong\n\n\\| error \\| what to do \\|\n.*\n(\\| `.*` .*\\| .* \\|\n){5,}\n",
			`\(\.\./guides/troubleshooting\.md\)`,
		}
		if k.Lifecycle != nil {
			parts = slices.Insert(parts, 3, "\n## The life cycle of a "+k.Noun+"\n")
		}
		rest := docsPage(t, "resources/"+k.Name)
		for _, part := range parts {
			found := regexp.MustCompile(part).FindStringIndex(rest)
			if found == nil {
				t.Errorf("docs/resources/%s.md lacks this part, or has it before another one: %s", k.Name, part)
				continue
			}
			rest = rest[found[1]-1:]
		}
	}
}

// TestDocs_subcategories checks that the pages of a kind stand under one heading of the registry's
// navigation, and that no page stands outside.
func TestDocs_subcategories(t *testing.T) {
	t.Parallel()
	heading := regexp.MustCompile(`(?m)^subcategory: "(.+)"$`)
	found := map[string]string{}
	for _, folder := range []string{"resources", "data-sources", "list-resources", "ephemeral-resources", "actions"} {
		files, err := filepath.Glob(filepath.Join(repository, "docs", folder, "*.md"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no pages in %s: %v", folder, err)
		}
		for _, file := range files {
			name := strings.TrimSuffix(filepath.Base(file), ".md")
			match := heading.FindStringSubmatch(docsPage(t, folder+"/"+name))
			if match == nil {
				t.Errorf("docs/%s/%s.md has no subcategory", folder, name)
				continue
			}
			if other, seen := found[name]; seen && other != match[1] {
				t.Errorf("docs/%s/%s.md stands under %s, another page of it under %s", folder, name, match[1], other)
			}
			found[name] = match[1]
		}
	}
}

// TestDocs_errors checks that the code has every error that the pages of the resources explain.
func TestDocs_errors(t *testing.T) {
	t.Parallel()
	// A verb of a format stands for anything. Short texts count only where an error begins with them.
	verb := regexp.MustCompile(`%[a-z]`)
	var errors []*regexp.Regexp
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			literal, ok := n.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(literal.Value)
			letters := len(strings.ReplaceAll(verb.ReplaceAllString(text, ""), " ", ""))
			if err != nil || letters < 4 {
				return true
			}
			pattern := verb.ReplaceAllString(regexp.QuoteMeta(text), ".+")
			if letters < 12 {
				pattern = "^" + pattern
			}
			errors = append(errors, regexp.MustCompile(pattern))
			return true
		})
	}
	row := regexp.MustCompile("(?m)^\\| `([^`]+)`.* \\| .+ \\|$")
	explained := 0
	for _, k := range provider.Catalog() {
		_, table, _ := strings.Cut(docsPage(t, "resources/"+k.Name), "\n## What can go wrong\n")
		for _, match := range row.FindAllStringSubmatch(table, -1) {
			explained++
			if !slices.ContainsFunc(errors, func(e *regexp.Regexp) bool { return e.MatchString(match[1]) }) {
				t.Errorf("docs/resources/%s.md explains an error that the code does not have: %s", k.Name, match[1])
			}
		}
	}
	if explained < 5*len(provider.Catalog()) {
		t.Errorf("found %d explained errors", explained)
	}
}

// docsPage returns a page of the documentation.
func docsPage(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(repository, "docs", name+".md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// writing matches what only makes sense to somebody who writes an attribute.
var writing = regexp.MustCompile(`(?i)\b(must|needed|needs?|ha(s|ve) to|allowed|accept(s|ed)?|required|refused?|` +
	`changing|a change|defaults?|unset|set|leave|writ(e|ten)|jsonencode|publish|destroy(s|ing)?|apply|reviewer)\b`)

// TestDocs_reading checks that the descriptions of what a data source or a query shows speak of
// reading, although the attributes are those of the resources.
func TestDocs_reading(t *testing.T) {
	t.Parallel()
	schemas := newPlugin(t).schema
	checked := 0
	for _, served := range []map[string]*tfprotov6.Schema{schemas.DataSourceSchemas, schemas.ListResourceSchemas} {
		for name, schema := range served {
			eachDescription(name, schema.Block.Attributes, func(at string, a *tfprotov6.SchemaAttribute) {
				if a.Optional || a.Required {
					return // An argument is written.
				}
				checked++
				if found := writing.FindAllString(a.Description, -1); found != nil {
					t.Errorf("%s speaks of writing, with %q: %s\nMove it to the rules in described.", at, found, a.Description)
				}
			})
			if found := writing.FindAllString(schema.Block.Description, -1); found != nil {
				t.Errorf("%s speaks of writing, with %q: %s", name, found, schema.Block.Description)
			}
		}
	}
	if checked < 100 {
		t.Errorf("checked %d attributes", checked)
	}
}

// TestDocs_descriptions checks the form of every description: sentences, with the same words for a
// default and for an attribute that is left out.
func TestDocs_descriptions(t *testing.T) {
	t.Parallel()
	schemas := newPlugin(t).schema
	served := map[string]*tfprotov6.Schema{"provider": schemas.Provider}
	for kind, all := range map[string]map[string]*tfprotov6.Schema{
		"resource": schemas.ResourceSchemas, "data": schemas.DataSourceSchemas, "list": schemas.ListResourceSchemas,
		"ephemeral": schemas.EphemeralResourceSchemas,
	} {
		for name, schema := range all {
			served[kind+" "+name] = schema
		}
	}
	for name, action := range schemas.ActionSchemas {
		served["action "+name] = action.Schema
	}
	otherWords := regexp.MustCompile(`(?i)\(default\)|\bdefault (is|[` + "`" + `0-9])|\bunset\b|\bif omitted\b`)
	for _, name := range slices.Sorted(maps.Keys(served)) {
		eachDescription(name, served[name].Block.Attributes, func(at string, a *tfprotov6.SchemaAttribute) {
			if !strings.HasSuffix(a.Description, ".") || strings.ToUpper(a.Description[:1]) != a.Description[:1] {
				t.Errorf("%s is not described in sentences: %s", at, a.Description)
			}
			if found := otherWords.FindString(a.Description); found != "" {
				t.Errorf("%s is described with %q: write \"Defaults to …\" or \"Without it, …\": %s", at, found, a.Description)
			}
			if strings.Contains(a.Description, "RequiresReplace") || strings.Contains(a.Description, "forces") {
				t.Errorf("%s: write \"Changing this creates a new …\": %s", at, a.Description)
			}
		})
	}
}

// eachDescription visits attributes at every depth.
func eachDescription(
	at string, attributes []*tfprotov6.SchemaAttribute, visit func(string, *tfprotov6.SchemaAttribute),
) {
	for _, a := range attributes {
		visit(at+"."+a.Name, a)
		if a.NestedType != nil {
			eachDescription(at+"."+a.Name, a.NestedType.Attributes, visit)
		}
	}
}
