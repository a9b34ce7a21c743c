package provider_test

import (
	"regexp"
	"sync"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/oracle"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// alike matches ids and times. The contract checks only their form, so all of them are alike to it.
var alike = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)

// held are the exchanges that were checked against the contract, without ids and times: a check
// costs more than the exchange.
var held sync.Map

// checkContract checks the exchanges of a test with its sandbox against the contract.
func checkContract(t *testing.T, exchanges []sandbox.Exchange) {
	t.Helper()
	for _, e := range exchanges {
		form := e
		form.Number = 0
		for _, text := range []*string{&form.Path, &form.Request, &form.Response} {
			*text = alike.ReplaceAllString(*text, "…")
		}
		if _, done := held.LoadOrStore(form, true); done {
			continue
		}
		if err := oracle.ContractAllows(t.Context(), e); err != nil {
			t.Errorf("the contract does not allow %s %s %s → %d %s\n%s",
				e.Method, e.Path, e.Request, e.Status, e.Response, err)
		}
	}
}
