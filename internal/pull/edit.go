package pull

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// edit puts a text in place of the bytes of a file from start to end.
type edit struct {
	file       *file
	start, end int
	text       string
}

// change is a set of edits that only make sense together, with its lines in the report.
type change struct {
	owner owner
	edits []edit
	lines []Edit
}

// applied returns the bytes of a text between two offsets, edited. It fails if two edits overlap.
func applied(content []byte, from, to int, edits []edit) ([]byte, bool) {
	edits = slices.Clone(edits)
	// At one offset, what is inserted comes before what is replaced.
	slices.SortStableFunc(edits, func(a, b edit) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(min(a.end-a.start, 1), min(b.end-b.start, 1)))
	})
	var b strings.Builder
	at := from
	for i, e := range edits {
		isCut := e.text == "" && i > 0 && edits[i-1].text == ""
		switch {
		case e.start < at && isCut && e.end > at: // Two cuts may overlap.
			at = e.end
			continue
		case e.start < at && isCut:
			continue
		case e.start < at || e.end > to:
			return nil, false
		}
		b.Write(content[at:e.start])
		b.WriteString(e.text)
		at = e.end
	}
	b.Write(content[at:to])
	return []byte(b.String()), true
}

func parses(content []byte) bool {
	_, problems := hclsyntax.ParseConfig(content, "", hcl.InitialPos)
	return !problems.HasErrors()
}

// tail is what follows an item on its line.
type tail struct {
	// comma is the offset of the comma after the item, and comment that of a comment; -1 if there is
	// none.
	comma, comment int
	// end is the offset after the line break; -1 if something else follows on the line.
	end int
}

// tail looks at what follows an offset.
func (f *file) tail(at int) tail {
	t := tail{comma: -1, comment: -1, end: -1}
	next, _ := slices.BinarySearchFunc(f.tokens, at, func(token hclsyntax.Token, at int) int {
		return cmp.Compare(token.Range.Start.Byte, at)
	})
	for _, token := range f.tokens[next:] {
		from, to := token.Range.Start.Byte, token.Range.End.Byte
		switch {
		case token.Type == hclsyntax.TokenComma && t.comma < 0 && t.comment < 0:
			t.comma = from
		case token.Type == hclsyntax.TokenComment:
			if t.comment < 0 {
				t.comment = from
			}
			if strings.HasSuffix(string(token.Bytes), "\n") {
				t.end = to
				return t
			}
		case token.Type == hclsyntax.TokenNewline:
			t.end = to
			return t
		default:
			return t
		}
	}
	return t
}

// lineStart is the offset where the line of an offset begins.
func (f *file) lineStart(at int) int { return bytes.LastIndexByte(f.content[:at], '\n') + 1 }

// indent is the white space at the begin of the line of an offset. alone says that nothing else
// stands before the offset.
func (f *file) indent(at int) (space string, alone bool) {
	line := string(f.content[f.lineStart(at):at])
	rest := strings.TrimLeft(line, " \t")
	return line[:len(line)-len(rest)], rest == ""
}

// unit is one level of indentation below a line that is indented so.
func unit(indent string) string {
	if strings.HasPrefix(indent, "\t") {
		return "\t"
	}
	return "  "
}

// newline is the line break of a file.
func (f *file) newline() string {
	if before, _, found := bytes.Cut(f.content, []byte("\n")); found && bytes.HasSuffix(before, []byte("\r")) {
		return "\r\n"
	}
	return "\n"
}

// cut removes an item of a block, an object or a list from its line, and the line if nothing else
// is on it. prior is the end of the item before it, or -1.
func (f *file) cut(start, end, prior int) edit {
	t := f.tail(end)
	_, alone := f.indent(start)
	switch {
	case alone && t.end >= 0 && t.comment < 0:
		return edit{f, f.lineStart(start), t.end, ""}
	case alone && t.end >= 0:
		return edit{f, start, t.comment, ""}
	case t.comma >= 0:
		end = t.comma + 1
		for end < len(f.content) && (f.content[end] == ' ' || f.content[end] == '\t') {
			end++
		}
		return edit{f, start, end, ""}
	case prior >= 0:
		if before := f.tail(prior); before.comma >= 0 && strings.Trim(string(f.content[before.comma+1:start]), " \t") == "" {
			return edit{f, before.comma, end, ""}
		}
	}
	return edit{f, start, end, ""}
}
