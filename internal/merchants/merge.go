package merchants

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/big"
	"slices"
	"strings"
)

// The service replaces a nested value whole (assumed). So an update that changes one step sends all of them, and with them must go what
// this package does not model: it is taken from the object as it was read. What was not changed is sent as it was read, too, so that a
// number stays a number.

// shape tells the parts of a nested value that this package models. A nil shape is a value that is sent whole.
type shape struct {
	// nested are the properties that have a shape of their own.
	nested map[string]*shape
	// matches find, one after the other, which element of a list that is held an element that is sent continues. One that continues none is
	// sent as it is.
	matches []match
}

type match func(sent, held element) bool

// element is one element of a list and where it stands.
type element struct {
	at    int
	value any
}

// property returns a property of the element below its names, nil when there is none.
func (e element) property(names ...string) any {
	value := e.value
	for _, name := range names {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

// merge returns what is sent, with what is held where sent says nothing of it or says the same. An object with another type is another variant,
// which keeps nothing.
func (s *shape) merge(sent, held any) any {
	if s == nil {
		return asHeld(sent, held)
	}
	switch sent := sent.(type) {
	case map[string]any:
		held, ok := held.(map[string]any)
		if _, typed := sent["type"]; !ok || typed && !saysSame(sent["type"], held["type"]) {
			return sent
		}
		merged := maps.Clone(held)
		for name, value := range sent {
			if _, there := held[name]; !there && value == nil {
				continue
			}
			merged[name] = s.nested[name].merge(value, held[name])
		}
		return merged
	case []any:
		held, _ := held.([]any)
		return s.mergeList(sent, held)
	default:
		return sent
	}
}

func (s *shape) mergeList(sent, held []any) []any {
	merged := slices.Clone(sent)
	matched, taken := make([]bool, len(sent)), make([]bool, len(held))
	for _, continues := range s.matches {
		for i := range sent {
			for j := range held {
				if !matched[i] && !taken[j] && continues(element{i, sent[i]}, element{j, held[j]}) {
					merged[i], matched[i], taken[j] = s.merge(sent[i], held[j]), true, true
				}
			}
		}
	}
	return merged
}

// sameContent matches elements of which everything that is sent is held already.
func sameContent(s *shape) match {
	return func(sent, held element) bool { return sameValue(s.merge(sent.value, held.value), held.value) }
}

// sameProperty matches elements by one property, which both have.
func sameProperty(names ...string) match {
	return func(sent, held element) bool {
		value := sent.property(names...)
		return value != nil && saysSame(value, held.property(names...))
	}
}

// samePosition matches elements that stand at the same place.
func samePosition(sent, held element) bool { return sent.at == held.at }

// both matches elements that two matches agree on.
func both(a, b match) match {
	return func(sent, held element) bool { return a(sent, held) && b(sent, held) }
}

// asHeld returns a value as it is held when it says the same as the one that is sent.
func asHeld(sent, held any) any {
	if saysSame(sent, held) {
		return held
	}
	return sent
}

// saysSame compares a value that is sent with one that is held. This package sends as text what the service may hold as a number, a boolean or
// something else.
func saysSame(sent, held any) bool {
	if sameValue(sent, held) {
		return true
	}
	switch sent := sent.(type) {
	case string:
		if _, alsoText := held.(string); alsoText || held == nil {
			return false
		}
		value, err := decodeValue([]byte(sent))
		return err == nil && sameValue(value, held)
	case json.Number:
		held, ok := held.(json.Number)
		if !ok {
			return false
		}
		a, problemA := sent.Float64()
		b, problemB := held.Float64()
		return problemA == nil && problemB == nil && a == b
	default:
		return false
	}
}

// SameJSON reports whether two JSON texts are one value. The order of keys, white space and how a number is written do not matter; a number
// is compared in full.
func SameJSON(a, b []byte) bool {
	left, problemLeft := decodeValue(a)
	right, problemRight := decodeValue(b)
	if problemLeft != nil || problemRight != nil {
		return bytes.Equal(a, b)
	}
	return sameValue(left, right)
}

// decodeValue decodes one JSON value and keeps its numbers as they are written.
func decodeValue(data []byte) (any, error) {
	if !json.Valid(data) {
		return nil, errNotJSON
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	err := decoder.Decode(&value)
	return value, err
}

func sameValue(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, sameValue)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, sameValue)
	case json.Number:
		b, ok := b.(json.Number)
		return ok && decimal(a) == decimal(b)
	default:
		switch b.(type) {
		case map[string]any, []any:
			return false
		}
		return a == b
	}
}

// decimal writes a number with its digits and exponent alone, so that two of one value are equal. It does not calculate the number, because
// 1e999999999 would take all memory.
func decimal(number json.Number) string {
	text, sign := strings.ToLower(string(number)), ""
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		text, sign = rest, "-"
	}
	mantissa, written, _ := strings.Cut(text, "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	exponent := new(big.Int)
	if written != "" {
		exponent.SetString(written, 10)
	}
	digits := strings.TrimLeft(whole+fraction, "0")
	significant := strings.TrimRight(digits, "0")
	if significant == "" {
		return "0"
	}
	exponent.Add(exponent, big.NewInt(int64(len(digits)-len(significant)-len(fraction))))
	return sign + significant + "e" + exponent.String()
}
