package companion

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/export"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// shownItems is how many objects are shown of each topic.
const shownItems = 5

// printExport says what was written and what to look at.
func printExport(w io.Writer, result *export.Export, flags exportFlags, differ []string) error {
	if flags.asJSON {
		report := struct {
			export.Report
			Differs []string `json:"differs,omitempty"`
		}{result.Report, differ}
		return json.NewEncoder(w).Encode(report)
	}
	s := styleOf(w)
	text := exportContents(s, result.Report) + exportTodo(s, result.Report)
	if flags.check {
		text += exportDiffers(s, differ)
	} else {
		text += exportNext(s, result, flags.out)
	}
	_, err := io.WriteString(w, text)
	return err
}

func exportContents(s style, r export.Report) string {
	var objects, written int
	for _, k := range r.Kinds {
		objects, written = objects+k.Read, written+k.Written
	}
	text := s.row("merchant", "%s, %d objects, %d of them in the configuration", r.Merchant, objects, written)
	if r.Excluded > 0 {
		text += s.row("left out", "%d by --only and --exclude", r.Excluded)
	}
	text += s.row("references", "%d resolved, 0 left as ids", r.References)
	if len(r.Variables) > 0 {
		text += s.row("variables", "%d, with a value in each root", len(r.Variables))
	}
	if len(r.Asked) > 0 {
		text += s.row("to supply", "%s", strings.Join(r.Asked, ", "))
	}
	return text
}

func exportTodo(s style, r export.Report) string {
	var text strings.Builder
	for _, note := range r.Todo {
		title := strings.ToLower(note.Title[:1]) + note.Title[1:]
		text.WriteString(s.row("look at", "%s", s.yellow(fmt.Sprintf("%d × %s", len(note.Items), title))))
		for i, item := range note.Items {
			if i == shownItems {
				text.WriteString(s.row("", "  … and %d more, in EXPORT.md", len(note.Items)-i))
				break
			}
			line := strings.TrimSuffix(merchants.Plain(item.Object)+": "+merchants.Plain(item.Text), ": ")
			text.WriteString(s.row("", "  %s", line))
		}
	}
	return text.String()
}

// exportDiffers names the files that differ, one a line.
func exportDiffers(s style, differ []string) string {
	if len(differ) == 0 {
		return s.row("differs", "nothing")
	}
	var text strings.Builder
	text.WriteString(s.row("differs", "%s", fileCount(len(differ))))
	for _, name := range differ {
		text.WriteString(s.row("", "  %s", name))
	}
	return text.String()
}

func exportNext(s style, result *export.Export, out string) string {
	imports, changes := result.Report.Expected()
	return s.row("wrote", "%s in %s", fileCount(len(result.Files)), out) +
		s.row("next", "terraform plan in %s: %d to import, 0 to add, %d to change, 0 to destroy", result.Root(out), imports,
			changes)
}

func fileCount(n int) string {
	if n == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", n)
}
