package merchants

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
)

// Mode is one of an organization's two merchants. Each has its own data and settings, and an id of
// one means nothing in the other (documented: https://docs.getcohort.com/admin/test-mode).
type Mode string

// The two merchants of an organization.
const (
	ModeTest Mode = "test"
	ModeLive Mode = "live"
)

// Key is an API key. Every way of formatting it gives a redacted form, such as live_***a1b2. The
// last four characters are a fingerprint, by which people can tell keys apart. The zero Key is an
// unknown key.
type Key struct {
	// secret is a pointer, because fmt ignores a Formatter in an unexported field or for a bad verb.
	// It then prints the fields by reflection, and prints only the address of a pointer.
	secret *string
}

// ParseKey checks a key without using the network: it must begin with test_ or live_ and be
// printable ASCII without blanks. Surrounding white space is dropped. The error never contains the
// key.
func ParseKey(text string) (Key, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Key{}, errors.New("the API key is empty")
	}
	for _, r := range text {
		switch {
		case r == ' ' || r == '\t' || r == '\n' || r == '\r':
			return Key{}, errors.New("the API key has a blank or a line break inside; paste it again as one word")
		case r < '!' || r > '~':
			return Key{}, errors.New("the API key has a character that is not printable ASCII; paste it again")
		}
	}
	for _, mode := range []Mode{ModeTest, ModeLive} {
		prefix := string(mode) + "_"
		if strings.HasPrefix(text, prefix) && len(text) > len(prefix) {
			return Key{secret: &text}, nil
		}
	}
	return Key{}, errors.New(`the API key begins with neither "test_" nor "live_"`)
}

// Mode returns the merchant that the key's prefix names, or "" for the zero Key.
func (k Key) Mode() Mode {
	prefix, _, _ := strings.Cut(k.reveal(), "_")
	return Mode(prefix)
}

// IsZero reports whether the key is unknown.
func (k Key) IsZero() bool { return k.secret == nil }

// reveal returns the key itself. It may go into a request and nowhere else.
func (k Key) reveal() string {
	if k.secret == nil {
		return ""
	}
	return *k.secret
}

// Redact replaces the key wherever it occurs in text from elsewhere.
func (k Key) Redact(text string) string {
	if k.IsZero() {
		return text
	}
	return strings.ReplaceAll(text, k.reveal(), k.String())
}

// secretsOf returns the texts of a request body that no message of the service may repeat: settings
// that may hold a secret. Texts of one or two characters are left out, because replacing them would
// make the message unreadable.
func secretsOf(in any) []string {
	holder, ok := in.(interface{ secretSettings() []json.RawMessage })
	if !ok {
		return nil
	}
	var secrets []string
	for _, settings := range holder.secretSettings() {
		value, err := decodeValue(settings)
		if err == nil {
			secrets = appendTexts(secrets, value)
		}
	}
	// The longest first, because one may be part of another.
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	return secrets
}

// formsOf returns a text as it is, as a JSON string, and as a JSON string inside another one,
// because the service may quote what it was sent. The longest form comes first.
func formsOf(value string) []string {
	forms := []string{value}
	for text := value; len(forms) < 5; {
		for _, html := range []bool{true, false} {
			var encoded bytes.Buffer
			encoder := json.NewEncoder(&encoded)
			encoder.SetEscapeHTML(html)
			if encoder.Encode(text) != nil {
				return forms
			}
			forms = append(forms, strings.Trim(encoded.String(), "\"\n"))
		}
		text = forms[len(forms)-1]
	}
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(forms)
}

func appendTexts(texts []string, value any) []string {
	switch value := value.(type) {
	case map[string]any:
		for _, nested := range value {
			texts = appendTexts(texts, nested)
		}
	case []any:
		for _, nested := range value {
			texts = appendTexts(texts, nested)
		}
	case string:
		if len(value) > 2 {
			texts = append(texts, value)
		}
	case json.Number:
		if len(value) > 2 {
			texts = append(texts, value.String())
		}
	}
	return texts
}

// String returns the redacted form.
func (k Key) String() string {
	if k.IsZero() {
		return ""
	}
	sum := sha256.Sum256([]byte(k.reveal()))
	return string(k.Mode()) + "_***" + hex.EncodeToString(sum[:2])
}

// Format writes the redacted form for every verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.String()) }

// MarshalText returns the redacted form.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// LogValue returns the redacted form.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }
