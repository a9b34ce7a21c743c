package probe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/likeness"
)

// learnings is how much a probe learns from the refusals of one request.
const learnings = 80

var (
	// errUnmade says that an object could not be made.
	errUnmade = errors.New("not made")
	// errAlone says that this is because of another object.
	errAlone = fmt.Errorf("%w: alone", errUnmade)
)

// object is an object that the probe made.
type object struct {
	speech *speech
	id     string
	// name is the text that begins with tf-probe-.
	name string
	// sent is what the create sent; is what the service has, as far as it is known. Both in our names.
	sent, is map[string]any
	example  int
	gone     bool
}

// fresh fills an example: a new text of this run, and the objects that it refers to.
func (p *prober) fresh(s *speech, example map[string]any) (map[string]any, string, error) {
	p.numbers++
	mark := probeMark + "-" + p.options.Run + "-" + strconv.Itoa(p.numbers)
	name := ""
	var fill func(value any, path string) (any, error)
	fill = func(value any, path string) (any, error) {
		switch value := value.(type) {
		case map[string]any:
			filled := make(map[string]any, len(value))
			for name, one := range value {
				at := child(path, name)
				inner, err := fill(one, s.inside(at, value))
				if err != nil {
					return nil, err
				}
				filled[name] = inner
			}
			return filled, nil
		case []any:
			filled := make([]any, len(value))
			for i, one := range value {
				inner, err := fill(one, path)
				if err != nil {
					return nil, err
				}
				filled[i] = inner
			}
			return filled, nil
		case string:
			if of, property, is := strings.Cut(strings.TrimPrefix(value, "$"), "."); is && strings.HasPrefix(value, "$") {
				return p.referred(s, path, of, property)
			}
			return strings.ReplaceAll(value, probeMark, mark), nil
		default:
			return value, nil
		}
	}
	filled, err := fill(example, "")
	if err != nil {
		return nil, "", err
	}
	object, _ := filled.(map[string]any)
	for _, property := range sortedNames(object) {
		if text, ok := object[property].(string); ok && isMine(text) && len(text) > len(name) {
			name = text
		}
	}
	return object, name, nil
}

// referred returns a property of an object that the probe made, for an example that refers to it.
func (p *prober) referred(s *speech, path, schema, property string) (any, error) {
	for _, to := range p.speeches {
		if to.kind.Schema != schema {
			continue
		}
		if property == "id" {
			s.references[path] = to.kind.Noun
		}
		for _, o := range slices.Backward(p.made) {
			if o.speech != to || o.gone || o.example != 0 {
				continue
			}
			if property == "id" {
				return o.id, nil
			}
			if value := o.is[property]; value != nil {
				return value, nil
			}
		}
		return nil, fmt.Errorf("%w: it needs a %s, which could not be made", errAlone, contract.Thing(to.kind.Noun))
	}
	return nil, fmt.Errorf("%w: its example refers to %s, which is no kind", errUnmade, schema)
}

// make makes an object from an example, and learns from every refusal how the service wants it.
func (p *prober) make(ctx context.Context, s *speech, example int) (*object, error) {
	body, name, err := p.fresh(s, s.examples[example])
	if errors.Is(err, errUnmade) {
		// Without what it refers to, an object may still be made.
		body, name, err = p.fresh(s, p.withoutReferences(s, s.examples[example]))
	}
	if err != nil {
		return nil, err
	}
	return p.makeFrom(ctx, s, body, name, example)
}

// withoutReferences drops the properties of an example that refer to something that is not there. A
// required one stays.
func (p *prober) withoutReferences(s *speech, example map[string]any) map[string]any {
	kept := map[string]any{}
	for name, value := range example {
		if list, ok := value.([]any); ok {
			var there []any
			for _, one := range list {
				if _, _, err := p.fresh(s, map[string]any{name: one}); err == nil {
					there = append(there, one)
				}
			}
			kept[name] = there
			continue
		}
		if _, _, err := p.fresh(s, map[string]any{name: value}); err == nil || s.kind.Create[name].Required {
			kept[name] = value
		}
	}
	return kept
}

// makeFrom makes an object from a body.
func (p *prober) makeFrom(ctx context.Context, s *speech, body map[string]any, name string,
	example int,
) (*object, error) {
	var last reply
	failures := 0
	for range learnings {
		r, err := p.create(ctx, s, body)
		if said, is := unreached(err); is {
			p.unclear = true
			if failures++; failures == callTries {
				return nil, fmt.Errorf("%w: %s", errUnreached, said)
			}
			if err := p.wait(ctx, failures); err != nil {
				return nil, err
			}
			body, name = p.renumber(body, name)
			continue
		}
		if err != nil {
			return nil, err
		}
		if r.ok() {
			return p.created(ctx, s, body, name, example, r)
		}
		last = r
		p.meet(r.status)
		if !r.refused() || !p.learn(s, body, r) {
			break
		}
	}
	return nil, fmt.Errorf("%w: a create failed. %s", errUnmade, p.quote(last))
}

// renumber gives a body new texts, because the object of the last attempt may exist.
func (p *prober) renumber(body map[string]any, name string) (map[string]any, string) {
	old := markIn(name)
	p.numbers++
	mark := probeMark + "-" + p.options.Run + "-" + strconv.Itoa(p.numbers)
	renamed, _ := replaceTexts(body, old, mark).(map[string]any)
	return renamed, strings.ReplaceAll(name, old, mark)
}

// replaceTexts replaces a text wherever it occurs in a value.
func replaceTexts(value any, old, text string) any {
	switch value := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(value))
		for name, one := range value {
			out[name] = replaceTexts(one, old, text)
		}
		return out
	case []any:
		out := make([]any, len(value))
		for i, one := range value {
			out[i] = replaceTexts(one, old, text)
		}
		return out
	case string:
		return strings.ReplaceAll(value, old, text)
	default:
		return value
	}
}

// create sends a create.
func (p *prober) create(ctx context.Context, s *speech, body map[string]any) (reply, error) {
	wire := s.out(body, "")
	maps.Copy(wire, s.demanded)
	return p.call(ctx, http.MethodPost, s.base, nil, wire)
}

// created finds and records an object that a create made.
func (p *prober) created(
	ctx context.Context, s *speech, body map[string]any, name string, example int, r reply,
) (*object, error) {
	o := &object{speech: s, name: safeName(name), sent: body, example: example}
	answer := contract.Subject{Kind: s.kind.Noun, Operation: "create", Part: contract.Answer}
	wanted := s.kind.Operations["create"].Status
	wire, _ := s.object(r.body)
	switch {
	case wire == nil:
		p.unclear = true // Until its id is known.
		p.differs(answer, contract.Missing, "", "The answer has status %d and no object.", r.status)
		id, err := p.findMade(ctx, s, r.header.Get("Location"), body)
		if err != nil {
			return nil, err
		}
		if id == "" {
			return nil, fmt.Errorf("%w: a create answers without the object, and no list has it", errUnmade)
		}
		o.id = id
	case strconv.Itoa(r.status) != wanted:
		p.write(note{
			subject: answer, verdict: contract.Differs, change: contract.Retyped, harm: contract.Harmless,
			theirs: strconv.Itoa(r.status), said: fmt.Sprintf("The status is %d.", r.status),
		})
		fallthrough
	default:
		p.holds(answer)
		o.id, _ = wire["id"].(string)
	}
	p.made = append(p.made, o)
	p.adoptCase()
	s.noteSent(body)
	return o, nil
}

// noteSent records which properties a create had.
func (s *speech) noteSent(body map[string]any) {
	s.walk(body, func(path string, value any) {
		if _, last := cutProperty(path); (value != nil || last == "") && !s.isLeft(path) {
			s.sent[path] = true
		}
	})
}

// findMade finds the id of an object whose create did not answer with it.
func (p *prober) findMade(ctx context.Context, s *speech, location string, body map[string]any) (string, error) {
	if location != "" {
		id := location[strings.LastIndexByte(location, '/')+1:]
		r, err := p.call(ctx, http.MethodGet, s.path(id), nil, nil)
		if err != nil {
			return "", err
		}
		// It can lead to another object, which must not be changed.
		if object, _ := s.object(r.body); object != nil && isMineRow(object) {
			return id, nil
		}
	}
	for attempt := range 3 {
		if attempt > 0 {
			if err := p.wait(ctx, attempt); err != nil {
				return "", err
			}
		}
		s.pages.learned = s.pages.learned && s.pages.form != byNone
		rows, err := p.list(ctx, s, nil)
		if err != nil {
			return "", err
		}
		for _, row := range slices.Backward(rows) {
			for _, value := range body {
				text, ok := value.(string)
				if ok && isMine(text) && hasText(row, text) {
					id, _ := s.idOf(row)
					return textOf(id), nil
				}
			}
		}
	}
	return "", nil
}

func hasText(row map[string]any, text string) bool {
	for _, value := range row {
		if value == text {
			return true
		}
	}
	return false
}

// learn changes how the probe speaks of a kind after a refusal. It returns false if it learns
// nothing from it.
func (p *prober) learn(s *speech, sent map[string]any, r reply) bool {
	said := r.refusal
	at := s.ours(said.at, sent)
	path := at.path
	switch {
	case said.at == "":
		return s.simplify(p.quote(r))
	case at.known && said.why == unknownName:
		s.renameNext(path, p.quote(r))
		return true
	case at.known && s.isAskedNumber(at, said):
		s.numeric[path] = true
		return true
	case at.known && s.isAskedInstant(path, said):
		s.instants = true
		return true
	case at.known && s.learnChoices(path, at.value, said.choices):
		return true
	case !at.known && at.last != "" && said.why != unknownName:
		return s.demand(at.holder, at.last, said)
	case at.known && said.why != neededName && s.droppable(path):
		s.dropped[path] = dropped{otherReason, p.quote(r)}
		return true
	default:
		return false
	}
}

// isAskedNumber reports whether a refusal means that the id of another object must be a number.
func (s *speech) isAskedNumber(at named, said refusal) bool {
	_, name := cutProperty(at.path)
	to := s.prober.speech(s.references[at.path])
	isID := to != nil && to.numbers || name == "id" && s.numbers
	if !isID || s.numeric[at.path] {
		return false
	}
	id, _ := at.value.(string)
	_, err := strconv.ParseInt(id, 10, 64)
	return err == nil && (said.why == wrongType || said.wanted == "number" || said.why == otherReason)
}

// isAskedInstant reports whether a refusal means that times must be numbers.
func (s *speech) isAskedInstant(path string, said refusal) bool {
	return !s.instants && s.known[path].IsTime && said.wanted == "number"
}

// renameNext tries the next name for a property that the service does not know. After the last one,
// requests leave the property out.
func (s *speech) renameNext(path, said string) {
	s.tried[path] = append(s.tried[path], s.name(path))
	for _, name := range s.otherNames(path) {
		if !slices.Contains(s.tried[path], name) {
			s.names[path] = name
			return
		}
	}
	delete(s.names, path)
	s.dropped[path] = dropped{unknownName, said}
}

// adoptCase learns how the service writes names, after it took some of ours in another case.
func (p *prober) adoptCase() {
	for i, letters := range letterCases {
		if p.recase != nil {
			break
		}
		cased := 0
		for _, s := range p.speeches {
			for path, name := range s.names {
				_, ours := cutProperty(path)
				cased += boolOrder(name == letters.of(ours) && name != ours)
			}
		}
		if cased > 1 {
			p.recase = &letterCases[i]
		}
	}
	for _, s := range p.speeches {
		for path, name := range s.names {
			if _, ours := cutProperty(path); name == p.recased(ours) {
				delete(s.names, path)
			}
		}
	}
}

// otherNames are the names that a property may have instead of ours: that of the document, ours in
// another case, and one in rows that is like it.
func (s *speech) otherNames(path string) []string {
	holder, name := cutProperty(path)
	names := s.prober.hint(func(h contract.Finding) bool {
		return h.Kind == s.kind.Noun && (h.Part == contract.Request || h.Part == contract.Answer) && h.Property == path
	})
	if separated(name, "_") != name {
		names = append(names, name)
		for _, letters := range letterCases {
			names = append(names, letters.of(name))
		}
	} else if s.prober.recase != nil {
		names = append(names, name)
	}
	if holder == "" {
		names = append(names, s.alike(path, sortedNames(s.rowNames))...)
	}
	if !s.kind.Create[path].Required {
		names = append(names, otherWords(name)...) // The service asks for a required one by its name.
	}
	return unique(names)
}

// otherWords are names that mean the same: another word in place of the first, with the rest of the
// name and without it.
func otherWords(name string) []string {
	words := strings.Split(separated(name, "_"), "_")
	if len(words) != 2 {
		return nil
	}
	first, rest := words[0], name[len(words[0]):]
	names := []string{first}
	for _, word := range likeness.Synonyms(first) {
		names = append(names, word, word+rest)
	}
	return names
}

// alike returns those of some names that are like ours and not those of other properties of ours,
// the likest first.
func (s *speech) alike(path string, names []string) []string {
	holder, name := cutProperty(path)
	var found []string
	for _, theirs := range names {
		taken := slices.ContainsFunc(s.below[holder], func(other string) bool {
			return other != name && (s.name(child(holder, other)) == theirs || plainName(other) == plainName(theirs))
		})
		if !taken && likeness.Of(name, theirs) >= likeness.Likely {
			found = append(found, theirs)
		}
	}
	slices.SortStableFunc(found, func(a, b string) int {
		if likeness.Of(name, a) > likeness.Of(name, b) {
			return -1
		}
		return boolOrder(likeness.Of(name, a) < likeness.Of(name, b))
	})
	return found
}

// demand learns of a property that a create must have: one of ours under another name, or a new
// one.
func (s *speech) demand(holder, last string, said refusal) bool {
	if value, there := s.demanded[last]; there && holder == "" {
		next := guess(said, value)
		if next == nil {
			return false
		}
		s.demanded[last] = next
		return true
	}
	if said.why != neededName && said.why != wrongType && said.why != wrongChoice {
		return false
	}
	if own := child(holder, last); s.names[own] != "" && slices.Contains(s.below[holder], last) {
		// Our own name was right.
		s.tried[own] = append(s.tried[own], s.names[own])
		delete(s.names, own)
		return true
	}
	var best string
	for _, name := range s.below[holder] {
		path := child(holder, name)
		d, left := s.dropped[path]
		unseen := s.missing[path] || s.kind.Create[path].Required && likeness.Of(name, last) >= 0.5
		if left && d.why != unknownName || !left && (!unseen || s.read[path].value > 0) ||
			slices.Contains(s.tried[path], last) {
			continue
		}
		if best == "" || s.fits(path, last) > s.fits(best, last) {
			best = path
		}
	}
	if best != "" && (s.fits(best, last) > 1 || holder != "" || s.fits(best, last) > 0.3) {
		s.names[best] = last
		delete(s.dropped, best)
		return true
	}
	if holder != "" {
		return false
	}
	value := guess(said, nil)
	s.demanded[last] = value
	return value != nil
}

// fits says how well a name that is demanded fits a property of ours that requests leave out.
func (s *speech) fits(path, name string) float64 {
	_, ours := cutProperty(path)
	fit := likeness.Of(ours, name)
	if s.kind.Create[path].Required && fit > 0 {
		fit++
	}
	return fit
}

// guess returns a value for a property that nobody knows: by what the refusal says, else the type
// after that of the last guess. nil means that all were tried.
func guess(said refusal, last any) any {
	if len(said.choices) > 0 {
		return said.choices[0]
	}
	guesses := []any{probeMark, json.Number("1"), true, map[string]any{}, []any{}}
	if said.wanted != "" {
		for _, one := range guesses {
			if jsonType(one) == said.wanted && jsonType(last) != said.wanted {
				return one
			}
		}
	}
	for i, one := range guesses {
		if last == nil {
			return one
		}
		if jsonType(one) == jsonType(last) {
			if i+1 < len(guesses) {
				return guesses[i+1]
			}
			break
		}
	}
	return nil
}

// learnChoices learns the service's words after it refused one of ours.
func (s *speech) learnChoices(path string, refused any, choices []string) bool {
	ours := s.wordsOf(path)
	if len(ours) == 0 {
		return false
	}
	// A choice can be a text of the merchant.
	choices = slices.DeleteFunc(slices.Clone(choices), func(choice string) bool {
		return s.prober.private[choice] && !slices.ContainsFunc(ours,
			func(one string) bool { return likeness.Of(one, choice) >= likeness.Likely })
	})
	word, _ := refused.(string)
	before := s.word(path, word)
	left := slices.Clone(choices)
	var unmatched []string
	match := func(word string, is func(choice string) bool) bool {
		at := slices.IndexFunc(left, is)
		if at >= 0 {
			s.learnWord(path, word, left[at])
			left = slices.Delete(left, at, at+1)
		}
		return at >= 0
	}
	for _, one := range ours {
		if len(choices) > 0 && !match(one, func(choice string) bool { return plainName(choice) == plainName(one) }) {
			unmatched = append(unmatched, one)
		}
	}
	var rest []string
	for _, one := range unmatched {
		if !match(one, func(choice string) bool { return likeness.Of(one, choice) >= likeness.Likely }) {
			rest = append(rest, one)
		}
	}
	if len(rest) == len(left) {
		for i, one := range rest {
			s.learnWord(path, one, left[i])
		}
	}
	if len(choices) > 0 {
		return s.word(path, word) != before
	}
	if !slices.Contains(ours, word) {
		return false
	}
	key := path + "=" + word
	for _, cased := range wordCases(word) {
		if cased != word && !slices.Contains(s.tried[key], cased) {
			s.tried[key] = append(s.tried[key], cased)
			s.learnWord(path, word, cased)
			return true
		}
	}
	delete(s.words[path], word)
	return false
}

// wordCases are ways to write one of our words.
func wordCases(word string) []string {
	snake := strings.ReplaceAll(word, "-", "_")
	camel := camelCase(strings.Split(word, "-"))
	pascal := strings.ToUpper(camel[:1]) + camel[1:]
	return []string{strings.ToUpper(snake), snake, camel, pascal, strings.ToUpper(word)}
}

// droppable reports whether requests may leave out a property.
func (s *speech) droppable(path string) bool {
	_, left := s.dropped[path]
	return !left && !s.kind.Create[path].Required
}

// simplify leaves out all properties that a create need not have, after a refusal that names none.
func (s *speech) simplify(said string) bool {
	done := true
	for path := range s.kind.Create {
		holder, name := cutProperty(path)
		if _, left := s.dropped[path]; holder == "" && name != "" && !left && s.droppable(path) {
			s.dropped[path] = dropped{otherReason, said}
			done = false
		}
	}
	return !done
}
