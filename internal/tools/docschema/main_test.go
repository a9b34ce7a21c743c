package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
)

// TestWrite checks that the file contains what Terraform 1.11 leaves out, and parses as a provider
// schema.
func TestWrite(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "below", "schema.json")
	if err := write(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var schemas tfjson.ProviderSchemas
	if err := json.Unmarshal(content, &schemas); err != nil {
		t.Fatal(err)
	}
	got := schemas.Schemas["registry.terraform.io/hashicorp/cohort"]
	if got == nil {
		t.Fatal("the provider is missing")
	}

	mode := got.ResourceIdentitySchemas["cohort_list"].Attributes["mode"]
	if mode == nil || !mode.RequiredForImport && !mode.OptionalForImport || mode.IdentityType.FriendlyName() != "string" {
		t.Errorf("identity of a list: mode = %+v", mode)
	}
	title := got.ResourceSchemas["cohort_perk"].Block.Attributes["title"]
	if title == nil || !title.Optional || title.AttributeType.FriendlyName() != "map of string" {
		t.Errorf("title of a perk = %+v", title)
	}
	steps := got.ResourceSchemas["cohort_campaign"].Block.Attributes["challenge"].AttributeNestedType.Attributes["steps"]
	if steps == nil || steps.AttributeNestedType == nil ||
		steps.AttributeNestedType.NestingMode != tfjson.SchemaNestingModeList {
		t.Errorf("steps of a challenge = %+v", steps)
	}
	status := got.ListResourceSchemas["cohort_campaign"].Block.Attributes["status"]
	if status == nil || !status.Optional || status.AttributeType.FriendlyName() != "string" {
		t.Errorf("status of a query of campaigns = %+v", status)
	}
	if got.EphemeralResourceSchemas["cohort_user_auth_token"] == nil ||
		got.DataSourceSchemas["cohort_campaign_diffusion"] == nil {
		t.Error("an ephemeral resource or a data source is missing")
	}
}
