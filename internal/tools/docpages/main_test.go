package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWrite checks that a layout gets the facts of each page and its own definitions, and that
// other templates are copied.
func TestWrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	schema := filepath.Join(dir, "schema.json")
	files := map[string]string{
		schema: `{"format_version":"1.0","provider_schemas":{"x":{"resource_schemas":{"cohort_list":{},"cohort_perk":{}}}}}`,
		filepath.Join(dir, "in", "index.md.tmpl"):             "index",
		filepath.Join(dir, "in", "resources", "perk.md.tmpl"): `{{- define "own" }}{{ end }}`,
	}
	for _, folder := range []string{"resources", "data-sources", "list-resources", "ephemeral-resources", "actions"} {
		files[filepath.Join(dir, "in", folder+".md.tmpl")] = "---\nlayout of " + folder + "\n"
	}
	for file, content := range files {
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	into := filepath.Join(dir, "out")
	for range 2 { // The second run replaces what the first one wrote.
		if err := write(schema, filepath.Join(dir, "in"), into); err != nil {
			t.Fatal(err)
		}
	}
	for file, parts := range map[string][]string{
		"index.md.tmpl":          {"index"},
		"resources/list.md.tmpl": {`$subcategory := "Audiences"`, `$keyName := "reference id"`, "---\nlayout of resources\n"},
		"resources/perk.md.tmpl": {`$archives := true`, "---\nlayout of resources\n", `define "own"`},
	} {
		content, err := os.ReadFile(filepath.Join(into, file))
		if err != nil {
			t.Fatal(err)
		}
		rest := string(content)
		for _, part := range parts {
			var found bool
			if _, rest, found = strings.Cut(rest, part); !found {
				t.Errorf("%s lacks %q, or has it before another part:\n%s", file, part, content)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(into, "resources.md.tmpl")); err == nil {
		t.Error("the layout itself is left as a page")
	}

	if _, err := facts("widget"); err == nil || !strings.Contains(err.Error(), "give widget a subcategory") {
		t.Errorf("a page without a subcategory: %v", err)
	}
}
