package sandbox

// digitalAssets: documented: everything is editable, and deletion is permanent. The manual does not
// mention archiving.
var digitalAssets = &kind{
	path: "digital-assets", code: "digital-asset", noun: "digital asset",
	label:     "internalName",
	published: published,
	actions:   []string{"publish"},
	fields: []field{
		required("internalName", text),
		optional("title", localized, noTexts),
		optional("description", localized, noTexts),
		nullable("imageUrl", webURL),
		nullable("videoUrl", webURL),
		nullable("maxSupply", positive),
	},
	rules:    func(object values) error { return oneVisual("", object) },
	complete: titled,
}
