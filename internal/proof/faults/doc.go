// Package faults tests what happens when the network, the service or the user misbehaves. It has
// twenty-five cases, random histories and the guard matrix. Each one runs the real Terraform
// against a sandbox with faults, applies until the plan is empty, and asks the oracle for
// violations. The package contains only tests and ships nothing. The tests drive the built binary,
// the protocol server and the sandbox; they may not import the client.
package faults
