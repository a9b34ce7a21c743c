package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"text/template"

	"github.com/getkin/kin-openapi/openapi3"
)

//go:embed page.md.tmpl
var text string

// page renders a contract as Markdown.
func page(contract *openapi3.T) ([]byte, error) {
	areas, err := read(contract)
	if err != nil {
		return nil, err
	}
	layout, err := template.New("page").Parse(text)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = layout.Execute(&out, view(areas))
	return out.Bytes(), err
}

// marks are the marks of the contract, the strongest first.
var marks = []string{"documented", "observed", "assumed"}

type pageView struct {
	Counts       map[string]int
	All          int
	Words        map[string]int
	Names        int
	Areas        []areaView
	Open, Closed []string
}

type areaView struct {
	Title          string
	Counts         map[string]int
	All            int
	Shown, Assumed []string
}

func view(areas []area) pageView {
	out := pageView{Counts: map[string]int{}, Words: map[string]int{}}
	for _, a := range areas {
		shown := areaView{Title: a.title, Counts: map[string]int{}}
		for _, g := range a.groups {
			shown.Shown = append(shown.Shown, g.sentences()...)
			shown.Assumed = append(shown.Assumed, g.row()...)
			for _, i := range g.items {
				shown.Counts[i.mark] += i.count
				out.Counts[i.mark] += i.count
				shown.All += i.count
				out.All += i.count
			}
		}
		out.Areas = append(out.Areas, shown)
		for _, c := range a.catalogs {
			if c.open {
				out.Open = append(out.Open, c.rows()...)
			} else {
				out.Closed = append(out.Closed, c.rows()...)
			}
			for _, w := range c.words {
				if w.Word != "" {
					out.Words[w.Evidence]++
				}
				if w.Name != "" {
					out.Names++
				}
			}
		}
	}
	return out
}

// sentences says what sources show: one sentence for each mark and source.
func (g group) sentences() []string {
	var out []string
	for _, mark := range marks[:2] {
		said := map[string]bool{}
		for _, first := range g.items {
			if first.mark != mark || said[first.source] {
				continue
			}
			said[first.source] = true
			var names []string
			for _, i := range g.items {
				if i.statement == first.statement {
					names = append(names, i.described())
				}
			}
			out = append(out, fmt.Sprintf("- %s: %s. %s.", g.label, strings.Join(names, ", "),
				link(title(first.mark), first.source)))
		}
	}
	return out
}

// row has everything that is assumed. A name with a source is a link to it.
func (g group) row() []string {
	var names []string
	for _, i := range g.items {
		if i.mark == marks[2] {
			names = append(names, link(i.name, i.source)+i.where)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("| %s | %s |", g.label, strings.Join(names, ", "))}
}

func (i item) described() string {
	if i.detail == "" {
		return i.name + i.where
	}
	return fmt.Sprintf("%s%s (%s)", i.name, i.where, i.detail)
}

// rows has one row for neighbors that differ in nothing but the word.
func (c catalog) rows() []string {
	if len(c.words) == 0 {
		return []string{fmt.Sprintf("| %s | no word seen | | | |", c.label)}
	}
	var out []string
	label := c.label
	for from := 0; from < len(c.words); {
		first := c.words[from]
		var words, names []string
		to := from
		for ; to < len(c.words) && c.words[to].like(first); to++ {
			if w := c.words[to]; w.Word != "" {
				words = append(words, code(w.Word))
			}
			names = append(names, plain(c.words[to].Name))
		}
		evidence, shown := first.Evidence, ""
		if first.Name == "" {
			evidence = link(evidence, first.Source)
		} else {
			shown = strings.Join(names, ", ")
		}
		if first.Note != "" {
			shown = strings.TrimSpace(shown + " (" + plain(first.Note) + ")")
		}
		out = append(out, fmt.Sprintf("| %s | %s | %s | %s | %s |",
			label, strings.Join(words, ", "), evidence, shown, link(first.NameEvidence, first.Source)))
		label, from = "", to
	}
	return out
}

// like reports whether two words can share a row.
func (w word) like(other word) bool {
	return w.Evidence == other.Evidence && w.NameEvidence == other.NameEvidence && w.Source == other.Source &&
		w.Note == other.Note && (w.Word == "") == (other.Word == "") && (w.Name == "") == (other.Name == "")
}

func link(name, source string) string {
	if name == "" || !strings.HasPrefix(source, "https://") {
		return name
	}
	return "[" + name + "](" + source + ")"
}

func code(name string) string { return "`" + name + "`" }

// plain escapes what Markdown would take for markup.
func plain(s string) string {
	return strings.NewReplacer("_", `\_`, "*", `\*`, "`", "\\`", "|", `\|`, "<", `\<`, "[", `\[`).Replace(s)
}

func title(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
