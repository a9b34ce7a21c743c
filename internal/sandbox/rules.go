package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The rules for every kind. The rules of one kind are in its own file.

// create makes an object. Here and below, the caller holds the lock of the store.
func (m *merchant) create(k *kind, body values, w writing) (*object, error) {
	fields, err := whole("", body, k.fields)
	if err != nil {
		return nil, err
	}
	if w.normalize {
		fields = normalized(k, fields)
	}
	if err := m.accept(k, fields, nil); err != nil {
		return nil, err
	}
	maps.Copy(fields, w.extra)
	fields["id"] = m.newID()
	fields["createdAt"] = w.now.UTC().Format(timeForm)
	fields["updatedAt"] = fields["createdAt"]
	if k.published != "" {
		fields["status"] = draft // documented: an object is a draft until it is published.
	}
	o := &object{kind: k, fields: fields}
	return o, m.put(o, w.encode())
}

// update changes an object and reports whether anything differs now.
func (m *merchant) update(o *object, body values, w writing) (*object, bool, error) {
	// assumed.
	if o.status() == archived {
		return nil, false, refuse(o.kind.code+".invalid-state", "The %s is archived; unarchive it to edit it.", o.kind.noun)
	}
	fields, err := changed(o.fields, body, o.kind.fields)
	if err != nil {
		return nil, false, err
	}
	if w.normalize {
		fields = normalized(o.kind, fields)
	}
	if err := m.accept(o.kind, fields, o.fields); err != nil {
		return nil, false, err
	}
	if o.status() != "" && o.status() != draft {
		for _, name := range o.kind.frozen {
			if !equal(fields[name], o.fields[name]) {
				return nil, false, refuse(o.kind.code+".invalid-state", "%s cannot be changed after publishing", name)
			}
		}
		// assumed: a published object stays complete.
		if err := o.kind.complete(fields); err != nil {
			return nil, false, err
		}
	}
	maps.Copy(fields, w.extra)
	if equal(fields, o.fields) {
		return o, false, nil
	}
	fields["updatedAt"] = w.now.UTC().Format(timeForm)
	next := &object{kind: o.kind, number: o.number, fields: fields, before: o.before}
	return next, true, m.put(next, w.encode())
}

// accept applies the rules for an object in any status.
func (m *merchant) accept(k *kind, fields, stored values) error {
	if k.shape != nil {
		if err := k.shape(k, m, fields, stored); err != nil {
			return err
		}
	}
	if k.rules != nil {
		if err := k.rules(fields); err != nil {
			return err
		}
	}
	// assumed: reference ids are unique within a kind, slugs among campaigns. Archived objects count.
	if k.unique != "" && !m.store.lax.shared {
		if owner := m.unique[k][k.key(fields)]; owner != "" && owner != stringOf(fields["id"]) {
			return refuse(k.code+".already-exists", "A %s with the %s %q exists already.", k.noun, k.unique, k.key(fields))
		}
	}
	return m.resolve(k, fields, func(field string) bool { return stored == nil || !equal(fields[field], stored[field]) })
}

// formed checks that a complete object, including what the service sets, has the form that the
// rules rely on.
func (m *merchant) formed(k *kind, fields values) (values, error) {
	out := maps.Clone(fields)
	for _, name := range []string{"id", "createdAt", "updatedAt"} {
		if stringOf(out[name]) == "" {
			return nil, invalid(name, "is required")
		}
	}
	if k.published != "" && !slices.Contains(k.statuses(), stringOf(out["status"])) {
		return nil, invalid("status", "must be one of %s", strings.Join(k.statuses(), ", "))
	}
	for _, f := range k.fields {
		v, there := out[f.name]
		switch {
		case !there:
			return nil, invalid(f.name, "is required")
		case v == nil && f.nullable:
			continue
		}
		checked, err := f.check(f.name, v)
		if err != nil {
			return nil, err
		}
		out[f.name] = checked
	}
	if k.shape == nil {
		return out, nil
	}
	return out, k.shape(k, m, out, fields)
}

// resolve requires that every referenced object exists in the same merchant. assumed.
func (m *merchant) resolve(k *kind, fields values, check func(field string) bool) error {
	if k.references == nil {
		return nil
	}
	for _, r := range k.references(fields) {
		if !check(r.field) || m.exists(r) {
			continue
		}
		return refuse("generic.invalid-reference", "%s refers to no %s %q", r.path, kindByPath(r.to).noun, r.id)
	}
	return nil
}

func (m *merchant) exists(r reference) bool {
	if r.to == userProperties.path {
		return slices.Contains(coreProperties, r.id) || m.unique[userProperties][r.id] != ""
	}
	o := m.objects[r.id]
	return o != nil && o.kind.path == r.to
}

// delete removes an object for good. documented for digital assets, whose page says "All deletions
// are permanent".
func (m *merchant) delete(o *object) error {
	// assumed: an object that users may have joined or received must be archived first.
	switch {
	case o.kind == campaigns && (o.status() == published || o.status() == ended),
		o.kind == perks && o.status() == live:
		return refuse(o.kind.code+".invalid-state", "The %s is %s; archive it to delete it.", o.kind.noun, o.status())
	}
	// assumed: an object in use cannot be deleted. References from archived objects do not count.
	for _, k := range kinds {
		if k.references == nil || m.store.lax.inUse {
			continue
		}
		for _, user := range m.order[k] {
			if user.status() == archived || user.id() == o.id() {
				continue
			}
			for _, r := range k.references(user.fields) {
				if r.to == o.kind.path && (r.id == o.id() || o.kind == userProperties && r.id == o.kind.key(o.fields)) {
					return refuse(o.kind.code+".in-use", "The %s is used by %s %q.", o.kind.noun, k.noun, user.name())
				}
			}
		}
	}
	return m.remove(o)
}

// transition moves an object along its life cycle. documented: draft, published or live, ended,
// archived; archiving a perk is reversible. assumed: the requests, and that a campaign can come
// back from the archive too.
func (m *merchant) transition(o *object, action string, w writing) (*object, error) {
	k, status := o.kind, o.status()
	var to string
	before := o.before
	switch {
	case action == "publish" && status == draft:
		if err := k.complete(o.fields); err != nil {
			return nil, err
		}
		if k.publishable != nil {
			if err := k.publishable(m, o.fields); err != nil {
				return nil, err
			}
		}
		to = k.published
	case action == "end" && status == published:
		to = ended
	case action == "archive" && status != archived:
		to, before = archived, status
	case action == "unarchive" && status == archived:
		if err := m.resolve(k, o.fields, func(string) bool { return true }); err != nil {
			return nil, err
		}
		to, before = before, ""
	default:
		return nil, refuse(k.code+".invalid-state", "Cannot %s a %s that is %s.", action, k.noun, status)
	}
	fields := maps.Clone(o.fields)
	fields["status"] = to
	fields["updatedAt"] = w.now.UTC().Format(timeForm)
	next := &object{kind: k, number: o.number, fields: fields, before: before}
	return next, m.put(next, w.encode())
}

// writing is the context of a write beyond its body.
type writing struct {
	now       time.Time
	normalize bool
	extra     values // properties that only a dialect has
}

func (w writing) encode() func(any) []byte {
	if w.normalize {
		return encodeBackwards
	}
	return encode
}

func notFound(k *kind, id string) error {
	return &refusal{http.StatusNotFound, k.code + ".not-found", fmt.Sprintf("There is no %s %q.", k.noun, id)}
}

// free makes a value that the service chooses unique: "summer", "summer-2", "summer-3".
func (m *merchant) free(k *kind, fields values, wanted, separator string) string {
	for n := 1; ; n++ {
		value := wanted
		if n > 1 {
			value += separator + strconv.Itoa(n)
		}
		owner := m.unique[k][value]
		taken := owner != "" && owner != stringOf(fields["id"])
		if !taken && (k.path != "user-properties" || !slices.Contains(coreProperties, value)) {
			return value
		}
	}
}

// derive turns a title into a slug or a reference id: no accents, lower case, separators for
// everything else.
func derive(title, separator, fallback string) string {
	var words []string
	var word strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(title)) + " " {
		switch {
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			word.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		case word.Len() > 0:
			words = append(words, word.String())
			word.Reset()
		}
	}
	if len(words) == 0 {
		return fallback
	}
	return strings.Join(words, separator)
}

// firstText returns the text of the first language that has one, in alphabetical order.
func firstText(texts values) string {
	for _, code := range sortedKeys(texts) {
		if s := stringOf(texts[code]); s != "" {
			return s
		}
	}
	return ""
}

// number reads a JSON number, and returns 0 for any other value.
func number(v any) float64 {
	switch n := v.(type) {
	case float64:
		return n
	case json.Number:
		f, err := n.Float64()
		if err != nil {
			return 0
		}
		return f
	}
	return 0
}
