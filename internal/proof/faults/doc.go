// Package faults tests what happens when the network, the service or the user misbehaves. Each of
// the twenty-five cases and each random history runs the real Terraform against a sandbox with
// faults, applies until the plan is empty, and asks the oracle for violations. The guard tests try
// the guards in every way to run Terraform. The package contains only tests and ships nothing. The
// tests drive the built binary, the protocol server and the sandbox; they may not import the
// client.
package faults
