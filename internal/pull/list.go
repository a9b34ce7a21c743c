package pull

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// list goes through the elements of a list.
func (w *walk) list(a at, e *hclsyntax.TupleConsExpr, t three) {
	pairs := aligned(t.hcl, t.merchant)
	recordOf := map[int]*portable.Value{}
	for _, p := range aligned(t.record, t.merchant) {
		if p.From >= 0 && p.To >= 0 {
			recordOf[p.To] = &t.record.Elements[p.From]
		}
	}
	element := func(w *walk, p portable.Pair) {
		values := three{
			hcl: &t.hcl.Elements[p.From], merchant: &t.merchant.Elements[p.To], record: recordOf[p.To], same: sameValue,
		}
		if !equal(values.hcl, values.merchant, values.same) {
			w.value(a.step(portable.Step{Index: p.From}).with(e.Exprs[p.From]), values)
		}
	}
	switch w.rearranged(t, pairs) {
	case both:
		w.ask(a, t.merchant, "has elements that were added, removed or moved in the HCL and in the merchant",
			"Decide which ones stay. With --all, those of the merchant do.")
	case theirs:
		w.rearrange(a, e, t, pairs, element)
	case ours:
		w.waiting = append(w.waiting, Waiting{w.resource.Address, a.path.String()})
		fallthrough
	case none:
		for _, p := range pairs {
			if p.From >= 0 && p.To >= 0 {
				element(w, p)
			}
		}
	}
}

func aligned(from, to *portable.Value) []portable.Pair {
	unordered := from != nil && from.Unordered || to != nil && to.Unordered
	return portable.Align(elementsOf(from), elementsOf(to), unordered, identity)
}

// rearranged says who added, removed or moved elements.
func (w *walk) rearranged(t three, pairs []portable.Pair) verdict {
	differs := func(pairs []portable.Pair) bool {
		return slices.ContainsFunc(pairs, func(p portable.Pair) bool { return p.From < 0 || p.To < 0 || p.Moved })
	}
	switch {
	case !differs(pairs):
		return none
	case w.options.All:
		return theirs
	case !w.recorded || !differs(aligned(t.record, t.merchant)):
		return ours
	case differs(aligned(t.record, t.hcl)):
		return both
	default:
		return theirs
	}
}

// rearrangement adds, removes and moves the elements of a list.
type rearrangement struct {
	*walk
	at   at
	expr *hclsyntax.TupleConsExpr
	// lines says that each element has lines of its own.
	lines   bool
	indent  string
	newline string
	change  *change
	// added are the texts that come after an element, or after -1.
	added map[int][]string
}

// rearrange makes the elements those of the merchant. Elements that stay are edited in place. An
// element that moves takes the comments above it along.
func (w *walk) rearrange(
	a at, e *hclsyntax.TupleConsExpr, t three, pairs []portable.Pair, element func(*walk, portable.Pair),
) {
	if slices.ContainsFunc(e.Exprs, func(e hclsyntax.Expression) bool { return isHeredoc(a.file.text(e.Range())) }) {
		w.ask(a, t.merchant, "is a list of heredocs, whose elements are not added, removed or moved", "")
		return
	}
	r := &rearrangement{
		walk: w, at: a, expr: e, lines: true, newline: a.file.newline(), change: &change{owner: a.owner},
		added: map[int][]string{},
	}
	for _, e := range e.Exprs {
		_, alone := a.file.indent(e.Range().Start.Byte)
		r.lines = r.lines && alone && a.file.tail(e.Range().End.Byte).end >= 0
	}
	r.indent, _ = a.file.indent(e.SrcRange.Start.Byte)
	if len(e.Exprs) > 0 {
		r.indent, _ = a.file.indent(e.Exprs[0].Range().Start.Byte)
	} else {
		r.indent += unit(r.indent)
	}
	last := -1
	for _, p := range pairs {
		switch {
		case p.To < 0:
			r.remove(p.From, &t.hcl.Elements[p.From])
		case p.From < 0:
			r.insert(p.To, last, &t.merchant.Elements[p.To])
		case p.Moved:
			r.move(p, last, element)
		default:
			element(w, p)
			last = p.From
		}
	}
	r.write()
	if len(r.change.edits) > 0 {
		w.changes = append(w.changes, r.change)
	}
}

func (r *rearrangement) note(index, line int, action Action, from, to string) {
	place := r.at.step(portable.Step{Index: index}).place(r.walk)
	place.Line = line
	r.change.lines = append(r.change.lines, Edit{Place: place, Action: action, From: from, To: to})
}

func (r *rearrangement) remove(i int, hcl *portable.Value) {
	here := r.at.step(portable.Step{Index: i}).with(r.expr.Exprs[i])
	if !r.removable(here, true) {
		return
	}
	r.change.edits = append(r.change.edits, r.cut(i))
	r.note(i, r.expr.Exprs[i].Range().Start.Line, Remove, shown(hcl), "")
}

func (r *rearrangement) cut(i int) edit {
	prior := -1
	if i > 0 {
		prior = r.expr.Exprs[i-1].Range().End.Byte
	}
	of := r.expr.Exprs[i].Range()
	return r.at.file.cut(of.Start.Byte, of.End.Byte, prior)
}

func (r *rearrangement) insert(j, last int, merchant *portable.Value) {
	here := r.at.step(portable.Step{Index: j})
	wide := r.lines || slices.ContainsFunc(r.expr.Exprs, func(e hclsyntax.Expression) bool {
		return e.Range().Start.Line < e.Range().End.Line
	})
	text, err := r.printer(here, wide).text(*merchant, r.indent)
	if err != nil {
		r.askReferences(here, merchant, err)
		return
	}
	if r.lines {
		text = r.indent + text + afterValue(text, ",", r.newline) + r.newline
	}
	r.added[last] = append(r.added[last], text)
	line := r.expr.SrcRange.Start.Line
	if last >= 0 {
		line = r.expr.Exprs[last].Range().End.Line
	}
	r.note(j, line, Insert, "", shown(merchant))
}

// move takes an element away, with what is edited in it, and adds it after another one.
func (r *rearrangement) move(p portable.Pair, last int, element func(*walk, portable.Pair)) {
	file, of := r.at.file, r.expr.Exprs[p.From].Range()
	inside := &walk{gathered: r.gathered, resource: r.resource, spot: r.spot, recorded: r.recorded}
	element(inside, p)
	r.questions, r.waiting = append(r.questions, inside.questions...), append(r.waiting, inside.waiting...)
	start, end := of.Start.Byte, of.End.Byte
	var edits []edit
	r.note(p.From, of.Start.Line, Move, r.at.step(portable.Step{Index: p.From}).path.String(),
		r.at.step(portable.Step{Index: p.To}).path.String())
	for _, c := range inside.changes {
		if c.owner != r.at.owner {
			r.changes = append(r.changes, c)
			continue
		}
		edits = append(edits, c.edits...)
		r.change.lines = append(r.change.lines, c.lines...)
	}
	cut := r.cut(p.From)
	if r.lines {
		t := file.tail(end)
		if t.comma < 0 {
			edits = append(edits, edit{file, end, end, ","})
		}
		start, end = r.commentsAbove(start), t.end
		cut = edit{file, start, end, ""}
	}
	text, _ := applied(file.content, start, end, edits)
	r.change.edits = append(r.change.edits, cut)
	r.added[last] = append(r.added[last], string(text))
}

// commentsAbove is the offset where the comments in the lines right above an element begin.
func (r *rearrangement) commentsAbove(start int) int {
	file := r.at.file
	first := file.lineStart(start)
	for first > r.expr.SrcRange.Start.Byte {
		above := file.lineStart(first - 1)
		line := strings.TrimSpace(string(file.content[above:first]))
		if above <= r.expr.SrcRange.Start.Byte || !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "//") {
			break
		}
		first = above
	}
	return first
}

// write adds the edits for what is added.
func (r *rearrangement) write() {
	file := r.at.file
	begin, end := r.expr.OpenRange.End.Byte, r.expr.SrcRange.End.Byte-1
	for _, last := range sortedKeys(r.added) {
		texts := r.added[last]
		joined := strings.Join(texts, "")
		switch {
		case len(r.expr.Exprs) == 0:
			_, alone := file.indent(end)
			if alone {
				begin = file.lineStart(end)
			} else {
				outer, _ := file.indent(begin)
				joined = r.newline + joined + outer
				begin = end
			}
			r.change.edits = append(r.change.edits, edit{file, begin, begin, joined})
		case r.lines && last < 0:
			first := r.commentsAbove(r.expr.Exprs[0].Range().Start.Byte)
			r.change.edits = append(r.change.edits, edit{file, first, first, joined})
		case r.lines:
			after := r.expr.Exprs[last].Range().End.Byte
			t := file.tail(after)
			if t.comma < 0 {
				r.change.edits = append(r.change.edits, edit{file, after, after, ","})
				joined = strings.TrimSuffix(strings.TrimSuffix(joined, r.newline), ",") + r.newline
			}
			r.change.edits = append(r.change.edits, edit{file, t.end, t.end, joined})
		case last < 0:
			first := r.expr.Exprs[0].Range().Start.Byte
			r.change.edits = append(r.change.edits, edit{file, first, first, strings.Join(texts, ", ") + ", "})
		default:
			after := r.expr.Exprs[last].Range().End.Byte
			r.change.edits = append(r.change.edits, edit{file, after, after, ", " + strings.Join(texts, ", ")})
		}
	}
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
