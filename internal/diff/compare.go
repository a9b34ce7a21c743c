package diff

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// comparison is a comparison of two merchants.
type comparison struct {
	from, to side
	pairs    []pair
	skipped  []Skipped
	// same are the first objects of the pairs, by the second.
	same map[*portable.Object]*portable.Object
}

// Compare compares two merchants, or two states of one. With the root of a merchant it also says
// why they differ.
func Compare(from, to *portable.Merchant, roots map[merchants.Mode]*Root) *Report {
	c := &comparison{same: map[*portable.Object]*portable.Object{}}
	c.from = newSide(string(from.Mode), from, roots[from.Mode])
	c.to = newSide(string(to.Mode), to, roots[to.Mode])
	if from.Mode == to.Mode {
		c.from.name, c.to.name = "the first "+c.from.name, "the second "+c.to.name
	}
	c.pairAll()
	for _, p := range c.pairs {
		if p.from != nil && p.to != nil {
			c.same[p.to] = p.from
		}
	}
	r := &Report{
		From:        Side{Mode: from.Mode, TakenAt: from.TakenAt, Digest: digest(from)},
		To:          Side{Mode: to.Mode, TakenAt: to.TakenAt, Digest: digest(to)},
		Differences: []Difference{}, Skipped: c.skipped,
	}
	for _, p := range c.pairs {
		if p.from != nil {
			r.From.Objects++
		}
		if p.to != nil {
			r.To.Objects++
		}
		if d := c.difference(p); d.OnlyIn != "" || len(d.Changes) > 0 {
			r.Differences = append(r.Differences, d)
		}
	}
	if root := roots[merchants.ModeLive]; root != nil {
		r.Fingerprint, _ = planreview.Fingerprint(root.Plan) // A plan that is not whole has none.
	}
	if r.Skipped == nil {
		r.Skipped = []Skipped{}
	}
	return r
}

// digest is a digest of what is compared, in an order that does not depend on the service.
func digest(m *portable.Merchant) string {
	var lines []string
	for _, o := range m.Objects {
		lines = append(lines, fmt.Sprintf("%s %q %q %q %q %s %q", o.Kind.Name, o.Key, o.Name, o.Status, o.Refusal,
			orderly(portable.Value{Form: portable.Nested, Fields: o.Fields}).Text(portable.Reference.String), o.Unmodeled))
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return "sha256:" + hex.EncodeToString(sum[:8])
}

// orderly puts lists whose order means nothing in the order of their texts.
func orderly(v portable.Value) portable.Value {
	v.Fields, v.Elements = slices.Clone(v.Fields), slices.Clone(v.Elements)
	for i := range v.Fields {
		v.Fields[i].Value = orderly(v.Fields[i].Value)
	}
	for i := range v.Elements {
		v.Elements[i] = orderly(v.Elements[i])
	}
	if v.Unordered {
		slices.SortFunc(v.Elements, func(a, b portable.Value) int {
			return cmp.Compare(a.Text(portable.Reference.String), b.Text(portable.Reference.String))
		})
	}
	return v
}

// difference is what differs between the two objects of a pair.
func (c *comparison) difference(p pair) Difference {
	o := p.object()
	d := Difference{Kind: o.Kind.Name, Key: o.Key, Name: o.Name}
	switch {
	case p.to == nil:
		d.Only, d.OnlyIn = c.from.merchant.Mode, onlyFrom
		d.Class, d.Remedy = c.classOfOnly(p.from, &c.from, &c.to)
	case p.from == nil:
		d.Only, d.OnlyIn = c.to.merchant.Mode, onlyTo
		d.Class, d.Remedy = c.classOfOnly(p.to, &c.to, &c.from)
	default:
		d.Changes = c.changes(p)
	}
	d.Changes = append(d.Changes, c.unmodeled(p)...)
	return d
}

// changes are the differences of an object that both merchants have.
func (c *comparison) changes(p pair) []Change {
	from, to := compared(p.from), compared(p.to)
	var changes []Change
	for _, found := range portable.Changes(from, to, c.name) {
		for _, one := range byLanguage(found) {
			change := Change{
				Path: one.Path.String(), From: shown(one.From, one.First, from), To: shown(one.To, one.Second, to),
			}
			if one.Moved {
				change.MovedFrom, change.MovedTo = one.MovedFrom+1, one.Path[len(one.Path)-1].Index+1
			}
			if change.From != nil && change.To != nil && change.From.IsSecret && change.To.IsSecret {
				change.To.Text = "(another secret)"
			}
			change.Class, change.Remedy = c.classOfChange(p, one)
			changes = append(changes, change)
		}
	}
	return changes
}

// name names the target of a reference. An object and its counterpart have one name.
func (c *comparison) name(r portable.Reference) string {
	if first := c.same[r.Target]; first != nil {
		return first.String()
	}
	return r.String()
}

// statusName is the place of the status of an object.
const statusName = "status"

// compared are the fields of an object that are compared. The status that the object has stands in
// place of the one that somebody wants; on_destroy says nothing about the merchant.
func compared(o *portable.Object) []portable.Field {
	fields := slices.DeleteFunc(slices.Clone(o.Fields), func(f portable.Field) bool {
		return f.Name == "desired_status" || f.Name == "on_destroy"
	})
	if o.Status != "" {
		fields = append(fields, portable.Field{Name: statusName, Value: portable.Value{Literal: cty.StringVal(o.Status)}})
	}
	return fields
}

// byLanguage splits texts that only one object has into one change a language.
func byLanguage(c portable.Change) []portable.Change {
	present := c.From
	if present == nil {
		present = c.To
	}
	if c.From != nil && c.To != nil || !isTexts(*present) {
		return []portable.Change{c}
	}
	texts := present.Literal.AsValueMap()
	var changes []portable.Change
	for _, language := range sortedNames(texts) {
		step, text := portable.Step{Name: language}, &portable.Value{Literal: texts[language]}
		one := portable.Change{
			Path: append(slices.Clip(c.Path), step), First: append(slices.Clip(c.First), step),
			Second: append(slices.Clip(c.Second), step),
		}
		if c.From != nil {
			one.From = text
		} else {
			one.To = text
		}
		changes = append(changes, one)
	}
	return changes
}

// unmodeled are the properties of both objects that the provider does not know. Their values are
// not compared, so that they are reported even if both objects have them.
func (c *comparison) unmodeled(p pair) []Change {
	var first, second []string
	if p.from != nil {
		first = p.from.Unmodeled
	}
	if p.to != nil {
		second = p.to.Unmodeled
	}
	names := slices.Concat(first, second)
	slices.Sort(names)
	var changes []Change
	for _, name := range slices.Compact(names) {
		change := Change{Path: name, Class: Unmodeled, Remedy: "terraform init -upgrade"}
		for _, has := range []struct {
			in   []string
			what **Shown
		}{{first, &change.From}, {second, &change.To}} {
			if slices.Contains(has.in, name) {
				*has.what = &Shown{Text: "(present)"}
			}
		}
		changes = append(changes, change)
	}
	return changes
}

func sortedNames(values map[string]cty.Value) []string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.SortFunc(names, cmp.Compare)
	return names
}
