package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

func TestPerkDataSource(t *testing.T) {
	t.Parallel()
	const found = "data.cohort_perk.by_key"
	checkDataSource(t, newWorld(t, sandbox.Options{}), dataSourceCase{
		resource: perkAddress, key: "internal_name",
		config:  perk(`expires_at = "2037-01-01T00:00:00Z"`, `desired_status = "live"`, `shopify_discount = { name = "W", type = "percentage", value = 12.5 }`),
		missing: []string{`No perk has the internal name "nothing"`, `The merchant has "welcome".`},
		checks: []statecheck.StateCheck{
			known(found, text("test"), "mode"),
			known(found, text("live"), "status"),
			known(found, text("2037-01-01T00:00:00Z"), "expires_at"),
			known(found, knownvalue.Float64Exact(12.5), "shopify_discount", "value"),
		},
	})
}

func TestPerkDataSource_twice(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	first := w.post(t, "/v1/perks", `{"internalName":"twice"}`)
	second := w.post(t, "/v1/perks", `{"internalName":"twice"}`)
	w.run(t, nil, resource.TestStep{
		Config:      block("data.cohort_perk.x", `internal_name = "twice"`),
		ExpectError: says(`More than one perk has the internal name "twice"`, "Their ids are "+first+", "+second+"."),
	})
}
