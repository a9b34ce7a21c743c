package probe

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
)

// sighting counts how a property was in answers.
type sighting struct {
	// value and null count where it was; lacked counts where it was not, though it was sent; absent
	// where nothing or null was sent.
	value, null, lacked, absent int
	// form says what is wrong with its value.
	form string
}

// sightings are sightings by our paths.
type sightings map[string]sighting

// see records which properties an object has. sent is what was sent of it, where that is known.
func (s *speech) see(seen sightings, object, sent map[string]any, path string) {
	for _, name := range s.below[path] {
		at := child(path, name)
		property, answered := s.kind.Object[at]
		if !answered {
			continue
		}
		one := seen[at]
		value, there := object[name]
		before, given := sent[name]
		_, left := s.dropped[at]
		switch {
		case there && value == nil:
			one.null++
		case there:
			one.value++
			if form := wrongForm(property, value); form != "" {
				one.form = form
			}
			s.seeInside(seen, value, before, s.inside(at, object))
		case given && before != nil && !left:
			one.lacked++
		default:
			one.absent++
		}
		seen[at] = one
		if inside := s.inside(at, object); inside != at && there {
			settings := seen[inside]
			settings.value++
			seen[inside] = settings
		}
	}
}

func (s *speech) seeInside(seen sightings, value, sent any, inside string) {
	switch value := value.(type) {
	case map[string]any:
		if len(s.below[inside]) > 0 {
			before, _ := sent.(map[string]any)
			s.see(seen, value, before, inside)
		}
	case []any:
		before, _ := sent.([]any)
		for i, one := range value {
			var same any
			if len(before) == len(value) {
				same = before[i]
			}
			s.seeInside(seen, one, same, inside)
		}
	}
}

// timeForm is the form of times in answers.
var timeForm = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$`)

// wrongForm says what is wrong with the form of a value; "" for nothing.
func wrongForm(property contract.Property, value any) string {
	if _, isList := value.([]any); isList != property.List {
		return "It is " + article(jsonType(value)) + "."
	}
	if property.List {
		return ""
	}
	if property.IsTime {
		if text, ok := value.(string); !ok || !timeForm.MatchString(text) {
			return "time"
		}
		return ""
	}
	types := property.Types
	if len(types) == 0 {
		return ""
	}
	is := jsonType(value)
	if is == "number" && slices.Contains(types, "integer") || slices.Contains(types, is) {
		return ""
	}
	return "It is " + article(is) + "."
}

// article is a type with its article.
func article(kind string) string {
	if kind == "object" || kind == "array" {
		return "an " + kind
	}
	return "a " + kind
}

func jsonType(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case json.Number, float64, int:
		return "number"
	case bool:
		return "boolean"
	case []any:
		return "array"
	default:
		return "object"
	}
}

// instant reads a time in any form that services use.
func instant(value any) (time.Time, bool) {
	switch value := value.(type) {
	case string:
		at, err := time.Parse(time.RFC3339, strings.ToUpper(value))
		return at.UTC(), err == nil
	case json.Number:
		n, err := value.Int64()
		switch {
		case err != nil:
			return time.Time{}, false
		case n > 1e11:
			return time.UnixMilli(n).UTC(), true
		default:
			return time.Unix(n, 0).UTC(), true
		}
	}
	return time.Time{}, false
}

// matches reports whether an answer has what was sent, at a path. What the answer has beyond that
// does not count; null and nothing are the same.
func (s *speech) matches(path string, sent, got any) bool {
	if s.isKnown(path) && s.known[path].IsTime && sent != nil {
		a, okA := instant(sent)
		b, okB := instant(got)
		if okA && okB {
			return a.Equal(b)
		}
	}
	switch sent := sent.(type) {
	case nil:
		return isVoid(got)
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			return len(sent) == 0 && got == nil
		}
		for name, value := range sent {
			at := child(path, name)
			if _, left := s.dropped[at]; left || s.isKnown(at) && s.never(at) {
				continue
			}
			if !s.matches(s.inside(at, sent), value, object[name]) {
				return false
			}
		}
		if len(s.below[path]) == 0 {
			return len(object) == len(sent) // A text by language that is gone is a difference.
		}
		return true
	case []any:
		list, ok := got.([]any)
		if !ok {
			return len(sent) == 0 && got == nil
		}
		if len(list) != len(sent) {
			return false
		}
		for i, one := range sent {
			if !s.matches(path, one, list[i]) {
				return false
			}
		}
		return true
	case json.Number:
		number, ok := got.(json.Number)
		if !ok {
			text, isText := got.(string)
			return isText && text == sent.String()
		}
		a, errA := sent.Float64()
		b, errB := number.Float64()
		return errA == nil && errB == nil && a == b
	case string:
		text, ok := got.(string)
		if !ok {
			return fmt.Sprint(got) == sent
		}
		return text == sent || rehosted(sent, text)
	default:
		return sent == got
	}
}

// rehosted reports whether both are addresses. A service may keep images and videos at its own.
func rehosted(sent, got string) bool {
	return strings.HasPrefix(sent, "https://") && strings.HasPrefix(got, "https://") &&
		!strings.Contains(got, "//example.com/")
}

// isVoid reports whether a value is null or empty.
func isVoid(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case map[string]any:
		return len(value) == 0
	case []any:
		return len(value) == 0
	default:
		return false
	}
}

// never reports whether no answer ever had a property.
func (s *speech) never(path string) bool {
	one, asked := s.read[path]
	return asked && one.value+one.null == 0 && one.lacked+one.absent > 0
}

// clone copies a JSON value.
func clone(value any) any {
	switch value := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(value))
		for name, one := range value {
			out[name] = clone(one)
		}
		return out
	case []any:
		out := make([]any, len(value))
		for i, one := range value {
			out[i] = clone(one)
		}
		return out
	default:
		return value
	}
}

// with returns an object with some properties replaced.
func with(object, changes map[string]any) map[string]any {
	out := maps.Clone(object)
	maps.Copy(out, changes)
	return out
}
