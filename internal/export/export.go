// Package export writes the objects of a merchant as a Terraform configuration that adopts them: one
// module, and a root for the test and the live merchant. It knows no flags and no terminal.
package export

import (
	"errors"
	"slices"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// Options say what to export, and how.
type Options struct {
	// Only and Exclude select objects by kind, or by kind, colon and a pattern of the key, as in
	// campaign:summer-*.
	Only, Exclude []string
	// Flat writes one root without a module, for the exported merchant alone.
	Flat bool
}

// Export is a configuration that is ready to be written.
type Export struct {
	// Files are the files, by their path below the directory.
	Files  map[string][]byte
	Report Report

	program *program
}

// New writes the configuration of a merchant. What differs from the other merchant, unless it is nil,
// becomes a variable.
func New(from, other *portable.Merchant, o Options) (*Export, error) {
	choice, err := newSelection(o)
	switch {
	case err != nil:
		return nil, err
	case other != nil && o.Flat:
		return nil, errors.New("a flat configuration serves one merchant: it cannot hold the differences from another one")
	case other != nil && other.Mode == from.Mode:
		return nil, errors.New("both are the " + string(from.Mode) + " merchant: there is nothing to compare")
	}
	if err := choice.matches(from); err != nil {
		return nil, err
	}
	p := newProgram(from, other, choice, o.Flat)
	files := p.files()
	p.addContents()
	e := &Export{Files: files, program: p}
	e.Report = p.report()
	e.Files["EXPORT.md"] = e.Report.markdown(p)
	return e, nil
}

// Variables returns the values of the variables that have none in the configuration, for a merchant
// of which they are known. They must not be written.
func (e *Export) Variables(mode merchants.Mode) map[string]string {
	values := map[string]string{}
	for _, v := range e.program.variables {
		if v.values == nil && mode == e.program.from.Mode {
			values[v.name] = v.held
		}
	}
	return values
}

// Report says what an export contains and what a person has to look at.
type Report struct {
	Merchant merchants.Mode `json:"merchant"`
	Kinds    []KindReport   `json:"kinds"`
	// References counts the references between objects that became expressions.
	References int `json:"references"`
	// Variables are the names of the variables that have a value for each merchant. Asked are those
	// that need one.
	Variables []string `json:"variables"`
	Asked     []string `json:"asked"`
	// Excluded counts the objects that were not selected.
	Excluded int    `json:"excluded"`
	Todo     []Note `json:"todo"`
}

// KindReport counts the objects of a kind.
type KindReport struct {
	Kind string `json:"kind"`
	// Read counts the objects that the merchant has, Written those in the configuration.
	Read    int `json:"read"`
	Written int `json:"written"`
	// Rekeyed counts the written objects that get a key.
	Rekeyed int `json:"rekeyed"`
	plural  string
}

// Note is an item of the to-do list.
type Note struct {
	ID     string     `json:"id"`
	Title  string     `json:"title"`
	Advice string     `json:"advice"`
	Items  []NoteItem `json:"items"`
}

// NoteItem is an object that a note is about.
type NoteItem struct {
	Object string `json:"object"`
	Text   string `json:"text,omitempty"`
}

func (p *program) report() Report {
	r := Report{
		Merchant: p.from.Mode, References: p.references, Excluded: p.notes.excluded,
		Variables: []string{}, Asked: []string{}, Todo: []Note{},
	}
	for _, k := range provider.Catalog() {
		count := KindReport{Kind: k.Name, plural: k.Plural}
		for _, o := range p.from.Objects {
			if o.Kind.Name == k.Name {
				count.Read++
			}
		}
		for _, e := range p.entries {
			if e.object.Kind.Name != k.Name {
				continue
			}
			count.Written++
			if e.key != e.object.Key {
				count.Rekeyed++
			}
		}
		r.Kinds = append(r.Kinds, count)
	}
	for _, v := range p.variables {
		if v.values == nil {
			r.Asked = append(r.Asked, v.name)
		} else {
			r.Variables = append(r.Variables, v.name)
		}
	}
	for t := range topics {
		items := p.notes.items[t]
		if len(items) == 0 {
			continue
		}
		note := Note{ID: words[t].id, Title: words[t].title, Advice: words[t].advice}
		for _, i := range items {
			note.Items = append(note.Items, NoteItem{i.object, i.text})
		}
		slices.SortFunc(note.Items, compareItems)
		r.Todo = append(r.Todo, note)
	}
	return r
}
