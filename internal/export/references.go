package export

import (
	"fmt"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// eachReference visits the references of an entry.
func (e *entry) eachReference(visit func(portable.Reference)) {
	for _, f := range e.object.Fields {
		f.Value.References(visit)
	}
}

// findCycles finds the references that close a circle: Terraform has no order in which it could
// make such objects.
func (p *program) findCycles() {
	const open, done = 1, 2
	p.cycles = map[[2]*portable.Object]bool{}
	state := map[*entry]int{}
	var follow func(e *entry)
	follow = func(e *entry) {
		state[e] = open
		e.eachReference(func(r portable.Reference) {
			to := p.entryOf[r.Target]
			switch {
			case to == nil:
			case state[to] == open:
				p.cycles[[2]*portable.Object{e.object, r.Target}] = true
			case state[to] != done:
				follow(to)
			}
		})
		state[e] = done
	}
	for _, e := range p.entries {
		if state[e] != done {
			follow(e)
		}
	}
}

// lookUp finds the objects that are not written and that data sources can look up: they have a key
// of their own.
func (p *program) lookUp() {
	holders := map[string]int{}
	for _, o := range p.from.Objects {
		if !o.Archived() {
			holders[place(o.Kind, o.Key)]++
		}
	}
	for _, e := range p.entries {
		e.eachReference(func(r portable.Reference) {
			o := r.Target
			if o == nil || p.entryOf[o] != nil || o.Key == "" || o.Archived() || o.Refusal != "" ||
				holders[place(o.Kind, o.Key)] > 1 {
				return
			}
			p.entryOf[o] = &entry{object: o, key: o.Key, data: true}
			p.looked = append(p.looked, p.entryOf[o])
		})
	}
	sortEntries(p.looked)
	p.name(p.looked)
}

// reference writes a reference to another object, or a variable that stands in for it.
func (p *program) reference(e *entry, place []string, r portable.Reference, of merchants.Mode) hclwrite.Tokens {
	to := p.entryOf[r.Target]
	switch {
	case r.Target != nil && p.cycles[[2]*portable.Object{e.object, r.Target}]:
		name := p.variableName(place...)
		description := fmt.Sprintf("The id of %s, which refers back to %s", r, e.object)
		p.ask(variable{name: name, description: description}, of, r.Held)
		p.notes.add(circular, e.object, fmt.Sprintf("%s: var.%s", r, name))
		return path("var", name)
	case r.Target != nil && to != nil:
		p.references++
		return path(to.address(r.By)...)
	case r.By != "id":
		p.notes.add(literalKey, e.object, r.String())
		return literal(cty.StringVal(r.Held))
	default:
		name, why := p.variableName(place...), r.String()
		if r.Target != nil {
			why = fmt.Sprintf("%s, which is not in this configuration", r)
		}
		p.ask(variable{name: name, description: "The id of " + why}, of, r.Held)
		p.notes.add(unresolved, e.object, fmt.Sprintf("%s: var.%s", r, name))
		return path("var", name)
	}
}
