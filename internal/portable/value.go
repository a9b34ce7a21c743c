package portable

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// Field is an argument with its value.
type Field struct {
	Name  string
	Value Value
}

// WriteOnlyVersion ends the name of a field that says which value a write-only argument has. No
// state and no merchant has that value, and no merchant the version.
const WriteOnlyVersion = provider.WriteOnlyVersion

// Form is what a [Value] is.
type Form int

// Forms of a value.
const (
	// Literal is a text, a number, a Boolean, null (in JSON only), or a map of texts.
	Literal Form = iota
	// Nested is an object with fields.
	Nested
	// List is a list of values.
	List
	// Refers is a reference to another object.
	Refers
	// Secret is a value that must not be shown. It is in Literal.
	Secret
	// Unknown is a value that a plan does not know yet.
	Unknown
)

// Value is the value of an argument.
type Value struct {
	Form     Form
	Literal  cty.Value
	Fields   []Field
	Elements []Value
	// Reference is set if the form is Refers.
	Reference Reference
	// JSON says that the value is written as JSON. InJSON says that it is, or is inside such a value.
	JSON, InJSON bool
	// Unordered says that the order of the elements of a list has no meaning.
	Unordered bool
}

// Reference is a reference to another object.
type Reference struct {
	// By is the attribute of the target that the reference holds: id or its key.
	By string
	// Kinds are the names of the kinds that the target may have.
	Kinds []string
	// Target is the object, or nil if the merchant has none.
	Target *Object
	// Held is what the reference holds in this merchant. An id must not be written down.
	Held string
}

// scalar returns a literal, or a reference.
func (b builder) scalar(at place, value cty.Value) Value {
	to, refers := b.kind.References[at.of]
	if !refers || value.Type() != cty.String || slices.Contains(to.Builtin, value.AsString()) {
		return Value{Literal: value}
	}
	return Value{Form: Refers, Reference: b.resolve(to, value.AsString())}
}

func (b builder) resolve(to provider.Reference, held string) Reference {
	reference := Reference{By: to.By, Kinds: to.Kinds, Held: held}
	for _, kind := range to.Kinds {
		if found := b.index.targets[newTarget(kind, to.By, held)]; found != nil {
			reference.Target = found
			return reference
		}
	}
	return reference
}

// json returns the value of JSON, in which there may be references. Text that is no JSON stays
// text.
func (b builder) json(at place, text cty.Value) Value {
	value, err := stdlib.JSONDecode(text)
	if err != nil || isHuge(value) {
		return Value{Literal: text}
	}
	read := b.decoded(at, value)
	read.JSON = true
	return read
}

// isHuge reports whether a number in JSON is so large or small that it cannot be written out.
func isHuge(value cty.Value) bool {
	const largest = 1 << 14
	huge := false
	err := cty.Walk(value, func(_ cty.Path, part cty.Value) (bool, error) {
		if part.Type() == cty.Number && !part.IsNull() {
			size := part.AsBigFloat().MantExp(nil)
			huge = huge || part.AsBigFloat().IsInf() || max(size, -size) > largest
		}
		return true, nil
	})
	return huge || err != nil
}

func (b builder) decoded(at place, value cty.Value) Value {
	switch kind := value.Type(); {
	case value.IsNull():
		return Value{Literal: value, InJSON: true}
	case kind.IsObjectType():
		object, values := Value{Form: Nested, InJSON: true}, value.AsValueMap()
		for _, name := range sortedNames(values) {
			object.Fields = append(object.Fields, Field{name, b.decoded(at.field(name), values[name])})
		}
		return object
	case kind.IsTupleType():
		list := Value{Form: List, InJSON: true}
		for i, element := range value.AsValueSlice() {
			list.Elements = append(list.Elements, b.decoded(at.element(i), element))
		}
		return list
	default:
		read := b.scalar(at, value)
		read.InJSON = true
		return read
	}
}

func sortedNames(values map[string]cty.Value) []string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Text returns the value in a form in which equal values have the same text. name names the target
// of a reference. All secrets have the same text, because they are not compared.
func (v Value) Text(name func(Reference) string) string {
	var b strings.Builder
	v.write(&b, name)
	return b.String()
}

// describe returns the text of fields, with references named by the kind and key of their targets.
func describe(fields []Field) string {
	return Value{Form: Nested, Fields: fields}.Text(Reference.String)
}

func (v Value) write(b *strings.Builder, name func(Reference) string) {
	switch v.Form {
	case Literal:
		encoded, err := ctyjson.Marshal(v.Literal, v.Literal.Type())
		if err == nil {
			b.Write(encoded)
		}
	case Nested:
		b.WriteByte('{')
		for _, field := range v.Fields {
			b.WriteString(quoted(field.Name) + ":")
			field.Value.write(b, name)
			b.WriteByte(',')
		}
		b.WriteByte('}')
	case List:
		b.WriteByte('[')
		for _, element := range v.Elements {
			element.write(b, name)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	case Refers:
		b.WriteString("→" + name(v.Reference))
	case Secret:
		b.WriteString("secret")
	case Unknown:
		b.WriteString("unknown")
	}
}

// Has reports whether a value has a form, or has it inside. A map of texts may have unknown ones.
func (v Value) Has(form Form) bool {
	return v.Form == form || form == Unknown && v.Form == Literal && !v.Literal.IsWhollyKnown() ||
		slices.ContainsFunc(v.Fields, func(f Field) bool { return f.Value.Has(form) }) ||
		slices.ContainsFunc(v.Elements, func(element Value) bool { return element.Has(form) })
}

// References visits all references of a value, at any depth.
func (v Value) References(visit func(Reference)) {
	if v.Form == Refers {
		visit(v.Reference)
	}
	for _, field := range v.Fields {
		field.Value.References(visit)
	}
	for _, element := range v.Elements {
		element.References(visit)
	}
}

// String names the target as [Object.String] does. A key without an object is shown as it is, an id
// without an object is not shown.
func (r Reference) String() string {
	switch {
	case r.Target != nil:
		return r.Target.String()
	case r.By == "id":
		return strings.Join(r.Kinds, " or ") + " that does not exist"
	default:
		return strings.Join(r.Kinds, " or ") + ":" + r.Held
	}
}

func quoted(text string) string {
	encoded, err := json.Marshal(text)
	if err != nil {
		return text
	}
	return string(encoded)
}
