package merchants

import "encoding/json"

// Field is one property of a request body. The zero Field is absent and is left out when its json tag has omitzero; the others are an
// explicit null and a value, which may be empty.
type Field[T any] struct {
	state fieldState
	value T
	// merged is the JSON of the value with what the service holds beside it, when that is to be sent.
	merged string
}

type fieldState uint8

const (
	fieldAbsent fieldState = iota
	fieldNull
	fieldValue
)

// Value returns a Field that is sent with this value.
func Value[T any](value T) Field[T] { return Field[T]{state: fieldValue, value: value} }

// Null returns a Field that is sent as null, which clears the property.
func Null[T any]() Field[T] { return Field[T]{state: fieldNull} }

// Change returns what an update has to send to get from prior to next: nothing when they are equal as JSON, null when next is absent but prior
// had a value, else next.
func Change[T any](prior, next Field[T]) Field[T] {
	switch {
	case prior.state == next.state && prior.sameAs(next):
		return Field[T]{}
	case next.state != fieldAbsent:
		return next
	case prior.state == fieldValue:
		return Null[T]()
	default:
		return Field[T]{}
	}
}

// IsZero reports whether the Field is absent.
func (f Field[T]) IsZero() bool { return f.state == fieldAbsent }

// Get returns the value and whether there is one.
func (f Field[T]) Get() (T, bool) { return f.value, f.state == fieldValue }

func (f Field[T]) sameAs(other Field[T]) bool {
	a, problemA := json.Marshal(f)
	b, problemB := json.Marshal(other)
	return problemA == nil && problemB == nil && SameJSON(a, b)
}

// over returns the Field with what is held of this name in an object as it was read, and an absent one when that leaves nothing to change.
func (f Field[T]) over(object json.RawMessage, name string, s *shape) Field[T] {
	var properties map[string]json.RawMessage
	encoded, err := json.Marshal(f)
	if f.state != fieldValue || err != nil || unmarshal(object, &properties) != nil {
		return f
	}
	sent, problemSent := decodeValue(encoded)
	held, problemHeld := decodeValue(properties[name])
	if problemSent != nil || problemHeld != nil {
		return f
	}
	merged := s.merge(sent, held)
	if sameValue(merged, held) {
		return Field[T]{}
	}
	if encoded, err = json.Marshal(merged); err == nil {
		f.merged = string(encoded)
	}
	return f
}

// MarshalJSON encodes the value, or null for a null or absent Field.
func (f Field[T]) MarshalJSON() ([]byte, error) {
	if f.state != fieldValue {
		return []byte("null"), nil
	}
	if f.merged != "" {
		return []byte(f.merged), nil
	}
	return json.Marshal(f.value)
}
