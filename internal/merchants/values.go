package merchants

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// ID is the id of an object: a UUID v4 as far as observed, treated as an opaque string. A response
// may also carry it as a number.
type ID string

// UnmarshalJSON accepts a string or a number.
func (id *ID) UnmarshalJSON(data []byte) error {
	text, err := scalar(data)
	if err != nil {
		return fmt.Errorf("id: %w", err)
	}
	*id = ID(text)
	return nil
}

// idLimit is the most bytes of an id.
const idLimit = 128

// check refuses what cannot be an id, because ids go into paths, into the state and into commands
// that users are told to run.
func (id ID) check() error {
	odd := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("/\\?#%\"'`$<>|&;*:", r) }
	switch {
	case id == "":
		return errors.New("it has no id")
	case len(id) > idLimit || strings.ContainsFunc(string(id), odd) || strings.Trim(string(id), ".") == "":
		return fmt.Errorf("%s is not an id", Plain(strconv.Quote(string(id))))
	default:
		return nil
	}
}

// names reports whether two ids name the same object. The case of a UUID does not matter (RFC 9562,
// section 4).
func (id ID) names(other ID) bool {
	return id == other || uuid.Validate(string(id)) == nil && strings.EqualFold(string(id), string(other))
}

// Localized maps language codes, such as en or pt-BR, to texts (observed in Cohort's SDKs with
// two-letter codes). An empty text means none.
type Localized map[string]string

// Languages are the language codes of Cohort's user interfaces (observed in cohort-embed-js). The
// service may have added others.
var Languages = []string{
	"ar", "cs", "de", "el", "en", "es", "fa", "fr", "id", "it", "ja", "ko", "nl", "pl", "pt", "ru", "tr", "uk", "vi", "zh",
}

// Name is a name. The sources show it both as a string and as a localized object. Of an object, the
// English text is taken, or else the first by language code.
type Name string

// UnmarshalJSON accepts a string, a localized object, or null.
func (n *Name) UnmarshalJSON(data []byte) error {
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '{' {
		var localized Localized
		if err := unmarshal(data, &localized); err != nil {
			return fmt.Errorf("name: %w", err)
		}
		*n = Name(localized.first())
		return nil
	}
	text, err := scalar(data)
	if err != nil {
		return fmt.Errorf("name: %w", err)
	}
	*n = Name(text)
	return nil
}

func (l Localized) first() string {
	if text, ok := l["en"]; ok {
		return text
	}
	languages := make([]string, 0, len(l))
	for language := range l {
		languages = append(languages, language)
	}
	if len(languages) == 0 {
		return ""
	}
	return l[slices.Min(languages)]
}

// scalar returns a JSON string, number or boolean as text, and null as "".
func scalar(data []byte) (string, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return "", err
	}
	switch value := value.(type) {
	case nil:
		return "", nil
	case string:
		return value, nil
	case json.Number:
		return value.String(), nil
	case bool:
		return fmt.Sprint(value), nil
	default:
		return "", errors.New("expected a string, got an object or a list")
	}
}

// variant is the shape of every union of the API: a type and its settings, which are null for a
// type without any (observed in cohort-campaign-diffusion-js).
type variant struct {
	Type       string          `json:"type"`
	TypeConfig json.RawMessage `json:"typeConfig"`
}

// settings decodes the settings of a variant into one of its Go types; null leaves the target
// unchanged.
func (v variant) settings(into any) error {
	if len(v.TypeConfig) == 0 {
		return nil
	}
	if err := unmarshal(v.TypeConfig, into); err != nil {
		return fmt.Errorf("typeConfig of type %q: %w", v.Type, err)
	}
	return nil
}

func newVariant(name string, settings any) ([]byte, error) {
	return json.Marshal(struct {
		Type       string `json:"type"`
		TypeConfig any    `json:"typeConfig"`
	}{name, settings})
}
