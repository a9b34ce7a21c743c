package portable

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Pattern matches objects by kind, or by kind and key, as in campaign:summer-*.
type Pattern struct {
	text, kind string
	// key is nil for all objects of the kind.
	key *regexp.Regexp
}

// Patterns reads the values of a flag. The error names the flag and the kinds.
func Patterns(flag string, texts []string) ([]Pattern, error) {
	var all []Pattern
	var kinds []string
	for _, k := range Kinds() {
		kinds = append(kinds, k.Name)
	}
	for _, text := range texts {
		kind, key, hasKey := strings.Cut(text, ":")
		if !slices.Contains(kinds, kind) {
			return nil, fmt.Errorf("%s %q names no kind; write one of %s, alone or with a key as in %s:summer-*",
				flag, text, strings.Join(kinds, ", "), kinds[len(kinds)-1])
		}
		p := Pattern{text: text, kind: kind}
		if hasKey {
			glob := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(key))
			p.key = regexp.MustCompile("(?s)^" + glob + "$")
		}
		all = append(all, p)
	}
	return all, nil
}

// Matches reports whether an object matches. One without a key is matched by its name.
func (p Pattern) Matches(o *Object) bool { return p.MatchesKey(o.Kind, cmp.Or(o.Key, o.Name)) }

// MatchesKey reports whether an object of a kind with this key matches.
func (p Pattern) MatchesKey(k Kind, key string) bool {
	return p.kind == k.Name && (p.key == nil || p.key.MatchString(key))
}

// HasKey reports whether the pattern asks for keys, and not for a whole kind.
func (p Pattern) HasKey() bool { return p.key != nil }

// String is the pattern as it was written.
func (p Pattern) String() string { return p.text }
