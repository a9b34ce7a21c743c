package export

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// selection says which objects are exported.
type selection struct{ only, exclude []pattern }

// pattern matches objects by kind and key.
type pattern struct {
	text, kind string
	// key is nil for all objects of the kind.
	key *regexp.Regexp
}

func newSelection(o Options) (selection, error) {
	only, err := patterns("--only", o.Only)
	if err != nil {
		return selection{}, err
	}
	exclude, err := patterns("--exclude", o.Exclude)
	return selection{only, exclude}, err
}

func patterns(flag string, texts []string) ([]pattern, error) {
	var all []pattern
	var kinds []string
	for _, k := range portable.Kinds() {
		kinds = append(kinds, k.Name)
	}
	for _, text := range texts {
		kind, key, hasKey := strings.Cut(text, ":")
		if !slices.Contains(kinds, kind) {
			return nil, fmt.Errorf("%s %q names no kind; write one of %s, alone or with a key as in %s:summer-*",
				flag, text, strings.Join(kinds, ", "), kinds[len(kinds)-1])
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

func (p pattern) matches(o *portable.Object) bool {
	return p.kind == o.Kind.Name && (p.key == nil || p.key.MatchString(cmp.Or(o.Key, o.Name)))
}

// has reports whether an object is selected.
func (s selection) has(o *portable.Object) bool {
	matches := func(p pattern) bool { return p.matches(o) }
	return (len(s.only) == 0 || slices.ContainsFunc(s.only, matches)) && !slices.ContainsFunc(s.exclude, matches)
}

// matches refuses a pattern with a key that no object has: most likely it is mistyped.
func (s selection) matches(m *portable.Merchant) error {
	for _, p := range slices.Concat(s.only, s.exclude) {
		if p.key != nil && !slices.ContainsFunc(m.Objects, p.matches) {
			return fmt.Errorf("no object of the %s merchant matches %s", m.Mode, p.text)
		}
	}
	return nil
}
