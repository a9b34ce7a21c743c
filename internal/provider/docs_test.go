package provider_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

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
