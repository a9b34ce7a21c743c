// Command docpages writes the templates from which tfplugindocs makes docs/. It puts the layout of
// a folder, such as templates/resources.md.tmpl, around what only one page has, such as
// templates/resources/perk.md.tmpl, so that pages of one folder cannot differ by accident.
//
// A layout can use what the catalog knows of a kind. A page is then a number of definitions that
// the layout calls by name.
package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// subcategories are the headings of the registry's navigation, by the name of the page: a resource,
// its data source and its query stand under the same one. Functions are few, and have none.
var subcategories = map[string]string{
	"user_property":      "Audiences",
	"list":               "Audiences",
	"segment":            "Audiences",
	"perk":               "Rewards",
	"digital_asset":      "Rewards",
	"badge":              "Badges",
	"campaign":           "Campaigns",
	"campaign_end":       "Campaigns",
	"campaign_diffusion": "Merchant",
	"inventory":          "Merchant",
	"snapshot":           "Merchant",
	"user_auth_token":    "Merchant",
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: docpages SCHEMA TEMPLATES INTO")
		os.Exit(2)
	}
	if err := write(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "docpages:", err)
		os.Exit(1)
	}
}

// write writes the templates of all pages of a schema, which docschema wrote. Templates of a folder
// without a layout are copies.
func write(schemaFile, templates, into string) error {
	content, err := os.ReadFile(schemaFile)
	if err != nil {
		return err
	}
	var schemas tfjson.ProviderSchemas
	if err := json.Unmarshal(content, &schemas); err != nil {
		return fmt.Errorf("%s: %w", schemaFile, err)
	}
	if len(schemas.Schemas) != 1 {
		return fmt.Errorf("%s has %d providers, want 1", schemaFile, len(schemas.Schemas))
	}
	if err := os.RemoveAll(into); err != nil {
		return err
	}
	if err := os.CopyFS(into, os.DirFS(templates)); err != nil {
		return err
	}
	for _, schema := range schemas.Schemas {
		if err := errors.Join(
			compose(into, "resources", schema.ResourceSchemas),
			compose(into, "data-sources", schema.DataSourceSchemas),
			compose(into, "list-resources", schema.ListResourceSchemas),
			compose(into, "ephemeral-resources", schema.EphemeralResourceSchemas),
			compose(into, "actions", schema.ActionSchemas),
		); err != nil {
			return err
		}
	}
	return nil
}

// compose replaces the templates of a folder by complete ones, one for each name that is served.
func compose[S any](root, folder string, served map[string]S) error {
	layoutFile := filepath.Join(root, folder+".md.tmpl")
	layout, err := os.ReadFile(layoutFile)
	if err != nil {
		return err
	}
	if err := os.Remove(layoutFile); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(root, folder), 0o750); err != nil {
		return err
	}
	for typeName := range served {
		name := strings.TrimPrefix(typeName, "cohort_")
		facts, err := facts(name)
		if err != nil {
			return err
		}
		file := filepath.Join(root, folder, name+".md.tmpl")
		own, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := os.WriteFile(file, slices.Concat([]byte(facts), layout, own), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// facts declares the variables of a layout. The front matter of a page has to be its first line, so
// the last declaration trims what follows.
func facts(name string) (string, error) {
	subcategory, known := subcategories[name]
	if !known {
		return "", fmt.Errorf("give %s a subcategory in docpages", name)
	}
	var kind provider.Kind
	if at := slices.IndexFunc(provider.Catalog(), func(k provider.Kind) bool { return k.Name == name }); at >= 0 {
		kind = provider.Catalog()[at]
	}
	var declared strings.Builder
	for _, fact := range []struct {
		name  string
		value any
	}{
		{"subcategory", subcategory},
		{"name", name},
		{"noun", cmp.Or(kind.Noun, strings.ReplaceAll(name, "_", " "))},
		{"plural", kind.Plural},
		{"key", kind.Key},
		{"keyName", strings.ReplaceAll(kind.Key, "_", " ")},
		{"lifecycle", len(kind.Lifecycle) > 0},
		{"archives", slices.Contains(kind.Lifecycle, "archived")},
	} {
		fmt.Fprintf(&declared, "{{- $%s := %#v -}}\n", fact.name, fact.value)
	}
	return declared.String(), nil
}
