// Package doctor tells where the service differs from the contract, which is mostly assumed; see
// merchants/openapi.yaml. It knows no path and no property of the API by itself: it reads the
// contract, so that a contract that was fitted to the service is checked as it is now.
//
// # Where to find it
//
//   - contract.go: the contract as a list of assumptions, each with its evidence
//   - finding.go: what an assumption is about, and what became of it
//   - judge.go: what a difference breaks, and what to change
package doctor
