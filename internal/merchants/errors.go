package merchants

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"unicode"
)

var (
	// ErrKeyUnknown is the cause of every request made before the API key is known, as in a plan whose
	// key comes from another resource.
	ErrKeyUnknown = errors.New("the API key is not known yet")
	// ErrReadOnly is the cause when a client that only reads refuses a write.
	ErrReadOnly = errors.New("only reads are allowed")
	// ErrSnapshot is the cause when a client that reads a snapshot refuses a write.
	ErrSnapshot = errors.New("a snapshot cannot be changed")
	// ErrNotInSnapshot is the cause when something is read that no snapshot holds.
	ErrNotInSnapshot = errors.New("a snapshot contains only the objects of a merchant, not this")
	// ErrDigest is the cause when a write would send the digest of a secret in place of the secret.
	ErrDigest = errors.New("this is the digest that a snapshot holds in place of a secret, and not the secret")
	// ErrUntrusted is the cause when the certificate of the server, or of a proxy that inspects the
	// traffic, is not trusted.
	ErrUntrusted = errors.New("the certificate is not trusted")
)

// Error is the error type of all calls. If no response came, Status is 0 and Err says why.
// Otherwise Code and Message are the service's own words if the response had them, and Err may say
// what they mean here.
type Error struct {
	Method, Path string
	// Status is the HTTP status of the last response.
	Status int
	// Code is the service's error code, such as generic.invalid-request (documented), or "" when the
	// response was not an error of the API.
	Code string
	// Message is the service's message (documented), or a description of a response that was not the
	// API's.
	Message string
	// Attribute is the HCL attribute at fault, such as shopify_discount.value, or "" if the service
	// did not name one.
	Attribute string
	// RequestID is the service's id of the request, or ours if the service gave none.
	RequestID string
	// Attempts counts the attempts.
	Attempts int
	// Err is the cause when no response came, or adds to what the service said.
	Err error
	// unclear marks a write that may have been carried out.
	unclear bool
}

// Error returns one line without header values or bodies.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: ", e.Method, e.Path)
	switch {
	case e.Status == 0:
	case e.Code != "":
		fmt.Fprintf(&b, "%d %s: %s", e.Status, e.Code, e.Message)
	case e.Message != "":
		fmt.Fprintf(&b, "%d: %s", e.Status, e.Message)
	}
	if e.Err != nil {
		if e.Status != 0 && e.Message != "" {
			b.WriteString("; ")
		}
		b.WriteString(e.Err.Error())
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request %s)", e.RequestID)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " after %d attempts", e.Attempts)
	}
	return strings.Map(func(r rune) rune {
		if IsSteering(r) {
			return ' '
		}
		return r
	}, b.String())
}

// textLimit is the size in bytes above which text of the service is truncated.
const textLimit = 1 << 10

// Plain makes text of the service safe to show: on one line, without characters that steer a
// terminal or change its text direction, without the start of a pipeline command (:: or ##), and
// truncated at 1 KB.
func Plain(text string) string {
	var b strings.Builder
	var before rune
	for at, r := range strings.ToValidUTF8(text, "\uFFFD") {
		if at >= textLimit {
			b.WriteString("…")
			break
		}
		if IsSteering(r) {
			r = ' '
		}
		if r == before && (r == ':' || r == '#') {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		before = r
	}
	return b.String()
}

// IsSteering reports whether a terminal obeys a character instead of showing it: a control
// character, a format character (such as one that changes the text direction), or a line or
// paragraph separator.
func IsSteering(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }

func asError(err error) (*Error, bool) { return errors.AsType[*Error](err) }

// isUnclear reports whether a failed write may have been carried out.
func isUnclear(err error) bool {
	apiError, ok := asError(err)
	return ok && apiError.unclear
}

// MayHaveHappened reports whether err comes from a write that may have been carried out: there was
// no response, half a response, or a server error.
func MayHaveHappened(err error) bool { return isUnclear(err) }

// unclearError adds to an unclear error what is known of the object.
func unclearError(err, cause error) error {
	apiError, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	said := *apiError
	said.Err = cause
	if apiError.Err != nil {
		said.Err = fmt.Errorf("%w; %w", apiError.Err, cause)
	}
	return &said
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// fieldPath matches a message that begins with the JSON path of the property at fault (assumed).
var fieldPath = regexp.MustCompile(`^((?:[a-z][A-Za-z0-9]*)(?:\[\d+\])?(?:\.[A-Za-z][A-Za-z0-9]*(?:\[\d+\])?)*) ` +
	`(?:must|is|has|refers|needs|cannot|should) `)

// Field returns the JSON path of the property that the service found at fault, such as
// rewards[0].quantity, or "" when its message names none.
func (e *Error) Field() string {
	if match := fieldPath.FindStringSubmatch(e.Message); match != nil && e.Code != "" {
		return match[1]
	}
	return ""
}

// codeForm matches the codes of the API, such as generic.invalid-request (documented).
var codeForm = regexp.MustCompile(`^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$`)

// IsNotFound alone decides whether an object is gone: status 404 or 417 with the code of its own
// kind, such as perk.not-found, or status 404 with a code of no kind, such as generic.not-found. A
// proxy's 404 does not count, whether a page or JSON. Neither does a missing merchant or other
// object on the way, nor another error of the object. The codes are assumed.
func IsNotFound(err error) bool {
	apiError, ok := errors.AsType[*Error](err)
	if !ok || !codeForm.MatchString(apiError.Code) {
		return false
	}
	of, notFound := strings.CutSuffix(apiError.Code, ".not-found")
	switch apiError.Status {
	case http.StatusNotFound:
		return notFound && of == apiError.noun() || strings.HasPrefix(apiError.Code, "generic.")
	case http.StatusExpectationFailed:
		return notFound && of == apiError.noun()
	default:
		return false
	}
}

// noun returns the API's word for an object of the requested collection.
func (e *Error) noun() string {
	if d := described(e.Path); d != nil {
		return d.noun
	}
	return ""
}

// IsInUse reports whether the service refused a deletion because other objects refer to the object
// (assumed code).
func IsInUse(err error) bool {
	apiError, ok := errors.AsType[*Error](err)
	return ok && strings.HasSuffix(apiError.Code, ".in-use")
}

// IsAlreadyExists reports whether the service refused a key that another object has (assumed code).
func IsAlreadyExists(err error) bool {
	apiError, ok := errors.AsType[*Error](err)
	return ok && strings.HasSuffix(apiError.Code, ".already-exists")
}

// IsInvalidState reports whether the service refused a request because of the object's status
// (assumed code).
func IsInvalidState(err error) bool {
	apiError, ok := errors.AsType[*Error](err)
	return ok && strings.HasSuffix(apiError.Code, ".invalid-state")
}

// readError fills an Error from an error response. A response that is not JSON with a code or a
// message is described, not quoted in full. Redact before truncating: half a key would not match.
func (e *Error) readError(header http.Header, body []byte, redact func(string) string) {
	var answer struct {
		Code    string          `json:"code"`
		Message json.RawMessage `json:"message"`
	}
	if unmarshal(body, &answer) == nil && (answer.Code != "" || len(answer.Message) > 0) {
		e.Code = Plain(redact(answer.Code))
		e.Message = Plain(redact(messageText(answer.Message)))
		return
	}
	e.Message = describeBody(redact(header.Get("Content-Type")), []byte(redact(string(body))))
}

// messageText reads a message that is a string or, as validation frameworks send it, a list of
// strings.
func messageText(raw json.RawMessage) string {
	var list []string
	if unmarshal(raw, &list) == nil {
		return strings.Join(list, "; ")
	}
	text, err := scalar(raw)
	if err != nil {
		return string(raw)
	}
	return text
}

// describeBody describes a response that is not the API's: its type and its first printable
// characters.
func describeBody(contentType string, body []byte) string {
	if contentType == "" {
		contentType = "unknown type"
	}
	if len(body) == 0 {
		return "an empty answer"
	}
	// Replace with a blank; deleting could rejoin a split key.
	excerpt := Plain(strings.ToValidUTF8(string(body[:min(len(body), 120)]), " "))
	return fmt.Sprintf("an answer of %s that is not the API's: %s",
		Plain(contentType), strings.Join(strings.Fields(excerpt), " "))
}
