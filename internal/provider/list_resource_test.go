package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

const listAddress = "cohort_list.vip"

var listConfig = block(listAddress, `name = "VIP customers"`, `reference_id = "vip"`)

func TestList_lifecycle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	steps := []resource.TestStep{{
		Config: listConfig,
		Check:  w.wrote(`POST /v1/cohorts {"type":"list","name":"VIP customers","referenceId":"vip"}`),
		ConfigStateChecks: []statecheck.StateCheck{
			known(listAddress, knownvalue.NotNull(), "id"),
			known(listAddress, text("test"), "mode"),
			known(listAddress, text("VIP customers"), "name"),
			known(listAddress, text("vip"), "reference_id"),
		},
	}}
	steps = append(steps, imports(listAddress, "vip")...)
	steps = append(steps,
		resource.TestStep{
			PreConfig: w.mark, Config: block(listAddress, `name = "VIPs"`, `reference_id = "vip"`),
			ConfigPlanChecks: acts(listAddress, plancheck.ResourceActionUpdate),
			Check:            w.wrote(`PATCH /v1/cohorts/<VIP customers> {"name":"VIPs"}`),
		},
		resource.TestStep{
			PreConfig: w.mark, Config: block(listAddress, `name = "VIPs"`),
			ConfigPlanChecks:  acts(listAddress, plancheck.ResourceActionUpdate),
			Check:             w.wrote(`PATCH /v1/cohorts/<VIP customers> {"referenceId":null}`),
			ConfigStateChecks: []statecheck.StateCheck{known(listAddress, knownvalue.Null(), "reference_id")},
		},
		resource.TestStep{
			PreConfig: w.mark, Config: block(listAddress, `name = "VIPs"`, `reference_id = "vips"`),
			Check: resource.ComposeTestCheckFunc(w.wrote(`PATCH /v1/cohorts/<VIP customers> {"referenceId":"vips"}`),
				w.holds("cohorts", "VIPs")),
		},
	)
	w.run(t, w.holds("cohorts"), steps...)
}

func TestList_identity(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.post(t, "/v1/cohorts", `{"type":"list","name":"VIPs"}`)
	w.checkIdentity(t, identityCase{"cohort_list", "cohorts", "VIPs", map[string]any{"name": "VIPs"}})
}

var listOutside = outside{
	address: listAddress, kind: "cohorts", name: "VIP customers",
	config: listConfig,
	edit:   map[string]any{"name": "Changed", "referenceId": nil},
	wrote:  `PATCH /v1/cohorts/<VIP customers> {"name":"VIP customers","referenceId":"vip"}`,
}

func TestList_refused(t *testing.T) {
	t.Parallel()
	refused(t, listConfig, "/v1/cohorts", "referenceId must be shorter", `Could not create list "VIP customers"`,
		`reference_id = "vip"`)
}

func TestList_taken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.post(t, "/v1/cohorts", `{"type":"segment","name":"Other","referenceId":"vip"}`)
	w.run(t, w.holds("cohorts", "Other"), resource.TestStep{
		Config: listConfig,
		ExpectError: says(`A segment with the reference id "vip" already exists in the test merchant`,
			"A list and a segment cannot have the same reference_id."),
	})
}

func TestList_importRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	segment := w.post(t, "/v1/cohorts", `{"type":"segment","name":"Gold","referenceId":"gold"}`)
	w.post(t, "/v1/cohorts", `{"type":"list","name":"Staff","referenceId":"staff"}`)
	w.post(t, "/v1/cohorts", `{"type":"list","name":"No key"}`)
	step := resource.TestStep{Config: listConfig, ResourceName: listAddress, ImportState: true}
	unknown, other, missing := step, step, step
	unknown.ImportStateId, unknown.ExpectError = "gold",
		says(`No list has the reference id "gold"`, `The merchant has "staff".`)
	other.ImportStateId, other.ExpectError = segment, says("Not a list", "is a segment. Use cohort_segment for it.")
	missing.ImportStateId, missing.ExpectError = "id:nothing", says(`No list has the id "nothing" in the test merchant`)
	w.run(t, nil, unknown, other, missing)
}
