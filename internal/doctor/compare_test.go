package doctor

import (
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
