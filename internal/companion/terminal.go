package companion

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// isTerminal reports whether a person looks at what is written.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// isSmart reports whether a person looks, at a terminal that can move the cursor and show colors.
func isSmart(w io.Writer) bool { return isTerminal(w) && os.Getenv("TERM") != "dumb" }

// style writes texts in color where a person sees it. Color never carries a meaning alone.
type style struct{ colored bool }

// styleOf follows https://no-color.org.
func styleOf(w io.Writer) style { return style{isSmart(w) && os.Getenv("NO_COLOR") == ""} }

func (s style) bold(text string) string   { return s.with("1", text) }
func (s style) yellow(text string) string { return s.with("33", text) }

func (s style) with(code, text string) string {
	if !s.colored || strings.TrimSpace(text) == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// row is a line with a name in front; the lines after it may have none.
func (s style) row(name, format string, a ...any) string {
	return s.bold(fmt.Sprintf("%-12s", name)) + " " + fmt.Sprintf(format, a...) + "\n"
}

// progress shows what is going on, on one line that it overwrites. It writes nothing unless a
// person looks.
type progress struct {
	w      io.Writer
	prefix string
	active bool
}

func newProgress(cmd *cobra.Command, what string) *progress {
	w := cmd.ErrOrStderr()
	p := &progress{w, what, isSmart(w)}
	p.show("")
	return p
}

// step shows the number of objects of a kind, at the first and at every fiftieth.
func (p *progress) step(k provider.Kind, objects int) {
	if objects%50 <= 1 {
		p.show(fmt.Sprintf(": %s, %d so far", k.Plural, objects))
	}
}

func (p *progress) show(text string) {
	if p.active {
		_, _ = fmt.Fprint(p.w, "\r\x1b[K"+p.prefix+text)
	}
}

// end removes the line.
func (p *progress) end() {
	if p.active {
		_, _ = fmt.Fprint(p.w, "\r\x1b[K")
	}
}
