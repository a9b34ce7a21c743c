package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

func TestCampaignDataSource(t *testing.T) {
	t.Parallel()
	const found = "data.cohort_campaign.by_key"
	checkDataSource(t, campaignWorld(t, sandbox.Options{}), dataSourceCase{
		resource: campaignAddress, key: "internal_name",
		config:  hunt(`audience_id = "<VIPs>"`, `end_at = "2037-01-01T00:00:00Z"`, `desired_status = "published"`),
		missing: []string{`No campaign has the internal name "nothing"`, `The merchant has "summer".`},
		checks: []statecheck.StateCheck{
			known(found, text("test"), "mode"),
			known(found, text("published"), "status"),
			known(found, text("2037-01-01T00:00:00Z"), "end_at"),
			known(found, text("summer-hunt"), "challenge", "slug"),
			known(found, knownvalue.NotNull(), "challenge", "steps", 0, "id"),
		},
	})
}

func TestCampaignDataSource_twice(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	first := w.post(t, "/v1/campaigns", `{"internalName":"twice","type":"airdrop"}`)
	second := w.post(t, "/v1/campaigns", `{"internalName":"twice","type":"airdrop"}`)
	w.run(t, nil, resource.TestStep{
		Config:      block("data.cohort_campaign.x", `internal_name = "twice"`),
		ExpectError: says(`More than one campaign has the internal name "twice"`, "Their ids are "+first+", "+second+"."),
	})
}
