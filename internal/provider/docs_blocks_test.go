package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// pageBlock matches a block of HCL in a page.
var pageBlock = regexp.MustCompile("(?ms)^```terraform\n(.*?)^```$")

// around completes the blocks of a page that show only some attributes of an object.
var around = map[string]string{
	"resources/campaign": `resource "cohort_campaign" "shown" {
  internal_name = "shown"
  challenge     = {}
  %s
}
resource "cohort_perk" "welcome" {
  internal_name = "welcome-10"
}
resource "cohort_digital_asset" "card" {
  internal_name = "founder-card"
}
`,
	"resources/perk": "resource \"cohort_perk\" \"shown\" {\n  internal_name = \"shown\"\n  %s\n}\n",
}

// TestDocs_blocks applies each block of HCL of the index and the reference pages that is no file of
// examples, which other tests apply. The tests of the guides run the blocks of the guides.
func TestDocs_blocks(t *testing.T) {
	t.Parallel()
	applied, shown := exampleTexts(t), 0
	pages, err := filepath.Glob(filepath.Join(repository, "docs", "*", "*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatal("there are no pages", err)
	}
	for _, page := range append(pages, filepath.Join(repository, "docs", "index.md")) {
		name, err := filepath.Rel(filepath.Join(repository, "docs"), strings.TrimSuffix(page, ".md"))
		if err != nil {
			t.Fatal(err)
		}
		name = filepath.ToSlash(name)
		if strings.HasPrefix(name, "guides/") {
			continue
		}
		content, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for i, match := range pageBlock.FindAllStringSubmatch(string(content), -1) {
			if block := match[1]; !applied[strings.TrimSpace(block)] {
				shown++
				t.Run(fmt.Sprint(name, " ", i), func(t *testing.T) {
					t.Parallel()
					applyShown(t, block, around[name])
				})
			}
		}
	}
	if shown < 5 {
		t.Errorf("found %d blocks that are no example", shown)
	}
}

// exampleTexts returns the texts of the files of examples, whose tests are elsewhere.
func exampleTexts(t *testing.T) map[string]bool {
	t.Helper()
	texts := map[string]bool{}
	files, err := filepath.Glob(filepath.Join(examples, "*", "*", "*"))
	if err != nil || len(files) == 0 {
		t.Fatal("there are no examples", err)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if info.IsDir() {
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[strings.TrimSpace(string(content))] = true
	}
	return texts
}

// applyShown applies a block with the key of its mode, and checks that the next plan is empty.
func applyShown(t *testing.T, block, whole string) {
	t.Helper()
	if strings.Contains(block, "ephemeral ") && !terraformtest.Supports(t, "ephemeral variables", "1.10", "1.11") {
		return
	}
	w := newWorld(t, sandbox.Options{})
	key := w.TestKey()
	if strings.Contains(block, "\n  mode = \"live\"") {
		key = w.LiveKey()
	}
	if whole != "" {
		block = fmt.Sprintf(whole, block)
	}
	settings := []string{"COHORT_API_URL=" + w.URL(), "COHORT_API_KEY=" + key, "TF_VAR_cohort_api_key=" + key}
	dir := t.TempDir()
	var terraform *terraformCLI
	if strings.HasPrefix(block, "terraform {") {
		if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(block), 0o600); err != nil {
			t.Fatal(err)
		}
		terraform = newTerraformCLI(t, dir, settings...)
		terraform.must("init")
	} else {
		terraform = initialized(t, dir, block, settings...)
	}
	terraform.must("apply", "-auto-approve")
	terraform.noChanges()
}
