package merchants

import _ "embed" // For the contract.

// OpenAPI is the contract between this package and the service: an OpenAPI 3.1 document in YAML. It
// marks each operation and each property as documented, observed or assumed.
//
//go:embed openapi.yaml
var OpenAPI []byte

// Description says where this package models one kind, for who compares the service with the
// contract. Lists and segments have one each, with the same path.
type Description struct {
	// Path is the collection below /v1, Noun begins its error codes.
	Path, Noun string
	// Type is the Go type of the objects, File the file that declares it, and Variable the descriptor
	// in that file.
	Type, File, Variable string
}

// Descriptions are the kinds in an order in which an empty merchant can be filled.
func Descriptions() []Description {
	return []Description{
		{userProperties.path, userProperties.noun, "UserProperty", "user_properties.go", "userProperties"},
		{lists.path, lists.noun, "Cohort", "cohorts.go", "cohortsOfType"},
		{segments.path, segments.noun, "Cohort", "cohorts.go", "cohortsOfType"},
		{perks.path, perks.noun, "Perk", "perks.go", "perks"},
		{digitalAssets.path, digitalAssets.noun, "DigitalAsset", "digital_assets.go", "digitalAssets"},
		{badges.path, badges.noun, "Badge", "badges.go", "badges"},
		{campaigns.path, campaigns.noun, "Campaign", "campaigns.go", "campaigns"},
	}
}
