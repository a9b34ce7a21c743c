package export

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// variable is an input of the module.
type variable struct {
	name, description string
	kind              cty.Type
	// object is what the variable belongs to.
	object    *portable.Object
	sensitive bool
	// values are what each root passes; nil for a variable that a person has to supply.
	values map[merchants.Mode]hclwrite.Tokens
	// held is what the merchants have, for a variable to supply. It is never written.
	held map[merchants.Mode]string
}

// variables are the inputs of the module, with the names of the places that they stand for.
type variables struct {
	all []*variable
	// trails are the places by name. shared are names that several places would have: all of them get
	// a hash, so that a name depends on nothing but its place. again says that such a name was found
	// too late.
	trails map[string]string
	shared map[string]bool
	again  bool
}

// name returns the name of the variable for a place: kind, name of the block, attributes.
func (v *variables) name(trail []string) string {
	whole := strings.Join(trail, "\x00")
	var parts []string
	for _, part := range trail {
		parts = append(parts, portable.Slug(part, "_"))
	}
	name := strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), "_")
	if v.shared[name] {
		return name + "_" + digest(whole, 6)
	}
	if other, taken := v.trails[name]; taken && other != whole || name == modeVariable {
		v.shared[name], v.again = true, true
	}
	v.trails[name] = whole
	return name
}

// ask adds a variable that a person supplies, and what a merchant has for it.
func (v *variables) ask(asked variable, of merchants.Mode, held string) {
	at := slices.IndexFunc(v.all, func(other *variable) bool { return other.name == asked.name })
	if at < 0 {
		asked.kind, asked.held = cty.String, map[merchants.Mode]string{}
		at, v.all = len(v.all), append(v.all, &asked)
	}
	v.all[at].held[of] = held
}

// sorted returns the variables by name.
func (v *variables) sorted() []*variable {
	return slices.SortedFunc(slices.Values(v.all), func(a, b *variable) int { return cmp.Compare(a.name, b.name) })
}

// mustSupply reports whether a person has to supply a variable to the root of a merchant: not if
// the merchant has the object, and nothing for the variable.
func (p *program) mustSupply(v *variable, mode merchants.Mode) bool {
	if v.values != nil {
		return false
	}
	_, held := v.held[mode]
	return held || p.in(mode, p.entryOf[v.object]) == nil
}

// differing writes a value that may be another one in the other merchant; nil stands for none. What
// differs becomes a variable, as deep inside as possible.
func (p *program) differing(e *entry, trail []string, here, there *portable.Value) hclwrite.Tokens {
	both := here != nil && there != nil
	switch {
	case both && here.Form == portable.Secret && there.Form == portable.Secret:
		p.secret(e, trail, *there, p.other.Mode)
		return p.secret(e, trail, *here, p.from.Mode)
	case both && p.same(*here, *there):
		if there.Has(portable.Refers) {
			p.expression(e, trail, *there, p.other.Mode) // It notes what the other root has to supply.
		}
		return p.expression(e, trail, *here, p.from.Mode)
	case both && here.JSON == there.JSON && here.Form == there.Form && alike(*here, *there):
		parts := p.differingParts(e, trail, *here, *there)
		if here.JSON {
			return call("jsonencode", parts)
		}
		return parts
	default:
		return p.alternative(e, trail, here, there)
	}
}

// same reports whether two values of the two merchants are written in the same way. An id that
// nothing here has becomes a variable, to which each root supplies its own. What has a secret
// inside is never the same, so that each merchant's own secret is met.
func (p *program) same(here, there portable.Value) bool {
	if here.Has(portable.Secret) || there.Has(portable.Secret) {
		return false
	}
	name := func(r portable.Reference) string {
		switch to := p.entryOf[r.Target]; {
		case to != nil:
			return to.object.Kind.Name + ":" + to.key
		case r.By == "id":
			return "supplied"
		default:
			return r.String()
		}
	}
	return here.JSON == there.JSON && here.Form == there.Form && here.Text(name) == there.Text(name)
}

// alike reports whether two different values consist of parts that can be compared one by one.
func alike(here, there portable.Value) bool {
	switch here.Form {
	case portable.Nested:
		return !here.InJSON || slices.EqualFunc(here.Fields, there.Fields,
			func(a, b portable.Field) bool { return a.Name == b.Name })
	case portable.List:
		return len(here.Elements) == len(there.Elements)
	default:
		return here.Form == portable.Literal && isMap(here.Literal) && isMap(there.Literal) &&
			slices.Equal(sortedKeys(here.Literal.AsValueMap()), sortedKeys(there.Literal.AsValueMap()))
	}
}

func isMap(value cty.Value) bool { return !value.IsNull() && value.Type().IsMapType() }

// below returns the trail of a part.
func below(trail []string, part string) []string { return append(slices.Clone(trail), part) }

// differingParts writes an object, a list or a map whose parts may differ.
func (p *program) differingParts(e *entry, trail []string, here, there portable.Value) hclwrite.Tokens {
	switch here.Form {
	case portable.Nested:
		return object(p.differingFields(e, trail, here.Fields, there.Fields))
	case portable.List:
		var elements []hclwrite.Tokens
		for i := range here.Elements {
			elements = append(elements, p.differing(e, below(trail, ordinal(i)), &here.Elements[i], &there.Elements[i]))
		}
		return tuple(elements)
	default:
		var fields []field
		ours, theirs := here.Literal.AsValueMap(), there.Literal.AsValueMap()
		for _, name := range sortedKeys(ours) {
			value, other := portable.Value{Literal: ours[name]}, portable.Value{Literal: theirs[name]}
			fields = append(fields, field{name, p.differing(e, below(trail, name), &value, &other)})
		}
		return object(fields)
	}
}

// differingFields writes the fields that either of two objects has.
func (p *program) differingFields(e *entry, trail []string, here, there []portable.Field) []field {
	var fields []field
	others := map[string]*portable.Value{}
	for i := range there {
		others[there[i].Name] = &there[i].Value
	}
	for i := range here {
		name := here[i].Name
		fields = append(fields, field{name, p.differing(e, below(trail, name), &here[i].Value, others[name])})
		delete(others, name)
	}
	for _, f := range there {
		if others[f.Name] != nil {
			fields = append(fields, field{f.Name, p.differing(e, below(trail, f.Name), nil, &f.Value)})
		}
	}
	return fields
}

// modeVariable names the variable by which the module knows its merchant.
const modeVariable = "mode"

// alternative writes a value that differs as a whole. Its variable has a value in each root. A root
// knows no object of the module and no secret; so a value with those is chosen in the module, by
// the mode.
func (p *program) alternative(e *entry, trail []string, here, there *portable.Value) hclwrite.Tokens {
	if there != nil && !p.resolves(*there) {
		p.notes.add(undecidedDifference, e.object, describe(e, trail))
		p.undecided[e] = true
		return p.orNull(e, trail, here, p.from.Mode)
	}
	ours, theirs := p.orNull(e, trail, here, p.from.Mode), p.orNull(e, trail, there, p.other.Mode)
	if needsModule(here) || needsModule(there) {
		p.byMode = true
		choice := object([]field{{string(p.from.Mode), ours}, {string(p.other.Mode), theirs}})
		return index(choice, path("var", modeVariable))
	}
	name := p.variables.name(trail)
	p.variables.all = append(p.variables.all, &variable{
		name: name, kind: typeOf(here, there), description: sentence(describe(e, trail)),
		values: map[merchants.Mode]hclwrite.Tokens{p.from.Mode: ours, p.other.Mode: theirs},
	})
	return path("var", name)
}

// needsModule reports whether only the module can write a value.
func needsModule(v *portable.Value) bool {
	return v != nil && (v.Has(portable.Refers) || v.Has(portable.Secret))
}

// resolves reports whether the configuration has all objects that a value of the other merchant
// refers to by their ids.
func (p *program) resolves(value portable.Value) bool {
	all := true
	value.References(func(r portable.Reference) { all = all && (r.By != "id" || p.entryOf[r.Target] != nil) })
	return all
}

func (p *program) orNull(e *entry, trail []string, value *portable.Value, of merchants.Mode) hclwrite.Tokens {
	if value == nil {
		return literal(cty.NullVal(cty.DynamicPseudoType))
	}
	return p.expression(e, trail, *value, of)
}

// describe says which value a trail leads to.
func describe(e *entry, trail []string) string {
	return strings.Join(trail[2:], ".") + " of the " + e.object.Kind.Noun + " " + quote(e.key)
}

// typeOf returns the type of a variable that has one of two values.
func typeOf(here, there *portable.Value) cty.Type {
	kind := cty.NilType
	for _, value := range []*portable.Value{here, there} {
		if value == nil {
			continue
		}
		this := cty.DynamicPseudoType
		switch {
		case value.JSON:
			this = cty.String
		case value.Form == portable.Literal && !value.Literal.IsNull():
			this = value.Literal.Type()
		}
		if kind != cty.NilType && kind != this {
			return cty.DynamicPseudoType
		}
		kind = this
	}
	return kind
}

// typeTokens writes the type of a variable.
func typeTokens(kind cty.Type) hclwrite.Tokens {
	if kind.IsMapType() {
		return call("map", hclwrite.TokensForIdentifier(typeexpr.TypeString(kind.ElementType())))
	}
	return hclwrite.TokensForIdentifier(typeexpr.TypeString(kind))
}
