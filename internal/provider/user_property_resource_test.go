package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

const propertyAddress = "cohort_user_property.tier"

const propertyConfig = `
resource "cohort_user_property" "tier" {
  name         = "Loyalty tier"
  type         = "text"
  reference_id = "loyalty_tier"
}`

func TestUserProperty_lifecycle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	steps := []resource.TestStep{{
		Config: propertyConfig,
		Check:  w.wrote(`POST /v1/user-properties {"name":"Loyalty tier","type":"text","referenceId":"loyalty_tier"}`),
		ConfigStateChecks: []statecheck.StateCheck{
			known(propertyAddress, knownvalue.NotNull(), "id"),
			known(propertyAddress, text("test"), "mode"),
			known(propertyAddress, text("Loyalty tier"), "name"),
			known(propertyAddress, text("text"), "type"),
			known(propertyAddress, text("loyalty_tier"), "reference_id"),
		},
	}}
	steps = append(steps, imports(propertyAddress, "loyalty_tier")...)
	steps = append(steps,
		resource.TestStep{
			PreConfig:        w.mark,
			Config:           block(propertyAddress, `name = "Tier"`, `type = "text"`, `reference_id = "loyalty_tier"`),
			ConfigPlanChecks: acts(propertyAddress, plancheck.ResourceActionUpdate),
			Check:            w.wrote(`PATCH /v1/user-properties/<Loyalty tier> {"name":"Tier"}`),
		},
		resource.TestStep{
			PreConfig:        w.mark,
			Config:           block(propertyAddress, `name = "Tier"`, `type = "text"`, `reference_id = "tier"`),
			ConfigPlanChecks: acts(propertyAddress, plancheck.ResourceActionUpdate),
			Check:            w.wrote(`PATCH /v1/user-properties/<Loyalty tier> {"referenceId":"tier"}`),
		},
		// The service always has a reference id, so an id that leaves the configuration stays.
		resource.TestStep{
			Config:           block(propertyAddress, `name = "Tier"`, `type = "text"`),
			ConfigPlanChecks: nothingToDo,
		},
		resource.TestStep{
			PreConfig:        w.mark,
			Config:           block(propertyAddress, `name = "Tier"`, `type = "number"`, `reference_id = "tier"`),
			ConfigPlanChecks: acts(propertyAddress, plancheck.ResourceActionDestroyBeforeCreate),
			Check: resource.ComposeTestCheckFunc(
				w.wrote(`DELETE /v1/user-properties/<Loyalty tier>`,
					`POST /v1/user-properties {"name":"Tier","type":"number","referenceId":"tier"}`),
				w.holds("user-properties", "Tier"),
			),
		},
	)
	w.run(t, w.holds("user-properties"), steps...)
}

func TestUserProperty_derivedReferenceID(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.run(t, nil,
		resource.TestStep{
			Config:            block(propertyAddress, `name = "Loyalty tier"`, `type = "date"`),
			Check:             w.wrote(`POST /v1/user-properties {"name":"Loyalty tier","type":"date"}`),
			ConfigStateChecks: []statecheck.StateCheck{known(propertyAddress, text("loyalty_tier"), "reference_id")},
		},
		// The service derives the id once, so a rename keeps it.
		resource.TestStep{
			PreConfig:         w.mark,
			Config:            block(propertyAddress, `name = "Status"`, `type = "date"`),
			Check:             w.wrote(`PATCH /v1/user-properties/<Loyalty tier> {"name":"Status"}`),
			ConfigStateChecks: []statecheck.StateCheck{known(propertyAddress, text("loyalty_tier"), "reference_id")},
		},
	)
}

func TestUserProperty_identity(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.post(t, "/v1/user-properties", `{"name":"Tier","type":"boolean","referenceId":"tier"}`)
	w.checkIdentity(t, identityCase{
		"cohort_user_property", "user-properties", "Tier",
		map[string]any{"name": "Tier", "type": "boolean", "reference_id": "tier"},
	})
}

var propertyOutside = outside{
	address: propertyAddress, kind: "user-properties", name: "Loyalty tier",
	config: propertyConfig,
	edit:   map[string]any{"name": "Changed", "referenceId": "changed"},
	wrote:  `PATCH /v1/user-properties/<Loyalty tier> {"name":"Loyalty tier","referenceId":"loyalty_tier"}`,
}

func TestUserProperty_refused(t *testing.T) {
	t.Parallel()
	refused(t, propertyConfig, "/v1/user-properties", "name must be shorter",
		`Could not create user property "Loyalty tier"`, `name = "Loyalty tier"`)
}

func TestUserProperty_taken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.post(t, "/v1/user-properties", `{"name":"Other","type":"text","referenceId":"loyalty_tier"}`)
	w.run(t, w.holds("user-properties", "Other"), resource.TestStep{
		Config: propertyConfig,
		ExpectError: says(`A user property with the reference id "loyalty_tier" already exists in the test merchant`,
			`reference_id = "loyalty_tier"`, `id = "loyalty_tier"`),
	})
}

func TestUserProperty_importUnknownKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.post(t, "/v1/user-properties", `{"name":"Size","type":"text","referenceId":"size"}`)
	w.post(t, "/v1/user-properties", `{"name":"Color","type":"text","referenceId":"color"}`)
	w.run(t, nil, resource.TestStep{
		Config: propertyConfig, ResourceName: propertyAddress, ImportState: true, ImportStateId: "loyalty_tier",
		ExpectError: says(`No user property has the reference id "loyalty_tier"`, `The merchant has "color", "size".`),
	})
}
