package companion

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/export"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// shownItems is how many objects are shown of each topic.
const shownItems = 5

// printExport says what was written and what to look at.
func printExport(w io.Writer, result *export.Export, flags exportFlags, differ, removed []string) error {
	if flags.asJSON {
		report := struct {
			export.Report
			Differs []string `json:"differs,omitempty"`
			Removed []string `json:"removed,omitempty"`
		}{result.Report, differ, removed}
		return json.NewEncoder(w).Encode(report)
	}
	s := styleOf(w)
	text := exportContents(s, result.Report) + exportTodo(s, result.Report)
	if flags.check {
		text += exportDiffers(s, differ)
	} else {
		text += exportNext(s, result, flags.out, removed)
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
	text += s.row("references", "%d resolved, %d to supply", r.References, r.Supplied)
	if len(r.Variables) > 0 {
		text += s.row("variables", "%d, with a value in each root", len(r.Variables))
	}
	if len(r.Asked) > 0 {
		text += s.row("to supply", "%s", firstOf(r.Asked))
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

func exportNext(s style, result *export.Export, out string, removed []string) string {
	rows := []string{s.row("wrote", "%s in %s", fileCount(len(result.Files)), out)}
	if len(removed) > 0 {
		rows = append(rows, s.row("removed", "%s", firstOf(removed)))
	}
	for _, plan := range result.Report.Plans {
		rows = append(rows, s.row("next", "terraform plan in %s: %s", filepath.Join(out, plan.Root), plan))
	}
	return strings.Join(rows, "")
}

// firstOf joins the first of many names.
func firstOf(names []string) string {
	if more := len(names) - shownItems; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:shownItems], ", "), more)
	}
	return strings.Join(names, ", ")
}

func fileCount(n int) string {
	if n == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", n)
}
