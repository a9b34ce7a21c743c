package diff

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// Status is where test and live are, and whether what runs in test can go to live.
//
// A promotion is clean if neither merchant has drift, test has nothing waiting, and no object of a
// configuration shares its key with another object. Live may have things waiting: they are the
// promotion. Unmanaged objects and unmodeled properties are named and do not stop it, because a
// promotion leaves them as they are.
type Status struct {
	Test MerchantStatus `json:"test"`
	Live MerchantStatus `json:"live"`
	// Differences counts the differences between test and live by class.
	Differences map[Class]int `json:"differences"`
	Promotable  bool          `json:"promotable"`
	// Obstacles are why nothing can be promoted, in the order in which to remove them.
	Obstacles []Obstacle `json:"obstacles"`
}

// Obstacle is why nothing can be promoted, and what to do.
type Obstacle struct {
	Why    string `json:"why"`
	Remedy string `json:"remedy"`
}

// MerchantStatus is where a merchant is. All names are sorted as the catalog and the keys are.
type MerchantStatus struct {
	// Drift are the objects that were edited or deleted outside of Terraform, and are no longer as
	// the configuration says.
	Drift []string `json:"drift"`
	// Waiting is what an apply does, apart from taking back drift.
	Waiting Waits `json:"waiting"`
	// Unmanaged are the objects that no state knows, without those that are archived. Unmodeled are
	// the objects that have properties which the provider does not know, with the properties.
	Unmanaged []string `json:"unmanaged"`
	Unmodeled []string `json:"unmodeled"`
}

// Waits are the objects that wait for an apply. An object that is replaced is in Delete and in
// Create.
type Waits struct {
	Adopt  []string `json:"adopt"`
	Create []string `json:"create"`
	Update []string `json:"update"`
	Delete []string `json:"delete"`
	Forget []string `json:"forget"`
}

// IsZero reports whether nothing waits.
func (w Waits) IsZero() bool {
	return len(w.Adopt)+len(w.Create)+len(w.Update)+len(w.Delete)+len(w.Forget) == 0
}

// String is like 2 to adopt, +1 ~3 -0.
func (w Waits) String() string {
	if w.IsZero() {
		return "none"
	}
	text := fmt.Sprintf("+%d ~%d -%d", len(w.Create), len(w.Update), len(w.Delete))
	if len(w.Forget) > 0 {
		text = fmt.Sprintf("%d to let go, %s", len(w.Forget), text)
	}
	if len(w.Adopt) > 0 {
		text = fmt.Sprintf("%d to adopt, %s", len(w.Adopt), text)
	}
	return text
}

// NewStatus tells where both merchants are. The report is their comparison, and both have a root.
func NewStatus(r *Report, both []*portable.Merchant, roots map[merchants.Mode]*Root) *Status {
	counts, _ := r.counts()
	s := &Status{Differences: counts, Obstacles: []Obstacle{}}
	var sides [2]side
	for i, mode := range []merchants.Mode{merchants.ModeTest, merchants.ModeLive} {
		for _, m := range both {
			if m.Mode == mode {
				sides[i] = newSide(string(mode), m, roots[mode])
			}
		}
	}
	s.Test, s.Live = sides[0].status(), sides[1].status()
	for i, of := range []MerchantStatus{s.Test, s.Live} {
		if len(of.Drift) > 0 {
			s.Obstacles = append(s.Obstacles, Obstacle{
				sides[i].name + " has drift",
				sides[i].pull() + "\n" + sides[i].apply() + "  # takes it back",
			})
		}
	}
	if !s.Test.Waiting.IsZero() {
		s.Obstacles = append(s.Obstacles, Obstacle{"test is not applied", sides[0].apply()})
	}
	for _, skipped := range r.Skipped {
		at := identity{skipped.kind, skipped.key}
		if skipped.key != "" && (sides[0].byKey[at] != nil || sides[1].byKey[at] != nil) {
			s.Obstacles = append(s.Obstacles, Obstacle{skipped.What, "# Give the others another key in Cohort's admin."})
		}
	}
	s.Promotable = len(s.Obstacles) == 0
	return s
}

// status tells where a merchant is.
func (s *side) status() MerchantStatus {
	m := MerchantStatus{
		Drift: []string{}, Unmanaged: []string{}, Unmodeled: []string{},
		Waiting: Waits{Adopt: []string{}, Create: []string{}, Update: []string{}, Delete: []string{}, Forget: []string{}},
	}
	for _, r := range s.root.Plan.Resources {
		if r.Mode != "" && r.Mode != s.merchant.Mode {
			continue
		}
		name := (&portable.Object{Kind: r.Kind, Key: r.Key, Name: r.Name}).String()
		drifted, more := drift(r)
		if drifted {
			m.Drift = append(m.Drift, name)
		}
		if more {
			m.Waiting.add(r, name)
		}
	}
	for _, o := range s.merchant.Objects {
		if !o.Archived() && s.resource(o) == nil {
			m.Unmanaged = append(m.Unmanaged, o.String())
		}
		if len(o.Unmodeled) > 0 {
			m.Unmodeled = append(m.Unmodeled, o.String()+": "+strings.Join(o.Unmodeled, ", "))
		}
	}
	return m
}

// drift reports whether an object was changed outside of Terraform so that the plan changes it
// back, and whether the plan does anything else.
func drift(r *planreview.Resource) (drifted, more bool) {
	switch {
	case r.After == nil:
		return false, r.Action != planreview.Keep
	case r.Before == nil:
		return r.Recorded != nil, r.Recorded == nil
	}
	edits := r.Drift()
	for _, c := range r.Changes() {
		if touches(edits, c.First, c.Moved, nil, func(edit portable.Change) portable.Path { return edit.Second }) {
			drifted = true
		} else if c.Path[0].Name != "desired_status" {
			more = true
		}
	}
	switch classOfStatus(r, r.Before.Status) {
	case Drift:
		drifted = true
	case Waiting:
		more = true
	}
	return drifted, more || r.Adopts || r.Action != planreview.Keep && !drifted
}

func (w *Waits) add(r *planreview.Resource, name string) {
	switch r.Action {
	case planreview.Create:
		w.Create = append(w.Create, name)
	case planreview.Update:
		w.Update = append(w.Update, name)
	case planreview.Replace:
		w.Create, w.Delete = append(w.Create, name), append(w.Delete, name)
	case planreview.Delete:
		w.Delete = append(w.Delete, name)
	case planreview.Forget:
		w.Forget = append(w.Forget, name)
	default:
		w.Adopt = append(w.Adopt, name)
	}
}

// Text returns the status for a terminal. strong emphasizes a text.
func (s *Status) Text(strong func(string) string) string {
	amount := func(names []string) string {
		if len(names) == 0 {
			return "none"
		}
		return portable.Count(len(names), "object")
	}
	rows := [][3]string{
		{"", "test", "live"},
		{"drift from HCL", amount(s.Test.Drift), amount(s.Live.Drift)},
		{"waiting to be applied", s.Test.Waiting.String(), s.Live.Waiting.String()},
		{"not managed", amount(s.Test.Unmanaged), amount(s.Live.Unmanaged)},
		{"not modeled", amount(s.Test.Unmodeled), amount(s.Live.Unmodeled)},
	}
	width := 0
	for _, row := range rows {
		width = max(width, utf8.RuneCountInString(row[1]))
	}
	var b strings.Builder
	for _, row := range rows {
		b.WriteString(strings.TrimRight(fmt.Sprintf("%-22s %s  %s", row[0], padded(row[1], width), row[2]), " ") + "\n")
	}
	fmt.Fprintf(&b, "%-22s %s\n", "test ↔ live", s.differences())
	verdict := "yes"
	for i, o := range s.Obstacles {
		if i == 0 {
			verdict = "no: " + merchants.Plain(o.Why)
		} else {
			verdict += "; " + merchants.Plain(o.Why)
		}
	}
	fmt.Fprintf(&b, "%-22s %s\n", "promotable", strong(verdict))
	for _, o := range s.Obstacles {
		for line := range strings.SplitSeq(o.Remedy, "\n") {
			fmt.Fprintf(&b, "%-22s %s\n", "", merchants.Plain(line))
		}
	}
	for _, of := range []struct {
		name   string
		status MerchantStatus
	}{{"test", s.Test}, {"live", s.Live}} {
		w := of.status.Waiting
		for _, list := range []struct {
			title string
			names []string
		}{
			{"drift in " + of.name, of.status.Drift},
			{"to adopt in " + of.name, w.Adopt},
			{"to add in " + of.name, w.Create},
			{"to change in " + of.name, w.Update},
			{"to delete in " + of.name, w.Delete},
			{"to let go in " + of.name, w.Forget},
			{"not managed in " + of.name, of.status.Unmanaged},
			{"not modeled in " + of.name, of.status.Unmodeled},
		} {
			writeNames(&b, list.title, list.names)
		}
	}
	return b.String()
}

// differences counts the differences by class.
func (s *Status) differences() string {
	total, parts := 0, []string(nil)
	for _, class := range slices.Backward(Classes()) {
		if n := s.Differences[class]; n > 0 {
			total += n
			parts = append(parts, fmt.Sprintf("%d %s", n, class))
		}
	}
	if total == 0 {
		return "none"
	}
	return portable.Count(total, "difference") + ": " + strings.Join(parts, ", ")
}

// namedInStatus is how many objects of a list are named. The JSON names all.
const namedInStatus = 20

func writeNames(b *strings.Builder, title string, names []string) {
	if len(names) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s:\n", title)
	for i, name := range names {
		if i == namedInStatus {
			fmt.Fprintf(b, "  … and %d more, with --json\n", len(names)-i)
			break
		}
		b.WriteString("  " + merchants.Plain(name) + "\n")
	}
}
