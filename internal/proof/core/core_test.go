package core_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/core"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

func TestMain(m *testing.M) { os.Exit(terraformtest.Main(m)) }

const (
	rootFile = `
provider "cohort" {
  mode = "test"
}

locals {
  lists = { a = "List A", b = "List B" }
}

data "cohort_inventory" "existing" {}

resource "cohort_list" "all" {
  for_each     = local.lists
  name         = each.value
  reference_id = each.key
}

module "loyalty" {
  source   = "./modules/loyalty"
  audience = cohort_list.all["a"].id
  shop     = "https://shop.example.com"
}

moved {
  from = module.loyalty.cohort_perk.before
  to   = module.loyalty.cohort_perk.after
}
`
	moduleFile = `
variable "audience" {}
variable "shop" {}
variable "title" {
  default = "Workshop"
}

resource "cohort_perk" "code" {
  internal_name = "code"
  title         = { en = var.title }
  code          = { value = "SECRET1" }
}

resource "cohort_perk" "after" {
  internal_name = "after"
  link          = { url = "${var.shop}/w" }
}

resource "cohort_campaign" "summer" {
  internal_name = "summer"
  audience_id   = var.audience
  rewards       = [{ perk_id = cohort_perk.code.id }, { perk_id = cohort_perk.after.id }]
  challenge = {
    title = { en = "Summer" }
    steps = [{
      user_action = "cohort_form"
      triggers    = [{ type = "form", settings = jsonencode({ minimum = 2 }) }]
    }]
  }
}
`
)

// TestCore_asTerraform compares plans with those of Terraform: of new objects, and of objects that
// were moved, edited on both sides, deleted on both sides and replaced.
func TestCore_asTerraform(t *testing.T) {
	t.Parallel()
	s, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w := terraformtest.New(t, rootFile)
	w.Env["COHORT_API_URL"], w.Env["COHORT_API_KEY"] = s.URL(), s.TestKey()
	if err := os.MkdirAll(filepath.Join(w.Dir, "modules", "loyalty"), 0o750); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"main.tf": []byte(rootFile), "modules/loyalty/main.tf": []byte(moduleFile)}
	write := func(name string, content []byte) {
		files[name] = content
		w.Write(name, string(content))
	}
	write("modules/loyalty/versions.tf", w.Read("versions.tf"))
	write("modules/loyalty/main.tf", files["modules/loyalty/main.tf"])
	run := func(args ...string) {
		t.Helper()
		if result := w.Run(args...); result.Code != 0 {
			t.Fatalf("%v: %s", args, result.Output)
		}
	}
	run("get")
	show := func(args ...string) []byte {
		t.Helper()
		return []byte(w.Run(append([]string{"show", "-json"}, args...)...).Output)
	}
	edit := func(collection, key, body string) {
		t.Helper()
		hand{t, s}.edit(collection, key, body)
	}

	c := core.New(t, core.Merchant{URL: s.URL(), Key: s.TestKey(), Mode: "test"}, nil)
	compare := func(what, summary string) {
		t.Helper()
		if got := c.Plan(files, ".", nil).String(); got != summary {
			t.Errorf("%s: the plan is %s, want %s", what, got, summary)
		}
		run("plan", "-out=plan")
		if diff := cmp.Diff(whatCounts(t, show("plan")), whatCounts(t, c.JSON())); diff != "" {
			t.Fatalf("%s: (-Terraform +core)\n%s", what, diff)
		}
	}
	compare("new objects", "0 to import, 5 to add, 0 to change []")
	run("apply", "plan")
	c.LoadState(show())
	compare("nothing", "0 to import, 0 to add, 0 to change []")

	edit("cohorts", "a", `{"name":"Edited"}`)
	edit("perks", "after", `{"title":{"en":"New"}}`)
	write("modules/loyalty/main.tf", []byte(strings.NewReplacer(
		`"cohort_perk" "code"`, `"cohort_perk" "moved"`, "cohort_perk.code.id", "cohort_perk.moved.id",
		`"Summer"`, `"Autumn"`).Replace(moduleFile)+
		"moved {\n  from = cohort_perk.code\n  to   = cohort_perk.moved\n}\n"))
	write("main.tf", []byte(strings.Replace(rootFile, `b = "List B"`, `c = "List C"`, 1)))
	compare("edits on both sides", `0 to import, 1 to add, 3 to change ["cohort_list.all[\"a\"]" `+
		`"module.loyalty.cohort_campaign.summer" "module.loyalty.cohort_perk.after"], `+
		`1 to destroy ["cohort_list.all[\"b\"]"]`)
}

// whatCounts is what the tests read of a plan.
func whatCounts(t *testing.T, plan []byte) map[string]any {
	t.Helper()
	start := bytes.IndexByte(plan, '{')
	var all map[string]any
	if err := json.Unmarshal(plan[start:], &all); err != nil {
		t.Fatalf("%s\n%s", err, plan)
	}
	part := map[string]any{}
	for _, name := range []string{
		"resource_changes", "resource_drift", "prior_state", "configuration", "complete", "errored",
	} {
		part[name] = all[name]
	}
	strip(part)
	return part
}

// strip removes what nothing reads.
func strip(value any) {
	switch value := value.(type) {
	case map[string]any:
		for name, part := range value {
			if strip(part); isEmpty(part) {
				delete(value, name) // Terraform leaves out some of these, and means the same.
			}
		}
		for _, name := range []string{
			"terraform_version", "identity", "identity_schema_version", "before_identity", "after_identity",
			"sensitive_values", "depends_on", "version_constraint", "full_name", "action_reason", "source", "sensitive",
			"schema_version", "generated_config", "replace_paths",
		} {
			delete(value, name)
		}
		if resources, ok := value["resources"].([]any); ok {
			slices.SortFunc(resources, func(a, b any) int {
				return strings.Compare(a.(map[string]any)["address"].(string), b.(map[string]any)["address"].(string))
			})
		}
	case []any:
		for _, part := range value {
			strip(part)
		}
	}
}

func isEmpty(value any) bool {
	list, isList := value.([]any)
	return value == nil || value == false || reflect.DeepEqual(value, map[string]any{}) ||
		isList && !slices.ContainsFunc(list, func(element any) bool { return !isEmpty(element) })
}

// hand edits objects as people do in Cohort's admin.
type hand struct {
	t *testing.T
	s *sandbox.Sandbox
}

func (h hand) edit(collection, key, body string) {
	h.t.Helper()
	var page struct {
		Data []struct{ ID, ReferenceID, InternalName string }
	}
	h.send(http.MethodGet, "/v1/"+collection, "", &page)
	for _, row := range page.Data {
		if row.ReferenceID == key || row.InternalName == key {
			h.send(http.MethodPatch, "/v1/"+collection+"/"+row.ID, body, nil)
			return
		}
	}
	h.t.Fatalf("%s has no %s", collection, key)
}

func (h hand) send(method, path, body string, into any) {
	h.t.Helper()
	request, err := http.NewRequestWithContext(h.t.Context(), method, h.s.URL()+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+h.s.TestKey())
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || into != nil && json.Unmarshal(content, into) != nil {
		h.t.Fatalf("%s %s: %s %s", method, path, answer.Status, content)
	}
}
