package doctor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// Matter returns the findings that break or limit the provider, each assumption once: what the
// service did counts for more than what its document says.
func (r *Report) Matter() []contract.Finding {
	var all []contract.Finding
	tried := map[string]bool{}
	if r.Probe != nil {
		for _, f := range r.Probe.Findings {
			tried[f.ID] = f.Verdict != contract.NotReached
			if harms(f) {
				all = append(all, f)
			}
		}
	}
	if r.Document != nil {
		for _, f := range r.Document.Findings {
			if harms(f) && !tried[f.ID] {
				all = append(all, f)
			}
		}
	}
	byHarm(all)
	return all
}

// harms reports whether a finding breaks or limits the provider.
func harms(f contract.Finding) bool {
	return f.Verdict == contract.Differs && f.Harm != contract.Harmless
}

// Unchecked returns the kinds of which not a single assumption holds or differs where it was looked
// at last: in the probe, or else in the document.
func (r *Report) Unchecked() []string {
	all := r.sections()
	if len(all) == 0 {
		return nil
	}
	checked, nouns := map[string]bool{}, []string{}
	for _, f := range all[len(all)-1].findings {
		if _, known := checked[f.Kind]; !known && describes(f.Kind) {
			nouns = append(nouns, f.Kind)
		}
		checked[f.Kind] = checked[f.Kind] || f.Verdict == contract.Holds
	}
	return slices.DeleteFunc(nouns, func(noun string) bool { return checked[noun] })
}

// describes reports whether a noun is that of a kind of objects.
func describes(noun string) bool {
	return slices.ContainsFunc(merchants.Descriptions(), func(d merchants.Description) bool { return d.Noun == noun })
}

// byHarm sorts findings by their harm, and keeps their order otherwise.
func byHarm(findings []contract.Finding) {
	order := []contract.Harm{contract.Breaks, contract.Limits, contract.Harmless, ""}
	slices.SortStableFunc(findings, func(a, b contract.Finding) int {
		return cmp.Compare(slices.Index(order, a.Harm), slices.Index(order, b.Harm))
	})
}

// section is a list of findings with a title.
type section struct {
	title, about string
	findings     []contract.Finding
}

func (r *Report) sections() []section {
	var all []section
	if r.Document != nil {
		all = append(all, section{
			"The service's document", "Compared with the contract: " + r.Document.Where + ".",
			r.Document.Findings,
		})
	}
	if r.Probe != nil {
		all = append(all, section{"Probe", fmt.Sprintf("Tried in the test merchant, with %s.",
			portable.Count(r.Probe.Requests, "request")), r.Probe.Findings})
	}
	return all
}

// sentence counts the findings of a section.
func (s section) sentence() string {
	counts := map[string]int{}
	for _, f := range s.findings {
		if f.Verdict == contract.Differs {
			counts[string(f.Harm)]++
		} else {
			counts[string(f.Verdict)]++
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Of %s of the contract, %d hold.", portable.Count(len(s.findings), "assumption"),
		counts[string(contract.Holds)])
	for _, one := range []struct{ of, words string }{
		{string(contract.Breaks), "Differences that break the provider"},
		{string(contract.Limits), "That limit it"},
		{string(contract.Harmless), "Without harm"},
		{string(contract.NotReached), "Not reached"},
	} {
		if n := counts[one.of]; n > 0 {
			fmt.Fprintf(&b, " %s: %d.", one.words, n)
		}
	}
	return b.String()
}

// differing returns what differs, the most harmful first. What is the same in several kinds, or of
// several words, is one difference.
func (s section) differing() []difference {
	findings := slices.DeleteFunc(slices.Clone(s.findings), func(f contract.Finding) bool {
		return f.Verdict != contract.Differs
	})
	byHarm(findings)
	var all []difference
	at := map[string]int{}
	for _, f := range findings {
		key := difference{f}.sameness()
		if i, known := at[key]; known {
			all[i] = append(all[i], f)
			continue
		}
		at[key] = len(all)
		all = append(all, difference{f})
	}
	return all
}

// unreached returns why assumptions were not reached, with their number.
func (s section) unreached() []string {
	count := map[string]int{}
	var reasons []string
	for _, f := range s.findings {
		if f.Verdict != contract.NotReached {
			continue
		}
		if count[f.Said]++; count[f.Said] == 1 {
			reasons = append(reasons, f.Said)
		}
	}
	for i, reason := range reasons {
		reasons[i] = fmt.Sprintf("%d: %s", count[reason], reason)
	}
	return reasons
}

// line is a line of the report about access, CLI or objects.
type line struct{ name, text string }

func (r *Report) access() []line {
	a := r.Access
	if a == nil {
		return nil
	}
	key := "the " + string(a.Mode) + " key is accepted"
	if !a.Accepted {
		key = fmt.Sprintf("the %s key is not accepted: %s", a.Mode, a.Problem)
	}
	lines := []line{{"key", key}, {"address", a.Address}, {"proxy", cmp.Or(a.Proxy, "none")}}
	switch {
	case a.Issuer != "":
		lines = append(lines, line{"certificate", fmt.Sprintf("issued by %s, valid until %s", a.Issuer, a.Until)})
	case strings.HasPrefix(a.Address, "http:"):
		lines = append(lines, line{"certificate", "none, because the address is plain http"})
	}
	if a.Requests > 0 {
		lines = append(lines, line{"latency", fmt.Sprintf("%.1f ms, the median of %d requests", a.Latency, a.Requests)})
	}
	return lines
}

func (r *Report) machine() []line {
	lines := []line{{"provider", r.Provider}}
	if r.CLI.Problem != "" {
		return append(lines, line{"terraform", "none: " + r.CLI.Problem})
	}
	lines = append(lines, line{"terraform", r.CLI.Name + " " + r.CLI.Version})
	if len(r.CLI.Features) > 0 {
		lines = append(lines, line{"can use", strings.Join(r.CLI.Features, ", ")})
	}
	if len(r.CLI.Later) > 0 {
		lines = append(lines, line{"cannot use", strings.Join(r.CLI.Later, ", ")})
	}
	return lines
}

func (r *Report) objects() []line {
	var lines []line
	for _, c := range r.Objects {
		text := fmt.Sprint(c.Objects)
		if c.Problem != "" {
			text = "not counted: " + c.Problem
		}
		lines = append(lines, line{c.Kind, text})
	}
	return lines
}

// Text is the report for a terminal. mark emphasizes a harm, and changes nothing else.
func (r *Report) Text(mark func(harm contract.Harm, text string) string) string {
	var b strings.Builder
	for _, part := range []struct {
		title string
		lines []line
	}{{"Access", r.access()}, {"This machine", r.machine()}, {"Objects", r.objects()}} {
		if len(part.lines) == 0 {
			continue
		}
		b.WriteString(part.title + "\n")
		for _, l := range part.lines {
			fmt.Fprintf(&b, "  %-16s %s\n", l.name, l.text)
		}
		b.WriteByte('\n')
	}
	for _, s := range r.sections() {
		fmt.Fprintf(&b, "%s\n  %s\n  %s\n", s.title, s.about, s.sentence())
		for i, f := range s.differing() {
			fmt.Fprintf(&b, "\n  %d. %s  %s\n", i+1, mark(f[0].Harm, string(f[0].Harm)), f.name())
			for _, l := range f.lines() {
				fmt.Fprintf(&b, "     %-8s %s\n", l.name, l.text)
			}
		}
		for i, reason := range s.unreached() {
			if i == 0 {
				b.WriteString("\n  Not reached:\n")
			}
			fmt.Fprintf(&b, "    %s\n", reason)
		}
		b.WriteByte('\n')
	}
	for _, note := range r.notes() {
		b.WriteString(note + "\n")
	}
	return b.String()
}

// notes are sentences at the end.
func (r *Report) notes() []string {
	var all []string
	if r.Access != nil && r.Document == nil && len(r.Tried) > 0 {
		all = append(all, fmt.Sprintf("The service publishes no API document at %d usual addresses. If you have one, pass "+
			"it with --document.", len(r.Tried)))
	}
	if r.Probe != nil {
		if r.Probe.Removed > 0 {
			all = append(all, fmt.Sprintf("Removed %s of an earlier probe.", portable.Count(r.Probe.Removed, "object")))
		}
		for _, left := range r.Probe.Left {
			all = append(all, fmt.Sprintf("Not removed: %s %s: %s. Remove it in Cohort's admin.", left.Kind, left.Name,
				strings.TrimSuffix(left.Why, ".")))
		}
	}
	switch matter := r.Matter(); {
	case r.Document == nil && r.Probe == nil:
		all = append(all, "The contract was not checked. In a test merchant, --probe tries it.")
	case len(r.Unchecked()) > 0:
		all = append(all, fmt.Sprintf("Of %s, nothing could be checked.", strings.Join(r.Unchecked(), ", ")))
	case len(matter) == 0:
		all = append(all, "Nothing that was checked breaks or limits the provider.")
	default:
		all = append(all, fmt.Sprintf("%s the provider: the guide First contact with the service says what to do.",
			portable.Count(len(matter), "assumption")+" "+verb(len(matter))))
	}
	return all
}

func verb(n int) string {
	if n == 1 {
		return "is wrong and breaks or limits"
	}
	return "are wrong and break or limit"
}

// Markdown is the report for an issue. No text of the service becomes markup in it.
func (r *Report) Markdown() string {
	var b strings.Builder
	b.WriteString("### terraform-provider-cohort doctor\n\n| | |\n| --- | --- |\n")
	for _, l := range slices.Concat(r.access(), r.machine(), r.objects()) {
		fmt.Fprintf(&b, "| %s | %s |\n", l.name, portable.MarkdownText(l.text))
	}
	for _, s := range r.sections() {
		fmt.Fprintf(&b, "\n#### %s\n\n%s %s\n", s.title, portable.MarkdownText(s.about), s.sentence())
		for i, f := range s.differing() {
			if i == 0 {
				b.WriteString("\n| | what | assumed | service | effect | change |\n| --- | --- | --- | --- | --- | --- |\n")
			}
			fmt.Fprintf(&b, "| %s | %s |", f[0].Harm, portable.MarkdownCode(f.name()))
			for _, name := range []string{"assumed", "service", "effect", "change"} {
				fmt.Fprintf(&b, " %s |", portable.MarkdownText(f.line(name)))
			}
			b.WriteByte('\n')
		}
		for i, reason := range s.unreached() {
			if i == 0 {
				b.WriteString("\nNot reached:\n\n")
			}
			fmt.Fprintf(&b, "- %s\n", portable.MarkdownText(reason))
		}
	}
	for _, note := range r.notes() {
		b.WriteString("\n" + portable.MarkdownText(note) + "\n")
	}
	return b.String()
}
