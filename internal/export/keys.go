package export

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// composed is a text as HCL stores it.
func composed(text string) string { return norm.NFC.String(text) }

func isBlank(key string) bool { return strings.TrimSpace(key) == "" }

// keyPlace names a key among the keys of the kinds that share them, as the service compares it.
func keyPlace(k portable.Kind, key string) string {
	return keyspaces[k.Name] + ":" + composed(strings.TrimSpace(key))
}

// keyspaces are, by the name of a kind, the first kind that it shares its keys with.
var keyspaces = func() map[string]string {
	spaces := map[string]string{}
	for _, k := range portable.Kinds() {
		first := slices.IndexFunc(portable.Kinds(), k.SharesKeysWith)
		spaces[k.Name] = portable.Kinds()[first].Name
	}
	return spaces
}()

// kindOrder are the places of the kinds in the catalog, by name.
var kindOrder = func() map[string]int {
	order := map[string]int{}
	for i, k := range portable.Kinds() {
		order[k.Name] = i
	}
	return order
}()

// holders counts the objects of a merchant by the place of their key. Archived objects and those
// without a key do not count.
type holders map[string]int

func newHolders(m *portable.Merchant) holders {
	h := holders{}
	for _, o := range m.Objects {
		if !o.Archived() && !isBlank(o.Key) {
			h[keyPlace(o.Kind, o.Key)]++
		}
	}
	return h
}

// of counts the objects with the key of an object, itself included.
func (h holders) of(o *portable.Object) int { return h[keyPlace(o.Kind, o.Key)] }

// giveKeys gives every entry a key of its own. An object without a key, or with the key of another
// one, gets a proposed key. Of several objects with one key, one that users see keeps it before a
// draft does.
func (p *program) giveKeys() {
	taken, keepers := map[string]bool{}, map[string]*entry{}
	for at := range p.held[p.from.Mode] {
		taken[at] = true
	}
	for _, e := range p.entries {
		at := keyPlace(e.object.Kind, e.object.Key)
		switch keeper := keepers[at]; {
		case e.key != "": // It is archived.
			taken[at] = true
		case !isBlank(e.object.Key) && (keeper == nil || rank(e) < rank(keeper)):
			keepers[at] = e
		}
	}
	named := namesOf(p.other)
	for _, e := range p.entries {
		switch {
		case e.key != "":
		case isBlank(e.object.Key):
			base := cmp.Or(keyElsewhere(named, e.object), portable.Slug(e.object.Name, "-"),
				portable.Slug(e.object.Kind.Name, "-"))
			e.key = propose(taken, e.object.Kind, base, "%s-%d")
			p.notes.add(keyless, e.object, fmt.Sprintf("%s = %q", e.object.Kind.Key, e.key))
		case keepers[keyPlace(e.object.Kind, e.object.Key)] == e:
			e.key = e.object.Key
		default:
			e.key = propose(taken, e.object.Kind, strings.TrimSpace(e.object.Key), "%s (%d)")
			p.notes.add(duplicate, e.object, fmt.Sprintf("%s = %q", e.object.Kind.Key, e.key))
		}
	}
}

// rank is 0 for an object that users see, and 1 for a draft.
func rank(e *entry) int {
	if e.object.Status == merchants.StatusDraft {
		return 1
	}
	return 0
}

// propose returns a key that no object has: the base, or the base with the first number that is
// free.
func propose(taken map[string]bool, k portable.Kind, base, numbered string) string {
	key := base
	for n := 2; taken[keyPlace(k, key)]; n++ {
		key = fmt.Sprintf(numbered, base, n)
	}
	taken[keyPlace(k, key)] = true
	return key
}

// namesOf returns the objects of a merchant by kind and name; none for nil.
func namesOf(m *portable.Merchant) map[[2]string][]*portable.Object {
	named := map[[2]string][]*portable.Object{}
	if m != nil {
		for _, o := range m.Objects {
			at := [2]string{o.Kind.Name, composed(o.Name)}
			named[at] = append(named[at], o)
		}
	}
	return named
}

// keyElsewhere returns the key that the other merchant has for an object without one: that of its
// only object of the same name; "" if there is none.
func keyElsewhere(named map[[2]string][]*portable.Object, o *portable.Object) string {
	if found := named[[2]string{o.Kind.Name, composed(o.Name)}]; len(found) == 1 && !found[0].Archived() {
		return strings.TrimSpace(found[0].Key)
	}
	return ""
}

// sortEntries sorts entries by kind, in the order of the catalog, and by key.
func sortEntries(entries []*entry) {
	slices.SortStableFunc(entries, func(a, b *entry) int {
		return cmp.Or(
			cmp.Compare(kindOrder[a.object.Kind.Name], kindOrder[b.object.Kind.Name]),
			cmp.Compare(composed(a.key), composed(b.key)),
		)
	})
}

// nameBlocks names the blocks of entries, kind by kind.
func nameBlocks(entries []*entry) {
	for _, k := range portable.Kinds() {
		var keys []string
		for _, e := range entries {
			if e.object.Kind.Name == k.Name {
				keys = append(keys, e.key)
			}
		}
		names := nameAll(k.Name, keys)
		for _, e := range entries {
			if e.object.Kind.Name == k.Name {
				e.name = names[e.key]
			}
		}
	}
}
