package pull

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// equality compares two values that are not nil.
type equality func(a, b portable.Value) bool

// equal reports whether the provider takes two values for the same; nil is nothing.
func equal(a, b *portable.Value, same equality) bool {
	if a == nil || b == nil {
		return a == b
	}
	return same(*a, *b)
}

// sameValue is the equality of attributes.
func sameValue(a, b portable.Value) bool {
	switch {
	case a.Form != b.Form:
		return false
	case a.JSON || a.InJSON:
		return b.JSON == a.JSON && a.Text(identity) == b.Text(identity)
	case a.Form == portable.Nested:
		return sameFields(a.Fields, b.Fields, sameValue)
	case a.Form == portable.List && a.Unordered:
		pairs := portable.Align(a.Elements, b.Elements, true, identity)
		return !slices.ContainsFunc(pairs, func(p portable.Pair) bool {
			return p.From < 0 || p.To < 0 || !sameValue(a.Elements[p.From], b.Elements[p.To])
		})
	case a.Form == portable.List:
		return slices.EqualFunc(a.Elements, b.Elements, sameValue)
	case isTexts(a.Literal) && isTexts(b.Literal):
		return sameFields(textsOf(a.Literal), textsOf(b.Literal), sameText)
	default:
		return len(portable.Changes(oneField(a), oneField(b), identity)) == 0
	}
}

// sameText is the equality of texts by language.
func sameText(a, b portable.Value) bool {
	one := func(v portable.Value) portable.Value {
		return portable.Value{Literal: cty.MapVal(map[string]cty.Value{"x": v.Literal})}
	}
	if a.Literal.IsNull() || b.Literal.IsNull() {
		return a.Literal.RawEquals(b.Literal)
	}
	return len(portable.Changes(oneField(one(a)), oneField(one(b)), identity)) == 0
}

func oneField(v portable.Value) []portable.Field { return []portable.Field{{Name: "x", Value: v}} }

func sameFields(a, b []portable.Field, same equality) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		other := fieldOf(b, a[i].Name)
		if other == nil || !same(a[i].Value, *other) {
			return false
		}
	}
	return true
}

// fieldOf returns the value of a field, or nil.
func fieldOf(fields []portable.Field, name string) *portable.Value {
	for i := range fields {
		if fields[i].Name == name {
			return &fields[i].Value
		}
	}
	return nil
}

// namesOf are the names of the fields of several objects, in the order of the first, then of the
// others.
func namesOf(all ...[]portable.Field) []string {
	var names []string
	for _, fields := range all {
		for _, f := range fields {
			if !slices.Contains(names, f.Name) {
				names = append(names, f.Name)
			}
		}
	}
	return names
}
