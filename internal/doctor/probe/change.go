package probe

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/likeness"
)

// lateReads is how often an object is read until a change shows.
const lateReads = 5

// get reads an object. It returns nil if the service does not have it, or not in an answer that the
// probe understands.
func (p *prober) get(ctx context.Context, s *speech, id string) (object map[string]any, r reply, err error) {
	r, err = p.call(ctx, http.MethodGet, s.path(id), nil, nil)
	if err != nil || !r.ok() {
		return nil, r, err
	}
	object, _ = s.object(r.body)
	return object, r, nil
}

// reread reads an object until it is as expected, and returns the last state. late says that the
// first answer was not.
func (p *prober) reread(
	ctx context.Context, o *object, expected func(map[string]any) bool,
) (is map[string]any, late, met bool, err error) {
	for attempt := range lateReads {
		if attempt > 0 {
			if err := p.wait(ctx, attempt); err != nil {
				return is, late, false, err
			}
		}
		is, _, err = p.get(ctx, o.speech, o.id)
		if err != nil {
			return is, late, false, err
		}
		if is != nil && expected(is) {
			o.is = is
			return is, attempt > 0, true, nil
		}
	}
	return is, true, false, nil
}

// update sends changes of an object, and learns which method the service wants.
func (p *prober) update(ctx context.Context, o *object, changes map[string]any) (reply, error) {
	s := o.speech
	route := contract.Subject{Kind: s.kind.Noun, Operation: "update", Part: contract.Route}
	methods := unique(append([]string{s.update}, updateMethods...))
	for _, hint := range p.hint(func(h contract.Finding) bool { return h.ID == route.String() }) {
		if method, _, _ := strings.Cut(hint, " "); slices.Contains(updateMethods, method) &&
			p.notes[route.String()].verdict == "" {
			methods = unique(append([]string{s.update, method}, updateMethods...))
		}
	}
	settled := p.notes[route.String()].verdict != ""
	var r, refusal reply
	for _, method := range methods {
		var err error
		if r, err = p.updateBy(ctx, o, method, changes); err != nil {
			return r, err
		}
		if r.noRoute() {
			continue
		}
		if !r.ok() && !settled {
			if refusal.status == 0 {
				refusal = r
			}
			continue // Perhaps the method is for something else.
		}
		s.update = method
		if ours := s.kind.Operations["update"].Method; method == ours {
			p.holds(route)
		} else {
			p.differs(route, contract.Renamed, method+" "+s.base+"/{id}", "An update is %s%s.", method, wholeText(method))
		}
		return r, nil
	}
	if refusal.status != 0 {
		return refusal, nil
	}
	p.differs(route, contract.Missing, "", "None of %s updates an object: the service answered %d.",
		strings.Join(methods, ", "), r.status)
	return r, nil
}

// wholeText says that a method replaces the whole object.
func wholeText(method string) string {
	if method == http.MethodPut {
		return " of the whole object"
	}
	return ""
}

// updateBy sends an update by one method, and learns from refusals.
func (p *prober) updateBy(ctx context.Context, o *object, method string, changes map[string]any) (reply, error) {
	s := o.speech
	for range learnings {
		body := changes
		if method == http.MethodPut {
			body = p.whole(o, changes)
		}
		wire := s.outChanges(body, o.is)
		if method == http.MethodPut {
			maps.Copy(wire, s.demanded)
		}
		r, err := p.repeat(ctx, func() (reply, error) { return p.call(ctx, method, s.path(o.id), nil, wire) })
		if err != nil || r.ok() || !r.refused() {
			return r, err
		}
		p.meet(r.status)
		at := s.ours(r.refusal.at, with(o.is, body))
		path := at.path
		switch {
		case at.known && s.isAskedNumber(at, r.refusal):
			s.numeric[path] = true
		case at.known && s.isAskedInstant(path, r.refusal):
			s.instants = true
		case at.known && len(r.refusal.choices) > 0 && s.learnChoices(path, at.value, r.refusal.choices):
		case method == http.MethodPut && at.known && changes[path] == nil && body[path] == nil &&
			r.refusal.why != neededName &&
			!s.nullless:
			s.nullless = true // A whole object may leave it out.
		default:
			return r, nil
		}
	}
	return reply{}, nil
}

// repeat sends a request that may be sent twice again, where [prober.call] does not.
func (p *prober) repeat(ctx context.Context, send func() (reply, error)) (reply, error) {
	for attempt := 1; ; attempt++ {
		r, err := send()
		if _, is := unreached(err); !is || attempt == callTries {
			r.repeated = r.repeated || attempt > 1
			return r, err
		}
		if err := p.wait(ctx, attempt); err != nil {
			return reply{}, err
		}
	}
}

// whole is the body of an update of the whole object.
func (p *prober) whole(o *object, changes map[string]any) map[string]any {
	s, body := o.speech, map[string]any{}
	for _, name := range s.below[""] {
		if _, updated := s.kind.Update[name]; !updated {
			continue
		}
		value, there := o.is[name]
		if !there {
			value, there = o.sent[name]
		}
		if changed, is := changes[name]; is {
			value, there = changed, true
		}
		if there && (value != nil || !s.nullless) {
			body[name] = value
		}
	}
	return body
}

// transition moves an object along its life cycle, and learns how the service wants it. It returns
// an empty reply if the service has no such transition.
func (p *prober) transition(ctx context.Context, s *speech, id, name string) (reply, error) {
	route := contract.Subject{Kind: s.kind.Noun, Operation: name, Part: contract.Route}
	tried := p.notes[route.String()].verdict
	known := s.moves[name]
	if tried == contract.Differs && known == (move{}) {
		return reply{}, nil
	}
	moves := []move{known}
	if tried == "" {
		moves = append(moves, s.otherMoves(name)...)
	}
	for _, m := range moves {
		var before map[string]any
		if m.word != "" && m != known {
			var err error
			if before, _, err = p.get(ctx, s, id); err != nil {
				return reply{}, err
			}
		}
		r, err := p.repeat(ctx, func() (reply, error) { return p.move(ctx, s, id, m) })
		if err != nil {
			return r, err
		}
		if before != nil && r.ok() {
			moved, err := p.hasMoved(ctx, s, id, before["status"])
			if err != nil {
				return reply{}, err
			}
			if !moved {
				continue // The service ignores a status in an update.
			}
		}
		if r.noRoute() || m.word != "" && !r.ok() {
			continue
		}
		if r.refused() {
			p.meet(r.status)
			return r, nil // There is such a transition, and it is refused in this state.
		}
		if !r.ok() {
			continue
		}
		s.moves[name] = m
		if m == known {
			p.holds(route)
		} else {
			p.differs(route, contract.Renamed, s.textOfMove(m), "It is %s.", s.textOfMove(m))
		}
		return r, nil
	}
	s.moves[name] = move{}
	p.differs(route, contract.Missing, "", "No request was found that does it.")
	return reply{}, nil
}

// hasMoved reports whether the status of an object becomes another one.
func (p *prober) hasMoved(ctx context.Context, s *speech, id string, from any) (bool, error) {
	for attempt := range lateReads {
		if attempt > 0 {
			if err := p.wait(ctx, attempt); err != nil {
				return false, err
			}
		}
		is, _, err := p.get(ctx, s, id)
		if err != nil || is["status"] != from {
			return err == nil, err
		}
	}
	return false, nil
}

// move sends the request of a transition.
func (p *prober) move(ctx context.Context, s *speech, id string, m move) (reply, error) {
	if m.word == "" {
		return p.call(ctx, m.method, s.path(id)+"/"+m.segment, nil, nil)
	}
	status := map[string]any{s.name("status"): m.word}
	if m.method != http.MethodPut {
		return p.call(ctx, m.method, s.path(id), nil, status)
	}
	for _, o := range p.made {
		if o.id == id && o.speech == s {
			wire := s.out(p.whole(o, nil), "")
			wire[s.name("status")] = m.word
			return p.call(ctx, m.method, s.path(id), nil, wire)
		}
	}
	return reply{status: http.StatusNotFound}, nil
}

// textOfMove says how a transition is requested.
func (s *speech) textOfMove(m move) string {
	if m.word != "" {
		return m.method + " " + s.base + "/{id} with " + s.name("status") + " " + m.word
	}
	return m.method + " " + s.base + "/{id}/" + m.segment
}

// transitionNames are words for the transitions of any service.
var transitionNames = [][]string{
	{"publish", "activate", "enable", "start", "launch", "release", "go-live", "live"},
	{"end", "stop", "finish", "close", "complete", "terminate", "deactivate"},
	{"archive", "disable", "retire", "hide", "deactivate"},
	{"unarchive", "restore", "reactivate", "enable", "activate", "unhide", "dearchive"},
}

// otherMoves are the requests that a transition may be instead of ours.
func (s *speech) otherMoves(name string) []move {
	var moves []move
	segments := s.prober.hint(func(h contract.Finding) bool {
		return h.Kind == s.kind.Noun && h.Operation == name && h.Part == contract.Route
	})
	for i, hint := range segments {
		segments[i] = hint[strings.LastIndexByte(hint, '/')+1:]
	}
	segments = append(segments, name)
	for _, names := range transitionNames {
		if names[0] == name {
			segments = append(segments, names[1:]...)
		}
	}
	segments = unique(segments)
	var status []move
	to := s.kind.Operations[name].LeadsTo
	for _, word := range s.wordsOf("status") {
		if to != word && (to != "" || !slices.Contains(s.reached(), word)) {
			continue
		}
		forms := slices.Concat([]string{s.word("status", word), word}, wordCases(word), likeness.Synonyms(word))
		for _, form := range unique(forms) {
			for _, method := range unique([]string{s.update, http.MethodPatch, http.MethodPut, http.MethodPost}) {
				status = append(status, move{method: method, word: form})
			}
		}
	}
	for _, method := range []string{http.MethodPut, http.MethodPatch} {
		moves = append(moves, move{method: method, segment: name})
	}
	moves = append(moves, status...)
	for _, segment := range segments {
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch} {
			taken := false
			for _, other := range sortedNames(s.moves) {
				taken = taken || other != name && s.moves[other] == move{method: method, segment: segment}
			}
			if !taken && !slices.Contains(moves, move{method: method, segment: segment}) {
				moves = append(moves, move{method: method, segment: segment})
			}
		}
	}
	return moves
}

// reached are the statuses to which publishing leads.
func (s *speech) reached() []string {
	return []string{s.kind.Operations["publish"].LeadsTo}
}

// altered returns another value of a property, valid by the contract. It returns the same value if
// it knows none.
func (s *speech) altered(path string, value any, o *object) any {
	property := s.known[path]
	if text, isText := instantText(value); isText && property.IsTime {
		return laterDay(text)
	}
	switch value := value.(type) {
	case map[string]any:
		inside := s.inside(path, o.is)
		return s.alteredInside(inside, value, o)
	case []any:
		if len(value) > 1 {
			return slices.Clone(value[:len(value)-1])
		}
		out := make([]any, len(value))
		for i, one := range value {
			out[i] = s.alteredOne(path, one, o)
		}
		return out
	case json.Number:
		n, err := value.Float64()
		if err != nil {
			return value
		}
		return number(n + 1)
	case string:
		switch words := s.wordsOf(path); {
		case s.references[path] != "":
			return s.otherReference(path, value)
		case len(words) > 0:
			return otherWord(words, value)
		case property.IsTime:
			return laterDay(value)
		default:
			return alteredText(value)
		}
	default:
		return value
	}
}

// alteredInside alters what stands in an object.
func (s *speech) alteredInside(inside string, object map[string]any, o *object) map[string]any {
	out := make(map[string]any, len(object))
	for name, one := range object {
		at := child(inside, name)
		switch {
		case len(s.below[inside]) == 0:
			out[name] = one
			if text, ok := one.(string); ok {
				out[name] = alteredText(text)
			}
		case name == "type" || name == "id":
			out[name] = one
		default:
			switch value := one.(type) {
			case map[string]any:
				out[name] = s.alteredInside(s.inside(at, object), value, o)
			case []any:
				list := make([]any, len(value))
				for i, item := range value {
					list[i] = s.alteredOne(at, item, o)
				}
				out[name] = list
			default:
				out[name] = s.altered(at, value, o)
			}
		}
	}
	return out
}

// alteredOne alters one element of a list.
func (s *speech) alteredOne(path string, value any, o *object) any {
	if object, ok := value.(map[string]any); ok {
		return s.alteredInside(path, object, o)
	}
	return s.altered(path, value, o)
}

// alteredText is another text of this run.
func alteredText(text string) string {
	if mark := markIn(text); mark != "" {
		return strings.ReplaceAll(text, mark, mark+"-changed")
	}
	return text
}

func number(n float64) json.Number {
	encoded, _ := json.Marshal(n)
	return json.Number(encoded)
}

// otherWord is a word that is not the given one, if there is one.
func otherWord(words []string, word string) string {
	for _, other := range words {
		if other != word {
			return other
		}
	}
	return word
}

// instantText is a time in the form of the contract.
func instantText(value any) (string, bool) {
	at, ok := instant(value)
	return at.Format(ourTimeForm), ok
}

// ourTimeForm is the form of times in the contract.
const ourTimeForm = "2006-01-02T15:04:05.000Z"

// laterDay is the same time of the next day.
func laterDay(text string) string {
	at, ok := instant(text)
	if !ok {
		return text
	}
	return at.Add(24 * time.Hour).Format(ourTimeForm)
}

// otherReference is the id of another object of the same kind.
func (s *speech) otherReference(path, id string) string {
	for _, o := range s.prober.made {
		if o.speech.kind.Noun == s.references[path] && o.id != id && !o.gone {
			return o.id
		}
	}
	return id
}
