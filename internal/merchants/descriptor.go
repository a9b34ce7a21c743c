package merchants

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// descriptor says how the API has one kind of object: where the API differs from what is assumed, this is what has to
// change. The properties of its objects stand in the json tags of their Go types, in the same file.
type descriptor struct {
	// path is the collection below /v1, such as digital-assets.
	path string
	// noun begins the error codes of the kind, as in digital-asset.not-found.
	noun string
	// only is the type of the objects, for a kind that shares its collection with another one; "" for all others.
	only string
	// reference and name are the properties that may be the key of an object. A reference is unique; "" is none.
	reference, name string
	// pages is the form of the lists.
	pages pageForm
	// update is the method of an update: PATCH of what changes, or PUT of the whole object.
	update string
	// attributes are the attributes of HCL that stand for properties, both as paths without indices. One that begins
	// with a dot is below the attribute of the variant.
	attributes map[string]string
	// words are the words of the service for those of this package and of HCL, by the path of the property.
	words map[string]words
	// variants are what type and typeConfig can be together, by our word for the type; nil when objects have no types.
	variants map[string]variantForm
	// sentTogether tells that an update of one of type and typeConfig sends both.
	sentTogether bool
	// shapes are the nested values that an update replaces whole, see merge.go.
	shapes map[string]*shape
}

// words are words of the service by ours.
type words map[string]string

// variantForm is one type of an object: the attribute that holds its settings, and their shape.
type variantForm struct {
	attribute string
	settings  *shape
}

// descriptors are those of all kinds.
var descriptors = []*descriptor{
	&userProperties, &lists, &segments, &perks, &digitalAssets, &badges, &campaigns,
}

// described returns the descriptor of the collection that a path leads into, nil when there is none.
func described(path string) *descriptor {
	for _, d := range descriptors {
		if rest, below := strings.CutPrefix(path, d.path); below && (rest == "" || rest[0] == '/') {
			return d
		}
	}
	return nil
}

// object returns the path of an object. An id of dots only would climb to another path, so it is escaped as well.
func (d *descriptor) object(id ID) string {
	segment := url.PathEscape(string(id))
	if strings.Trim(segment, ".") == "" {
		segment = strings.ReplaceAll(segment, ".", "%2E")
	}
	return d.path + "/" + segment
}

// filter narrows a list to the kind.
func (d *descriptor) filter() url.Values {
	if d.only == "" {
		return nil
	}
	return url.Values{"type": {d.wireWord("type", d.only)}}
}

// wireWord is the word of the service for one of ours.
func (d *descriptor) wireWord(property, ours string) string {
	if theirs, known := d.words[property][ours]; known {
		return theirs
	}
	return ours
}

// toWire returns an object that is sent with the words of the service.
func (d *descriptor) toWire(object any) any {
	return translate(object, "", func(property, word string) string { return d.wireWord(property, word) })
}

// fromWire returns an object of the service with our words. A word that is not known stays as it is.
func (d *descriptor) fromWire(object any) any {
	return translate(object, "", func(property, word string) string {
		for ours, theirs := range d.words[property] {
			if theirs == word {
				return ours
			}
		}
		return word
	})
}

// translated returns an object of the service with our words.
func (d *descriptor) translated(object []byte) ([]byte, error) {
	if d.sameWords() {
		return object, nil
	}
	value, err := decodeValue(object)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnusableAnswer, err)
	}
	return json.Marshal(d.fromWire(value))
}

// sameWords reports whether the service has the words of this package, so that nothing needs to be translated.
func (d *descriptor) sameWords() bool {
	for _, table := range d.words {
		for ours, theirs := range table {
			if ours != theirs {
				return false
			}
		}
	}
	return true
}

// translate returns a JSON value with other words.
func translate(value any, path string, word func(property, word string) string) any {
	switch value := value.(type) {
	case map[string]any:
		translated := make(map[string]any, len(value))
		for name, nested := range value {
			translated[name] = translate(nested, strings.TrimPrefix(path+"."+name, "."), word)
		}
		return translated
	case []any:
		translated := make([]any, len(value))
		for i, nested := range value {
			translated[i] = translate(nested, path, word)
		}
		return translated
	case string:
		return word(path, value)
	default:
		return value
	}
}

// attribute returns the attribute of HCL that stands for a property of an object of a type, or for the nearest property
// around it. The property is a JSON path; "" is returned when no attribute stands for it.
func (d *descriptor) attribute(property, of string) string {
	property = withoutIndices(property)
	for property != "" {
		if attribute, known := d.attributes[property]; known {
			if strings.HasPrefix(attribute, ".") || attribute == "" {
				attribute = strings.Trim(d.variant(of).attribute+attribute, ".")
			}
			return attribute
		}
		property = property[:max(0, strings.LastIndexByte(property, '.'))]
	}
	return ""
}

// variant is that of a type; the variant of types that are not known has no name.
func (d *descriptor) variant(of string) variantForm {
	if form, known := d.variants[of]; known {
		return form
	}
	return d.variants[""]
}

// withoutIndices is a JSON path such as rewards.perkId for rewards[0].perkId.
func withoutIndices(path string) string {
	names := strings.Split(path, ".")
	for i, name := range names {
		names[i], _, _ = strings.Cut(name, "[")
	}
	return strings.Join(names, ".")
}

// body returns what is sent of an input, as decodeValue does, with the words of the service.
func (d *descriptor) body(in any) (map[string]any, error) {
	encoded, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	value, err := decodeValue(encoded)
	if err != nil {
		return nil, err
	}
	body, _ := d.toWire(value).(map[string]any)
	return body, nil
}

// patch returns what an update sends for an object to go from is to want. What is not modeled here and held beside it
// stays. Nothing is sent for what is held already.
func (d *descriptor) patch(held, is, want map[string]any) map[string]any {
	patch := changes(is, want)
	if _, typed := patch["type"]; d.sentTogether && (typed || has(patch, "typeConfig")) {
		patch["type"], patch["typeConfig"] = want["type"], want["typeConfig"]
	}
	for name, s := range d.shapes {
		d.keep(patch, held, name, s)
	}
	if d.sentTogether && has(patch, "type") && saysSame(patch["type"], held["type"]) {
		word, _ := d.fromWire(map[string]any{"type": held["type"]}).(map[string]any)["type"].(string)
		if d.keep(patch, held, "typeConfig", d.variant(word).settings); !has(patch, "typeConfig") {
			delete(patch, "type")
		}
	}
	return patch
}

// keep merges a property that is sent with what is held of it.
func (d *descriptor) keep(patch, held map[string]any, name string, s *shape) {
	if patch[name] == nil {
		return
	}
	patch[name] = s.merge(patch[name], held[name])
	if sameValue(patch[name], held[name]) {
		delete(patch, name)
	}
}

// replacement returns the whole object for a PUT: the properties that can be sent, as they are held unless they change.
func (d *descriptor) replacement(held, patch, is, want map[string]any) map[string]any {
	whole := maps.Clone(patch)
	for _, name := range slices.Concat(slices.Collect(maps.Keys(is)), slices.Collect(maps.Keys(want))) {
		if value, there := held[name]; there && !has(patch, name) {
			whole[name] = value
		}
	}
	return whole
}

// changes returns what an update has to send to get from is to want: nothing where they are equal, null where want has
// nothing and is had a value.
func changes(is, want map[string]any) map[string]any {
	patch := map[string]any{}
	for name, value := range want {
		if before, there := is[name]; !there || !sameValue(before, value) {
			patch[name] = value
		}
	}
	for name, before := range is {
		if !has(want, name) && before != nil {
			patch[name] = nil
		}
	}
	return patch
}

func has(object map[string]any, name string) bool {
	_, there := object[name]
	return there
}
