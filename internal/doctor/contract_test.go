package doctor

import (
	"os"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// TestContract checks that the contract says enough of every kind.
func TestContract(t *testing.T) {
	t.Parallel()
	c, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	if len(c.kinds) != 6 {
		t.Errorf("%d kinds", len(c.kinds))
	}
	for _, k := range c.kinds {
		if k.rows != "data" || len(k.object) < 6 || len(k.create) < 3 || len(k.update) < 3 {
			t.Errorf("%s: rows %q, %d properties, %d to create, %d to update", k.noun, k.rows, len(k.object), len(k.create),
				len(k.update))
		}
		for path, property := range k.object {
			if _, sent := k.update[path]; !sent && k.create[path].schema != nil {
				t.Errorf("%s: %s can be created and not updated", k.noun, path)
			}
			if property.schema == nil {
				t.Errorf("%s: %s has no schema", k.noun, path)
			}
		}
	}
}

// TestDescriptions checks that the names in a fix exist.
func TestDescriptions(t *testing.T) {
	t.Parallel()
	for _, d := range merchants.Descriptions() {
		source, err := os.ReadFile("../merchants/" + d.File)
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
