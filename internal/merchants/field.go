package merchants

import "encoding/json"

// Field is one property of a request body: absent, null or a value, which may be empty. The zero
// Field is absent; its json tag needs omitzero to leave it out.
type Field[T any] struct {
	state fieldState
	value T
}

type fieldState uint8

const (
	fieldAbsent fieldState = iota
	fieldNull
	fieldValue
)

// Value returns a Field that sends this value.
func Value[T any](value T) Field[T] { return Field[T]{state: fieldValue, value: value} }

// Null returns a Field that sends null, which clears the property.
func Null[T any]() Field[T] { return Field[T]{state: fieldNull} }

// IsZero reports whether the Field is absent.
func (f Field[T]) IsZero() bool { return f.state == fieldAbsent }

// Get returns the value, and whether there is one.
func (f Field[T]) Get() (T, bool) { return f.value, f.state == fieldValue }

// MarshalJSON encodes the value, or null for a null or absent Field.
func (f Field[T]) MarshalJSON() ([]byte, error) {
	if f.state != fieldValue {
		return []byte("null"), nil
	}
	return json.Marshal(f.value)
}
