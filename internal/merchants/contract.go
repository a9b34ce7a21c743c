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
	// Keys are the properties that the fields reference and name of the descriptor hold.
	Keys []string
	// Read decodes an object as the client does. Its error says why the client cannot read it.
	Read func(object []byte) error
}

// Descriptions are the kinds in an order in which an empty merchant can be filled.
func Descriptions() []Description {
	return []Description{
		describe[*UserProperty, UserPropertyInput](&userProperties, "UserProperty", "user_properties.go", "userProperties"),
		describe[*Cohort, CohortInput](&lists, "Cohort", "cohorts.go", "cohortsOfType"),
		describe[*Cohort, CohortInput](&segments, "Cohort", "cohorts.go", "cohortsOfType"),
		describe[*Perk, PerkInput](&perks, "Perk", "perks.go", "perks"),
		describe[*DigitalAsset, DigitalAssetInput](&digitalAssets, "DigitalAsset", "digital_assets.go", "digitalAssets"),
		describe[*Badge, BadgeInput](&badges, "Badge", "badges.go", "badges"),
		describe[*Campaign, CampaignInput](&campaigns, "Campaign", "campaigns.go", "campaigns"),
	}
}

func describe[T Object, Input any](d *descriptor, typed, file, variable string) Description {
	read := func(object []byte) error {
		_, err := Collection[T, Input]{descriptor: d}.decodeObject(object)
		return err
	}
	return Description{
		Path: d.path, Noun: d.noun, Type: typed, File: file, Variable: variable,
		Keys: []string{d.reference, d.name}, Read: read,
	}
}
