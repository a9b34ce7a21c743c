package provider

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// A planned step continues the existing step that a person would choose: the one with the same
// content, else with the same title in a common language, else one with the same action. For the
// action to count, the triggers or the description must match and be unique, or the place must be
// the same. All pairs of a planned and an existing step are ranked. The best pair is a match, then
// the best pair of the remaining steps, and so on.
//
// Terraform plans again during apply, when everything is known. That plan must not contradict the
// first. So the rank of a pair is a range while a value is unknown. A pair is a match when its
// least rank beats the greatest rank of every other pair that shares a step with it: no later value
// can separate them. When everything is known, the best pair is always a match.

// truth is the result of a comparison. It is maybe while a side is unknown.
type truth int

const (
	no truth = iota
	maybe
	yes
)

func truthOf(holds bool) truth {
	if holds {
		return yes
	}
	return no
}

// fact is a property of a step, in a form in which equal values have equal texts.
type fact struct {
	text    string
	unknown bool
}

func (f fact) is(other fact) truth {
	if f.unknown || other.unknown {
		return maybe
	}
	return truthOf(f.text == other.text)
}

// textFacts are the texts by language without blank ones, and all of them as one fact.
type textFacts struct {
	whole fact
	in    map[string]fact
}

func (f *textFacts) is(other *textFacts) truth {
	if !f.whole.unknown || f.in == nil {
		return f.whole.is(other.whole)
	}
	same := maybe
	for language, text := range f.in {
		same = min(same, text.is(other.in[language]))
	}
	for language, text := range other.in {
		same = min(same, text.is(f.in[language]))
	}
	return same
}

// overlaps reports whether both have the same text in some language.
func (f *textFacts) overlaps(other *textFacts) truth {
	if f.whole.unknown && f.in == nil && len(other.in) > 0 {
		return maybe
	}
	overlaps := no
	for language, text := range other.in {
		if mine, ok := f.in[language]; ok {
			overlaps = max(overlaps, mine.is(text))
		}
	}
	return overlaps
}

// stepFacts are the properties that steps are compared by. Those of a null step are empty and match
// no other step.
type stepFacts struct {
	action, icon, triggers fact
	title, description     textFacts
}

func (f *stepFacts) sameContent(other *stepFacts) truth {
	if f.action.is(other.action) == no || f.icon.is(other.icon) == no || f.triggers.is(other.triggers) == no {
		return no
	}
	return min(f.action.is(other.action), f.icon.is(other.icon), f.triggers.is(other.triggers), f.title.is(&other.title),
		f.description.is(&other.description))
}

// name is how a message names the step.
func (f *stepFacts) name() string {
	for _, language := range slices.Sorted(maps.Keys(f.title.in)) {
		if title := f.title.in[language]; !title.unknown {
			return strconv.Quote(title.text)
		}
	}
	if f.action.unknown {
		return "one that is not known yet"
	}
	return strconv.Quote(f.action.text)
}

func factsOf(ctx context.Context, list types.List, diags *diag.Diagnostics) []stepFacts {
	all := make([]stepFacts, len(list.Elements()))
	for i, step := range objectsOf[stepModel](ctx, list, diags) {
		switch unknown := (fact{unknown: true}); {
		case step != nil:
			all[i] = stepFacts{
				action: wordFact(step.UserAction), icon: wordFact(step.Icon), triggers: triggersFact(ctx, step.Triggers, diags),
				title: textFactsOf(step.Title), description: textFactsOf(step.Description),
			}
		case list.Elements()[i].IsUnknown():
			all[i] = stepFacts{
				action:      unknown,
				icon:        unknown,
				triggers:    unknown,
				title:       textFacts{whole: unknown},
				description: textFacts{whole: unknown},
			}
		}
	}
	return all
}

func wordFact(word types.String) fact { return fact{word.ValueString(), word.IsUnknown()} }

func textFactsOf(text types.Map) textFacts {
	if text.IsUnknown() {
		return textFacts{whole: fact{unknown: true}}
	}
	facts := textFacts{in: make(map[string]fact)}
	for language, value := range text.Elements() {
		if value, ok := value.(types.String); ok && (value.IsUnknown() || !blank(value.ValueString())) {
			facts.in[language] = fact{canonicalText(value.ValueString()), value.IsUnknown()}
		}
	}
	for _, language := range slices.Sorted(maps.Keys(facts.in)) {
		facts.whole.text += language + "\x00" + facts.in[language].text + "\x00"
		facts.whole.unknown = facts.whole.unknown || facts.in[language].unknown
	}
	return facts
}

func triggersFact(ctx context.Context, triggers types.List, diags *diag.Diagnostics) fact {
	whole := fact{unknown: triggers.IsUnknown()}
	for _, trigger := range objectsOf[triggerModel](ctx, triggers, diags) {
		if trigger == nil || trigger.Type.IsUnknown() || trigger.Settings.IsUnknown() {
			return fact{unknown: true}
		}
		whole.text += trigger.Type.ValueString() + "\x00" + canonicalJSON(trigger.Settings.ValueString()) + "\x00"
	}
	return whole
}

// canonicalJSON writes JSON with sorted keys. Null becomes an empty text.
func canonicalJSON(text string) string {
	var value any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if decoder.Decode(&value) != nil || value == nil {
		return strings.TrimSuffix(strings.TrimSpace(text), "null")
	}
	canonical, err := json.Marshal(value)
	if err != nil {
		return text
	}
	return string(canonical)
}

// key is a fact that identifies a step, for each planned and each existing step.
type key struct {
	planned, existing []fact
	inPlan, exists    []int // per existing step: planned and existing steps with the same fact
	unknown           int   // planned steps whose fact is unknown
}

func newKey(planned, existing []stepFacts, of func(*stepFacts) fact) key {
	k := key{inPlan: make([]int, len(existing)), exists: make([]int, len(existing))}
	inPlan, exists := make(map[string]int), make(map[string]int)
	for i := range planned {
		f := of(&planned[i])
		k.planned = append(k.planned, f)
		if f.unknown {
			k.unknown++
		} else {
			inPlan[f.text]++
		}
	}
	for j := range existing {
		k.existing = append(k.existing, of(&existing[j]))
		exists[k.existing[j].text]++
	}
	for j, f := range k.existing {
		k.inPlan[j], k.exists[j] = inPlan[f.text], exists[f.text]
	}
	return k
}

func (k *key) same(planned, existing int) truth { return k.planned[planned].is(k.existing[existing]) }

// alone reports whether both steps have the same fact and no other step has it.
func (k *key) alone(planned, existing int) truth {
	same, others, unknown := k.same(planned, existing), k.inPlan[existing], k.unknown
	if k.planned[planned].unknown {
		unknown--
	} else if same == yes {
		others--
	}
	switch {
	case k.existing[existing].text == "" || others > 0 || k.exists[existing] > 1:
		return no
	case unknown > 0:
		return min(same, maybe)
	default:
		return same
	}
}

// pair is a planned and an existing step with the rank of the pair.
type pair struct {
	planned, existing int
	least, most       int // 0: the planned step does not continue the existing one
}

// add counts a property that speaks for the pair.
func (p *pair) add(weight int, holds truth) {
	if holds == yes {
		p.least += weight
	}
	if holds >= maybe {
		p.most += weight
	}
}

// beats reports whether the pair ranks before another pair, whatever the unknown values turn out to
// be. At equal rank the order of the steps decides.
func (p *pair) beats(other *pair) bool {
	switch {
	case p.least != other.most:
		return p.least > other.most
	case p.planned != other.planned:
		return p.planned < other.planned
	default:
		return p.existing < other.existing
	}
}

// ranking holds the facts that pairs are ranked by.
type ranking struct {
	planned, existing              []stepFacts
	action, triggers, descriptions key
	ordinals                       [2][]int  // index of each step among the steps with its action
	content, title                 [][]truth // by pair: the same content; the same title in a language
}

func newRanking(planned, existing []stepFacts) ranking {
	r := ranking{
		planned: planned, existing: existing,
		action:       newKey(planned, existing, func(f *stepFacts) fact { return f.action }),
		triggers:     newKey(planned, existing, func(f *stepFacts) fact { return f.triggers }),
		descriptions: newKey(planned, existing, func(f *stepFacts) fact { return f.description.whole }),
		ordinals:     [2][]int{ordinalsOf(planned), ordinalsOf(existing)},
	}
	for i := range planned {
		content, title := make([]truth, len(existing)), make([]truth, len(existing))
		for j := range existing {
			content[j], title[j] = planned[i].sameContent(&existing[j]), planned[i].title.overlaps(&existing[j].title)
		}
		r.content, r.title = append(r.content, content), append(r.title, title)
	}
	return r
}

func ordinalsOf(steps []stepFacts) []int {
	ordinals, seen := make([]int, len(steps)), make(map[string]int)
	for i, step := range steps {
		ordinals[i] = seen[step.action.text]
		seen[step.action.text]++
	}
	return ordinals
}

// alike reports whether two steps are one by their own content. The position before the first step
// matches only itself, and so does the one after the last.
func (r *ranking) alike(planned, existing int) truth {
	switch inPlan, exists := planned >= 0 && planned < len(r.planned), existing >= 0 && existing < len(r.existing); {
	case inPlan && exists:
		return max(r.content[planned][existing], r.title[planned][existing])
	case inPlan || exists:
		return no
	default:
		return truthOf((planned < 0) == (existing < 0))
	}
}

// samePlace reports whether two steps have the same position, or the same index among equally many
// steps with their action.
func (r *ranking) samePlace(planned, existing int) truth {
	switch {
	case planned == existing:
		return yes
	case r.action.unknown > 0:
		return maybe
	default:
		return truthOf(r.ordinals[0][planned] == r.ordinals[1][existing] &&
			r.action.inPlan[existing] == r.action.exists[existing])
	}
}

// rank ranks a pair. The content outweighs everything else, a title everything but the content.
func (r *ranking) rank(planned, existing int) pair {
	content, title, action := r.content[planned][existing], r.title[planned][existing], r.action.same(planned, existing)
	triggers, description := r.triggers.alone(planned, existing), r.descriptions.alone(planned, existing)
	only := r.action.alone(planned, existing)
	place, after, before := r.samePlace(planned, existing), r.alike(planned-1, existing-1), r.alike(planned+1, existing+1)
	continues := max(content, title, min(action, max(triggers, description, place, after, before)))

	ranked := pair{planned: planned, existing: existing}
	if continues == no {
		return ranked
	}
	ranked.add(1024, content)
	ranked.add(512, title)
	ranked.add(128, triggers)
	ranked.add(64, description)
	ranked.add(64, only)
	ranked.add(32, action)
	ranked.add(16, r.triggers.same(planned, existing))
	ranked.add(16, r.descriptions.same(planned, existing))
	ranked.add(8, r.planned[planned].icon.is(r.existing[existing].icon))
	ranked.add(2, place)
	ranked.add(1, after)
	ranked.add(1, before)
	if continues == maybe {
		ranked.least = 0
	}
	return ranked
}

// matched holds the certain matches of two lists of steps, and the steps that are still open.
type matched struct {
	continues map[int]int  // the existing step that each planned step continues
	mayGoOn   map[int]bool // planned steps that may continue one of several steps, or none
	mayStay   map[int]bool // existing steps that a planned step may continue
}

// matchSteps matches planned steps to the existing steps that they continue.
func matchSteps(planned, existing []stepFacts) matched {
	ranks := newRanking(planned, existing)
	var left []*pair
	for i := range planned {
		for j := range existing {
			if ranked := ranks.rank(i, j); ranked.most > 0 {
				left = append(left, &ranked)
			}
		}
	}
	result := matched{make(map[int]int), make(map[int]bool), make(map[int]bool)}
	stays := make(map[int]bool)
	for {
		plannedRivals, existingRivals := make(map[int]*rivals), make(map[int]*rivals)
		for _, p := range left {
			compete(plannedRivals, p.planned, p)
			compete(existingRivals, p.existing, p)
		}
		before := len(stays)
		for _, p := range left {
			if p.least > 0 && plannedRivals[p.planned].lose(p) && existingRivals[p.existing].lose(p) {
				result.continues[p.planned], stays[p.existing] = p.existing, true
			}
		}
		if len(stays) == before {
			break
		}
		left = slices.DeleteFunc(left, func(p *pair) bool {
			_, continues := result.continues[p.planned]
			return continues || stays[p.existing]
		})
	}
	for _, p := range left {
		result.mayGoOn[p.planned], result.mayStay[p.existing] = true, true
	}
	return result
}

// rivals are the two pairs of a step with the highest possible ranks.
type rivals struct{ first, second *pair }

func compete(all map[int]*rivals, step int, p *pair) {
	of := all[step]
	switch {
	case of == nil:
		all[step] = &rivals{first: p}
	case p.most > of.first.most:
		of.first, of.second = p, of.first
	case of.second == nil || p.most > of.second.most:
		of.second = p
	}
}

// lose reports whether a pair beats all others.
func (r *rivals) lose(p *pair) bool {
	rival := r.first
	if rival == p {
		rival = r.second
	}
	return rival == nil || p.beats(rival)
}
