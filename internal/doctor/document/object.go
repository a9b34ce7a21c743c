package document

import (
	"maps"
	"slices"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/likeness"
)

// reading compares an object of ours with what the document has in its place, property by property.
type reading struct {
	*comparison
	// subject is that of a property, without the property.
	subject      contract.Subject
	properties   contract.Properties
	words        map[string]contract.WordList
	ours, theirs value
	// sent says that the object is sent, and not answered. whole says that all of it is: an update by
	// PATCH sends what changes.
	sent, whole bool
	// silent says that differences are collected in changes, and not noted.
	silent bool
	// like is what the object is like outside a list: what is missing there is not blamed on the list.
	like *reading

	places map[string]place
	// changes are the first differences of the properties. nulls are those that can be null.
	changes map[string]contract.Change
	nulls   map[string]bool
}

// inEveryAnswer is why a list is not blamed.
const inEveryAnswer = "It differs in every answer, not only in a list."

// place is what the document has of a property of ours.
type place struct {
	ours, value value
	// required says that it is always there.
	required bool
	// why is why nothing is known of it, or "".
	why string
	// names are their names of the properties below it, by ours.
	names map[string]string
	// words are their types of the objects below it, by ours.
	words map[string]string
	// told are words that the document names without a limit.
	told []string
}

func (r *comparison) newReading(s contract.Subject, p contract.Properties, ours, theirs value) *reading {
	return &reading{
		comparison: r, subject: s, properties: p, words: p.Words(), ours: ours, theirs: theirs,
		places: map[string]place{}, changes: map[string]contract.Change{}, nulls: map[string]bool{},
	}
}

// compare compares all properties, those around others first.
func (o *reading) compare() {
	o.places[""] = o.around("", place{ours: o.ours, value: o.theirs, required: true})
	o.demand("", o.places[""])
	for _, path := range slices.Sorted(maps.Keys(o.properties)) {
		at := o.find(path)
		o.places[path] = o.around(path, at)
		if at.why != "" {
			o.miss(path, at.why)
			continue
		}
		o.demand(path, o.places[path])
		o.hold(path)
	}
}

// cut splits a path into the path of the object around it and the name of the property. word is the
// type of that object if the property holds its settings.
func cut(path string) (around, name, word string) {
	around, name = "", path
	if at := strings.LastIndex(path, "."); at >= 0 {
		around, name = path[:at], path[at+1:]
	}
	name, word, _ = strings.Cut(name, ":")
	return around, name, word
}

func join(around, name string) string { return strings.TrimPrefix(around+"."+name, ".") }

// namesBelow are our names of the properties of an object.
func (o *reading) namesBelow(path string) []string {
	var found []string
	for other := range o.properties {
		if around, name, word := cut(other); around == path && word == "" {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return found
}

// around prepares a place for the properties below it: it pairs names and words.
func (o *reading) around(path string, at place) place {
	ours, theirs := o.namesBelow(path), at.value.elements()
	if at.why != "" || len(ours) == 0 {
		return at
	}
	at.names, at.words = map[string]string{}, map[string]string{}
	var missing []string
	for _, name := range ours {
		if nested, there, _ := theirs.property(name); there && !o.hidden(nested) {
			at.names[name] = name
		} else {
			missing = append(missing, name)
		}
	}
	var left []string
	for _, name := range theirs.names() {
		if nested, _, _ := theirs.property(name); !slices.Contains(ours, name) && !o.hidden(nested) {
			left = append(left, name)
		}
	}
	found := likeness.Pair(missing, left, func(name, other string) float64 {
		return alike(at.ours, theirs, name, other)
	})
	maps.Copy(at.names, found)
	if typed, there, _ := theirs.property(at.names["type"]); there {
		words := typed.words()
		at.words = pairWords(o.words[join(path, "type")].Words, words)
	}
	return at
}

// hidden reports whether a property exists only in the other direction.
func (o *reading) hidden(v value) bool {
	flag := "writeOnly"
	if o.sent {
		flag = "readOnly"
	}
	return len(v.alternatives) > 0 && !slices.ContainsFunc(v.alternatives, func(s shape) bool {
		return !slices.ContainsFunc(s, func(schema node) bool { return schema[flag] == true })
	})
}

// alike says how alike a property of ours and one of theirs are: they have the same type, and
// similar names or similar properties.
func alike(ours, theirs value, name, other string) float64 {
	mine, _, _ := ours.elements().property(name)
	is, _, _ := theirs.property(other)
	types, otherTypes := simple(mine.types()), simple(is.types())
	if len(types) > 0 && len(otherTypes) > 0 && likeness.Overlap(types, otherTypes) == 0 {
		return 0
	}
	return max(likeness.Of(name, other), likeness.Overlap(mine.elements().names(), is.elements().names())*0.95)
}

// simple makes no difference between numbers and whole numbers: documents often do not.
func simple(types []string) []string {
	var found []string
	for _, one := range types {
		if one == "integer" {
			one = "number"
		}
		if !slices.Contains(found, one) {
			found = append(found, one)
		}
	}
	return found
}

// find finds a property of ours in the document, and notes how it differs.
func (o *reading) find(path string) place {
	around, name, word := cut(path)
	container := o.places[around]
	objects := container.value.elements()
	mine := o.ourPlace(container.ours.elements(), name, word)
	at := place{ours: mine.value}
	switch {
	case container.why != "":
		at.why = "What is around it is not known."
		return at
	case len(objects.alternatives) == 0, len(objects.types()) > 0 && !objects.has("object"):
		at.why = "What is around it differs."
		return at
	case len(objects.names()) == 0 && !objects.isClosed():
		at.why = "The document does not describe what is around it."
		return at
	}
	shared := false
	if word != "" {
		var problem string
		if objects, shared, problem = o.variant(container, name, word); problem != "" {
			at.why = problem
			return at
		}
	}
	other := container.names[name]
	found, there, required := objects.property(other)
	if !there {
		at.why = "It is missing."
		if word != "" {
			at.why = "The document has no settings for it."
		} else {
			o.differ(path, contract.Missing, "", "There is no such property.")
		}
		return at
	}
	at.value, at.required = found, required || shared || !o.sent && !o.saysRequired
	if o.properties[path].List != found.has("array") && !found.isAny() && len(found.alternatives) > 0 {
		at.why = "It differs."
		o.retyped(path, mine, at)
		return at
	}
	if other != name && word == "" {
		o.differ(path, contract.Renamed, other, "There is no such property. It is probably %s.", other)
	}
	for _, one := range objects.conditions() {
		if name == "type" {
			at.told = append(at.told, one)
		}
	}
	if o.sent {
		o.compareSent(path, mine, at)
	} else {
		o.compareAnswered(path, mine, at)
	}
	if found.isAny() && !mine.value.isAny() {
		at.why = "The document gives it no type."
	}
	return at
}

// ourPlace returns what the contract has of a property.
func (o *reading) ourPlace(around value, name, word string) place {
	if word != "" {
		around, _ = around.ofType(word)
	}
	is, _, required := around.property(name)
	return place{value: is, required: required}
}

// variant narrows an object to one of our types. shared says that the document does not tell the
// settings of the types apart, so that it cannot say what one of them always has.
func (o *reading) variant(container place, name, word string) (objects value, shared bool, problem string) {
	theirs := word
	if other := container.words[word]; other != "" {
		theirs = other
	}
	objects, told := container.value.elements().ofType(theirs)
	if len(objects.alternatives) == 0 {
		return objects, false, "The type does not exist."
	}
	if told {
		return objects, false, ""
	}
	// The settings that resemble ours the most are those of the type.
	settings, _, required := objects.property(container.names[name])
	mine, _ := container.ours.elements().ofType(word)
	expected, _, _ := mine.property(name)
	if len(expected.alternatives) == 0 && settings.null {
		return objects, true, ""
	}
	var best float64
	var chosen []shape
	for _, s := range settings.alternatives {
		names := value{settings.document, []shape{s}, false}.names()
		switch is := likeness.Overlap(expected.names(), names); {
		case is > best:
			best, chosen = is, []shape{s}
		case is == best && is > 0:
			chosen = append(chosen, s)
		}
	}
	if len(chosen) == 0 {
		return objects, false, "The document does not tell the settings of the types apart."
	}
	narrowed := node{"properties": map[string]any{container.names[name]: merged(chosen)}}
	if required {
		narrowed["required"] = []any{container.names[name]}
	}
	objects = value{settings.document, []shape{{narrowed}}, false}
	return objects, len(settings.alternatives) == 1, ""
}

// merged is one schema that has the given shapes as its alternatives.
func merged(shapes []shape) node {
	var choices []any
	for _, s := range shapes {
		var parts []any
		for _, schema := range s {
			parts = append(parts, map[string]any(schema))
		}
		choices = append(choices, map[string]any{"allOf": parts})
	}
	return node{"oneOf": choices}
}

// requires reports whether any answer of the document has a property that is always there.
func (r *comparison) requires() bool {
	return slices.ContainsFunc(r.routes, func(one route) bool {
		answer := r.theirs.answer(one)
		if len(answer.required()) > 0 {
			return true
		}
		return slices.ContainsFunc(answer.names(), func(name string) bool {
			nested, _, _ := answer.property(name)
			return len(nested.elements().required()) > 0
		})
	})
}

func (o *reading) at(path string) contract.Subject {
	s := o.subject
	s.Property = path
	return s
}

// differ notes a difference of a property.
func (o *reading) differ(path string, change contract.Change, theirs, said string, args ...any) {
	if _, there := o.changes[path]; !there {
		o.changes[path] = change
	}
	if o.like != nil && o.like.changes[path] == change && change != contract.MayLack {
		o.missed(o.at(path), inEveryAnswer)
		return
	}
	if !o.silent {
		o.differs(o.at(path), change, theirs, said, args...)
	}
}

func (o *reading) hold(path string) {
	if !o.silent {
		o.holds(o.at(path))
	}
}

func (o *reading) miss(path, why string) {
	if _, differs := o.changes[path]; !o.silent && !differs {
		o.missed(o.at(path), "%s", why)
	}
}

// compareAnswered compares what may be answered with what the client reads.
func (o *reading) compareAnswered(path string, mine, at place) {
	is := at.value
	if is.isAny() {
		return
	}
	o.retyped(path, mine, at)
	if is.null && !mine.value.null {
		if o.nulls[path] = true; o.like != nil && o.like.nulls[path] {
			o.missed(o.at(path), inEveryAnswer)
		} else {
			o.differ(path, contract.MayLack, "", "It can be null.")
		}
	}
	around, name, word := cut(path)
	if word != "" && o.changes[join(around, name)] != "" {
		return // The settings of all types differ.
	}
	if !at.required && mine.required {
		o.differ(path, contract.MayLack, "", "It can be left out.")
	}
	if is.has("string") && mine.value.format() == "date-time" && !slices.Contains([]string{"", "date-time"}, is.format()) {
		o.differ(path, contract.Reformatted, is.format(), "It has the format %s.", is.format())
	}
}

// retyped compares the types of what is answered or sent.
func (o *reading) retyped(path string, mine, at place) {
	types, others := simple(mine.value.types()), simple(at.value.types())
	if len(types) == 0 || len(others) == 0 {
		return
	}
	said := typesText(at.value.types())
	if o.sent {
		// Of several types, the client sends text.
		common := slices.DeleteFunc(slices.Clone(types), func(one string) bool { return !slices.Contains(others, one) })
		if len(common) == 0 || len(common) < len(types) && !slices.Contains(common, "string") {
			o.differ(path, contract.Retyped, said, "Its type is %s.", said)
		}
		return
	}
	change := contract.Change("")
	for _, one := range others {
		if slices.Contains(types, one) {
			continue
		}
		if change == "" {
			change = contract.Accepted
		}
		if !o.contract.Reads(o.subject, path, samples[one]) {
			change = contract.Unreadable
		}
	}
	theirs, isMap := at.value.entries()
	if ours, ourMap := mine.value.entries(); isMap && ourMap && len(theirs.types()) > 0 &&
		likeness.Overlap(ours.types(), theirs.types()) == 0 {
		change, said = contract.Unreadable, "an object that holds "+typesText(theirs.types())
	}
	if change != "" {
		o.differ(path, change, said, "Its type is %s.", said)
	}
}

// samples are values of the types.
var samples = map[string]any{
	"string": "text", "number": 1, "boolean": true, "object": map[string]any{"en": "text"}, "array": []any{"text"},
}

func typesText(types []string) string {
	var texts []string
	for _, one := range types {
		texts = append(texts, contract.TypeName(one))
	}
	return strings.Join(texts, " or ")
}

// compareSent compares what is sent with what is accepted.
func (o *reading) compareSent(path string, mine, at place) {
	is := at.value
	if is.isAny() {
		return
	}
	around, _, word := cut(path)
	o.retyped(path, mine, at)
	// A create leaves out what has no value, and an update by PATCH what does not change. Only below
	// the top is null always sent.
	sendsNull := mine.value.null && word == "" && (around != "" || o.subject.Operation == "update")
	if sendsNull && !is.null {
		o.differ(path, contract.Narrower, "", "It cannot be null.")
	}
	if words := is.words(); words != nil && mine.value.words() == nil {
		o.differ(path, contract.Bounded, some(words), "It can only be %s.", some(words))
	}
	if stricter := o.stricter(mine.value, is); len(stricter) > 0 {
		o.differ(path, contract.Bounded, "", "It is limited: %s.", strings.Join(stricter, ", "))
	}
}

// stricter names what is refused of what we may send.
func (o *reading) stricter(mine, is value) []string {
	found := is.limits().stricter(mine.limits())
	if slices.Contains(mine.types(), "number") && !is.has("number") && is.has("integer") {
		found = append(found, "whole numbers")
	}
	for _, pattern := range is.patterns() {
		if !slices.Contains(mine.patterns(), pattern) {
			found = append(found, "another pattern")
			break
		}
	}
	if format := is.format(); isNarrow(format, mine) {
		found = append(found, "format "+format)
	}
	theirs, isMap := is.entries()
	ours, ourMap := mine.entries()
	switch {
	case ourMap && is.isClosed():
		found = append(found, "only some names")
	case ourMap && isMap && len(theirs.types()) > 0 && likeness.Overlap(ours.types(), theirs.types()) == 0:
		found = append(found, "other values")
	case ourMap && isMap:
		found = append(found, o.stricter(ours, theirs)...)
	}
	return found
}

// isNarrow reports whether a format refuses what we send. Ids come from the service. Times and
// addresses of files have the form that their formats ask for.
func isNarrow(format string, mine value) bool {
	switch format {
	case "", "uuid", mine.format(), "binary", "int32", "int64", "float", "double":
		return false
	case "date-time", "uri", "url", "uri-reference", "iri":
		return len(mine.patterns()) == 0
	default:
		return true
	}
}

// demand notes what an object must have that we may leave out, or do not know.
func (o *reading) demand(path string, at place) {
	if !o.sent || at.why != "" || at.names == nil {
		return
	}
	objects := at.value.elements()
	for _, name := range objects.required() {
		if nested, _, _ := objects.property(name); o.hidden(nested) {
			continue
		}
		known := ""
		for ours, theirs := range at.names {
			if theirs == name {
				known = ours
			}
		}
		if known == "" {
			o.differ(path, contract.Demanded, join(path, name), "It must have %s.", join(path, name))
			continue
		}
		_, _, required := at.ours.elements().property(known)
		partial := path == "" && !o.whole
		if !required && (o.subject.Operation != "update" || path != "" || partial) {
			o.differ(join(path, known), contract.Mandatory, "", "It must be sent.")
		}
	}
}
