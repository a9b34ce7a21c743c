package oracle_test

import (
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/oracle"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// TestContractAllows proves that the contract check can fail, because all other tests rely on it.
func TestContractAllows(t *testing.T) {
	t.Parallel()
	list := `{"id":"1","type":"list","name":"a","referenceId":null,"conditions":null,` +
		`"createdAt":"2027-01-01T00:00:00.000Z","updatedAt":"2027-01-01T00:00:00.000Z"}`
	for name, test := range map[string]struct {
		exchange sandbox.Exchange
		want     string
	}{
		"fits": {sandbox.Exchange{
			Method: "PATCH", Path: "/v1/cohorts/1", Request: `{"referenceId":null}`,
			Status: 200, Response: list,
		}, ""},
		"has no content": {sandbox.Exchange{Method: "DELETE", Path: "/v1/cohorts/1", Status: 200}, ""},
		"unknown property": {sandbox.Exchange{
			Method: "PATCH", Path: "/v1/cohorts/1", Request: `{"nome":"a"}`, Status: 200,
			Response: list,
		}, "request: "},
		"mistyped": {sandbox.Exchange{
			Method: "PATCH", Path: "/v1/cohorts/1", Request: `{"name":1}`, Status: 200,
			Response: list,
		}, "request: "},
		"variant": {sandbox.Exchange{
			Method: "POST", Path: "/v1/perks",
			Request: `{"internalName":"a","type":"code","typeConfig":{"url":"b"}}`, Status: 201,
		}, "request: "},
		"no body": {
			sandbox.Exchange{Method: "PATCH", Path: "/v1/cohorts/1", Status: 200, Response: list},
			"request: ",
		},
		"a body too many": {
			sandbox.Exchange{Method: "DELETE", Path: "/v1/cohorts/1", Request: `{}`, Status: 200},
			"request: it has a body",
		},
		"no body in the answer": {
			sandbox.Exchange{Method: "PATCH", Path: "/v1/cohorts/1", Request: `{}`, Status: 200},
			"answer: it has no body",
		},
		"no JSON": {
			sandbox.Exchange{Method: "PATCH", Path: "/v1/cohorts/1", Request: `{} {}`, Status: 200, Response: list},
			"request: ",
		},
		"a bad parameter": {
			sandbox.Exchange{Method: "GET", Path: "/v1/cohorts?limit=many", Status: 200},
			"request: parameter",
		},
		"no such day": {sandbox.Exchange{
			Method: "PATCH", Path: "/v1/cohorts/1", Request: `{}`, Status: 200,
			Response: strings.Replace(list, "2027-01-01T", "2027-01-32T", 1),
		}, "answer: "},
		"unknown path": {sandbox.Exchange{
			Method: "PATCH", Path: "/v1/lists/1", Request: `{}`, Status: 200,
			Response: list,
		}, "unknown request: "},
		"unknown status": {sandbox.Exchange{
			Method: "PATCH", Path: "/v1/cohorts/1", Request: `{}`, Status: 202,
			Response: list,
		}, "answer: "},
		"half an answer": {sandbox.Exchange{
			Method: "PATCH", Path: "/v1/cohorts/1", Request: `{}`, Status: 200,
			Response: `{"id":"1"}`,
		}, "answer: "},
		"injected answer": {sandbox.Exchange{
			Method: "PATCH", Path: "/v1/cohorts/1", Request: `{}`, Status: 200,
			Response: `{"id":"1"}`, Fault: "f",
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := oracle.ContractAllows(t.Context(), test.exchange)
			if (err == nil) != (test.want == "") || err != nil && !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
