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

// ErrUnusableAnswer is the cause when a successful answer is not what was asked for: cut off, not JSON, of another form, without an id, or
// about another object.
var ErrUnusableAnswer = errors.New("the service's answer cannot be used")

// answerOptions tell how answers are read. Names match exactly and stand once; text that is not UTF-8 is read with replacement characters.
var answerOptions = json.JoinOptions(json.DefaultOptionsV2(), jsontext.AllowInvalidUTF8(true))

// unmarshal decodes JSON that the service sent, by the rules of encoding/json/v2.
func unmarshal(data []byte, into any) error { return json.Unmarshal(data, into, answerOptions) }

// decode reads a successful answer. The error tells a page of a proxy or a login portal, a value of another type, and what is no JSON apart.
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
		return fmt.Errorf("%w: it is a web page, such as a proxy or a login portal sends; check the address of the API", ErrUnusableAnswer)
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

// DecodeSettings decodes settings that a draft may lack, as answers are decoded. Its error tells where, and never a value: settings may hold a
// secret.
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
		return fmt.Errorf("%q has the wrong type", strings.ReplaceAll(strings.TrimPrefix(string(wrong.JSONPointer), "/"), "/", "."))
	case err != nil:
		return errors.New("they are no JSON that has each name once")
	default:
		return nil
	}
}
