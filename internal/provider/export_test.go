package provider

import (
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// AttributeText writes a path as it stands in HCL. Tests compare it with paths that are written by hand.
func AttributeText(at *tftypes.AttributePath) string { return attributeText(at) }

// WaitBriefly makes the guards of a configured server wait for a moment only. It is for tests in which nothing comes that they could wait for.
func WaitBriefly(served tfprotov6.ProviderServer) {
	if s, ok := served.(server); ok {
		l := &s.provider.configured.Load().ledger
		l.mu.Lock()
		defer l.mu.Unlock()
		l.patience = 100 * time.Millisecond
	}
}
