package merchants

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// ErrUnusableAnswer is the cause when a 2xx response is not what was requested: cut off, not JSON,
// of another form, without an id, or about another object.
var ErrUnusableAnswer = errors.New("the service's answer cannot be used")

// answerOptions say how responses are decoded. Names match exactly, and duplicate names are an
// error. Invalid UTF-8 becomes replacement characters.
var answerOptions = json.JoinOptions(json.DefaultOptionsV2(), jsontext.AllowInvalidUTF8(true))

// unmarshal decodes JSON of the service by the rules of encoding/json/v2.
func unmarshal(data []byte, into any) error { return json.Unmarshal(data, into, answerOptions) }

// decode reads the body of a 2xx response. The error distinguishes an empty body, a page of a proxy
// or a login portal, a value of another type, and a body that is cut off or not JSON.
func decode(body []byte, into any) error {
	err := unmarshal(body, into)
	if err == nil {
		return nil
	}
	otherType, isOtherType := errors.AsType[*json.SemanticError](err)
	switch {
	case len(body) == 0:
		return fmt.Errorf("%w: it is empty", ErrUnusableAnswer)
	case bytes.HasPrefix(body, []byte("<")):
		return fmt.Errorf("%w: it is a web page, such as a proxy or a login portal sends; check the address of the API",
			ErrUnusableAnswer)
	case isOtherType && otherType.JSONPointer == "":
		return fmt.Errorf("%w: it is of another type than expected", ErrUnusableAnswer)
	case isOtherType:
		where := strings.ReplaceAll(string(otherType.JSONPointer[1:]), "/", ".")
		return fmt.Errorf("%w: %s is of another type than expected", ErrUnusableAnswer, where)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: it is cut off", ErrUnusableAnswer)
	default:
		return fmt.Errorf("%w: it is not JSON: %w", ErrUnusableAnswer, err)
	}
}

// DecodeSettings decodes settings, which a draft may lack, by the rules for responses. Its error
// names the place, never a value: settings may hold a secret.
func DecodeSettings(settings []byte, into any) error {
	if len(settings) == 0 {
		return nil
	}
	err := unmarshal(settings, into)
	wrong, ok := errors.AsType[*json.SemanticError](err)
	switch {
	case ok && wrong.JSONPointer == "":
		return errors.New("they have the wrong type")
	case ok:
		return fmt.Errorf("%q has the wrong type",
			strings.ReplaceAll(strings.TrimPrefix(string(wrong.JSONPointer), "/"), "/", "."))
	case err != nil:
		return errors.New("they are not valid JSON, or repeat a name")
	default:
		return nil
	}
}
