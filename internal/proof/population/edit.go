package population

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Edit changes one object, as somebody in the dashboard would, says what it changed, and notes it
// in made. It never changes a key, so every object stays the one it is.
func Edit(ctx context.Context, m Merchant, rng *rand.Rand, made *Made) (string, error) {
	c := newClient(m, 1)
	defer c.close()
	if len(made.Objects) > 0 {
		for range 1000 {
			o := &made.Objects[rng.IntN(len(made.Objects))]
			if said, err := c.edit(ctx, rng, made, o, append(valueEdits(), statusEdits()...)); said != "" || err != nil {
				return said, err
			}
		}
	}
	return "", errors.New("population: nothing here can be changed")
}

// An edition is one change on its way to an object.
type edition struct {
	*writer
	made    *Made
	of      *Object
	object  values   // as read, then with the change
	changed []string // the top-level properties that differ now
	action  string   // or what to do with the status
}

// A change is what somebody may do to an object. It reports false, and changes nothing, when the
// object does not allow it.
type change struct {
	name string
	make func(*edition) bool
}

// edit makes the first change that the object allows, in random order. It says nothing if there is
// none.
func (c *client) edit(ctx context.Context, rng *rand.Rand, made *Made, o *Object, changes []change) (string, error) {
	at := o.Kind + "/" + url.PathEscape(o.ID)
	before, err := c.call(ctx, http.MethodGet, at, nil)
	if err != nil {
		return "", err
	}
	for _, n := range rng.Perm(len(changes)) {
		e := &edition{
			&writer{rng: rng, taken: map[string]map[string]bool{}}, made, o, before, nil, "",
		}
		if !changes[n].make(e) {
			continue
		}
		var after values
		if e.action != "" {
			after, err = c.move(ctx, o.Kind, o.ID, e.action)
		} else {
			after, err = c.call(ctx, http.MethodPatch, at, e.patch())
		}
		var refused *refusal
		if e.action != "" && errors.As(err, &refused) && refused.status == http.StatusExpectationFailed {
			continue // The draft is not complete, or the object refers to something that is gone.
		}
		if err != nil {
			return "", fmt.Errorf("population: %s: %w", changes[n].name, err)
		}
		ids, secrets := o.saw(after)
		for _, id := range ids {
			made.IDs = with(made.IDs, id)
		}
		for _, secret := range secrets {
			made.Secrets = with(made.Secrets, secret)
		}
		o.Edits = append(o.Edits, changes[n].name)
		return fmt.Sprintf("%s of the %s %q (%s)", changes[n].name, o.Kind, o.Key, o.ID), nil
	}
	return "", nil
}

func (e *edition) patch() values {
	out := values{}
	for _, name := range e.changed {
		out[name] = e.object[name]
	}
	return out
}

// touch sets a property of the object itself.
func (e *edition) touch(name string, value any) bool {
	e.object[name] = value
	e.changed = append(e.changed, name)
	return true
}

func (e *edition) draft() bool    { return e.of.Status == "draft" }
func (e *edition) archived() bool { return e.of.Status == "archived" }
func (e *edition) has(name string) bool {
	_, ok := e.object[name]
	return ok && !e.archived()
}

// news is a text that no object has.
func (e *edition) news() string { return fmt.Sprintf("%s, edited %x", e.line(), e.rng.Uint32()) }

// config is typeConfig, when it is open for a change and there is one.
func (e *edition) config(kind string) (values, bool) {
	config := object(e.object["typeConfig"])
	if e.of.Kind != kind || config == nil || e.archived() {
		return nil, false
	}
	return config, true
}

// others are the ids of other objects of a kind that are not archived.
func (e *edition) others(kind string, besides ...any) []string {
	var out []string
	for _, o := range e.made.Objects {
		if o.Kind == kind && o.Status != "archived" && !slices.Contains(besides, any(o.ID)) {
			out = append(out, o.ID)
		}
	}
	return out
}

func valueEdits() []change {
	return []change{
		{"name", func(e *edition) bool { return e.has("name") && e.touch("name", e.news()) }},
		{"a text", (*edition).reword},
		{"one more language", (*edition).addLanguage},
		{"one language less", (*edition).dropLanguage},
		{"image or video", (*edition).showElse},
		{"slug", (*edition).moveElsewhere},
		{"expiry", func(e *edition) bool { return e.has("expiresAt") && e.toggle("expiresAt", e.moment(2040)) }},
		{"supply", func(e *edition) bool { return e.has("maxSupply") && e.toggle("maxSupply", 20000+e.between(1, 9999)) }},
		{"end", func(e *edition) bool { return e.has("endAt") && e.toggle("endAt", e.moment(2040)) }},
		{"visibility", (*edition).hide},
		{"settings", (*edition).set},
		{"audience", (*edition).aim},
		{"conditions", (*edition).condition},
		{"steps", (*edition).steps},
		{"rewards", (*edition).reward},
		{"a price", (*edition).price},
		{"distribution", (*edition).limit},
	}
}

func statusEdits() []change {
	act := func(action string, kinds, from []string) change {
		return change{"status, by " + action, func(e *edition) bool {
			e.action = action
			return slices.Contains(kinds, e.of.Kind) && slices.Contains(from, e.of.Status)
		}}
	}
	return []change{
		act("publish", []string{perksPath, assetsPath, badgesPath, campaignsPath}, []string{"draft"}),
		act("archive", []string{perksPath, campaignsPath}, []string{"draft", "live", "published", "ended"}),
		act("unarchive", []string{perksPath, campaignsPath}, []string{"archived"}),
		act("end", []string{campaignsPath}, []string{"published"}),
	}
}

// toggle sets a property that has no value, and clears or changes one that has.
func (e *edition) toggle(name string, value any) bool {
	if e.object[name] != nil && e.chance(0.5) {
		value = nil
	}
	return e.touch(name, value)
}

// texts are the localized texts that have a language, with the top-level property of each.
func (e *edition) texts() (texts []values, tops []string) {
	if e.archived() {
		return nil, nil
	}
	add := func(top string, from values, names ...string) {
		for _, name := range names {
			if one := object(from[name]); len(one) > 0 {
				texts, tops = append(texts, one), append(tops, top)
			}
		}
	}
	add("title", e.object, "title")
	add("description", e.object, "description")
	add("lockedDescription", e.object, "lockedDescription")
	if config, ok := e.config(campaignsPath); ok {
		add("typeConfig", config, "name", "optInCta", "description")
		for _, step := range list(config["steps"]) {
			add("typeConfig", object(step), "title", "description")
		}
	}
	return texts, tops
}

func (e *edition) reword() bool {
	texts, tops := e.texts()
	if len(texts) == 0 {
		return false
	}
	n := e.rng.IntN(len(texts))
	texts[n][pick(e.writer, sorted(texts[n])...)] = e.news()
	e.changed = []string{tops[n]}
	return true
}

func (e *edition) addLanguage() bool {
	texts, tops := e.texts()
	code := pick(e.writer, languages...)
	if len(texts) == 0 || slices.ContainsFunc(texts, func(one values) bool { return one[code] != nil }) {
		return false
	}
	for _, one := range texts {
		one[code] = e.news()
	}
	e.changed = slices.Compact(tops)
	return true
}

func (e *edition) dropLanguage() bool {
	texts, tops := e.texts()
	if len(texts) == 0 || slices.ContainsFunc(texts, func(one values) bool { return len(one) < 2 }) {
		return false
	}
	code := pick(e.writer, sorted(texts[0])...)
	for _, one := range texts {
		delete(one, code)
	}
	e.changed = slices.Compact(tops)
	return true
}

func (e *edition) showElse() bool {
	at, top := e.object, ""
	if config, ok := e.config(campaignsPath); ok {
		at, top = config, "typeConfig"
	}
	if _, ok := at["imageUrl"]; !ok || e.archived() {
		return false
	}
	name := "imageUrl"
	if at["videoUrl"] != nil {
		name = "videoUrl"
	}
	at[name] = e.newAddress()
	if top == "" {
		top = name
	}
	e.changed = []string{top}
	return true
}

// newAddress is a web address that no object has.
func (e *edition) newAddress() string {
	return fmt.Sprintf("https://cdn.example.com/edited/%016x.png", e.rng.Uint64())
}

func (e *edition) moveElsewhere() bool {
	config, ok := e.config(campaignsPath)
	return ok && setIn(config, "slug", fmt.Sprintf("edited-%016x", e.rng.Uint64())) && e.touch("typeConfig", config)
}

func setIn(at values, name string, value any) bool {
	at[name] = value
	return true
}

func (e *edition) hide() bool {
	if !e.has("visibility") {
		return false
	}
	if e.object["visibility"] == "owners" {
		return e.touch("visibility", "everyone")
	}
	return e.touch("visibility", "owners") && e.touch("lockedDescription", nil)
}

func (e *edition) set() bool {
	config, ok := e.config(perksPath)
	if !ok {
		return false
	}
	switch e.object["type"] {
	case "code":
		config["code"] = e.secret()
	case "link":
		config["url"] = e.newAddress()
	case "shopify-discount":
		if config["discountType"] == "percentage" {
			config["discountType"] = "fixed-amount"
		} else {
			config["value"] = 1000 + e.between(1, 9999)
		}
	default:
		config["edited"] = e.news()
	}
	return e.touch("typeConfig", config)
}

// aim chooses another audience, or none for a campaign.
func (e *edition) aim() bool {
	others := e.others(cohortsPath, e.object["cohortId"])
	if !e.has("cohortId") || len(others) == 0 {
		return false
	}
	if e.of.Kind == campaignsPath && e.object["cohortId"] != nil && e.chance(0.3) {
		return e.touch("cohortId", nil)
	}
	return e.touch("cohortId", pick(e.writer, others...))
}

func (e *edition) condition() bool {
	if e.of.Kind != cohortsPath || e.of.Type != "segment" {
		return false
	}
	conditions := object(e.object["conditions"])
	groups := list(conditions["groups"])
	fresh := values{"type": "user-property", "typeConfig": values{
		"property": "lang", "operator": "equals", "value": e.news(),
	}}
	if len(groups) == 0 {
		return e.touch("conditions", values{"operator": "and", "groups": []any{
			values{"operator": "or", "conditions": []any{fresh}},
		}})
	}
	group := object(pick(e.writer, groups...))
	inside := list(group["conditions"])
	switch e.rng.IntN(4) {
	case 0:
		conditions["operator"] = flipped(conditions["operator"])
	case 1:
		group["operator"] = flipped(group["operator"])
	case 2:
		if len(inside) > 1 {
			group["conditions"] = inside[1:]
			break
		}
		fallthrough
	default:
		group["conditions"] = append(inside, fresh)
	}
	return e.touch("conditions", conditions)
}

func flipped(operator any) string {
	if operator == "and" {
		return "or"
	}
	return "and"
}

func (e *edition) steps() bool {
	config, ok := e.config(campaignsPath)
	if !ok || e.of.Type != "challenge" {
		return false
	}
	steps := list(config["steps"])
	fresh := values{"userAction": "visit", "icon": e.news(), "triggers": []any{
		values{"type": "visit", "typeConfig": values{"page": e.news()}},
	}}
	if len(steps) == 0 {
		config["steps"] = []any{fresh}
		return e.touch("typeConfig", config)
	}
	n := e.rng.IntN(len(steps))
	step := object(steps[n])
	switch e.rng.IntN(4) {
	case 0:
		config["steps"] = slices.Insert(steps, n, any(fresh))
	case 1:
		step["icon"] = e.news()
	case 2:
		step["triggers"] = append(list(step["triggers"]), values{"type": "visit", "typeConfig": nil})
	default:
		rest := slices.Delete(slices.Clone(steps), n, n+1)
		if !slices.ContainsFunc(rest, func(s any) bool { return len(list(object(s)["triggers"])) > 0 }) {
			rest = append(rest, fresh)
		}
		config["steps"] = rest
	}
	return e.touch("typeConfig", config)
}

// reward adds or removes a reward of a draft; later they are frozen.
func (e *edition) reward() bool {
	if e.of.Kind != campaignsPath || !e.draft() {
		return false
	}
	rewards := list(e.object["rewards"])
	if len(rewards) > 1 && e.chance(0.5) {
		return e.touch("rewards", rewards[1:])
	}
	var there []any
	for _, r := range rewards {
		there = append(there, object(r)["rewardId"])
	}
	others := e.others(perksPath, there...)
	distribution := object(e.object["distribution"])
	if len(others) == 0 || object(distribution["typeConfig"])["maxBoxes"] != nil {
		return false // There may not be boxes enough for one more.
	}
	return e.touch("rewards", append(rewards, values{"type": "perk", "rewardId": pick(e.writer, others...)}))
}

func (e *edition) price() bool {
	rewards := list(e.object["rewards"])
	if e.of.Type != "store" || !e.draft() || len(rewards) == 0 {
		return false
	}
	reward := object(pick(e.writer, rewards...))
	if reward["price"] != nil && e.chance(0.3) {
		reward["price"] = nil
	} else {
		reward["price"] = values{"amount": 100000 + e.between(1, 99999), "currency": pick(e.writer, "EUR", "CHF")}
	}
	return e.touch("rewards", rewards)
}

// limit changes how many rewards or boxes a draft has.
func (e *edition) limit() bool {
	if e.of.Kind != campaignsPath || !e.draft() {
		return false
	}
	distribution := object(e.object["distribution"])
	config := object(distribution["typeConfig"])
	name := "maxBoxes"
	if distribution["type"] == "direct" {
		name = "maxQuantity"
	}
	config[name] = whole(config[name]) + 1000
	return e.touch("distribution", distribution)
}

// String names the object in messages.
func (o Object) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s %s %q %s (%s)", o.Kind, o.Type, o.Key, o.Status, o.ID))
}
