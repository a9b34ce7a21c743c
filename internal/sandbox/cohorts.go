package sandbox

import "fmt"

// cohorts are lists and segments. inferred from webhook payloads: the service holds both as one
// kind with this name.
var cohorts = &kind{
	path: "cohorts", code: "cohort", noun: "cohort",
	label:  "name",
	unique: "referenceId", // assumed: lists and segments share one space
	fields: []field{
		fixed("type", oneOf("list", "segment")),
		required("name", text),
		nullable("referenceId", text),
		nullable("conditions", conditions),
	},
	rules: func(object values) error {
		// documented: only a segment has conditions.
		if object["type"] == "list" && object["conditions"] != nil {
			return invalid("conditions", "must be null for a list")
		}
		return nil
	},
	references: conditionReferences,
	key:        func(object values) string { return stringOf(object["referenceId"]) },
}

// conditions is the model of a segment. documented: groups of conditions of three kinds. assumed:
// everything on the wire.
var conditions = nested(
	required("operator", oneOf("and", "or")),
	required("groups", listOf(nested(
		required("operator", oneOf("and", "or")),
		required("conditions", listOf(variant(map[string]check{
			"user-property": nested(required("property", text), required("operator", text), nullable("value", scalar)),
			"event": nested(required("event", text), required("operator", oneOf("has-done", "has-not-done")),
				nullable("withinDays", positive)),
			"cohort": nested(required("cohortId", text), required("operator", oneOf("is-in", "is-not-in"))),
		}))),
	))),
)

func conditionReferences(object values) []reference {
	root, _ := object["conditions"].(values)
	groups, _ := root["groups"].([]any)
	var out []reference
	for g, group := range groups {
		for c, item := range group.(values)["conditions"].([]any) {
			condition := item.(values)
			config, _ := condition["typeConfig"].(values)
			path := fmt.Sprintf("conditions.groups[%d].conditions[%d].typeConfig.", g, c)
			switch condition["type"] {
			case "user-property":
				out = append(out, reference{"conditions", path + "property", "user-properties", stringOf(config["property"])})
			case "cohort":
				out = append(out, reference{"conditions", path + "cohortId", "cohorts", stringOf(config["cohortId"])})
			}
		}
	}
	return out
}
