package pull

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// selection says which objects are pulled.
type selection []pattern

// pattern matches objects by kind and key.
type pattern struct {
	text, kind string
	// key is nil for all objects of the kind.
	key *regexp.Regexp
}

// newSelection reads the values of --only.
func newSelection(only []string) (selection, error) {
	var all selection
	var kinds []string
	for _, k := range portable.Kinds() {
		kinds = append(kinds, k.Name)
	}
	for _, text := range only {
		kind, key, hasKey := strings.Cut(text, ":")
		if !slices.Contains(kinds, kind) {
			return nil, fmt.Errorf("--only %q names no kind; write one of %s, alone or with a key as in %s:summer-*",
				text, strings.Join(kinds, ", "), kinds[len(kinds)-1])
		}
		p := pattern{text: text, kind: kind}
		if hasKey {
			glob := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(key))
			p.key = regexp.MustCompile("(?s)^" + glob + "$")
		}
		all = append(all, p)
	}
	return all, nil
}

// matches finds an object by its key after the plan, in the merchant, or in the state, because the
// key itself may have been edited.
func (p pattern) matches(r *planreview.Resource) bool {
	if p.kind != r.Kind.Name {
		return false
	}
	if p.key == nil || p.key.MatchString(cmp.Or(r.Key, r.Name)) {
		return true
	}
	return slices.ContainsFunc([]*portable.Object{r.Recorded, r.Before, r.After}, func(o *portable.Object) bool {
		return o != nil && p.key.MatchString(cmp.Or(o.Key, o.Name))
	})
}

func (s selection) has(r *planreview.Resource) bool {
	return len(s) == 0 || slices.ContainsFunc(s, func(p pattern) bool { return p.matches(r) })
}

// matches refuses a pattern with a key that no object of the plan has: most likely it is mistyped.
func (s selection) matches(plan *planreview.Plan) error {
	for _, p := range s {
		if p.key != nil && !slices.ContainsFunc(plan.Resources, p.matches) {
			return fmt.Errorf("no object of the plan matches --only %s", p.text)
		}
	}
	return nil
}
