// Package doctor tells where the service differs from the contract, which is mostly assumed; see
// merchants/openapi.yaml. It examines the key, the connection, the machine and the objects, and
// reports what the packages below it find:
//
//   - contract: what the provider assumes, and what a difference breaks
//   - document: the service's own API document, compared with the contract
//   - probe: the service, tried in a test merchant
//   - likeness: how alike two names are
package doctor
