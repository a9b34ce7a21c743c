package sandbox

// badges belong to the members of one list or segment. documented.
var badges = &kind{
	path: "badges", code: "badge", noun: "badge",
	label:     "internalName",
	published: published,
	actions:   []string{"publish"},
	fields: []field{
		required("internalName", text),
		optional("title", localized, noTexts),
		optional("description", localized, noTexts),
		nullable("imageUrl", webURL),
		required("cohortId", text),
		optional("visibility", oneOf("everyone", "owners"), "everyone"),
		nullable("lockedDescription", localized),
	},
	rules: func(object values) error {
		// documented: only a badge that everyone sees has a separate text for its locked state.
		if object["visibility"] == "owners" && object["lockedDescription"] != nil {
			return invalid("lockedDescription", "must be null when only owners see the badge")
		}
		return nil
	},
	complete: func(object values) error {
		// assumed.
		if object["imageUrl"] == nil {
			return invalid("imageUrl", "is needed to publish")
		}
		return titled(object)
	},
	references: func(object values) []reference {
		return []reference{{"cohortId", "cohortId", "cohorts", stringOf(object["cohortId"])}}
	},
}
