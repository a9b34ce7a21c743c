package export

import (
	"slices"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// findTwins pairs the entries with the objects of the other merchant. A pair is made by the key;
// where the other merchant has the key several times, by key and content; where one of the two has
// no key, by the name. It is made only if neither of the two could belong to another pair.
func (p *program) findTwins() {
	if p.other == nil {
		return
	}
	p.pair(slices.Concat(p.entries, p.looked),
		func(e *entry) string { return keyPlace(e.object.Kind, e.key) },
		func(o *portable.Object) string {
			if isBlank(o.Key) {
				return ""
			}
			return keyPlace(o.Kind, o.Key)
		},
	)
	content := func(o *portable.Object) string {
		if isBlank(o.Key) {
			return ""
		}
		return keyPlace(o.Kind, o.Key) + o.Content()
	}
	p.pair(p.entries, func(e *entry) string { return content(e.object) }, content)
	p.pair(p.entries,
		func(e *entry) string { return composed(e.object.Name) },
		func(o *portable.Object) string {
			if isBlank(o.Key) {
				return composed(o.Name)
			}
			return ""
		},
	)
	p.noteLonely()
}

// pair pairs entries that have no twin yet with objects that have the same trait; "" is none. An
// archived object is paired with an archived one.
func (p *program) pair(
	entries []*entry, ofEntry func(*entry) string, ofObject func(*portable.Object) string,
) {
	type group struct {
		kind, trait string
		archived    bool
	}
	there, here := map[group][]*portable.Object{}, map[group][]*entry{}
	for _, o := range p.other.Objects {
		if at := (group{o.Kind.Name, ofObject(o), o.Archived()}); at.trait != "" && p.entryOf[o] == nil && o.Refusal == "" {
			there[at] = append(there[at], o)
		}
	}
	for _, e := range entries {
		if at := (group{e.object.Kind.Name, ofEntry(e), e.object.Archived()}); at.trait != "" && e.twin == nil {
			here[at] = append(here[at], e)
		}
	}
	for at, same := range here {
		if len(same) == 1 && len(there[at]) == 1 {
			same[0].twin = there[at][0]
			p.entryOf[there[at][0]] = same[0]
		}
	}
}

// noteLonely notes what has no counterpart: objects of the other merchant, and entries that may
// have one there that cannot be told.
func (p *program) noteLonely() {
	known := map[string]bool{}
	for _, o := range p.from.Objects {
		known[o.String()] = true
	}
	nameless := map[[2]string]bool{}
	for _, o := range p.other.Objects {
		switch {
		case p.entryOf[o] != nil || !p.choice.has(o):
		case o.Refusal != "":
			p.notes.add(refusedObject, o, "in "+string(p.other.Mode)+": "+o.Refusal)
		case !isOver(o) && !known[o.String()]:
			p.notes.add(elsewhere, o, "")
		}
		if p.entryOf[o] == nil && isBlank(o.Key) {
			nameless[[2]string{o.Kind.Name, composed(o.Name)}] = true
		}
	}
	for _, e := range p.entries {
		if e.twin == nil && (p.held[p.other.Mode][keyPlace(e.object.Kind, e.key)] > 0 ||
			nameless[[2]string{e.object.Kind.Name, composed(e.object.Name)}]) {
			p.notes.add(ambiguous, e.object, "")
		}
	}
}
