package companion

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// isTerminal reports whether a person looks at what is written.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// style writes texts in color where a person sees it. Color never carries a meaning alone.
type style struct{ colored bool }

// styleOf follows https://no-color.org.
func styleOf(w io.Writer) style {
	return style{isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}

func (s style) bold(text string) string   { return s.with("1", text) }
func (s style) yellow(text string) string { return s.with("33", text) }

func (s style) with(code, text string) string {
	if !s.colored {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// progress shows how many objects were read, on one line that it overwrites. It writes nothing
// unless a person looks.
type progress struct {
	w      io.Writer
	prefix string
	active bool
}

// step is called for every object.
func (p *progress) step(k provider.Kind, objects int) {
	if !p.active || objects%50 != 1 {
		return
	}
	_, _ = fmt.Fprintf(p.w, "\r\x1b[K%s: %s %d", p.prefix, k.Plural, objects)
}

// end removes the line.
func (p *progress) end() {
	if p.active {
		_, _ = fmt.Fprint(p.w, "\r\x1b[K")
	}
}
