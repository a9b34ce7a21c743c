// Package doctor tells where the service differs from the contract, which is mostly assumed; see
// merchants/openapi.yaml. It knows no path and no property of the API by itself: it reads the
// contract, so that a contract that was fitted to the service is checked as it is now.
//
// # Where to find it
//
//   - contract.go, specification.go: what the contract says of each kind
//   - assumptions.go: all assumptions of the contract, each with a sentence and its evidence
//   - finding.go: what an assumption is about, and what became of it
//   - judge.go: what a difference breaks, and what to change
//   - document.go, compare*.go: the service's own API document, compared with the contract
//   - probe*.go: the service, tried in a test merchant. probe_speech.go holds what the probe has
//     learned of the service, and translates. The others try, in the order of an object's life,
//     until probe_end.go concludes. probe_tidy.go removes what was made, and probe_quiet.go keeps
//     the texts of the merchant out of findings.
//   - rules.go: what the contract says of behavior, which has no place in a schema
//   - names.go: how alike two names are
//   - examine.go, cli.go: key, connection, machine and objects
//   - text.go, difference.go: the report for people
package doctor
