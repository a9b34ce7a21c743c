package main

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestFind checks that find returns a test however it reaches a target, and no other test.
func TestFind(t *testing.T) {
	t.Parallel()
	root := written(t, map[string]string{
		"one/a_test.go": `package one
import (
	"testing"
	steps "github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
)
type world struct{}
func (w world) run(t *testing.T) { steps.UnitTest(t, steps.TestCase{}) }
var cases = []func(*testing.T){viaHelper}
func viaHelper(t *testing.T) { terraformtest.New(t, "") }
func TestMain(m *testing.M) { viaHelper(nil) }
func TestDirect(t *testing.T) { t.Run("x", func(t *testing.T) { terraformtest.New(t, "") }) }
func TestTable(t *testing.T) { for _, c := range cases { c(t) } }
`,
		"one/b_test.go": `package one_test
import (
	"testing"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/sample"
)
func TestMethod(t *testing.T) { world{}.run(t) }
func TestOther(t *testing.T) {
	for _, c := range []struct{ viaHelper bool }{{viaHelper: true}} { t.Run("run", nil); _ = c.viaHelper }
}
func TestShadows(t *testing.T) { viaHelper := true; _ = viaHelper }
func TestSampled(t *testing.T) { each(func() bool { return sample.Case() }) }
`,
		"two/c_test.go": `package two
import (
	"testing"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
)
func TestPlain(t *testing.T) { _ = resource.TestStep{} }
`,
		"three/d_test.go": `package three
import (
	"sync"
	"testing"
	"testing/synctest"
)
func atOnce(f func()) { go f() }
func TestGo(t *testing.T) { atOnce(func() {}) }
func TestGroup(t *testing.T) { var group sync.WaitGroup; group.Go(func() {}) }
func TestBubble(t *testing.T) { synctest.Test(t, func(*testing.T) {}) }
func TestLocked(t *testing.T) { var mu sync.Mutex; mu.Lock() }
`,
	})
	for target, want := range map[string]struct{ pattern, folder string }{
		start:      {"^(TestDirect|TestMethod|TestTable)$", "/one"},
		walk:       {"^(TestSampled)$", "/one"},
		concurrent: {"^(TestBubble|TestGo|TestGroup)$", "/three"},
	} {
		pattern, folders, err := find(root, target)
		if err != nil {
			t.Fatal(err)
		}
		if pattern != want.pattern {
			t.Errorf("found %s, want %s", pattern, want.pattern)
		}
		if len(folders) != 1 || !strings.HasSuffix(folders[0], want.folder) {
			t.Errorf("folders are %v, want %s", folders, want.folder)
		}
	}
}

// TestFind_nothing checks that a pattern is never empty: go test would run every test.
func TestFind_nothing(t *testing.T) {
	t.Parallel()
	root := written(t, map[string]string{"a_test.go": "package p\nimport \"testing\"\nfunc TestSame(t *testing.T) {}\n"})
	if pattern, _, err := find(root, start); err == nil {
		t.Errorf("found %s", pattern)
	}
}

// TestFind_concurrent checks that the makefile runs the tests with the race detector that need it:
// those that call the provider from several goroutines, because it starts none itself.
func TestFind_concurrent(t *testing.T) {
	t.Parallel()
	pattern, _, err := find("../../../provider", concurrent)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{
		"TestGuards_sharedKey": true, "TestLedger_await": true, "TestReader_manyOfMany": true, "TestProperty_quiet": false,
		"TestKinds_changes": false,
	} {
		if got := regexp.MustCompile(pattern).MatchString(name); got != want {
			t.Errorf("%s: concurrent is %t, want %t", name, got, want)
		}
	}
	files, err := filepath.Glob("../../../provider/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		names := mentioned(file, map[string]map[string]string{"sync": targets["sync"]})
		if slices.Contains(names, concurrent) || slices.Contains(names, ".Go") || slices.Contains(names, ".AfterFunc") {
			t.Errorf("%s starts goroutines: let make test run all tests of the provider with the race detector", name)
		}
	}
}

// TestFind_repository checks that the targets of the makefile run every test of this repository.
func TestFind_repository(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		target      string
		tests, none []string
		folders     []string
	}{
		{
			start,
			[]string{
				"TestFaults", "TestHistories", "TestGuards_refuse", "TestPerk_lifecycle", "TestExamples_apply",
				"TestProvider_savedPlan", "TestGuides",
			},
			[]string{
				"TestReadme_export", "TestProperty_quiet", "TestUnknown_resources", "TestProvider_readOnly", "TestQuery_results",
				"TestListCache_model", "TestGuards_tainted",
			},
			[]string{
				"companion", "export", "proof/acceptance", "proof/core", "proof/faults", "proof/guides", "proof/pipelines",
				"proof/release", "proof/states", "provider", "pull",
			},
		},
		{
			walk,
			[]string{"TestEqualForms_stayAsWritten", "TestProbe_dialects", "TestExport_roundTrip", "TestPull_generated"},
			[]string{"TestFaults", "TestPerk_lifecycle"},
			[]string{
				"companion", "diff", "doctor/document", "doctor/probe", "export", "planreview", "provider", "pull", "sandbox",
			},
		},
	} {
		pattern, folders, err := find("../../..", c.target)
		if err != nil {
			t.Fatal(err)
		}
		matches := regexp.MustCompile(pattern).MatchString
		for _, name := range c.tests {
			if !matches(name) {
				t.Errorf("%s does not %s", name, c.target)
			}
		}
		for _, name := range c.none {
			if matches(name) {
				t.Errorf("%s does %s", name, c.target)
			}
		}
		for i := range folders {
			folders[i] = strings.TrimPrefix(folders[i], "./../../../")
		}
		if !slices.Equal(folders, c.folders) {
			t.Errorf("tests in %v %s, want %v, which the makefile runs", folders, c.target, c.folders)
		}
	}
}

func written(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}
