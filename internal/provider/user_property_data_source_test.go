package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

func TestUserPropertyDataSource(t *testing.T) {
	t.Parallel()
	checkDataSource(t, campaignWorld(t, sandbox.Options{}), dataSourceCase{
		resource: propertyAddress, config: propertyConfig + "\n", key: "reference_id",
		missing: []string{`No user property has the reference id "nothing"`, `The merchant has "loyalty_tier".`},
		checks:  []statecheck.StateCheck{known("data.cohort_user_property.by_key", text("Loyalty tier"), "name"), known("data.cohort_user_property.by_key", text("test"), "mode")},
	})
}

// The service keeps reference ids apart; should it not, both are named.
func TestUserPropertyDataSource_twice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	first := w.post(t, "/v1/user-properties", `{"name":"Tier","type":"text"}`)
	second := w.post(t, "/v1/user-properties", `{"name":"Rank","type":"text"}`)
	w.run(t, nil, resource.TestStep{
		PreConfig:   w.fault(t, sandbox.Fault{Method: "GET", Route: "/v1/user-properties", Count: -1, Set: map[string]any{"data[].referenceId": "tier"}}),
		Config:      block("data.cohort_user_property.x", `reference_id = "tier"`),
		ExpectError: says(`More than one user property has the reference id "tier"`, "Their ids are "+first+", "+second+"."),
	})
}
