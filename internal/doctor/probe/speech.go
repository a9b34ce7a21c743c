package probe

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
)

// speech is how the service speaks of the objects of one kind, as far as the probe has learned it.
// Checks are written in the names and words of the contract; a speech translates them.
type speech struct {
	prober *prober
	kind   *contract.Kind
	// lost says why nothing more can be learned of the kind; "" for nothing.
	lost string
	// base is the path of the collection.
	base string
	// below are the last names of all properties by the path of what holds them.
	below map[string][]string
	// known are all properties that the contract has in requests or answers.
	known contract.Properties
	// vocabulary are our words by our paths.
	vocabulary map[string]contract.WordList
	// names are the service's names by our paths, where they are neither ours nor ours in its case.
	names map[string]string
	// tried are names that the service refused, by our paths.
	tried map[string][]string
	// dropped are properties that requests leave out, with what the service said.
	dropped map[string]dropped
	// words are the service's words by our paths and words, where they are not ours.
	words map[string]map[string]string
	// others are words in answers that are none of ours, by our paths.
	others map[string][]string
	// demanded are properties that a create must have and that we do not know.
	demanded map[string]any
	// references are the paths of ids of other objects.
	references map[string]string
	// numeric are the paths of references that must be numbers; numbers says that ids are numbers.
	numeric map[string]bool
	numbers bool
	// instants says that times in requests must be numbers of milliseconds since 1970.
	instants bool
	// envelope is the property of an answer that holds the object.
	envelope string
	// update is the method of an update; moves are the requests of transitions.
	update string
	moves  map[string]move
	pages  pageForm
	// rowNames are the names of properties of rows.
	rowNames map[string]bool
	// read and listed are what answers and rows have.
	read, listed sightings
	// nullless says that updates refuse null. ignores are properties that they ignore.
	nullless bool
	ignores  map[string]bool
	// sent are the properties that creates had.
	sent map[string]bool
	// missing are properties that were sent and that no answer has.
	missing map[string]bool
	// untied says why no object was published.
	untied string
	// failed are the reasons why objects could not be made, missed the last one why a check was not
	// reached, and stuck why there are no updates.
	failed   []string
	missed   string
	stuck    string
	examples []map[string]any
}

// dropped says why requests leave out a property.
type dropped struct {
	why  reason
	said string
}

// move is the request of a transition: a method and the last part of the path, or an update of the
// status.
type move struct {
	method, segment, word string
}

// speechOf begins with the contract.
func (p *prober) speechOf(k *contract.Kind) (*speech, error) {
	s := &speech{
		prober: p, kind: k, base: k.Path, below: map[string][]string{}, known: k.Known(), names: map[string]string{},
		tried: map[string][]string{}, dropped: map[string]dropped{}, words: map[string]map[string]string{},
		others: map[string][]string{}, demanded: map[string]any{}, references: map[string]string{},
		numeric: map[string]bool{}, update: k.Operations["update"].Method, moves: map[string]move{},
		rowNames: map[string]bool{}, read: sightings{}, listed: sightings{},
		ignores: map[string]bool{}, sent: map[string]bool{},
		missing: map[string]bool{},
	}
	s.vocabulary = s.known.Words()
	for _, path := range sortedNames(s.known) {
		holder, name := cutProperty(path)
		if name != "" && !slices.Contains(s.below[holder], name) {
			s.below[holder] = append(s.below[holder], name)
		}
	}
	for _, name := range k.OperationNames() {
		if o := k.Operations[name]; !slices.Contains([]string{"list", "create", "read", "update", "delete"}, name) {
			s.moves[name] = move{method: o.Method, segment: name}
		}
	}
	for i, example := range k.Operations["create"].Examples {
		encoded, err := json.Marshal(example)
		if err != nil {
			return nil, fmt.Errorf("the embedded contract, example %d of %s: %w", i+1, k.Noun, err)
		}
		object, ok := decodeBody(encoded).(map[string]any)
		if !ok {
			return nil, fmt.Errorf("the embedded contract: example %d of %s is not an object", i+1, k.Noun)
		}
		s.examples = append(s.examples, object)
	}
	if len(s.examples) == 0 {
		return nil, fmt.Errorf("the embedded contract has no example of a %s", k.Noun)
	}
	return s, nil
}

// cutProperty cuts a path into what holds the property and its last name. The name of settings is
// that without their type; of the type in a path such as typeConfig:code, there is no name.
func cutProperty(path string) (holder, name string) {
	at := strings.LastIndexByte(path, '.')
	holder, name = path[:max(at, 0)], path[at+1:]
	if strings.Contains(name, ":") {
		return holder, ""
	}
	return holder, name
}

// child is the path of a property in what holds it.
func child(holder, name string) string { return strings.TrimPrefix(holder+"."+name, ".") }

// inside returns the path of what a property holds: settings are those of the type beside them.
func (s *speech) inside(path string, holder map[string]any) string {
	if _, name := cutProperty(path); name == "typeConfig" {
		if of, ok := holder["type"].(string); ok && s.isKnown(path+":"+of) {
			return path + ":" + of
		}
	}
	return path
}

func (s *speech) isKnown(path string) bool {
	_, known := s.known[path]
	return known
}

// name is the service's name of a property.
func (s *speech) name(path string) string {
	if theirs := s.names[path]; theirs != "" {
		return theirs
	}
	_, name := cutProperty(path)
	if s.prober.recase != nil {
		return s.prober.recase.of(name)
	}
	return name
}

// word is the service's word for one of ours.
func (s *speech) word(path, ours string) string {
	if theirs := s.words[path][ours]; theirs != "" {
		return theirs
	}
	return ours
}

// ourWord returns our word for one of the service's. An unknown one stays as it is.
func (s *speech) ourWord(path, theirs string) string {
	table := s.words[path]
	for _, ours := range sortedNames(table) {
		if table[ours] == theirs {
			return ours
		}
	}
	words := s.wordsOf(path)
	if slices.Contains(words, theirs) {
		return theirs
	}
	for _, ours := range words {
		if table[ours] == "" && plainName(ours) == plainName(theirs) {
			s.learnWord(path, ours, theirs)
			return ours
		}
	}
	return theirs
}

// wordsOf returns our words of a property.
func (s *speech) wordsOf(path string) []string { return s.vocabulary[path].Words }

// learnWord records the service's word for one of ours.
func (s *speech) learnWord(path, ours, theirs string) {
	if s.words[path] == nil {
		s.words[path] = map[string]string{}
	}
	if ours != theirs {
		s.words[path][ours] = theirs
	}
}

// out turns an object, or a part of one, into what the service reads.
func (s *speech) out(object map[string]any, path string) map[string]any {
	wire := make(map[string]any, len(object))
	for name, value := range object {
		at := child(path, name)
		if !s.isKnown(at) {
			wire[name] = value
			continue
		}
		if _, left := s.dropped[at]; left {
			continue
		}
		wire[s.name(at)] = s.outValue(value, s.inside(at, object), at)
	}
	return wire
}

// outChanges turns changes of an object into what the service reads.
func (s *speech) outChanges(changes, is map[string]any) map[string]any {
	all, wire := with(is, changes), map[string]any{}
	for name := range changes {
		one := s.out(all, "")
		if _, left := s.dropped[name]; !left {
			wire[s.name(name)] = one[s.name(name)]
		}
	}
	return wire
}

// outValue translates one value. inside is the path of what it holds.
func (s *speech) outValue(value any, inside, at string) any {
	switch value := value.(type) {
	case map[string]any:
		if len(s.below[inside]) == 0 {
			return value // Texts by language, or open settings.
		}
		return s.out(value, inside)
	case []any:
		wire := make([]any, len(value))
		for i, one := range value {
			wire[i] = s.outValue(one, inside, at)
		}
		return wire
	case string:
		if s.numeric[at] {
			return json.Number(value)
		}
		if s.instants && s.known[at].IsTime {
			if moment, ok := instant(value); ok {
				return json.Number(strconv.FormatInt(moment.UnixMilli(), 10))
			}
		}
		return s.word(at, value)
	default:
		return value
	}
}

// in turns an object of the service into ours. strange are the properties that the contract does
// not have, by the path of what holds them.
func (s *speech) in(wire map[string]any, path string, strange map[string]map[string]any) map[string]any {
	object := make(map[string]any, len(wire))
	taken := map[string]bool{}
	// The type comes first, because it says what the settings are.
	names := slices.Clone(s.below[path])
	slices.SortStableFunc(names, func(a, b string) int {
		return boolOrder(b == "type") - boolOrder(a == "type")
	})
	for _, name := range names {
		at := child(path, name)
		theirs := s.name(at)
		value, there := wire[theirs]
		if !there {
			continue
		}
		taken[theirs] = true
		object[name] = s.inValue(value, s.inside(at, object), at, strange)
	}
	for theirs, value := range wire {
		if !taken[theirs] {
			if strange[path] == nil {
				strange[path] = map[string]any{}
			}
			strange[path][theirs] = value
		}
	}
	return object
}

func boolOrder(is bool) int {
	if is {
		return 1
	}
	return 0
}

func (s *speech) inValue(value any, inside, at string, strange map[string]map[string]any) any {
	switch value := value.(type) {
	case map[string]any:
		if len(s.below[inside]) == 0 {
			return value
		}
		return s.in(value, inside, strange)
	case []any:
		object := make([]any, len(value))
		for i, one := range value {
			object[i] = s.inValue(one, inside, at, strange)
		}
		return object
	case json.Number:
		if _, name := cutProperty(at); name == "id" || s.references[at] != "" {
			return value.String()
		}
		return value
	case string:
		if len(s.wordsOf(at)) > 0 {
			return s.ourWord(at, value)
		}
		return value
	default:
		return value
	}
}

// walk visits every property of an object. Settings are visited twice: by their name, and with
// their type.
func (s *speech) walk(object map[string]any, visit func(path string, value any)) {
	s.walkBelow(object, "", func(path string, holder map[string]any, name string) { visit(path, holder[name]) })
}

// walkBelow is walk below a path, with what holds each property.
func (s *speech) walkBelow(object map[string]any, path string, visit func(path string, holder map[string]any,
	name string),
) {
	for _, name := range sortedNames(object) {
		at := child(path, name)
		if !s.isKnown(at) {
			continue
		}
		visit(at, object, name)
		inside := s.inside(at, object)
		if inside != at {
			visit(inside, object, name)
		}
		switch value := object[name].(type) {
		case map[string]any:
			s.walkBelow(value, inside, visit)
		case []any:
			for _, one := range value {
				if inner, ok := one.(map[string]any); ok {
					s.walkBelow(inner, inside, visit)
				}
			}
		}
	}
}

// holderOf returns what holds a property that has a value, the first one of a list; nil for none.
func (s *speech) holderOf(object map[string]any, path string) (found map[string]any, last string) {
	s.walkBelow(object, "", func(at string, holder map[string]any, name string) {
		if at == path && found == nil && holder[name] != nil {
			found, last = holder, name
		}
	})
	return found, last
}

// valueAt returns the first value of a property that is not null, or nil.
func (s *speech) valueAt(object map[string]any, path string) any {
	holder, name := s.holderOf(object, path)
	return holder[name]
}

// setAt replaces the value that [speech.valueAt] returns.
func (s *speech) setAt(object map[string]any, path, text string) {
	if holder, name := s.holderOf(object, path); holder != nil {
		holder[name] = text
	}
}

// isLeft reports whether requests leave out a property, or what holds it.
func (s *speech) isLeft(path string) bool {
	for at := path; at != ""; at, _ = cutLastName(at) {
		plain, _, _ := strings.Cut(at[strings.LastIndexByte(at, '.')+1:], ":")
		if _, left := s.dropped[at[:strings.LastIndexByte(at, '.')+1]+plain]; left {
			return true
		}
	}
	return false
}

// cutLastName cuts the last name off a path.
func cutLastName(path string) (holder, name string) {
	at := strings.LastIndexByte(path, '.')
	return path[:max(at, 0)], path[at+1:]
}

// named is the property that an error names.
type named struct {
	// path is our path, if it is one of ours. Otherwise, holder is the innermost part that is, and
	// last the name that is not, or "" if it stands further below.
	path, holder, last string
	value              any
	known              bool
}

// ours finds the property that an error names. of is the object that was sent, in our names.
func (s *speech) ours(at string, of map[string]any) named {
	names := strings.Split(at, ".")
	var value any = of
	found := named{}
	for i, name := range names {
		theirs, index, _ := strings.Cut(name, "[")
		object := firstObject(value)
		ours := ""
		for _, name := range s.below[found.holder] {
			if s.name(child(found.holder, name)) == theirs {
				ours = name
			}
		}
		if ours == "" {
			if i == len(names)-1 {
				found.last = theirs
			}
			return found
		}
		path := child(found.holder, ours)
		value = object[ours]
		if i == len(names)-1 {
			found.path, found.value, found.known = path, value, true
			return found
		}
		found.holder = s.inside(path, object)
		if list, ok := value.([]any); ok {
			if n, err := strconv.Atoi(strings.TrimSuffix(index, "]")); err == nil && n >= 0 && n < len(list) {
				value = list[n]
			}
		}
	}
	return found
}

// firstObject returns an object, or the first one of a list.
func firstObject(value any) map[string]any {
	switch value := value.(type) {
	case map[string]any:
		return value
	case []any:
		for _, one := range value {
			if object, ok := one.(map[string]any); ok {
				return object
			}
		}
	}
	return nil
}

// object unwraps and translates the object in an answer. It returns nil if there is none.
func (s *speech) object(body any) (object map[string]any, strange map[string]map[string]any) {
	wire, ok := body.(map[string]any)
	if !ok {
		return nil, nil
	}
	outer := wire
	for _, name := range sortedNames(outer) {
		// Other objects that have an id can stand beside it, or hold it.
		if inner, ok := outer[name].(map[string]any); ok && hasID(inner) &&
			(!hasID(wire) || s.familiar(inner) > s.familiar(wire)) {
			s.envelope, wire = name, inner
		}
	}
	if _, there := s.idOf(wire); !there {
		return nil, nil
	}
	strange = map[string]map[string]any{}
	object = s.in(wire, "", strange)
	return object, strange
}

// familiar counts the properties of ours that an object has.
func (s *speech) familiar(wire map[string]any) int {
	n := 0
	for _, name := range s.below[""] {
		n += boolOrder(has(wire, s.name(name)))
	}
	return n
}

func hasID(wire map[string]any) bool {
	return slices.ContainsFunc(idNames, func(name string) bool { return textOf(wire[name]) != "" })
}

// idNames are names that an id can have.
var idNames = []string{"id", "Id", "ID", "_id", "uuid"}

// idOf returns the id of an object as the service writes it.
func (s *speech) idOf(wire map[string]any) (any, bool) {
	for _, name := range append([]string{s.name("id")}, idNames...) {
		switch id := wire[name].(type) {
		case string:
			if id != "" {
				if name != s.name("id") {
					s.names["id"] = name
				}
				return id, true
			}
		case json.Number:
			if name != s.name("id") {
				s.names["id"] = name
			}
			s.numbers = true
			return id, true
		}
	}
	return nil, false
}

// path is the path of an object of the service.
func (s *speech) path(id string) string { return s.base + "/" + id }

// lose says that nothing more can be learned of the kind.
func (s *speech) lose(why string, args ...any) {
	if s.lost == "" {
		s.lost = fmt.Sprintf(why, args...)
	}
}

// letterCase is a way to write names of several words.
type letterCase struct {
	name string
	of   func(camel string) string
}

var letterCases = []letterCase{
	{"snake_case", func(name string) string { return separated(name, "_") }},
	{"kebab-case", func(name string) string { return separated(name, "-") }},
	{"PascalCase", func(name string) string { return strings.ToUpper(name[:1]) + name[1:] }},
}

// separated is a name in camelCase with a separator between its words.
func separated(camel, by string) string {
	var out strings.Builder
	for i, r := range camel {
		if unicode.IsUpper(r) && i > 0 {
			out.WriteString(by)
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}

// plainName is a name or a word without case and separators.
func plainName(name string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(name))
}

// updateMethods are the methods of an update, in the order in which they are tried.
var updateMethods = []string{http.MethodPatch, http.MethodPut, http.MethodPost}
