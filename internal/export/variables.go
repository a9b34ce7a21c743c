package export

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// variable is an input of the module.
type variable struct {
	name, kind, description string
	sensitive               bool
	// values are what each root passes; a merchant without one is asked for it.
	values map[merchants.Mode]hclwrite.Tokens
	// held is what the merchants have, for a variable without values. It is never written.
	held map[merchants.Mode]string
}

// variableName returns the name of a variable for a place.
func (p *program) variableName(place ...string) string {
	whole := strings.Join(place, "\x00")
	var names []string
	for _, part := range place {
		names = append(names, slug(part, "_"))
	}
	name := strings.Join(slices.DeleteFunc(names, func(n string) bool { return n == "" }), "_")
	if p.places == nil {
		p.places = map[string]string{}
	}
	if other, taken := p.places[name]; taken && other != whole {
		name += "_" + digest(whole, 6)
	}
	p.places[name] = whole
	return name
}

// ask adds a variable without a value, or what another merchant has to one that is there already.
func (p *program) ask(v variable, of merchants.Mode, held string) {
	at := slices.IndexFunc(p.variables, func(other variable) bool { return other.name == v.name })
	if at < 0 {
		v.kind, v.held = "string", map[merchants.Mode]string{}
		at, p.variables = len(p.variables), append(p.variables, v)
	}
	p.variables[at].held[of] = held
}

// differing writes a value that may be another one in the other merchant; nil stands for none. What
// differs becomes a variable, as deep inside as possible. place leads to the value.
func (p *program) differing(e *entry, place []string, is, was *portable.Value) hclwrite.Tokens {
	switch {
	case is != nil && was != nil && is.Form == portable.Secret && was.Form == portable.Secret:
		p.secret(e, place, *was, p.other.Mode)
		return p.secret(e, place, *is, p.from.Mode)
	case is != nil && was != nil && p.same(*is, *was):
		return p.expression(e, place, *is, p.from.Mode)
	case is != nil && was != nil && is.JSON && was.JSON && is.Form == was.Form && p.alike(*is, *was):
		return call("jsonencode", p.differingParts(e, place, *is, *was))
	case is != nil && was != nil && !is.JSON && !was.JSON && is.Form == was.Form && p.alike(*is, *was):
		return p.differingParts(e, place, *is, *was)
	default:
		return p.alternative(e, place, is, was)
	}
}

// same reports whether two values of the two merchants are written in the same way. What has a
// secret inside never is, so that each merchant's own secret is met.
func (p *program) same(is, was portable.Value) bool {
	if is.Has(portable.Secret) || was.Has(portable.Secret) {
		return false
	}
	name := func(r portable.Reference) string {
		if to := p.entryOf[r.Target]; r.Target != nil && to != nil {
			return to.object.Kind.Name + ":" + to.key
		}
		return r.String()
	}
	return is.JSON == was.JSON && is.Form == was.Form && is.Text(name) == was.Text(name)
}

// alike reports whether two different values consist of parts that can be compared one by one.
func (p *program) alike(is, was portable.Value) bool {
	switch is.Form {
	case portable.Nested:
		return sameNames(is.Fields, was.Fields) || !is.InJSON
	case portable.List:
		return len(is.Elements) == len(was.Elements)
	default:
		return is.Form == portable.Literal && isMap(is.Literal) && isMap(was.Literal) &&
			slices.Equal(sortedKeys(is.Literal.AsValueMap()), sortedKeys(was.Literal.AsValueMap()))
	}
}

func isMap(value cty.Value) bool { return !value.IsNull() && value.Type().IsMapType() }

func sameNames(a, b []portable.Field) bool {
	return slices.EqualFunc(a, b, func(a, b portable.Field) bool { return a.Name == b.Name })
}

// differingParts writes an object, a list or a map whose parts may differ.
func (p *program) differingParts(e *entry, place []string, is, was portable.Value) hclwrite.Tokens {
	at := func(name string) []string { return append(slices.Clone(place), name) }
	switch is.Form {
	case portable.Nested:
		return object(p.differingFields(e, place, is.Fields, was.Fields))
	case portable.List:
		var elements []hclwrite.Tokens
		for i := range is.Elements {
			elements = append(elements, p.differing(e, at(ordinal(i)), &is.Elements[i], &was.Elements[i]))
		}
		return tuple(elements)
	default:
		var fields []field
		others := was.Literal.AsValueMap()
		for _, name := range sortedKeys(others) {
			here, there := portable.Value{Literal: is.Literal.AsValueMap()[name]}, portable.Value{Literal: others[name]}
			fields = append(fields, field{name, p.differing(e, at(name), &here, &there)})
		}
		return object(fields)
	}
}

// differingFields writes the fields that either of two objects has.
func (p *program) differingFields(e *entry, place []string, is, was []portable.Field) []field {
	var fields []field
	others := map[string]*portable.Value{}
	for i := range was {
		others[was[i].Name] = &was[i].Value
	}
	for i := range is {
		name := is[i].Name
		fields = append(fields, field{name, p.differing(e, append(slices.Clone(place), name), &is[i].Value, others[name])})
		delete(others, name)
	}
	for _, f := range was {
		if others[f.Name] != nil {
			fields = append(fields, field{f.Name, p.differing(e, append(slices.Clone(place), f.Name), nil, &f.Value)})
		}
	}
	return fields
}

// alternative writes a value that differs as a whole. Its variable has a value in each root. A root
// knows no object of the module and no secret; so a value with those is chosen in the module, by
// the mode.
func (p *program) alternative(e *entry, place []string, is, was *portable.Value) hclwrite.Tokens {
	if was != nil && !p.resolves(*was) {
		p.notes.add(undecided, e.object, describe(e, place))
		return p.orNull(e, place, is, p.from.Mode)
	}
	here, there := p.orNull(e, place, is, p.from.Mode), p.orNull(e, place, was, p.other.Mode)
	inner := func(v *portable.Value) bool { return v != nil && (v.Has(portable.Refers) || v.Has(portable.Secret)) }
	if inner(is) || inner(was) {
		p.byMode = true
		return index(object([]field{{string(p.from.Mode), here}, {string(p.other.Mode), there}}), path("var", "mode"))
	}
	name := p.variableName(place...)
	p.variables = append(p.variables, variable{
		name: name, kind: typeOf(is, was), description: describe(e, place),
		values: map[merchants.Mode]hclwrite.Tokens{p.from.Mode: here, p.other.Mode: there},
	})
	return path("var", name)
}

// resolves reports whether the module has all objects that a value of the other merchant refers to.
func (p *program) resolves(value portable.Value) bool {
	all := true
	value.References(func(r portable.Reference) {
		to := p.entryOf[r.Target]
		all = all && r.Target != nil && to != nil && !to.data
	})
	return all
}

func (p *program) orNull(e *entry, place []string, value *portable.Value, of merchants.Mode) hclwrite.Tokens {
	if value == nil {
		return literal(cty.NullVal(cty.DynamicPseudoType))
	}
	return p.expression(e, place, *value, of)
}

// describe says which value a place leads to.
func describe(e *entry, place []string) string {
	return strings.Join(place[2:], ".") + " of the " + e.object.Kind.Noun + " " + quote(e.key)
}

// typeOf returns the type of a variable that has one of two values.
func typeOf(is, was *portable.Value) string {
	types := map[string]bool{}
	for _, value := range []*portable.Value{is, was} {
		switch {
		case value == nil:
		case value.JSON:
			types["string"] = true
		case value.Form != portable.Literal || value.Literal.IsNull():
			types["any"] = true
		default:
			types[value.Literal.Type().FriendlyNameForConstraint()] = true
		}
	}
	if len(types) != 1 {
		return "any"
	}
	for name := range types {
		return strings.NewReplacer("map of string", "map(string)").Replace(name)
	}
	return "any"
}

func sortVariables(variables []variable) {
	slices.SortFunc(variables, func(a, b variable) int { return cmp.Compare(a.name, b.name) })
}
