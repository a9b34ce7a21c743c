package diff

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed" // the parts of the page
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// pageLimit is the size in bytes that no page exceeds.
const pageLimit = 1_000_000

// brevity is how much of a report a page shows.
type brevity struct {
	// whole is how long a text may be to be shown whole below the words around its changes.
	whole int
	// around is how many characters are shown around a change, value how many of a value, and name how
	// many of a name. Without value, only the places of changes are shown.
	around, value, name int
	// changes is how many changes of an object are shown, and rows how many objects.
	changes, rows int
	remedies      bool
}

const all = 1 << 30

// brevities are from long to short; a page has the first one with which it is small enough.
var brevities = []brevity{
	{whole: 20_000, around: 60, value: 600, name: 200, changes: all, rows: all, remedies: true},
	{whole: 2_000, around: 40, value: 400, name: 120, changes: all, rows: all, remedies: true},
	{around: 40, value: 200, name: 80, changes: all, rows: all, remedies: true},
	{around: 20, value: 80, name: 60, changes: all, rows: all, remedies: true},
	{around: 16, value: 48, name: 40, changes: all, rows: all},
	{around: 8, value: 24, name: 24, changes: all, rows: all},
	{name: 24, changes: all, rows: all},
	{name: 24, changes: 3, rows: all},
	{name: 24, changes: 2, rows: all},
	{name: 24, changes: 1, rows: all},
	{name: 24, rows: all},
	{name: 24, rows: 2_000},
	{name: 24, rows: 500},
}

var (
	//go:embed page.css
	pageStyle template.CSS
	//go:embed page.js
	pageScript template.JS
	//go:embed page.html.tmpl
	pageSource string

	pageTemplate = template.Must(template.New("page").Parse(pageSource))
)

// page is what the template shows.
type page struct {
	Style                     template.CSS
	Script                    template.JS
	Policy                    string
	Title, Sentence, Compared string
	From, To                  pageSide
	Counts                    []pageCount
	Sections                  []pageSection
	// Declared are the objects and the repeated changes that differ only as declared. DeclaredCount
	// is how many differences they have.
	Declared      []*pageRow
	DeclaredCount string
	Skipped       []Skipped
	Fingerprint   string
	// Cut says that something is not shown whole, and Left how many objects are not shown at all.
	Cut  bool
	Left int
}

// pageSide is one of the merchants.
type pageSide struct {
	Label, Objects, Snapshot, Digest string
	// TakenAt is in UTC; nil if there is no snapshot.
	TakenAt *time.Time
}

// pageCount is how often a class occurs.
type pageCount struct {
	Class   Class
	Count   int
	Meaning string
}

// meanings say what a class means.
var meanings = map[Class]string{
	Drift:     "edited in a merchant, not in the configuration",
	Waiting:   "in the configuration, not applied",
	Unmanaged: "objects that no state knows",
	Unmodeled: "properties that the provider does not know",
	Unclassed: "compared without plans, so nothing says why",
	Declared:  "said by the configuration, such as by a variable",
}

// HTML writes the report as one page that loads nothing and can be read without its script. Texts
// are shortened where a page would be larger than 1 MB, and the page says so.
func (r *Report) HTML(w io.Writer) error {
	rows := newRows(r)
	var page *limited
	// The fullest page comes first, because it nearly always fits.
	from, to := 0, len(brevities)
	for at := 0; from < to; at = (from + to) / 2 {
		var written limited
		switch err := pageTemplate.Execute(&written, r.page(rows, brevities[at])); {
		case err == nil:
			page, to = &written, at
		case errors.Is(err, errTooLarge):
			from = at + 1
		default:
			return fmt.Errorf("writing the page of differences failed: %w", err)
		}
	}
	if page == nil {
		return fmt.Errorf("writing the page of differences failed: %w: ask for JSON, or compare fewer kinds", errTooLarge)
	}
	_, err := page.content.WriteTo(w)
	return err
}

var errTooLarge = errors.New("it is larger than 1 MB")

// limited takes no more than a page may have.
type limited struct{ content bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	if l.content.Len()+len(p) > pageLimit {
		return 0, errTooLarge
	}
	return l.content.Write(p)
}

func (r *Report) page(rows *rows, b brevity) page {
	from, to := r.labels()
	classes, things := r.counts()
	p := page{
		Style: pageStyle, Script: pageScript, Policy: policy(),
		Title: fmt.Sprintf("%s differs from %s: %d", to, from, things), Sentence: r.Sentence(),
		Compared: fmt.Sprintf("%s of %s and %s of %s were compared.", portable.Count(r.From.Objects, "object"), from,
			portable.Count(r.To.Objects, "object"), to),
		From: newPageSide(from, r.From), To: newPageSide(to, r.To), Fingerprint: r.Fingerprint,
	}
	if things == 0 {
		p.Title = fmt.Sprintf("%s does not differ from %s", to, from)
	}
	for _, class := range Classes() {
		if classes[class] > 0 {
			p.Counts = append(p.Counts, pageCount{class, classes[class], meanings[class]})
		}
	}
	for _, s := range r.Skipped {
		what := strings.TrimSuffix(s.What+": "+plainNames(s.Objects), ": ")
		p.Skipped = append(p.Skipped, Skipped{What: visible(what), Why: visible(s.Why)})
	}
	rows.fill(&p, b)
	return p
}

// policy forbids everything but the style and the script of the page, and pictures, which the
// script loads when somebody asks for one.
func policy() string {
	digest := func(content string) string {
		sum := sha256.Sum256([]byte(content))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; style-src " + digest(string(pageStyle)) + "; script-src " + digest(string(pageScript)) +
		"; img-src http: https:; base-uri 'none'; form-action 'none'"
}

func newPageSide(label string, s Side) pageSide {
	side := pageSide{
		Label: label, Objects: portable.Count(s.Objects, "object"), Snapshot: visible(s.Snapshot), Digest: s.Digest,
	}
	if !s.TakenAt.IsZero() {
		taken := s.TakenAt.UTC()
		side.TakenAt = &taken
	}
	return side
}

// labels name the two merchants; two states of one merchant are called before and after.
func (r *Report) labels() (from, to string) {
	from, to = cmp.Or(string(r.From.Mode), "one"), cmp.Or(string(r.To.Mode), "the other")
	if from == to {
		return from + " before", to + " after"
	}
	return from, to
}

// counts returns how often each class occurs, and how many differences there are: one for each
// change, and one for each object that only one merchant has.
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

// Sentence says how much differs, and how much of it needs a decision: what the configuration
// neither says nor is about to change.
func (r *Report) Sentence() string {
	from, to := r.labels()
	to = strings.ToUpper(to[:1]) + to[1:]
	classes, things := r.counts()
	if things == 0 {
		return fmt.Sprintf("%s does not differ from %s.", to, from)
	}
	sentence := fmt.Sprintf("%s differs from %s in %s", to, from, portable.Count(things, "thing"))
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
