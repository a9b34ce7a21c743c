// Package likeness guesses which names and words of another API stand for which of ours.
package likeness

import (
	"slices"
	"strings"
	"unicode"
)

// synonyms are words that APIs use for one thing, without blanks and signs.
var synonyms = [][]string{
	{"limit", "pagesize", "perpage", "take", "size", "first", "top"},
	{"cursor", "page", "pagenumber", "offset", "skip", "after", "pagetoken", "startingafter"},
	{"nextcursor", "next", "endcursor", "nextpagetoken", "nextpage", "nexttoken"},
	{"total", "count", "totalcount", "totalitems", "totalelements", "itemcount"},
	{"publish", "activate", "enable", "launch", "golive"},
	{"end", "close", "finish", "stop", "complete"},
	{"archive", "disable", "deactivate"},
	{"unarchive", "restore", "reactivate"},
	{"name", "label", "title", "headline"},
	{"description", "text", "body", "summary", "content"},
	{"image", "picture", "photo", "visual", "thumbnail"},
	{"draft", "new", "created", "pending", "inactive"},
	{"published", "live", "active", "enabled", "online", "running", "public"},
	{"ended", "finished", "closed", "completed", "stopped", "done"},
	{"archived", "disabled", "retired", "hidden"},
	{"everyone", "all", "public"},
	{"owner", "member", "private"},
	{"expire", "expiration", "expiry", "end", "until"},
	{"start", "begin", "from"},
	{"config", "setting", "option", "configuration"},
	{"reference", "external", "key", "slug"},
	{"url", "link", "uri", "address"},
	{"code", "value", "coupon"},
	{"cohort", "audience", "segment", "group"},
	{"and", "all"},
	{"or", "any"},
}

// Likely is the least likeness of two names for one thing.
const Likely = 0.4

// certain is the likeness of two names that differ only in their form.
const certain = 1.0

// Of says how alike two names are, from 0 to 1.
func Of(a, b string) float64 {
	wordsA, wordsB := Words(a), Words(b)
	a, b = strings.Join(wordsA, ""), strings.Join(wordsB, "")
	if a == b {
		return certain
	}
	for _, group := range synonyms {
		if slices.Contains(group, a) && slices.Contains(group, b) {
			return 0.9
		}
	}
	alike := max(Overlap(wordsA, wordsB), Overlap(pairs(a), pairs(b))) * 0.99
	for _, group := range synonyms {
		in := func(word string) bool { return slices.Contains(group, word) }
		if slices.ContainsFunc(wordsA, in) && slices.ContainsFunc(wordsB, in) {
			alike = max(alike, Likely)
		}
	}
	return alike
}

// Words splits a name at its signs and at its capital letters, and makes the words singular.
func Words(name string) []string {
	var words []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			words = append(words, strings.TrimSuffix(strings.ToLower(word.String()), "s"))
			word.Reset()
		}
	}
	var before rune
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			end()
			before = r
			continue
		case unicode.IsUpper(r) && unicode.IsLower(before):
			end()
		}
		word.WriteRune(r)
		before = r
	}
	end()
	return words
}

// Synonyms are the words that APIs use for the same thing as a word, and the word itself.
func Synonyms(word string) []string {
	for _, same := range synonyms {
		if slices.Contains(same, word) {
			return same
		}
	}
	return nil
}

// pairs are the pairs of neighboring letters of a word.
func pairs(word string) []string {
	var found []string
	letters := []rune(word)
	for i := 1; i < len(letters); i++ {
		found = append(found, string(letters[i-1:i+1]))
	}
	return found
}

// Overlap says how much two lists have in common, from 0 to 1.
func Overlap(a, b []string) float64 {
	if len(a)+len(b) == 0 {
		return 0
	}
	left, common := slices.Clone(b), 0
	for _, one := range a {
		if at := slices.Index(left, one); at >= 0 {
			left = slices.Delete(left, at, at+1)
			common++
		}
	}
	return 2 * float64(common) / float64(len(a)+len(b))
}

// Pair says which of their names stand for which of ours. Each of theirs stands for one.
func Pair(ours, theirs []string, alike func(ours, theirs string) float64) map[string]string {
	found, taken := map[string]string{}, map[string]bool{}
	for {
		var best float64
		var one, other string
		for _, a := range ours {
			for _, b := range theirs {
				if is := alike(a, b); found[a] == "" && !taken[b] && is > best {
					best, one, other = is, a, b
				}
			}
		}
		if best < Likely {
			return found
		}
		found[one], taken[other] = other, true
	}
}
