package sandbox

// perks can be edited at any time, even when live. documented: the statuses draft, live and
// archived, and that an archived perk can come back.
var perks = &kind{
	path: "perks", code: "perk", noun: "perk",
	label:     "internalName",
	published: live,
	actions:   []string{"publish", "archive", "unarchive"},
	fields: []field{
		required("internalName", text),
		optional("title", localized, noTexts),
		optional("description", localized, noTexts),
		nullable("imageUrl", webURL),
		nullable("videoUrl", webURL),
		optional("type", text, "none"),
		nullable("typeConfig", anyObject),
		nullable("expiresAt", moment),
	},
	shape: func(_ *kind, _ *merchant, object, _ values) error {
		kind := stringOf(object["type"])
		if kind == "none" {
			if object["typeConfig"] != nil {
				return invalid("typeConfig", "must be null for type none")
			}
			return nil
		}
		settings, known := perkSettings[kind]
		if !known {
			return nil // assumed: the catalog of perk types is open, and other types take any object or null.
		}
		if object["typeConfig"] == nil {
			return invalid("typeConfig", "is required for type %s", kind)
		}
		config, err := settings("typeConfig", object["typeConfig"])
		object["typeConfig"] = config
		return err
	},
	rules:    func(object values) error { return oneVisual("", object) },
	complete: titled,
}

// perkSettings by type. documented: a Shopify discount has a name, a type and a value. assumed: the
// rest.
var perkSettings = map[string]check{
	"code": nested(required("code", text)),
	"link": nested(required("url", webURL)),
	"shopify-discount": func(path string, v any) (any, error) {
		config, err := nested(
			required("discountName", text),
			required("discountType", oneOf("percentage", "fixed-amount")),
			required("value", discount),
		)(path, v)
		if err != nil {
			return nil, err
		}
		if c := config.(values); c["discountType"] == "percentage" && number(c["value"]) > 100 {
			return nil, invalid(join(path, "value"), "must be at most 100 for a percentage")
		}
		return config, nil
	},
}

func discount(path string, v any) (any, error) {
	if n := number(v); n > 0 {
		return n, nil
	}
	return nil, invalid(path, "must be a number above 0")
}

// titled is the condition for publishing perks, digital assets and badges. assumed.
func titled(object values) error {
	if !hasText(object["title"]) {
		return invalid("title", "is needed in at least one language to publish")
	}
	texts := map[string]any{"title": object["title"], "description": object["description"]}
	if object["lockedDescription"] != nil {
		texts["lockedDescription"] = object["lockedDescription"]
	}
	return languages(texts)
}
