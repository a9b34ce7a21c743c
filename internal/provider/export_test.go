package provider

import (
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/protocol"
)

// WaitBriefly makes the guards of a configured server wait only for a moment. Use it in tests where
// no call comes that the guards could wait for.
func WaitBriefly(served tfprotov6.ProviderServer) {
	of, _ := protocol.ProviderOf(served)
	if p, ok := of.(*cohortProvider); ok {
		l := &p.configured.Load().ledger
		l.mu.Lock()
		defer l.mu.Unlock()
		l.patience = 100 * time.Millisecond
	}
}
