package doctor

import (
	"fmt"
	"maps"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// mutantOf makes the mutant of a seed: one change of the list, or two or three of different kinds.
func mutantOf(tb testing.TB, list []mutation, seed, changes int) *mutant {
	tb.Helper()
	m := newMutant(tb, rand.New(rand.NewSource(int64(seed)))) //nolint:gosec // x
	nouns := slices.Sorted(maps.Keys(kindNames))
	m.Shuffle(len(nouns), func(i, j int) { nouns[i], nouns[j] = nouns[j], nouns[i] })
	for i := 0; len(m.told) < changes; i++ {
		one := list[(seed+i*7)%len(list)]
		if changes > 1 && one.global {
			continue
		}
		m.noun = nouns[0]
		before := len(m.told)
		if one.apply(m) {
			nouns = nouns[1:]
			if len(m.told) == before {
				m.tell("%s", one.name)
			}
		}
	}
	return m
}

// comparer compares many documents with the contract, which it reads once.
func comparer(tb testing.TB) func(data []byte) []Finding {
	tb.Helper()
	c, err := loadContract()
	if err != nil {
		tb.Fatal(err)
	}
	ours, err := ReadDocument(merchants.OpenAPI)
	if err != nil {
		tb.Fatal(err)
	}
	return func(data []byte) []Finding {
		theirs, err := ReadDocument(data)
		if err != nil {
			tb.Fatal(err)
		}
		return compare(c, ours, theirs)
	}
}

// check returns what is not blamed as expected, and what is blamed without a reason.
func (m *mutant) check(found []Finding) (misses, alarms []string) {
	left := maps.Clone(m.expected)
	for _, one := range found {
		harm, expected := left[one.ID]
		switch {
		case one.Verdict != Differs:
		case !expected:
			alarms = append(alarms, fmt.Sprintf("%s (%s): %s", one.ID, one.Harm, one.Said))
		case harm != one.Harm:
			misses = append(misses, fmt.Sprintf("%s is %s and not %s: %s", one.ID, one.Harm, harm, one.Said))
			delete(left, one.ID)
		default:
			delete(left, one.ID)
		}
	}
	for id, harm := range left {
		misses = append(misses, fmt.Sprintf("%s (%s) is not blamed", id, harm))
	}
	return misses, alarms
}

// TestCompare_mutations changes the contract in seeded ways, and checks that just that is blamed.
func TestCompare_mutations(t *testing.T) {
	t.Parallel()
	counts, against := map[string]int{}, comparer(t)
	run := func(name string, list []mutation, seeds, changes int) {
		for seed := range seeds {
			m := mutantOf(t, list, seed, changes)
			misses, alarms := m.check(against(m.document(t)))
			counts[name]++
			counts["misses"] += len(misses)
			counts["false alarms"] += len(alarms)
			if len(misses)+len(alarms) > 0 {
				t.Errorf("seed %d, %d changes: %s\n  misses: %s\n  alarms: %s", seed, changes, strings.Join(m.told, "; "),
					strings.Join(misses, "\n    "), strings.Join(alarms, "\n    "))
			}
		}
	}
	run("that matter", matters, 6*len(matters), 1)
	run("combined", matters, 100, 2)
	run("combined", matters, 50, 3)
	run("that do not matter", harmless, 4*len(harmless), 1)
	t.Log(counts)
}
