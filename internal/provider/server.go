package provider

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/protocol"
)

// An Option gives the provider something that it must not import.
type Option func(*cohortProvider)

// NewServer returns the protocol server of the provider, as Terraform, tests and the companion use
// it.
func NewServer(version string, options ...Option) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer {
		p := &cohortProvider{version: version}
		for _, option := range options {
			option(p)
		}
		return serve(p)
	}
}

func serve(p *cohortProvider) tfprotov6.ProviderServer {
	return protocol.NewServer(providerserver.NewProtocol6(p)(), p)
}

// Unconfigure drops the result of the last Configure.
func (p *cohortProvider) Unconfigure() { p.configured.Store(nil) }

// Session returns the result of the last Configure, and false when that failed.
func (p *cohortProvider) Session() (protocol.Session, bool) {
	configured := p.configured.Load()
	return configured, configured != nil
}

// BeginRead records that Terraform waits for a read.
func (p *providerData) BeginRead() (end func()) { return p.ledger.ask() }

// BeginApply records that a change is being applied.
func (p *providerData) BeginApply() (end func()) { return p.ledger.apply() }

// Fail records that there will be no plan.
func (p *providerData) Fail() { p.ledger.fail() }

// WithoutMark returns private data without the mark of a plan.
func (p *providerData) WithoutMark(private []byte) []byte { return withoutMark(private) }

// noteCreated reports an object to the protocol server as soon as it exists.
func noteCreated(ctx context.Context, id merchants.ID) { protocol.NoteCreated(ctx, string(id)) }

// Show records an object of the state.
func (p *providerData) Show(resourceType string, state []byte) {
	k, known := kindNamed(strings.TrimPrefix(resourceType, "cohort_"))
	var values map[string]json.RawMessage
	if !known || json.Unmarshal(state, &values) != nil {
		return
	}
	text := func(name string) string {
		var value string
		_ = json.Unmarshal(values[name], &value) // null is no text
		return value
	}
	if text("mode") == string(p.mode) {
		p.ledger.observe(k, text("id"), text(k.Key))
	}
}
