package probe

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
)

// tryClears clears each property at the top that can be null.
func (p *prober) tryClears(ctx context.Context, s *speech) error {
	rule := "null-clears"
	var refused, ignored, cleared []string
	said := ""
	for _, name := range slices.Backward(s.updatable()) {
		if !s.kind.Update[name].Nullable || s.stuck != "" || slices.Contains(cleared, name) {
			continue
		}
		for _, o := range p.objects(s) {
			derived := !s.kind.Object[name].Nullable && o.sent[name] == nil
			if isVoid(o.is[name]) || o.is[name] == s.absent(name) || derived {
				continue
			}
			changes := map[string]any{name: nil}
			if name == "type" {
				changes["typeConfig"] = nil
			}
			was := o.is
			r, err := p.update(ctx, o, changes)
			if err != nil {
				return err
			}
			if !r.ok() {
				said = p.quote(r)
				if r.refusal.at == "" || r.refusal.at == s.name(name) {
					refused = append(refused, name)
					break
				}
				continue // Another property stands in the way.
			}
			is, late, met, err := p.reread(ctx, o, func(is map[string]any) bool {
				return !s.matches(s.inside(name, was), was[name], is[name])
			})
			if err != nil {
				return err
			}
			if !met {
				if is != nil {
					o.is = is
				}
				if !s.ignores[name] && !s.never(name) {
					ignored = append(ignored, name)
				}
				break
			}
			p.heldRead(s, late)
			cleared = append(cleared, sortedNames(changes)...)
			break
		}
	}
	switch {
	case s.nullless:
		p.breakRule(rule, s, "Null is refused. "+said)
	case len(cleared) == 0 && len(refused) > 0:
		p.breakRule(rule, s, "Null is refused. "+said)
	case len(cleared) == 0 && len(ignored) > 0:
		p.breakRule(rule, s, "Null is accepted and ignored.")
	default:
		for _, name := range append(refused, ignored...) {
			p.differs(contract.Subject{Kind: s.kind.Noun, Operation: "update", Part: contract.Request, Property: name},
				contract.Narrower, "", "It cannot be cleared with null. %s", said)
		}
		if len(cleared) > 0 {
			p.keepRule(rule)
		}
	}
	return nil
}

// absent is the value that a property has when a create leaves it out, by the contract.
func (s *speech) absent(name string) any {
	return s.kind.Create[name].Default
}

// tryWhole checks that a nested value is replaced whole.
func (p *prober) tryWhole(ctx context.Context, s *speech) error {
	tried := 0
	for _, name := range s.updatable() {
		for _, o := range p.objects(s) {
			value, thinner, lost := s.thinner(name, o.is[name], o)
			if lost == "" || s.stuck != "" || s.ignores[name] {
				continue
			}
			r, err := p.update(ctx, o, map[string]any{name: thinner})
			if err != nil {
				return err
			}
			if !r.ok() {
				continue
			}
			_, late, met, err := p.reread(ctx, o, func(is map[string]any) bool {
				return isVoid(valueIn(is[name], lost)) || !s.matches(s.inside(name, o.is), value, is[name])
			})
			if err != nil {
				return err
			}
			if met {
				p.heldRead(s, late)
				p.keepRule("nested-replaced")
			} else {
				p.breakRule("nested-replaced", s, "What an update leaves out of "+name+" stays.")
			}
			tried++
			break
		}
		if tried == 2 {
			return nil
		}
	}
	return nil
}

// thinner leaves one thing out of a nested value: a language, or a property that can be null.
func (s *speech) thinner(name string, value any, o *object) (whole, thinner map[string]any, lost string) {
	whole, ok := value.(map[string]any)
	if !ok {
		return nil, nil, ""
	}
	inside := s.inside(name, o.is)
	names := sortedNames(whole)
	if len(s.below[inside]) == 0 {
		if len(names) < 2 || strings.HasPrefix(inside, "typeConfig") {
			return nil, nil, ""
		}
		lost = names[len(names)-1]
	} else {
		for _, inner := range names {
			one := s.kind.Update[child(inside, inner)]
			_, left := s.dropped[child(inside, inner)]
			if one.Nullable && !one.Required && !left && !isVoid(whole[inner]) && s.kind.Object[child(inside, inner)].Nullable {
				lost = inner
			}
		}
		if lost == "" {
			return nil, nil, ""
		}
	}
	thinner = map[string]any{}
	for _, inner := range names {
		if inner != lost {
			thinner[inner] = whole[inner]
		}
	}
	return whole, thinner, lost
}

func valueIn(value any, name string) any {
	object, _ := value.(map[string]any)
	return object[name]
}

// tryImmutable checks that what never changes is refused.
func (p *prober) tryImmutable(ctx context.Context, s *speech) error {
	for _, name := range s.below[""] {
		if !s.kind.Update[name].Immutable || s.stuck != "" {
			continue
		}
		for _, o := range p.objects(s) {
			word, _ := o.is[name].(string)
			other := otherWord(s.wordsOf(name), word)
			if other == word {
				continue
			}
			r, err := p.update(ctx, o, map[string]any{name: other})
			if err != nil {
				return err
			}
			subject := contract.Subject{Kind: s.kind.Noun, Operation: "update", Part: contract.Request, Property: name}
			if !r.ok() {
				p.keepRule("immutable")
				p.holds(subject)
				break
			}
			is, _, err := p.get(ctx, s, o.id)
			if err != nil {
				return err
			}
			if is != nil && is[name] == other {
				o.is = is
				p.breakRule("immutable", s, "A change of "+name+" is accepted.")
			} else {
				p.breakRule("immutable", s, "A change of "+name+" is accepted and ignored.")
			}
			p.holds(subject)
			break
		}
	}
	return nil
}

// tryRefusals sends what should be refused.
func (p *prober) tryRefusals(ctx context.Context, s *speech) error {
	for _, try := range []func(context.Context, *speech) error{
		p.tryWrongValue, p.tryUnknownProperty, p.tryTaken, p.tryNothing, p.tryUnknownID, p.tryDerived,
	} {
		if err := try(ctx, s); err != nil && !errors.Is(err, errUnmade) {
			return err
		}
	}
	return nil
}

// expectRefusal sends a create that should be refused. It removes nothing: what is made is noted.
func (p *prober) expectRefusal(ctx context.Context, s *speech, body map[string]any, name string,
	extra map[string]any,
) (reply, bool, error) {
	wire := s.out(body, "")
	maps.Copy(wire, s.demanded)
	maps.Copy(wire, extra)
	r, err := p.call(ctx, http.MethodPost, s.base, nil, wire)
	if err != nil {
		if _, is := unreached(err); is {
			p.unclear = true
		}
		return r, false, err
	}
	if r.ok() {
		_, err := p.created(ctx, s, body, name, 1, r)
		return r, false, err
	}
	if r.refused() {
		p.meet(r.status)
	}
	return r, r.refused(), nil
}

// tryWrongValue sends a create with a value of a wrong type.
func (p *prober) tryWrongValue(ctx context.Context, s *speech) error {
	body, name, err := p.fresh(s, p.withoutReferences(s, s.examples[0]))
	if err != nil {
		return err
	}
	for _, property := range s.below[""] {
		text, isText := body[property].(string)
		_, left := s.dropped[property]
		_, sendable := s.kind.Create[property]
		if left || !sendable || isText && text == name || body[property] == nil ||
			len(s.wordsOf(property)) > 0 || s.references[property] != "" {
			continue
		}
		body[property] = true
		r, refused, err := p.expectRefusal(ctx, s, body, name, nil)
		if err != nil {
			return err
		}
		if !refused {
			p.breakRule("wrong-value", s, "A create with true in "+property+" is accepted.")
			return nil
		}
		p.keepRule("wrong-value")
		p.noteForm(r)
		if r.refusal.leads && r.refusal.at == s.name(property) {
			p.keepRule("error-path")
		} else {
			p.breakRule("error-path", s, "It does not. "+p.quote(r))
		}
		return nil
	}
	return nil
}

// noteForm compares the form of an error with the contract.
func (p *prober) noteForm(r reply) {
	subject := func(property string) contract.Subject {
		return contract.Subject{Kind: contract.Errors, Part: contract.Answer, Property: property}
	}
	body, _ := r.body.(map[string]any)
	for _, property := range []string{"code", "message"} {
		switch value := body[property].(type) {
		case string:
			p.holds(subject(property))
		case nil:
			p.differs(subject(property), contract.Missing, "", "An error does not have it.")
		default:
			p.differs(subject(property), contract.Retyped, "", "It is %s.", article(jsonType(value)))
		}
	}
	if r.refusal.code == "" {
		p.codeless = true
	}
}

// tryUnknownProperty sends a create with a property that no API has.
func (p *prober) tryUnknownProperty(ctx context.Context, s *speech) error {
	body, name, err := p.fresh(s, p.withoutReferences(s, s.examples[len(s.examples)-1]))
	if err != nil {
		return err
	}
	_, refused, err := p.expectRefusal(ctx, s, body, name, map[string]any{"tfProbe": true})
	if err != nil {
		return err
	}
	if refused {
		p.keepRule("unknown-property")
	} else {
		p.breakRule("unknown-property", s, "It is accepted.")
	}
	return nil
}

// tryTaken makes a second object with a unique property of another one.
func (p *prober) tryTaken(ctx context.Context, s *speech) error {
	for _, path := range sortedNames(s.kind.Create) {
		if !s.kind.Create[path].Unique {
			continue
		}
		if _, left := s.dropped[path]; left {
			continue
		}
		for _, o := range p.objects(s) {
			taken, _ := s.valueAt(o.is, path).(string)
			if taken == "" {
				continue
			}
			body, name, err := p.fresh(s, s.examples[o.example])
			if err != nil {
				return err
			}
			if s.valueAt(body, path) == nil {
				continue
			}
			s.setAt(body, path, taken)
			_, refused, err := p.expectRefusal(ctx, s, body, name, nil)
			switch {
			case err != nil:
				return err
			case refused:
				p.keepRule("unique")
			default:
				p.breakRule("unique", s, "Two objects can have one "+path+".")
			}
			break
		}
	}
	return nil
}

// unknownID is an id that no object has.
func (s *speech) unknownID() string {
	if s.numbers {
		return "999999999"
	}
	return "00000000-0000-4000-8000-000000000000"
}

// tryNothing refers to an object that does not exist.
func (p *prober) tryNothing(ctx context.Context, s *speech) error {
	for _, path := range sortedNames(s.references) {
		to := p.speech(s.references[path])
		if _, left := s.dropped[path]; left || to == nil || to.lost != "" {
			continue
		}
		for _, o := range p.objects(s) {
			if s.valueAt(o.sent, path) == nil {
				continue
			}
			body, name, err := p.fresh(s, s.examples[o.example])
			if err != nil {
				return err
			}
			copied, _ := clone(body).(map[string]any)
			s.setAt(copied, path, to.unknownID())
			_, refused, err := p.expectRefusal(ctx, s, copied, name, nil)
			switch {
			case err != nil:
				return err
			case refused:
				p.keepRule("references")
			default:
				p.breakRule("references", s, "A create with a wrong "+path+" is accepted.")
			}
			break
		}
	}
	return nil
}

// tryUnknownID reads an object that does not exist.
func (p *prober) tryUnknownID(ctx context.Context, s *speech) error {
	r, err := p.call(ctx, http.MethodGet, s.path(s.unknownID()), nil, nil)
	if err != nil {
		return err
	}
	p.checkUnknown("unknown-id", s, r)
	return nil
}

// checkUnknown compares the answer about an object that does not exist with the contract.
func (p *prober) checkUnknown(rule string, s *speech, r reply) {
	body, isObject := r.body.(map[string]any)
	switch {
	case r.ok():
		p.breakRule(rule, s, "It answers "+textOfStatus(r.status)+".")
	case r.status != http.StatusNotFound:
		p.breakRule(rule, s, p.quote(r))
	case r.refusal.code == "" && p.codeless && isObject && len(body) > 0:
		p.keepRule(rule) // No error has a code.
	case !strings.HasSuffix(r.refusal.code, ".not-found"):
		p.breakRule(rule, s, "The code is missing or another one. "+p.quote(r))
	default:
		p.keepRule(rule)
	}
	if r.status == http.StatusNotFound {
		p.meet(r.status)
	}
}

func textOfStatus(status int) string { return strconv.Itoa(status) }

// tryDerived checks that the service chooses what can be left out and is never null.
func (p *prober) tryDerived(_ context.Context, s *speech) error {
	for _, path := range sortedNames(s.kind.Create) {
		sendable, answered := s.kind.Create[path], s.kind.Object[path]
		if !sendable.Nullable || answered.Nullable || !slices.Equal(answered.Types, []string{"string"}) || s.never(path) {
			continue
		}
		for _, o := range p.objects(s) {
			holder, _ := cutProperty(path)
			if s.valueAt(o.sent, path) != nil || holder != "" && s.valueAt(o.is, holder) == nil {
				continue
			}
			if text, ok := s.valueAt(o.is, path).(string); ok && text != "" {
				p.keepRule("derived")
			} else {
				p.breakRule("derived", s, path+" is empty.")
			}
		}
	}
	return nil
}

// compareSteps checks that parts of a list keep their ids.
func (p *prober) compareSteps(s *speech, before, is, changes map[string]any) {
	for _, path := range sortedNames(s.kind.Update) {
		holder, name := cutProperty(path)
		if name != "id" || holder == "" {
			continue
		}
		if _, changed := changes[strings.Split(strings.Split(holder, ".")[0], ":")[0]]; !changed {
			continue
		}
		was, now := s.listAt(before, holder), s.listAt(is, holder)
		if len(was) == 0 || len(now) == 0 || len(was) < len(now) {
			continue
		}
		kept := true
		for i := range now {
			id, _ := valueIn(now[i], "id").(string)
			kept = kept && id != "" && id == valueIn(was[i], "id")
		}
		if kept {
			p.keepRule("step-ids")
		} else if !s.never(path) {
			p.breakRule("step-ids", s, "After an update, it has another id.")
		}
	}
}

// listAt returns the list at a path.
func (s *speech) listAt(object map[string]any, path string) []any {
	list, _ := s.valueAt(object, path).([]any)
	return list
}

// tryLife walks the life cycle with a new object.
func (p *prober) tryLife(ctx context.Context, s *speech) error {
	if len(s.moves) == 0 {
		return nil
	}
	o, err := p.make(ctx, s, 0)
	if errors.Is(err, errUnmade) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := p.tryRead(ctx, o); err != nil || s.lost != "" {
		return err
	}
	words := s.wordsOf("status")
	if s.never("status") || len(words) == 0 || !s.isTied(o) {
		return nil
	}
	p.arrive(s, "", words[0], o.is)
	before := words[0]
	for _, name := range []string{"publish", "end", "archive", "unarchive"} {
		if _, there := s.kind.Operations[name]; !there {
			continue
		}
		operation := s.kind.Operations[name]
		if operation.Irreversible != "" && o.is["type"] == operation.Irreversible {
			return nil
		}
		to := operation.LeadsTo
		from, _ := o.is["status"].(string)
		if to == "" {
			to = before
		} else if name == "archive" {
			before = from
		}
		done, err := p.tryTransition(ctx, o, name, from, to)
		if err != nil {
			return err
		}
		if done && name == "publish" {
			if err := p.tryFrozen(ctx, o); err != nil {
				return err
			}
		}
	}
	return nil
}

// isTied reports whether an object shows what its example refers to. A campaign that lost its
// audience would be published for all users.
func (s *speech) isTied(o *object) bool {
	for name, value := range s.examples[o.example] {
		text, ok := value.(string)
		if ok && strings.HasPrefix(text, "$") && (o.sent[name] == nil || o.is[name] != o.sent[name]) {
			s.untied = "An object without its " + name + " is not published."
			return false
		}
	}
	return true
}

// tryTransition makes one transition and waits for the status.
func (p *prober) tryTransition(ctx context.Context, o *object, name, from, to string) (done bool, err error) {
	s := o.speech
	r, err := p.transition(ctx, s, o.id, name)
	if err != nil || r.status == 0 {
		return false, err
	}
	if !r.ok() && r.repeated {
		// The first attempt may have been carried out.
		if is, _, err := p.get(ctx, s, o.id); err != nil {
			return false, err
		} else if is != nil && is["status"] != from {
			o.is = is
			return false, nil
		}
	}
	if !r.ok() && len(s.dropped) > 0 {
		return false, nil // It may need what a create refuses.
	}
	if !r.ok() {
		p.breakRule("life-cycle", s, "It cannot "+name+" an object whose status is "+safeWord(from)+". "+p.quote(r))
		return false, nil
	}
	answer := contract.Subject{Kind: s.kind.Noun, Operation: name, Part: contract.Answer}
	p.noteStatus(answer, s, name, r.status)
	is, late, met, err := p.reread(ctx, o, func(is map[string]any) bool {
		status, _ := is["status"].(string)
		return status == to || status != from
	})
	if err != nil {
		return false, err
	}
	if !met {
		p.breakRule("life-cycle", s, "After "+name+", the status is still "+safeWord(from)+".")
		return false, nil
	}
	if late {
		p.breakRule("current-status", s, "A read right after "+name+" shows the status before it.")
	} else {
		p.keepRule("current-status")
	}
	p.arrive(s, name, to, is)
	return true, nil
}

// arrive compares the status of an object with the one that it should have, and learns the
// service's word for it. transition is "" for a create.
func (p *prober) arrive(s *speech, transition, to string, is map[string]any) {
	status, _ := is["status"].(string)
	words := s.wordsOf("status")
	switch {
	case status == to:
		p.keepRule("life-cycle")
	case !slices.Contains(words, status) && wordForm.MatchString(status) && s.words["status"][to] == "":
		s.learnWord("status", to, status)
		is["status"] = to
		p.keepRule("life-cycle")
	case transition == "":
		p.breakRule("life-cycle", s, "The status of a new object is "+safeWord(status)+".")
	default:
		p.breakRule("life-cycle", s, "After "+transition+", the status is "+safeWord(status)+".")
	}
	if is["status"] == to {
		p.holds(contract.Subject{Kind: s.kind.Noun, Part: contract.Words, Property: "status", Word: to})
	}
}

// safeWord is a word of the service. Any other text may be of the merchant, and is not repeated.
func safeWord(word string) string {
	if wordForm.MatchString(word) {
		return word
	}
	return "another one"
}

// tryFrozen checks that a published object keeps what must not change any more.
func (p *prober) tryFrozen(ctx context.Context, o *object) error {
	s := o.speech
	for _, name := range s.updatable() {
		if !s.kind.Update[name].Frozen {
			continue
		}
		changes := s.change(o, name)
		if changes == nil {
			continue
		}
		r, err := p.update(ctx, o, changes)
		if err != nil {
			return err
		}
		if r.ok() {
			p.breakRule("frozen", s, "A change of "+name+" is accepted after publishing.")
			if is, _, err := p.get(ctx, s, o.id); err != nil {
				return err
			} else if is != nil {
				o.is = is
			}
		} else if r.refused() {
			p.keepRule("frozen")
		}
	}
	return nil
}
