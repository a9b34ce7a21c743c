package diff

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/aymanbagabas/go-udiff/lcs"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// segment is a part of a text. Marked says that the other text does not have it.
type segment struct {
	Text   string
	Marked bool
}

// compareWords splits two texts into what they share and what only one of them has, at the
// boundaries of words. Texts that share next to nothing come back whole and without marks, because
// marks on everything point to nothing.
func compareWords(from, to string) (before, after []segment) {
	a, b := words(from), words(to)
	var shared int
	place := 0
	end := lcs.Diff{Start: len(a), End: len(a), ReplStart: len(b), ReplEnd: len(b)}
	for _, d := range append(lcs.DiffLines(a, b), end) {
		equal := strings.Join(a[place:d.Start], "")
		// Two changes with a blank between them are one.
		bridge := place > 0 && d.Start < len(a) && strings.TrimSpace(equal) == ""
		before, after = extend(before, equal, bridge), extend(after, equal, bridge)
		before = extend(before, strings.Join(a[d.Start:d.End], ""), true)
		after = extend(after, strings.Join(b[d.ReplStart:d.ReplEnd], ""), true)
		shared += letters(equal)
		place = d.End
	}
	if 5*shared < max(letters(from), letters(to)) {
		return []segment{{Text: from}}, []segment{{Text: to}}
	}
	return before, after
}

// extend adds a text to segments, to the last one if it has the same mark.
func extend(segments []segment, text string, marked bool) []segment {
	last := len(segments) - 1
	switch {
	case text == "":
		return segments
	case last >= 0 && segments[last].Marked == marked:
		segments[last].Text += text
		return segments
	default:
		return append(segments, segment{text, marked})
	}
}

func letters(text string) int {
	count := 0
	for _, r := range text {
		if !unicode.IsSpace(r) {
			count++
		}
	}
	return count
}

// words splits a text into words, which may have emoji, runs of blanks, and all other characters
// one by one.
func words(text string) []string {
	var all []string
	class, start := 0, 0
	for at, r := range text {
		next := 0
		switch {
		case unicode.IsSpace(r):
			next = 2
		case unicode.IsLetter(r) || unicode.In(r, unicode.N, unicode.M, unicode.So, unicode.Sk) || isJoiner(r):
			next = 1
		}
		if at > start && (next != class || next == 0) {
			all, start = append(all, text[start:at]), at
		}
		class = next
	}
	if start < len(text) {
		all = append(all, text[start:])
	}
	return all
}

// isJoiner reports whether a character joins others, as in an emoji of several parts.
func isJoiner(r rune) bool { return r == '\u200c' || r == '\u200d' }

// shorten cuts what both texts share to the words around a change, and everything after the limit.
// It reports whether it cut something. Numbers are of characters.
func shorten(segments []segment, around, limit int) (short []segment, cut bool) {
	for i, s := range segments {
		text := s.Text
		if !s.Marked {
			head, tail := around, around
			if i == 0 {
				head = 0
			}
			if i == len(segments)-1 {
				tail = 0
			}
			if len(segments) == 1 {
				head = limit
			}
			text = middleCut(text, head, tail)
		}
		length := utf8.RuneCountInString(text)
		if length > limit {
			return append(short, segment{first(text, limit) + "…", s.Marked}), true
		}
		limit -= length
		cut = cut || text != s.Text
		short = append(short, segment{text, s.Marked})
	}
	return short, cut
}

// middleCut keeps the beginning and the end of a text, up to a boundary of words, if that saves
// something worth it.
func middleCut(text string, head, tail int) string {
	const worth = 12
	length := utf8.RuneCountInString(text)
	if length <= head+tail+worth {
		return text
	}
	start, end := first(text, head), text[len(first(text, length-tail)):]
	if at := strings.LastIndexFunc(start, unicode.IsSpace); at > len(start)/2 {
		start = start[:at+1]
	}
	if at := strings.IndexFunc(end, unicode.IsSpace); at >= 0 && at < len(end)/2 {
		end = end[at:]
	}
	return start + "…" + end
}

// first returns the first characters of a text.
func first(text string, characters int) string {
	for at := range text {
		if characters == 0 {
			return text[:at]
		}
		characters--
	}
	return text
}

// visible writes a text so that nothing in it hides or changes what is around it: characters that
// steer are named, such as one that changes the text direction. Line breaks and tabs stay, and so
// do joiners where scripts and emoji need them.
func visible(text string) string {
	isPlain := func(r rune) bool { return ' ' <= r && r <= '~' }
	if strings.IndexFunc(text, func(r rune) bool { return !isPlain(r) }) < 0 {
		return text
	}
	var b strings.Builder
	var before rune
	for _, r := range strings.ToValidUTF8(text, "\uFFFD") {
		joins := isJoiner(r) && before >= '\u0600'
		if !isPlain(r) && merchants.IsSteering(r) && r != '\n' && r != '\t' && !joins {
			fmt.Fprintf(&b, "⟨%U⟩", r)
		} else {
			b.WriteRune(r)
		}
		before = r
	}
	return b.String()
}

// visibleBlanks names the blanks of a text that has nothing else, for a change that nobody would
// see. A line break stays one.
func visibleBlanks(text string) string {
	if strings.TrimSpace(text) != "" {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch r {
		case ' ':
			b.WriteRune('␣')
		case '\t':
			b.WriteRune('⇥')
		case '\n':
			b.WriteString("↵\n")
		default:
			fmt.Fprintf(&b, "⟨%U⟩", r)
		}
	}
	return b.String()
}
