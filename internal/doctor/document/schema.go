package document

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
)

// A schema can say the same in many ways: by references, by allOf, by alternatives, by conditions,
// by nullable or by a type null. So schemas are compared by what they say of a value.

// value is what a document says of a value: it is one of the alternatives, or null.
type value struct {
	document     *Document
	alternatives []shape
	null         bool
}

// shape is a conjunction of schemas without references, alternatives and allOf.
type shape []node

// A schema may contain itself, so its alternatives and the parts that are looked at are bounded.
const (
	alternativeLimit = 64
	partLimit        = 300
)

// value reads a schema.
func (d *Document) value(schema any) value {
	alternatives, null := d.expand(schema)
	return value{d, alternatives, null}
}

// expand returns the alternatives of a schema.
func (d *Document) expand(schema any) (alternatives []shape, null bool) {
	return (&expansion{d, partLimit}).expand(schema)
}

// expansion is a walk through the parts of a schema. left is how many parts may follow.
type expansion struct {
	document *Document
	left     int
}

// anything is what a missing schema allows.
var anything = []shape{{}}

func (e *expansion) expand(schema any) (alternatives []shape, null bool) {
	is := nodeOf(schema)
	if e.left--; is == nil || e.left < 0 {
		return anything, false
	}
	own := shape{is}
	alternatives = []shape{own}
	typed := is["type"] != nil || is["enum"] != nil || is["const"] != nil
	null = is["nullable"] == true || slices.Contains(typesOf(is), "null") || hasNull(list(is["enum"]))
	if only := typesOf(is); len(only) == 1 && only[0] == "null" {
		return nil, true
	}
	if reference, isReference := is["$ref"].(string); isReference {
		target, targetNull := e.expand(e.document.target(reference))
		alternatives, null = both(alternatives, target), null || targetNull
	}
	allNull, parts := true, 0
	for _, part := range list(is["allOf"]) {
		if nodeOf(part)["if"] != nil {
			alternatives = both(alternatives, []shape{{nodeOf(part)}})
			continue
		}
		nested, nestedNull := e.expand(part)
		alternatives, allNull, parts = both(alternatives, nested), allNull && nestedNull, parts+1
	}
	null = null || !typed && parts > 0 && allNull
	for _, keyword := range []string{"oneOf", "anyOf"} {
		if choices := list(is[keyword]); len(choices) > 0 {
			var union []shape
			for _, choice := range choices {
				nested, nestedNull := e.expand(choice)
				union, null = append(union, discriminated(is, choice, nested)...), null || nestedNull
			}
			alternatives = both(alternatives, union)
		}
	}
	return alternatives, null
}

// discriminated adds to the shapes of an alternative the word by which it is told from others.
func discriminated(schema node, choice any, shapes []shape) []shape {
	discriminator := nodeOf(schema["discriminator"])
	property := text(discriminator["propertyName"])
	if property == "" {
		return shapes
	}
	var words []any
	for _, word := range slices.Sorted(maps.Keys(nodeOf(discriminator["mapping"]))) {
		if target := text(nodeOf(discriminator["mapping"])[word]); target != "" && target == text(nodeOf(choice)["$ref"]) {
			words = append(words, word)
		}
	}
	if len(words) == 0 {
		return shapes
	}
	named := node{"properties": map[string]any{property: map[string]any{"enum": words}}}
	return both(shapes, []shape{{named}})
}

// both returns the shapes that are one of each list.
func both(some, others []shape) []shape {
	var found []shape
	for _, one := range some {
		for _, other := range others {
			if len(found) < alternativeLimit {
				found = append(found, slices.Concat(one, other))
			}
		}
	}
	return found
}

func typesOf(schema node) []string {
	if one := text(schema["type"]); one != "" {
		return []string{one}
	}
	var types []string
	for _, one := range list(schema["type"]) {
		types = append(types, text(one))
	}
	return types
}

func hasNull(values []any) bool { return slices.Contains(values, any(nil)) }

// types are the types of a shape but null; nil means any.
func (s shape) types() []string {
	var types []string
	narrow := func(to []string) {
		if types == nil {
			types = to
			return
		}
		types = slices.DeleteFunc(slices.Clone(types), func(one string) bool {
			return !slices.Contains(to, one) && (one != "integer" || !slices.Contains(to, "number"))
		})
	}
	for _, schema := range s {
		given := slices.DeleteFunc(typesOf(schema), func(one string) bool {
			return one == "null" || contract.TypeName(one) == ""
		})
		if len(given) > 0 {
			narrow(given)
		}
	}
	if types != nil {
		return types
	}
	for _, schema := range s {
		switch {
		case schema["properties"] != nil || schema["additionalProperties"] != nil:
			return []string{"object"}
		case schema["items"] != nil:
			return []string{"array"}
		case len(list(schema["enum"])) > 0 || schema["const"] != nil:
			if _, isText := first(schema).(string); isText {
				return []string{"string"}
			}
		}
	}
	return nil
}

// first returns a value that a schema lists.
func first(schema node) any {
	for _, one := range list(schema["enum"]) {
		if one != nil {
			return one
		}
	}
	return schema["const"]
}

// types are the types of a value but null; none means any.
func (v value) types() []string {
	var types []string
	for _, s := range v.alternatives {
		given := s.types()
		if given == nil {
			return nil
		}
		types = append(types, given...)
	}
	slices.Sort(types)
	return slices.Compact(types)
}

// isAny reports whether nothing is said of a value.
func (v value) isAny() bool { return len(v.alternatives) > 0 && len(v.types()) == 0 }

// has reports whether a value can be of a type.
func (v value) has(one string) bool { return slices.Contains(v.types(), one) }

// property returns a property of an object. It is required if every alternative requires it.
func (v value) property(name string) (found value, there, required bool) {
	found, required = value{document: v.document}, true
	for _, s := range v.alternatives {
		alternatives, null, isThere, isRequired := s.property(v.document, name)
		if isThere {
			there = true
			found.alternatives = append(found.alternatives, alternatives...)
			found.null = found.null || null
		}
		required = required && isRequired
	}
	if len(found.alternatives) > alternativeLimit {
		found.alternatives = found.alternatives[:alternativeLimit]
	}
	return found, there, there && required
}

func (s shape) property(d *Document, name string) (alternatives []shape, null, there, required bool) {
	null = true
	for _, schema := range s {
		if slices.Contains(list(schema["required"]), any(name)) {
			required = true
		}
		nested, isThere := nodeOf(schema["properties"])[name]
		if !isThere {
			continue
		}
		expanded, expandedNull := d.expand(nested)
		if there {
			expanded = both(alternatives, expanded)
		}
		alternatives, null, there = expanded, null && expandedNull, true
	}
	return alternatives, null && there, there, required
}

// names are the names of all properties of an object.
func (v value) names() []string {
	found := map[string]bool{}
	for _, s := range v.alternatives {
		for _, schema := range s {
			for name := range nodeOf(schema["properties"]) {
				found[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// required are the names that every alternative requires.
func (v value) required() []string {
	counts := map[string]int{}
	for _, s := range v.alternatives {
		names := map[string]bool{}
		for _, schema := range s {
			for _, name := range list(schema["required"]) {
				names[text(name)] = true
			}
		}
		for name := range names {
			counts[name]++
		}
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(counts)), func(name string) bool {
		return counts[name] < len(v.alternatives)
	})
}

// isClosed reports whether every alternative refuses properties that it does not name.
func (v value) isClosed() bool {
	return len(v.alternatives) > 0 && !slices.ContainsFunc(v.alternatives, func(s shape) bool {
		return !slices.ContainsFunc(s, func(schema node) bool { return schema["additionalProperties"] == false })
	})
}

// elements returns what a list holds, or the value itself if it is no list.
func (v value) elements() value {
	if !v.has("array") {
		return v
	}
	found := value{document: v.document}
	for _, s := range v.alternatives {
		nested := anything
		for _, schema := range s {
			if items := schema["items"]; items != nil {
				expanded, null := v.document.expand(items)
				nested, found.null = both(nested, expanded), found.null || null
			}
		}
		if slices.Contains(s.types(), "array") {
			found.alternatives = append(found.alternatives, nested...)
		}
	}
	return found
}

// entries returns what a map holds under any name, and whether the value is said to be a map.
func (v value) entries() (value, bool) {
	for _, s := range v.alternatives {
		for _, schema := range s {
			if nested := nodeOf(schema["additionalProperties"]); nested != nil {
				return v.document.value(nested), true
			}
		}
	}
	return value{}, false
}

// words are the texts that a value can have; nil means any.
func (v value) words() []string {
	var words []string
	for _, s := range v.alternatives {
		given, listed := s.words()
		if !listed {
			return nil
		}
		for _, word := range given {
			if !slices.Contains(words, word) {
				words = append(words, word)
			}
		}
	}
	return words
}

// words are the texts that all parts of a shape list.
func (s shape) words() (words []string, listed bool) {
	for _, schema := range s {
		values := list(schema["enum"])
		if constant := schema["const"]; constant != nil {
			values = []any{constant}
		}
		if len(values) == 0 {
			continue
		}
		var given []string
		for _, one := range values {
			if word, isText := one.(string); isText && (!listed || slices.Contains(words, word)) {
				given = append(given, word)
			}
		}
		words, listed = given, true
	}
	return words, listed
}

// ofType narrows an object to what it is with one word as its type. It reports whether the document
// tells the types apart. An alternative that names the word counts before one that allows any.
func (v value) ofType(word string) (found value, told bool) {
	var named, open []shape
	for _, s := range v.alternatives {
		alternatives, _, _, _ := s.property(v.document, "type")
		words := value{v.document, alternatives, false}.words()
		if words != nil && !slices.Contains(words, word) {
			told = true
			continue
		}
		told = told || len(words) == 1
		for _, schema := range s {
			if condition := conditionOf(schema); condition != "" {
				told = true
				if condition == word {
					s = slices.Concat(s, shape{v.document.at(schema["then"])})
				}
			}
		}
		if words == nil || len(alternatives) == 0 {
			open = append(open, s)
		} else {
			named = append(named, s)
		}
	}
	if len(named) == 0 {
		named = open
	}
	return value{v.document, named, v.null}, told
}

// conditionOf returns the type for which a part of an allOf holds, as in our contract.
func conditionOf(part node) string {
	of := nodeOf(nodeOf(nodeOf(part["if"])["properties"])["type"])
	if word := text(of["const"]); word != "" {
		return word
	}
	if words := list(of["enum"]); len(words) == 1 {
		return text(words[0])
	}
	return ""
}

// conditions are the types for which something is said under a condition.
func (v value) conditions() []string {
	var words []string
	for _, s := range v.alternatives {
		for _, schema := range s {
			if word := conditionOf(schema); word != "" {
				words = append(words, word)
			}
		}
	}
	return words
}

// format is the format of a text; "" if there is none, or more than one.
func (v value) format() string {
	var format string
	for i, s := range v.alternatives {
		var own string
		for _, schema := range s {
			if given := text(schema["format"]); given != "" {
				own = given
			}
		}
		if i > 0 && own != format {
			return ""
		}
		format = own
	}
	return format
}

// patterns are the patterns of all alternatives.
func (v value) patterns() []string {
	var found []string
	for _, s := range v.alternatives {
		for _, schema := range s {
			if pattern := text(schema["pattern"]); pattern != "" {
				found = append(found, pattern)
			}
			if names := text(nodeOf(schema["propertyNames"])["pattern"]); names != "" {
				found = append(found, "names "+names)
			}
		}
	}
	return found
}

// limits are numbers above and below which a value is refused. The loosest of the alternatives
// counts.
type limits map[string]float64

// limitKeywords are the keywords of limits, and whether a smaller number is stricter.
var limitKeywords = map[string]bool{
	"minLength": false, "minimum": false, "exclusiveMinimum": false, "minItems": false, "minProperties": false,
	"maxLength": true, "maximum": true, "exclusiveMaximum": true, "maxItems": true, "maxProperties": true,
	"multipleOf": false, "uniqueItems": false,
}

func (v value) limits() limits {
	var loosest limits
	for i, s := range v.alternatives {
		own := s.limits()
		if i == 0 {
			loosest = own
			continue
		}
		for name, limit := range loosest {
			other, limited := own[name]
			switch {
			case !limited:
				delete(loosest, name)
			case limitKeywords[name]:
				loosest[name] = max(limit, other)
			default:
				loosest[name] = min(limit, other)
			}
		}
	}
	return loosest
}

func (s shape) limits() limits {
	found := limits{}
	set := func(name string, limit float64) {
		is, limited := found[name]
		switch {
		case !limited:
			found[name] = limit
		case limitKeywords[name]:
			found[name] = min(is, limit)
		default:
			found[name] = max(is, limit)
		}
	}
	for _, schema := range s {
		for name := range limitKeywords {
			switch limit := schema[name].(type) {
			case float64:
				if !math.IsNaN(limit) {
					set(name, limit)
				}
			case bool: // Version 3.0 writes exclusiveMinimum: true beside minimum.
				if number, isNumber := schema[strings.ToLower(strings.TrimPrefix(name, "exclusive"))].(float64); limit && isNumber {
					set(name, number)
				}
				if limit && name == "uniqueItems" {
					set(name, 1)
				}
			}
		}
	}
	return found
}

// stricter names the limits that are stricter than others, with their numbers.
func (l limits) stricter(than limits) []string {
	var found []string
	for _, name := range slices.Sorted(maps.Keys(l)) {
		other, limited := than[name]
		stricter := l[name] > other
		switch {
		case limitKeywords[name]:
			stricter = l[name] < other
		case name == "minimum" && !limited:
			other, limited = than["exclusiveMinimum"]
			stricter = l[name] > other
		case name == "minLength" && l[name] == 0, name == "minItems" && l[name] == 0, name == "minProperties" && l[name] == 0:
			stricter, limited = false, true
		}
		if !limited || stricter {
			found = append(found, fmt.Sprintf("%s %v", name, l[name]))
		}
	}
	return found
}
