package provider_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// examples is the folder of the examples in the documentation.
const examples = repository + "/examples"

// declaredKey matches the keys of the objects that an example declares.
var declaredKey = regexp.MustCompile(`(?m)^  (?:name|internal_name|reference_id) *= ("[^"]*")$`)

// writeOnlyArgument matches a write-only argument.
var writeOnlyArgument = regexp.MustCompile(`_wo +=`)

// exampleRoot is a root module of examples.
type exampleRoot struct {
	modules map[string]string
	body    string
	keys    []string
}

// exampleRoots returns every example unchanged, as a module. A merchant has a key only once, so
// examples that share a key are in different roots. An example with an import block or a variable
// is a root module.
func exampleRoots(t *testing.T) []*exampleRoot {
	t.Helper()
	var files []string
	for _, folder := range []string{"resources", "data-sources"} {
		found, err := filepath.Glob(filepath.Join(examples, folder, "*", "*.tf"))
		if err != nil || len(found) == 0 {
			t.Fatalf("no examples of %s: %v", folder, err)
		}
		files = append(files, found...)
	}
	var roots []*exampleRoot
	for _, file := range files {
		if strings.HasPrefix(filepath.Base(file), "import-") {
			continue // TestExamples_import covers it.
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if writeOnlyArgument.Match(content) &&
			!terraformtest.Supports(t, "write-only arguments ("+filepath.Base(file)+")", "1.11", "1.11") {
			continue
		}
		name, err := filepath.Rel(examples, strings.TrimSuffix(file, ".tf"))
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, match := range declaredKey.FindAllStringSubmatch(string(content), -1) {
			keys = append(keys, match[1])
		}
		isRoot := strings.Contains(string(content), "\nimport {") || strings.Contains(string(content), "variable \"")
		into := slices.IndexFunc(roots, func(r *exampleRoot) bool {
			return !isRoot && r.body == "" &&
				!slices.ContainsFunc(keys, func(key string) bool { return slices.Contains(r.keys, key) })
		})
		if into < 0 {
			into, roots = len(roots), append(roots, &exampleRoot{modules: map[string]string{}})
		}
		if isRoot {
			roots[into].body = string(content)
			continue
		}
		roots[into].modules[strings.NewReplacer("/", "_", "\\", "_").Replace(name)] = string(content)
		roots[into].keys = append(roots[into].keys, keys...)
	}
	return roots
}

// initialized writes the root module below an addition, and initializes it.
func (r *exampleRoot) initialized(t *testing.T, addition string, settings ...string) *terraformCLI {
	t.Helper()
	dir, body := t.TempDir(), addition+r.body
	for name, content := range r.modules {
		body += fmt.Sprintf("module %q {\n  source = %q\n}\n", name, "./"+name)
		writeModule(t, filepath.Join(dir, name), content)
	}
	return initialized(t, dir, body, append(settings, "TF_VAR_workshop_code=SESAME")...)
}

// TestExamples_apply plans and applies every example, and checks that the next plan is empty.
func TestExamples_apply(t *testing.T) {
	t.Parallel()
	for i, root := range exampleRoots(t) {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{})
			terraform := root.initialized(t, "", "COHORT_API_URL="+w.URL(), "COHORT_API_KEY="+w.TestKey())
			terraform.must("apply", "-auto-approve")
			terraform.noChanges()
			state := terraform.must("state", "list")
			if state == "" {
				t.Error("the example does nothing")
			}
			for name := range root.modules {
				if !strings.Contains(state, "module."+name+".") {
					t.Errorf("the example %s does nothing", name)
				}
			}
			terraform.must("destroy", "-auto-approve")
			onlyArchived(t, w)
		})
	}
}

// TestExamples_policies plans every example for live, and checks that the policies of the pipelines
// let each pass. The pipelines themselves try the loyalty program.
func TestExamples_policies(t *testing.T) {
	t.Parallel()
	conftest := os.Getenv("CONFTEST")
	if conftest == "" {
		t.Skip("CONFTEST is not set: make policies runs this test")
	}
	policies, err := filepath.Abs(filepath.Join(examples, "pipelines", "policy"))
	if err != nil {
		t.Fatal(err)
	}
	for i, root := range exampleRoots(t) {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{})
			terraform := root.initialized(t, "provider \"cohort\" {\n  mode = \"live\"\n}\n", "COHORT_API_URL="+w.URL(),
				"COHORT_API_KEY="+w.LiveKey())
			targets := [][]string{nil}
			for name := range root.modules {
				targets = append(targets, []string{"-target=module." + name})
			}
			if len(root.modules) > 0 {
				targets = targets[1:]
			}
			for _, target := range targets {
				terraform.must(append([]string{"plan", "-out=plan"}, target...)...)
				file := filepath.Join(terraform.dir, "plan.json")
				if err := os.WriteFile(file, []byte(terraform.must("show", "-json", "plan")), 0o600); err != nil {
					t.Fatal(err)
				}
				command := exec.CommandContext(t.Context(), conftest, "test", "--policy", policies, "--data",
					filepath.Join(policies, "exceptions.yaml"), file)
				if output, err := command.CombinedOutput(); err != nil {
					t.Errorf("%s: %v\n%s", target, err, output)
				}
			}
		})
	}
}

// TestExamples_ephemeral applies the examples of ephemeral resources.
func TestExamples_ephemeral(t *testing.T) {
	t.Parallel()
	if !terraformtest.Supports(t, "ephemeral values", "1.10", "1.11") {
		return
	}
	files, err := filepath.Glob(filepath.Join(examples, "ephemeral-resources", "*", "*.tf"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			t.Parallel()
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			w := newWorld(t, sandbox.Options{})
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: factories(t),
				Steps:                    []resource.TestStep{{Config: w.config(string(content))}},
			})
			if w.Stats().Requests == 0 {
				t.Error("the example does nothing")
			}
			onlyArchived(t, w)
		})
	}
}

// onlyArchived checks that a destroy leaves only published objects, which it archives by default.
func onlyArchived(t *testing.T, w *world) {
	t.Helper()
	for kind := range kinds(w, "test") {
		for _, object := range w.Objects("test", kind) {
			if object["status"] != "archived" {
				t.Errorf("destroy left %s %v", kind, object)
			}
		}
	}
}

// imported is an import block.
type imported struct{ to, id, mode string }

func parseImport(t *testing.T, file string) imported {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parsed, problems := hclsyntax.ParseConfig(content, file, hcl.InitialPos)
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	body, ok := parsed.Body.(*hclsyntax.Body)
	if !ok || len(body.Blocks) != 1 || body.Blocks[0].Type != "import" {
		t.Fatalf("%s is not one import block", file)
	}
	attributes := body.Blocks[0].Body.Attributes
	to, problems := hcl.AbsTraversalForExpr(attributes["to"].Expr)
	if problems.HasErrors() || len(to) != 2 {
		t.Fatalf("%s does not import to one resource: %v", file, problems)
	}
	attribute, ok := to[1].(hcl.TraverseAttr)
	if !ok {
		t.Fatalf("%s does not import to one resource", file)
	}
	found := imported{to: to.RootName() + "." + attribute.Name}
	if id, ok := attributes["id"]; ok {
		value, problems := id.Expr.Value(nil)
		if problems.HasErrors() {
			t.Fatal(problems)
		}
		found.id = value.AsString()
	}
	if identity, ok := attributes["identity"]; ok {
		value, problems := identity.Expr.Value(nil)
		if problems.HasErrors() {
			t.Fatal(problems)
		}
		if names := slices.Sorted(maps.Keys(value.AsValueMap())); !slices.Equal(names, []string{"id", "mode"}) {
			t.Fatalf("the identity in %s has %v, want id and mode", file, names)
		}
		found.id, found.mode = value.GetAttr("id").AsString(), value.GetAttr("mode").AsString()
	}
	return found
}

// blockHead matches the first line of a resource block.
var blockHead = regexp.MustCompile(`(?m)^resource "[^"]*" "[^"]*"`)

// TestExamples_import imports what the examples declare with the real Terraform: by the commands
// and by the blocks of the documentation, all kinds in one root module.
func TestExamples_import(t *testing.T) {
	t.Parallel()
	folders, err := filepath.Glob(filepath.Join(examples, "resources", "*"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	var declared strings.Builder
	var addresses, commands []string
	known := map[string]bool{}
	for _, folder := range folders {
		block, command := documentedImport(t, folder)
		// Each example declares the objects it refers to, so several examples may declare the same one.
		for _, block := range strings.SplitAfter(declaring(t, folder, block), "\n}\n") {
			if head := blockHead.FindString(block); !known[head] {
				known[head] = true
				declared.WriteString(block)
			}
		}
		addresses, commands = append(addresses, block.to), append(commands, command)
	}

	w := newWorld(t, sandbox.Options{})
	terraform := terraformRoot(t, declared.String(), "COHORT_API_URL="+w.URL(), "COHORT_API_KEY="+w.TestKey())
	forget := append([]string{"state", "rm"}, addresses...)
	terraform.must("apply", "-auto-approve")
	before, ids := kinds(w, "test"), terraform.ids()

	terraform.must(forget...)
	for _, command := range commands {
		terraform.must(append([]string{"import", "-input=false"}, strings.Fields(command)...)...)
	}
	terraform.must("apply", "-auto-approve") // An import does not set on_destroy.
	terraform.noChanges()

	forms := []string{"import-by-string-id.tf"}
	if terraformtest.Supports(t, "import by identity", "1.12", "1.12") {
		forms = append(forms, "import-by-identity.tf")
	}
	for _, form := range forms {
		var blocks strings.Builder
		for _, folder := range folders {
			file := filepath.Join(folder, form)
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			block := parseImport(t, file)
			if block.mode != "" { // The id in the documentation is made up.
				content = bytes.Replace(content, []byte(block.id), []byte(ids[block.to]), 1)
			}
			blocks.Write(content)
		}
		terraform.must(forget...)
		if err := os.WriteFile(filepath.Join(terraform.dir, "import.tf"), []byte(blocks.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		output := terraform.must("apply", "-auto-approve")
		if !strings.Contains(output, fmt.Sprintf("%d imported, 0 added", len(folders))) ||
			!strings.Contains(output, "0 destroyed") {
			t.Errorf("the blocks of %s do not import:\n%s", form, output)
		}
		terraform.noChanges()
	}
	if diff := cmp.Diff(before, kinds(w, "test")); diff != "" {
		t.Errorf("import made or removed objects (-before +after):\n%s", diff)
	}
}

// ids returns the ids of the objects in the state, by address.
func (c *terraformCLI) ids() map[string]string {
	c.t.Helper()
	var state struct {
		Resources []struct {
			Type, Name string
			Instances  []struct{ Attributes struct{ ID string } }
		}
	}
	if err := json.Unmarshal([]byte(c.must("state", "pull")), &state); err != nil {
		c.t.Fatal(err)
	}
	ids := map[string]string{}
	for _, resource := range state.Resources {
		ids[resource.Type+"."+resource.Name] = resource.Instances[0].Attributes.ID
	}
	return ids
}

// documentedImport returns the import block by string id from the documentation of a kind, and the
// arguments of the first command. It fails unless all documented ways agree.
func documentedImport(t *testing.T, folder string) (block imported, command string) {
	t.Helper()
	kind := filepath.Base(folder)
	block = parseImport(t, filepath.Join(folder, "import-by-string-id.tf"))
	identity := parseImport(t, filepath.Join(folder, "import-by-identity.tf"))
	if identity.to != block.to || identity.mode != "test" && identity.mode != "live" || uuid.Validate(identity.id) != nil {
		t.Errorf("import-by-identity.tf imports %+v, want a target and an identity as in %+v", identity, block)
	}
	if !strings.HasPrefix(block.to, kind+".") {
		t.Errorf("import-by-string-id.tf imports to %s, not to a %s", block.to, kind)
	}
	byID := parseImport(t, filepath.Join(folder, "import-by-id.tf"))
	if want := (imported{to: block.to, id: "id:" + identity.id}); byID != want {
		t.Errorf("import-by-id.tf imports %+v, want %+v", byID, want)
	}
	script, err := os.ReadFile(filepath.Join(folder, "import.sh"))
	if err != nil {
		t.Fatal(err)
	}
	var commands []string
	for line := range strings.Lines(string(script)) {
		if command, ok := strings.CutPrefix(strings.TrimSpace(line), "terraform import "); ok {
			commands = append(commands, command)
		}
	}
	want := []string{block.to + " " + block.id, block.to + " id:" + identity.id}
	if !slices.Equal(commands, want) {
		t.Errorf("import.sh of %s has %q, want %q, as in the blocks", kind, commands, want)
	}
	return block, want[0]
}

// noChanges fails unless the plan is empty.
func (c *terraformCLI) noChanges() {
	c.t.Helper()
	if output, code := c.run("plan", "-detailed-exitcode"); code != 0 {
		c.t.Errorf("the plan is not empty (exit code %d):\n%s", code, output)
	}
}

// declaring returns the example of a folder that declares the target of an import block.
func declaring(t *testing.T, folder string, block imported) string {
	t.Helper()
	kind, name, _ := strings.Cut(block.to, ".")
	files, err := filepath.Glob(filepath.Join(folder, "resource*.tf"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(content), fmt.Sprintf("resource %q %q ", kind, name)) &&
			strings.Contains(string(content), fmt.Sprintf("%q", block.id)) {
			return string(content)
		}
	}
	t.Fatalf("no example in %s declares %s with the key %q of its imports", folder, block.to, block.id)
	return ""
}

// kinds returns the number of objects that a merchant holds of each kind.
func kinds(w *world, mode string) map[string]int {
	counts := map[string]int{}
	for _, kind := range []string{"user-properties", "cohorts", "perks", "digital-assets", "badges", "campaigns"} {
		counts[kind] = len(w.Objects(mode, kind))
	}
	return counts
}

func TestExamples_format(t *testing.T) {
	t.Parallel()
	folder, err := filepath.Abs(examples)
	if err != nil {
		t.Fatal(err)
	}
	if output, code := newTerraformCLI(t, folder).run("fmt", "-check", "-diff", "-recursive"); code != 0 {
		t.Errorf("run make fmt: %s", output)
	}
	// Terraform formats query files from version 1.14 on.
	for _, file := range queryExamples(t) {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(hclwrite.Format(content)), string(content)); diff != "" {
			t.Errorf("%s (-formatted +got):\n%s", file, diff)
		}
	}
}

// TestExamples_action invokes every action block of the examples as Terraform 1.14 does, but
// without Terraform, against a published campaign of the name that the example has.
func TestExamples_action(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(examples, "actions", "*", "*.tf"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples of actions: %v", err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parsed, problems := hclsyntax.ParseConfig(content, file, hcl.InitialPos)
		if problems.HasErrors() {
			t.Fatal(problems)
		}
		for _, block := range parsed.Body.(*hclsyntax.Body).Blocks {
			if block.Type != "action" || block.Labels[0] != "cohort_campaign_end" || len(block.Body.Blocks) != 1 ||
				block.Body.Blocks[0].Type != "config" {
				t.Fatalf("%s has the block %s %q; an action block has a config block", file, block.Type, block.Labels)
			}
			config := block.Body.Blocks[0].Range()
			arguments := strings.TrimSuffix(strings.TrimPrefix(
				strings.TrimSpace(string(content[config.Start.Byte:block.Body.Blocks[0].CloseBraceRange.Start.Byte])),
				"config {"), "}")
			w := newWorld(t, sandbox.Options{})
			w.campaign(t, w.TestKey(), "summer-hunt", "publish")
			p := w.endPlugin(t, "test")
			if all := errorsOf(append(p.validateEnd(arguments), p.planEnd(arguments)...)); len(all) > 0 {
				t.Fatal(all)
			}
			if _, all := p.invokeEnd(t.Context(), arguments); len(all) > 0 {
				t.Fatal(all)
			}
			if status := w.object(t, "campaigns", "summer-hunt")["status"]; status != "ended" {
				t.Errorf("%s leaves the campaign %v", file, status)
			}
		}
	}
}

// TestExamples_function applies the examples of functions, which need Terraform 1.8, and compares
// the output with the comment of the example.
func TestExamples_function(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(filepath.Join(examples, "functions", "slug", "function.tf"))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, sandbox.Options{})
	terraform := initialized(t, t.TempDir(), string(content), "COHORT_API_URL="+w.URL(), "COHORT_API_KEY="+w.TestKey())
	terraform.must("apply", "-auto-approve")
	want := `["summer-hunt-2037","chasse-d-ete"]`
	if got := strings.TrimSpace(terraform.must("output", "-json", "slugs")); got != want {
		t.Errorf("the output is %s, want %s", got, want)
	}
	if n := len(w.History()); n > 0 {
		t.Errorf("a function sent %d requests", n)
	}
}

func queryExamples(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(examples, "list-resources", "*", "*.tfquery.hcl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples of queries: %v", err)
	}
	return files
}

// TestExamples_query runs every list block of the examples as Terraform 1.14 does, but without
// Terraform. Each must find something.
func TestExamples_query(t *testing.T) {
	t.Parallel()
	w := queryWorld(t)
	p := w.protocol(t)
	for _, file := range queryExamples(t) {
		kind := filepath.Base(filepath.Dir(file))
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parsed, problems := hclsyntax.ParseConfig(content, file, hcl.InitialPos)
			if problems.HasErrors() {
				t.Fatal(problems)
			}
			body, ok := parsed.Body.(*hclsyntax.Body)
			if !ok || len(body.Blocks) == 0 || len(body.Attributes) > 0 {
				t.Fatal("it is not a file of list blocks")
			}
			for _, block := range body.Blocks {
				if block.Type != "list" || len(block.Labels) != 2 || block.Labels[0] != kind {
					t.Fatalf("it has the block %s %q", block.Type, block.Labels)
				}
				results, all := p.query(t, listBlock(t, kind, block.Body))
				if len(results) == 0 || len(all) > 0 {
					t.Errorf("%s finds %d objects, and %v", block.Labels[1], len(results), all)
				}
			}
		})
	}
}

// listBlock returns the request that Terraform makes of a list block.
func listBlock(t *testing.T, kind string, body *hclsyntax.Body) *tfprotov6.ListResourceRequest {
	t.Helper()
	request := &tfprotov6.ListResourceRequest{TypeName: kind, Limit: 100}
	for name, attribute := range body.Attributes {
		if name == "provider" {
			if to, problems := hcl.AbsTraversalForExpr(attribute.Expr); problems.HasErrors() || to.RootName() != "cohort" {
				t.Error("its provider is not cohort")
			}
			continue
		}
		value, problems := attribute.Expr.Value(nil)
		switch {
		case problems.HasErrors():
			t.Fatal(problems)
		case name == "include_resource":
			request.IncludeResource = value.True()
		case name == "limit":
			request.Limit, _ = value.AsBigFloat().Int64()
		default:
			t.Errorf("a list block has no %s", name)
		}
	}
	if body.Attributes["provider"] == nil {
		t.Error("it has no provider, which Terraform requires")
	}
	config := map[string]any{}
	for _, block := range body.Blocks {
		if block.Type != "config" || len(config) > 0 {
			t.Errorf("a list block has no second block and no %s", block.Type)
		}
		for name, attribute := range block.Body.Attributes {
			value, problems := attribute.Expr.Value(nil)
			if problems.HasErrors() {
				t.Fatal(problems)
			}
			config[name] = value.AsString()
		}
	}
	request.Config = asDynamic(t, config)
	return request
}

// omittedCode matches the code of a perk in what Terraform generates.
var omittedCode = regexp.MustCompile(`value += null # sensitive`)

// TestExamples_terraformQuery runs the queries of the examples with the real `terraform query`,
// lets it generate the configuration, and adopts the objects without a change. It needs Terraform
// 1.14. TestExamples_query and TestQuery_resources check the same through the protocol.
func TestExamples_terraformQuery(t *testing.T) {
	t.Parallel()
	if !terraformtest.Supports(t, "queries", "1.14", "") {
		return
	}
	for _, file := range queryExamples(t) {
		kind := filepath.Base(filepath.Dir(file))
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			w := queryWorld(t)
			before := kinds(w, "test")
			of := allQueried[slices.IndexFunc(allQueried, func(k queried) bool { return k.typeName == kind })]
			terraform := terraformRoot(t, "", "COHORT_API_URL="+w.URL(), "COHORT_API_KEY="+w.TestKey())
			query := func(text string, arguments ...string) {
				t.Helper()
				if err := os.WriteFile(filepath.Join(terraform.dir, "main.tfquery.hcl"), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				output := terraform.must(append([]string{"query"}, arguments...)...)
				for _, name := range of.names {
					if !slices.Contains(strings.Fields(output), name) {
						t.Errorf("the query does not show %s:\n%s", name, output)
					}
				}
			}
			query(string(content))
			query(fmt.Sprintf("list %q \"all\" {\n  provider = cohort\n}\n", kind), "-generate-config-out=generated.tf")
			// Nothing generated has a secret: the reader writes it.
			generated := filepath.Join(terraform.dir, "generated.tf")
			if content, err = os.ReadFile(generated); err != nil {
				t.Fatal(err)
			}
			content = omittedCode.ReplaceAll(content, []byte(`value = "CANARY"`))
			if err := os.WriteFile(generated, content, 0o600); err != nil {
				t.Fatal(err)
			}
			output := terraform.must("apply", "-auto-approve")
			if !strings.Contains(output, "3 imported, 0 added, 0 changed, 0 destroyed") {
				t.Errorf("the generated configuration does not adopt without a change:\n%s", output)
			}
			terraform.noChanges()
			if diff := cmp.Diff(before, kinds(w, "test")); diff != "" {
				t.Errorf("objects were made or removed (-before +after):\n%s", diff)
			}
		})
	}
}

// TestExamples_terraformAction invokes the actions of the examples with the real Terraform, which
// needs Terraform 1.14. TestExamples_action checks the same through the protocol.
func TestExamples_terraformAction(t *testing.T) {
	t.Parallel()
	if !terraformtest.Supports(t, "actions", "1.14", "") {
		return
	}
	content, err := os.ReadFile(filepath.Join(examples, "actions", "cohort_campaign_end", "action.tf"))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, sandbox.Options{})
	w.campaign(t, w.TestKey(), "summer-hunt", "publish")
	terraform := terraformRoot(t, string(content), "COHORT_API_URL="+w.URL(), "COHORT_API_KEY="+w.TestKey())
	terraform.must("apply", "-auto-approve", "-invoke=action.cohort_campaign_end.summer")
	if status := w.object(t, "campaigns", "summer-hunt")["status"]; status != "ended" {
		t.Errorf("the action leaves the campaign %v", status)
	}
}

// TestExamples_tflint checks that the default rules of tflint have nothing to say of the examples,
// and of the modules in the documentation, which leave out versions and other files. An example
// without a terraform block is part of a module that has one. The makefile names the program in
// TFLINT.
func TestExamples_tflint(t *testing.T) {
	t.Parallel()
	tflint := os.Getenv("TFLINT")
	if tflint == "" {
		t.Skip("TFLINT is not set: make lint runs this test")
	}
	lint := func(modules map[string]string, arguments ...string) {
		t.Helper()
		if len(modules) < 8 {
			t.Fatalf("there are only %d modules to lint", len(modules))
		}
		root := t.TempDir()
		for folder, content := range modules {
			err := os.MkdirAll(filepath.Join(root, folder), 0o750)
			if err == nil {
				err = os.WriteFile(filepath.Join(root, folder, "main.tf"), []byte(content), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		command := exec.CommandContext(t.Context(), tflint,
			append(arguments, "--chdir="+root, "--recursive", "--format=compact")...)
		if output, err := command.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, output)
		}
	}

	modules := map[string]string{}
	eachFile(t, examples, ".tf", func(name, content string) { modules[filepath.Dir(name)] += content })
	for folder, content := range modules {
		if !strings.Contains(content, "terraform {\n") {
			modules[folder] += namedVersions
		}
	}
	lint(modules)

	modules = map[string]string{}
	collect := func(name, content string) {
		for i, block := range hclBlock.FindAllStringSubmatch(content, -1) {
			modules[filepath.Join(name, strconv.Itoa(i))] = block[1]
		}
	}
	eachFile(t, repository+"/docs", ".md", collect)
	readme, err := os.ReadFile(repository + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	collect("README", string(readme))
	lint(modules, "--disable-rule=terraform_required_version", "--disable-rule=terraform_required_providers",
		"--call-module-type=none")
}

// eachFile calls a function with the name and the content of each file with an extension below a
// folder.
func eachFile(t *testing.T, folder, extension string, do func(name, content string)) {
	t.Helper()
	files := os.DirFS(folder)
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(name) != extension {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err == nil {
			do(name, string(content))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// namedVersions is the terraform block of a user's module.
const namedVersions = `
terraform {
  required_version = ">= 1.8"
  required_providers {
    cohort = { source = "cohort-xyz/cohort", version = "~> 0.1" }
  }
}
`

// hclBlock matches a module in a page: a block of HCL that begins with what the module needs.
var hclBlock = regexp.MustCompile("(?ms)^```terraform\n(terraform {\n.*?)^```$")

// TestExamples_loyaltyProgram applies the program to test and then to live with the real Terraform,
// as its README says.
func TestExamples_loyaltyProgram(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	program := t.TempDir()
	if err := os.CopyFS(program, onlyHCL{os.DirFS(filepath.Join(examples, "loyalty-program"))}); err != nil {
		t.Fatal(err)
	}
	test := newTerraformCLI(t, filepath.Join(program, "env", "test"), "COHORT_API_URL="+w.URL(),
		"COHORT_API_KEY="+w.TestKey())
	live := test.in(filepath.Join(program, "env", "live")).with("COHORT_API_KEY=" + w.LiveKey())
	empty := map[string]int{
		"user-properties": 0,
		"cohorts":         0,
		"perks":           0,
		"digital-assets":  0,
		"badges":          0,
		"campaigns":       0,
	}
	whole := map[string]int{
		"user-properties": 3,
		"cohorts":         4,
		"perks":           3,
		"digital-assets":  2,
		"badges":          2,
		"campaigns":       3,
	}

	test.must("init")
	if output := test.must("apply", "-auto-approve"); !strings.Contains(output, "17 added, 0 changed, 0 destroyed") {
		t.Errorf("the first apply to test does not create all:\n%s", output)
	}
	test.noChanges()
	expectCounts(t, w, "test", whole)
	expectCounts(t, w, "live", empty)
	if n := w.Stats().ByMode["live"]; n != 0 {
		t.Errorf("%d requests went to live before its root was applied", n)
	}

	w.Reset()
	live.must("init")
	if output := live.must("apply", "-auto-approve"); !strings.Contains(output, "17 added, 0 changed, 0 destroyed") {
		t.Errorf("the first apply to live does not create all:\n%s", output)
	}
	live.noChanges()
	expectCounts(t, w, "live", whole)
	if n := w.Stats().ByMode["test"]; n != 0 {
		t.Errorf("%d requests went to test when live was applied", n)
	}
	test.noChanges()

	inTest, testIDs := withoutIDs(t, w, "test")
	inLive, liveIDs := withoutIDs(t, w, "live")
	for id := range testIDs {
		if liveIDs[id] != "" {
			t.Errorf("both merchants have something with the id %s", id)
		}
	}
	inTest = strings.ReplaceAll(inTest, "https://staging.sorbier.example", "https://www.sorbier.example")
	if diff := cmp.Diff(inTest, inLive); diff != "" {
		t.Errorf("the merchants differ by more than the address of the shop (-test +live):\n%s", diff)
	}
	got := map[string]any{}
	for _, campaign := range w.Objects("live", "campaigns") {
		name, _ := campaign["internalName"].(string)
		got[name] = campaign["status"]
	}
	if diff := cmp.Diff(map[string]any{
		"summit-season":      "published",
		"trail-store":        "published",
		"founders-thank-you": "draft",
	}, got); diff != "" {
		t.Errorf("status of the campaigns in live (-want +got):\n%s", diff)
	}

	before := w.Objects("live", "campaigns")
	w.Reset()
	test.must("destroy", "-auto-approve")
	expectCounts(t, w, "test", empty)
	if after, _ := withoutIDs(t, w, "live"); after != inLive {
		t.Errorf("live changed when test was destroyed:\n%s", cmp.Diff(inLive, after))
	}
	if diff := cmp.Diff(before, w.Objects("live", "campaigns")); diff != "" {
		t.Errorf("live changed when test was destroyed:\n%s", diff)
	}
	if n := w.Stats().ByMode["live"]; n != 0 {
		t.Errorf("%d requests went to live when test was destroyed", n)
	}
	live.noChanges()
}

// TestExamples_adopt starts with a live merchant that has a part of the program, and with no state.
// One plan imports what exists and creates the rest. The next plan is empty.
func TestExamples_adopt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	program := t.TempDir()
	if err := os.CopyFS(program, onlyHCL{os.DirFS(filepath.Join(examples, "loyalty-program"))}); err != nil {
		t.Fatal(err)
	}
	live := newTerraformCLI(t, filepath.Join(program, "env", "live"), "COHORT_API_URL="+w.URL(),
		"COHORT_API_KEY="+w.LiveKey())
	live.must("init")
	live.must("apply", "-auto-approve", "-target=module.loyalty.cohort_campaign.trail_store")
	expectCounts(t, w, "live", map[string]int{
		"user-properties": 1,
		"cohorts":         2,
		"perks":           2,
		"digital-assets":  1,
		"badges":          0,
		"campaigns":       1,
	})
	if err := os.Remove(filepath.Join(live.dir, "terraform.tfstate")); err != nil {
		t.Fatal(err)
	}
	made, _ := withoutIDs(t, w, "live")

	w.Reset()
	if output := live.must("plan"); !strings.Contains(output, "Plan: 7 to import, 10 to add, 0 to change, 0 to destroy.") {
		t.Errorf("the plan does not take over the 7 objects that exist and create the other 10:\n%s", output)
	}
	output := live.must("apply", "-auto-approve")
	if !strings.Contains(output, "7 imported, 10 added, 0 changed, 0 destroyed") {
		t.Errorf("the apply does not do what was planned:\n%s", output)
	}
	for _, e := range w.History() {
		if e.Method == "DELETE" || e.Method == "PATCH" {
			t.Errorf("%s %s was sent", e.Method, e.Path)
		}
	}
	expectCounts(t, w, "live", map[string]int{
		"user-properties": 3,
		"cohorts":         4,
		"perks":           3,
		"digital-assets":  2,
		"badges":          2,
		"campaigns":       3,
	})
	all, _ := withoutIDs(t, w, "live")
	if !strings.Contains(all, strings.Split(made, "\n}\n")[0]) {
		t.Errorf("what existed has changed from\n%s\nto\n%s", made, all)
	}
	w.Reset()
	live.noChanges()
	lists := len(provider.Catalog()) - 1 // Lists and segments are one collection.
	if sent := w.Stats().Requests; sent != lists {
		t.Errorf("the empty plan took %d requests, want a list of each of %d collections; by id were read %v",
			sent, lists, w.byID())
	}
}

// TestExamples_sameAdoption checks that both roots import with the same file.
func TestExamples_sameAdoption(t *testing.T) {
	t.Parallel()
	var files [2]string
	for i, root := range []string{"test", "live"} {
		content, err := os.ReadFile(filepath.Join(examples, "loyalty-program", "env", root, "adopt.tf"))
		if err != nil {
			t.Fatal(err)
		}
		files[i] = string(content)
	}
	if diff := cmp.Diff(files[0], files[1]); diff != "" {
		t.Errorf("env/test and env/live differ in adopt.tf:\n%s", diff)
	}
}

func expectCounts(t *testing.T, w *world, mode string, want map[string]int) {
	t.Helper()
	if diff := cmp.Diff(want, kinds(w, mode)); diff != "" {
		t.Errorf("objects of the %s merchant (-want +got):\n%s", mode, diff)
	}
}

// withoutIDs writes the objects of a merchant as text, with names in place of ids. It also returns
// the names by id.
func withoutIDs(t *testing.T, w *world, mode string) (text string, names map[string]string) {
	t.Helper()
	names = map[string]string{}
	var lines []string
	for kind := range kinds(w, mode) {
		for _, object := range w.Objects(mode, kind) {
			key := object["internalName"]
			if key == nil {
				key = object["referenceId"]
			}
			names[fmt.Sprint(object["id"])] = fmt.Sprintf("%s %v", kind, key)
			delete(object, "createdAt")
			delete(object, "updatedAt")
			if config, ok := object["typeConfig"].(map[string]any); ok && kind == "campaigns" {
				steps, _ := config["steps"].([]any)
				for _, step := range steps {
					if step, ok := step.(map[string]any); ok {
						delete(step, "id")
					}
				}
			}
			line, err := json.MarshalIndent(object, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, string(line))
		}
	}
	for id, name := range names {
		for i := range lines {
			lines[i] = strings.ReplaceAll(lines[i], id, name)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n"), names
}

// onlyHCL hides from a copy what a user's own Terraform left in the folder.
type onlyHCL struct{ fs.FS }

func (f onlyHCL) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(f.FS, name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		return strings.HasPrefix(e.Name(), ".") || !e.IsDir() && filepath.Ext(e.Name()) != ".tf"
	}), err
}
