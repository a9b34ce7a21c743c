package export

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

func compareItems(a, b NoteItem) int {
	return cmp.Or(cmp.Compare(a.Object, b.Object), cmp.Compare(a.Text, b.Text))
}

// markdown writes EXPORT.md.
func (r Report) markdown(p *program) []byte {
	var b strings.Builder
	line := func(format string, a ...any) { fmt.Fprintf(&b, format+"\n", a...) }
	line("<!-- %s -->", marker)
	line("\n# Export of the %s merchant\n", r.Merchant)
	line("| kind | in the merchant | in the configuration | get a key |")
	line("| --- | ---: | ---: | ---: |")
	for _, k := range r.Kinds {
		line("| %s | %d | %d | %d |", k.plural, k.Read, k.Written, k.Rekeyed)
	}
	line("\n%s became expressions, %d became variables, none is an id.", portable.Count(r.References, "reference"),
		p.supplied)
	if r.Excluded > 0 {
		line("\nLeft out by the selection: %s.", portable.Count(r.Excluded, "object"))
	}
	if len(r.Todo) > 0 {
		line("\n## What to look at")
	}
	for _, note := range r.Todo {
		line("\n### %s\n\n%s\n", note.Title, note.Advice)
		for _, i := range note.Items {
			line("- %s", strings.TrimSuffix(code(i.Object)+": "+code(i.Text), ": "))
		}
	}
	line("\n## Next\n")
	line("```console")
	for _, root := range p.roots() {
		line("$ terraform -chdir=%s init", root)
		line("$ terraform -chdir=%s plan", root)
	}
	line("```")
	for _, plan := range r.Plans {
		line("\nThe first plan of %s says: %s.", plan.Merchant, plan)
	}
	return []byte(b.String())
}

// roots are the directories in which Terraform runs, that of the exported merchant first.
func (p *program) roots() []string {
	first, second := merchants.ModeTest, merchants.ModeLive
	if p.from.Mode == merchants.ModeLive {
		first, second = second, first
	}
	if p.flat {
		return []string{p.rootDir(first)}
	}
	return []string{p.rootDir(first), p.rootDir(second)}
}

// rootDir is the directory of the root of a merchant.
func (p *program) rootDir(mode merchants.Mode) string {
	if p.flat {
		return "."
	}
	return "env/" + string(mode)
}

// plans says what the first plan of each merchant shows that was read.
func (p *program) plans() []PlanReport {
	var plans []PlanReport
	for _, m := range p.merchants() {
		plan := PlanReport{Merchant: m.Mode, Root: p.rootDir(m.Mode)}
		for _, e := range p.entries {
			switch p.firstAction(m.Mode, e) {
			case "create":
				plan.Add++
			case "import and update":
				plan.Import++
				plan.Change++
			default:
				plan.Import++
			}
		}
		plans = append(plans, plan)
	}
	return plans
}

// firstAction is what the first plan of a merchant does with an entry.
func (p *program) firstAction(mode merchants.Mode, e *entry) string {
	switch here := p.in(mode, e); {
	case here == nil:
		return "create"
	case composed(here.Key) != composed(e.key), mode != p.from.Mode && p.undecided[e]:
		return "import and update"
	default:
		return "import"
	}
}

// String says it as Terraform does.
func (r PlanReport) String() string {
	return fmt.Sprintf("%d to import, %d to add, %d to change, 0 to destroy", r.Import, r.Add, r.Change)
}

// code writes a text as code of Markdown, on one line.
func code(text string) string {
	if text == "" {
		return ""
	}
	text = merchants.Plain(text)
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return fence + text + fence
}
