package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

func TestBadgeDataSource(t *testing.T) {
	t.Parallel()
	const found = "data.cohort_badge.by_key"
	checkDataSource(t, campaignWorld(t, sandbox.Options{}), dataSourceCase{
		resource: badgeAddress, key: "internal_name",
		config:  badge(`locked_description = { en = "Soon" }`, `desired_status = "published"`),
		missing: []string{`No badge has the internal name "nothing"`, `The merchant has "gold".`},
		checks: []statecheck.StateCheck{
			known(found, text("test"), "mode"),
			known(found, text("published"), "status"),
			known(found, knownvalue.MapExact(map[string]knownvalue.Check{"en": text("Soon")}), "locked_description"),
		},
	})
}

func TestBadgeDataSource_twice(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	first := w.post(t, "/v1/badges", `{"internalName":"twice","cohortId":"`+w.id(t, "cohorts", "VIPs")+`"}`)
	second := w.post(t, "/v1/badges", `{"internalName":"twice","cohortId":"`+w.id(t, "cohorts", "VIPs")+`"}`)
	w.run(t, nil, resource.TestStep{
		Config:      block("data.cohort_badge.x", `internal_name = "twice"`),
		ExpectError: says(`More than one badge has the internal name "twice"`, "Their ids are "+first+", "+second+"."),
	})
}
