package provider_test

import (
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/oracle"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// checkContract holds exchanges against the contract: all that the provider sent, and what the sandbox answered unless it was told to
// misbehave.
func checkContract(t *testing.T, exchanges []sandbox.Exchange) {
	t.Helper()
	checked := map[sandbox.Exchange]bool{}
	for _, e := range exchanges {
		alike := e
		alike.Number = 0
		if checked[alike] {
			continue
		}
		checked[alike] = true
		if err := oracle.ContractAllows(t.Context(), e); err != nil {
			t.Errorf("the contract does not allow %s %s %s → %d %s\n%s", e.Method, e.Path, e.Request, e.Status, e.Response, err)
		}
	}
}
