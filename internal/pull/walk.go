package pull

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// walk goes through an object of the plan and its HCL side by side.
type walk struct {
	*gathered
	resource *planreview.Resource
	spot     spot
	recorded bool
	// chosen says that the object is to be pulled.
	chosen bool
	// What was found.
	changes   []*change
	questions []Question
	waiting   []Waiting
}

// owner is the block that holds a place: that of the resource, or a call of a module on the way.
// All objects of a block share what it says.
type owner *block

// at is a place with its expression.
type at struct {
	path portable.Path
	file *file
	expr hclsyntax.Expression
	// line is that of the place if it has no expression.
	line int
	// owner is the block of the place, and depth the number of its module: 0 is the root.
	owner owner
	depth int
}

func (a at) place(w *walk) Place {
	p := Place{Address: w.resource.Address, Path: a.path.String(), Line: a.line}
	if a.file != nil {
		p.File = a.file.name
	}
	if a.expr != nil {
		p.Line = a.expr.Range().Start.Line
	}
	return p
}

func (a at) step(s portable.Step) at {
	a.path = append(slices.Clip(a.path), s)
	return a
}

func (a at) with(e hclsyntax.Expression) at {
	a.expr = e
	return a
}

// three are the values at a place: what the HCL says, what the merchant has, and what the state
// recorded; nil for nothing.
type three struct {
	hcl, merchant, record *portable.Value
	same                  equality
	// unseen says that the merchant cannot tell: where a value is write-only, the HCL alone has its
	// version, and no state has the value.
	unseen bool
}

func (t three) field(name string) three {
	of := func(v *portable.Value, name string) *portable.Value {
		if v == nil || v.Form != portable.Nested {
			return nil
		}
		return fieldOf(v.Fields, name)
	}
	hidden := strings.TrimSuffix(name, portable.WriteOnlyVersion) + portable.WriteOnlyVersion
	unseen := of(t.hcl, hidden) != nil || of(t.merchant, hidden) != nil
	return three{of(t.hcl, name), of(t.merchant, name), of(t.record, name), t.same, t.unseen || unseen}
}

// verdict is whose edit a difference is.
type verdict int

const (
	none verdict = iota
	theirs
	ours
	both
)

func (w *walk) verdict(t three) verdict {
	switch {
	case equal(t.hcl, t.merchant, t.same):
		return none
	case t.unseen:
		return ours
	case w.options.All:
		return theirs
	case !w.recorded || equal(t.record, t.merchant, t.same):
		return ours
	case !equal(t.hcl, t.record, t.same):
		return both
	default:
		return theirs
	}
}

// decide reports whether the HCL has to follow the merchant at a place, and notes it otherwise.
func (w *walk) decide(a at, t three) bool {
	switch w.verdict(t) {
	case theirs:
		return true
	case ours:
		w.waiting = append(w.waiting, Waiting{w.resource.Address, a.path.String()})
	case both:
		w.ask(a, t.merchant, "was edited in the HCL and in the merchant",
			"Decide which one stays. With --all, that of the merchant does.")
	case none:
	}
	return false
}

func (w *walk) ask(a at, merchant *portable.Value, why, advice string) {
	w.questions = append(w.questions, Question{Place: a.place(w), Why: why, Merchant: shown(merchant), Advice: advice})
}

// shown is a value as the report shows it: without secrets and ids.
func shown(v *portable.Value) string {
	if v == nil || v.Form == portable.Secret {
		return ""
	}
	if v.Form == portable.Literal && !v.JSON && isString(v.Literal) {
		return portable.Quote(v.Literal.AsString())
	}
	if v.Form == portable.Refers {
		return v.Reference.String()
	}
	return v.Text(portable.Reference.String)
}

func (w *walk) edit(a at, action Action, t three, edits ...edit) {
	w.changes = append(w.changes, &change{
		owner: a.owner, edits: edits,
		lines: []Edit{{Place: a.place(w), Action: action, From: shown(t.hcl), To: shown(t.merchant)}},
	})
}

// fields goes through the items of an object.
func (w *walk) fields(a at, o *object, t three) {
	of := func(v *portable.Value) []portable.Field {
		if v == nil {
			return nil
		}
		return v.Fields
	}
	var removed []string
	var inserted []string
	order := namesOf(of(t.merchant), of(t.hcl))
	for _, name := range order {
		here, values := a.step(portable.Step{Name: name}), t.field(name)
		here.file, here.expr, here.line = o.file, nil, o.line
		i, found := o.item(name)
		if found {
			here.file, here.expr = i.file, i.expr
		}
		switch {
		case equal(values.hcl, values.merchant, values.same):
		case found && values.merchant != nil:
			w.value(here, values)
		case found:
			if w.decide(here, values) && w.removable(here, false) {
				removed = append(removed, name)
				w.edit(here, Remove, values, o.remove(i.name)...)
			}
		case !w.decide(here, values):
		case o.dynamic:
			w.ask(here, values.merchant, "is in an object whose names are expressions", "")
		case values.merchant == nil:
			w.ask(here, nil, "is not in this block", "")
		default:
			inserted = append(inserted, name)
		}
	}
	w.insert(a, o, t, insertion{order: order, names: inserted, removed: removed})
}

// insert adds items to an object, and asks for those that cannot be written.
func (w *walk) insert(a at, o *object, t three, i insertion) {
	a.file, a.expr, a.line = o.file, nil, o.line
	i.names = slices.DeleteFunc(i.names, func(name string) bool {
		here, value := a.step(portable.Step{Name: name}), t.field(name).merchant
		_, err := w.printer(here, true).text(*value, "")
		if err != nil {
			w.askReferences(here, value, err)
		}
		return err != nil
	})
	for n, name := range i.names {
		here, values := a.step(portable.Step{Name: name}), t.field(name)
		edits := o.insert(i, n, func(indent string, wide bool) string {
			text, _ := w.printer(here, wide).text(*values.merchant, indent)
			return text
		})
		here.line = 1 + bytes.Count(o.file.content[:edits[0].start], []byte("\n"))
		w.edit(here, Insert, values, edits...)
	}
}

func (w *walk) printer(a at, wide bool) printer {
	return printer{
		reference: func(r portable.Reference) (string, error) { return w.reference(a, r) }, wide: wide,
		newline: a.file.newline(),
	}
}

// removable reports whether a value can be removed. It leaves an expression to a person.
func (w *walk) removable(a at, references bool) bool {
	if isLiteral(a.expr, references) {
		return true
	}
	w.ask(a, nil, "is an expression", "Remove it.")
	return false
}

// value compares what is at a place that the HCL has, and that the merchant has a value for.
func (w *walk) value(a at, t three) {
	expr := bare(a.expr)
	if t.merchant.JSON && (t.hcl == nil || t.hcl.JSON) {
		if argument := callOf(expr, "jsonencode"); argument != nil {
			w.value(a.with(argument), three{
				hcl: decoded(t.hcl), merchant: decoded(t.merchant), record: decoded(t.record), same: sameValue,
			})
			return
		}
	}
	switch e := expr.(type) {
	case *hclsyntax.ObjectConsExpr:
		if texts := t.texts(); texts != nil {
			t = *texts
		}
		if isForm(t.hcl, portable.Nested) && isForm(t.merchant, portable.Nested) {
			w.fields(a, objectOf(a.file, e), t)
			return
		}
	case *hclsyntax.TupleConsExpr:
		if isForm(t.merchant, portable.List) && isForm(t.hcl, portable.List) && len(elementsOf(t.hcl)) == len(e.Exprs) {
			w.list(a, e, t)
			return
		}
	}
	w.whole(a, t)
}

// isForm reports whether a value has a form. Nothing may have any.
func isForm(v *portable.Value, form portable.Form) bool { return v == nil || v.Form == form }

// decoded is JSON as the values that it holds.
func decoded(v *portable.Value) *portable.Value {
	if v == nil || !v.JSON {
		return nil
	}
	inside := *v
	inside.JSON = false
	return &inside
}

// texts turns maps of texts into objects, or returns nil.
func (t three) texts() *three {
	turned := three{same: sameText}
	for i, from := range []*portable.Value{t.hcl, t.merchant, t.record} {
		if from == nil {
			continue
		}
		if from.Form != portable.Literal || !isTexts(from.Literal) {
			return nil
		}
		*[]**portable.Value{&turned.hcl, &turned.merchant, &turned.record}[i] = nested(textsOf(from.Literal))
	}
	return &turned
}

// whole replaces the value at a place.
func (w *walk) whole(a at, t three) {
	if !isLiteral(a.expr, false) {
		w.expression(a, t)
		return
	}
	if !w.decide(a, t) {
		return
	}
	switch {
	case w.stale(a, t):
		w.ask(a, t.merchant, "is not what the plan says", "Plan again.")
		return
	case t.merchant.Form == portable.Secret:
		w.ask(a, nil, "is a secret, and the merchant has another one", "")
		return
	case t.merchant.Form == portable.Refers && t.merchant.Reference.By == "id":
		w.askReferences(a, t.merchant, errID)
		return
	}
	text, err := w.rewritten(a, t)
	if err != nil {
		w.askReferences(a, t.merchant, err)
		return
	}
	// Parentheses stay.
	r := bare(a.expr).Range()
	w.edit(a, Change, t, edit{a.file, r.Start.Byte, r.End.Byte, text})
}

// stale reports whether a literal was edited after the plan.
func (w *walk) stale(a at, t three) bool {
	value, isConstant := constantOf(a.expr)
	if !isConstant || t.hcl == nil || t.hcl.Form != portable.Literal || t.hcl.JSON {
		return false
	}
	if !t.hcl.InJSON {
		value, _ = convert.Convert(value, t.hcl.Literal.Type())
	}
	return value == cty.NilVal || !t.same(portable.Value{Literal: value, InJSON: t.hcl.InJSON}, *t.hcl)
}

// rewritten is the text of another value for a literal.
func (w *walk) rewritten(a at, t three) (string, error) {
	merchant := *t.merchant
	if held := merchant.Reference.Held; merchant.Form == portable.Refers && held != "" {
		merchant = portable.Value{Literal: cty.StringVal(held), InJSON: merchant.InJSON} // A key.
	}
	if isScalar(a.expr) && merchant.JSON {
		return w.rewrittenJSON(a, merchant)
	}
	if isScalar(a.expr) && merchant.Form == portable.Literal && !isTexts(merchant.Literal) {
		text, ok := a.file.written(a.expr, merchant.Literal)
		if !ok {
			return "", errUnwritable
		}
		return text, nil
	}
	indent, _ := a.file.indent(a.expr.Range().Start.Byte)
	return w.printer(a, a.expr.Range().Start.Line < a.expr.Range().End.Line).text(merchant, indent)
}

// expression asks for every difference below an expression, unless it leads to a literal.
func (w *walk) expression(a at, t three) {
	given, isVariable := w.variable(a)
	if isVariable && given.editable {
		w.value(given.at, t)
		return
	}
	for _, c := range changesOf(t) {
		here := a
		here.path = slices.Concat(a.path, c.path)
		if !w.decide(here, c.values) {
			continue
		}
		why, advice := "is an expression", given.advice
		if c.values.merchant != nil && c.values.merchant.Form == portable.Secret {
			why = "is a secret, and the merchant has another one"
		}
		if suggested := w.suggest(here, c.values.merchant); suggested != "" {
			advice = strings.TrimSpace(suggested + " " + advice)
		}
		w.ask(here, c.values.merchant, why, advice)
	}
}

// found is a difference below a place.
type found struct {
	path   portable.Path
	values three
}

// changesOf returns the smallest differences of objects, each with its path; of a list as a whole.
func changesOf(t three) []found {
	if texts := t.texts(); texts != nil {
		t = *texts
	}
	if t.merchant == nil || t.hcl == nil || t.merchant.Form != portable.Nested || t.hcl.Form != portable.Nested {
		if isForm(t.hcl, portable.List) && isForm(t.merchant, portable.List) && isForm(t.record, portable.List) {
			return elementChanges(t)
		}
		return []found{{nil, t}}
	}
	var all []found
	for _, name := range namesOf(t.merchant.Fields, t.hcl.Fields) {
		values := t.field(name)
		if equal(values.hcl, values.merchant, values.same) {
			continue
		}
		for _, below := range changesOf(values) {
			all = append(all, found{append(portable.Path{{Name: name}}, below.path...), below.values})
		}
	}
	return all
}

// elementChanges returns the differences of the elements of lists that differ in nothing else.
func elementChanges(t three) []found {
	hcl, merchant, record := elementsOf(t.hcl), elementsOf(t.merchant), elementsOf(t.record)
	if len(hcl) != len(merchant) || t.record != nil && len(record) != len(hcl) {
		return []found{{nil, t}}
	}
	var all []found
	for i := range hcl {
		values := three{hcl: &hcl[i], merchant: &merchant[i], same: sameValue}
		if t.record != nil {
			values.record = &record[i]
		}
		if equal(values.hcl, values.merchant, values.same) {
			continue
		}
		for _, below := range changesOf(values) {
			all = append(all, found{append(portable.Path{{Index: i}}, below.path...), below.values})
		}
	}
	return all
}

func elementsOf(v *portable.Value) []portable.Value {
	if v == nil {
		return nil
	}
	return v.Elements
}

// rewrittenJSON is the text of other JSON for a literal that holds JSON, on several lines if it was
// before.
func (w *walk) rewrittenJSON(a at, merchant portable.Value) (string, error) {
	old, _ := constantOf(a.expr)
	encoded, err := encoded(merchant)
	if err != nil {
		return "", err
	}
	if isString(old) && strings.Contains(strings.TrimSpace(old.AsString()), "\n") {
		var b bytes.Buffer
		if err := json.Indent(&b, encoded, "", "  "); err != nil {
			return "", errUnwritable
		}
		encoded = b.Bytes()
		if strings.HasSuffix(old.AsString(), "\n") {
			encoded = append(encoded, '\n')
		}
	}
	text, ok := a.file.written(a.expr, cty.StringVal(string(encoded)))
	if !ok {
		return "", errUnwritable
	}
	return text, nil
}

// encoded is a value as JSON.
func encoded(v portable.Value) ([]byte, error) {
	switch v.Form {
	case portable.Nested:
		parts := make([]string, 0, len(v.Fields))
		for _, f := range v.Fields {
			name, err := json.Marshal(f.Name)
			if err != nil {
				return nil, errUnwritable
			}
			value, err := encoded(f.Value)
			if err != nil {
				return nil, err
			}
			parts = append(parts, string(name)+":"+string(value))
		}
		return []byte("{" + strings.Join(parts, ",") + "}"), nil
	case portable.List:
		parts := make([]string, 0, len(v.Elements))
		for _, element := range v.Elements {
			value, err := encoded(element)
			if err != nil {
				return nil, err
			}
			parts = append(parts, string(value))
		}
		return []byte("[" + strings.Join(parts, ",") + "]"), nil
	case portable.Refers:
		if v.Reference.By == "id" || v.Reference.Held == "" {
			return nil, errID
		}
		return json.Marshal(v.Reference.Held)
	case portable.Literal:
		if v.Literal.IsNull() {
			return []byte("null"), nil
		}
		return ctyjson.Marshal(v.Literal, v.Literal.Type())
	case portable.Secret:
		return nil, errSecret
	default:
		return nil, errUnknown
	}
}
