//go:build unix

package companion

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/creack/pty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/population"
)

// atTerminal runs a command with standard output and standard error at a terminal each.
func atTerminal(t *testing.T, args ...string) (code int, printed, problems string) {
	t.Helper()
	out, stdout := terminal(t)
	problem, stderr := terminal(t)
	code = Main(t.Context(), "1.2.3", args, stdout, stderr)
	return code, out(), problem()
}

// terminal opens a terminal. screen closes it and returns what was written.
func terminal(t *testing.T) (screen func() string, of *os.File) {
	t.Helper()
	master, of, err := pty.Open()
	if err != nil {
		t.Skip("there are no terminals here: ", err)
	}
	written := make(chan string, 1)
	go func() {
		var all bytes.Buffer
		_, _ = io.Copy(&all, master) // It ends with an error when the terminal is closed.
		written <- all.String()
	}()
	return func() string {
		_ = of.Close()
		text := strings.ReplaceAll(<-written, "\r\n", "\n")
		_ = master.Close()
		return text
	}, of
}

// TestTerminal checks that progress and colors show only at a terminal that can show them, and that
// a color adds nothing to what the text says.
func TestTerminal(t *testing.T) {
	filled(t, population.Plan{Seed: 4, Objects: 300, Untidy: true})
	t.Chdir(t.TempDir())
	t.Setenv("NO_COLOR", "")
	code, plain, problems := called(t.Context(), "export", "--out", "out")
	if code != 0 || problems != "" || strings.Contains(plain, "\x1b") {
		t.Fatalf("without a terminal: exit code %d, %q, %q", code, plain, problems)
	}
	const cleared = "\r\x1b[K"
	colors := regexp.MustCompile("\x1b\\[[0-9]*m")
	for name, c := range map[string]struct {
		noColor, term    string
		colored, follows bool
	}{
		"a terminal":          {"", "xterm-256color", true, true},
		"without colors":      {"1", "xterm-256color", false, true},
		"a terminal of paper": {"", "dumb", false, false},
	} {
		t.Setenv("NO_COLOR", c.noColor)
		t.Setenv("TERM", c.term)
		code, printed, problems := atTerminal(t, "export", "--out", filepath.Join(name, "out"))
		if code != 0 || colors.MatchString(printed) != c.colored {
			t.Errorf("%s: exit code %d, %q", name, code, printed)
		}
		if got := strings.ReplaceAll(colors.ReplaceAllString(printed, ""), name+"/", ""); got != plain {
			t.Errorf("%s: without colors it says %s, want %s", name, got, plain)
		}
		followed := strings.Contains(problems, cleared+"Reading the test merchant: perks, 50 so far"+cleared) &&
			strings.Contains(problems, ": campaigns, 1 so far") && strings.HasSuffix(problems, cleared)
		if followed != c.follows || !c.follows && problems != "" || colors.MatchString(problems) {
			t.Errorf("%s: the progress is %q", name, problems)
		}
		code, _, problems = atTerminal(t, "snapshot", "--out", name+".json")
		if follows := problems == cleared+"Reading the test merchant"+cleared; code != 0 || follows != c.follows {
			t.Errorf("%s: exit code %d; the progress of a snapshot is %q", name, code, problems)
		}
	}
}

// TestDoctor_asks checks that a probe asks a person first.
func TestDoctor_asks(t *testing.T) {
	for answer, want := range map[string]struct {
		probed bool
		fails  string
	}{"yes\n": {true, ""}, "no\n": {false, "nothing was sent"}, "\n": {false, "nothing was sent"}} {
		s := spoken(t, "", "")
		keyboard, stdin, err := pty.Open()
		if err != nil {
			t.Skip("there are no terminals here: ", err)
		}
		if _, err := io.WriteString(keyboard, answer); err != nil {
			t.Fatal(err)
		}
		var printed, asked bytes.Buffer
		root := newRoot(t.Context(), "1.2.3")
		root.SetArgs([]string{"doctor", "--probe"})
		root.SetIn(stdin)
		root.SetOut(&printed)
		root.SetErr(&asked)
		err = root.Execute()
		if (err == nil) != want.probed || err != nil && err.Error() != want.fails ||
			!strings.Contains(asked.String(), "objects named tf-probe-…") || (s.Stats().Requests > 0) != want.probed {
			t.Errorf("%q: %v, it asks %q, and sent %v", answer, err, &asked, s.Stats().ByMethod)
		}
		_, _ = stdin.Close(), keyboard.Close()
	}
}
