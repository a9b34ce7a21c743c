package export

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
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
	line("| kind | in the merchant | in the configuration | gets a key |")
	line("| --- | ---: | ---: | ---: |")
	for _, k := range r.Kinds {
		line("| %s | %d | %d | %d |", k.plural, k.Read, k.Written, k.Rekeyed)
	}
	line("\n%s.", r.referencesText())
	if r.Excluded > 0 {
		line("\nLeft out by the selection: %s.", counted(r.Excluded, "object"))
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
		line("$ cd %s && terraform init && terraform plan", root)
	}
	line("```\n")
	line("%s", r.expectation())
	return []byte(b.String())
}

func (r Report) referencesText() string {
	return fmt.Sprintf("%s became expressions, none is an id", counted(r.References, "reference"))
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

// Root is the directory in which Terraform plans the exported merchant, below the directory of the
// export.
func (e *Export) Root(directory string) string {
	return filepath.Join(directory, e.program.rootDir(e.program.from.Mode))
}

// rootDir is the directory of the root of a merchant.
func (p *program) rootDir(mode merchants.Mode) string {
	if p.flat {
		return "."
	}
	return "env/" + string(mode)
}

// expectation says what the first plan of the exported merchant shows.
func (r Report) expectation() string {
	imports, changes := r.Expected()
	text := fmt.Sprintf("The first plan of %s says: %d to import, 0 to add, %d to change, 0 to destroy.", r.Merchant,
		imports, changes)
	if changes > 0 {
		text += " The changes are the new keys."
	}
	return text
}

// Expected returns how many objects the first plan of the exported merchant imports, and how many
// of them it changes, because they get a key.
func (r Report) Expected() (imports, changes int) {
	for _, k := range r.Kinds {
		imports += k.Written
		changes += k.Rekeyed
	}
	return imports, changes
}

// code writes a text as code of Markdown, on one line.
func code(text string) string {
	if text == "" {
		return ""
	}
	text = strings.NewReplacer("\n", "\\n", "\r", "\\r").Replace(text)
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return fence + text + fence
}

// counted writes a number and a noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
