package sandbox

import "slices"

// userProperties are custom user properties. documented: there are four types; only name and
// reference ID can change.
var userProperties = &kind{
	path: "user-properties", code: "user-property", noun: "user property",
	label:  "name",
	unique: "referenceId",
	fields: []field{
		required("name", text),
		fixed("type", oneOf("text", "number", "boolean", "date")),
		nullable("referenceId", text),
	},
	shape: func(k *kind, m *merchant, object, _ values) error {
		if slices.Contains(coreProperties, stringOf(object["referenceId"])) {
			// assumed: the names of core properties are reserved.
			return refuse("user-property.already-exists", "referenceId %q is the name of a core property.",
				object["referenceId"])
		}
		// assumed: without a reference ID the service derives one from the name.
		if object["referenceId"] == nil {
			object["referenceId"] = m.free(k, object, derive(stringOf(object["name"]), "_", "property"), "_")
		}
		return nil
	},
	key: func(object values) string { return stringOf(object["referenceId"]) },
}

// coreProperties exist for every user and can be used in segment conditions. assumed: their names
// on the wire.
var coreProperties = []string{"email", "firstName", "lastName", "lang"}
