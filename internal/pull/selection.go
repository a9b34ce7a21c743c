package pull

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// selection says which objects are pulled.
type selection []portable.Pattern

// matches finds an object by its key after the plan, in the merchant, or in the state, because the
// key itself may have been edited.
func matches(p portable.Pattern, r *planreview.Resource) bool {
	return p.MatchesKey(r.Kind, cmp.Or(r.Key, r.Name)) ||
		slices.ContainsFunc([]*portable.Object{r.Recorded, r.Before, r.After}, func(o *portable.Object) bool {
			return o != nil && p.Matches(o)
		})
}

func (s selection) has(r *planreview.Resource) bool {
	return len(s) == 0 || slices.ContainsFunc(s, func(p portable.Pattern) bool { return matches(p, r) })
}

// matches refuses a pattern with a key that no object of the plan has: most likely it is mistyped.
func (s selection) matches(plan *planreview.Plan) error {
	for _, p := range s {
		found := func(r *planreview.Resource) bool { return matches(p, r) }
		if p.HasKey() && !slices.ContainsFunc(plan.Resources, found) {
			return fmt.Errorf("no object of the plan matches --only %s", p)
		}
	}
	return nil
}
