package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

const inventoryAddress = "data.cohort_inventory.this"

// idsByKey checks the ids of objects by key.
func idsByKey(ids map[string]string) knownvalue.Check {
	checks := map[string]knownvalue.Check{}
	for key, id := range ids {
		checks[key] = text(id)
	}
	return knownvalue.MapExact(checks)
}

func TestInventoryDataSource(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	tier := w.post(t, "/v1/user-properties", `{"name":"Tier","type":"text","referenceId":"tier"}`)
	vip := w.post(t, "/v1/cohorts", `{"type":"list","name":"VIP","referenceId":"vip"}`)
	w.post(t, "/v1/cohorts", `{"type":"list","name":"Without a key"}`)
	gold := w.post(t, "/v1/cohorts", `{"type":"segment","name":"Gold","referenceId":"gold"}`)
	welcome := w.post(t, "/v1/perks", `{"internalName":"welcome"}`)
	old := w.post(t, "/v1/perks", `{"internalName":"old"}`)
	w.post(t, "/v1/perks/"+old+"/archive", "")
	card := w.post(t, "/v1/digital-assets", `{"internalName":"card"}`)
	badge := w.post(t, "/v1/badges", `{"internalName":"gold","cohortId":"`+gold+`"}`)
	summer := w.post(t, "/v1/campaigns", `{"internalName":"summer","type":"airdrop"}`)
	w.run(t, nil, resource.TestStep{Config: block(inventoryAddress), ConfigStateChecks: []statecheck.StateCheck{
		known(inventoryAddress, text("test"), "mode"),
		known(inventoryAddress, knownvalue.Null(), "kinds"),
		known(inventoryAddress, idsByKey(map[string]string{"tier": tier}), "user_properties"),
		known(inventoryAddress, idsByKey(map[string]string{"vip": vip}), "lists"),
		known(inventoryAddress, idsByKey(map[string]string{"gold": gold}), "segments"),
		known(inventoryAddress, idsByKey(map[string]string{"welcome": welcome}), "perks"),
		known(inventoryAddress, idsByKey(map[string]string{"card": card}), "digital_assets"),
		known(inventoryAddress, idsByKey(map[string]string{"gold": badge}), "badges"),
		known(inventoryAddress, idsByKey(map[string]string{"summer": summer}), "campaigns"),
	}})
}

func TestInventoryDataSource_kinds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.post(t, "/v1/perks", `{"internalName":"welcome"}`)
	w.Reset()
	w.run(t, nil,
		resource.TestStep{
			Config:      block(inventoryAddress, `kinds = ["lists"]`),
			ExpectError: says("Invalid Attribute Value Match", `"user_property"`),
		},
		resource.TestStep{
			Config: block(inventoryAddress, `kinds = ["list", "segment"]`),
			ConfigStateChecks: []statecheck.StateCheck{
				known(inventoryAddress, idsByKey(nil), "lists"),
				known(inventoryAddress, idsByKey(nil), "segments"),
				known(inventoryAddress, knownvalue.Null(), "perks"),
				known(inventoryAddress, knownvalue.Null(), "campaigns"),
			},
		},
	)
	for _, e := range w.History() {
		if e.Path != "/v1/cohorts?limit=100" {
			t.Errorf("%s %s was sent, want requests only for lists and segments", e.Method, e.Path)
		}
	}
}

// TestInventoryDataSource_twice checks that a key of two objects is left out, and that the plan
// goes on.
func TestInventoryDataSource_twice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.post(t, "/v1/perks", `{"internalName":"gift"}`)
	w.post(t, "/v1/perks", `{"internalName":"gift"}`)
	other := w.post(t, "/v1/perks", `{"internalName":"other"}`)
	w.run(t, nil, resource.TestStep{
		Config: block(inventoryAddress, `kinds = ["perk"]`),
		ConfigStateChecks: []statecheck.StateCheck{
			known(inventoryAddress, idsByKey(map[string]string{"other": other}), "perks"),
		},
	})
}

func TestInventoryDataSource_fails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.run(t, nil, resource.TestStep{
		PreConfig:   w.fault(t, sandbox.Fault{Method: "GET", Route: "/v1/badges", Count: -1, Status: 403}),
		Config:      block(inventoryAddress),
		ExpectError: says("Could not list every badge", "HTTP 403"),
	})
}
