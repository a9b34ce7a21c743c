package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A refusal is the error answered to a request that the service does not carry out.
type refusal struct {
	status  int
	code    string
	message string
}

func (r *refusal) Error() string { return r.code + ": " + r.message }

// invalid refuses a property. documented: status 417 and the code. assumed: the message begins with
// the JSON path.
func invalid(path, format string, args ...any) error {
	message := fmt.Sprintf(format, args...)
	if path != "" {
		message = path + " " + message
	}
	return &refusal{http.StatusExpectationFailed, "generic.invalid-request", message}
}

func refuse(code, format string, args ...any) error {
	return &refusal{http.StatusExpectationFailed, code, fmt.Sprintf(format, args...)}
}

// values is a decoded object in its wire form. A stored one is never changed in place.
type values = map[string]any

// A check refuses a value of the wrong form, and returns a valid one in its stored form.
type check func(path string, v any) (any, error)

// A field is one property of an object.
type field struct {
	name     string
	check    check
	required bool // must be present and not null
	nullable bool // null is allowed, and is the default
	fixed    bool // never editable
	absent   any  // the default; null in an update resets to it
}

func required(name string, c check) field { return field{name: name, check: c, required: true} }
func fixed(name string, c check) field {
	return field{name: name, check: c, required: true, fixed: true}
}
func nullable(name string, c check) field { return field{name: name, check: c, nullable: true} }
func optional(name string, c check, absent any) field {
	return field{name: name, check: c, absent: absent}
}

// whole checks a complete object: the body of a create, or a nested object. Missing properties get
// their defaults.
func whole(path string, body values, fields []field) (values, error) {
	if err := onlyKnown(path, body, fields); err != nil {
		return nil, err
	}
	out := make(values, len(fields))
	for _, f := range fields {
		v, given := body[f.name]
		switch {
		case !given && f.required:
			return nil, invalid(join(path, f.name), "is required")
		case !given:
			out[f.name] = f.absent
			continue
		case v == nil && f.nullable:
			out[f.name] = nil
			continue
		}
		checked, err := f.check(join(path, f.name), v)
		if err != nil {
			return nil, err
		}
		out[f.name] = checked
	}
	return out, nil
}

// changed checks the body of an update and returns the stored object with the changes. assumed:
// null clears a property, and a nested value is replaced as a whole.
func changed(stored, body values, fields []field) (values, error) {
	if err := onlyKnown("", body, fields); err != nil {
		return nil, err
	}
	out := maps.Clone(stored)
	for _, f := range fields {
		v, given := body[f.name]
		switch {
		case !given:
			continue
		case v == nil && f.required:
			return nil, invalid(f.name, "must not be null")
		case v == nil:
			out[f.name] = f.absent
			continue
		}
		checked, err := f.check(f.name, v)
		if err != nil {
			return nil, err
		}
		// documented for campaigns and user properties, assumed for lists and segments.
		if f.fixed && !equal(checked, stored[f.name]) {
			return nil, invalid(f.name, "cannot be changed")
		}
		out[f.name] = checked
	}
	return out, nil
}

func onlyKnown(path string, body values, fields []field) error {
	for _, name := range sortedKeys(body) {
		if !slices.ContainsFunc(fields, func(f field) bool { return f.name == name }) {
			return invalid(join(path, name), "is not a property that can be set")
		}
	}
	return nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// nested checks a nested object.
func nested(fields ...field) check {
	return func(path string, v any) (any, error) {
		body, ok := v.(values)
		if !ok {
			return nil, invalid(path, "must be an object")
		}
		return whole(path, body, fields)
	}
}

// variant checks a pattern of the service: a type, and a typeConfig whose form depends on it.
// observed.
func variant(settings map[string]check) check {
	types := sortedKeys(settings)
	return func(path string, v any) (any, error) {
		body, ok := v.(values)
		if !ok {
			return nil, invalid(path, "must be an object")
		}
		out, err := whole(path, body, []field{required("type", oneOf(types...)), nullable("typeConfig", anyObject)})
		if err != nil {
			return nil, err
		}
		config := out["typeConfig"]
		if config == nil {
			config = values{}
		}
		out["typeConfig"], err = settings[out["type"].(string)](join(path, "typeConfig"), config)
		return out, err
	}
}

func listOf(item check) check {
	return func(path string, v any) (any, error) {
		items, ok := v.([]any)
		if !ok {
			return nil, invalid(path, "must be a list")
		}
		out := make([]any, len(items))
		for i, item0 := range items {
			checked, err := item(fmt.Sprintf("%s[%d]", path, i), item0)
			if err != nil {
				return nil, err
			}
			out[i] = checked
		}
		return out, nil
	}
}

func text(path string, v any) (any, error) {
	s, ok := v.(string)
	if !ok {
		return nil, invalid(path, "must be a string")
	}
	if strings.TrimSpace(s) == "" {
		return nil, invalid(path, "must not be blank")
	}
	return s, nil
}

func oneOf(allowed ...string) check {
	return func(path string, v any) (any, error) {
		s, ok := v.(string)
		if !ok || !slices.Contains(allowed, s) {
			return nil, invalid(path, "must be one of %s", strings.Join(allowed, ", "))
		}
		return s, nil
	}
}

func matching(pattern *regexp.Regexp, meaning string) check {
	return func(path string, v any) (any, error) {
		s, ok := v.(string)
		if !ok || !pattern.MatchString(s) {
			return nil, invalid(path, "must be %s", meaning)
		}
		return s, nil
	}
}

var language = regexp.MustCompile(`^[a-z]{2}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$`)

// localized checks a text in several languages. observed: an object from two-letter lower-case
// codes to texts. assumed: codes with a script or a region (pt-BR).
func localized(path string, v any) (any, error) {
	texts, ok := v.(values)
	if !ok {
		return nil, invalid(path, "must be an object from language to text")
	}
	for _, code := range sortedKeys(texts) {
		if !language.MatchString(code) {
			return nil, invalid(join(path, code), "is not a language code")
		}
		if _, ok := texts[code].(string); !ok {
			return nil, invalid(join(path, code), "must be a string")
		}
	}
	return texts, nil
}

func webURL(path string, v any) (any, error) {
	s, _ := v.(string)
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, invalid(path, "must be an http or https URL")
	}
	return s, nil
}

// timeForm is the service's format for times. observed: ISO 8601 in UTC with milliseconds and Z.
const timeForm = "2006-01-02T15:04:05.000Z"

// rfc3339 is stricter than Go's parser, which also accepts a decimal comma and single digits.
var rfc3339 = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$`)

// moment accepts any RFC 3339 time (assumed) and stores it in the service's own form.
func moment(path string, v any) (any, error) {
	s, _ := v.(string)
	at, err := time.Parse(time.RFC3339, strings.ToUpper(s))
	if err != nil || !rfc3339.MatchString(s) {
		return nil, invalid(path, "must be a time such as 2027-06-01T00:00:00Z")
	}
	return at.UTC().Format(timeForm), nil
}

func positive(path string, v any) (any, error) {
	if n, ok := integer(v); ok && n >= 1 {
		return n, nil
	}
	return nil, invalid(path, "must be a positive integer")
}

func notNegative(path string, v any) (any, error) {
	if n, ok := integer(v); ok && n >= 0 {
		return n, nil
	}
	return nil, invalid(path, "must be an integer of at least 0")
}

// integer reads a whole number. JSON also allows 1e3 and 10.0.
func integer(v any) (int64, bool) {
	switch n := v.(type) {
	case int64:
		return n, true
	case json.Number:
		f, err := n.Float64()
		if err != nil || f != math.Trunc(f) || math.Abs(f) >= 1<<53 {
			return 0, false
		}
		return int64(f), true
	}
	return 0, false
}

func scalar(path string, v any) (any, error) {
	switch v.(type) {
	case string, bool, json.Number:
		return v, nil
	}
	return nil, invalid(path, "must be a string, a number or a boolean")
}

func anyObject(path string, v any) (any, error) {
	if _, ok := v.(values); !ok {
		return nil, invalid(path, "must be an object")
	}
	return v, nil
}

// languages requires the same languages for all texts of an object. documented. A text without any
// language counts as left out; an empty string counts as missing.
func languages(texts map[string]any) error {
	used := map[string]string{} // language → a text that has it
	for _, path := range sortedKeys(texts) {
		for code, s := range given(texts[path]) {
			if _, known := used[code]; !known && s != "" {
				used[code] = path
			}
		}
	}
	for _, path := range sortedKeys(texts) {
		has := given(texts[path])
		if len(has) == 0 {
			continue
		}
		for _, code := range sortedKeys(used) {
			if s, _ := has[code].(string); s == "" {
				return invalid(path, "lacks language %q, which %s has", code, used[code])
			}
		}
	}
	return nil
}

func given(text any) values {
	texts, _ := text.(values)
	return texts
}

// hasText reports whether a localized text exists in at least one language.
func hasText(text any) bool {
	for _, s := range given(text) {
		if s != "" {
			return true
		}
	}
	return false
}
