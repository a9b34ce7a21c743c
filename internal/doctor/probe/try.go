package probe

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
)

// probeKinds tries every kind, in an order in which they can refer to each other.
func (p *prober) probeKinds(ctx context.Context) error {
	for _, s := range p.speeches {
		if s.lost != "" {
			continue
		}
		p.progress("Trying every %s", contract.Thing(s.kind.Noun))
		for _, step := range []func(context.Context, *speech) error{
			p.tryCreates, p.tryRows, p.tryFilter, p.tryUpdates, p.tryWhole, p.tryClears, p.tryImmutable,
			p.tryRefusals, p.tryLife,
		} {
			err := step(ctx, s)
			said, is := unreached(err)
			switch {
			case is:
				s.missed = said
			case err != nil:
				return err
			}
			if s.lost != "" {
				break
			}
		}
	}
	return nil
}

// objects are the objects of a kind that are there.
func (p *prober) objects(s *speech) []*object {
	var found []*object
	for _, o := range p.made {
		if o.speech == s && !o.gone && o.is != nil {
			found = append(found, o)
		}
	}
	return found
}

// tryCreates makes an object of every example and reads it.
func (p *prober) tryCreates(ctx context.Context, s *speech) error {
	alone := ""
	for i := range s.examples {
		o, err := p.make(ctx, s, i)
		if errors.Is(err, errAlone) {
			alone = sentence(err, errAlone)
			continue
		}
		if errors.Is(err, errUnmade) {
			s.failed = append(s.failed, sentence(err, errUnmade))
			continue
		}
		if err != nil {
			return err
		}
		if err := p.tryRead(ctx, o); err != nil {
			return err
		}
		if err := p.tryNames(ctx, o); err != nil {
			return err
		}
	}
	if alone == "" && len(s.failed) > 0 {
		p.differs(contract.Subject{Kind: s.kind.Noun, Operation: "create", Part: contract.Request}, contract.Demanded, "",
			"%s", s.failed[0])
	}
	if len(p.objects(s)) > 0 {
		return nil
	}
	s.lose("%s", cmp.Or(alone, "No object could be made."))
	return nil
}

// sentence is an error without its cause.
func sentence(err, cause error) string {
	text := strings.TrimPrefix(err.Error(), cause.Error()+": ")
	return strings.ToUpper(text[:1]) + text[1:]
}

// tryRead reads a created object and compares it with what was sent.
func (p *prober) tryRead(ctx context.Context, o *object) error {
	s := o.speech
	is, r, err := p.get(ctx, s, o.id)
	if err != nil {
		return err
	}
	for attempt := 1; is == nil && attempt < lateReads; attempt++ {
		if err := p.wait(ctx, attempt); err != nil {
			return err
		}
		p.breakRule("current-reads", s, "An object cannot be read right after it was made.")
		if is, r, err = p.get(ctx, s, o.id); err != nil {
			return err
		}
	}
	read := contract.Subject{Kind: s.kind.Noun, Operation: "read", Part: contract.Answer}
	if is == nil {
		if r.noRoute() {
			p.differs(contract.Subject{Kind: s.kind.Noun, Operation: "read", Part: contract.Route}, contract.Missing, "",
				"It answers %d.", r.status)
		} else {
			p.differs(read, contract.Retyped, "", "The answer to a read has status %d and no object with an id.", r.status)
		}
		s.lose("No object can be read.")
		return nil
	}
	p.holds(contract.Subject{Kind: s.kind.Noun, Operation: "read", Part: contract.Route})
	p.noteStatus(read, s, "read", r.status)
	o.is = is
	return nil
}

// noteStatus compares the status of a success with the contract.
func (p *prober) noteStatus(answer contract.Subject, s *speech, operation string, status int) {
	wanted := s.kind.Operations[operation].Status
	if got := http.StatusText(status); got != "" && wanted != textOfStatus(status) {
		p.write(note{
			subject: answer, verdict: contract.Differs, change: contract.Retyped, harm: contract.Harmless,
			theirs: textOfStatus(status), said: "The status is " + textOfStatus(status) + ".",
		})
		return
	}
	p.holds(answer)
}

// tryNames learns the names of properties that an answer lacks, and of those that requests leave
// out because the service does not know them.
func (p *prober) tryNames(ctx context.Context, o *object) error {
	s := o.speech
	if s.lost != "" {
		return nil
	}
	for range 5 {
		r, err := p.call(ctx, http.MethodGet, s.path(o.id), nil, nil)
		if err != nil || !r.ok() {
			return err
		}
		is, strange := s.object(r.body)
		if is == nil {
			return nil
		}
		o.is = is
		guesses := s.guessNames(o, strange)
		if len(guesses) == 0 {
			break
		}
		if err := p.tryGuesses(ctx, o, guesses); err != nil {
			return err
		}
		if s.lost != "" {
			return nil
		}
	}
	s.see(s.read, o.is, o.sent, "")
	s.seeWords(o)
	return nil
}

// seeWords records the words of an object.
func (s *speech) seeWords(o *object) {
	sent, is := map[string][]string{}, map[string][]string{}
	collect := func(object map[string]any, into map[string][]string) {
		s.walk(object, func(path string, value any) {
			if word, ok := value.(string); ok && len(s.wordsOf(path)) > 0 {
				into[path] = append(into[path], word)
			}
		})
	}
	collect(o.sent, sent)
	collect(o.is, is)
	for path, words := range is {
		for i, word := range words {
			if len(sent[path]) == len(words) && sent[path][i] != word && !slices.Contains(s.wordsOf(path), word) {
				s.learnWord(path, sent[path][i], word)
				word = sent[path][i]
			}
			switch {
			case slices.Contains(s.wordsOf(path), word):
				s.prober.holds(contract.Subject{Kind: s.kind.Noun, Part: contract.Words, Property: path, Word: word})
			case path != "status" && s.vocabulary[path].Closed && wordForm.MatchString(word) &&
				!slices.Contains(s.others[path], word):
				s.others[path] = append(s.others[path], word)
			}
		}
	}
}

// guessNames pairs properties that are missing with names that nobody knows: by their values, or
// else by their names. It sets the names. guesses are those that no value confirms.
func (s *speech) guessNames(o *object, strange map[string]map[string]any) (guesses []string) {
	for _, holder := range sortedNames(strange) {
		for _, name := range s.below[holder] {
			path := child(holder, name)
			if _, tried := s.names[path]; tried || s.read[path].value > 0 {
				continue
			}
			_, left := s.dropped[path]
			is := o.is
			if holder != "" {
				is = firstObject(s.valueAt(o.is, holder))
			}
			if is == nil || has(is, name) {
				continue
			}
			sent := s.valueAt(o.sent, path)
			if found := s.sameValue(path, sent, strange[holder]); found != "" && !left {
				s.names[path] = found
				guesses = append(guesses, path)
				continue
			}
			_, answered := s.kind.Object[path]
			if _, sendable := s.kind.Create[path]; !answered || sendable && sent == nil {
				continue
			}
			if sent != nil {
				s.missing[path] = true
			}
			names := s.alike(path, sortedNames(strange[holder]))
			if left || sent != nil {
				names = unique(append(names, sortedNames(strange[holder])...))
			}
			for _, theirs := range names {
				if holder == "" && s.demanded[theirs] != nil || slices.Contains(s.tried[path], theirs) ||
					!sameType(s.known[path], strange[holder][theirs]) {
					continue
				}
				s.names[path] = theirs
				guesses = append(guesses, path)
				break
			}
		}
	}
	return guesses
}

func has(object map[string]any, name string) bool {
	_, there := object[name]
	return there
}

// sameValue finds the strange property that has the value that was sent.
func (s *speech) sameValue(path string, sent any, strange map[string]any) string {
	if isVoid(sent) {
		return ""
	}
	for _, theirs := range sortedNames(strange) {
		if jsonType(sent) != jsonType(strange[theirs]) || s.demanded[theirs] != nil {
			continue
		}
		if _, isBool := sent.(bool); !isBool && s.matches(path, sent, s.inValue(strange[theirs], path, path,
			map[string]map[string]any{})) {
			return theirs
		}
	}
	return ""
}

// sameType reports whether a property could have a value.
func sameType(p contract.Property, value any) bool {
	types := p.Types
	is := jsonType(value)
	switch {
	case value == nil:
		return true
	case p.List != (is == "array"):
		return false
	default:
		return p.List || len(types) == 0 || slices.Contains(types, is) || is == "number" &&
			slices.Contains(types, "integer") ||
			is == "number" && p.IsTime
	}
}

// tryGuesses makes another object to see whether guessed names are right: then the values come
// back. Names that only the service sets are taken as they are.
func (p *prober) tryGuesses(ctx context.Context, o *object, guesses []string) error {
	s := o.speech
	was := map[string]dropped{}
	for _, path := range guesses {
		if d, left := s.dropped[path]; left {
			was[path] = d
			delete(s.dropped, path)
		}
	}
	other, err := p.make(ctx, s, o.example)
	switch {
	case errors.Is(err, errUnmade):
		for _, path := range guesses {
			s.tried[path] = append(s.tried[path], s.names[path])
			delete(s.names, path)
		}
		maps.Copy(s.dropped, was)
		return nil
	case err != nil:
		return err
	}
	if err := p.tryRead(ctx, other); err != nil || s.lost != "" {
		return err
	}
	for _, path := range guesses {
		sent := s.valueAt(other.sent, path)
		_, sendable := s.kind.Create[path]
		if sendable && sent != nil && !s.matches(path, sent, s.valueAt(other.is, path)) {
			s.tried[path] = append(s.tried[path], s.names[path])
			delete(s.names, path)
			if d, left := was[path]; left {
				s.dropped[path] = d
			}
		}
	}
	o.id, other.id = other.id, o.id // The newer one has all properties.
	o.is, other.is = other.is, nil
	o.sent, other.sent = other.sent, o.sent
	o.name, other.name = other.name, o.name
	return nil
}

// tryRows finds the objects in the list, and learns how it is paged.
func (p *prober) tryRows(ctx context.Context, s *speech) error {
	route := contract.Subject{Kind: s.kind.Noun, Operation: "list", Part: contract.Route}
	if !s.pages.learned {
		if err := p.learnPages(ctx, s); err != nil || s.lost != "" {
			return err
		}
	}
	var missing []*object
	for attempt := range lateReads {
		if attempt > 0 {
			if err := p.wait(ctx, attempt); err != nil {
				return err
			}
		}
		rows, err := p.list(ctx, s, nil)
		if err != nil {
			return err
		}
		if missing = p.compareRows(s, rows); len(missing) == 0 {
			break
		}
		if attempt == 0 {
			p.breakRule("current-reads", s, "A list lacks an object right after it was made.")
		}
	}
	if len(missing) > 0 {
		p.differs(route, contract.Missing, "", "The list does not have an object that can be read by its id.")
		return nil
	}
	p.holds(route)
	p.holds(contract.Subject{Kind: s.kind.Noun, Operation: "list", Part: contract.Parameter})
	return nil
}

// compareRows compares rows with the objects as they were read, and returns the objects without
// row.
func (p *prober) compareRows(s *speech, rows []map[string]any) (missing []*object) {
	s.listed = sightings{}
	ids := s.ids(rows)
	for _, o := range p.objects(s) {
		at := slices.Index(ids, o.id)
		if at < 0 {
			missing = append(missing, o)
			continue
		}
		row := s.in(rows[at], "", map[string]map[string]any{})
		s.see(s.listed, row, o.is, "")
	}
	return missing
}

// tryFilter asks for the objects of one type.
func (p *prober) tryFilter(ctx context.Context, s *speech) error {
	_, _, filter := s.kind.Parameters()
	if filter == "" {
		return nil
	}
	subject := contract.Subject{Kind: s.kind.Noun, Operation: "list", Part: contract.Parameter, Property: filter}
	for _, o := range p.objects(s) {
		word, _ := o.is[filter].(string)
		rows, refused, err := p.filtered(ctx, s, filter, s.word(filter, word))
		switch {
		case err != nil:
			return err
		case refused != nil:
			p.differs(subject, contract.Missing, "", "It is refused with status %d. %s", refused.status, p.quote(*refused))
			return nil
		}
		for _, row := range rows {
			if of, there := row[s.name(filter)]; there && of != s.word(filter, word) {
				p.differs(subject, contract.Missing, "", "It is ignored: the list has objects of other types.")
				return nil
			}
		}
		if len(rows) == 0 || !slices.Contains(s.ids(rows), o.id) {
			p.differs(subject, contract.Retyped, "", "The list of a type lacks an object of that type.")
			return nil
		}
	}
	p.holds(subject)
	return nil
}

// filtered lists with a filter. The reply is the answer if the service refuses it, else nil.
func (p *prober) filtered(ctx context.Context, s *speech, name, word string) ([]map[string]any, *reply, error) {
	query := url.Values{name: {word}}
	r, err := p.turn(ctx, s, s.pages.size, "", query)
	if err != nil {
		return nil, nil, err
	}
	if !r.ok() {
		return nil, &r, nil
	}
	rows, err := p.list(ctx, s, query)
	return rows, nil, err
}

// tryUpdates changes each property at the top once, and checks that it changes and nothing else.
func (p *prober) tryUpdates(ctx context.Context, s *speech) error {
	for _, name := range s.updatable() {
		if err := p.tryUpdate(ctx, s, name); err != nil {
			return err
		}
	}
	return nil
}

// updatable are the properties at the top that an update may change.
func (s *speech) updatable() []string {
	var names []string
	for _, name := range s.below[""] {
		_, sent := s.kind.Update[name]
		_, left := s.dropped[name]
		if sent && !left && !s.kind.Update[name].Immutable {
			names = append(names, name)
		}
	}
	// A change of type comes last, because it takes the settings of an object away.
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(boolOrder(a == "type")-boolOrder(b == "type"), strings.Compare(a, b))
	})
	return names
}

// tryUpdate changes one property of one object after another, until the service accepts a change.
func (p *prober) tryUpdate(ctx context.Context, s *speech, name string) error {
	subject := contract.Subject{Kind: s.kind.Noun, Operation: "update", Part: contract.Request, Property: name}
	said, changed := "", false
	for _, o := range p.objects(s) {
		changes := s.change(o, name)
		if _, nested := changes[name].(string); changes == nil || changed && (nested || len(changes) > 1) {
			continue // The settings of each type are changed once, other properties once.
		}
		r, err := p.update(ctx, o, changes)
		if err != nil {
			return err
		}
		if r.noRoute() {
			s.stuck = "The service has no update that was found."
			return nil
		}
		if !r.ok() {
			said = p.quote(r)
			continue
		}
		if err := p.checkUpdate(ctx, o, subject, changes, r); err != nil {
			return err
		}
		changed = true
	}
	if said != "" && !changed {
		p.differs(subject, contract.Narrower, "", "No change of it is accepted. %s", said)
	}
	return nil
}

// change returns another value for a property of an object, with what must go with it; nil for
// none.
func (s *speech) change(o *object, name string) map[string]any {
	value := o.is[name]
	if value == nil {
		value = o.sent[name]
	}
	if value == nil {
		return nil
	}
	if name == "type" {
		for _, example := range s.examples {
			if example["type"] != value && example["typeConfig"] != nil {
				return map[string]any{"type": example["type"], "typeConfig": replaceTexts(example["typeConfig"],
					probeMark, markIn(o.name))}
			}
		}
		return nil
	}
	other := s.altered(name, value, o)
	if s.matches(s.inside(name, o.is), other, value) && s.matches(s.inside(name, o.is), value, other) {
		return nil
	}
	return map[string]any{name: other}
}

// checkUpdate reads an object after an update.
func (p *prober) checkUpdate(
	ctx context.Context, o *object, subject contract.Subject, changes map[string]any, r reply,
) error {
	s, before := o.speech, o.is
	s.answered(p, "update", r)
	is, late, met, err := p.reread(ctx, o, func(is map[string]any) bool { return s.changed(is, changes) })
	if err != nil {
		return err
	}
	if !met {
		unchanged := is != nil && s.changed(is, only(before, changes))
		for name := range changes {
			if s.never(name) {
				return nil // No answer shows it.
			}
		}
		if unchanged {
			s.ignores[subject.Property] = true
			p.differs(subject, contract.Missing, "", "An update of it is accepted and ignored.")
		} else {
			p.differs(subject, contract.Retyped, "", "After an update, it has another value than the one that was sent.")
		}
		if is != nil {
			o.is = is
		}
		return nil
	}
	p.heldRead(s, late)
	for name := range changes {
		p.holds(contract.Subject{Kind: subject.Kind, Operation: "update", Part: contract.Request, Property: name})
		s.holdInside(p, o, name, changes)
	}
	p.compareSteps(s, before, is, changes)
	for _, other := range s.below[""] {
		_, changed := changes[other]
		if changed || other == "updatedAt" || s.matches(s.inside(other, before), before[other], is[other]) {
			continue
		}
		p.breakRule("only-changes", s, "An update of "+subject.Property+" also changes "+other+".")
	}
	p.keepRule("only-changes")
	return nil
}

func only(object, names map[string]any) map[string]any {
	out := map[string]any{}
	for name := range names {
		out[name] = object[name]
	}
	return out
}

// changed reports whether an object has changes.
func (s *speech) changed(is, changes map[string]any) bool {
	for name, value := range changes {
		if !s.matches(s.inside(name, with(is, changes)), value, is[name]) {
			return false
		}
	}
	return true
}

// holdInside notes that an update took all properties of a nested value.
func (s *speech) holdInside(p *prober, o *object, name string, changes map[string]any) {
	s.walk(with(o.is, changes), func(path string, value any) {
		_, last := cutProperty(path)
		if s.isLeft(path) {
			return
		}
		if top, _, _ := strings.Cut(path, "."); top != name && !strings.HasPrefix(top, name+":") ||
			value == nil && last != "" {
			return
		}
		p.holds(contract.Subject{Kind: s.kind.Noun, Operation: "update", Part: contract.Request, Property: path})
	})
}

// answered notes the answer to a write.
func (s *speech) answered(p *prober, operation string, r reply) {
	answer := contract.Subject{Kind: s.kind.Noun, Operation: operation, Part: contract.Answer}
	expected := s.kind.Operations[operation]
	if object, _ := s.object(r.body); object == nil && expected.Answer != nil && !expected.MayBeEmpty {
		p.write(note{
			subject: answer, verdict: contract.Differs, change: contract.MayLack, harm: contract.Harmless,
			said: "The answer has no object.",
		})
		return
	}
	p.noteStatus(answer, s, operation, r.status)
}

// heldRead notes whether a read right after a write showed it.
func (p *prober) heldRead(s *speech, late bool) {
	if late {
		p.breakRule("current-reads", s, "A read right after an update shows the object before it.")
		return
	}
	p.keepRule("current-reads")
}
