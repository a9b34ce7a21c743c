package merchants

import _ "embed" // For the contract.

// OpenAPI is the contract between this package and the service: an OpenAPI 3.1 document in YAML. It
// marks each operation and each property as documented, observed or assumed.
//
//go:embed openapi.yaml
var OpenAPI []byte
