package population

// A composer decides what a plan makes.
type composer struct {
	*writer
	untidy bool
	items  []*item
	by     map[string][]*item // by the kinds of pattern, and all audiences and rewards
}

// pattern gives the kinds their shares. Its first seven entries are all kinds.
var pattern = []string{
	"property", "list", "segment", "perk", "asset", "badge", "campaign",
	"perk", "list", "campaign", "perk", "segment", "perk", "badge", "campaign", "list", "perk", "asset", "segment", "perk",
}

func compose(p Plan) []*item {
	c := &composer{newWriter(p.Seed, p.Hostile), p.Untidy, nil, map[string][]*item{}}
	count := map[string]int{}
	for i := range p.Objects {
		count[pattern[i%len(pattern)]]++
	}
	ruin := p.Untidy && count["campaign"] >= 3
	if ruin {
		count["campaign"]--
	}
	for _, of := range []struct {
		name, kind string
		write      func(*item)
	}{
		{"property", propertiesPath, c.property},
		{"list", cohortsPath, c.list},
		{"segment", cohortsPath, c.segment},
		{"perk", perksPath, c.perk},
		{"asset", assetsPath, c.asset},
		{"badge", badgesPath, c.badge},
		{"campaign", campaignsPath, c.campaign},
	} {
		for range count[of.name] {
			i := &item{kind: of.kind, wave: wave{depth: depthOf(of.kind, of.name)}}
			of.write(i)
			c.items = append(c.items, i)
			c.by[of.name] = append(c.by[of.name], i)
			switch of.name {
			case "list", "segment":
				c.by["audience"] = append(c.by["audience"], i)
			case "perk", "asset":
				c.by["reward"] = append(c.by["reward"], i)
			}
		}
	}
	if ruin {
		c.ruin()
	}
	return c.items
}

// ruin is an archived campaign whose reward was deleted.
func (c *composer) ruin() {
	gone := &item{kind: perksPath, wave: wave{depth: plainDepth}, deleted: true, body: values{
		"internalName": c.key(perksPath),
	}}
	campaign := &item{kind: campaignsPath, wave: wave{depth: lastDepth}, archive: true, body: values{
		"internalName": c.key(campaignsPath), "type": "airdrop",
		"rewards": []any{values{"type": "perk", "rewardId": gone}},
	}}
	c.items = append(c.items, gone, campaign)
}

// A choice is an optional property and how to write it.
type choice struct {
	name  string
	write func() any
}

// maybe sets some of the properties.
func (c *composer) maybe(body values, choices ...choice) {
	for _, o := range choices {
		if c.chance(0.5) {
			body[o.name] = o.write()
		}
	}
}

// texts sets some localized texts. All have the same languages, except in an untidy draft.
func (c *composer) texts(i *item, body values, codes, names []string) {
	for _, name := range names {
		write := c.line
		if name == "description" || name == "lockedDescription" {
			write = c.html
		}
		if !c.chance(0.6) {
			continue
		}
		body[name] = c.localized(codes, write)
		if c.untidy && !i.publish && c.chance(0.4) {
			torn := c.localized(c.someLanguages(), write)
			torn[codes[0]] = ""
			body[name] = torn
		}
	}
}

// media sets an image or a video, or neither unless it must.
func (c *composer) media(body values, must bool) {
	switch n := c.rng.IntN(4); {
	case n == 0:
		body["videoUrl"] = c.address(".mp4")
	case n < 3 || must:
		body["imageUrl"] = c.address(pick(c.writer, ".png", ".jpg", ".svg"))
	}
}

// internalName is a key; a team gives the same one twice at times.
func (c *composer) internalName(kind, name string) string {
	before := c.by[name]
	if c.untidy && len(before) > 0 && c.chance(0.2) {
		return text(pick(c.writer, before...).body["internalName"])
	}
	return c.key(kind)
}

func (c *composer) property(i *item) {
	i.body = values{"name": c.line(), "type": pick(c.writer, "text", "number", "boolean", "date")}
	c.maybe(i.body, choice{"referenceId", func() any { return c.key(propertiesPath) }})
	i.wave.inOrder = i.body["referenceId"] == nil
}

// audience sets what lists and segments have in common.
func (c *composer) audience(i *item, kindType string) {
	i.body = values{"type": kindType, "name": c.line()}
	if !c.untidy || c.chance(0.6) {
		i.body["referenceId"] = c.key(cohortsPath)
	}
	if before := c.by[kindType]; c.untidy && len(before) > 0 && c.chance(0.2) {
		i.body["name"] = pick(c.writer, before...).body["name"]
	}
}

func (c *composer) list(i *item) { c.audience(i, "list") }

func (c *composer) segment(i *item) {
	c.audience(i, "segment")
	c.maybe(i.body, choice{"conditions", func() any {
		groups := make([]any, 0, 3)
		for range c.between(1, 3) {
			conditions := []any{}
			for range c.between(1, 4) {
				conditions = append(conditions, c.condition(i))
			}
			if c.untidy && c.chance(0.1) {
				conditions = []any{}
			}
			groups = append(groups, values{"operator": pick(c.writer, "and", "or"), "conditions": conditions})
		}
		return values{"operator": pick(c.writer, "and", "or"), "groups": groups}
	}})
}

func (c *composer) condition(i *item) values {
	switch audiences := c.by["audience"]; {
	case c.chance(0.5):
		config := values{
			"property": c.userProperty(),
			"operator": pick(c.writer, "equals", "is-set", "contains", "greater-than"),
		}
		if c.hostile && c.chance(0.1) {
			config["operator"] = c.line()
		}
		c.maybe(config, choice{"value", c.conditionValue})
		return values{"type": "user-property", "typeConfig": config}
	case len(audiences) > 0 && c.chance(0.5):
		of := pick(c.writer, audiences...)
		i.wave.depth = max(i.wave.depth, of.wave.depth+1)
		return values{
			"type":       "cohort",
			"typeConfig": values{"cohortId": of, "operator": pick(c.writer, "is-in", "is-not-in")},
		}
	}
	config := values{
		"event":    pick(c.writer, "app.connected", "shopify.order", "campaign.joined", "page.visited"),
		"operator": pick(c.writer, "has-done", "has-not-done"),
	}
	if c.hostile && c.chance(0.2) {
		config["event"] = c.line()
	}
	c.maybe(config, choice{"withinDays", func() any { return c.between(1, 365) }})
	return values{"type": "event", "typeConfig": config}
}

func (c *composer) conditionValue() any {
	if c.untidy && c.chance(0.5) {
		return pick[any](c.writer, 42, -3, 10.5, 1e21, 0, true, false, nil, "")
	}
	return pick(c.writer, c.line(), "gold", "fr", "42", "true", "2027-01-31")
}

// userProperty is the key of a property: of one that every merchant has, or of a custom one.
func (c *composer) userProperty() any {
	if custom := c.by["property"]; len(custom) > 0 && c.chance(0.7) {
		return propertyKey{pick(c.writer, custom...)}
	}
	return pick(c.writer, "email", "firstName", "lastName", "lang")
}

func (c *composer) perk(i *item) {
	codes := c.someLanguages()
	i.publish = c.chance(0.6)
	i.archive = c.untidy && c.chance(0.2)
	i.body = values{"internalName": c.internalName(perksPath, "perk")}
	c.texts(i, i.body, codes, []string{"title", "description"})
	if i.publish && i.body["title"] == nil {
		i.body["title"] = c.localized(codes, c.line)
	}
	c.media(i.body, false)
	c.maybe(i.body, choice{"expiresAt", func() any { return c.moment(2031) }})
	switch c.rng.IntN(7) {
	case 0:
	case 1:
		i.body["type"] = "none"
	case 2:
		i.body["type"], i.body["typeConfig"] = "code", values{"code": c.secret()}
	case 3:
		i.body["type"], i.body["typeConfig"] = "link", values{"url": c.address("/x")}
	case 4:
		i.body["type"], i.body["typeConfig"] = "shopify-discount", values{
			"discountName": c.line(),
			"discountType": pick(c.writer, "percentage", "fixed-amount"),
			"value":        pick[any](c.writer, 10, 12.5, 0.1, 33.333, 100),
		}
	default:
		i.body["type"] = pick(c.writer, "in-store", "gift card", "Event", "null")
		if c.hostile && c.chance(0.5) {
			i.body["type"] = c.line()
		}
		c.maybe(i.body, choice{"typeConfig", func() any { return c.settings() }})
	}
}

func (c *composer) asset(i *item) {
	codes := c.someLanguages()
	i.publish = c.chance(0.6)
	i.body = values{"internalName": c.internalName(assetsPath, "asset")}
	c.texts(i, i.body, codes, []string{"title", "description"})
	if i.publish && i.body["title"] == nil {
		i.body["title"] = c.localized(codes, c.line)
	}
	c.media(i.body, false)
	c.maybe(i.body, choice{"maxSupply", func() any { return c.between(1, 10000) }})
}

func (c *composer) badge(i *item) {
	codes := c.someLanguages()
	i.publish = c.chance(0.6)
	i.body = values{"internalName": c.internalName(badgesPath, "badge"), "cohortId": pick(c.writer, c.by["audience"]...)}
	texts := []string{"title", "description"}
	if c.chance(0.3) {
		i.body["visibility"] = "owners"
	} else {
		c.maybe(i.body, choice{"visibility", func() any { return "everyone" }})
		texts = append(texts, "lockedDescription")
	}
	c.texts(i, i.body, codes, texts)
	if i.publish && i.body["title"] == nil {
		i.body["title"] = c.localized(codes, c.line)
	}
	if i.publish || c.chance(0.5) {
		i.body["imageUrl"] = c.address(".svg")
	}
}

func (c *composer) campaign(i *item) {
	codes := c.someLanguages()
	form := pick(c.writer, "challenge", "challenge", "store", "airdrop")
	i.body = values{"internalName": c.internalName(campaignsPath, "campaign"), "type": form}
	rewards := c.by["reward"]
	i.publish = len(rewards) > 0 && c.chance(0.5)
	i.end = i.publish && c.untidy && c.chance(0.3)
	i.archive = c.untidy && c.chance(0.2)
	c.maybe(i.body,
		choice{"cohortId", func() any { return pick(c.writer, c.by["audience"]...) }},
		choice{"startAt", func() any { return c.moment(2030) }},
		choice{"endAt", func() any { return c.moment(2032) }})
	if i.publish || len(rewards) > 0 && c.chance(0.7) {
		c.rewards(i, form, rewards)
	}
	switch form {
	case "store":
		config := values{}
		c.appearance(i, config, codes)
		c.texts(i, config, codes, []string{"name", "description"})
		if i.publish || c.chance(0.8) {
			i.body["typeConfig"] = config
		}
	case "challenge":
		config := values{}
		c.appearance(i, config, codes)
		c.challenge(i, config, codes)
		if i.publish || c.chance(0.8) {
			i.body["typeConfig"] = config
		}
	}
	i.wave.inOrder = form != "airdrop" && object(i.body["typeConfig"])["slug"] == nil
}

// appearance sets what stores and challenges have in common.
func (c *composer) appearance(i *item, config values, codes []string) {
	c.media(config, i.publish)
	if i.publish && c.chance(0.9) { // A published store may lack a title; a challenge may not.
		config["name"] = c.localized(codes, c.line)
	}
	c.maybe(config, choice{"slug", func() any { return c.slug() }})
}

func (c *composer) challenge(i *item, config values, codes []string) {
	c.texts(i, config, codes, []string{"name", "optInCta", "description"})
	steps := []any{}
	for range c.between(0, 4) {
		steps = append(steps, c.step(i, codes))
	}
	if !i.publish {
		if c.chance(0.7) {
			config["steps"] = steps
		}
		return
	}
	for _, name := range []string{"name", "optInCta", "description"} {
		if config[name] == nil {
			config[name] = c.localized(codes, c.line)
		}
	}
	last := c.step(i, codes)
	last["triggers"] = []any{c.trigger(), c.trigger()}
	config["steps"] = append(steps, last)
}

func (c *composer) step(i *item, codes []string) values {
	out := values{"userAction": pick(c.writer, "cohort_form", "shopify_order", "app_connected", "visit")}
	if c.hostile && c.chance(0.2) {
		out["userAction"] = c.line()
	}
	c.maybe(out,
		choice{"icon", func() any { return pick(c.writer, "form", "cart", "star", c.line()) }},
		choice{"triggers", func() any {
			triggers := []any{}
			for range c.between(0, 2) {
				triggers = append(triggers, c.trigger())
			}
			return triggers
		}})
	c.texts(i, out, codes, []string{"title", "description"})
	return out
}

func (c *composer) trigger() values {
	out := values{"type": pick(c.writer, "cohort_form", "shopify_order", "app_connected", "visit")}
	if c.hostile && c.chance(0.2) {
		out["type"] = c.line()
	}
	c.maybe(out, choice{"typeConfig", func() any {
		switch c.rng.IntN(4) {
		case 0:
			return values{"property": c.userProperty()}
		case 1:
			return values{"minimum_amount": c.between(1, 9999), "property": c.userProperty(), "currency": "EUR"}
		case 2:
			return values{}
		}
		return c.settings()
	}})
	return out
}

// rewards sets rewards, and how they are given out.
func (c *composer) rewards(i *item, form string, from []*item) {
	way := pick(c.writer, "", "direct", "instant-draw", "raffle")
	draw := way == "instant-draw" || way == "raffle"
	sum := 0
	rewards := []any{}
	chosen := map[*item]bool{}
	for range c.between(1, 4) {
		of := pick(c.writer, from...)
		if chosen[of] {
			continue
		}
		chosen[of] = true
		reward := values{"type": "perk", "rewardId": of}
		if of.kind == assetsPath {
			reward["type"] = "digital-asset"
		}
		if draw && (i.publish || c.chance(0.5)) {
			quantity := c.between(1, 50)
			reward["quantity"] = quantity
			sum += quantity
		}
		if form == "store" {
			c.maybe(reward, choice{"price", func() any {
				return values{"amount": pick(c.writer, 0, 1, 450, 99999), "currency": pick(c.writer, "EUR", "CHF", "JPY")}
			}})
		}
		rewards = append(rewards, reward)
	}
	i.body["rewards"] = rewards
	if way == "" {
		return
	}
	config := values{}
	switch {
	case way == "direct":
		c.maybe(config, choice{"maxQuantity", func() any { return c.between(1, 500) }})
	case i.publish || c.chance(0.35):
		config["maxBoxes"] = sum + c.between(1, 100)
	}
	if way == "raffle" && (i.publish || c.chance(0.35)) {
		config["drawAt"] = c.moment(2031)
	}
	distribution := values{"type": way}
	if len(config) > 0 || c.chance(0.75) {
		distribution["typeConfig"] = config
	}
	i.body["distribution"] = distribution
}
