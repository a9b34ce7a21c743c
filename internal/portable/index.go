package portable

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"golang.org/x/text/unicode/norm"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// Index finds objects by the attributes that references hold.
type Index struct {
	targets map[target]*Object
	// arguments are those of a kind, by its name.
	arguments map[string][]provider.Argument
}

// target is what a reference holds, with the characters of a text composed, as in a configuration.
type target struct{ kind, by, held string }

func newTarget(kind, by, held string) target { return target{kind, by, norm.NFC.String(held)} }

// NewIndex indexes objects by id and by key. An object whose id is "" has no id yet.
func NewIndex(objects ...*Object) *Index {
	x := &Index{targets: map[target]*Object{}, arguments: map[string][]provider.Argument{}}
	for _, object := range objects {
		x.Add(object)
	}
	return x
}

// Add adds an object.
func (x *Index) Add(object *Object) {
	for by, held := range map[string]string{"id": object.ID, object.Kind.Key: object.Key} {
		if held != "" {
			x.targets[newTarget(object.Kind.Name, by, held)] = object
		}
	}
}

// Fields returns the arguments of an object that have a value, in reading order. config is its
// configuration, as [provider.Object] and [provider.Kind.Config] have it. pending returns the
// target of a reference that is not known yet, such as rewards[0].perk_id, or nil; pending may be
// nil itself.
func (x *Index) Fields(
	ctx context.Context, k Kind, config cty.Value, pending func(path string) *Object,
) ([]Field, error) {
	arguments, known := x.arguments[k.Name]
	if !known {
		var err error
		if arguments, err = k.Arguments(ctx); err != nil {
			return nil, fmt.Errorf("the arguments of a %s: %w", k.Noun, err)
		}
		x.arguments[k.Name] = arguments
	}
	if config.IsNull() {
		return nil, nil
	}
	return builder{k, x, pending}.fields(place{}, arguments, config), nil
}

// place is where a value stands: in the catalog, without indices, and in the object.
type place struct{ of, at string }

func (p place) field(name string) place {
	return place{strings.TrimPrefix(p.of+"."+name, "."), strings.TrimPrefix(p.at+"."+name, ".")}
}

func (p place) element(i int) place { return place{p.of, p.at + "[" + strconv.Itoa(i) + "]"} }

// builder turns the configuration of an object into fields.
type builder struct {
	kind    provider.Kind
	index   *Index
	pending func(path string) *Object
}

// fields are the arguments of an object that have a value.
func (b builder) fields(at place, arguments []provider.Argument, object cty.Value) []Field {
	var fields []Field
	for _, argument := range arguments {
		if value := object.GetAttr(argument.Name); !value.IsNull() {
			fields = append(fields, Field{argument.Name, b.value(at.field(argument.Name), argument, value)})
		}
	}
	return fields
}

func (b builder) value(at place, argument provider.Argument, value cty.Value) Value {
	switch {
	case !value.IsKnown():
		return b.unknown(at)
	case argument.Sensitive:
		return Value{Form: Secret, Literal: value}
	case argument.JSON:
		return b.json(at, value)
	case argument.Type.IsObjectType():
		return Value{Form: Nested, Fields: b.fields(at, argument.Nested, value)}
	case argument.Type.IsListType() && argument.Type.ElementType().IsObjectType():
		list := Value{Form: List, Unordered: argument.Unordered}
		for i, element := range value.AsValueSlice() {
			nested := b.unknown(at.element(i))
			if element.IsKnown() {
				nested = Value{Form: Nested, Fields: b.fields(at.element(i), argument.Nested, element)}
			}
			list.Elements = append(list.Elements, nested)
		}
		return list
	default:
		return b.scalar(at, value)
	}
}

// unknown is a value that is not known yet, or a reference to an object that has no id yet.
func (b builder) unknown(at place) Value {
	to, refers := b.kind.References[at.of]
	if refers && b.pending != nil {
		if object := b.pending(at.at); object != nil {
			return Value{Form: Refers, Reference: Reference{By: to.By, Kinds: to.Kinds, Target: object}}
		}
	}
	return Value{Form: Unknown}
}
