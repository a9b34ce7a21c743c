package contract

import (
	"os"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// TestContract checks that the contract says enough of every kind.
func TestContract(t *testing.T) {
	t.Parallel()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Kinds) != 6 {
		t.Errorf("%d kinds", len(c.Kinds))
	}
	for _, k := range c.Kinds {
		if k.Rows != "data" || len(k.Object) < 6 || len(k.Create) < 3 || len(k.Update) < 3 {
			t.Errorf("%s: rows %q, %d properties, %d to create, %d to update", k.Noun, k.Rows, len(k.Object), len(k.Create),
				len(k.Update))
		}
		for path, property := range k.Object {
			if _, sent := k.Update[path]; !sent && k.Create[path].schema != nil {
				t.Errorf("%s: %s can be created and not updated", k.Noun, path)
			}
			if property.schema == nil {
				t.Errorf("%s: %s has no schema", k.Noun, path)
			}
		}
	}
}

// TestDescriptions checks that the names in a fix exist.
func TestDescriptions(t *testing.T) {
	t.Parallel()
	for _, d := range merchants.Descriptions() {
		source, err := os.ReadFile("../../merchants/" + d.File)
		if err != nil {
			t.Error(err)
			continue
		}
		if !strings.Contains(string(source), "type "+d.Type+" struct") {
			t.Errorf("%s does not declare %s", d.File, d.Type)
		}
		if !strings.Contains(string(source), d.Variable+" = descriptor") &&
			!strings.Contains(string(source), "func "+d.Variable+"(") {
			t.Errorf("%s does not declare %s", d.File, d.Variable)
		}
	}
}
