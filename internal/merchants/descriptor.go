package merchants

import (
	"encoding/json"
	"maps"
	"net/url"
	"strings"
)

// descriptor says how the API models one kind of object. If the API differs from the assumptions,
// change the descriptor. The properties of the objects are the json tags of their Go types, in the
// same file.
type descriptor struct {
	// path is the collection below /v1, such as digital-assets.
	path string
	// noun begins the error codes of the kind, as in digital-asset.not-found.
	noun string
	// only is the type of the objects, for a kind that shares its collection with another kind; "" for
	// all others.
	only string
	// reference and name are the properties that may be the key of an object; "" means none. A
	// reference is unique.
	reference, name string
	// pages is the form of the listing.
	pages pageForm
	// update is the method of an update: PATCH of the changes, or PUT of the whole object.
	update string
	// attributes are the HCL attributes of the properties that can be sent; "" stands for the
	// attribute of the variant.
	attributes map[string]string
	// words are the service's words for those of this package and of HCL, by the path of the
	// property: rewards.type, or typeConfig:code.name in the settings of the type code.
	words map[string]words
	// variants are the valid pairs of type and typeConfig, by our word for the type; nil for a kind
	// without types.
	variants map[string]variantForm
	// secrets are the properties whose values a snapshot does not hold, by their paths as in words.
	// Every attribute that HCL marks as sensitive needs one.
	secrets []string
	// sentTogether says that an update of type or typeConfig sends both.
	sentTogether bool
	// shapes are the nested values that an update replaces as a whole; see merge.go.
	shapes map[string]*shape
}

// words maps our words to the service's.
type words map[string]string

// variantForm is one type of an object: the attribute that holds its settings, and their shape.
type variantForm struct {
	attribute string
	settings  *shape
	// properties are the attributes, below this one, of the properties of the settings.
	properties map[string]string
}

// described returns the descriptor of the collection that a path leads into, or nil.
func described(path string) *descriptor {
	for _, d := range descriptors {
		if rest, below := strings.CutPrefix(path, d.path); below && (rest == "" || rest[0] == '/') {
			return d
		}
	}
	return nil
}

// object returns the path of an object. An id of dots only would climb to another path, so its dots
// are escaped as well.
func (d *descriptor) object(id ID) string {
	segment := url.PathEscape(string(id))
	if strings.Trim(segment, ".") == "" {
		segment = strings.ReplaceAll(segment, ".", "%2E")
	}
	return d.path + "/" + segment
}

// filter returns the query that limits a listing to the kind.
func (d *descriptor) filter() url.Values {
	if d.only == "" {
		return nil
	}
	return url.Values{"type": {d.wireWord("type", d.only)}}
}

// wireWord returns the service's word for one of ours.
func (d *descriptor) wireWord(property, ours string) string {
	if theirs, known := d.words[property][ours]; known {
		return theirs
	}
	return ours
}

// toWire returns an object with the service's words.
func (d *descriptor) toWire(object any) any {
	return translate(object, "", eachWord(d.wireWord), sameWord)
}

// fromWire returns an object with our words. An unknown word stays unchanged.
func (d *descriptor) fromWire(object any) any {
	return translate(object, "", eachWord(d.ourWord), d.ourWord)
}

// ourWord returns our word for one of the service's, which stays as it is if it is unknown.
func (d *descriptor) ourWord(property, theirs string) string {
	for ours, word := range d.words[property] {
		if word == theirs {
			return ours
		}
	}
	return theirs
}

func sameWord(_, word string) string { return word }

// eachWord applies a table of words to the texts of an object.
func eachWord(word func(property, word string) string) func(property string, value any) any {
	return func(property string, value any) any {
		if text, ok := value.(string); ok {
			return word(property, text)
		}
		return value
	}
}

// read decodes an object of the service, with our words. It returns nil if there is no object.
func (d *descriptor) read(object []byte) map[string]any {
	value, err := decodeValue(object)
	if err != nil {
		return nil
	}
	if !d.sameWords() {
		value = d.fromWire(value)
	}
	properties, _ := value.(map[string]any)
	return properties
}

// sameWords reports whether the service uses the words of this package. Then nothing is translated.
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

// translate returns a JSON value with each text, number, boolean and null replaced. The path of
// what is in typeConfig names the type beside it, as in typeConfig:code, because the settings of
// other types are the user's. ourType returns our word for a type that stands in the value.
func translate(
	value any, path string, replace func(property string, value any) any, ourType func(property, word string) string,
) any {
	switch value := value.(type) {
	case map[string]any:
		translated := make(map[string]any, len(value))
		for name, nested := range value {
			at := strings.TrimPrefix(path+"."+name, ".")
			if of, typed := value["type"].(string); typed && name == "typeConfig" {
				at += ":" + ourType(strings.TrimPrefix(path+".type", "."), of)
			}
			translated[name] = translate(nested, at, replace, ourType)
		}
		return translated
	case []any:
		translated := make([]any, len(value))
		for i, nested := range value {
			translated[i] = translate(nested, path, replace, ourType)
		}
		return translated
	default:
		return replace(path, value)
	}
}

// attribute returns the HCL attribute of a property, or of the nearest property around it; "" if
// there is none. The property is a JSON path. of is the type of the object.
func (d *descriptor) attribute(property, of string) string {
	names := strings.Split(withoutIndices(property), ".")
	if attribute := d.attributes[names[0]]; attribute != "" {
		return attribute
	}
	if _, known := d.attributes[names[0]]; !known {
		return ""
	}
	form := d.variant(of)
	if _, known := d.variants[of]; known && form.attribute == "" && len(names) > 1 {
		// The type has no settings. The property shows which settings the service is missing.
		for _, other := range d.variants {
			if other.properties[names[1]] != "" {
				form = other
			}
		}
	}
	if len(names) > 1 && form.properties[names[1]] != "" {
		return form.attribute + "." + form.properties[names[1]]
	}
	return form.attribute
}

// variant returns the variant of a type. Unknown types share the variant named "".
func (d *descriptor) variant(of string) variantForm {
	if form, known := d.variants[of]; known {
		return form
	}
	return d.variants[""]
}

// withoutIndices turns rewards[0].perkId into rewards.perkId.
func withoutIndices(path string) string {
	names := strings.Split(path, ".")
	for i, name := range names {
		names[i], _, _ = strings.Cut(name, "[")
	}
	return strings.Join(names, ".")
}

// body returns the properties of an input, with our words.
func body(in any) (map[string]any, error) {
	encoded, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	value, err := decodeValue(encoded)
	properties, _ := value.(map[string]any)
	return properties, err
}

// patch returns what an update sends to turn is into want. It keeps what held has beyond what is
// modeled here, and omits what is held already.
func (d *descriptor) patch(held, is, want map[string]any) map[string]any {
	patch := changes(is, want)
	if _, typed := patch["type"]; d.sentTogether && (typed || has(patch, "typeConfig")) {
		patch["type"], patch["typeConfig"] = want["type"], want["typeConfig"]
	}
	for name, s := range d.shapes {
		d.keep(patch, held, name, s)
	}
	if d.sentTogether && has(patch, "type") && saysSame(patch["type"], held["type"]) {
		word, _ := held["type"].(string)
		if d.keep(patch, held, "typeConfig", d.variant(word).settings); !has(patch, "typeConfig") {
			delete(patch, "type")
		}
	}
	return patch
}

// keep merges a property of the patch with its held value, and drops it if nothing changes.
func (d *descriptor) keep(patch, held map[string]any, name string, s *shape) {
	before, there := held[name]
	if !has(patch, name) || !there {
		return
	}
	if patch[name] != nil {
		patch[name] = s.merge(patch[name], before)
	}
	if sameValue(patch[name], before) {
		delete(patch, name)
	}
}

// replacement returns the whole object for a PUT: all properties that can be sent, unchanged ones
// as they are held.
func (d *descriptor) replacement(held, patch map[string]any) map[string]any {
	whole := maps.Clone(patch)
	for name := range d.attributes {
		if value := held[name]; value != nil && !has(patch, name) {
			whole[name] = value
		}
	}
	return whole
}

// changes returns the properties that an update must send to turn is into want. A property that
// only is has becomes null.
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
