// Package pull writes what was changed in a merchant into the HCL of the user: literals in place,
// with every other byte kept. It knows no flags and no terminal.
//
// At each place of an object there are three values: what the HCL says, what the merchant has, and
// what the state recorded when both were last the same. Where only the merchant differs from the
// record, somebody edited the merchant, and the HCL follows. Where only the HCL differs, the user
// has not applied yet, and to pull would undo the user's edit.
//
// Expressions, secrets and ids of other objects are left to a person. Comments are never removed,
// except inside of an element that is removed.
//
// Files are found as Terraform finds them: in the root, and in the modules that it calls by a
// relative path, wherever they are. A file that is a link is edited where it leads to. What is
// edited outside of the root may belong to other roots too, and the report says so.
package pull

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// Options choose what is pulled.
type Options struct {
	// Only are kinds, or kind:key with * and ? in the key; empty for all objects.
	Only []string
	// All says to pull also where the HCL is newer than the state, and what is about to be imported.
	All bool
}

// Pull is what the HCL of a root has to become.
type Pull struct {
	Report Report
	// contents are the new contents of files.
	contents map[*file][]byte
}

// Report says what is pulled, and what is not.
type Report struct {
	// Edits are sorted by file and line.
	Edits []Edit `json:"edits"`
	// Questions are what a person has to do, sorted by file and line.
	Questions []Question `json:"questions"`
	// Waiting are the places where the HCL is newer than the state.
	Waiting []Waiting `json:"waiting"`
	// Files are those that change, and Shared those of them that are not in the directory of the root.
	Files  []string `json:"files"`
	Shared []string `json:"shared"`
}

// Action is what an edit does.
type Action string

// Actions of an edit.
const (
	Change Action = "change"
	Insert Action = "insert"
	Remove Action = "remove"
	Move   Action = "move"
)

// Place is a place in the HCL, and in an object.
type Place struct {
	// File is "" and Line 0 if the HCL has no such place.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	// Address is that of the resource. Path leads to the value; "" for the object as a whole.
	Address string `json:"address"`
	Path    string `json:"path,omitempty"`
}

// Edit is a change of the HCL.
type Edit struct {
	Place
	Action Action `json:"action"`
	// From and To are the values, as JSON; "" for nothing. References are named as kind:key.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// Question is a difference that a person has to write.
type Question struct {
	Place
	// Why says why it is not written, in words that follow the place: "is an expression".
	Why string `json:"why"`
	// Merchant is what the merchant has, as JSON; "" for nothing, and for secrets.
	Merchant string `json:"merchant,omitempty"`
	// Advice says what to do; "" if that is plain.
	Advice string `json:"advice,omitempty"`
}

// Waiting is a place where the HCL is newer than the state.
type Waiting struct {
	Address string `json:"address"`
	Path    string `json:"path,omitempty"`
}

// New finds what the HCL of a root has to become, so that it says what the merchant of a plan of
// the root has. It writes nothing.
func New(root string, plan *planreview.Plan, options Options) (*Pull, error) {
	patterns, err := portable.Patterns("--only", options.Only)
	if err != nil {
		return nil, err
	}
	chosen := selection(patterns)
	if plan.Errored {
		return nil, fmt.Errorf("the plan of %s is incomplete, because planning failed: make terraform plan work first", root)
	}
	tree, err := readTree(root)
	if err != nil {
		return nil, err
	}
	if err := chosen.matches(plan); err != nil {
		return nil, err
	}
	g := &gathered{tree: tree, plan: plan, options: options, addresses: addressesOf(plan)}
	for _, r := range plan.Resources {
		g.resource(r, chosen.has(r))
	}
	g.agree()
	p := &Pull{Report: g.report, contents: map[*file][]byte{}}
	p.apply(g.changes)
	p.sort()
	return p, nil
}

// apply edits the contents of the files. Edits that would leave a file that cannot be read are left
// to a person.
func (p *Pull) apply(changes []*change) {
	edits := map[*file][]edit{}
	for _, c := range changes {
		for _, e := range c.edits {
			edits[e.file] = append(edits[e.file], e)
		}
	}
	broken := map[*file]bool{}
	for f, all := range edits {
		content, ok := applied(f.content, 0, len(f.content), all)
		if ok = ok && parses(content); !ok {
			broken[f] = true
			continue
		}
		p.contents[f] = content
	}
	for _, c := range changes {
		failed := slices.ContainsFunc(c.edits, func(e edit) bool { return broken[e.file] })
		for _, e := range c.lines {
			if failed {
				p.Report.Questions = append(p.Report.Questions, Question{
					Place: e.Place, Why: "cannot be edited without breaking the file", Merchant: e.To,
				})
				continue
			}
			p.Report.Edits = append(p.Report.Edits, e)
		}
	}
	for f := range p.contents {
		p.Report.Files = append(p.Report.Files, f.name)
		if f.shared {
			p.Report.Shared = append(p.Report.Shared, f.name)
		}
	}
}

func (p *Pull) sort() {
	r := &p.Report
	// In JSON, an empty list is not null.
	r.Edits, r.Questions = append([]Edit{}, r.Edits...), append([]Question{}, r.Questions...)
	r.Waiting = append([]Waiting{}, r.Waiting...)
	r.Files, r.Shared = append([]string{}, r.Files...), append([]string{}, r.Shared...)
	slices.SortStableFunc(r.Edits, func(a, b Edit) int { return comparePlaces(a.Place, b.Place) })
	slices.SortStableFunc(r.Questions, func(a, b Question) int { return comparePlaces(a.Place, b.Place) })
	slices.SortStableFunc(r.Waiting, func(a, b Waiting) int { return cmp.Compare(a.Address, b.Address) })
	r.Edits, r.Questions = slices.Compact(r.Edits), slices.Compact(r.Questions)
	r.Waiting = slices.Compact(r.Waiting)
	slices.Sort(r.Files)
	slices.Sort(r.Shared)
}

func comparePlaces(a, b Place) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Address, b.Address))
}

// addressesOf are the resources of a plan by the objects that references name.
func addressesOf(plan *planreview.Plan) map[string]*planreview.Resource {
	all := map[string]*planreview.Resource{}
	for _, r := range plan.Resources {
		if r.ID != "" {
			all[r.ID] = r
		}
		if r.Key != "" && r.After != nil {
			all[objectName(r.Kind.Name, r.Key)] = r
		}
	}
	return all
}

func objectName(kind, key string) string { return kind + ":" + key }

// identity tells references of one merchant apart. It is for comparison alone, because it may be an
// id.
func identity(r portable.Reference) string {
	if r.Held == "" && r.Target != nil {
		return r.Target.String()
	}
	return r.Held
}

// Validate says what is wrong with options.
func Validate(o Options) error {
	_, err := portable.Patterns("--only", o.Only)
	return err
}

// Statuses reports whether desired_status is edited. The state has it as the user wanted it, so it
// takes an apply to record it.
func (r Report) Statuses() bool {
	return slices.ContainsFunc(r.Edits, func(e Edit) bool { return e.Path == statusField })
}
