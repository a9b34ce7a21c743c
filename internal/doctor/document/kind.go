package document

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/likeness"
)

// compareKind compares the operations of a kind, and what they send and answer.
func (r *comparison) compareKind(k *contract.Kind) {
	m := r.kinds[k.Noun]
	if m == nil {
		r.missedBelow(k.Noun, "", "The path of the kind is not known.")
		return
	}
	r.matchOperations(k, m)
	contexts := r.compareAnswers(k, m)
	for name, sent := range map[string]contract.Properties{"create": k.Create, "update": k.Update} {
		if one, there := m.routes[name]; there {
			if read := r.compareRequest(k.Noun, k.Operations[name], one, sent); read != nil {
				contexts = append(contexts, read)
			}
		}
	}
	r.compareWords(k, m, contexts)
}

// matchOperations finds our operations among theirs, and compares their parameters.
func (r *comparison) matchOperations(k *contract.Kind, m *match) {
	methods := map[string][]string{
		"list": {http.MethodGet}, "create": {http.MethodPost, http.MethodPut}, "read": {http.MethodGet},
		"update": {http.MethodPatch, http.MethodPut, http.MethodPost}, "delete": {http.MethodDelete},
	}
	var missing []string
	taken := map[string]bool{}
	for _, name := range k.OperationNames() {
		form := m.form + strings.TrimPrefix(formOf(k.Operations[name].Path), k.Path)
		allowed := methods[name]
		if allowed == nil {
			allowed = []string{http.MethodPost, http.MethodPut, http.MethodPatch}
		}
		is := -1
		for _, method := range allowed {
			if is < 0 {
				is = slices.IndexFunc(r.routes, func(one route) bool { return one.method == method && one.form == form })
			}
		}
		if is < 0 {
			missing = append(missing, name)
			continue
		}
		r.noteRoute(k, m, name, r.routes[is])
		taken[r.routes[is].String()] = true
	}
	r.matchMoved(k, m, missing, taken)
	for name, one := range m.routes {
		r.compareParameters(k.Noun, k.Operations[name], one)
	}
}

func (r route) String() string { return r.method + " " + r.path }

// noteRoute notes where an operation is.
func (r *comparison) noteRoute(k *contract.Kind, m *match, name string, is route) {
	m.routes[name] = is
	s := contract.Subject{Kind: k.Noun, Operation: name, Part: contract.Route}
	if is.method == k.Operations[name].Method {
		r.holds(s)
		return
	}
	r.differs(s, contract.Renamed, is.String(), "It is %s.", is)
}

// matchMoved looks for operations of a kind at other paths below it.
func (r *comparison) matchMoved(k *contract.Kind, m *match, missing []string, taken map[string]bool) {
	left := map[string]route{}
	for _, one := range r.routes {
		if strings.HasPrefix(one.form, m.form+"/") && !strings.HasSuffix(one.form, "{}") && !taken[one.String()] {
			left[one.String()] = one
		}
	}
	found := likeness.Pair(missing, slices.Sorted(maps.Keys(left)), func(name, other string) float64 {
		reads := name == "list" || name == "read"
		if (left[other].method == http.MethodGet) != reads {
			return 0
		}
		return likeness.Of(name, other[strings.LastIndex(other, "/")+1:])
	})
	for _, name := range missing {
		s := contract.Subject{Kind: k.Noun, Operation: name, Part: contract.Route}
		switch other, is := left[found[name]]; {
		case is:
			m.routes[name] = other
			r.differs(s, contract.Renamed, other.String(), "There is no such operation. It is probably %s.", other)
		case r.statusIn(k, m, name) != "":
			theirs := fmt.Sprintf("%s with %s", m.routes["update"], r.statusIn(k, m, name))
			r.differs(s, contract.Renamed, theirs, "There is no such operation. It is probably %s.", theirs)
		default:
			r.differs(s, contract.Missing, "", "There is no such operation.")
		}
		if _, known := m.routes[name]; !known {
			r.missedBelow(k.Noun, name, "The operation is not known.")
		}
	}
}

// statusIn returns the property that their update sets, and ours cannot, if the operation is a
// transition.
func (r *comparison) statusIn(k *contract.Kind, m *match, name string) string {
	update, there := m.routes["update"]
	if !there || slices.Contains([]string{"list", "create", "read", "update", "delete"}, name) {
		return ""
	}
	names := r.theirs.request(update).names()
	for path := range k.Object.Words() {
		if _, ours := k.Update[path]; !ours && slices.Contains(names, path) {
			return path
		}
	}
	return ""
}

// ourRoute returns our description of an operation.
func (r *comparison) ourRoute(o contract.Operation) route {
	for _, one := range r.ourRoutes {
		if one.method == o.Method && one.path == o.Path {
			return one
		}
	}
	return route{}
}

// compareParameters compares the parameters of the query, and what else a request must have.
func (r *comparison) compareParameters(noun string, o contract.Operation, is route) {
	s := contract.Subject{Kind: noun, Operation: o.Name, Part: contract.Parameter}
	theirs := map[string]node{}
	for _, parameter := range is.parameters {
		if parameter["in"] == "query" {
			theirs[text(parameter["name"])] = parameter
		}
	}
	var missing []string
	used := map[string]bool{}
	for _, parameter := range r.ourRoute(o).parameters {
		name := text(parameter["name"])
		if parameter["in"] != "query" {
			continue
		}
		s.Property = name
		if theirs[name] == nil {
			missing = append(missing, name)
			continue
		}
		used[name] = true
		ours, other := r.ours.value(parameter["schema"]), r.theirs.value(theirs[name]["schema"])
		stricter := slices.DeleteFunc(other.limits().stricter(ours.limits()), func(limit string) bool {
			return !strings.HasPrefix(limit, "max")
		})
		if len(stricter) > 0 {
			r.differs(s, contract.Narrower, "", "Its limit is %s.", strings.Join(stricter, ", "))
		}
		r.holds(s)
	}
	left := slices.DeleteFunc(slices.Sorted(maps.Keys(theirs)), func(name string) bool { return used[name] })
	found := likeness.Pair(missing, left, likeness.Of)
	for _, name := range missing {
		s.Property = name
		if other := found[name]; other != "" {
			used[other] = true
			r.differs(s, contract.Renamed, other, "There is no such parameter. It is probably %s.", other)
			continue
		}
		r.differs(s, contract.Missing, "", "There is no such parameter.")
	}
	s.Property = ""
	for _, parameter := range is.parameters {
		name, in := text(parameter["name"]), text(parameter["in"])
		sent := in == "path" || in == "query" && used[name] || in == "header" && isOurHeader(name)
		if parameter["required"] == true && !sent {
			r.differs(s, contract.Demanded, name, "A request must have %s in its %s.", name, in)
		}
	}
	r.holds(s)
}

// isOurHeader reports whether every request has a header anyway.
func isOurHeader(name string) bool {
	return slices.ContainsFunc([]string{"Authorization", "Accept", "Content-Type", "User-Agent"}, func(ours string) bool {
		return strings.EqualFold(name, ours)
	})
}

// findEnvelope looks for a property that holds the object in the answers of all kinds.
func (r *comparison) findEnvelope() {
	s := contract.Subject{Part: contract.Answer}
	names := map[string]int{}
	answers := 0
	for _, k := range r.contract.Kinds {
		m := r.kinds[k.Noun]
		if m == nil {
			continue
		}
		for _, one := range r.routes {
			if one.form == m.form+"/{}" && one.method == http.MethodGet {
				answers++
				if name := envelopeOf(k, r.theirs.answer(one)); name != "" {
					names[name]++
				}
			}
		}
	}
	for name, count := range names {
		if count == answers && answers > 1 {
			r.envelope = name
			r.differs(s, contract.Renamed, name, "Every answer holds the object in %s.", name)
		}
	}
	if answers > 0 {
		r.holds(s)
	}
}

// envelopeOf returns the property of an answer that holds the object; "" if the answer is the
// object.
func envelopeOf(k *contract.Kind, answer value) string {
	var ours []string
	for path := range k.Object {
		if !strings.ContainsAny(path, ".:") {
			ours = append(ours, path)
		}
	}
	best, name := likeness.Overlap(ours, answer.names()), ""
	for _, other := range answer.names() {
		nested, _, _ := answer.property(other)
		if common := likeness.Overlap(ours, nested.names()); !nested.has("array") && common > max(best, 0.5) {
			best, name = common, other
		}
	}
	return name
}

// compareAnswers compares the answers of a kind. It returns what the object is like, for the words.
func (r *comparison) compareAnswers(k *contract.Kind, m *match) []*reading {
	answers := map[string]value{}
	for _, name := range k.OperationNames() {
		if one, there := m.routes[name]; there && name != "list" {
			if answer, is := r.compareSuccess(k, name, one); is {
				answers[name] = answer
			}
		}
	}
	rows, paged := r.comparePage(k, m)
	var object *reading
	ours := r.ours.answer(r.ourRoute(k.Operations["read"]))
	for _, name := range append([]string{"read", "update", "create"}, slices.Sorted(maps.Keys(answers))...) {
		if answer, there := answers[name]; there && object == nil {
			object = r.newReading(contract.Subject{Kind: k.Noun, Part: contract.Answer}, k.Object, ours, answer)
		}
	}
	if object == nil && paged {
		object = r.newReading(contract.Subject{Kind: k.Noun, Part: contract.Answer}, k.Object, ours, rows)
	}
	if object == nil {
		return nil
	}
	object.compare()
	for name, answer := range answers {
		other := r.newReading(contract.Subject{Kind: k.Noun, Part: contract.Answer}, k.Object, ours, answer)
		r.compareOther(k, name, object, other)
	}
	contexts := []*reading{object}
	if paged {
		row := r.newReading(contract.Subject{Kind: k.Noun, Operation: "list", Part: contract.Answer}, k.Object, ours, rows)
		row.like = object
		row.compare()
		contexts = append(contexts, row)
	}
	return contexts
}

// compareSuccess compares the status of a success and the outline of its answer. It returns the
// object in it.
func (r *comparison) compareSuccess(k *contract.Kind, name string, is route) (value, bool) {
	s := contract.Subject{Kind: k.Noun, Operation: name, Part: contract.Answer}
	expected := k.Operations[name].Status
	status, answer := r.theirs.success(is)
	schema, others := r.theirs.body(answer)
	withBody := k.Operations[name].Answer != nil
	object := r.theirs.value(schema)
	switch {
	case answer == nil:
		r.missed(s, "The document has no answer of a success.")
		return value{}, false
	case schema == nil && len(others) > 0:
		r.differs(s, contract.Retyped, others[0], "It answers %s.", strings.Join(others, ", "))
		return value{}, false
	case schema == nil && withBody && (!r.describesAnswers() || name == "read"):
		r.missed(s, "The document does not describe the answer.")
		return value{}, false
	case schema == nil && withBody && !k.Operations[name].MayBeEmpty:
		r.differs(s, contract.Missing, "", "Its body is empty.")
		return value{}, false
	case withBody && schema != nil:
		if name := envelopeOf(k, object); name != "" {
			nested, _, _ := object.property(name)
			object = nested
			if r.envelope == name {
				r.missed(s, "The object is in %s.", name)
			} else {
				r.differs(s, contract.Retyped, name, "It holds the object in %s.", name)
			}
		}
	}
	if status != expected && status != "2XX" {
		r.differs(s, contract.Accepted, status, "The status is %s.", status)
	}
	r.holds(s)
	return object, withBody && schema != nil
}

// describesAnswers reports whether the document describes the answer of any write. If it does not,
// an answer without a schema need not be empty.
func (r *comparison) describesAnswers() bool {
	return slices.ContainsFunc(r.routes, func(one route) bool {
		_, answer := r.theirs.success(one)
		schema, _ := r.theirs.body(answer)
		return schema != nil && one.method != http.MethodGet
	})
}

// compareOther compares the answer of another operation with what the object is like.
func (r *comparison) compareOther(k *contract.Kind, name string, object, other *reading) {
	if reflect.DeepEqual(object.theirs.alternatives, other.theirs.alternatives) {
		return
	}
	s := contract.Subject{Kind: k.Noun, Operation: name, Part: contract.Answer}
	other.silent = true
	other.compare()
	var said []string
	change := contract.Accepted
	for _, path := range slices.Sorted(maps.Keys(other.changes)) {
		is := other.changes[path]
		if object.changes[path] == is {
			continue
		}
		said = append(said, path)
		switch harm := r.contract.Judge(contract.Subject{Kind: k.Noun, Part: contract.Answer, Property: path}, is).Harm; {
		case path == "id" && is == contract.Missing:
			change = contract.Missing
		case harm != contract.Harmless && change != contract.Missing:
			change = contract.MayLack
		}
	}
	if len(said) > 0 {
		r.differs(s, change, "", "The object in it is not as in other answers: %s.", strings.Join(said, ", "))
	}
}

// comparePage compares a page of a list. It returns what a row is like.
func (r *comparison) comparePage(k *contract.Kind, m *match) (rows value, paged bool) {
	one, there := m.routes["list"]
	if !there {
		return value{}, false
	}
	s := func(name string) contract.Subject {
		return contract.Subject{Kind: k.Noun, Operation: "list", Part: contract.Page, Property: name}
	}
	_, answer := r.theirs.success(one)
	schema, _ := r.theirs.body(answer)
	page := r.theirs.value(schema)
	if schema == nil || page.isAny() {
		return value{}, false
	}
	if r.envelope != "" {
		if nested, there, _ := page.property(r.envelope); there && !nested.has("array") {
			page = nested
		}
	}
	if page.has("array") {
		r.differs(s(k.Rows), contract.Accepted, "", "The answer is a list without a page around it.")
		for name := range k.Page {
			if name != k.Rows {
				r.differs(s(name), contract.Missing, "", "The answer is a list without a page around it.")
			}
		}
		return page.elements(), true
	}
	ours := r.ours.answer(r.ourRoute(k.Operations["list"]))
	read := r.newReading(contract.Subject{Kind: k.Noun, Operation: "list", Part: contract.Page}, k.Page, ours, page)
	read.compare()
	at := read.places[k.Rows]
	return at.value.elements(), at.why == "" && at.value.has("array") && !at.value.elements().isAny()
}

// compareRequest compares the body of a request.
func (r *comparison) compareRequest(noun string, o contract.Operation, is route, sent contract.Properties) *reading {
	s := contract.Subject{Kind: noun, Operation: o.Name, Part: contract.Request}
	schema, others := r.theirs.body(r.theirs.at(is.described["requestBody"]))
	switch {
	case schema == nil && len(others) > 0:
		r.differs(s, contract.Retyped, others[0], "It takes %s, and no JSON.", strings.Join(others, ", "))
		return nil
	case schema == nil:
		return nil
	}
	read := r.newReading(s, sent, r.ours.request(r.ourRoute(o)), r.theirs.value(schema))
	read.sent, read.whole = true, is.method == http.MethodPut || o.Name != "update"
	read.compare()
	r.holds(s)
	return read
}

// compareWords compares the words of a kind.
func (r *comparison) compareWords(k *contract.Kind, m *match, contexts []*reading) {
	for path, ours := range k.Known().Words() {
		used := usesOf(path, contexts)
		if one, there := m.routes["list"]; there {
			for _, parameter := range one.parameters {
				if text(parameter["name"]) == path && parameter["in"] == "query" {
					used = append(used, use{words: r.theirs.value(parameter["schema"]).words()})
				}
			}
		}
		r.compareWord(k.Noun, path, ours, used)
	}
}

// usesOf collects what the document says of the words of a property.
func usesOf(path string, contexts []*reading) []use {
	var used []use
	for _, context := range contexts {
		_, mentioned := context.properties[path]
		if at, there := context.places[path]; there && mentioned && len(at.value.alternatives) > 0 {
			used = append(used, use{at.value.words(), at.told, !context.sent})
		}
	}
	return used
}

// use is what one place of a document says of the words of a property.
type use struct {
	// words are nil if the place does not limit them. told are words that it names all the same.
	words, told []string
	answered    bool
}

func (r *comparison) compareWord(noun, path string, ours contract.WordList, used []use) {
	s := contract.Subject{Kind: noun, Part: contract.Words, Property: path}
	limited := false
	for _, one := range used {
		if one.words == nil {
			continue
		}
		limited = true
		found := pairWords(ours.Words, one.words)
		for _, word := range ours.Words {
			s.Word = word
			switch {
			case slices.Contains(one.words, word):
				r.holds(s)
			case found[word] != "":
				r.differs(s, contract.Renamed, found[word], "There is no such word. It is probably %s.", found[word])
			default:
				r.differs(s, contract.Missing, "", "There is no such word.")
			}
		}
		s.Word = ""
		var others []string
		for _, word := range one.words {
			if !slices.Contains(ours.Words, word) && !slices.Contains(slices.Collect(maps.Values(found)), word) {
				others = append(others, word)
			}
		}
		if one.answered && ours.Closed && len(others) > 0 {
			r.differs(s, contract.Wider, some(others), "There are other words: %s.", some(others))
		}
	}
	if limited {
		s.Word = ""
		r.holds(s)
		return
	}
	for _, one := range used {
		for _, word := range one.told {
			s.Word = word
			r.holds(s)
		}
	}
}

// pairWords says which of their words stand for which of ours that they lack.
func pairWords(ours, theirs []string) map[string]string {
	lacking := slices.DeleteFunc(slices.Clone(ours), func(word string) bool { return slices.Contains(theirs, word) })
	left := slices.DeleteFunc(slices.Clone(theirs), func(word string) bool { return slices.Contains(ours, word) })
	return likeness.Pair(lacking, left, likeness.Of)
}

// compareCalls compares the operations outside the kinds.
func (r *comparison) compareCalls() {
	for _, one := range r.contract.Calls() {
		form := r.base + strings.TrimPrefix(one.Path, "/"+r.contract.Version())
		s := contract.Subject{Kind: one.Noun, Operation: one.Name, Part: contract.Route}
		at := slices.IndexFunc(r.routes, func(is route) bool { return is.form == form && is.method == one.Method })
		if at < 0 {
			at = slices.IndexFunc(r.routes, func(is route) bool {
				return is.method == one.Method && strings.HasSuffix(is.form, "/"+one.Name)
			})
			if at < 0 {
				r.differs(s, contract.Missing, "", "There is no such operation.")
				r.missedBelow(one.Noun, one.Name, "The operation is not known.")
				continue
			}
			r.differs(s, contract.Renamed, r.routes[at].String(), "There is no such operation. It is probably %s.", r.routes[at])
		}
		r.holds(s)
		r.compareParameters(one.Noun, one.Operation, r.routes[at])
		var contexts []*reading
		if one.Request != nil {
			if sent := r.compareRequest(one.Noun, one.Operation, r.routes[at], one.Request); sent != nil {
				contexts = append(contexts, sent)
			}
		}
		if one.Answer != nil && !r.theirs.answer(r.routes[at]).isAny() {
			answer := r.newReading(contract.Subject{Kind: one.Noun, Operation: one.Name, Part: contract.Answer}, one.Answer,
				r.ours.answer(r.ourRoute(one.Operation)), r.theirs.answer(r.routes[at]))
			answer.compare()
			contexts = append(contexts, answer)
		}
		for path, ours := range one.Answer.Words() {
			r.compareWord(one.Noun, path, ours, usesOf(path, contexts))
		}
	}
}

// compareErrors compares the form of errors and their statuses.
func (r *comparison) compareErrors() {
	statuses, bodies := map[string]bool{}, map[string]any{}
	for _, one := range r.routes {
		for status, value := range nodeOf(one.described["responses"]) {
			if strings.HasPrefix(status, "2") {
				continue
			}
			statuses[status] = true
			if schema, _ := r.theirs.body(r.theirs.at(value)); schema != nil {
				bodies[status] = schema
			}
		}
	}
	form, ours := r.contract.ErrorForm()
	for _, status := range ours {
		if statuses[status] {
			r.holds(contract.Subject{Kind: contract.Errors, Part: contract.Words, Property: "status", Word: status})
		}
	}
	for ours, theirs := range map[string][]string{"417": {"400", "422"}, "404": {"410"}} {
		for _, status := range theirs {
			if statuses[status] && !statuses[ours] {
				s := contract.Subject{Kind: contract.Errors, Part: contract.Words, Property: "status", Word: ours}
				r.differs(s, contract.Renamed, status, "A refusal has the status %s.", status)
			}
		}
	}
	for _, status := range slices.Concat([]string{"417", "404"}, slices.Sorted(maps.Keys(bodies))) {
		schema, there := bodies[status]
		if body := r.theirs.value(schema); there && !body.isAny() {
			read := r.newReading(contract.Subject{Kind: contract.Errors, Part: contract.Answer}, form, r.ourError(), body)
			read.compare()
			return
		}
	}
}

// ourError is an error of ours.
func (r *comparison) ourError() value {
	for _, one := range r.ourRoutes {
		for status, value := range nodeOf(one.described["responses"]) {
			if schema, _ := r.ours.body(r.ours.at(value)); schema != nil && !strings.HasPrefix(status, "2") {
				return r.ours.value(schema)
			}
		}
	}
	return value{}
}
