package doctor

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// compareKind compares the operations of a kind, and what they send and answer.
func (r *comparison) compareKind(k *kind) {
	m := r.kinds[k.noun]
	if m == nil {
		r.missedBelow(k.noun, "", "The path of the kind is not known.")
		return
	}
	r.matchOperations(k, m)
	contexts := r.compareAnswers(k, m)
	for name, sent := range map[string]properties{"create": k.create, "update": k.update} {
		if one, there := m.routes[name]; there {
			if read := r.compareRequest(k.noun, k.operations[name], one, sent); read != nil {
				contexts = append(contexts, read)
			}
		}
	}
	r.compareWords(k, m, contexts)
}

// matchOperations finds our operations among theirs, and compares their parameters.
func (r *comparison) matchOperations(k *kind, m *match) {
	methods := map[string][]string{
		"list": {http.MethodGet}, "create": {http.MethodPost, http.MethodPut}, "read": {http.MethodGet},
		"update": {http.MethodPatch, http.MethodPut, http.MethodPost}, "delete": {http.MethodDelete},
	}
	var missing []string
	taken := map[string]bool{}
	for _, name := range k.operationNames() {
		form := m.form + strings.TrimPrefix(formOf(k.operations[name].path), k.path)
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
		r.compareParameters(k.noun, k.operations[name], one)
	}
}

func (r route) String() string { return r.method + " " + r.path }

// noteRoute notes where an operation is.
func (r *comparison) noteRoute(k *kind, m *match, name string, is route) {
	m.routes[name] = is
	s := Subject{Kind: k.noun, Operation: name, Part: Route}
	if is.method == k.operations[name].method {
		r.holds(s)
		return
	}
	r.differs(s, Renamed, is.String(), "It is %s.", is)
}

// matchMoved looks for operations of a kind at other paths below it.
func (r *comparison) matchMoved(k *kind, m *match, missing []string, taken map[string]bool) {
	left := map[string]route{}
	for _, one := range r.routes {
		if strings.HasPrefix(one.form, m.form+"/") && !strings.HasSuffix(one.form, "{}") && !taken[one.String()] {
			left[one.String()] = one
		}
	}
	found := pairing(missing, slices.Sorted(maps.Keys(left)), func(name, other string) float64 {
		reads := name == "list" || name == "read"
		if (left[other].method == http.MethodGet) != reads {
			return 0
		}
		return likeness(name, other[strings.LastIndex(other, "/")+1:])
	})
	for _, name := range missing {
		s := Subject{Kind: k.noun, Operation: name, Part: Route}
		switch other, is := left[found[name]]; {
		case is:
			m.routes[name] = other
			r.differs(s, Renamed, other.String(), "There is no such operation. It is probably %s.", other)
		case r.statusIn(k, m, name) != "":
			theirs := fmt.Sprintf("%s with %s", m.routes["update"], r.statusIn(k, m, name))
			r.differs(s, Renamed, theirs, "There is no such operation. It is probably %s.", theirs)
		default:
			r.differs(s, Missing, "", "There is no such operation.")
		}
		if _, known := m.routes[name]; !known {
			r.missedBelow(k.noun, name, "The operation is not known.")
		}
	}
}

// statusIn returns the property that their update sets, and ours cannot, if the operation is a
// transition.
func (r *comparison) statusIn(k *kind, m *match, name string) string {
	update, there := m.routes["update"]
	if !there || slices.Contains([]string{"list", "create", "read", "update", "delete"}, name) {
		return ""
	}
	names := r.theirs.request(update).names()
	for path := range k.object.words() {
		if _, ours := k.update[path]; !ours && slices.Contains(names, path) {
			return path
		}
	}
	return ""
}

// ours returns our description of an operation.
func (r *comparison) ourRoute(o operation) route {
	for _, one := range r.ourRoutes {
		if one.method == o.method && one.path == o.path {
			return one
		}
	}
	return route{}
}

// compareParameters compares the parameters of the query, and what else a request must have.
func (r *comparison) compareParameters(noun string, o operation, is route) {
	s := Subject{Kind: noun, Operation: o.name, Part: Parameter}
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
			r.differs(s, Narrower, "", "Its limit is %s.", strings.Join(stricter, ", "))
		}
		r.holds(s)
	}
	left := slices.DeleteFunc(slices.Sorted(maps.Keys(theirs)), func(name string) bool { return used[name] })
	found := pairing(missing, left, likeness)
	for _, name := range missing {
		s.Property = name
		if other := found[name]; other != "" {
			used[other] = true
			r.differs(s, Renamed, other, "There is no such parameter. It is probably %s.", other)
			continue
		}
		r.differs(s, Missing, "", "There is no such parameter.")
	}
	s.Property = ""
	for _, parameter := range is.parameters {
		name, in := text(parameter["name"]), text(parameter["in"])
		sent := in == "path" || in == "query" && used[name] || in == "header" && isOurHeader(name)
		if parameter["required"] == true && !sent {
			r.differs(s, Demanded, name, "A request must have %s in its %s.", name, in)
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
	s := Subject{Part: Answer}
	names := map[string]int{}
	answers := 0
	for _, k := range r.contract.kinds {
		m := r.kinds[k.noun]
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
			r.differs(s, Renamed, name, "Every answer holds the object in %s.", name)
		}
	}
	if answers > 0 {
		r.holds(s)
	}
}

// envelopeOf returns the property of an answer that holds the object; "" if the answer is the
// object.
func envelopeOf(k *kind, answer value) string {
	var ours []string
	for path := range k.object {
		if !strings.ContainsAny(path, ".:") {
			ours = append(ours, path)
		}
	}
	best, name := overlap(ours, answer.names()), ""
	for _, other := range answer.names() {
		if nested, _, _ := answer.property(other); !nested.has("array") && overlap(ours, nested.names()) > max(best, 0.5) {
			best, name = overlap(ours, nested.names()), other
		}
	}
	return name
}

// compareAnswers compares the answers of a kind. It returns what the object is like, for the words.
func (r *comparison) compareAnswers(k *kind, m *match) []*reading {
	answers := map[string]value{}
	for _, name := range k.operationNames() {
		if one, there := m.routes[name]; there && name != "list" {
			if answer, is := r.compareSuccess(k, name, one); is {
				answers[name] = answer
			}
		}
	}
	rows, paged := r.comparePage(k, m)
	var object *reading
	ours := r.ours.answer(r.ourRoute(k.operations["read"]))
	for _, name := range append([]string{"read", "update", "create"}, slices.Sorted(maps.Keys(answers))...) {
		if answer, there := answers[name]; there && object == nil {
			object = r.newReading(Subject{Kind: k.noun, Part: Answer}, k.object, ours, answer)
		}
	}
	if object == nil && paged {
		object = r.newReading(Subject{Kind: k.noun, Part: Answer}, k.object, ours, rows)
	}
	if object == nil {
		return nil
	}
	object.compare()
	for name, answer := range answers {
		r.compareOther(k, name, object, r.newReading(Subject{Kind: k.noun, Part: Answer}, k.object, ours, answer))
	}
	contexts := []*reading{object}
	if paged {
		row := r.newReading(Subject{Kind: k.noun, Operation: "list", Part: Answer}, k.object, ours, rows)
		row.like = object
		row.compare()
		contexts = append(contexts, row)
	}
	return contexts
}

// compareSuccess compares the status of a success and the outline of its answer. It returns the
// object in it.
func (r *comparison) compareSuccess(k *kind, name string, is route) (value, bool) {
	s := Subject{Kind: k.noun, Operation: name, Part: Answer}
	expected := k.operations[name].status
	status, answer := r.theirs.success(is)
	schema, others := r.theirs.body(answer)
	withBody := k.operations[name].answer != nil
	object := r.theirs.value(schema)
	switch {
	case answer == nil:
		r.missed(s, "The document has no answer of a success.")
		return value{}, false
	case schema == nil && len(others) > 0:
		r.differs(s, Retyped, others[0], "It answers %s.", strings.Join(others, ", "))
		return value{}, false
	case schema == nil && withBody && (!r.describesAnswers() || name == "read"):
		r.missed(s, "The document does not describe the answer.")
		return value{}, false
	case schema == nil && withBody && !k.operations[name].mayBeEmpty:
		r.differs(s, Missing, "", "Its body is empty.")
		return value{}, false
	case withBody && schema != nil:
		if name := envelopeOf(k, object); name != "" {
			nested, _, _ := object.property(name)
			object = nested
			if r.envelope == name {
				r.missed(s, "The object is in %s.", name)
			} else {
				r.differs(s, Retyped, name, "It holds the object in %s.", name)
			}
		}
	}
	if status != expected && status != "2XX" {
		r.differs(s, Accepted, status, "The status is %s.", status)
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
func (r *comparison) compareOther(k *kind, name string, object, other *reading) {
	if reflect.DeepEqual(object.theirs.alternatives, other.theirs.alternatives) {
		return
	}
	s := Subject{Kind: k.noun, Operation: name, Part: Answer}
	other.silent = true
	other.compare()
	var said []string
	change := Accepted
	for _, path := range slices.Sorted(maps.Keys(other.changes)) {
		is := other.changes[path]
		if object.changes[path] == is {
			continue
		}
		said = append(said, path)
		switch harm := r.contract.judge(Subject{Kind: k.noun, Part: Answer, Property: path}, is).harm; {
		case path == "id" && is == Missing:
			change = Missing
		case harm != Harmless && change != Missing:
			change = MayLack
		}
	}
	if len(said) > 0 {
		r.differs(s, change, "", "The object in it is not as in other answers: %s.", strings.Join(said, ", "))
	}
}

// comparePage compares a page of a list. It returns what a row is like.
func (r *comparison) comparePage(k *kind, m *match) (rows value, paged bool) {
	one, there := m.routes["list"]
	if !there {
		return value{}, false
	}
	s := func(name string) Subject { return Subject{Kind: k.noun, Operation: "list", Part: Page, Property: name} }
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
		r.differs(s(k.rows), Accepted, "", "The answer is a list without a page around it.")
		for name := range k.page {
			if name != k.rows {
				r.differs(s(name), Missing, "", "The answer is a list without a page around it.")
			}
		}
		return page.elements(), true
	}
	ours := r.ours.answer(r.ourRoute(k.operations["list"]))
	read := r.newReading(Subject{Kind: k.noun, Operation: "list", Part: Page}, k.page, ours, page)
	read.compare()
	at := read.places[k.rows]
	return at.value.elements(), at.why == "" && at.value.has("array") && !at.value.elements().isAny()
}

// compareRequest compares the body of a request.
func (r *comparison) compareRequest(noun string, o operation, is route, sent properties) *reading {
	s := Subject{Kind: noun, Operation: o.name, Part: Request}
	schema, others := r.theirs.body(r.theirs.at(is.described["requestBody"]))
	switch {
	case schema == nil && len(others) > 0:
		r.differs(s, Retyped, others[0], "It takes %s, and no JSON.", strings.Join(others, ", "))
		return nil
	case schema == nil:
		return nil
	}
	read := r.newReading(s, sent, r.ours.request(r.ourRoute(o)), r.theirs.value(schema))
	read.sent, read.whole = true, is.method == http.MethodPut || o.name != "update"
	read.compare()
	r.holds(s)
	return read
}

// compareWords compares the words of a kind.
func (r *comparison) compareWords(k *kind, m *match, contexts []*reading) {
	for path, ours := range k.known().words() {
		used := usesOf(path, contexts)
		if one, there := m.routes["list"]; there {
			for _, parameter := range one.parameters {
				if text(parameter["name"]) == path && parameter["in"] == "query" {
					used = append(used, use{words: r.theirs.value(parameter["schema"]).words()})
				}
			}
		}
		r.compareWord(k.noun, path, ours, used)
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

func (r *comparison) compareWord(noun, path string, ours wordList, used []use) {
	s := Subject{Kind: noun, Part: Words, Property: path}
	limited := false
	for _, one := range used {
		if one.words == nil {
			continue
		}
		limited = true
		found := pairWords(ours.words, one.words)
		for _, word := range ours.words {
			s.Word = word
			switch {
			case slices.Contains(one.words, word):
				r.holds(s)
			case found[word] != "":
				r.differs(s, Renamed, found[word], "There is no such word. It is probably %s.", found[word])
			default:
				r.differs(s, Missing, "", "There is no such word.")
			}
		}
		s.Word = ""
		var others []string
		for _, word := range one.words {
			if !slices.Contains(ours.words, word) && !slices.Contains(slices.Collect(maps.Values(found)), word) {
				others = append(others, word)
			}
		}
		if one.answered && ours.closed && len(others) > 0 {
			r.differs(s, Wider, some(others), "There are other words: %s.", some(others))
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
	return pairing(lacking, left, likeness)
}

// compareCalls compares the operations outside the kinds.
func (r *comparison) compareCalls() {
	for _, one := range r.contract.calls() {
		form := r.base + strings.TrimPrefix(one.path, "/"+r.contract.version())
		s := Subject{Kind: one.noun, Operation: one.name, Part: Route}
		at := slices.IndexFunc(r.routes, func(is route) bool { return is.form == form && is.method == one.method })
		if at < 0 {
			at = slices.IndexFunc(r.routes, func(is route) bool {
				return is.method == one.method && strings.HasSuffix(is.form, "/"+one.name)
			})
			if at < 0 {
				r.differs(s, Missing, "", "There is no such operation.")
				r.missedBelow(one.noun, one.name, "The operation is not known.")
				continue
			}
			r.differs(s, Renamed, r.routes[at].String(), "There is no such operation. It is probably %s.", r.routes[at])
		}
		r.holds(s)
		r.compareParameters(one.noun, one.operation, r.routes[at])
		var contexts []*reading
		if one.request != nil {
			if sent := r.compareRequest(one.noun, one.operation, r.routes[at], one.request); sent != nil {
				contexts = append(contexts, sent)
			}
		}
		if one.answer != nil && !r.theirs.answer(r.routes[at]).isAny() {
			answer := r.newReading(Subject{Kind: one.noun, Operation: one.name, Part: Answer}, one.answer,
				r.ours.answer(r.ourRoute(one.operation)), r.theirs.answer(r.routes[at]))
			answer.compare()
			contexts = append(contexts, answer)
		}
		for path, ours := range one.answer.words() {
			r.compareWord(one.noun, path, ours, usesOf(path, contexts))
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
	form, ours := r.contract.errors()
	for _, status := range ours {
		if statuses[status] {
			r.holds(Subject{Kind: ofErrors, Part: Words, Property: "status", Word: status})
		}
	}
	for ours, theirs := range map[string][]string{"417": {"400", "422"}, "404": {"410"}} {
		for _, status := range theirs {
			if statuses[status] && !statuses[ours] {
				s := Subject{Kind: ofErrors, Part: Words, Property: "status", Word: ours}
				r.differs(s, Renamed, status, "A refusal has the status %s.", status)
			}
		}
	}
	for _, status := range slices.Concat([]string{"417", "404"}, slices.Sorted(maps.Keys(bodies))) {
		schema, there := bodies[status]
		if body := r.theirs.value(schema); there && !body.isAny() {
			read := r.newReading(Subject{Kind: ofErrors, Part: Answer}, form, r.ourError(), body)
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
