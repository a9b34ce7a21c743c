package diff

import (
	"fmt"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// Markdown returns the report as Markdown, for the summary of a pipeline.
func (r *Report) Markdown() string {
	var b strings.Builder
	from, to := r.labels()
	fmt.Fprintf(&b, "### %s\n", r.Sentence())
	rest, repeated := r.fold()
	if len(rest)+len(repeated) > 0 {
		fmt.Fprintf(&b, "\n| | object | place | %s | %s | class |\n| --- | --- | --- | --- | --- | --- |\n", from, to)
	}
	for _, d := range rest {
		name := code(d.String())
		if d.OnlyIn == onlyFrom {
			markdownRow(&b, "-", name, "", "exists", "", d.Class)
		}
		if d.OnlyIn == onlyTo {
			markdownRow(&b, "+", name, "", "", "exists", d.Class)
		}
		for _, c := range d.Changes {
			markdownChange(&b, name, c)
		}
	}
	for _, f := range repeated {
		markdownChange(&b, fmt.Sprintf("%s: %s", portable.Count(len(f.objects), "object"), codes(f.objects)), f.change)
	}
	if texts, _ := r.remedies(); len(texts) > 0 {
		b.WriteString("\n<details><summary>What to do</summary>\n\n")
		for i, text := range texts {
			if i == shownRemedies {
				fmt.Fprintf(&b, "… and %d more, with `--json`\n\n", len(texts)-i)
				break
			}
			fence := "```"
			for strings.Contains(text, fence) {
				fence += "`"
			}
			b.WriteString(fence + "\n")
			for line := range strings.SplitSeq(text, "\n") {
				b.WriteString(merchants.Plain(line) + "\n")
			}
			b.WriteString(fence + "\n\n")
		}
		b.WriteString("</details>\n")
	}
	for i, s := range r.Skipped {
		if i == 0 {
			b.WriteString("\nNot compared:\n\n")
		}
		fmt.Fprintf(&b, "- %s (%s): %s\n", code(s.What), code(s.Why), codes(s.Objects))
	}
	return b.String()
}

func markdownChange(b *strings.Builder, name string, c Change) {
	if c.MovedFrom > 0 {
		markdownRow(b, "~", name, code(c.Path), "", fmt.Sprintf("moved %d → %d", c.MovedFrom, c.MovedTo), c.Class)
		return
	}
	from, to := excerpts(c.From, c.To)
	if c.From != nil {
		from = code(from)
	}
	if c.To != nil {
		to = code(to)
	}
	markdownRow(b, "~", name, code(c.Path), from, to, c.Class)
}

func markdownRow(b *strings.Builder, sign, name, place, from, to string, class Class) {
	b.WriteString("|")
	for _, cell := range []string{sign, name, place, from, to, string(class)} {
		b.WriteString(" " + strings.ReplaceAll(cell, "|", `\|`) + " |")
	}
	b.WriteByte('\n')
}

// codes joins the first of many names.
func codes(names []string) string {
	var all []string
	for _, name := range names[:min(len(names), shownNames)] {
		all = append(all, code(name))
	}
	text := strings.Join(all, ", ")
	if more := len(names) - shownNames; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// code writes a text as code on one line.
func code(text string) string {
	text = merchants.Plain(text)
	if text == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") || strings.TrimSpace(text) == "" {
		text = " " + text + " "
	}
	return fence + text + fence
}
