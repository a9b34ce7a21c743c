package export

import (
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// program is what an export has decided: which objects become resources, under which names, and
// what a person has to look at.
type program struct {
	from *portable.Merchant
	// other is the merchant to compare with, or nil.
	other  *portable.Merchant
	choice selection
	flat   bool
	// held counts the objects of each merchant by their keys.
	held map[merchants.Mode]holders

	// entries become resources. looked become data sources, because resources refer to them.
	entries, looked []*entry
	// entryOf finds the entry of an object of either merchant.
	entryOf map[*portable.Object]*entry
	// cycles are the references that Terraform could not order, from entry to entry.
	cycles map[[2]*entry]bool

	variables variables
	notes     notes
	// resolved counts the references that became expressions, and supplied those that became
	// variables.
	resolved, supplied int
	// byMode says that the module needs to know its merchant.
	byMode bool
	// undecided are the entries with a difference that cannot be written.
	undecided map[*entry]bool
}

// entry is an object that the configuration has.
type entry struct {
	object *portable.Object
	// twin is the same object in the other merchant; nil if it has none, or if nothing is compared.
	twin *portable.Object
	// key is the key in the configuration. It differs from that of the object if the object has none,
	// or shares it.
	key string
	// name is the name of the block.
	name string
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

// in returns the object of an entry in a merchant; nil if the merchant has none, or was not read.
func (p *program) in(mode merchants.Mode, e *entry) *portable.Object {
	if mode == p.from.Mode {
		return e.object
	}
	return e.twin
}

// byID reports whether the key does not find the object of an entry in one of the merchants. Import
// blocks name such an object by its id.
func (p *program) byID(e *entry) bool {
	for _, here := range []*portable.Object{e.object, e.twin} {
		mode := p.from.Mode
		if here == e.twin && p.other != nil {
			mode = p.other.Mode
		}
		if here != nil && (here.Archived() || composed(here.Key) != composed(e.key) || p.held[mode].of(here) > 1) {
			return true
		}
	}
	return false
}

// merchants are the merchants that were read.
func (p *program) merchants() []*portable.Merchant {
	if p.other == nil {
		return []*portable.Merchant{p.from}
	}
	return []*portable.Merchant{p.from, p.other}
}

// newProgram decides what becomes a resource.
func newProgram(from, other *portable.Merchant, choice selection, flat bool) *program {
	p := &program{
		from: from, other: other, choice: choice, flat: flat, held: map[merchants.Mode]holders{},
		entryOf: map[*portable.Object]*entry{}, undecided: map[*entry]bool{},
	}
	for _, m := range p.merchants() {
		p.held[m.Mode] = newHolders(m)
	}
	for _, object := range from.Objects {
		switch {
		case !choice.has(object):
			p.notes.excluded++
		case object.Refusal != "":
			p.notes.add(refusedObject, object, object.Refusal)
		case !isOver(object):
			p.entries = append(p.entries, &entry{object: object})
		}
	}
	p.addArchived()
	for _, object := range from.Objects {
		if isOver(object) && choice.has(object) && object.Refusal == "" && p.entryOf[object] == nil {
			p.notes.add(overObject, object, object.Status)
		}
	}
	p.giveKeys()
	sortEntries(p.entries)
	nameBlocks(p.entries)
	p.lookUp()
	p.findTwins()
	p.findCycles()
	return p
}

// isOver reports whether an object is archived or has ended. Neither can be made again.
func isOver(o *portable.Object) bool { return o.Archived() || o.Status == merchants.StatusEnded }

// addArchived adds the archived objects that others refer to, because the others cannot be written
// without them. It leaves out one whose key another object has: where both are missing, neither
// Terraform nor the service could tell them apart.
func (p *program) addArchived() {
	taken := map[string]bool{}
	for i := 0; i < len(p.entries); i++ {
		e := p.entries[i]
		p.entryOf[e.object] = e
		e.eachReference(func(r portable.Reference) {
			o := r.Target
			if o == nil || !o.Archived() || o.Refusal != "" || p.entryOf[o] != nil || !p.choice.has(o) {
				return
			}
			if at := keyPlace(o.Kind, o.Key); p.held[p.from.Mode][at] == 0 && !taken[at] {
				taken[at] = true
				p.entryOf[o] = &entry{object: o, key: o.Key}
				p.entries = append(p.entries, p.entryOf[o])
				p.notes.add(archivedObject, o, "used by "+e.object.String())
			}
		})
	}
}

// lookUp finds the objects of the exported merchant that are not written, and that data sources can
// look up, because they have a key of their own. It comes before the comparison: what only the
// other merchant refers to cannot be looked up here.
func (p *program) lookUp() {
	for _, e := range p.entries {
		e.eachReference(func(r portable.Reference) {
			o := r.Target
			if o == nil || p.entryOf[o] != nil || isBlank(o.Key) || o.Archived() || o.Refusal != "" ||
				p.held[p.from.Mode].of(o) > 1 {
				return
			}
			p.entryOf[o] = &entry{object: o, key: o.Key, data: true}
			p.looked = append(p.looked, p.entryOf[o])
		})
	}
	sortEntries(p.looked)
	nameBlocks(p.looked)
}
