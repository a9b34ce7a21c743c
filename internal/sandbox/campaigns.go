package sandbox

import (
	"fmt"
	"regexp"
)

// campaigns: experience, rewards and audience. documented: the three types, never editable after
// creation.
var campaigns = &kind{
	path: "campaigns", code: "campaign", noun: "campaign",
	label:     "internalName",
	unique:    "slug", // assumed
	published: published,
	actions:   []string{"publish", "end", "archive", "unarchive"},
	fields: []field{
		required("internalName", text),
		fixed("type", oneOf("challenge", "store", "airdrop")),
		nullable("cohortId", text), // documented: all users, or one list or segment
		nullable("startAt", moment),
		nullable("endAt", moment),
		optional("rewards", listOf(reward), []any{}),
		optional("distribution", distribution, values{"type": "direct", "typeConfig": values{"maxQuantity": nil}}),
		nullable("typeConfig", anyObject),
	},
	shape:       shapeCampaign,
	rules:       campaignRules,
	complete:    campaignComplete,
	publishable: noArchivedReward,
	frozen:      []string{"rewards", "distribution"}, // assumed, from the "Confirm" steps in the manual
	references:  campaignReferences,
	key: func(object values) string {
		config, _ := object["typeConfig"].(values)
		return stringOf(config["slug"])
	},
}

// reward: documented: perks and digital assets. assumed: the form, the price.
var reward = nested(
	required("type", oneOf("perk", "digital-asset")),
	required("rewardId", text),
	nullable("quantity", positive),
	nullable("price", nested(
		required("amount", notNegative), // in minor units
		required("currency", matching(regexp.MustCompile(`^[A-Z]{3}$`), "a currency code of three upper-case letters")),
	)),
)

// distribution: documented: direct with an optional limit, instant draw with boxes, raffle with
// boxes and a date.
var distribution = variant(map[string]check{
	"direct":       nested(nullable("maxQuantity", positive)),
	"instant-draw": nested(nullable("maxBoxes", positive)),
	"raffle":       nested(nullable("maxBoxes", positive), nullable("drawAt", moment)),
})

var slugForm = matching(regexp.MustCompile(`^[a-z0-9-]+$`),
	"made of lower-case letters, digits and hyphens") // documented

var storeFields = []field{
	optional("name", localized, noTexts),
	optional("description", localized, noTexts),
	nullable("imageUrl", webURL),
	nullable("videoUrl", webURL),
	nullable("slug", slugForm),
}

var challengeFields = append([]field{
	optional("optInCta", localized, noTexts),
	optional("steps", listOf(step), []any{}),
}, storeFields...)

var step = nested(
	optional("id", text, nil),
	required("userAction", text), // open catalog
	nullable("icon", text),
	optional("title", localized, noTexts),
	optional("description", localized, noTexts),
	optional("triggers", listOf(nested(
		required("type", text),            // open catalog
		nullable("typeConfig", anyObject), // free
	)), []any{}),
)

func shapeCampaign(k *kind, m *merchant, object, stored values) error {
	fields := storeFields
	switch object["type"] {
	case "airdrop": // documented: no appearance and no steps
		if object["typeConfig"] != nil {
			return invalid("typeConfig", "must be null for an airdrop")
		}
		return nil
	case "challenge":
		fields = challengeFields
	}
	given, _ := object["typeConfig"].(values)
	config, err := whole("typeConfig", given, fields)
	if err != nil {
		return err
	}
	if err := keepSteps(m, config, stored); err != nil {
		return err
	}
	object["typeConfig"] = config
	// documented: the URL comes from the title by default. assumed: the language used, and how the URL
	// is made unique.
	if config["slug"] == nil {
		title := stringOf(object["internalName"])
		names := config["name"].(values)
		if en := stringOf(names["en"]); en != "" {
			title = en
		} else if hasText(names) {
			title = firstText(names)
		}
		config["slug"] = m.free(k, object, derive(title, "-", "campaign"), "-")
	}
	return nil
}

// keepSteps gives new steps an id. assumed: a step sent with its id keeps the id and the progress
// of its users.
func keepSteps(m *merchant, config, stored values) error {
	known := map[string]bool{}
	storedConfig, _ := stored["typeConfig"].(values)
	before, _ := storedConfig["steps"].([]any)
	for _, s := range before {
		known[stringOf(s.(values)["id"])] = true
	}
	steps, _ := config["steps"].([]any)
	for i, s := range steps {
		step := s.(values)
		id := stringOf(step["id"])
		if id == "" {
			step["id"] = m.newID()
			continue
		}
		if !known[id] {
			return invalid(fmt.Sprintf("typeConfig.steps[%d].id", i), "is not a step of this campaign, or is given twice")
		}
		delete(known, id)
	}
	return nil
}

func campaignRules(object values) error {
	// assumed.
	if start, end := stringOf(object["startAt"]), stringOf(object["endAt"]); start != "" && end != "" && end <= start {
		return invalid("endAt", "must be after startAt")
	}
	if config, ok := object["typeConfig"].(values); ok {
		if err := oneVisual("typeConfig", config); err != nil {
			return err
		}
	}
	d := object["distribution"].(values)
	sum := int64(0)
	for i, r := range object["rewards"].([]any) {
		reward := r.(values)
		path := fmt.Sprintf("rewards[%d]", i)
		if d["type"] == "direct" && reward["quantity"] != nil {
			// documented: in direct mode all users get the same rewards; only the total can be limited.
			return invalid(path+".quantity", "must be null in direct distribution")
		}
		if object["type"] != "store" && reward["price"] != nil {
			return invalid(path+".price", "must be null outside a store") // assumed
		}
		n, _ := integer(reward["quantity"])
		sum += n
	}
	// inferred: with fewer boxes than rewards, some rewards could never be won.
	if boxes, ok := integer(d["typeConfig"].(values)["maxBoxes"]); ok && boxes < sum {
		return invalid("distribution.typeConfig.maxBoxes", "must be at least %d, the sum of the quantities", sum)
	}
	return nil
}

func campaignComplete(object values) error {
	// documented: without a reward a campaign cannot be published.
	rewards := object["rewards"].([]any)
	if len(rewards) == 0 {
		return invalid("rewards", "must not be empty to publish")
	}
	d := object["distribution"].(values)
	config := d["typeConfig"].(values)
	if d["type"] != "direct" {
		for i, r := range rewards { // documented
			if r.(values)["quantity"] == nil {
				return invalid(fmt.Sprintf("rewards[%d].quantity", i), "is needed in %s distribution", d["type"])
			}
		}
		if config["maxBoxes"] == nil { // documented
			return invalid("distribution.typeConfig.maxBoxes", "is needed to publish")
		}
	}
	if d["type"] == "raffle" && config["drawAt"] == nil { // documented
		return invalid("distribution.typeConfig.drawAt", "is needed to publish")
	}
	appearance, _ := object["typeConfig"].(values)
	if object["type"] == "challenge" {
		if err := challengeComplete(appearance); err != nil {
			return err
		}
	}
	return languages(campaignTexts(appearance))
}

// challengeComplete: the sections of the form are documented; that each one is required is partly
// inferred.
func challengeComplete(config values) error {
	for _, name := range []string{"name", "optInCta", "description"} {
		if !hasText(config[name]) {
			return invalid("typeConfig."+name, "is needed to publish")
		}
	}
	if config["imageUrl"] == nil && config["videoUrl"] == nil {
		return invalid("typeConfig.imageUrl", "or typeConfig.videoUrl is needed to publish")
	}
	for _, s := range config["steps"].([]any) {
		if len(s.(values)["triggers"].([]any)) > 0 {
			return nil
		}
	}
	return invalid("typeConfig.steps", "must contain a step with a trigger to publish")
}

func campaignTexts(config values) map[string]any {
	texts := map[string]any{}
	for _, name := range []string{"name", "optInCta", "description"} {
		texts["typeConfig."+name] = config[name]
	}
	steps, _ := config["steps"].([]any)
	for i, s := range steps {
		for _, name := range []string{"title", "description"} {
			texts[fmt.Sprintf("typeConfig.steps[%d].%s", i, name)] = s.(values)[name]
		}
	}
	return texts
}

// noArchivedReward: documented: an archived perk cannot be used in campaigns until it is
// unarchived.
func noArchivedReward(m *merchant, object values) error {
	for _, r := range campaignReferences(object) {
		if o := m.objects[r.id]; o != nil && o.fields["status"] == archived {
			return refuse("generic.invalid-reference", "%s refers to an archived %s %q", r.path, o.kind.noun, r.id)
		}
	}
	return nil
}

func campaignReferences(object values) []reference {
	var out []reference
	if id := stringOf(object["cohortId"]); id != "" {
		out = append(out, reference{"cohortId", "cohortId", "cohorts", id})
	}
	for i, r := range object["rewards"].([]any) {
		reward := r.(values)
		to := "perks"
		if reward["type"] == "digital-asset" {
			to = "digital-assets"
		}
		out = append(out, reference{"rewards", fmt.Sprintf("rewards[%d].rewardId", i), to, stringOf(reward["rewardId"])})
	}
	return out
}
