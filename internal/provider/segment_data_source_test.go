package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

func TestSegmentDataSource(t *testing.T) {
	t.Parallel()
	const found = "data.cohort_segment.by_key"
	checkDataSource(t, campaignWorld(t, sandbox.Options{}), dataSourceCase{
		resource: segmentAddress, config: segmentConfig, key: "reference_id",
		missing: []string{`No segment has the reference id "nothing"`, `The merchant has "gold".`},
		checks: []statecheck.StateCheck{
			known(found, text("any"), "match"),
			known(found, knownvalue.ListSizeExact(3), "groups", 1, "conditions"),
			known(found, knownvalue.Int64Exact(90), "groups", 0, "conditions", 1, "event", "within_days"),
			known(found, text("test"), "mode"),
		},
	})
}

func TestSegmentDataSource_ofList(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.post(t, "/v1/cohorts", `{"type":"list","name":"VIPs","referenceId":"vip"}`)
	w.run(t, nil,
		resource.TestStep{Config: block("data.cohort_segment.x", `id = "<VIPs>"`), ExpectError: says("Not a segment", "is a list. Use cohort_list for it.")},
	)
}

func TestSegmentDataSource_twice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	first := w.post(t, "/v1/cohorts", `{"type":"segment","name":"A"}`)
	second := w.post(t, "/v1/cohorts", `{"type":"segment","name":"B"}`)
	w.run(t, nil, resource.TestStep{
		PreConfig:   w.fault(t, sandbox.Fault{Method: "GET", Route: "/v1/cohorts", Count: -1, Set: map[string]any{"data[].referenceId": "gold"}}),
		Config:      block("data.cohort_segment.x", `reference_id = "gold"`),
		ExpectError: says(`More than one segment has the reference id "gold"`, "Their ids are "+first+", "+second+"."),
	})
}
