// Package population fills a merchant as people do in the dashboard, for tests of whatever reads
// merchants: export, snapshots, comparisons and benchmarks. It speaks HTTP and imports no other
// package of this repository, so it is a third reading of the contract.
//
// What a plan leads to is decided before the first request, by the seed alone. Two runs of one plan
// differ only in ids and times, and in the order of creation when there are 1,000 objects or more:
// then requests run side by side.
//
// Without Untidy, everything can be adopted: keys are unique, even without blanks around them and
// with letters and accents composed, as Terraform sees them; nothing is archived or ended; the
// texts of an object have the same languages; the values of conditions are texts; references lead
// to something.
//
// Two things that a team might leave do not occur, because the contract and the sandbox refuse
// them: badges without an audience, and unknown types of conditions.
package population

import (
	"context"
	"maps"
	"slices"
)

// A Merchant is where to send requests: the base URL of the API without /v1, and a key.
type Merchant struct{ URL, Key string }

// A Plan says what Fill makes.
type Plan struct {
	// Seed decides everything but the size and the style.
	Seed uint64
	// Objects is how many objects there are in the end. From seven on, every kind occurs.
	Objects int
	// Hostile adds keys, texts and settings that break careless writers of HCL: quotes, templates,
	// heredoc markers, control characters, other scripts, keys that become the same name.
	Hostile bool
	// Untidy adds the leftovers of a team: lists and segments without a reference id, objects of one
	// name, archived and ended objects, drafts whose translations are missing, conditions with
	// numbers and Booleans, an archived campaign with a reward that is gone.
	Untidy bool
}

// Made is what Fill and Copy made, kept up to date by Edit.
type Made struct {
	// IDs are all ids that the service issued, also those of steps and of objects that are gone.
	IDs []string
	// Secrets are the codes of perks. Of a hostile code it is the part that needs no escaping in any
	// format; it stands nowhere else.
	Secrets []string
	// Objects are the objects that exist. Those of one kind are in the order of creation, unless
	// requests ran side by side.
	Objects []Object
}

// An Object is one object of a merchant.
type Object struct {
	Kind   string   // the path of its collection, such as digital-assets
	Type   string   // its property type, such as segment; "" for a kind without types
	Key    string   // its reference id or internal name; "" for a list or segment without one
	ID     string   //
	Status string   // "" for a kind without a life cycle
	Edits  []string // what Edit changed
}

const (
	propertiesPath = "user-properties"
	cohortsPath    = "cohorts"
	perksPath      = "perks"
	assetsPath     = "digital-assets"
	badgesPath     = "badges"
	campaignsPath  = "campaigns"
)

// Fill makes objects and returns what it made. The merchant should be empty.
func Fill(ctx context.Context, m Merchant, p Plan) (Made, error) {
	return produce(ctx, m, compose(p))
}

// values is a JSON object. The body of an item may also contain other items, as references.
type values = map[string]any

// produce makes objects wave by wave, because each may refer to those of earlier waves.
func produce(ctx context.Context, m Merchant, items []*item) (Made, error) {
	workers := 1
	if len(items) >= 1000 {
		workers = 16
	}
	c := newClient(m, workers)
	defer c.close()
	waves := map[wave][]*item{}
	for _, i := range items {
		waves[i.wave] = append(waves[i.wave], i)
	}
	for _, w := range slices.SortedFunc(maps.Keys(waves), wave.compare) {
		at := workers
		if w.inOrder {
			at = 1
		}
		if err := each(ctx, at, waves[w], c.create); err != nil {
			return Made{}, err
		}
	}
	for _, step := range []func(context.Context, *item) error{c.archive, c.delete} {
		if err := each(ctx, workers, items, step); err != nil {
			return Made{}, err
		}
	}
	var made Made
	for _, i := range items {
		o := Object{Kind: i.kind}
		ids, secrets := o.saw(i.made)
		made.IDs, made.Secrets = append(made.IDs, ids...), append(made.Secrets, secrets...)
		if !i.deleted {
			made.Objects = append(made.Objects, o)
		}
	}
	return made, nil
}

// saw takes what an answer of the service says about the object, and returns the ids and the
// secrets in it.
func (o *Object) saw(answer values) (ids, secrets []string) {
	o.ID, o.Status = text(answer["id"]), text(answer["status"])
	o.Type, o.Key = text(answer["type"]), text(answer["internalName"])
	if o.Kind == cohortsPath || o.Kind == propertiesPath {
		o.Key = text(answer["referenceId"])
	}
	config := object(answer["typeConfig"])
	if o.Kind == perksPath && o.Type == "code" {
		secrets = append(secrets, plainPart(text(config["code"])))
	}
	ids = append(ids, o.ID)
	for _, step := range list(config["steps"]) {
		ids = append(ids, text(object(step)["id"]))
	}
	return ids, secrets
}

// An item is an object on its way into a merchant.
type item struct {
	kind    string
	body    values
	wave    wave
	publish bool
	end     bool   // after publishing
	archive bool   // after everything else
	deleted bool   // at last
	made    values // the last answer of the service
}

// A wave is a number of objects that can be made at the same time. Where the service chooses keys,
// the order of creation decides which ones, so it must be kept.
type wave struct {
	depth   int
	inOrder bool
}

func (w wave) compare(other wave) int {
	if w.depth == other.depth && w.inOrder != other.inOrder {
		if w.inOrder {
			return 1
		}
		return -1
	}
	return w.depth - other.depth
}

// MarshalJSON writes an item within the body of another one: its id.
func (i *item) MarshalJSON() ([]byte, error) { return marshal(i.made["id"]) }

// A propertyKey is a reference to a user property, by its key.
type propertyKey struct{ of *item }

// MarshalJSON writes the key of the property.
func (p propertyKey) MarshalJSON() ([]byte, error) { return marshal(p.of.made["referenceId"]) }

// depths at which the kinds are made; a segment is made after the segments that it refers to.
const (
	propertyDepth = iota
	plainDepth    // lists, perks, digital assets
	segmentDepth
	lastDepth = 1 << 30 // badges, campaigns
)

func depthOf(kind, kindType string) int {
	switch {
	case kind == propertiesPath:
		return propertyDepth
	case kind == cohortsPath && kindType == "segment":
		return segmentDepth
	case kind == badgesPath || kind == campaignsPath:
		return lastDepth
	}
	return plainDepth
}
