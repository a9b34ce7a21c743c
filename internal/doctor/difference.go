package doctor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// difference is one or more findings that say the same: of several kinds, or of several words of
// one property.
type difference []contract.Finding

// sameness is equal for findings that belong together.
func (d difference) sameness() string {
	f := d[0]
	if f.Part == contract.Words && f.Theirs != "" {
		return strings.Join([]string{string(f.Harm), f.Kind, f.Property, "word"}, "\x00")
	}
	about := contract.Subject{Operation: f.Operation, Part: f.Part, Property: f.Property, Word: f.Word}
	return strings.Join([]string{string(f.Harm), about.String(), f.Evidence, anonymous(f.Kind, f.Said)}, "\x00")
}

// anonymous is a text about a kind without what names the kind.
func anonymous(kind, text string) string {
	if kind == "" {
		return text
	}
	noun := contract.Thing(kind)
	names := []string{noun + "s", "…", noun, "…", kind, "…"}
	for _, d := range merchants.Descriptions() {
		if d.Noun == kind {
			names = append([]string{d.Path, "…"}, names...)
		}
	}
	return strings.NewReplacer(names...).Replace(text)
}

// name names the subject of the findings, as in perk.update.route.
func (d difference) name() string {
	f := d[0]
	if len(d) == 1 {
		return f.ID
	}
	if f.Part == contract.Words && f.Theirs != "" {
		return contract.Subject{Kind: f.Kind, Part: f.Part, Property: f.Property}.String()
	}
	about := contract.Subject{Operation: f.Operation, Part: f.Part, Property: f.Property, Word: f.Word}
	var kinds []string
	for _, one := range d {
		kinds = append(kinds, one.Kind)
	}
	return fmt.Sprintf("%s of %s", about, strings.Join(kinds, ", "))
}

// lines say what is assumed, what the service does, what that breaks and what to change.
func (d difference) lines() []line {
	f := d[0]
	if len(d) == 1 {
		lines := []line{{"assumed", fmt.Sprintf("%s (%s)", f.Assumed, f.Evidence)}, {"service", f.Said}}
		if f.Theirs != "" {
			lines = append(lines, line{"theirs", f.Theirs})
		}
		return append(lines, d.advice()...)
	}
	lines := []line{{"assumed", fmt.Sprintf("%s (%s)", f.Assumed, f.Evidence)}, {"service", f.Said}}
	if f.Part == contract.Words && f.Theirs != "" {
		var words []string
		for _, one := range d {
			words = append(words, one.Word+" → "+one.Theirs)
		}
		lines = []line{
			{"assumed", fmt.Sprintf("%s of a %s has these words. (%s)", f.Property, contract.Thing(f.Kind), f.Evidence)},
			{"service", "They are others."},
			{"theirs", strings.Join(words, ", ")},
		}
	} else if theirs := d.distinct(func(f contract.Finding) string { return f.Theirs }); len(theirs) > 0 {
		lines = append(lines, line{"theirs", strings.Join(theirs, ", ")})
	}
	return append(lines, d.advice()...)
}

// advice says what is broken and what to change.
func (d difference) advice() []line {
	if d[0].Harm == contract.Harmless {
		return nil
	}
	lines := []line{{"effect", d[0].Effect}}
	// The code has one place for each kind, and the contract one for all.
	inCode := func(f contract.Finding) string { code, _, _ := strings.Cut(f.Fix, "; "); return code }
	inContract := func(f contract.Finding) string { _, contract, _ := strings.Cut(f.Fix, "; "); return contract }
	for _, fix := range slices.Concat(d.distinct(inCode), d.distinct(inContract)) {
		lines = append(lines, line{"change", fix})
	}
	return lines
}

// distinct returns the different texts of the findings.
func (d difference) distinct(of func(contract.Finding) string) []string {
	var all []string
	for _, f := range d {
		if text := of(f); text != "" && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}

// line joins the lines with a name; what is theirs belongs to the service.
func (d difference) line(name string) string {
	var all []string
	for _, l := range d.lines() {
		switch {
		case l.name == name:
			all = append(all, l.text)
		case l.name == "theirs" && name == "service":
			all = append(all, "Theirs: "+l.text)
		}
	}
	separator := " "
	if name == "change" {
		separator = "; "
	}
	return strings.Join(all, separator)
}
