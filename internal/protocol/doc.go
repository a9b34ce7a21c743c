// Package protocol is what cuts across all calls of Terraform's plugin protocol, so that the provider need not know of it:
// panics, masks of keys in logs, interruption, the context of a call, and texts that are safe to show. It knows no resource
// and no kind: what is of one of them belongs into package provider, which tells it what it needs by [Provider].
package protocol
