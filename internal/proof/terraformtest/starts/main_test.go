package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestFind checks that find returns a test however it starts Terraform, and no other test.
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
import "testing"
func TestMethod(t *testing.T) { world{}.run(t) }
func TestOther(t *testing.T) {
	for _, c := range []struct{ viaHelper bool }{{viaHelper: true}} { t.Run("run", nil); _ = c.viaHelper }
}
func TestShadows(t *testing.T) { viaHelper := true; _ = viaHelper }
func TestSampled(t *testing.T) { each(func() bool { return sampled() }) }
`,
		"two/c_test.go": `package two
import (
	"testing"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
)
func TestPlain(t *testing.T) { _ = resource.TestStep{} }
`,
	})
	for want, targets := range map[string][]string{
		"^(TestDirect|TestMethod|TestTable)$":             {start},
		"^(TestDirect|TestMethod|TestSampled|TestTable)$": {start, sample},
	} {
		pattern, folders, err := find(root, targets...)
		if err != nil {
			t.Fatal(err)
		}
		if pattern != want {
			t.Errorf("found %s, want %s", pattern, want)
		}
		if len(folders) != 1 || !strings.HasSuffix(folders[0], "/one") {
			t.Errorf("folders are %v, want one", folders)
		}
	}
}

// TestFind_sameName checks that two tests of one name must both start Terraform or both not.
// Otherwise go test would leave one of them out.
func TestFind_sameName(t *testing.T) {
	t.Parallel()
	const plain = "package p\nimport \"testing\"\nfunc TestSame(t *testing.T) {}\n"
	_, _, err := find(written(t, map[string]string{
		"one/a_test.go": "package p\nimport (\n\"testing\"\n" +
			"\"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest\"\n)\n" +
			"func TestSame(t *testing.T) { terraformtest.New(t, \"\") }\n",
		"two/b_test.go": plain,
	}), start)
	if err == nil || !strings.Contains(err.Error(), "TestSame starts Terraform in one package and does not in ") {
		t.Errorf("said %v", err)
	}
	if _, _, err := find(written(t, map[string]string{"two/b_test.go": plain}), start); err == nil {
		t.Error("a pattern of nothing would match every test")
	}
}

// TestFind_repository checks both halves of the tests of this repository.
func TestFind_repository(t *testing.T) {
	t.Parallel()
	pattern, folders, err := find("../../..", start)
	if err != nil {
		t.Fatal(err)
	}
	if plain, _, err := find("../../..", start, sample); err != nil ||
		!regexp.MustCompile(plain).MatchString("TestEqualForms_stayAsWritten") {
		t.Errorf("the forms are not all tried anywhere: %s %v", plain, err)
	}
	starting := regexp.MustCompile(pattern)
	for name, want := range map[string]bool{
		"TestFaults": true, "TestHistories": true, "TestGuards_refuse": true, "TestPerk_lifecycle": true,
		"TestExamples_apply": true, "TestProvider_savedPlan": true, "TestGuides": true, "TestReadme_export": false,
		"TestProperty_quiet": false, "TestUnknown_resources": false, "TestProvider_readOnly": false,
		"TestQuery_results": false, "TestListCache_model": false,
		"TestGuards_tainted": false,
	} {
		if starting.MatchString(name) != want {
			t.Errorf("that %s starts Terraform is %t", name, !want)
		}
	}
	want := []string{
		"./../../../companion", "./../../../export", "./../../../proof/acceptance", "./../../../proof/core",
		"./../../../proof/faults", "./../../../proof/guides", "./../../../proof/pipelines", "./../../../proof/release",
		"./../../../provider", "./../../../pull",
	}
	if !slices.Equal(folders, want) {
		t.Errorf("tests start Terraform in %v, want %v, which the targets of the makefile run", folders, want)
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
