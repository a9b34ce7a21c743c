package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

func TestListDataSource(t *testing.T) {
	t.Parallel()
	checkDataSource(t, campaignWorld(t, sandbox.Options{}), dataSourceCase{
		resource: listAddress, config: listConfig, key: "reference_id",
		missing: []string{`No list has the reference id "nothing"`, `The merchant has "vip".`},
		checks:  []statecheck.StateCheck{known("data.cohort_list.by_key", text("VIP customers"), "name"), known("data.cohort_list.by_key", text("test"), "mode")},
	})
}

func TestListDataSource_ofSegment(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.post(t, "/v1/cohorts", `{"type":"segment","name":"Gold","referenceId":"gold"}`)
	w.run(t, nil,
		resource.TestStep{Config: block("data.cohort_list.x", `id = "<Gold>"`), ExpectError: says("Not a list", "is a segment. Use cohort_segment for it.")},
		resource.TestStep{Config: block("data.cohort_list.x", `reference_id = "gold"`), ExpectError: says(`No list has the reference id "gold"`)},
	)
}

func TestListDataSource_twice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	first := w.post(t, "/v1/cohorts", `{"type":"list","name":"A"}`)
	second := w.post(t, "/v1/cohorts", `{"type":"list","name":"B"}`)
	w.run(t, nil, resource.TestStep{
		PreConfig:   w.fault(t, sandbox.Fault{Method: "GET", Route: "/v1/cohorts", Count: -1, Set: map[string]any{"data[].referenceId": "vip"}}),
		Config:      block("data.cohort_list.x", `reference_id = "vip"`),
		ExpectError: says(`More than one list has the reference id "vip"`, "Their ids are "+first+", "+second+"."),
	})
}
