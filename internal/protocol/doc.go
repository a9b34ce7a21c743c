// Package protocol holds what concerns all calls of Terraform's plugin protocol, so that the
// provider need not care: panics, masking of keys in logs, interruption, the context of a call, and
// texts that are safe to show. It knows no resource and no kind. Whatever concerns one of them
// belongs into package provider, which implements [Provider].
package protocol
