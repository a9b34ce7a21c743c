package merchants

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/big"
	"slices"
	"strings"
)

// The service replaces a nested value as a whole (assumed). So an update that changes one step must
// send all steps, including what this package does not model, which is taken from the object as it
// was read. Unchanged values are also sent as they were read, so that a number stays a number.

// shape describes the parts of a nested value that this package models. A value with a nil shape is
// sent as it is.
type shape struct {
	// nested are the properties with a shape of their own.
	nested map[string]*shape
	// matches pair the sent elements of a list with the held elements that they continue, tried in
	// order. A sent element without a pair is sent as it is.
	matches []match
}

type match func(sent, held element) bool

// element is one element of a list and its position.
type element struct {
	at    int
	value any
}

// property returns the value at a path of names below the element, or nil.
func (e element) property(names ...string) any {
	value := e.value
	for _, name := range names {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

// merge returns what to send: sent, completed by what only held has, and with held values where
// both say the same. An object with another type is another variant and keeps nothing.
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

// sameContent matches elements if held already contains everything in sent.
func sameContent(s *shape) match {
	return func(sent, held element) bool { return sameValue(s.merge(sent.value, held.value), held.value) }
}

// sameProperty matches elements by one property that both have.
func sameProperty(names ...string) match {
	return func(sent, held element) bool {
		value := sent.property(names...)
		return value != nil && saysSame(value, held.property(names...))
	}
}

// samePosition matches elements at the same position.
func samePosition(sent, held element) bool { return sent.at == held.at }

// both matches elements that satisfy two matches.
func both(a, b match) match {
	return func(sent, held element) bool { return a(sent, held) && b(sent, held) }
}

// asHeld returns the held value if it says the same as the sent one, and else the sent value.
func asHeld(sent, held any) any {
	if saysSame(sent, held) {
		return held
	}
	return sent
}

// saysSame compares a sent value with a held one. This package sends text where the service may
// hold a number, a boolean or something else.
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

// SameJSON reports whether two JSON texts have the same value. Key order, white space and the
// notation of numbers do not matter. Numbers are compared at full precision.
func SameJSON(a, b []byte) bool {
	left, problemLeft := decodeValue(a)
	right, problemRight := decodeValue(b)
	if problemLeft != nil || problemRight != nil {
		return bytes.Equal(a, b)
	}
	return sameValue(left, right)
}

// decodeValue decodes one JSON value. Numbers keep their notation, as json.Number.
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

// decimal writes a number as its digits and exponent, so that equal numbers give equal texts. It
// does not compute the number, because 1e999999999 would take all memory.
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
