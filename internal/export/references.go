package export

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// eachReference visits the references of an entry, in both merchants.
func (e *entry) eachReference(visit func(portable.Reference)) {
	for _, o := range []*portable.Object{e.object, e.twin} {
		if o != nil {
			for _, f := range o.Fields {
				f.Value.References(visit)
			}
		}
	}
}

// findCycles finds references that Terraform could not order, because they lead back to where they
// start.
func (p *program) findCycles() {
	const open, done = 1, 2
	p.cycles = map[[2]*entry]bool{}
	state := map[*entry]int{}
	var follow func(e *entry)
	follow = func(e *entry) {
		state[e] = open
		e.eachReference(func(r portable.Reference) {
			to := p.entryOf[r.Target]
			switch {
			case to == nil:
			case state[to] == open:
				p.cycles[[2]*entry{e, to}] = true
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

// reference writes a reference to another object, or a variable that stands in for it.
func (p *program) reference(e *entry, trail []string, r portable.Reference, of merchants.Mode) hclwrite.Tokens {
	to := p.entryOf[r.Target]
	cyclic := to != nil && p.cycles[[2]*entry{e, to}]
	switch {
	case to != nil && !cyclic:
		if of == p.from.Mode {
			p.resolved++
		}
		return path(to.address(r.By)...)
	case r.By != "id":
		if strings.TrimSpace(r.Held) != "" {
			p.notes.add(literalKey, e.object, r.String())
		}
		return text(r.Held)
	}
	name, t := p.variables.name(trail), unresolved
	description := fmt.Sprintf("Id of %s, which is not in this configuration", r)
	if cyclic {
		t, description = circular, fmt.Sprintf("Id of %s, which refers back to %s", r, e.object)
	}
	if of == p.from.Mode {
		p.supplied++
	}
	p.variables.ask(variable{name: name, description: description, object: e.object}, of, r.Held)
	p.notes.add(t, e.object, fmt.Sprintf("%s: var.%s", r, name))
	return path("var", name)
}
