package doctor

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// probeErrors tries what does not belong to a kind.
func (p *prober) probeErrors(ctx context.Context) error {
	p.progress("Trying a bad key, and the calls outside the kinds")
	for _, s := range p.speeches {
		if s.lost != "" || p.options.Stranger == nil {
			continue
		}
		p.probed.Requests++
		answer, err := p.options.Stranger.Call(ctx, http.MethodGet, s.base, nil, nil)
		switch {
		case err != nil || answer.Status >= http.StatusInternalServerError || answer.Status == http.StatusTooManyRequests:
			continue // The next kind will do.
		case answer.Status == http.StatusUnauthorized:
			p.keepRule("bad-key")
			p.meet(answer.Status)
		default:
			p.breakRule("bad-key", nil, "It answers "+strconv.Itoa(answer.Status)+".")
		}
		break
	}
	return p.probeCalls(ctx)
}

// probeCalls sends the calls outside the kinds that only read.
func (p *prober) probeCalls(ctx context.Context) error {
	for _, call := range p.contract.calls() {
		if call.method != http.MethodGet {
			continue
		}
		route := Subject{Kind: call.noun, Operation: call.name, Part: Route}
		r, err := p.call(ctx, call.method, call.path, nil, nil)
		if said, is := unreached(err); is {
			p.missed(route, "%s", said)
			continue
		}
		if err != nil {
			return err
		}
		p.keepPrivate(r.body)
		switch {
		case r.ok():
			p.holds(route)
			p.holds(Subject{Kind: call.noun, Operation: call.name, Part: Parameter})
			p.compareCall(call, r)
		case r.noRoute():
			p.differs(route, Missing, "", "The service answered %d.", r.status)
		default:
			p.missed(route, "The service answered %d.", r.status)
		}
	}
	return nil
}

// compareCall compares the names of properties in an answer with the contract.
func (p *prober) compareCall(call call, r reply) {
	object, _ := r.body.(map[string]any)
	for path := range call.answer {
		s := Subject{Kind: call.noun, Operation: call.name, Part: Answer, Property: path}
		holder, name := cutProperty(path)
		switch {
		case object == nil:
			p.missed(s, "The answer is empty.")
		case holder == "" && name != "" && has(object, p.recased(name)):
			p.holds(s)
		case holder == "" && name != "":
			p.differs(s, Missing, "", "The answer does not have it.")
		}
	}
}

// meet notes a status of an error.
func (p *prober) meet(status int) {
	if p.refusals == nil {
		p.refusals = map[int]int{}
	}
	p.refusals[status]++
}

// probeDeletes deletes what was made, and looks at the answers.
func (p *prober) probeDeletes(ctx context.Context) error {
	p.progress("Removing what the probe made")
	if err := p.tryInUse(ctx); err != nil {
		return err
	}
	for _, s := range slices.Backward(p.speeches) {
		tried := false
		for _, o := range slices.Backward(p.made) {
			if o.speech != s || o.gone {
				continue
			}
			first, why, err := p.remove(ctx, s, o.id)
			if _, is := unreached(err); is || why != "" {
				continue // The clean-up tries it again.
			}
			if err != nil {
				return err
			}
			o.gone = true
			if !first.ok() || first.repeated || tried {
				continue
			}
			tried = true
			if err := p.tryDeleted(ctx, o, first); err != nil {
				if _, is := unreached(err); !is {
					return err
				}
			}
		}
	}
	return nil
}

// tryDeleted looks at an object that was deleted.
func (p *prober) tryDeleted(ctx context.Context, o *object, first reply) error {
	s := o.speech
	p.holds(Subject{Kind: s.kind.noun, Operation: "delete", Part: Route})
	p.noteStatus(Subject{Kind: s.kind.noun, Operation: "delete", Part: Answer}, s, "delete", first.status)
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		r, err := p.call(ctx, method, s.path(o.id), nil, nil)
		if err != nil {
			return err
		}
		for attempt := 1; r.ok() && method == http.MethodGet && attempt < lateReads; attempt++ {
			p.breakRule("deleted", s, "It can be read after it was deleted.")
			if err := p.wait(ctx, attempt); err != nil {
				return err
			}
			if r, err = p.call(ctx, method, s.path(o.id), nil, nil); err != nil {
				return err
			}
		}
		if r.ok() {
			p.breakRule("deleted", s, "A second "+method+" answers "+strconv.Itoa(r.status)+".")
			continue
		}
		p.keepRule("deleted")
	}
	return nil
}

// tryInUse deletes objects that others use.
func (p *prober) tryInUse(ctx context.Context) error {
	for _, to := range p.speeches {
		o := p.used(to)
		if o == nil {
			continue
		}
		r, err := p.call(ctx, http.MethodDelete, to.path(o.id), nil, nil)
		if _, is := unreached(err); is {
			continue
		}
		switch {
		case err != nil:
			return err
		case r.ok():
			o.gone = true
			p.breakRule("in-use", to, "It is deleted.")
		case r.refused():
			p.meet(r.status)
			p.keepRule("in-use")
		}
	}
	return nil
}

// used returns an object of a kind that another one uses, or nil. Both are drafts, or have no
// status.
func (p *prober) used(to *speech) *object {
	for _, user := range p.made {
		if status, ok := user.is["status"].(string); user.gone || user.is == nil || ok &&
			status != user.speech.wordsOf("status")[0] {
			continue
		}
		for _, path := range sortedNames(user.speech.references) {
			if user.speech.references[path] != to.kind.noun {
				continue
			}
			id, _ := user.speech.valueAt(user.is, path).(string)
			for _, o := range p.made {
				moved := to.moves["archive"] != (move{}) && o.is["status"] != to.wordsOf("status")[0]
				if o.speech == to && o.id == id && !o.gone && !moved {
					return o
				}
			}
		}
	}
	return nil
}

// conclude notes what was learned of a kind.
func (s *speech) conclude(p *prober) {
	noun := s.kind.noun
	if s.pages.size > 0 && s.lost == "" || len(s.read) > 0 {
		s.concludeRoutes(p)
	}
	if len(s.read) == 0 {
		return
	}
	s.concludeRequests(p)
	s.concludeAnswers(p)
	for _, path := range sortedNames(s.words) {
		for _, ours := range sortedNames(s.words[path]) {
			theirs := s.words[path][ours]
			p.differs(Subject{Kind: noun, Part: Words, Property: path, Word: ours}, Renamed, theirs, "It is called %s.", theirs)
		}
	}
	for _, path := range sortedNames(s.read) {
		if len(s.wordsOf(path)) > 0 && s.read[path].value > 0 {
			p.holds(Subject{Kind: noun, Part: Words, Property: path})
		}
	}
	for _, path := range sortedNames(s.others) {
		p.differs(Subject{Kind: noun, Part: Words, Property: path}, Wider, strings.Join(s.others[path], ", "),
			"There are other words: %s.", strings.Join(s.others[path], ", "))
	}
}

// concludeRoutes notes where the collection is, and what exists below it.
func (s *speech) concludeRoutes(p *prober) {
	noun := s.kind.noun
	_, rest := splitVersion(s.kind.path)
	p.noteRoute(Subject{Kind: noun, Part: Route}, p.version+"/"+rest, s.base)
	p.holds(Subject{Kind: noun, Operation: "list", Part: Route})
	if len(s.read) > 0 {
		for _, name := range []string{"create", "read"} {
			p.holds(Subject{Kind: noun, Operation: name, Part: Route})
		}
	}
	for _, name := range s.kind.operationNames() {
		n := p.notes[Subject{Kind: noun, Operation: name, Part: Route}.String()]
		if n.verdict == Holds || n.change == Renamed {
			p.holds(Subject{Kind: noun, Operation: name, Part: Parameter})
		}
	}
}

// noteRoute notes a path.
func (p *prober) noteRoute(s Subject, ours, theirs string) {
	if ours == theirs {
		p.holds(s)
		return
	}
	p.differs(s, Renamed, theirs, "It is %s.", theirs)
}

// concludeRequests notes which properties a create takes.
func (s *speech) concludeRequests(p *prober) {
	create := Subject{Kind: s.kind.noun, Operation: "create", Part: Request}
	for _, path := range sortedNames(s.kind.create) {
		at := create
		at.Property = path
		d, left := s.dropped[path]
		switch {
		case left && d.why == unknownName:
			p.differs(at, Missing, "", "The service does not know it. %s", d.said)
		case left:
			p.differs(at, Narrower, "", "The value was refused. %s", d.said)
		case s.numeric[path]:
			if _, name := cutProperty(path); name == "id" {
				at.Operation = "update" // A new object has no such id.
			}
			p.differs(at, Retyped, "", "The id must be a number.")
		case s.sent[path]:
			p.holds(at)
		}
	}
	if len(s.demanded) > 0 {
		for _, operation := range []string{"create"} {
			at := create
			at.Operation = operation
			p.differs(at, Demanded, strings.Join(sortedNames(s.demanded), ", "), "A %s must also have %s.", operation,
				strings.Join(sortedNames(s.demanded), ", "))
		}
	} else {
		p.holds(create)
	}
	if s.stuck == "" && p.notes[Subject{Kind: s.kind.noun, Operation: "update", Part: Route}.String()].verdict != "" {
		p.holds(Subject{Kind: s.kind.noun, Operation: "update", Part: Request})
	}
}

// concludeAnswers notes which properties objects and rows have.
func (s *speech) concludeAnswers(p *prober) {
	for _, path := range sortedNames(s.kind.object) {
		object := Subject{Kind: s.kind.noun, Part: Answer, Property: path}
		row := object
		row.Operation = "list"
		_, unsent := s.dropped[path]
		_, sendable := s.kind.create[path]
		one, asked := s.read[path]
		switch {
		case !asked:
			continue
		case s.never(path):
			if unsent {
				p.missed(object, "A create refuses it.")
			} else if one.lacked > 0 || !sendable {
				p.differs(object, Missing, "", "No answer has it.")
			} else if p.nullsLeftOut {
				p.missed(object, "Nothing of the probe has a value for it.")
			} else {
				p.differs(object, Missing, "", "No answer has it.")
			}
			p.missed(row, "No answer has it.")
			continue
		case path == "id" && s.numbers:
			p.differs(object, Retyped, "", "It is a number.")
		case lastOf(path) != "" && s.name(path) != p.recased(lastOf(path)):
			p.differs(object, Renamed, s.name(path), "It is called %s.", s.name(path))
		case one.form == "time" && p.timesDiffer:
			p.holds(object)
		case one.form == "time":
			p.differs(object, Reformatted, "", "The time has another form.")
		case one.form != "":
			change := Unreadable
			if property := s.kind.object[path]; slices.Contains(property.types, "string") && !property.list {
				change = Retyped
			}
			p.differs(object, change, "", "%s", one.form)
		case one.lacked > 0:
			p.differs(object, MayLack, "", "Some answers lack it.")
		case one.absent > 0 && !p.nullsLeftOut && !unsent:
			p.differs(object, MayLack, "", "Answers lack it when it is null.")
		default:
			p.holds(object)
		}
		listed, there := s.listed[path]
		switch {
		case !there:
		case listed.lacked > 0 && listed.value+listed.null == 0:
			p.differs(row, Missing, "", "Rows of a list lack it.")
		case listed.lacked > 0:
			p.differs(row, MayLack, "", "Some rows of a list lack it.")
		case listed.value+listed.null > 0:
			p.holds(row)
		case listed.absent > 0 && one.null > 0:
			p.differs(row, Missing, "", "Rows of a list lack it.")
		}
	}
}

// lastOf is the last name of a path; "" for settings of a type.
func lastOf(path string) string {
	_, name := cutProperty(path)
	return name
}

// concludeShared notes what holds for all kinds. It comes first, because a kind is not blamed for
// it.
func (p *prober) concludeShared() {
	p.concludeVersion()
	timed, odd := 0, 0
	leftOut, explicit := 0, 0
	envelope := ""
	found := false
	for _, s := range p.speeches {
		found = found || len(s.read) > 0 || s.lost == "" && s.pages.size > 0
		envelope = max(envelope, s.envelope)
		for path, one := range s.read {
			if s.kind.object[path].isTime && one.value > 0 {
				timed++
				odd += boolOrder(one.form == "time")
			}
			if s.kind.object[path].nullable && one.lacked == 0 {
				explicit += one.null
				if one.value > 0 {
					leftOut += boolOrder(one.absent > 0)
				}
			}
		}
	}
	if !found {
		return
	}
	p.holds(Subject{Part: Parameter, Property: "Authorization"})
	switch {
	case envelope != "":
		p.differs(Subject{Part: Answer}, Renamed, envelope, "The object is in %s.", envelope)
	default:
		p.holds(Subject{Part: Answer})
	}
	if timed > 0 {
		if p.timesDiffer = odd == timed && timed > 1; p.timesDiffer {
			said := "They have another form."
			if p.instants() {
				said = "They are numbers of milliseconds since 1970, in requests too."
			}
			p.breakRule("times", nil, said)
		} else {
			p.keepRule("times")
		}
	}
	if leftOut+explicit > 0 {
		if p.nullsLeftOut = leftOut > 1 && explicit == 0; p.nullsLeftOut {
			p.breakRule("nulls", nil, "It is left out.")
		} else {
			p.keepRule("nulls")
		}
	}
	if p.recase != nil {
		p.differs(ruleNamed("names").subject(), Renamed, p.recase.name, "They are in %s.", p.recase.name)
	} else {
		p.keepRule("names")
	}
	p.concludeStatuses()
	for _, name := range sortedNames(p.broken) {
		b := p.broken[name]
		said := b.said
		if len(b.kinds) > 0 {
			said += " (" + strings.Join(b.kinds, ", ") + ")"
		}
		p.differs(ruleNamed(name).subject(), "", "", "%s", said)
	}
}

// instants reports whether times must be numbers.
func (p *prober) instants() bool {
	return slices.ContainsFunc(p.speeches, func(s *speech) bool { return s.instants })
}

// concludeVersion finds the version that all paths have.
func (p *prober) concludeVersion() {
	ours, _ := splitVersion(p.contract.kinds[0].path)
	prefixes := map[string]int{}
	for _, s := range p.speeches {
		if s.pages.size == 0 {
			continue
		}
		prefix, _ := splitVersion(s.base)
		_, rest := splitVersion(s.kind.path)
		if before, same := strings.CutSuffix(s.base, "/"+rest); same {
			prefix = before
		}
		prefixes[prefix]++
	}
	p.version = ours
	if prefixes[ours] > 0 || len(prefixes) == 0 {
		if len(prefixes) > 0 {
			p.holds(Subject{Part: Route})
		}
		return
	}
	for _, prefix := range sortedNames(prefixes) {
		if prefixes[prefix] > prefixes[p.version] {
			p.version = prefix
		}
	}
	p.differs(Subject{Part: Route}, Renamed, p.version+"/", "They begin with %s/.", p.version)
}

// concludeStatuses notes which statuses errors have.
func (p *prober) concludeStatuses() {
	wrong, most := 0, 0
	refusal := http.StatusExpectationFailed
	_, known := p.contract.errors()
	for status, count := range p.refusals {
		s := Subject{Kind: ofErrors, Part: Words, Property: "status", Word: strconv.Itoa(status)}
		if slices.Contains(known, strconv.Itoa(status)) {
			p.holds(s)
		} else if status != http.StatusNotFound && (count > most || count == most && status < wrong) {
			wrong, most = status, count
		}
	}
	if most > p.refusals[refusal] {
		p.differs(Subject{Kind: ofErrors, Part: Words, Property: "status", Word: strconv.Itoa(refusal)}, Renamed,
			strconv.Itoa(wrong), "Bad requests answer %d.", wrong)
	}
}
