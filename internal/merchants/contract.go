package merchants

import _ "embed" // For the contract.

// OpenAPI is the contract between this package and the service: an OpenAPI 3.1 document in YAML. Each operation and each
// property in it is marked as documented, observed or assumed.
//
//go:embed openapi.yaml
var OpenAPI []byte
