package doctor

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// ofErrors is the kind in the subject of an assumption about errors.
const ofErrors = "error"

// codeForm is the form of the code of an error.
var codeForm = regexp.MustCompile(`^[A-Za-z][A-Za-z-]*([._][A-Za-z-]+)*$`)

// isErrorCode reports whether a text can be the code of an error, and no text of a merchant.
func isErrorCode(text string) bool { return codeForm.MatchString(text) }

// assumptions lists all that the contract assumes, without verdicts: first what holds for the API
// as a whole, then each kind, then the calls outside the kinds.
func (c *contract) assumptions() []Finding {
	l := &assumptionList{}
	l.add(Subject{Part: Route}, "assumed", "All paths begin with /%s.", c.version())
	l.add(Subject{Part: Parameter, Property: "Authorization"}, markOf(c.scheme().Extensions),
		"A request carries the key as a bearer token in the header Authorization.")
	l.add(Subject{Part: Answer}, "assumed", "The body of an answer is the object itself, without an envelope.")
	for _, k := range c.kinds {
		l.addKind(k)
	}
	for _, call := range c.calls() {
		l.addRoute(call.noun, call.operation)
		l.addRequest(call.noun, call.operation, call.request)
		l.addAnswer(call.noun, call.name, thing(call.noun), call.answer)
		l.addWords(call.noun, call.answer)
	}
	l.addErrors(c)
	return l.found
}

// version is the first segment of all paths.
func (c *contract) version() string {
	first, _, _ := strings.Cut(strings.Trim(c.kinds[0].path, "/"), "/")
	return first
}

// scheme is how a request shows its key.
func (c *contract) scheme() *securityScheme {
	for _, scheme := range c.document.Components.SecuritySchemes {
		return scheme
	}
	return &securityScheme{}
}

// call is an operation outside the kinds.
type call struct {
	noun string
	operation
}

// calls are the operations outside the kinds, by path.
func (c *contract) calls() []call {
	var found []call
	for path, item := range c.document.Paths {
		if slices.ContainsFunc(c.kinds, func(k *kind) bool { return path == k.path || strings.HasPrefix(path, k.path+"/") }) {
			continue
		}
		segments := strings.Split(strings.Trim(path, "/"), "/")
		for method, described := range item.Operations {
			noun := strings.TrimSuffix(segments[min(1, len(segments)-1)], "s")
			found = append(found, call{noun, operationOf(segments[len(segments)-1], method, path, described)})
		}
	}
	slices.SortFunc(found, func(a, b call) int { return strings.Compare(a.path+" "+a.method, b.path+" "+b.method) })
	return found
}

// operationNames are the operations of a kind in the order of a life.
func (k *kind) operationNames() []string {
	names := []string{"list", "create", "read", "update", "delete"}
	for _, name := range slices.Sorted(maps.Keys(k.operations)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// words returns the properties with words, by their paths: the words of an enum, and the types that
// have settings of their own.
func (p properties) words() map[string]wordList {
	found := map[string]wordList{}
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
		if typed, there := p[typeOf]; there && !found[typeOf].closed {
			found[typeOf] = found[typeOf].with(path[at+1:], typed.evidence, false)
		}
	}
	return found
}

// wordList is the words of one property. closed says that there are no others.
type wordList struct {
	words    []string
	evidence string
	closed   bool
}

func (l wordList) with(word, evidence string, closed bool) wordList {
	if !slices.Contains(l.words, word) {
		l.words = append(slices.Clone(l.words), word)
	}
	l.evidence, l.closed = cmp.Or(l.evidence, evidence), l.closed || closed
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

func (l *assumptionList) addKind(k *kind) {
	noun := thing(k.noun)
	list := k.operations["list"]
	l.add(Subject{Kind: k.noun, Part: Route}, list.evidence, "The collection of every %s is %s.", noun, k.path)
	for _, name := range k.operationNames() {
		o := k.operations[name]
		l.addRoute(k.noun, o)
		switch name {
		case "list":
			l.addPage(k)
		case "create":
			l.addRequest(k.noun, o, k.create)
		case "update":
			l.addRequest(k.noun, o, k.update)
		}
		s := Subject{Kind: k.noun, Operation: name, Part: Answer}
		switch {
		case name == "list":
		case o.answer == nil:
			l.add(s, o.evidence, "%s of a %s answers %s and no body.", title(name), noun, o.status)
		default:
			l.add(s, o.evidence, "%s of a %s answers %s and the whole object.", title(name), noun, o.status)
		}
	}
	l.addAnswer(k.noun, "", "A "+noun, k.object)
	l.addAnswer(k.noun, "list", "In a list, a "+noun, k.object)
	l.addWords(k.noun, k.known())
}

// addRoute adds an operation and its parameters.
func (l *assumptionList) addRoute(noun string, o operation) {
	l.add(Subject{Kind: noun, Operation: o.name, Part: Route}, o.evidence, "There is %s %s.", o.method, o.path)
	for _, parameter := range o.described.Parameters {
		if parameter.In == "query" {
			l.add(Subject{Kind: noun, Operation: o.name, Part: Parameter, Property: parameter.Name},
				markOf(parameter.Extensions), "%s %s takes the parameter %s.", o.method, o.path, parameter.Name)
		}
	}
	l.add(Subject{Kind: noun, Operation: o.name, Part: Parameter}, o.evidence,
		"%s %s needs no other parameter.", o.method, o.path)
}

func (l *assumptionList) addPage(k *kind) {
	for _, name := range slices.Sorted(maps.Keys(k.page)) {
		what := "has " + name + ", " + typeText(k.page[name].schema)
		if name == k.rows {
			what = "has its rows in " + name
		}
		l.add(Subject{Kind: k.noun, Operation: "list", Part: Page, Property: name},
			k.page[name].evidence, "A page of the list of every %s %s.", thing(k.noun), what)
	}
}

func (l *assumptionList) addRequest(noun string, o operation, sent properties) {
	if len(sent) == 0 {
		return
	}
	for _, path := range slices.Sorted(maps.Keys(sent)) {
		l.add(Subject{Kind: noun, Operation: o.name, Part: Request, Property: path}, sent[path].evidence,
			"%s of a %s takes %s: %s.", title(o.name), thing(noun), path, sent[path].text())
	}
	l.add(Subject{Kind: noun, Operation: o.name, Part: Request}, o.evidence,
		"%s of a %s needs nothing else.", title(o.name), thing(noun))
}

func (l *assumptionList) addAnswer(noun, operation, subject string, object properties) {
	for _, path := range slices.Sorted(maps.Keys(object)) {
		l.add(Subject{Kind: noun, Operation: operation, Part: Answer, Property: path}, object[path].evidence,
			"%s has %s: %s.", title(subject), path, object[path].text())
	}
}

func (l *assumptionList) addWords(noun string, all properties) {
	words := all.words()
	for _, path := range slices.Sorted(maps.Keys(words)) {
		for _, word := range words[path].words {
			l.add(Subject{Kind: noun, Part: Words, Property: path, Word: word}, words[path].evidence,
				"%s of a %s has the word %s.", path, thing(noun), word)
		}
		if words[path].closed {
			l.add(Subject{Kind: noun, Part: Words, Property: path}, words[path].evidence,
				"%s of a %s has no other word.", path, thing(noun))
		}
	}
}

// addErrors adds the form of an error and the statuses of errors.
func (l *assumptionList) addErrors(c *contract) {
	form, statuses := c.errors()
	l.addAnswer(ofErrors, "", "An error", form)
	for _, status := range statuses {
		l.add(Subject{Kind: ofErrors, Part: Words, Property: "status", Word: status}, "assumed",
			"An error can have the status %s.", statusText(status))
	}
}

// errors returns the properties of errors and their statuses.
func (c *contract) errors() (form properties, statuses []string) {
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
	form, statuses = properties{}, slices.Sorted(maps.Keys(answers))
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
func (p property) text() string {
	text := typeText(p.schema)
	if p.list {
		text = "list of " + text
	}
	if p.nullable && text != "null" {
		text += " or null"
	}
	return text
}

// typeTexts are the JSON types in the words of people.
var typeTexts = map[string]string{
	"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "object": "object",
	"array": "list",
}

// typeName is a JSON type in the words of people; "" for null.
func typeName(of string) string { return typeTexts[of] }

func typeText(s *schema) string {
	var texts []string
	for _, one := range s.Type {
		if text := typeName(one); text != "" {
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

// thing is a noun as people write it.
func thing(noun string) string { return strings.ReplaceAll(noun, "-", " ") }

// title begins a sentence.
func title(text string) string {
	return strings.ToUpper(text[:1]) + text[1:]
}

func markOf(extensions map[string]any) string {
	mark, _ := extensions["x-evidence"].(string)
	return mark
}
