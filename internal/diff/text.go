package diff

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// Limits of the text. The JSON and the page have everything.
const (
	// shownWidth is how many characters of a value are shown, and shownBefore how many before the
	// first one that differs.
	shownWidth, shownBefore = 48, 12
	// shownNames is how many objects are named where many are, and shownRemedies how many remedies.
	shownNames, shownRemedies = 5, 8
)

// Text returns the report for a terminal. mark emphasizes the name of a class, and changes nothing
// else.
func (r *Report) Text(mark func(class Class, text string) string) string {
	var b strings.Builder
	rest, repeated := r.fold()
	for _, d := range rest {
		r.writeObject(&b, d, mark)
	}
	for _, f := range repeated {
		fmt.Fprintf(&b, "~ %s: %s\n", portable.Count(len(f.objects), "object"), plainNames(f.objects))
		writeChanges(&b, []Change{f.change}, mark)
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	b.WriteString(r.Sentence() + "\n")
	r.writeCounts(&b, mark)
	if counts, _ := r.counts(); counts[Unclassed] > 0 {
		b.WriteString("  With --test and --live, the plans of both roots say why.\n")
	}
	r.writeRemedies(&b)
	for i, s := range r.Skipped {
		if i == 0 {
			b.WriteString("\nNot compared:\n")
		}
		fmt.Fprintf(&b, "  %s (%s): %s\n", merchants.Plain(s.What), merchants.Plain(s.Why), plainNames(s.Objects))
	}
	return b.String()
}

func (r *Report) writeObject(b *strings.Builder, d Difference, mark func(Class, string) string) {
	sign, where, class := "~", "", ""
	if d.OnlyIn != "" {
		sign = map[string]string{onlyFrom: "-", onlyTo: "+"}[d.OnlyIn]
		where, class = "  only in "+r.Where(d), "  "+mark(d.Class, string(d.Class))
	}
	name := ""
	if d.Name != d.Key && d.Key != "" {
		name = "  " + portable.Quote(merchants.Plain(d.Name))
	}
	fmt.Fprintf(b, "%s %s%s%s%s\n", sign, merchants.Plain(d.String()), name, where, class)
	writeChanges(b, d.Changes, mark)
}

func writeChanges(b *strings.Builder, changes []Change, mark func(Class, string) string) {
	paths, values := make([]string, len(changes)), make([]string, len(changes))
	path, value := 0, 0
	for i, c := range changes {
		paths[i], values[i] = merchants.Plain(c.Path), describe(c)
		path, value = max(path, utf8.RuneCountInString(paths[i])), max(value, utf8.RuneCountInString(values[i]))
	}
	for i, c := range changes {
		fmt.Fprintf(b, "    %s  %s  %s\n", padded(paths[i], min(path, 40)), padded(values[i], min(value, 60)),
			mark(c.Class, string(c.Class)))
	}
}

func padded(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}

// describe says what differs at a place, on one line.
func describe(c Change) string {
	if c.MovedFrom > 0 {
		return fmt.Sprintf("moved %d → %d", c.MovedFrom, c.MovedTo)
	}
	from, to := excerpts(c.From, c.To)
	return from + " → " + to
}

// excerpts are two values on one line each, cut to where they begin to differ.
func excerpts(from, to *Shown) (first, second string) {
	a, b := plainRunes(from), plainRunes(to)
	same := 0
	for same < min(len(a), len(b)) && a[same] == b[same] {
		same++
	}
	start := 0
	if from != nil && to != nil && max(len(a), len(b)) > shownWidth {
		start = max(0, same-shownBefore)
	}
	return excerpt(from, a, start), excerpt(to, b, start)
}

func plainRunes(s *Shown) []rune {
	if s == nil {
		return nil
	}
	// Plain truncates, which would hide a difference far behind.
	return []rune(strings.Map(func(r rune) rune {
		if merchants.IsSteering(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s.Text, "\uFFFD")))
}

func excerpt(s *Shown, text []rune, start int) string {
	if s == nil {
		return "nothing"
	}
	end := min(len(text), start+shownWidth)
	start = min(start, end)
	cut := merchants.Plain(string(text[start:end]))
	if start > 0 {
		cut = "…" + cut
	}
	if end < len(text) {
		cut += "…"
	}
	if s.quoted {
		return portable.Quote(cut)
	}
	return cut
}

// plainNames joins the first of many names.
func plainNames(names []string) string {
	var all []string
	for _, name := range names[:min(len(names), shownNames)] {
		all = append(all, merchants.Plain(name))
	}
	text := strings.Join(all, ", ")
	if more := len(names) - shownNames; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func (r *Report) writeCounts(b *strings.Builder, mark func(Class, string) string) {
	counts, _ := r.counts()
	for _, class := range Classes() {
		if counts[class] > 0 {
			fmt.Fprintf(b, "  %4d %s\n", counts[class], mark(class, string(class)))
		}
	}
}

func (r *Report) writeRemedies(b *strings.Builder) {
	texts, counts := r.remedies()
	for i, text := range texts {
		if i == 0 {
			b.WriteString("\nWhat to do:\n")
		}
		if i == shownRemedies {
			fmt.Fprintf(b, "  … and %d more, with --json\n", len(texts)-i)
			return
		}
		for j, line := range strings.Split(text, "\n") {
			b.WriteString("  " + merchants.Plain(line))
			if j == 0 && counts[text] > 1 {
				fmt.Fprintf(b, "  # for %d differences", counts[text])
			}
			b.WriteByte('\n')
		}
	}
}
