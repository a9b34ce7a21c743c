package document

import (
	"fmt"
	"maps"
	"math/rand"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/sample"
)

// mutantOf makes the mutant of a seed: one change of the list, or some changes of different kinds.
// -1 means one of one kind, and one of all kinds.
func mutantOf(tb testing.TB, list []mutation, seed, changes int) *mutant {
	tb.Helper()
	m := newMutant(tb, rand.New(rand.NewSource(int64(seed))))
	nouns := slices.Sorted(maps.Keys(kindNames))
	m.Shuffle(len(nouns), func(i, j int) { nouns[i], nouns[j] = nouns[j], nouns[i] })
	for i := 0; len(m.told) < max(changes, -2*changes); i++ {
		one := list[(seed+i*7)%len(list)]
		expected := oneKind
		if changes < 0 && len(m.told) > 0 {
			expected = allKinds
		}
		if changes != 1 && one.scope != expected {
			continue
		}
		if one.name == "another base" {
			clear(m.theirs) // They begin with the base.
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
func comparer(tb testing.TB) func(data []byte) []contract.Finding {
	tb.Helper()
	c, err := contract.Load()
	if err != nil {
		tb.Fatal(err)
	}
	ours, err := Read(merchants.OpenAPI)
	if err != nil {
		tb.Fatal(err)
	}
	return func(data []byte) []contract.Finding {
		theirs, err := Read(data)
		if err != nil {
			tb.Fatal(err)
		}
		return compare(c, ours, theirs)
	}
}

// check returns what is not blamed as expected, and what is blamed without a reason.
func (m *mutant) check(found []contract.Finding) (misses, alarms []string) {
	left := maps.Clone(m.expected)
	for _, one := range found {
		harm, expected := left[one.ID]
		if theirs, proposed := m.theirs[one.ID]; proposed && one.Theirs != theirs {
			misses = append(misses, fmt.Sprintf("%s is %q and not %q", one.ID, theirs, one.Theirs))
		}
		if one.Verdict == contract.Differs && (one.Said == "" || one.Effect == "" || !fixes(one)) {
			misses = append(misses, fmt.Sprintf("%s: %q breaks %q, fix %q", one.ID, one.Said, one.Effect, one.Fix))
		}
		switch {
		case one.Verdict != contract.Differs:
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

// fixes reports whether a fix names the file of the kind, or the file for all kinds.
func fixes(f contract.Finding) bool {
	file := map[string]string{
		"user-property": "user_properties.go", "cohort": "cohorts.go", "perk": "perks.go",
		"digital-asset": "digital_assets.go", "badge": "badges.go", "campaign": "campaigns.go",
		"user": "users.go", "merchant": "users.go", contract.Errors: "errors.go",
	}[f.Kind]
	switch {
	case f.Part == contract.Route && slices.Contains([]string{"list", "create", "read", "delete"}, f.Operation):
		file = "collection.go"
	case f.Part == contract.Route && file != "users.go" && f.Operation != "" && f.Operation != "update":
		file = "status.go"
	}
	return strings.Contains(f.Fix, file) && strings.Contains(f.Fix, contract.File)
}

// TestDocument_mutations changes the contract in seeded ways, and checks that just that is blamed.
func TestDocument_mutations(t *testing.T) {
	t.Parallel()
	against := comparer(t)
	var mu sync.Mutex
	counts := map[string]int{}
	t.Cleanup(func() { t.Log(counts) })
	for _, group := range []struct {
		name           string
		list           []mutation
		seeds, changes int
	}{
		{"that matter", matters, 6 * len(matters), 1},
		{"that matter, two at once", matters, 100, 2},
		{"that matter, three at once", matters, 50, 3},
		{"that matter, one of them to all kinds", matters, 60, -1},
		{"that do not matter", harmless, 4 * len(harmless), 1},
	} {
		t.Run(group.name, func(t *testing.T) {
			t.Parallel()
			for seed := range sample.Of(group.seeds) {
				m := mutantOf(t, group.list, seed, group.changes)
				misses, alarms := m.check(against(m.document(t)))
				if len(misses)+len(alarms) > 0 {
					t.Errorf("seed %d: %s\n  misses: %s\n  alarms: %s", seed, strings.Join(m.told, "; "),
						strings.Join(misses, "\n    "), strings.Join(alarms, "\n    "))
				}
				mu.Lock()
				counts[group.name]++
				counts["misses"] += len(misses)
				counts["false alarms"] += len(alarms)
				mu.Unlock()
			}
		})
	}
}
