package export

import (
	"fmt"
	"slices"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// selection says which objects are exported.
type selection struct{ only, exclude []portable.Pattern }

func newSelection(o Options) (selection, error) {
	only, err := portable.Patterns("--only", o.Only)
	if err != nil {
		return selection{}, err
	}
	exclude, err := portable.Patterns("--exclude", o.Exclude)
	return selection{only, exclude}, err
}

// has reports whether an object is selected.
func (s selection) has(o *portable.Object) bool {
	matches := func(p portable.Pattern) bool { return p.Matches(o) }
	return (len(s.only) == 0 || slices.ContainsFunc(s.only, matches)) && !slices.ContainsFunc(s.exclude, matches)
}

// matches refuses a pattern with a key that no object has: most likely it is mistyped.
func (s selection) matches(m *portable.Merchant) error {
	for _, p := range slices.Concat(s.only, s.exclude) {
		if p.HasKey() && !slices.ContainsFunc(m.Objects, p.Matches) {
			return fmt.Errorf("no object of the %s merchant matches %s", m.Mode, p)
		}
	}
	return nil
}
