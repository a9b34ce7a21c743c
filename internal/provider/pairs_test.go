package provider_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// A design is the choices that a configuration of a resource can make, each with its options. They
// come from the schema and a table of values, so that an attribute without a value is noticed.
type design struct {
	kind    string
	choices []choice
	clashes []clash
	// matches are the options that a pattern of a clash matches, by pattern, choice and option.
	matches map[string][][]bool
}

// choice is one attribute, or several of which at most one is set.
type choice struct {
	options []option
	// needs are the options of another choice that it needs: those that set the object around it; nil
	// for a choice of the resource itself. of is the place of the other choice.
	of    int
	needs []int
}

// option is a value of an attribute.
type option struct {
	// at is the path of the attribute, without indices; "" if nothing is set.
	at string
	// text is the value in HCL; "" for an object or a list whose parts are choices of their own.
	text string
	// elements is the number of elements of a list.
	elements int
	// filled says that there are choices inside of it.
	filled bool
}

func (o option) String() string {
	if o.at == "" {
		return "unset"
	}
	return o.at + " = " + o.text
}

// clash is what the provider refuses together: the beginnings of the Strings of options, and
// !attribute for an attribute that is not set.
type clash []string

// row chooses an option of each choice, or -1 where the object around it is not set.
type row []int

// designOf returns the choices of a resource. values are the values of its attributes, by path, and
// alternatives the attributes of which at most one is set; the first of them is "" if none has to
// be.
func designOf(
	t *testing.T, kind string, schema *tfprotov6.Schema,
	values map[string][]string, alternatives [][]string, clashes []clash,
) *design {
	t.Helper()
	d := &design{kind: kind, clashes: clashes}
	d.add(t, schema.Block.Attributes, "", -1, nil, values, alternatives)
	return d
}

func (d *design) add(
	t *testing.T, attributes []*tfprotov6.SchemaAttribute, parent string, of int, needs []int,
	values map[string][]string, alternatives [][]string,
) {
	t.Helper()
	done := map[string]bool{}
	for _, a := range attributes {
		at := strings.TrimPrefix(parent+"."+a.Name, ".")
		if !a.Optional && !a.Required || done[at] {
			continue
		}
		members := []string{at}
		if i := slices.IndexFunc(alternatives, func(group []string) bool { return slices.Contains(group, at) }); i >= 0 {
			members = alternatives[i]
		}
		here := choice{of: of, needs: needs}
		if a.Optional && (len(members) == 1 || members[0] == "") {
			here.options = append(here.options, option{})
		}
		place := len(d.choices)
		d.choices = append(d.choices, here)
		for _, member := range members {
			i := slices.IndexFunc(attributes, func(a *tfprotov6.SchemaAttribute) bool {
				return strings.TrimPrefix(parent+"."+a.Name, ".") == member
			})
			if i < 0 {
				continue
			}
			done[member] = true
			d.addMember(t, attributes[i], member, place, values, alternatives)
		}
	}
}

// addMember adds the options of one attribute to a choice, and the choices of its parts.
func (d *design) addMember(
	t *testing.T, a *tfprotov6.SchemaAttribute, at string, place int, values map[string][]string, alternatives [][]string,
) {
	t.Helper()
	var set []int
	offer := func(o option) {
		if o.filled {
			set = append(set, len(d.choices[place].options))
		}
		d.choices[place].options = append(d.choices[place].options, o)
	}
	switch {
	case a.NestedType == nil:
		if len(values[at]) == 0 {
			t.Errorf("no value of %s of %s is tried: add one to tried, in configuration_test.go", at, d.kind)
		}
		for _, text := range values[at] {
			offer(option{at: at, text: text})
		}
		return
	case a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle:
		offer(option{at: at, filled: true})
	default:
		offer(option{at: at, text: "[]"})
		offer(option{at: at, elements: 1, filled: true})
		offer(option{at: at, elements: 3, filled: true})
	}
	d.add(t, a.NestedType.Attributes, at, place, set, values, alternatives)
}

// active reports whether a row sets the object around a choice. A choice comes after the one that
// it needs.
func (d *design) active(r row, at int) bool {
	c := d.choices[at]
	return c.needs == nil || slices.Contains(c.needs, r[c.of])
}

// pair is two options.
type pair struct{ a, x, b, y int }

// pairs returns the pairs of options that a configuration can have in principle: no pair of options
// that need different objects around them.
func (d *design) pairs() []pair {
	var all []pair
	for a := range d.choices {
		for b := a + 1; b < len(d.choices); b++ {
			for x := range d.choices[a].options {
				for y := range d.choices[b].options {
					p := pair{a, x, b, y}
					if d.needed(p) != nil {
						all = append(all, p)
					}
				}
			}
		}
	}
	return all
}

// needed returns the options that a pair needs around it, by choice, and nil if they contradict
// each other.
func (d *design) needed(p pair) map[int][]int {
	need := map[int][]int{p.a: {p.x}}
	demand := func(at int, options []int) bool {
		if known, ok := need[at]; ok {
			options = slices.DeleteFunc(slices.Clone(known), func(o int) bool { return !slices.Contains(options, o) })
		}
		need[at] = options
		return len(options) > 0
	}
	if !demand(p.b, []int{p.y}) {
		return nil
	}
	for _, at := range []int{p.a, p.b} {
		for c := d.choices[at]; c.needs != nil; c = d.choices[c.of] {
			if !demand(c.of, c.needs) {
				return nil
			}
		}
	}
	return need
}

// holds reports whether a row has all that a clash names.
func (d *design) holds(c clash, r row) bool {
	for _, pattern := range c {
		absent, isAbsent := strings.CutPrefix(pattern, "!")
		if d.matches == nil {
			d.matches = map[string][][]bool{}
		}
		if d.matches[pattern] == nil {
			for _, c := range d.choices {
				var matched []bool
				for _, o := range c.options {
					matched = append(matched,
						isAbsent && o.at == absent && o.text != "[]" || strings.HasPrefix(o.String(), pattern))
				}
				d.matches[pattern] = append(d.matches[pattern], matched)
			}
		}
		found := false
		for at, matched := range d.matches[pattern] {
			found = found || r[at] >= 0 && matched[r[at]]
		}
		if found == isAbsent {
			return false
		}
	}
	return true
}

// refused reports whether a clash forbids a row.
func (d *design) refused(r row) bool {
	return slices.ContainsFunc(d.clashes, func(c clash) bool { return d.holds(c, r) })
}

// only returns a row that one clash forbids and no other.
func (d *design) only(random *rand.Rand, forbids int) row {
	for range 100_000 {
		r := d.fill(random, nil)
		if d.holds(d.clashes[forbids], r) && !slices.ContainsFunc(slices.Delete(slices.Clone(d.clashes), forbids, forbids+1),
			func(c clash) bool { return d.holds(c, r) }) {
			return r
		}
	}
	return nil
}

// fill returns a row with the demanded options and random others.
func (d *design) fill(random *rand.Rand, need map[int][]int) row {
	r := make(row, len(d.choices))
	for at, c := range d.choices {
		switch demanded := need[at]; {
		case !d.active(r, at):
			r[at] = -1
		case demanded != nil:
			r[at] = demanded[random.IntN(len(demanded))]
		default:
			// Twice, because most attributes lie in objects, and few rows would have the innermost.
			if r[at] = random.IntN(len(c.options)); !c.options[r[at]].filled {
				r[at] = random.IntN(len(c.options))
			}
		}
	}
	return r
}

// rows returns rows that have each pair of options at least once, and the pairs that no row can
// have, because the provider refuses them.
func (d *design) rows(random *rand.Rand) (rows []row, refused []pair) {
	open := map[pair]bool{}
	all := d.pairs()
	for _, p := range all {
		open[p] = true
	}
	gain := func(r row) (gained []pair) {
		for a := range r {
			for b := a + 1; b < len(r); b++ {
				if p := (pair{a, r[a], b, r[b]}); open[p] {
					gained = append(gained, p)
				}
			}
		}
		return gained
	}
	for _, p := range all {
		if !open[p] {
			continue
		}
		var best []pair
		var chosen row
		need := d.needed(p)
		for try, found := 0, 0; try < 3_000 && found < 150; try++ {
			r := d.fill(random, need)
			if d.refused(r) {
				continue
			}
			found++
			if gained := gain(r); len(gained) > len(best) {
				best, chosen = gained, r
			}
		}
		if chosen == nil {
			refused = append(refused, p)
			delete(open, p)
			continue
		}
		for _, gained := range best {
			delete(open, gained)
		}
		rows = append(rows, chosen)
	}
	return rows, refused
}

// text returns the configuration of a row in HCL.
func (d *design) text(r row) string { return strings.Join(d.arguments(r, -1, "", 0), "\n") }

// arguments returns the arguments of an object. The second element of a list and the others take
// other options than the first.
func (d *design) arguments(r row, of int, parent string, shift int) []string {
	var arguments []string
	for at, c := range d.choices {
		set := d.shifted(max(0, r[at]), at, shift)
		name, here := strings.CutPrefix(set.at, parent)
		if c.of != of || set.at == "" || !here {
			continue
		}
		value := set.text
		switch {
		case value != "":
		case set.elements == 0:
			value = "{ " + strings.Join(d.arguments(r, at, set.at+".", shift), ", ") + " }"
		default:
			var elements []string
			for i := range set.elements {
				elements = append(elements, "{ "+strings.Join(d.arguments(r, at, set.at+".", shift+i), ", ")+" }")
			}
			value = "[" + strings.Join(elements, ", ") + "]"
		}
		arguments = append(arguments, name+" = "+value)
	}
	return arguments
}

// shifted returns another option of a choice. An attribute that a clash names stays set or unset.
func (d *design) shifted(from, at, shift int) option {
	c := d.choices[at]
	next := c.options[(from+shift)%len(c.options)]
	for _, clash := range d.clashes {
		for _, pattern := range clash {
			name, _, _ := strings.Cut(strings.TrimPrefix(pattern, "!"), " ")
			if next.at == name || c.options[from].at == name {
				return c.options[from]
			}
		}
	}
	return next
}
