package diff

import (
	"cmp"
	"fmt"
	"io"
	"strings"
)

// HTML writes a page.
func (r *Report) HTML(w io.Writer) error {
	_, err := io.WriteString(w, r.Sentence())
	return err
}

func (r *Report) labels() (from, to string) {
	from, to = cmp.Or(string(r.From.Mode), "one"), cmp.Or(string(r.To.Mode), "the other")
	if from == to {
		return from + " before", to + " after"
	}
	return from, to
}

func (r *Report) counts() (classes map[Class]int, things int) {
	classes = map[Class]int{}
	for _, d := range r.Differences {
		if d.Only != "" {
			classes[d.Class]++
			things++
		}
		for _, change := range d.Changes {
			classes[change.Class]++
			things++
		}
	}
	return classes, things
}

// Sentence says how much differs.
func (r *Report) Sentence() string {
	from, to := r.labels()
	to = strings.ToUpper(to[:1]) + to[1:]
	classes, things := r.counts()
	if things == 0 {
		return fmt.Sprintf("%s does not differ from %s.", to, from)
	}
	sentence := fmt.Sprintf("%s differs from %s in %s", to, from, counted(things, "thing"))
	if classes[Unclassed] > 0 {
		return sentence + "."
	}
	switch open := classes[Drift] + classes[Unmanaged] + classes[Unmodeled]; open {
	case 0:
		return sentence + "; none needs a decision."
	case 1:
		return sentence + "; 1 needs a decision."
	default:
		return fmt.Sprintf("%s; %d need a decision.", sentence, open)
	}
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
