package companion

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/population"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// every returns all commands that are ours, the root first.
func every(t *testing.T) []*cobra.Command {
	t.Helper()
	all := []*cobra.Command{newRoot(t.Context(), "1.2.3")}
	for i := 0; i < len(all); i++ {
		all = append(all, all[i].Commands()...)
	}
	return all
}

// TestCommands_help checks that every command says what it is for, shows an example and explains
// its exit codes, and that the README lists the command with its exit codes.
func TestCommands_help(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range every(t) {
		path := c.CommandPath()
		if c.Short == "" || !strings.HasPrefix(c.Long, c.Short) {
			t.Errorf("%s: its help does not begin with its purpose", path)
		}
		if !strings.Contains(c.Example, "terraform-provider-cohort ") || !strings.Contains(c.Example, c.Name()) {
			t.Errorf("%s: its help has no example of it", path)
		}
		_, codes, found := strings.Cut(c.Long, "\nExit codes: ")
		if !found {
			t.Errorf("%s: its help has no exit codes", path)
		}
		if !c.HasParent() {
			continue
		}
		_, row, found := strings.Cut(string(readme), "\n| `"+c.Name()+"` | ")
		if row, _, _ = strings.Cut(row, "\n"); !found {
			t.Errorf("%s: README.md does not list it", path)
		}
		for _, code := range regexp.MustCompile(`(?m)(?:^|[ ;,]) ?(\d)\b`).FindAllStringSubmatch(codes, -1) {
			if !strings.Contains(row, code[1]+" ") {
				t.Errorf("%s: README.md does not explain the exit code %s", path, code[1])
			}
		}
	}
}

// runs are calls of every command that reads a merchant, without the name of the program. A new
// command needs a line here.
var runs = map[string][][]string{
	"terraform-provider-cohort": {{}},
	"terraform-provider-cohort check-plan": {
		{onDiskPlan},
		{"--markdown", onDiskPlan},
		{"--json", onDiskPlan},
		{"--fingerprint", "--root", filepath.Dir(onDiskPlan) + "/configuration", onDiskPlan},
		{"--drift", onDiskPlan},
	},
	"terraform-provider-cohort diff": {
		{"--fail-on", "declared"},
		{"--fail-on", "declared", "--json"},
		{"--fail-on", "declared", "--markdown"},
		{"--fail-on", "declared", "--html"},
		{"--fail-on", "drift,waiting", "--test", "test.plan.json", "--live", "live.plan.json"},
		{"--fail-on", "drift", "--test", "test.plan.json", "--out", "diff.md", "--markdown"},
	},
	"terraform-provider-cohort export": {
		{"--out", "one"},
		{"--out", "one", "--check"},
		{"--out", "one", "--force", "--json"},
		{"--out", "both", "--compare", "live"},
		{"--out", "only", "--only", "campaign"},
		{"--out", "flat", "--flat", "--exclude", "badge"},
	},
	"terraform-provider-cohort pull": {
		{"root", "--plan", "vip.json"}, {"root", "--plan", "nothing.json", "--json"}, {"root", "--plan", "waiting.json"},
	},
	"terraform-provider-cohort snapshot": {{}, {"--out", "test.json"}},
	"terraform-provider-cohort status": {
		{"--test", "test.plan.json", "--live", "live.plan.json"},
		{"--test", "test.plan.json", "--live", "live.plan.json", "--json"},
	},
}

// onDiskPlan is the path of the JSON of a plan, from every directory.
var onDiskPlan = func() string {
	path, err := filepath.Abs(keptPlan)
	if err != nil {
		panic(err)
	}
	return path
}()

// readsFiles reports whether a call reads files alone.
func readsFiles(call string) bool {
	return call == "" || strings.HasPrefix(call, "check-plan ") || strings.HasPrefix(call, "pull ")
}

// everyRun runs every command, and passes on what each printed.
func everyRun(t *testing.T, visit func(call, printed string)) {
	t.Helper()
	put(t, "test.plan.json", planFile("test", ""))
	put(t, "live.plan.json", planFile("live", ""))
	pullFiles(t)
	for _, c := range every(t) {
		path := c.CommandPath()
		if c.Name() == "sandbox" { // It is the service.
			continue
		}
		if len(runs[path]) == 0 {
			t.Errorf("%s: no call of it is known here", path)
		}
		for _, args := range runs[path] {
			args = append(strings.Fields(path)[1:], args...)
			code, printed, problems := called(t.Context(), args...)
			if call := strings.Join(args, " "); code != 0 || problems != "" {
				t.Errorf("%s: exit code %d, %s", call, code, problems)
			} else {
				visit(call, printed)
			}
		}
	}
}

// TestCommands_read checks that no command sends anything but GET.
func TestCommands_read(t *testing.T) {
	s, _, _ := filled(t, population.Plan{Seed: 4, Objects: 40, Untidy: true})
	t.Chdir(t.TempDir())
	everyRun(t, func(call, _ string) {
		stats := s.Stats()
		s.Reset()
		if stats.ByMethod[http.MethodGet] != stats.Requests || (stats.Requests == 0) != readsFiles(call) {
			t.Errorf("%s sent %v", call, stats.ByMethod)
		}
	})
}

// TestCommands_secrecy searches everything that the commands print and write for all keys, secrets
// and ids of two merchants. Only stamp.tf and snapshots may have ids.
func TestCommands_secrecy(t *testing.T) {
	s, ids, secrets := filled(t, population.Plan{Seed: 4, Objects: 120, Hostile: true, Untidy: true})
	keys := []string{s.TestKey()[len("test_"):], s.LiveKey()[len("live_"):]}
	t.Chdir(t.TempDir())
	everyRun(t, func(call, printed string) {
		found := searched{keys: keys, secrets: secrets}
		if !strings.HasPrefix(call, "snapshot") {
			found.ids = ids
		}
		found.check(t, call, printed)
		controls := func(r rune) bool { return unicode.IsControl(r) && r != '\n' || r == '\u202e' }
		if forPeople := !strings.HasPrefix(printed, "{"); forPeople && strings.ContainsFunc(printed, controls) {
			t.Errorf("%s: a name of an object controls the terminal", call)
		}
	})
	searched{ids, keys, secrets}.checkFiles(t, ".")
}

// searched is what must not be found.
type searched struct{ ids, keys, secrets []string }

func (s searched) check(t *testing.T, where, text string) {
	t.Helper()
	for what, all := range map[string][]string{"the id": s.ids, "the key": s.keys, "the secret": s.secrets} {
		for _, one := range all {
			if len(one) < 4 {
				t.Fatalf("%s %q is too short to look for", what, one)
			}
			if strings.Contains(text, one) {
				t.Errorf("%s: %s %s is in it", where, what, one)
			}
		}
	}
}

func (s searched) checkFiles(t *testing.T, directory string) {
	t.Helper()
	stamped := false
	for name, content := range onDisk(t, directory) {
		of := s
		if filepath.Base(name) == "stamp.tf" || strings.HasSuffix(name, ".json") {
			of.ids, stamped = nil, true
		}
		of.check(t, name, content)
	}
	if !stamped {
		t.Error("nothing that may have ids was written")
	}
}

// TestCommands_completion checks what a shell is told to complete.
func TestCommands_completion(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	put(t, filepath.Join("live", "one.json"), "{}")
	put(t, "live.json", "{}")
	var kinds []string
	for _, k := range provider.Catalog() {
		kinds = append(kinds, k.Name, k.Name+":")
	}
	const noSpace, noFile, extension, folder = ":6", ":4", ":8", ":16"
	for call, want := range map[string][]string{
		"export --from|":               {"test", "live", "snapshot:", noSpace},
		"export --from|te":             {"test", noSpace},
		"export --compare|":            {"test", "live", "snapshot:", noSpace},
		"export --compare|snapshot:":   {"snapshot:live/", "snapshot:live.json", noSpace},
		"export --from|snapshot:live/": {"snapshot:live/one.json", noSpace},
		"export --from|snapshot:no/x":  {noSpace},
		"export --only|":               append(kinds, noSpace),
		"export --only|perk":           {"perk", "perk:", noSpace},
		"export --exclude|camp":        {"campaign", "campaign:", noSpace},
		"export --out|":                {folder},
		"diff --fail-on|":              append(classNames(), noFile),
		"diff --to|":                   {"test", "live", "snapshot:", noSpace},
		"pull |":                       {folder},
		"pull --from|":                 {"test", "live", "snapshot:", noSpace},
		"pull --plan|":                 {"json", extension},
		"pull --only|perk":             {"perk", "perk:", noSpace},
		"snapshot --from|":             {"test", "live", noFile},
		"snapshot --out|":              {"json", extension},
		"sandbox --data|":              {"json", extension},
		"sandbox --dialect|":           {"json", extension},
		"check-plan |":                 {"json", extension},
		"check-plan --mode|":           {"test", "live", noFile},
	} {
		words, begun, _ := strings.Cut(call, "|")
		args := append([]string{"__complete"}, append(strings.Fields(words), begun)...)
		code, printed, _ := called(t.Context(), args...)
		var got []string
		for line := range strings.Lines(printed) {
			word, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
			got = append(got, word)
		}
		if code != 0 || strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s: exit code %d, %q, want %q", call, code, got, want)
		}
	}
}
