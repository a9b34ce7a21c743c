// Package probe tries the contract in a test merchant of the service.
//
// speech.go holds what the probe has learned of the service, and translates: all else is written
// in the names and words of the contract. call.go sends requests and reads refusals. The other
// files try, in the order of an object's life: find.go, make.go, try.go, change.go and life.go.
// end.go concludes from what was seen, which seen.go records. rules.go says what is assumed of
// behavior, which has no place in a schema. tidy.go removes what was made, and quiet.go keeps the
// texts of the merchant out of findings.
package probe

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// ErrNotTest is the cause when a key is not that of a test merchant.
var ErrNotTest = errors.New("only a test merchant is probed, and this is not a test key")

// probeMark begins the names of all objects that a probe makes.
const probeMark = "tf-probe"

// tidyTime is how long a probe cleans up at most.
const tidyTime = 2 * time.Minute

// Options say how a merchant is probed.
type Options struct {
	// Run is a part of the names of all objects that this run makes: 8 hexadecimal digits.
	Run string
	// Hints are differences that the service's API document shows. They are tried first.
	Hints []contract.Finding
	// Stranger is a client of the same service with a key that nobody has. Without it, the answer to a
	// bad key is not reached.
	Stranger *merchants.Client
	// Progress, unless nil, is called with what is done now.
	Progress func(text string)
	// Wait pauses before something is asked again. attempt counts from 1. The default waits a second
	// longer each time.
	Wait func(ctx context.Context, attempt int) error
}

// Result is what a probe found out.
type Result struct {
	// Findings are all assumptions of the contract, in its order, and then the rules.
	Findings []contract.Finding `json:"findings"`
	// Left are the objects that could not be removed.
	Left []Leftover `json:"left,omitempty"`
	// Removed is how many objects of earlier runs were removed.
	Removed int `json:"removed,omitempty"`
	// Requests is how many requests were sent.
	Requests int `json:"requests"`
}

// Leftover is an object that a probe made and could not remove.
type Leftover struct {
	// Kind is a noun such as digital-asset, and Name the name that begins with tf-probe-.
	Kind string `json:"kind"`
	Name string `json:"name"`
	Why  string `json:"why"`
}

// Run tries the assumptions of the contract in a test merchant. Whatever happens, it removes what
// it made. An error means that the probe did not end; what it found until then is returned too.
func Run(ctx context.Context, client *merchants.Client, options Options) (*Result, error) {
	if client.Mode() != merchants.ModeTest {
		return nil, ErrNotTest
	}
	c, err := contract.Load()
	if err != nil {
		return nil, err
	}
	return run(ctx, c, client, options)
}

// run probes with a contract that is loaded.
func run(ctx context.Context, c *contract.Contract, client *merchants.Client, options Options) (*Result, error) {
	p := &prober{
		client: client, options: options, contract: c, result: &Result{}, notes: map[string]note{},
		private: map[string]bool{},
		broken:  map[string]broken{}, vocabulary: vocabularyOf(c),
	}
	for _, k := range c.Kinds {
		s, err := p.speechOf(k)
		if err != nil {
			return nil, err
		}
		p.speeches = append(p.speeches, s)
	}
	err := p.run(ctx)
	p.conclude()
	return p.result, err
}

// run probes and cleans up.
func (p *prober) run(ctx context.Context) error {
	defer p.tidy(ctx)
	for _, step := range []func(context.Context) error{
		p.find, p.sweepEarlier, p.probeKinds, p.probeErrors, p.probeDeletes,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// prober is a probe at work.
type prober struct {
	client   *merchants.Client
	options  Options
	contract *contract.Contract
	result   *Result
	speeches []*speech
	// made are the objects of this run, in the order of their creation.
	made []*object
	// unclear says that a create may have made an object that is not in made.
	unclear bool
	// notes are what became of assumptions, by their IDs.
	notes map[string]note
	// recase, unless nil, is how the service writes the names of our properties.
	recase *letterCase
	// private are the texts of objects that are not ours. listed says that all of them are known.
	private map[string]bool
	listed  bool
	// vocabulary are the words that a report may quote.
	vocabulary map[string]bool
	hider      hider
	// numbers counts the objects, for their names.
	numbers int
	// codeless says that errors have no code.
	codeless bool
	// broken are the rules that do not hold.
	broken map[string]broken
	// version is what all paths begin with. timesDiffer and nullsLeftOut say that these rules are
	// broken.
	version                   string
	timesDiffer, nullsLeftOut bool
	// refusals are the statuses with which bad requests were refused.
	refusals map[int]int
}

// note is what became of an assumption.
type note struct {
	subject contract.Subject
	verdict contract.Verdict
	change  contract.Change
	said    string
	theirs  string
	harm    contract.Harm
}

// weight orders verdicts: a difference outweighs what holds elsewhere.
func weight(v contract.Verdict) int {
	return slices.Index([]contract.Verdict{"", contract.NotReached, contract.Holds, contract.Differs}, v)
}

// write notes what became of an assumption, unless more is known already.
func (p *prober) write(n note) {
	id := n.subject.String()
	if weight(n.verdict) > weight(p.notes[id].verdict) {
		p.notes[id] = n
	}
}

// holds notes that an assumption holds.
func (p *prober) holds(s contract.Subject) { p.write(note{subject: s, verdict: contract.Holds}) }

// missed notes why an assumption was not reached.
func (p *prober) missed(s contract.Subject, why string, args ...any) {
	p.write(note{subject: s, verdict: contract.NotReached, said: fmt.Sprintf(why, args...)})
}

// differs notes that the service differs. theirs is what it has instead, or "".
func (p *prober) differs(s contract.Subject, change contract.Change, theirs, said string, args ...any) {
	p.write(note{subject: s, verdict: contract.Differs, change: change, theirs: theirs, said: fmt.Sprintf(said, args...)})
}

// progress tells what is done now.
func (p *prober) progress(text string, args ...any) {
	if p.options.Progress != nil {
		p.options.Progress(fmt.Sprintf(text, args...))
	}
}

// hint returns what the document shows in place of an assumption, or "".
func (p *prober) hint(match func(contract.Finding) bool) []string {
	var found []string
	for _, h := range p.options.Hints {
		if h.Verdict == contract.Differs && h.Theirs != "" && match(h) {
			found = append(found, h.Theirs)
		}
	}
	return found
}

// wait pauses before something is asked again.
func (p *prober) wait(ctx context.Context, attempt int) error {
	if p.options.Wait != nil {
		return p.options.Wait(ctx, attempt)
	}
	timer := time.NewTimer(time.Duration(attempt) * time.Second)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// speech returns how the service speaks of a kind, or nil.
func (p *prober) speech(noun string) *speech {
	for _, s := range p.speeches {
		if s.kind.Noun == noun {
			return s
		}
	}
	return nil
}

// conclude turns the notes into findings.
func (p *prober) conclude() {
	p.concludeShared()
	for _, s := range p.speeches {
		s.conclude(p)
	}
	for _, assumed := range append(p.contract.Assumptions(), rulesAssumed()...) {
		n, known := p.notes[assumed.ID]
		switch {
		case !known:
			assumed.Verdict, assumed.Said = contract.NotReached, p.reasonFor(assumed.Subject)
		default:
			assumed.Verdict, assumed.Said, assumed.Theirs = n.verdict, n.said, n.theirs
		}
		if assumed.Verdict == contract.Differs {
			j := p.judge(assumed.Subject, n)
			assumed.Harm, assumed.Effect, assumed.Fix = j.Harm, j.Effect, j.Fix
		}
		p.result.Findings = append(p.result.Findings, assumed)
	}
}

// judge says what a difference breaks.
func (p *prober) judge(s contract.Subject, n note) contract.Judgment {
	if s.Part == contract.Rule {
		if s.Property == "times" && p.instants() {
			n.harm = contract.Breaks
		}
		return ruleNamed(s.Property).judge(n.harm)
	}
	j := p.contract.Judge(s, n.change)
	if n.harm != "" {
		j.Harm = n.harm
		if n.harm == contract.Harmless {
			j.Effect = "None: the provider accepts both."
		}
	}
	return j
}

// reasonFor says why an assumption was not reached.
func (p *prober) reasonFor(s contract.Subject) string {
	if of := p.speech(s.Kind); of != nil && of.lost != "" {
		return of.lost
	}
	if of := p.speech(s.Kind); of != nil && len(of.failed) > 0 && s.Part != contract.Route {
		return "An object that would show it could not be made. " + of.failed[0]
	}
	if of := p.speech(s.Kind); of != nil && of.missed != "" {
		return of.missed
	}
	switch of := p.speech(s.Kind); {
	case of != nil && of.untied != "" && (of.moves[s.Operation] != (move{}) || s.Part == contract.Words):
		return of.untied
	case s.Operation == "create" && strings.HasSuffix(s.Property, ".id"):
		return "Only the service gives such ids."
	case p.isOutside(s.Kind):
		return "No request of the probe shows it."
	case s.Kind == contract.Errors:
		return "No request of the probe was answered so."
	case s.Part == contract.Words && s.Word == "":
		return "Other words may exist that no object of the probe has."
	case s.Part == contract.Rule:
		return "What it needs could not be made."
	default:
		return "The probe does not try it."
	}
}

// isOutside reports whether something is none of the kinds.
func (p *prober) isOutside(noun string) bool {
	return slices.ContainsFunc(p.contract.Calls(), func(one contract.Call) bool { return one.Noun == noun })
}

// sortedNames returns the keys of a map in order.
func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// isMine reports whether a text is that of a probe, of this run or of an earlier one.
func isMine(text string) bool { return madeForm.MatchString(text) }
