package probe

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
)

// probeErrors tries what does not belong to a kind.
func (p *prober) probeErrors(ctx context.Context) error {
	p.progress("Trying a bad key, and the calls outside the kinds")
	for _, s := range p.speeches {
		if s.lost != "" || p.options.Stranger == nil {
			continue
		}
		p.result.Requests++
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
	for _, call := range p.contract.Calls() {
		if call.Method != http.MethodGet {
			continue
		}
		route := contract.Subject{Kind: call.Noun, Operation: call.Name, Part: contract.Route}
		r, err := p.call(ctx, call.Method, call.Path, nil, nil)
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
			p.holds(contract.Subject{Kind: call.Noun, Operation: call.Name, Part: contract.Parameter})
			p.compareCall(call, r)
		case r.noRoute():
			p.differs(route, contract.Missing, "", "The service answered %d.", r.status)
		default:
			p.missed(route, "The service answered %d.", r.status)
		}
	}
	return nil
}

// compareCall compares the names of properties in an answer with the contract.
func (p *prober) compareCall(call contract.Call, r reply) {
	object, _ := r.body.(map[string]any)
	for path := range call.Answer {
		s := contract.Subject{Kind: call.Noun, Operation: call.Name, Part: contract.Answer, Property: path}
		holder, name := cutProperty(path)
		switch {
		case object == nil:
			p.missed(s, "The answer is empty.")
		case holder == "" && name != "" && has(object, p.recased(name)):
			p.holds(s)
		case holder == "" && name != "":
			p.differs(s, contract.Missing, "", "The answer does not have it.")
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
	p.holds(contract.Subject{Kind: s.kind.Noun, Operation: "delete", Part: contract.Route})
	answer := contract.Subject{Kind: s.kind.Noun, Operation: "delete", Part: contract.Answer}
	p.noteStatus(answer, s, "delete", first.status)
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
			if user.speech.references[path] != to.kind.Noun {
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
	noun := s.kind.Noun
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
			p.differs(contract.Subject{Kind: noun, Part: contract.Words, Property: path, Word: ours}, contract.Renamed, theirs,
				"It is called %s.", theirs)
		}
	}
	for _, path := range sortedNames(s.read) {
		if len(s.wordsOf(path)) > 0 && s.read[path].value > 0 {
			p.holds(contract.Subject{Kind: noun, Part: contract.Words, Property: path})
		}
	}
	for _, path := range sortedNames(s.others) {
		p.differs(contract.Subject{Kind: noun, Part: contract.Words, Property: path}, contract.Wider,
			strings.Join(s.others[path], ", "),
			"There are other words: %s.", strings.Join(s.others[path], ", "))
	}
}

// concludeRoutes notes where the collection is, and what exists below it.
func (s *speech) concludeRoutes(p *prober) {
	noun := s.kind.Noun
	_, rest := splitVersion(s.kind.Path)
	p.noteRoute(contract.Subject{Kind: noun, Part: contract.Route}, p.version+"/"+rest, s.base)
	p.holds(contract.Subject{Kind: noun, Operation: "list", Part: contract.Route})
	if len(s.read) > 0 {
		for _, name := range []string{"create", "read"} {
			p.holds(contract.Subject{Kind: noun, Operation: name, Part: contract.Route})
		}
	}
	for _, name := range s.kind.OperationNames() {
		n := p.notes[contract.Subject{Kind: noun, Operation: name, Part: contract.Route}.String()]
		if n.verdict == contract.Holds || n.change == contract.Renamed {
			p.holds(contract.Subject{Kind: noun, Operation: name, Part: contract.Parameter})
		}
	}
}

// noteRoute notes a path.
func (p *prober) noteRoute(s contract.Subject, ours, theirs string) {
	if ours == theirs {
		p.holds(s)
		return
	}
	p.differs(s, contract.Renamed, theirs, "It is %s.", theirs)
}

// concludeRequests notes which properties a create takes.
func (s *speech) concludeRequests(p *prober) {
	create := contract.Subject{Kind: s.kind.Noun, Operation: "create", Part: contract.Request}
	for _, path := range sortedNames(s.kind.Create) {
		at := create
		at.Property = path
		d, left := s.dropped[path]
		switch {
		case left && d.why == unknownName:
			p.differs(at, contract.Missing, "", "The service does not know it. %s", d.said)
		case left:
			p.differs(at, contract.Narrower, "", "The value was refused. %s", d.said)
		case s.numeric[path]:
			if _, name := cutProperty(path); name == "id" {
				at.Operation = "update" // A new object has no such id.
			}
			p.differs(at, contract.Retyped, "", "The id must be a number.")
		case s.sent[path]:
			p.holds(at)
		}
	}
	if len(s.demanded) > 0 {
		for _, operation := range []string{"create"} {
			at := create
			at.Operation = operation
			p.differs(at, contract.Demanded, strings.Join(sortedNames(s.demanded), ", "), "A %s must also have %s.", operation,
				strings.Join(sortedNames(s.demanded), ", "))
		}
	} else {
		p.holds(create)
	}
	update := contract.Subject{Kind: s.kind.Noun, Operation: "update", Part: contract.Route}
	if s.stuck == "" && p.notes[update.String()].verdict != "" {
		p.holds(contract.Subject{Kind: s.kind.Noun, Operation: "update", Part: contract.Request})
	}
}

// concludeAnswers notes which properties objects and rows have.
func (s *speech) concludeAnswers(p *prober) {
	for _, path := range sortedNames(s.kind.Object) {
		object := contract.Subject{Kind: s.kind.Noun, Part: contract.Answer, Property: path}
		row := object
		row.Operation = "list"
		_, unsent := s.dropped[path]
		_, sendable := s.kind.Create[path]
		one, asked := s.read[path]
		switch {
		case !asked:
			continue
		case s.never(path):
			if unsent {
				p.missed(object, "A create refuses it.")
			} else if one.lacked > 0 || !sendable {
				p.differs(object, contract.Missing, "", "No answer has it.")
			} else if p.nullsLeftOut {
				p.missed(object, "Nothing of the probe has a value for it.")
			} else {
				p.differs(object, contract.Missing, "", "No answer has it.")
			}
			p.missed(row, "No answer has it.")
			continue
		case path == "id" && s.numbers:
			p.differs(object, contract.Retyped, "", "It is a number.")
		case lastOf(path) != "" && s.name(path) != p.recased(lastOf(path)):
			p.differs(object, contract.Renamed, s.name(path), "It is called %s.", s.name(path))
		case one.form == "time" && p.timesDiffer:
			p.holds(object)
		case one.form == "time":
			p.differs(object, contract.Reformatted, "", "The time has another form.")
		case one.form != "":
			change := contract.Unreadable
			if property := s.kind.Object[path]; slices.Contains(property.Types, "string") && !property.List {
				change = contract.Retyped
			}
			p.differs(object, change, "", "%s", one.form)
		case one.lacked > 0:
			p.differs(object, contract.MayLack, "", "Some answers lack it.")
		case one.absent > 0 && !p.nullsLeftOut && !unsent:
			p.differs(object, contract.MayLack, "", "Answers lack it when it is null.")
		default:
			p.holds(object)
		}
		listed, there := s.listed[path]
		switch {
		case !there:
		case listed.lacked > 0 && listed.value+listed.null == 0:
			p.differs(row, contract.Missing, "", "Rows of a list lack it.")
		case listed.lacked > 0:
			p.differs(row, contract.MayLack, "", "Some rows of a list lack it.")
		case listed.value+listed.null > 0:
			p.holds(row)
		case listed.absent > 0 && one.null > 0:
			p.differs(row, contract.Missing, "", "Rows of a list lack it.")
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
			if s.kind.Object[path].IsTime && one.value > 0 {
				timed++
				odd += boolOrder(one.form == "time")
			}
			if s.kind.Object[path].Nullable && one.lacked == 0 {
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
	p.holds(contract.Subject{Part: contract.Parameter, Property: "Authorization"})
	switch {
	case envelope != "":
		p.differs(contract.Subject{Part: contract.Answer}, contract.Renamed, envelope, "The object is in %s.", envelope)
	default:
		p.holds(contract.Subject{Part: contract.Answer})
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
		p.differs(ruleNamed("names").subject(), contract.Renamed, p.recase.name, "They are in %s.", p.recase.name)
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
	ours, _ := splitVersion(p.contract.Kinds[0].Path)
	prefixes := map[string]int{}
	for _, s := range p.speeches {
		if s.pages.size == 0 {
			continue
		}
		prefix, _ := splitVersion(s.base)
		_, rest := splitVersion(s.kind.Path)
		if before, same := strings.CutSuffix(s.base, "/"+rest); same {
			prefix = before
		}
		prefixes[prefix]++
	}
	p.version = ours
	if prefixes[ours] > 0 || len(prefixes) == 0 {
		if len(prefixes) > 0 {
			p.holds(contract.Subject{Part: contract.Route})
		}
		return
	}
	for _, prefix := range sortedNames(prefixes) {
		if prefixes[prefix] > prefixes[p.version] {
			p.version = prefix
		}
	}
	p.differs(contract.Subject{Part: contract.Route}, contract.Renamed, p.version+"/", "They begin with %s/.", p.version)
}

// concludeStatuses notes which statuses errors have.
func (p *prober) concludeStatuses() {
	wrong, most := 0, 0
	refusal := http.StatusExpectationFailed
	_, known := p.contract.ErrorForm()
	for status, count := range p.refusals {
		s := contract.Subject{Kind: contract.Errors, Part: contract.Words, Property: "status", Word: strconv.Itoa(status)}
		if slices.Contains(known, strconv.Itoa(status)) {
			p.holds(s)
		} else if status != http.StatusNotFound && (count > most || count == most && status < wrong) {
			wrong, most = status, count
		}
	}
	if most > p.refusals[refusal] {
		s := contract.Subject{Kind: contract.Errors, Part: contract.Words, Property: "status", Word: strconv.Itoa(refusal)}
		p.differs(s, contract.Renamed, strconv.Itoa(wrong), "Bad requests answer %d.", wrong)
	}
}
