// Package pulumi drives the unchanged provider binary as Pulumi does: through Pulumi's bridge for
// any Terraform provider, by the protocol that Pulumi's engine speaks, against a sandbox over HTTP.
// It contains only tests and ships nothing.
//
// It is a module of its own, so that what the bridge needs stays out of the product's go.mod. It
// imports nothing of the product: the provider and the sandbox are processes of the built binary.
//
// A stand-in takes the place of Pulumi's engine. It keeps what the engine keeps of an object, its
// inputs, outputs and id, and makes the engine's calls in the engine's order. The real engine and
// the languages of Pulumi are not tried.
package pulumi
