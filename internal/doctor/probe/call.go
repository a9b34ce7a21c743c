package probe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
)

// callTries is how often a request is sent whose failures may pass.
const callTries = 6

// errUnreached says that the service did not answer. The check that asked is not reached.
var errUnreached = errors.New("not reached")

// reply is an answer of the service.
type reply struct {
	status int
	header http.Header
	// body is the decoded body; nil if it is empty or not JSON.
	body any
	// empty says that the body is empty.
	empty bool
	// repeated says that the request was sent more than once.
	repeated bool
	refusal  refusal
}

func (r reply) ok() bool { return r.status/100 == 2 }

// noRoute reports whether the path or the method does not exist. An object that exists was asked
// for, or none.
func (r reply) noRoute() bool {
	return r.status == http.StatusMethodNotAllowed || r.status == http.StatusNotFound && r.refusal.code == "" ||
		r.status == http.StatusNotImplemented
}

// isGone reports whether the service says that there is no such object.
func (r reply) isGone() bool {
	return r.status == http.StatusNotFound || r.status == http.StatusGone ||
		strings.HasSuffix(r.refusal.code, "not-found")
}

// refused reports whether the service understood the request and refused it.
func (r reply) refused() bool {
	return r.status/100 == 4 && !r.noRoute() && r.status != http.StatusUnauthorized && r.status != http.StatusForbidden
}

// call sends a request. It repeats it after failures that may pass, unless it could make a second
// object. A write is not interrupted, because its outcome would be unknown.
func (p *prober) call(ctx context.Context, method, path string, query url.Values, in any) (reply, error) {
	var said string
	for attempt := 1; ; attempt++ {
		if err := ctx.Err(); err != nil {
			return reply{}, err
		}
		sending := ctx
		if method != http.MethodGet {
			sending = context.WithoutCancel(ctx)
		}
		p.result.Requests++
		answer, err := p.client.Call(sending, method, path, query, in)
		passing := true
		switch {
		case err != nil:
			said = "No answer came."
		case answer.Status >= http.StatusInternalServerError && answer.Status != http.StatusNotImplemented:
			said = fmt.Sprintf("The service answered %d.", answer.Status)
		case answer.Status == http.StatusTooManyRequests || answer.Status == http.StatusRequestTimeout:
			said = fmt.Sprintf("The service answered %d.", answer.Status)
			passing = false // It was not carried out.
		default:
			r := reply{status: answer.Status, header: answer.Header, repeated: attempt > 1, empty: len(answer.Body) == 0}
			r.body = decodeBody(answer.Body)
			if r.body == nil && !r.empty && r.ok() {
				said = "The answer is not JSON."
				break
			}
			if !r.ok() {
				r.refusal = p.refusalOf(r)
			}
			return r, nil
		}
		if passing && method == http.MethodPost || attempt == callTries {
			return reply{}, fmt.Errorf("%w: %s", errUnreached, said)
		}
		if err := p.wait(ctx, attempt); err != nil {
			return reply{}, err
		}
	}
}

// unreached returns what the service did in place of an answer, if that is what an error says.
func unreached(err error) (said string, is bool) {
	if !errors.Is(err, errUnreached) {
		return "", false
	}
	return strings.TrimPrefix(err.Error(), errUnreached.Error()+": "), true
}

// decodeBody decodes JSON, with numbers as they are written.
func decodeBody(body []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return nil
	}
	return value
}

// reason is why a request was refused.
type reason string

const (
	unknownName reason = "unknown name"
	neededName  reason = "needed"
	wrongChoice reason = "choice"
	wrongType   reason = "type"
	otherReason reason = ""
)

// refusal is what an error says.
type refusal struct {
	code     string
	messages []string
	// at is the path of the property at fault, in the service's names; "" if the error names none.
	at      string
	why     reason
	choices []string
	// wanted is the JSON type that the service wants.
	wanted string
	// formal says that the body has code and message as in the contract.
	formal bool
	// leads says that the message begins with the path.
	leads bool
}

// refusalOf reads an error.
func (p *prober) refusalOf(r reply) refusal {
	var out refusal
	object, _ := r.body.(map[string]any)
	if nested, ok := object["error"].(map[string]any); ok {
		object = nested
	}
	code, _ := object["code"].(string)
	message, isText := object["message"].(string)
	if contract.IsErrorCode(code) && len(code) <= 60 && !p.private[code] {
		out.code = code
	}
	out.formal = code != "" && isText
	if message != "" {
		out.messages = append(out.messages, message)
	}
	for _, name := range []string{"message", "messages", "errors", "details"} {
		list, _ := object[name].([]any)
		for _, one := range list {
			switch one := one.(type) {
			case string:
				out.messages = append(out.messages, one)
			case map[string]any:
				text, _ := one["message"].(string)
				for _, where := range []string{"path", "property", "field"} {
					if at, ok := one[where].(string); ok && !strings.HasPrefix(text, at) {
						text = at + " " + text
					}
				}
				out.messages = append(out.messages, text)
			}
		}
	}
	if len(out.messages) > 0 {
		out.read(out.messages[0])
	}
	return out
}

// pathForm is the form of a path of a property.
var pathForm = regexp.MustCompile(`^[A-Za-z_][\w$-]*(\[\d+\]|\.\d+)*(\.[A-Za-z_$][\w$-]*(\[\d+\]|\.\d+)*)*$`)

var (
	dottedIndex = regexp.MustCompile(`\.(\d+)`)
	choicesForm = regexp.MustCompile(
		`(?i)(?:one of|any of|either)(?: the following(?: values)?)?:?\s+(.+)$`)
	wordForm = regexp.MustCompile(`^[A-Za-z][\w-]{0,39}$`)
)

// phrases tell the reasons apart, in this order.
var phrases = []struct {
	why   reason
	texts []string
}{
	{unknownName, []string{
		"not a property", "should not exist", "unknown propert", "unknown field", "unrecognized", "unexpected propert",
		"not a known", "is not allowed", "additional propert", "is not permitted", "does not exist on",
	}},
	{neededName, []string{
		"is required", "required property", "should not be empty", "is missing",
		"not provided", "must be given",
	}},
	{wrongChoice, []string{"one of", "any of", "either ", "not a valid enum"}},
	{wrongType, []string{"must be a", "must be an", "should be a", "expected a", "is not a"}},
}

// read reads a message.
func (r *refusal) read(message string) {
	lower := strings.ToLower(message)
	for _, phrase := range phrases {
		if slices.ContainsFunc(phrase.texts, func(text string) bool { return strings.Contains(lower, text) }) {
			r.why = phrase.why
			break
		}
	}
	text := message
	for _, article := range []string{"The ", "the ", "property ", "Property ", "field ", "Field "} {
		text = strings.TrimPrefix(text, article)
	}
	first, _, _ := strings.Cut(text, " ")
	first = strings.Trim(first, "\"'`:,")
	if pathForm.MatchString(first) && !isSentence(first) {
		r.at = dottedIndex.ReplaceAllString(first, "[$1]")
		r.leads = strings.HasPrefix(message, first)
	}
	if match := choicesForm.FindStringSubmatch(message); match != nil {
		for _, word := range strings.FieldsFunc(strings.TrimSuffix(match[1], "."),
			func(r rune) bool { return r == ',' || r == '|' }) {
			word = strings.Trim(strings.TrimPrefix(strings.TrimSpace(word), "or "), "\"'` ")
			if wordForm.MatchString(word) {
				r.choices = append(r.choices, word)
			}
		}
	}
	for _, kind := range []struct{ name, text string }{
		{"number", "number"},
		{"number", "integer"},
		{"boolean", "boolean"},
		{"array", "array"},
		{"array", "list"},
		{"object", "object"},
		{"string", "string"},
	} {
		if strings.Contains(lower, "a "+kind.text) || strings.Contains(lower, "an "+kind.text) {
			r.wanted = kind.name
			break
		}
	}
}

// isSentence reports whether the first word of a message is the beginning of a sentence rather than
// a path.
func isSentence(word string) bool {
	return unicode.IsUpper(rune(word[0])) && slices.Contains([]string{
		"A", "An", "The", "Cannot", "There", "This", "No", "Not", "Invalid", "Bad", "Validation", "Missing", "Parameter",
		"Content-Type", "Too", "Unknown", "Unexpected",
	}, word)
}
