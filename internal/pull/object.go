package pull

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// object is a block, or an object in an expression: items with names.
type object struct {
	file *file
	// items are in the order of the file; those of override files come last.
	items []item
	// isBlock says that it is a block, which has one item a line.
	isBlock bool
	// dynamic says that a name is an expression, so that it is not known which names there are.
	dynamic bool
	// begin is the offset after the opening brace, and end that of the closing one.
	begin, end int
	// line is the line where it begins.
	line int
}

// item is a name with a value.
type item struct {
	file *file
	name string
	expr hclsyntax.Expression
	// start is the offset of the name, nameEnd the one after it, and end the one after the value.
	start, nameEnd, end int
}

func (i item) line() int { return i.expr.Range().Start.Line }

func blockOf(f *file, b *hclsyntax.Block) *object {
	o := &object{
		file: f, isBlock: true, begin: b.OpenBraceRange.End.Byte, end: b.CloseBraceRange.Start.Byte,
		line: b.DefRange().Start.Line,
	}
	for name, attribute := range b.Body.Attributes {
		o.items = append(o.items, item{
			f, name, attribute.Expr, attribute.NameRange.Start.Byte, attribute.NameRange.End.Byte, attribute.SrcRange.End.Byte,
		})
	}
	slices.SortFunc(o.items, func(a, b item) int { return a.start - b.start })
	return o
}

func objectOf(f *file, e *hclsyntax.ObjectConsExpr) *object {
	o := &object{file: f, begin: e.OpenRange.End.Byte, end: e.SrcRange.End.Byte - 1, line: e.SrcRange.Start.Line}
	for _, i := range e.Items {
		key, problems := i.KeyExpr.Value(nil)
		if !problems.HasErrors() {
			key, _ = convert.Convert(key, cty.String)
		}
		if problems.HasErrors() || !isString(key) {
			o.dynamic = true
			continue
		}
		names := i.KeyExpr.Range()
		o.items = append(o.items, item{
			f, key.AsString(), i.ValueExpr, names.Start.Byte, names.End.Byte, i.ValueExpr.Range().End.Byte,
		})
	}
	return o
}

// override merges the block of an override file into a block.
func (o *object) override(other *object) {
	for _, i := range other.items {
		o.items = slices.DeleteFunc(o.items, func(held item) bool { return held.name == i.name })
		o.items = append(o.items, i)
	}
}

// item returns the item of a name. If an object has a name twice, the last one counts.
func (o *object) item(name string) (item, bool) {
	for _, i := range slices.Backward(o.items) {
		if i.name == name {
			return i, true
		}
	}
	return item{}, false
}

// remove returns the edits that take a name away, as often as it is there.
func (o *object) remove(name string) []edit {
	var edits []edit
	prior := -1
	for _, i := range o.items {
		if i.name == name {
			edits = append(edits, i.file.cut(i.start, i.end, prior))
		}
		if prior = i.end; i.file != o.file {
			prior = -1
		}
	}
	return edits
}

// insertion is what is added to an object.
type insertion struct {
	// order are the names of all items, in the order in which people read them.
	order []string
	// names are those that are added, and removed those that are taken away.
	names, removed []string
}

// insert returns the edits that add one of the items, in the style of the items around it. printed
// prints the value at an indentation; wide says that it may take several lines.
func (o *object) insert(i insertion, n int, printed func(indent string, wide bool) string) []edit {
	f, newline, name := o.file, o.file.newline(), i.names[n]
	before := i.order[:slices.Index(i.order, name)]
	var anchor *item
	for at := range o.items {
		held := &o.items[at]
		if held.file == f && !slices.Contains(i.removed, held.name) && (anchor == nil || slices.Contains(before, held.name)) {
			anchor = held
		}
	}
	if anchor == nil {
		return o.insertFirst(i, n, printed)
	}
	lineIndent, _ := f.indent(o.begin)
	deeper := lineIndent + unit(lineIndent)
	indent, alone := f.indent(anchor.start)
	if !alone {
		indent = deeper
		for _, held := range o.items {
			if space, own := f.indent(held.start); own && held.file == f {
				indent = space
			}
		}
	}
	written, separator := o.nameLike(name, anchor), " = "
	between := string(f.content[anchor.nameEnd:anchor.expr.Range().Start.Byte])
	if strings.HasPrefix(strings.TrimSpace(between), ":") {
		separator = between
	}
	t := f.tail(anchor.end)
	switch {
	case t.end >= 0:
		value := printed(indent, true)
		if separator == " = " && !strings.Contains(value, "\n") {
			separator = o.aligned(written, anchor, t.end)
		}
		if t.comma >= 0 && !o.isBlock {
			value += afterValue(value, ",", newline)
		}
		return []edit{{f, t.end, t.end, indent + written + separator + value + newline}}
	case o.isBlock: // A block on one line has one attribute.
		edits := []edit{{f, anchor.end, anchor.end, newline + deeper + written + separator + printed(deeper, true)}}
		if n == 0 {
			edits = append(edits, edit{f, o.begin, anchor.start, newline + deeper})
		}
		if n == len(i.names)-1 {
			edits = append(edits, edit{f, anchor.end, o.end, newline + lineIndent})
		}
		return edits
	default:
		return []edit{{f, anchor.end, anchor.end, ", " + written + separator + printed(indent, false)}}
	}
}

// insertFirst adds one of the items to an object that has none, or none that stays.
func (o *object) insertFirst(i insertion, n int, printed func(indent string, wide bool) string) []edit {
	f, newline := o.file, o.file.newline()
	lineIndent, _ := f.indent(o.begin)
	deeper := lineIndent + unit(lineIndent)
	name := o.nameLike(i.names[n], nil) + " = "
	indent, alone := f.indent(o.end)
	switch {
	case alone:
		start := f.lineStart(o.end)
		deeper = indent + unit(indent)
		return []edit{{f, start, start, deeper + name + printed(deeper, true) + newline}}
	case !o.isBlock && len(o.items) > 0: // On one line.
		if n > 0 {
			name = ", " + name
		}
		return []edit{{f, o.items[0].start, o.items[0].start, name + printed(deeper, false)}}
	}
	line := newline + deeper + name + printed(deeper, true)
	if n == len(i.names)-1 {
		line += newline + lineIndent
	}
	return []edit{{f, o.end, o.end, line}}
}

// nameLike writes a name as another item has it: quoted or not.
func (o *object) nameLike(name string, like *item) string {
	if like != nil && like.file.content[like.start] == '"' || !hclsyntax.ValidIdentifier(name) ||
		name == "for" { // An object that begins with for is a loop.
		return quote(name)
	}
	return name
}

// aligned returns the equals sign of a new line, below that of the line above or above that of the
// line below, as terraform fmt wants it.
func (o *object) aligned(name string, anchor *item, lineEnd int) string {
	for i := range o.items {
		held := &o.items[i]
		if held.file != o.file || held != anchor && o.file.lineStart(held.start) != lineEnd {
			continue
		}
		value := held.expr.Range()
		_, alone := o.file.indent(held.start)
		between := string(o.file.content[held.nameEnd:value.Start.Byte])
		if alone && value.Start.Line == value.End.Line && !strings.Contains(between, "\n") {
			column := utf8.RuneCount(o.file.content[held.start:held.nameEnd]) + strings.IndexByte(between, '=')
			return strings.Repeat(" ", max(1, column-utf8.RuneCountInString(name))) + "= "
		}
	}
	return " = "
}

// afterValue writes something behind a value. A heredoc needs its end on a line of its own.
func afterValue(value, text, newline string) string {
	if isHeredoc(value) {
		return newline + text
	}
	return text
}

func isHeredoc(value string) bool { return strings.HasPrefix(value, "<<") }
