package population

import (
	"context"
	"fmt"
	"math/rand/v2"
)

// Copy makes some objects of one merchant in another, as somebody does who has begun to repeat a
// configuration by hand: about the given share of them, and whatever they refer to. It then changes
// values of about the share edited of the copies; Edits of an object says what. The other merchant
// should be empty.
func Copy(ctx context.Context, from, to Merchant, share, edited float64, seed uint64) (Made, error) {
	reader := newClient(from, 1)
	defer reader.close()
	source := &original{by: map[string]*item{}}
	for _, kind := range []string{propertiesPath, cohortsPath, perksPath, assetsPath, badgesPath, campaignsPath} {
		rows, err := reader.all(ctx, kind)
		if err != nil {
			return Made{}, err
		}
		for _, row := range rows {
			source.add(kind, row)
		}
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	made, err := produce(ctx, to, source.some(rng, share))
	if err != nil {
		return Made{}, err
	}
	c := newClient(to, 1)
	defer c.close()
	for i := range made.Objects {
		if rng.Float64() < edited {
			if _, err := c.edit(ctx, rng, &made, &made.Objects[i], valueEdits()); err != nil {
				return Made{}, err
			}
		}
	}
	return made, nil
}

// An original is a merchant to copy from.
type original struct {
	items []*item
	by    map[string]*item // by id, and user properties by their key with a prefix
}

const byKey = "key of a user property: "

func (o *original) add(kind string, row values) {
	status := text(row["status"])
	i := &item{
		kind: kind, body: row, wave: wave{depth: depthOf(kind, text(row["type"]))},
		publish: status != "" && status != "draft" && status != "archived",
		end:     status == "ended",
		archive: status == "archived",
	}
	o.items = append(o.items, i)
	o.by[text(row["id"])] = i
	if kind == propertiesPath {
		o.by[byKey+text(row["referenceId"])] = i
	}
}

// some returns a share of the objects, and what they refer to, in their old order. Their bodies are
// those of a create.
func (o *original) some(rng *rand.Rand, share float64) []*item {
	wanted := int(share*float64(len(o.items)) + 0.5)
	chosen := map[*item]bool{}
	for _, n := range rng.Perm(len(o.items)) {
		if len(chosen) >= wanted {
			break
		}
		o.choose(o.items[n], chosen)
	}
	var out []*item
	for _, i := range o.items {
		if chosen[i] {
			out = append(out, i)
		}
	}
	return out
}

// choose takes an object and what it refers to. An archived campaign may refer to what is gone: the
// copy does not.
func (o *original) choose(i *item, chosen map[*item]bool) {
	if chosen[i] {
		return
	}
	chosen[i] = true
	for _, name := range []string{"id", "createdAt", "updatedAt", "status"} {
		delete(i.body, name)
	}
	config := object(i.body["typeConfig"])
	for _, step := range list(config["steps"]) {
		delete(object(step), "id")
	}
	if rewards, ok := i.body["rewards"].([]any); ok {
		kept := []any{}
		for _, reward := range rewards {
			if o.by[text(object(reward)["rewardId"])] != nil {
				kept = append(kept, reward)
			}
		}
		i.body["rewards"] = kept
	}
	if i.kind == campaignsPath && o.by[text(i.body["cohortId"])] == nil {
		delete(i.body, "cohortId")
	}
	o.refer(i, i.body, chosen)
}

// refer replaces the references within a value by the items that they mean.
func (o *original) refer(i *item, within any, chosen map[*item]bool) {
	switch within := within.(type) {
	case values:
		for _, name := range sorted(within) {
			s := text(within[name])
			switch {
			case (name == "cohortId" || name == "rewardId") && o.by[s] != nil:
				within[name] = o.need(i, o.by[s], chosen)
			case name == "property" && o.by[byKey+s] != nil:
				within[name] = propertyKey{o.need(i, o.by[byKey+s], chosen)}
			default:
				o.refer(i, within[name], chosen)
			}
		}
	case []any:
		for _, one := range within {
			o.refer(i, one, chosen)
		}
	}
}

func (o *original) need(i, other *item, chosen map[*item]bool) *item {
	o.choose(other, chosen)
	i.wave.depth = max(i.wave.depth, other.wave.depth+1)
	return other
}

func (i *item) String() string { return fmt.Sprintf("%s %v", i.kind, i.body["internalName"]) }
