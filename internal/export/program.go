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
		case !isOver(object):
			p.entries = append(p.entries, &entry{object: object})
		}
	}
	p.addArchived()
	for _, object := range from.Objects {
		if isOver(object) && choice.has(object) && object.Refusal == "" && !p.has(object) {
			p.notes.add(over, object, object.Status)
		}
	}
	p.giveKeys()
	p.name(p.entries)
	p.findTwins()
	p.findCycles()
	p.lookUp()
	return p
}

// isOver reports whether an object is archived or has ended. Neither can be made again.
func isOver(o *portable.Object) bool { return o.Archived() || o.Status == merchants.StatusEnded }

// has reports whether an object of the exported merchant is written.
func (p *program) has(o *portable.Object) bool { return p.entryOf[o] != nil }

// addArchived adds the archived objects that others refer to, because the others cannot be written
// without them. An archived object whose key another one has is not added: in a merchant without
// both, neither Terraform nor the service could tell them apart.
func (p *program) addArchived() {
	taken := map[string]bool{}
	for _, o := range p.from.Objects {
		taken[place(o.Kind, o.Key)] = taken[place(o.Kind, o.Key)] || !o.Archived()
	}
	for i := 0; i < len(p.entries); i++ {
		e := p.entries[i]
		p.entryOf[e.object] = e
		e.eachReference(func(r portable.Reference) {
			if o := r.Target; o != nil && o.Archived() && o.Refusal == "" && !p.has(o) && !taken[place(o.Kind, o.Key)] {
				taken[place(o.Kind, o.Key)] = true
				p.entryOf[o] = &entry{object: o, key: o.Key, stamped: true}
				p.entries = append(p.entries, p.entryOf[o])
				p.notes.add(archived, o, "used by "+e.object.String())
			}
		})
	}
}

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
// before a draft. Archived objects do not count: their keys are free.
func (p *program) giveKeys() {
	// holders counts the objects with a key, also those that are not written.
	holders, keepers := map[string]int{}, map[string]*entry{}
	for _, object := range p.from.Objects {
		if !object.Archived() && !isBlank(object.Key) {
			holders[place(object.Kind, object.Key)]++
		}
	}
	for _, e := range p.entries {
		if at := place(e.object.Kind, e.object.Key); e.key == "" && !isBlank(e.object.Key) {
			if keeper := keepers[at]; keeper == nil || rank(e) < rank(keeper) {
				keepers[at] = e
			}
		}
	}
	for _, e := range p.entries {
		at := place(e.object.Kind, e.object.Key)
		switch {
		case e.key != "": // It is archived.
		case isBlank(e.object.Key):
			base := cmp.Or(slug(e.object.Name, "-"), slug(e.object.Kind.Name, "-"))
			e.stamped, e.key = true, p.propose(e, base, "%s-%d", holders)
			p.notes.add(keyless, e.object, fmt.Sprintf("%s = %q", e.object.Kind.Key, e.key))
		case keepers[at] == e:
			e.stamped, e.key = holders[at] > 1, e.object.Key
		default:
			e.stamped, e.key = true, p.propose(e, strings.TrimSpace(e.object.Key), "%s (%d)", holders)
			p.notes.add(duplicate, e.object, fmt.Sprintf("%s = %q", e.object.Kind.Key, e.key))
		}
	}
	sortEntries(p.entries)
}

// propose returns a key that no object has: the base, or the base with the first number that is
// free.
func (p *program) propose(e *entry, base, numbered string, holders map[string]int) string {
	key := base
	for n := 2; holders[place(e.object.Kind, key)] > 0; n++ {
		key = fmt.Sprintf(numbered, base, n)
	}
	holders[place(e.object.Kind, key)]++
	return key
}

// place is a key among the keys of its kinds.
func place(k provider.Kind, key string) string { return keyspace(k) + ":" + storedKey(key) }

func isBlank(key string) bool { return strings.TrimSpace(key) == "" }

// sortEntries sorts entries by kind, in the order of the catalog, and by key.
func sortEntries(entries []*entry) {
	order := map[string]int{}
	for i, k := range provider.Catalog() {
		order[k.Name] = i
	}
	slices.SortStableFunc(entries, func(a, b *entry) int {
		return cmp.Or(
			cmp.Compare(order[a.object.Kind.Name], order[b.object.Kind.Name]),
			cmp.Compare(storedKey(a.key), storedKey(b.key)),
		)
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
		ofKind := map[string]*entry{}
		for _, e := range entries {
			if e.object.Kind.Name == k.Name {
				keys, ofKind[e.key] = append(keys, e.key), e
			}
		}
		for key, name := range nameAll(k.Name, keys) {
			ofKind[key].name = name
		}
	}
}

// findTwins pairs the entries with the objects of the other merchant: by key, several with one key
// by their content, and those without a key by their name. Only a pair without an alternative
// counts.
func (p *program) findTwins() {
	if p.other == nil {
		return
	}
	holders := map[string]int{}
	for _, o := range p.other.Objects {
		if !o.Archived() {
			holders[place(o.Kind, o.Key)]++
		}
	}
	shared := func(o *portable.Object) bool { return holders[place(o.Kind, o.Key)] > 1 }
	p.pair(func(e *entry, o *portable.Object) string {
		if isBlank(o.Key) || shared(o) || e != nil && e.key != o.Key {
			return ""
		}
		return "key " + o.Key
	})
	p.pair(func(_ *entry, o *portable.Object) string {
		if isBlank(o.Key) {
			return ""
		}
		return "content " + o.Key + o.Content()
	})
	p.pair(func(_ *entry, o *portable.Object) string {
		if !isBlank(o.Key) {
			return ""
		}
		return "name " + o.Name
	})
	lonely := map[string]bool{}
	for _, o := range p.other.Objects {
		if p.entryOf[o] == nil && !isOver(o) {
			p.notes.add(elsewhere, o, "")
			lonely[o.String()] = true
		}
	}
	for _, e := range p.entries {
		if e.stamped && e.twin == nil && lonely[e.object.String()] {
			p.notes.add(ambiguous, e.object, "")
		}
	}
}

// pair pairs entries that have no twin yet by a trait of both objects; "" is none. An entry is nil
// for an object of the other merchant.
func (p *program) pair(trait func(e *entry, o *portable.Object) string) {
	type place struct{ kind, trait string }
	there, here := map[place][]*portable.Object{}, map[place][]*entry{}
	for _, o := range p.other.Objects {
		at := place{o.Kind.Name, trait(nil, o)}
		if at.trait != "" && p.entryOf[o] == nil && !o.Archived() && o.Refusal == "" {
			there[at] = append(there[at], o)
		}
	}
	for _, e := range p.entries {
		if at := (place{e.object.Kind.Name, trait(e, e.object)}); at.trait != "" && e.twin == nil {
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
