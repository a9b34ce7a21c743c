package errortexts

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestTexts_found checks that texts are found in all the ways in which the code writes them.
func TestTexts_found(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	const source = `package p

const ending = " in live"

var errGone = errors.New("it is gone")

func direct(diags *diag.Diagnostics, noun string) {
	diags.AddError("No key", "detail")
	diags.AddAttributeWarning(at, fmt.Sprintf("The %s %q"+ending, noun, key), detail)
	summary := "A " + noun + " is early"
	if late {
		summary = fmt.Sprintf("A %s is late, by %.1f%%", noun, percent)
	}
	diags.AddError(summary, detail)
	_ = diag.NewWarningDiagnostic("Not a time", detail)
	_ = []*tfprotov6.Diagnostic{{Summary: "A bug", Detail: detail}}
	_ = function.Definition{Summary: "no diagnostic"}
	left.AddWarning(d.Summary, d.Detail)
}

func addDefect(diags *diag.Diagnostics, at path.Path, summary string) { diags.AddAttributeError(at, summary, "") }

func handsOnTwice(diags *diag.Diagnostics, text string) { addDefect(diags, at, text) }

func calls(diags *diag.Diagnostics) error {
	handsOnTwice(diags, "Handed on twice")
	if copied {
		return errors.New(text)
	}
	return fmt.Errorf("%s cannot be read: %w", name, err)
}

func adviceOn(err error) string {
	if gone {
		return "It is not there. " + "Look for it."
	}
	return another(err)
}
`
	if err := os.WriteFile(filepath.Join(folder, "p.go"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	made, err := readFolder(folder)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, text := range made {
		kind := "error: "
		switch {
		case text.diagnostic:
			kind = "diagnostic: "
		case text.copied:
			kind = "copied: "
		}
		got = append(got, kind+text.form)
	}
	slices.Sort(got)
	want := []string{
		"copied: …",
		"diagnostic: A bug",
		"diagnostic: A … is early",
		"diagnostic: A … is late, by …%",
		"diagnostic: Handed on twice",
		"diagnostic: It is not there.",
		"diagnostic: No key",
		"diagnostic: Not a time",
		"diagnostic: The … … in live",
		"error: it is gone",
		"error: … cannot be read: …",
	}
	if !slices.Equal(got, want) {
		t.Errorf("found\n%q\nwant\n%q", got, want)
	}
}

// TestTexts_fits checks which entry is about which text.
func TestTexts_fits(t *testing.T) {
	t.Parallel()
	forms := searchable([]madeText{
		{form: "Could not …"},
		{form: "Could not …: it was changed"},
		{form: "Could not …"},
		{form: "is damaged: …"},
		{form: "is damaged: its mode is …"},
		{form: "… …: …"},
		{form: "the plan is of …, and not of …"},
	})
	for entry, want := range map[string][]string{
		`Could not update perk "a"`:                 {"Could not …"},
		`could not update perk "a": it was changed`: {"Could not …: it was changed"},
		"Could not":                    nil,
		"Could not …":                  {"Could not …"},
		"is damaged: its mode is prod": {"is damaged: its mode is …"},
		"is damaged: …":                {"is damaged: …"},
		"the plan is of …":             {"the plan is of …, and not of …"},
		"the plan is of test":          nil,
		"name: other: words":           nil,
	} {
		if got := formsOf(entry, forms); !slices.Equal(got, want) {
			t.Errorf("%s is about %q, want %q", entry, got, want)
		}
	}
}
