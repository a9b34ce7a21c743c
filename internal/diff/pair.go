package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// pair is an object and its counterpart. Of an object that only one merchant has, the other one is
// nil.
type pair struct{ from, to *portable.Object }

// object is one of the two, the first if there are both.
func (p pair) object() *portable.Object {
	if p.from != nil {
		return p.from
	}
	return p.to
}

// identity is what an object is known by: its kind, and its key or its name.
type identity struct{ kind, text string }

func newIdentity(kind, text string) identity {
	return identity{kind, norm.NFC.String(strings.TrimSpace(text))}
}

func keyOf(o *portable.Object) identity { return newIdentity(o.Kind.Name, o.Key) }

func hasKey(o *portable.Object) bool { return strings.TrimSpace(o.Key) != "" }

// pairAll pairs the objects of both merchants: by key, then by the key that a plan gives, then by
// the address and by the name where one of the two has no key. A pair is made only if neither
// object could belong to another one.
func (c *comparison) pairAll() {
	c.skipRefused()
	c.pairByKey()
	c.pairLonely(func(s *side, o *portable.Object) string { return cmp.Or(s.plannedKey(o), o.Key) },
		func(from, to *portable.Object) bool { return keyOf(from) != keyOf(to) })
	c.pairLonely((*side).addressOf, func(from, to *portable.Object) bool { return !hasKey(from) && !hasKey(to) })
	c.skipNamesakes()
	c.pairLonely(func(_ *side, o *portable.Object) string { return o.Name },
		func(from, to *portable.Object) bool { return !hasKey(from) || !hasKey(to) })
	for _, o := range c.from.lonely {
		c.pairs = append(c.pairs, pair{from: o})
	}
	for _, o := range c.to.lonely {
		c.pairs = append(c.pairs, pair{to: o})
	}
	order := map[string]int{}
	for i, k := range portable.Kinds() {
		order[k.Name] = i
	}
	slices.SortStableFunc(c.pairs, func(a, b pair) int {
		x, y := a.object(), b.object()
		return cmp.Or(cmp.Compare(order[x.Kind.Name], order[y.Kind.Name]), cmp.Compare(keyOf(x).text, keyOf(y).text),
			cmp.Compare(x.Name, y.Name))
	})
}

// sides are both sides, the first one first.
func (c *comparison) sides() [2]*side { return [2]*side{&c.from, &c.to} }

// skipRefused leaves out what the provider cannot manage, and its counterparts.
func (c *comparison) skipRefused() {
	refused := map[identity]bool{}
	for _, s := range c.sides() {
		for _, o := range s.merchant.Objects {
			if o.Refusal == "" {
				continue
			}
			if hasKey(o) {
				refused[keyOf(o)] = true
			}
			c.skip(fmt.Sprintf("1 %s of %s", o.Kind.Noun, s.name), "the provider cannot manage it: "+o.Refusal, o)
		}
	}
	for _, s := range c.sides() {
		for _, o := range s.merchant.Objects {
			switch {
			case o.Refusal != "":
			case hasKey(o) && refused[keyOf(o)]:
				c.skip(fmt.Sprintf("1 %s of %s", o.Kind.Noun, s.name), "an object with its key cannot be managed", o)
			default:
				s.lonely = append(s.lonely, o)
			}
		}
	}
}

// holders are the objects of a merchant with one key.
type holders struct{ active, archived []*portable.Object }

// pairByKey pairs by key. An archived object is hidden for good, so its key may be used again: it
// counts only where nothing else has the key and the other merchant still uses it.
func (c *comparison) pairByKey() {
	var held [2]map[identity]*holders
	var keys []identity
	for i, s := range c.sides() {
		held[i] = map[identity]*holders{}
		var rest []*portable.Object
		for _, o := range s.lonely {
			switch key := keyOf(o); {
			case !hasKey(o):
				rest = append(rest, o)
			case held[i][key] == nil:
				held[i][key] = &holders{}
				keys = append(keys, key)
				fallthrough
			default:
				held[i][key].add(o)
			}
		}
		s.lonely = rest
	}
	done := map[identity]bool{}
	for _, key := range keys {
		if done[key] {
			continue
		}
		done[key] = true
		first, second := held[0][key], held[1][key]
		if first == nil {
			first = &holders{}
		}
		if second == nil {
			second = &holders{}
		}
		c.pairHolders(key, first, second)
	}
	for _, s := range c.sides() {
		c.skipArchived(s)
	}
}

func (h *holders) add(o *portable.Object) {
	if o.Archived() {
		h.archived = append(h.archived, o)
	} else {
		h.active = append(h.active, o)
	}
}

// one takes the object that stands for a key, if there is one.
func (h *holders) one(other *holders) *portable.Object {
	switch {
	case len(h.active) == 1:
		return h.active[0]
	case len(h.active) == 0 && len(h.archived) == 1 && len(other.active) == 1:
		only := h.archived[0]
		h.archived = nil
		return only
	default:
		return nil
	}
}

func (c *comparison) pairHolders(key identity, first, second *holders) {
	if len(first.active) > 1 || len(second.active) > 1 {
		same := slices.Concat(first.active, second.active)
		counts := fmt.Sprintf("%d of %s and %d of %s", len(first.active), c.from.name, len(second.active), c.to.name)
		c.skip(fmt.Sprintf("%s, %s", same[0], counts),
			"several objects have one key, so no pairs can be made", same[0])
		last := &c.skipped[len(c.skipped)-1]
		last.kind, last.key = key.kind, key.text
	} else {
		from, to := first.one(second), second.one(first)
		switch {
		case from != nil && to != nil:
			c.pairs = append(c.pairs, pair{from, to})
		case from != nil:
			c.from.lonely = append(c.from.lonely, from)
		case to != nil:
			c.to.lonely = append(c.to.lonely, to)
		}
	}
	c.from.archived = append(c.from.archived, first.archived...)
	c.to.archived = append(c.to.archived, second.archived...)
}

// skipArchived leaves out archived objects, kind by kind.
func (c *comparison) skipArchived(s *side) {
	s.lonely = slices.DeleteFunc(s.lonely, func(o *portable.Object) bool {
		if o.Archived() && !hasKey(o) {
			s.archived = append(s.archived, o)
			return true
		}
		return false
	})
	for _, k := range portable.Kinds() {
		var all []*portable.Object
		for _, o := range s.archived {
			if o.Kind.Name == k.Name {
				all = append(all, o)
			}
		}
		if len(all) > 0 {
			c.skip(fmt.Sprintf("%d archived %s of %s", len(all), nounOf(k, len(all)), s.name),
				"archived objects are hidden for good", all...)
			c.skipped[len(c.skipped)-1].over = true
		}
	}
}

func nounOf(k portable.Kind, n int) string {
	if n == 1 {
		return k.Noun
	}
	return k.Plural
}

// pairLonely pairs objects that have no counterpart yet, and of which each alone has a trait.
func (c *comparison) pairLonely(
	trait func(*side, *portable.Object) string, fits func(from, to *portable.Object) bool,
) {
	var found [2]map[identity][]*portable.Object
	for i, s := range c.sides() {
		found[i] = map[identity][]*portable.Object{}
		for _, o := range s.lonely {
			if text := trait(s, o); strings.TrimSpace(text) != "" {
				at := newIdentity(o.Kind.Name, text)
				found[i][at] = append(found[i][at], o)
			}
		}
	}
	paired := map[*portable.Object]bool{}
	for at, first := range found[0] {
		second := found[1][at]
		if len(first) == 1 && len(second) == 1 && fits(first[0], second[0]) {
			c.pairs = append(c.pairs, pair{first[0], second[0]})
			paired[first[0]], paired[second[0]] = true, true
		}
	}
	for _, s := range c.sides() {
		s.lonely = slices.DeleteFunc(s.lonely, func(o *portable.Object) bool { return paired[o] })
	}
}

// skipNamesakes leaves out objects without a key that share their name.
func (c *comparison) skipNamesakes() {
	for _, s := range c.sides() {
		named := map[identity][]*portable.Object{}
		for _, o := range s.lonely {
			if !hasKey(o) {
				at := newIdentity(o.Kind.Name, o.Name)
				named[at] = append(named[at], o)
			}
		}
		s.lonely = slices.DeleteFunc(s.lonely, func(o *portable.Object) bool {
			same := named[newIdentity(o.Kind.Name, o.Name)]
			if hasKey(o) || len(same) == 1 {
				return false
			}
			if same[0] == o {
				c.skip(fmt.Sprintf("%d %s of %s without a %s", len(same), o.Kind.Plural, s.name, o.Kind.Key),
					"they have one name, so they cannot be told apart", same...)
			}
			return true
		})
	}
}

// skip notes what is not compared.
func (c *comparison) skip(what, why string, objects ...*portable.Object) {
	skipped := Skipped{What: what, Why: why}
	for _, o := range objects {
		skipped.Objects = append(skipped.Objects, o.String())
	}
	slices.Sort(skipped.Objects)
	c.skipped = append(c.skipped, skipped)
}
