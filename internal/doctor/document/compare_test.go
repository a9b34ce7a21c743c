package document

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/sample"
)

// TestDocument_same compares the contract with itself.
func TestDocument_same(t *testing.T) {
	t.Parallel()
	document, err := Read(merchants.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	found, err := Compare(document)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[contract.Verdict]int{}
	for _, one := range found {
		counts[one.Verdict]++
		if one.Verdict != contract.Holds {
			t.Errorf("%s: %s: %s", one.ID, one.Verdict, one.Said)
		}
	}
	t.Log(counts)
}

// TestDocument_nestjs compares the contract with a document as NestJS generates it, of an API that
// equals the contract. By its defaults, a POST answers 201, and a type that never changes is not
// part of an update.
func TestDocument_nestjs(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/nestjs.json")
	if err != nil {
		t.Fatal(err)
	}
	counts := map[contract.Verdict]int{}
	for _, one := range comparer(t)(data) {
		counts[one.Verdict]++
		if one.Verdict == contract.Differs && one.Harm != contract.Harmless {
			t.Errorf("%s %s: %s", one.ID, one.Harm, one.Said)
		}
		if one.Verdict == contract.NotReached || one.Harm == contract.Harmless {
			t.Logf("%s %s", one.ID, one.Said)
		}
	}
	t.Log(counts)
}

// TestDocument_order checks that the worst comes first, and that every assumption is there once.
func TestDocument_order(t *testing.T) {
	t.Parallel()
	c, err := contract.Load()
	if err != nil {
		t.Fatal(err)
	}
	var expected []string
	for _, one := range c.Assumptions() {
		expected = append(expected, one.ID)
	}
	slices.Sort(expected)
	against := comparer(t)
	for seed := range 20 {
		found := against(mutantOf(t, matters, seed, 3).document(t))
		var ids []string
		for i, one := range found {
			ids = append(ids, one.ID)
			if i > 0 && rank(one) < rank(found[i-1]) {
				t.Errorf("seed %d: %s (%s) comes after %s (%s)", seed, one.ID, one.Harm, found[i-1].ID, found[i-1].Harm)
			}
		}
		if slices.Sort(ids); !slices.Equal(ids, expected) {
			t.Errorf("seed %d: %d findings for %d assumptions", seed, len(ids), len(expected))
		}
	}
}

// TestDocument_damaged puts something else into places of a document. Nothing may panic.
func TestDocument_damaged(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/nestjs.json")
	if err != nil {
		t.Fatal(err)
	}
	against := comparer(t)
	junk := []any{
		nil, "text", -1.5, true,
		[]any{},
		[]any{nil, "x", []any{}},
		map[string]any{},
		map[string]any{"": nil},
		map[string]any{"$ref": "#/components/schemas/CampaignDto"},
		map[string]any{"$ref": "#"},
		map[string]any{"$ref": 3},
		map[string]any{"type": []any{"object", "null", 3}, "enum": []any{nil, 1}, "required": []any{1, "id"}},
		map[string]any{"allOf": []any{nil, map[string]any{"if": 1, "then": 2}}, "oneOf": "x", "anyOf": []any{}},
	}
	for seed := range sample.Of(100) {
		random := rand.New(rand.NewSource(int64(seed)))
		var root map[string]any
		if err := json.Unmarshal(data, &root); err != nil {
			t.Fatal(err)
		}
		visitAll(root, func(is node) {
			for name := range is {
				if random.Intn(60) == 0 {
					is[name] = junk[random.Intn(len(junk))]
				}
			}
		})
		root["openapi"] = "3.0.0"
		encoded, err := json.Marshal(root)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Read(encoded); err == nil {
			against(encoded)
		}
	}
}

// TestDocument_quiet checks that no text of the merchant and no key leaves a document.
func TestDocument_quiet(t *testing.T) {
	t.Parallel()
	against := comparer(t)
	const secret = "test_s3cret of the merchant\u001b[31m"
	for seed := range sample.Of(len(matters)) {
		m := mutantOf(t, matters, seed, 1)
		m.each(func(is node) {
			for _, name := range []string{"description", "summary", "title", "example", "default", "operationId", "x-note"} {
				if _, isObject := is[name].(map[string]any); !isObject {
					is[name] = secret
				}
			}
		})
		if said := fmt.Sprint(against(m.document(t))); strings.Contains(said, "s3cret") || strings.Contains(said, "\x1b") {
			t.Errorf("%s: a text of the document is repeated", strings.Join(m.told, "; "))
		}
	}
}
