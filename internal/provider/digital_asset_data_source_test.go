package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

func TestDigitalAssetDataSource(t *testing.T) {
	t.Parallel()
	const found = "data.cohort_digital_asset.by_key"
	checkDataSource(t, newWorld(t, sandbox.Options{}), dataSourceCase{
		resource: assetAddress, key: "internal_name",
		config:  asset(`max_supply = 500`, `desired_status = "published"`),
		missing: []string{`No digital asset has the internal name "nothing"`, `The merchant has "card".`},
		checks: []statecheck.StateCheck{
			known(found, text("test"), "mode"),
			known(found, text("published"), "status"),
			known(found, knownvalue.Int64Exact(500), "max_supply"),
		},
	})
}

func TestDigitalAssetDataSource_twice(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	first := w.post(t, "/v1/digital-assets", `{"internalName":"twice"}`)
	second := w.post(t, "/v1/digital-assets", `{"internalName":"twice"}`)
	w.run(t, nil, resource.TestStep{
		Config:      block("data.cohort_digital_asset.x", `internal_name = "twice"`),
		ExpectError: says(`More than one digital asset has the internal name "twice"`, "Their ids are "+first+", "+second+"."),
	})
}
