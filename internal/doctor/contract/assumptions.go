package contract

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Errors is the kind in the [Subject] of an assumption about errors.
const Errors = "error"

// codeForm is the form of the code of an error.
var codeForm = regexp.MustCompile(`^[A-Za-z][A-Za-z-]*([._][A-Za-z-]+)*$`)

// IsErrorCode reports whether a text can be the code of an error, and no text of a merchant.
func IsErrorCode(text string) bool { return codeForm.MatchString(text) }

// Assumptions lists all that the contract assumes, without verdicts: first what holds for the API
// as a whole, then each kind, then the calls outside the kinds.
func (c *Contract) Assumptions() []Finding {
	l := &assumptionList{}
	l.add(Subject{Part: Route}, "assumed", "All paths begin with /%s.", c.Version())
	l.add(Subject{Part: Parameter, Property: "Authorization"}, markOf(c.scheme().Extensions),
		"A request carries the key as a bearer token in the header Authorization.")
	l.add(Subject{Part: Answer}, "assumed", "The body of an answer is the object itself, without an envelope.")
	for _, k := range c.Kinds {
		l.addKind(k)
	}
	for _, call := range c.Calls() {
		l.addRoute(call.Noun, call.Operation)
		l.addRequest(call.Noun, call.Operation, call.Request)
		l.addAnswer(call.Noun, call.Name, Thing(call.Noun), call.Answer)
		l.addWords(call.Noun, call.Answer)
	}
	l.addErrors(c)
	return l.found
}

// Version is the first segment of all paths.
func (c *Contract) Version() string {
	first, _, _ := strings.Cut(strings.Trim(c.Kinds[0].Path, "/"), "/")
	return first
}

// scheme is how a request shows its key.
func (c *Contract) scheme() *securityScheme {
	for _, scheme := range c.document.Components.SecuritySchemes {
		return scheme
	}
	return &securityScheme{}
}

// Call is an operation outside the kinds.
type Call struct {
	// Noun names what it is about, such as user.
	Noun string
	Operation
}

// Calls are the operations outside the kinds, by path.
func (c *Contract) Calls() []Call {
	var found []Call
	for path, item := range c.document.Paths {
		if slices.ContainsFunc(c.Kinds, func(k *Kind) bool { return path == k.Path || strings.HasPrefix(path, k.Path+"/") }) {
			continue
		}
		segments := strings.Split(strings.Trim(path, "/"), "/")
		for method, described := range item.Operations {
			noun := strings.TrimSuffix(segments[min(1, len(segments)-1)], "s")
			found = append(found, Call{noun, operationOf(segments[len(segments)-1], method, path, described)})
		}
	}
	slices.SortFunc(found, func(a, b Call) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
	return found
}

// OperationNames are the operations of a kind in the order of a life.
func (k *Kind) OperationNames() []string {
	names := []string{"list", "create", "read", "update", "delete"}
	for _, name := range slices.Sorted(maps.Keys(k.Operations)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// Words returns the properties with words, by their paths: the words of an enum, and the types that
// have settings of their own.
func (p Properties) Words() map[string]WordList {
	found := map[string]WordList{}
	paths := slices.Sorted(maps.Keys(p))
	for _, path := range paths {
		for _, word := range p[path].schema.Enum {
			if text, isText := word.(string); isText {
				found[path] = found[path].with(text, p[path].evidence, true)
			}
		}
	}
	for _, path := range paths {
		at := strings.LastIndex(path, ":")
		if at < 0 || strings.Contains(path[at:], ".") {
			continue
		}
		typeOf := strings.TrimSuffix(path[:at], "typeConfig") + "type"
		if typed, there := p[typeOf]; there && !found[typeOf].Closed {
			found[typeOf] = found[typeOf].with(path[at+1:], typed.evidence, false)
		}
	}
	return found
}

// WordList is the words of one property. Closed says that there are no others.
type WordList struct {
	Words    []string
	evidence string
	Closed   bool
}

func (l WordList) with(word, evidence string, closed bool) WordList {
	if !slices.Contains(l.Words, word) {
		l.Words = append(slices.Clone(l.Words), word)
	}
	l.evidence, l.Closed = cmp.Or(l.evidence, evidence), l.Closed || closed
	return l
}

// assumptionList collects assumptions.
type assumptionList struct {
	found []Finding
}

func (l *assumptionList) add(s Subject, evidence, sentence string, args ...any) {
	l.found = append(l.found, Finding{
		ID: s.String(), Subject: s, Assumed: fmt.Sprintf(sentence, args...), Evidence: cmp.Or(evidence, "assumed"),
	})
}

func (l *assumptionList) addKind(k *Kind) {
	noun := Thing(k.Noun)
	list := k.Operations["list"]
	l.add(Subject{Kind: k.Noun, Part: Route}, list.evidence, "The collection of every %s is %s.", noun, k.Path)
	for _, name := range k.OperationNames() {
		o := k.Operations[name]
		l.addRoute(k.Noun, o)
		switch name {
		case "list":
			l.addPage(k)
		case "create":
			l.addRequest(k.Noun, o, k.Create)
		case "update":
			l.addRequest(k.Noun, o, k.Update)
		}
		s := Subject{Kind: k.Noun, Operation: name, Part: Answer}
		switch {
		case name == "list":
		case o.Answer == nil:
			l.add(s, o.evidence, "%s of a %s answers %s and no body.", title(name), noun, o.Status)
		default:
			l.add(s, o.evidence, "%s of a %s answers %s and the whole object.", title(name), noun, o.Status)
		}
	}
	l.addAnswer(k.Noun, "", "A "+noun, k.Object)
	l.addAnswer(k.Noun, "list", "In a list, a "+noun, k.Object)
	l.addWords(k.Noun, k.Known())
}

// addRoute adds an operation and its parameters.
func (l *assumptionList) addRoute(noun string, o Operation) {
	l.add(Subject{Kind: noun, Operation: o.Name, Part: Route}, o.evidence, "There is %s %s.", o.Method, o.Path)
	for _, parameter := range o.described.Parameters {
		if parameter.In == "query" {
			l.add(Subject{Kind: noun, Operation: o.Name, Part: Parameter, Property: parameter.Name},
				markOf(parameter.Extensions), "%s %s takes the parameter %s.", o.Method, o.Path, parameter.Name)
		}
	}
	l.add(Subject{Kind: noun, Operation: o.Name, Part: Parameter}, o.evidence,
		"%s %s needs no other parameter.", o.Method, o.Path)
}

func (l *assumptionList) addPage(k *Kind) {
	for _, name := range slices.Sorted(maps.Keys(k.Page)) {
		what := "has " + name + ", " + typeText(k.Page[name].schema)
		if name == k.Rows {
			what = "has its rows in " + name
		}
		l.add(Subject{Kind: k.Noun, Operation: "list", Part: Page, Property: name},
			k.Page[name].evidence, "A page of the list of every %s %s.", Thing(k.Noun), what)
	}
}

func (l *assumptionList) addRequest(noun string, o Operation, sent Properties) {
	if len(sent) == 0 {
		return
	}
	for _, path := range slices.Sorted(maps.Keys(sent)) {
		l.add(Subject{Kind: noun, Operation: o.Name, Part: Request, Property: path}, sent[path].evidence,
			"%s of a %s takes %s: %s.", title(o.Name), Thing(noun), path, sent[path].text())
	}
	l.add(Subject{Kind: noun, Operation: o.Name, Part: Request}, o.evidence,
		"%s of a %s needs nothing else.", title(o.Name), Thing(noun))
}

func (l *assumptionList) addAnswer(noun, operation, subject string, object Properties) {
	for _, path := range slices.Sorted(maps.Keys(object)) {
		l.add(Subject{Kind: noun, Operation: operation, Part: Answer, Property: path}, object[path].evidence,
			"%s has %s: %s.", title(subject), path, object[path].text())
	}
}

func (l *assumptionList) addWords(noun string, all Properties) {
	words := all.Words()
	for _, path := range slices.Sorted(maps.Keys(words)) {
		for _, word := range words[path].Words {
			l.add(Subject{Kind: noun, Part: Words, Property: path, Word: word}, words[path].evidence,
				"%s of a %s has the word %s.", path, Thing(noun), word)
		}
		if words[path].Closed {
			l.add(Subject{Kind: noun, Part: Words, Property: path}, words[path].evidence,
				"%s of a %s has no other word.", path, Thing(noun))
		}
	}
}

// addErrors adds the form of an error and the statuses of errors.
func (l *assumptionList) addErrors(c *Contract) {
	form, statuses := c.ErrorForm()
	l.addAnswer(Errors, "", "An error", form)
	for _, status := range statuses {
		l.add(Subject{Kind: Errors, Part: Words, Property: "status", Word: status}, "assumed",
			"An error can have the status %s.", statusText(status))
	}
}

// ErrorForm returns the properties of errors and their statuses.
func (c *Contract) ErrorForm() (form Properties, statuses []string) {
	answers := map[string]*response{}
	for _, item := range c.document.Paths {
		for _, o := range item.Operations {
			for status, answer := range o.Responses {
				if !strings.HasPrefix(status, "2") {
					answers[status] = answer
				}
			}
		}
	}
	form, statuses = Properties{}, slices.Sorted(maps.Keys(answers))
	for _, status := range statuses {
		maps.Copy(form, propertiesOf(jsonSchema(answers[status].Content)))
	}
	return form, statuses
}

// statusText is a status with its meaning.
func statusText(status string) string {
	var number int
	if _, err := fmt.Sscanf(status, "%d", &number); err != nil || http.StatusText(number) == "" {
		return status
	}
	return status + " " + http.StatusText(number)
}

// text says what a property holds.
func (p Property) text() string {
	text := typeText(p.schema)
	if p.List {
		text = "list of " + text
	}
	if p.Nullable && text != "null" {
		text += " or null"
	}
	return text
}

// typeTexts are the JSON types in the words of people.
var typeTexts = map[string]string{
	"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "object": "object",
	"array": "list",
}

// TypeName is a JSON type in the words of people; "" for null.
func TypeName(of string) string { return typeTexts[of] }

func typeText(s *schema) string {
	var texts []string
	for _, one := range s.Type {
		if text := TypeName(one); text != "" {
			texts = append(texts, text)
		}
	}
	switch {
	case len(texts) > 0:
		return strings.Join(texts, " or ")
	case s.Type.is("null"):
		return "null"
	case len(s.AnyOf) > 0:
		return typeText(s.AnyOf[0].Value)
	default:
		return "anything"
	}
}

// Thing is a noun as people write it: digital asset for digital-asset.
func Thing(noun string) string { return strings.ReplaceAll(noun, "-", " ") }

// title begins a sentence.
func title(text string) string {
	return strings.ToUpper(text[:1]) + text[1:]
}

func markOf(extensions map[string]any) string {
	mark, _ := extensions["x-evidence"].(string)
	return mark
}
