package errortexts

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	repository = "../../.."
	guide      = "templates/guides/troubleshooting.md.tmpl"
)

// exceptions are texts that need no entry, by their text or by their file, with the reason.
var exceptions = map[string]string{
	"internal/sandbox/dialect.go": "what is wrong with a file of --dialect: each names the key and the value",
	"internal/sandbox/faults.go":  "what is wrong with a --fault: each names the property and the value",
	"internal/sandbox/encode.go":  "likewise",
	"internal/sandbox/store.go":   "what is wrong with a file of --data that somebody edited; its own error has an entry",
	"internal/sandbox/admin.go":   "answers of the sandbox's admin API, which programs read",

	"internal/doctor/probe/make.go":             "a line of the doctor's report, which explains itself",
	"internal/doctor/probe/call.go":             "likewise",
	"internal/doctor/contract/contract.go":      "the contract inside of the binary is damaged: tests read it",
	"internal/doctor/contract/specification.go": "likewise",
	"internal/doctor/probe/speech.go":           "likewise",
	"internal/doctor/document/compare.go":       "likewise",
	"internal/pull/print.go":                    "a reason in the report of pull, which goes on",
	"internal/pull/reference.go":                "likewise",
	"internal/provider/planned.go":              "a value of a plan whose JSON is damaged; its object has an entry",

	"Nothing was sent.": "the sentence before it is the text to look for",
	"not JSON":          "a response that the client has read before, encoded once more",
}

// copied are the errors of Go that get all of their text from elsewhere, by file, with where it
// comes from.
var copied = map[string]string{
	"internal/companion/check_plan_run.go": "the title of the review",
	"internal/companion/diff.go":           "the first sentence of the report",
	"internal/companion/doctor.go":         "judgeAccess, or an error of the client",
	"internal/merchants/call.go":           "an error of net/http, without the key",
	"internal/merchants/client.go":         "likewise",
}

// TestTexts_guide checks the guide against the code, in both directions.
func TestTexts_guide(t *testing.T) {
	t.Parallel()
	made, entries := shippedTexts(t), entriesOf(t)
	forms := searchable(made)
	used := map[string]bool{}
	var needed []madeText
	for _, text := range made {
		file, _, _ := strings.Cut(text.at, ":")
		switch {
		case text.copied:
			used["copied "+file] = true
			if copied[file] == "" {
				t.Errorf("%s: an error takes its whole text from elsewhere. Say in the list copied of this test "+
					"where that is, and see to it that it has an entry in %s.", text.at, guide)
			}
		case exceptions[text.form] != "":
			used[text.form] = true
		case exceptions[file] != "":
			used[file] = true
		case text.diagnostic || words(text.form) >= 2:
			needed = append(needed, text)
		}
	}
	found := map[string]bool{}
	for _, entry := range entries {
		about := formsOf(entry, forms)
		if len(about) == 0 {
			t.Errorf("%s has an entry for `%s`, but no code makes this text any more. Remove the entry, or correct it.",
				guide, entry)
		}
		for _, form := range about {
			found[form] = true
		}
	}
	for _, text := range needed {
		if !found[text.form] {
			t.Errorf("%s makes an error that has no entry in %s:\n\t%s\n"+
				"Add a heading, or an item, to the section of its situation:\n\n\t### `%[3]s`\n\n"+
				"\tWhat it means, why, and what to do, in one to four sentences.\n", text.at, guide, text.form)
		}
	}
	for _, exception := range slices.Sorted(maps.Keys(exceptions)) {
		if !used[exception] {
			t.Errorf("the exception %q is about nothing any more: remove it", exception)
		}
	}
	for _, file := range slices.Sorted(maps.Keys(copied)) {
		if !used["copied "+file] {
			t.Errorf("%s makes no error from a text of elsewhere any more: remove it from the list copied", file)
		}
	}
}

func read(t *testing.T, page string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(repository, filepath.FromSlash(page)))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// entryForm matches the beginning of an entry, whose text may go on in the next lines.
var entryForm = regexp.MustCompile("(?m)^(?:### |- )`([^`]+)`")

// entriesOf returns the texts that have an entry in the guide.
func entriesOf(t *testing.T) []string {
	t.Helper()
	var entries []string
	for _, match := range entryForm.FindAllStringSubmatch(read(t, guide), -1) {
		entry := strings.Join(strings.Fields(match[1]), " ")
		if slices.Contains(entries, entry) {
			t.Errorf("%s has two entries for `%s`", guide, entry)
		}
		entries = append(entries, entry)
	}
	if len(entries) < 100 {
		t.Fatalf("%s has %d entries", guide, len(entries))
	}
	return entries
}

// searchable returns the different forms of texts that have words of their own.
func searchable(made []madeText) []string {
	var forms []string
	for _, text := range made {
		if words(text.form) > 0 {
			forms = append(forms, text.form)
		}
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}

// formsOf returns the forms that an entry is about: those with the most text of their own. A … at
// the end of an entry stands for all that follows, unless a form fits without that.
func formsOf(entry string, all []string) []string {
	for _, open := range []bool{false, true} {
		var forms []string
		for _, form := range all {
			if fits(form, entry, open) {
				forms = append(forms, form)
			}
		}
		if len(forms) > 0 {
			size := func(form string) int { return len(strings.ReplaceAll(form, hole, "")) }
			longest := slices.MaxFunc(forms, func(a, b string) int { return cmp.Compare(size(a), size(b)) })
			return slices.DeleteFunc(forms, func(form string) bool { return size(form) < size(longest) })
		}
		if !strings.HasSuffix(entry, hole) {
			break
		}
	}
	return nil
}

// fits reports whether a text is of a form, in capitals or not. Each hole of the form stands for at
// least one character of the text. If the text is open, a hole at its end stands for the rest of
// the form.
func fits(form, text string, open bool) bool {
	literal, rest, more := strings.Cut(form, hole)
	if open && strings.HasSuffix(text, hole) && len(text) > len(hole) {
		if begun := strings.TrimSuffix(text, hole); begins(literal, begun) {
			return true
		}
	}
	if !begins(text, literal) {
		return false
	}
	text = text[len(literal):]
	if !more {
		return text == ""
	}
	for at := range text {
		if at > 0 && fits(rest, text[at:], open) {
			return true
		}
	}
	return rest == "" && text != ""
}

// begins reports whether a text begins with another one, in capitals or not.
func begins(text, with string) bool {
	return len(text) >= len(with) && strings.EqualFold(text[:len(with)], with)
}

var word = regexp.MustCompile(`[\pL_]+`)

// words counts the words of a form; a name such as COHORT_API_KEY is one.
func words(form string) int { return len(word.FindAllString(strings.ReplaceAll(form, hole, " "), -1)) }
