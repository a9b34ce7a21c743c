package portable

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// Path is where a value stands in an object.
type Path []Step

// Step is an attribute, a language, a name in JSON, or, if Name is "", the index of an element.
type Step struct {
	Name  string
	Index int
}

// String returns a path as Terraform writes it, such as challenge.steps[2].title.fr. The first
// element of a list has the index 0.
func (p Path) String() string {
	var text strings.Builder
	for _, step := range p {
		switch {
		case step.Name == "":
			text.WriteString("[" + strconv.Itoa(step.Index) + "]")
		case text.Len() == 0:
			text.WriteString(step.Name)
		default:
			text.WriteString("." + step.Name)
		}
	}
	return text.String()
}

func (p Path) with(step Step) Path { return append(slices.Clip(p), step) }

// Change is a difference between two states of an object, or between an object and its counterpart.
type Change struct {
	// Path leads to the value in the second object, or in the first if the second has none.
	Path Path
	// First and Second are where the value stands in each of the objects. Absent is the index of an
	// element that an object does not have.
	First, Second Path
	// From and To are what the objects have there; nil for nothing.
	From, To *Value
	// Moved says that an element is the same and stands elsewhere: at index MovedFrom of the first
	// list, and at the index of Path in the second.
	Moved     bool
	MovedFrom int
}

// Absent is the index of an element in a list that does not have it.
const Absent = -1

// Changes returns what differs between two objects, in reading order: each attribute, language and
// element by itself. Forms of one value, such as times in two time zones, do not differ. name names
// the target of a reference, for objects of one merchant or of two.
func Changes(from, to []Field, name func(Reference) string) []Change {
	c := comparison{name: name}
	c.fields(places{}, from, to)
	return c.changes
}

type comparison struct {
	name    func(Reference) string
	changes []Change
}

// places are where a value stands in each of the two objects.
type places struct{ first, second Path }

func (p places) with(step Step) places { return places{p.first.with(step), p.second.with(step)} }

// element is where elements of two lists stand; an index is [Absent] where a list has none.
func (p places) element(from, to int) places {
	return places{p.first.with(Step{Index: from}), p.second.with(Step{Index: to})}
}

// shown is the path by which people know the place.
func (p places) shown() Path {
	if last := p.second[len(p.second)-1]; last.Name == "" && last.Index == Absent {
		return p.second[:len(p.second)-1].with(p.first[len(p.first)-1])
	}
	return p.second
}

func (c *comparison) fields(at places, from, to []Field) {
	second := map[string]*Value{}
	for i := range to {
		second[to[i].Name] = &to[i].Value
	}
	rest := to
	for i := range from {
		name := from[i].Name
		// What only the second has is reported where it stands in reading order.
		if next := slices.IndexFunc(rest, func(f Field) bool { return f.Name == name }); next >= 0 {
			c.added(at, rest[:next], from)
			rest = rest[next+1:]
		}
		c.values(at.with(Step{Name: name}), &from[i].Value, second[name])
	}
	c.added(at, rest, from)
}

// added reports fields that the first object does not have.
func (c *comparison) added(at places, fields, from []Field) {
	for i := range fields {
		if !slices.ContainsFunc(from, func(f Field) bool { return f.Name == fields[i].Name }) {
			c.values(at.with(Step{Name: fields[i].Name}), nil, &fields[i].Value)
		}
	}
}

func (c *comparison) values(at places, from, to *Value) {
	switch {
	case from == nil || to == nil || from.Form != to.Form:
		c.report(at, from, to)
	case from.Form == Nested:
		c.fields(at, from.Fields, to.Fields)
	case from.Form == List:
		c.lists(at, from.Elements, to.Elements, from.Unordered)
	case from.Form == Literal && isTexts(from.Literal) && isTexts(to.Literal):
		c.texts(at, from.Literal, to.Literal)
	case !from.same(*to, c.name):
		c.report(at, from, to)
	}
}

func (c *comparison) report(at places, from, to *Value) {
	c.changes = append(c.changes, Change{Path: at.shown(), First: at.first, Second: at.second, From: from, To: to})
}

// texts compares texts by language.
func (c *comparison) texts(at places, from, to cty.Value) {
	first, second := from.AsValueMap(), to.AsValueMap()
	languages := slices.Concat(sortedNames(first), sortedNames(second))
	slices.Sort(languages)
	for _, language := range slices.Compact(languages) {
		here, inFirst := first[language]
		there, inSecond := second[language]
		var a, b *Value
		if inFirst {
			a = &Value{Literal: here}
		}
		if inSecond {
			b = &Value{Literal: there}
		}
		if a == nil || b == nil || !sameLiteral(here, there, provider.SameText) {
			c.report(at.with(Step{Name: language}), a, b)
		}
	}
}

func (c *comparison) lists(at places, from, to []Value, unordered bool) {
	for _, pair := range Align(from, to, unordered, c.name) {
		element := at.element(pair.From, pair.To)
		switch {
		case pair.To < 0:
			c.report(element, &from[pair.From], nil)
		case pair.From < 0:
			c.report(element, nil, &to[pair.To])
		default:
			if pair.Moved {
				c.changes = append(c.changes, Change{
					Path: element.second, First: element.first, Second: element.second,
					From: &from[pair.From], To: &to[pair.To], Moved: true, MovedFrom: pair.From,
				})
			}
			c.values(element, &from[pair.From], &to[pair.To])
		}
	}
}

// isTexts reports whether a value is a known map of texts by language.
func isTexts(value cty.Value) bool {
	return value != cty.NilVal && !value.IsNull() && value.IsKnown() && value.Type().IsMapType()
}

// same compares values that have no parts.
func (v Value) same(other Value, name func(Reference) string) bool {
	switch v.Form {
	case Literal:
		return sameLiteral(v.Literal, other.Literal, provider.SameLine)
	case Refers:
		return name(v.Reference) == name(other.Reference)
	case Secret:
		return SameSecret(v, other)
	default:
		return true
	}
}

func sameLiteral(a, b cty.Value, sameText func(a, b string) bool) bool {
	if a.RawEquals(b) {
		return true
	}
	isText := func(v cty.Value) bool { return v.Type() == cty.String && v.IsKnown() && !v.IsNull() }
	return isText(a) && isText(b) && sameText(a.AsString(), b.AsString())
}

// SameSecret reports whether two secrets are equal. Each may be the digest of one, and so may both
// if they are of the same attribute of the same object, in test or live.
func SameSecret(a, b Value) bool {
	if a.Literal.RawEquals(b.Literal) {
		return true
	}
	if a.Literal.Type() != cty.String || b.Literal.Type() != cty.String || !a.Literal.IsKnown() || !b.Literal.IsKnown() ||
		a.Literal.IsNull() || b.Literal.IsNull() {
		return false
	}
	first, second := a.Literal.AsString(), b.Literal.AsString()
	return merchants.SameSecret(first, second) || merchants.SameSecret(second, first)
}

// Pair pairs an element of a list with one of another list; [Absent] stands for no element.
type Pair struct {
	From, To int
	// Moved says that the element changed its place among those that both lists have.
	Moved bool
}

// Align pairs the elements of two lists: equal ones, then those that are most alike. The pairs are
// in the order of the second list; an element that only the first has comes after the one before
// it.
func Align(from, to []Value, unordered bool, name func(Reference) string) []Pair {
	texts := func(values []Value) []string {
		all := make([]string, len(values))
		for i, v := range values {
			all[i] = v.Text(name)
		}
		return all
	}
	partner := matchEqual(texts(from), texts(to))
	matchAlike(from, to, partner, name)

	var pairs []Pair
	taken := map[int]bool{}
	for j, i := range partner {
		pairs = append(pairs, Pair{From: i, To: j})
		if i >= 0 {
			taken[i] = true
		}
	}
	if !unordered {
		markMoved(pairs)
	}
	for i := range from {
		if taken[i] {
			continue
		}
		after := slices.IndexFunc(pairs, func(p Pair) bool { return p.From == i-1 && i > 0 })
		pairs = slices.Insert(pairs, after+1, Pair{From: i, To: -1})
	}
	return pairs
}

// matchEqual returns for each element of the second list an equal one of the first, or -1. Of
// several equal ones, the nearest is taken.
func matchEqual(from, to []string) []int {
	partner := make([]int, len(to))
	used := map[int]bool{}
	for j := range to {
		partner[j] = -1
		if j < len(from) && from[j] == to[j] {
			partner[j], used[j] = j, true
		}
	}
	for j := range to {
		for i := range from {
			if partner[j] < 0 && !used[i] && from[i] == to[j] {
				partner[j], used[i] = i, true
			}
		}
	}
	return partner
}

// matchAlike pairs the elements that are left, the most similar ones first, and of equally similar
// ones those that stand at the same place.
func matchAlike(from, to []Value, partner []int, name func(Reference) string) {
	type candidate struct {
		from, to, distance int
		alike              float64
	}
	var candidates []candidate
	for j := range to {
		for i := range from {
			if partner[j] < 0 && !slices.Contains(partner, i) {
				distance := max(i-j, j-i)
				candidates = append(candidates, candidate{i, j, distance, alike(from[i], to[j], name)})
			}
		}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.alike, a.alike), cmp.Compare(a.distance, b.distance))
	})
	for _, c := range candidates {
		if partner[c.to] < 0 && !slices.Contains(partner, c.from) && (c.alike > 0 || c.distance == 0) {
			partner[c.to] = c.from
		}
	}
}

// alike is the share of the parts of two values that are equal, from 0 to 1.
func alike(from, to Value, name func(Reference) string) float64 {
	first, second := parts(from, name), parts(to, name)
	if len(first)+len(second) == 0 {
		return 1
	}
	equal := 0
	for part := range first {
		if second[part] {
			equal++
		}
	}
	return float64(2*equal) / float64(len(first)+len(second))
}

// parts are the texts of the values below a value, with their paths.
func parts(v Value, name func(Reference) string) map[string]bool {
	all := map[string]bool{}
	var visit func(at string, v Value)
	visit = func(at string, v Value) {
		switch {
		case v.Form == Nested:
			for _, field := range v.Fields {
				visit(at+"."+field.Name, field.Value)
			}
		case v.Form == List:
			for _, element := range v.Elements {
				visit(at+"[]", element)
			}
		case v.Form == Literal && isTexts(v.Literal):
			for language, text := range v.Literal.AsValueMap() {
				all[at+"."+language+"="+Value{Literal: text}.Text(name)] = true
			}
		default:
			all[at+"="+v.Text(name)] = true
		}
	}
	visit("", v)
	return all
}

// markMoved marks the pairs that are out of order: as few as possible, so that all others are in
// the order of both lists.
func markMoved(pairs []Pair) {
	// best[k] is the length of the longest rising sequence of first indices that ends at k.
	best, before := make([]int, len(pairs)), make([]int, len(pairs))
	last := -1
	for k := range pairs {
		before[k] = -1
		if pairs[k].From < 0 {
			continue
		}
		best[k] = 1
		for earlier := range k {
			if pairs[earlier].From >= 0 && pairs[earlier].From < pairs[k].From && best[earlier]+1 > best[k] {
				best[k], before[k] = best[earlier]+1, earlier
			}
		}
		if last < 0 || best[k] > best[last] {
			last = k
		}
	}
	stays := map[int]bool{}
	for k := last; k >= 0; k = before[k] {
		stays[k] = true
	}
	for k := range pairs {
		pairs[k].Moved = pairs[k].From >= 0 && !stays[k]
	}
}
