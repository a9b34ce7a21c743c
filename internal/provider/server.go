package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/protocol"
)

// NewServer returns the protocol server of the provider, as Terraform, tests and the companion use it.
func NewServer(version string) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer {
		served := &cohortProvider{version: version}
		return protocol.NewServer(providerserver.NewProtocol6(served)(), served)
	}
}

// Unconfigure forgets the session of the last Configure.
func (p *cohortProvider) Unconfigure() { p.configured.Store(nil) }

// Session returns the session of the last Configure, and false when that failed.
func (p *cohortProvider) Session() (protocol.Session, bool) {
	configured := p.configured.Load()
	return configured, configured != nil
}

// BeginRead notes that Terraform waits for a read.
func (s *session) BeginRead() (end func()) { return s.ledger.ask() }

// BeginApply notes that a change is applied.
func (s *session) BeginApply() (end func()) { return s.ledger.apply() }

// Fail notes that there will be no plan.
func (s *session) Fail() { s.ledger.fail() }

// WithoutMark returns private data without the mark of a plan.
func (s *session) WithoutMark(private []byte) []byte { return withoutMark(private) }

// noteCreated tells the protocol server of an object as soon as it exists.
func noteCreated(ctx context.Context, id merchants.ID) { protocol.NoteCreated(ctx, string(id)) }
