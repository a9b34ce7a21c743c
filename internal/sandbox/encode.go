package sandbox

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
)

// decode reads one JSON object and keeps its numbers as written.
func decode(data []byte) (values, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var out any
	if err := decoder.Decode(&out); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is data after the object")
	}
	object, ok := out.(values)
	if !ok {
		return nil, errors.New("it is not an object")
	}
	return object, nil
}

// encode writes a decoded value as the service does, without escaping HTML.
func encode(v any) []byte {
	var buffer bytes.Buffer
	writeJSON(&buffer, v, false)
	return buffer.Bytes()
}

// encodeBackwards writes the keys of each object in the opposite order.
func encodeBackwards(v any) []byte {
	var buffer bytes.Buffer
	writeJSON(&buffer, v, true)
	return buffer.Bytes()
}

func writeJSON(w *bytes.Buffer, v any, backwards bool) {
	switch v := v.(type) {
	case values:
		keys := sortedKeys(v)
		if backwards {
			slices.Reverse(keys)
		}
		w.WriteByte('{')
		for i, key := range keys {
			if i > 0 {
				w.WriteByte(',')
			}
			writeJSON(w, key, backwards)
			w.WriteByte(':')
			writeJSON(w, v[key], backwards)
		}
		w.WriteByte('}')
	case []any:
		w.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				w.WriteByte(',')
			}
			writeJSON(w, item, backwards)
		}
		w.WriteByte(']')
	default:
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(v); err != nil { // Impossible: every value here came from the decoder.
			w.WriteString("null")
			return
		}
		w.Truncate(w.Len() - 1) // The line feed that Encode adds.
	}
}

func equal(a, b any) bool { return bytes.Equal(encode(a), encode(b)) }

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}
