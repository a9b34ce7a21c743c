package diff

// folded is a change that many objects have.
type folded struct {
	change  Change
	objects []string
}

// alike is what makes changes the same.
type alike struct {
	path               string
	from, to           Shown
	hasFrom, hasTo     bool
	class              Class
	movedFrom, movedTo int
}

func newAlike(c Change) alike {
	a := alike{path: c.Path, class: c.Class, movedFrom: c.MovedFrom, movedTo: c.MovedTo}
	if c.From != nil {
		a.from, a.hasFrom = *c.From, true
	}
	if c.To != nil {
		a.to, a.hasTo = *c.To, true
	}
	return a
}

// fold takes the changes that many objects have out of the differences. An object without any other
// change is left out.
func (r *Report) fold() (rest []Difference, shared []folded) {
	found, order := map[alike]*folded{}, []alike(nil)
	for _, d := range r.Differences {
		for _, c := range d.Changes {
			key := newAlike(c)
			if found[key] == nil {
				found[key], order = &folded{change: c}, append(order, key)
			}
			found[key].objects = append(found[key].objects, d.String())
		}
	}
	for _, key := range order {
		if len(found[key].objects) >= repeated {
			shared = append(shared, *found[key])
		}
	}
	for _, d := range r.Differences {
		var own []Change
		for _, c := range d.Changes {
			if len(found[newAlike(c)].objects) < repeated {
				own = append(own, c)
			}
		}
		if d.Changes = own; d.OnlyIn != "" || len(own) > 0 {
			rest = append(rest, d)
		}
	}
	return rest, shared
}

// remedies are what to do, each with the number of the differences that it is for, in the order of
// the report.
func (r *Report) remedies() (texts []string, counts map[string]int) {
	counts = map[string]int{}
	add := func(remedy string) {
		if remedy == "" {
			return
		}
		if counts[remedy] == 0 {
			texts = append(texts, remedy)
		}
		counts[remedy]++
	}
	for _, d := range r.Differences {
		add(d.Remedy)
		for _, c := range d.Changes {
			if c.Class != Unclassed { // It would be a line without its block.
				add(c.Remedy)
			}
		}
	}
	return texts, counts
}
