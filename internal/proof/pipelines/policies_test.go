package pipelines

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

const (
	policies = examples + "/pipelines/policy"
	twin     = examples + "/pipelines/cohort.policy.hcl"
)

// verify runs the tests of the policies in a folder.
func verify(t *testing.T, folder string) (output []byte, err error) {
	t.Helper()
	conftest := os.Getenv("CONFTEST")
	if conftest == "" {
		t.Skip("CONFTEST is not set: make policies runs this test")
	}
	return exec.CommandContext(t.Context(), conftest, "verify", "--policy", folder, "--data",
		filepath.Join(folder, "exceptions.yaml")).CombinedOutput()
}

// TestPolicies runs the tests that stand beside the policies: each lets the clean plan pass and
// stops its mutants.
func TestPolicies(t *testing.T) {
	t.Parallel()
	if output, err := verify(t, policies); err != nil || !bytes.Contains(output, []byte(" 0 failures")) {
		t.Errorf("%v\n%s", err, output)
	}
}

var (
	rulesOf  = regexp.MustCompile(`(?ms)^deny contains msg if \{\n.*?^\}\n`)
	linesOf  = regexp.MustCompile(`(?m)^\t[^\t\n].*\n`)
	messages = regexp.MustCompile(`msg := |sprintf|^\t\)|^\t\[|some object in|:= `)
)

// TestPolicies_mutants holds that those tests miss no policy and no condition of one: without it,
// a test fails.
func TestPolicies_mutants(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(filepath.Join(policies, "cohort.rego"))
	if err != nil {
		t.Fatal(err)
	}
	var mutants [][2]string
	for _, rule := range rulesOf.FindAllString(string(content), -1) {
		mutants = append(mutants, [2]string{rule, ""})
		for _, line := range linesOf.FindAllString(rule, -1) {
			if !messages.MatchString(line) {
				mutants = append(mutants, [2]string{rule, strings.Replace(rule, line, "", 1)})
			}
		}
	}
	if len(mutants) < 2*7 {
		t.Fatalf("there are %d mutants", len(mutants))
	}
	for _, mutant := range mutants {
		folder := t.TempDir()
		if err := os.CopyFS(folder, os.DirFS(policies)); err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(string(content), mutant[0], mutant[1], 1)
		if err := os.WriteFile(filepath.Join(folder, "cohort.rego"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if output, err := verify(t, folder); err == nil {
			t.Errorf("no test misses the difference between\n%sand\n%s%s", mutant[0], mutant[1], output)
		}
	}
}

// TestTwin parses the twin and checks what is known of Terraform Policy: the blocks and their
// arguments, the names and functions that an expression may use, that prior_attrs needs operations
// without create, and that deletions are covered.
func TestTwin(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(twin)
	if err != nil {
		t.Fatal(err)
	}
	file, problems := hclsyntax.ParseConfig(content, twin, hcl.InitialPos)
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	covered := map[string]bool{}
	body := file.Body.(*hclsyntax.Body)
	for _, block := range body.Blocks {
		switch {
		case block.Type == "policy" && len(block.Labels) == 0, block.Type == "input" && len(block.Labels) == 1:
		case block.Type == "resource_policy" && len(block.Labels) == 2:
			for _, operation := range checkTwin(t, block) {
				covered[operation] = true
			}
		default:
			t.Errorf("it has the block %s %q", block.Type, block.Labels)
		}
	}
	for _, operation := range []string{"create", "update", "delete"} {
		if !covered[operation] {
			t.Errorf("no policy covers %s", operation)
		}
	}
}

// checkTwin checks one policy, and returns its operations.
func checkTwin(t *testing.T, block *hclsyntax.Block) (operations []string) {
	t.Helper()
	name := block.Labels[1]
	argument := block.Body.Attributes["operations"]
	if argument == nil {
		t.Fatalf("%s does not say its operations", name)
	}
	value, problems := argument.Expr.Value(nil)
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	for _, operation := range value.AsValueSlice() {
		operations = append(operations, operation.AsString())
	}
	enforced := 0
	for _, inner := range block.Body.Blocks {
		switch inner.Type {
		case "locals":
		case "enforce":
			enforced++
			for _, needed := range []string{"condition", "error_message"} {
				if inner.Body.Attributes[needed] == nil {
					t.Errorf("%s enforces something without %s", name, needed)
				}
			}
		default:
			t.Errorf("%s has the block %s", name, inner.Type)
		}
	}
	if enforced != 1 {
		t.Errorf("%s enforces %d conditions", name, enforced)
	}
	names := []string{"attrs", "input", "local"}
	if !slices.Contains(operations, "create") {
		names = append(names, "prior_attrs")
	}
	_ = hclsyntax.VisitAll(block.Body, func(node hclsyntax.Node) hcl.Diagnostics {
		switch node := node.(type) {
		case *hclsyntax.ScopeTraversalExpr:
			if !slices.Contains(names, node.Traversal.RootName()) {
				t.Errorf("%s uses %s", name, node.Traversal.RootName())
			}
		case *hclsyntax.FunctionCallExpr:
			if !slices.Contains([]string{"core::try", "core::contains"}, node.Name) {
				t.Errorf("%s calls %s", name, node.Name)
			}
		}
		return nil
	})
	return operations
}
