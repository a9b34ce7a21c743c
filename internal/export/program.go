package export

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// program is what an export has decided: which objects become resources, under which names, and
// what a person has to look at.
type program struct {
	from  *portable.Merchant
	other *portable.Merchant
	flat  bool

	entries []*entry
	// entryOf finds the entry of an object of either merchant.
	entryOf map[*portable.Object]*entry
	// looked are objects that are looked up, because written ones refer to them.
	looked    []*entry
	variables []variable
	notes     notes
	// references counts the references that became expressions.
	references int
	// places are the places of the variables, by name.
	places map[string]string
	// byMode says that the module needs to know its merchant.
	byMode bool
	// cycles are the references that would close a circle, from object to object.
	cycles map[[2]*portable.Object]bool
}

// entry is an object that the configuration has.
type entry struct {
	object *portable.Object
	// twin is the same object in the other merchant; nil if it has none, or if nothing is compared.
	twin *portable.Object
	// key is the key in the configuration; it differs from that of the object if the object has none,
	// or shares it.
	key string
	// name is the name of the block.
	name string
	// stamped says that the object is imported by its id, because its key does not find it.
	stamped bool
	// data says that the object is only looked up.
	data bool
}

// address returns the reference to an attribute of the object.
func (e *entry) address(attribute string) []string {
	address := []string{"cohort_" + e.object.Kind.Name, e.name, attribute}
	if e.data {
		return append([]string{"data"}, address...)
	}
	return address
}

// newProgram decides what becomes a resource.
func newProgram(from, other *portable.Merchant, choice selection, flat bool) *program {
	p := &program{from: from, other: other, flat: flat, entryOf: map[*portable.Object]*entry{}}
	for _, object := range from.Objects {
		switch {
		case !choice.has(object):
			p.notes.excluded++
		case object.Refusal != "":
			p.notes.add(refused, object, object.Refusal)
		case isOver(object):
			p.notes.add(over, object, object.Status)
		default:
			p.entries = append(p.entries, &entry{object: object})
		}
	}
	p.giveKeys()
	p.name(p.entries)
	for _, e := range p.entries {
		p.entryOf[e.object] = e
	}
	p.findTwins()
	p.findCycles()
	p.lookUp()
	return p
}

// isOver reports whether an object is archived or has ended. Neither can be made again.
func isOver(o *portable.Object) bool { return o.Archived() || o.Status == merchants.StatusEnded }

// keyspace names the kinds among which keys are unique.
func keyspace(k provider.Kind) string {
	for _, other := range provider.Catalog() {
		if other.SharesKeysWith(k) {
			return other.Name
		}
	}
	return k.Name
}

// storedKey is a key as the service compares it.
func storedKey(key string) string { return norm.NFC.String(strings.TrimSpace(key)) }

// giveKeys gives every entry a key of its own. An object without a key, or with the key of another
// one, gets a proposed key. Of several objects with one key, the first keeps it: one that users see
// before a draft.
func (p *program) giveKeys() {
	holders := map[string][]*entry{}
	at := func(e *entry, key string) string { return keyspace(e.object.Kind) + ":" + storedKey(key) }
	for _, object := range p.from.Objects {
		// Keys of objects that are not written are taken, too.
		if key := object.Key; key != "" && !object.Archived() {
			holders[at(&entry{object: object}, key)] = nil
		}
	}
	for _, e := range p.entries {
		if key := e.object.Key; strings.TrimSpace(key) != "" {
			holders[at(e, key)] = append(holders[at(e, key)], e)
		}
	}
	for _, same := range holders {
		slices.SortStableFunc(same, func(a, b *entry) int { return cmp.Compare(rank(a), rank(b)) })
	}
	for _, e := range p.entries {
		key := e.object.Key
		same := holders[at(e, key)]
		e.stamped = strings.TrimSpace(key) == "" || len(same) > 1
		if strings.TrimSpace(key) != "" && same[0] == e {
			e.key = key
			continue
		}
		propose := func(n int) string { return fmt.Sprintf("%s (%d)", strings.TrimSpace(key), n) }
		if strings.TrimSpace(key) == "" {
			base := cmp.Or(slug(e.object.Name, "-"), strings.ReplaceAll(e.object.Kind.Name, "_", "-"))
			propose = func(n int) string {
				if n == 1 {
					return base
				}
				return fmt.Sprintf("%s-%d", base, n)
			}
		}
		for n := 1; e.key == ""; n++ {
			proposed := propose(n)
			if _, taken := holders[at(e, proposed)]; !taken && (strings.TrimSpace(key) == "" || n > 1) {
				e.key, holders[at(e, proposed)] = proposed, []*entry{e}
			}
		}
		if strings.TrimSpace(key) == "" {
			p.notes.add(keyless, e.object, fmt.Sprintf("%s = %q", e.object.Kind.Key, e.key))
		} else {
			p.notes.add(duplicate, e.object, fmt.Sprintf("%s = %q", e.object.Kind.Key, e.key))
		}
	}
	sortEntries(p.entries)
}

// sortEntries sorts entries by kind, in the order of the catalog, and by key.
func sortEntries(entries []*entry) {
	place := map[string]int{}
	for i, k := range provider.Catalog() {
		place[k.Name] = i
	}
	slices.SortStableFunc(entries, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(place[a.object.Kind.Name], place[b.object.Kind.Name]), cmp.Compare(a.key, b.key))
	})
}

// rank is 0 for an object that users see, and 1 for a draft.
func rank(e *entry) int {
	if e.object.Status == merchants.StatusDraft {
		return 1
	}
	return 0
}

// name names the blocks of entries, kind by kind.
func (p *program) name(entries []*entry) {
	for _, k := range provider.Catalog() {
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

// findTwins pairs the entries with the objects of the other merchant: several with one key by their
// content, others by key, and those without a key by their name. Only a pair without an alternative
// counts.
func (p *program) findTwins() {
	if p.other == nil {
		return
	}
	p.pair(func(o *portable.Object) string { return o.Key + "\x00" + o.Content() },
		func(e *entry) bool { return e.stamped && e.object.Key != "" })
	p.pair(func(o *portable.Object) string { return o.Key }, func(e *entry) bool { return e.object.Key != "" })
	p.pair(func(o *portable.Object) string { return "\x00" + o.Name }, func(e *entry) bool { return e.object.Key == "" })
	for _, o := range p.other.Objects {
		if p.entryOf[o] == nil && !isOver(o) {
			p.notes.add(elsewhere, o, "")
		}
	}
}

// pair pairs entries that have no twin yet by what trait returns for both objects.
func (p *program) pair(trait func(*portable.Object) string, wanted func(*entry) bool) {
	type place struct{ kind, trait string }
	there, here := map[place][]*portable.Object{}, map[place][]*entry{}
	for _, o := range p.other.Objects {
		if p.entryOf[o] == nil && !o.Archived() && o.Refusal == "" {
			at := place{o.Kind.Name, trait(o)}
			there[at] = append(there[at], o)
		}
	}
	for _, e := range p.entries {
		if e.twin == nil && wanted(e) {
			at := place{e.object.Kind.Name, trait(e.object)}
			here[at] = append(here[at], e)
		}
	}
	for at, entries := range here {
		if len(entries) == 1 && len(there[at]) == 1 {
			entries[0].twin = there[at][0]
			p.entryOf[there[at][0]] = entries[0]
		}
	}
}
