// Package export writes the objects of a merchant as a Terraform configuration that adopts them:
// one module, and a root for the test and the live merchant. It knows no flags and no terminal.
package export

import (
	"errors"
	"fmt"
	"slices"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// Options say what to export, and how.
type Options struct {
	// Only and Exclude select objects by kind, or by kind, colon and a pattern of the key, as in
	// campaign:summer-*. An object without a key is selected by its name.
	Only, Exclude []string
	// Flat writes one root without a module, for the exported merchant alone.
	Flat bool
}

// Validate says what is wrong with the options, before anything is read. compared says that two
// merchants are.
func (o Options) Validate(compared bool) error {
	if compared && o.Flat {
		return errors.New("--flat writes one root, which cannot hold the differences between two merchants: leave out " +
			"--flat or --compare")
	}
	_, err := newSelection(o)
	return err
}

// Export is a configuration that is ready to be written.
type Export struct {
	// Files are the files, by their path below the directory.
	Files  map[string][]byte
	Report Report

	program *program
}

// New writes the configuration of a merchant. What differs from the other merchant, unless it is
// nil, becomes a variable.
func New(from, other *portable.Merchant, o Options) (*Export, error) {
	choice, err := newSelection(o)
	if err != nil {
		return nil, err
	}
	if other != nil && other.Mode == from.Mode {
		return nil, fmt.Errorf("both are the %s merchant: there is nothing to compare", from.Mode)
	}
	if err := choice.matches(from); err != nil {
		return nil, err
	}
	var p *program
	var files map[string][]byte
	for again, shared := true, map[string]bool{}; again; again, shared = p.variables.again, p.variables.shared {
		p = newProgram(from, other, choice, o.Flat)
		p.variables.shared, p.variables.trails = shared, map[string]string{}
		files = p.files()
	}
	p.addContents()
	e := &Export{Files: files, program: p}
	e.Report = p.report()
	e.Files["EXPORT.md"] = e.Report.markdown(p)
	for name, content := range e.Files {
		e.Files[name] = signed(content)
	}
	return e, nil
}

// Variables returns what a merchant holds for the variables that a person supplies to its root. It
// must not be written. A variable of a merchant that was not read gets what the other one holds.
func (e *Export) Variables(of merchants.Mode) map[string]string {
	values := map[string]string{}
	for _, v := range e.program.variables.all {
		if e.program.mustSupply(v, of) {
			held, here := v.held[of]
			if !here {
				held = v.held[e.program.from.Mode]
			}
			values[v.name] = held
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
	// Supplied counts the references that became variables which a person has to supply.
	Supplied int `json:"supplied"`
	// Variables are the names of the variables that have a value for each merchant. Asked are those
	// that a person has to supply.
	Variables []string `json:"variables"`
	Asked     []string `json:"asked"`
	// Excluded counts the objects that were not selected.
	Excluded int    `json:"excluded"`
	Todo     []Note `json:"todo"`
	// Plans are what the first plans show, of the merchants that were read.
	Plans []PlanReport `json:"plans"`
}

// PlanReport is what the first plan of a merchant shows. Its changes are new keys, and differences
// that could not be written.
type PlanReport struct {
	Merchant merchants.Mode `json:"merchant"`
	// Root is the directory of the root module, below that of the export.
	Root   string `json:"root"`
	Import int    `json:"import"`
	Add    int    `json:"add"`
	Change int    `json:"change"`
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
		Merchant: p.from.Mode, References: p.resolved, Supplied: p.supplied, Excluded: p.notes.excluded,
		Variables: []string{}, Asked: []string{}, Todo: []Note{}, Plans: p.plans(),
	}
	for _, k := range portable.Kinds() {
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
			if composed(e.key) != composed(e.object.Key) {
				count.Rekeyed++
			}
		}
		r.Kinds = append(r.Kinds, count)
	}
	for _, v := range p.variables.sorted() {
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
		note := Note{ID: topicTexts[t].id, Title: topicTexts[t].title, Advice: topicTexts[t].advice}
		for _, i := range items {
			note.Items = append(note.Items, NoteItem{i.object.String(), i.text})
		}
		slices.SortFunc(note.Items, compareItems)
		r.Todo = append(r.Todo, note)
	}
	return r
}
