package doctor

import (
	"os"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// TestCompare_same compares the contract with itself.
func TestCompare_same(t *testing.T) {
	t.Parallel()
	document, err := ReadDocument(merchants.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	found, err := Compare(document)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[Verdict]int{}
	for _, one := range found {
		counts[one.Verdict]++
		if one.Verdict != Holds {
			t.Errorf("%s: %s: %s", one.ID, one.Verdict, one.Said)
		}
	}
	t.Log(counts)
}

// TestCompare_nestjs compares the contract with a document as NestJS generates it, of an API that
// equals the contract. By its defaults, a POST answers 201, and a type that never changes is not
// part of an update.
func TestCompare_nestjs(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/nestjs.json")
	if err != nil {
		t.Fatal(err)
	}
	counts := map[Verdict]int{}
	for _, one := range comparer(t)(data) {
		counts[one.Verdict]++
		if one.Verdict == Differs && one.Harm != Harmless {
			t.Errorf("%s %s: %s", one.ID, one.Harm, one.Said)
		}
		if one.Verdict == NotReached || one.Harm == Harmless {
			t.Logf("%s %s", one.ID, one.Said)
		}
	}
	t.Log(counts)
}
