package pull

import (
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// trims are the functions that stand around a heredoc to take its last line break away.
var trims = map[string]function.Function{"chomp": stdlib.ChompFunc, "trimspace": stdlib.TrimSpaceFunc}

func isString(v cty.Value) bool { return v.Type() == cty.String && v.IsKnown() && !v.IsNull() }

// bare takes the parentheses off an expression.
func bare(e hclsyntax.Expression) hclsyntax.Expression {
	for {
		inside, is := e.(*hclsyntax.ParenthesesExpr)
		if !is {
			return e
		}
		e = inside.Expression
	}
}

// callOf returns the only argument of a call of a function, or nil.
func callOf(e hclsyntax.Expression, function string) hclsyntax.Expression {
	call, is := bare(e).(*hclsyntax.FunctionCallExpr)
	if !is || call.Name != function || len(call.Args) != 1 || call.ExpandFinal {
		return nil
	}
	return call.Args[0]
}

// trimmed returns the literal in a call that trims it, or nil.
func trimmed(e hclsyntax.Expression) *hclsyntax.TemplateExpr {
	for name := range trims {
		if argument := callOf(e, name); argument != nil {
			if text, is := bare(argument).(*hclsyntax.TemplateExpr); is && isScalar(text) {
				return text
			}
		}
	}
	return nil
}

// isScalar reports whether an expression is a literal without parts.
func isScalar(e hclsyntax.Expression) bool {
	switch e := bare(e).(type) {
	case *hclsyntax.LiteralValueExpr:
		return true
	case *hclsyntax.UnaryOpExpr:
		_, is := bare(e.Val).(*hclsyntax.LiteralValueExpr)
		return is && e.Op == hclsyntax.OpNegate
	case *hclsyntax.TemplateExpr:
		return !slices.ContainsFunc(e.Parts, func(part hclsyntax.Expression) bool {
			_, is := part.(*hclsyntax.LiteralValueExpr)
			return !is
		})
	default:
		return trimmed(e) != nil
	}
}

// isLiteral reports whether an expression is a literal, with all that is in it. Elements may also
// hold references to other objects, if references allows them.
func isLiteral(e hclsyntax.Expression, references bool) bool {
	switch e := bare(e).(type) {
	case *hclsyntax.ObjectConsExpr:
		return !slices.ContainsFunc(e.Items, func(i hclsyntax.ObjectConsItem) bool {
			_, problems := i.KeyExpr.Value(nil)
			return problems.HasErrors() || !isLiteral(i.ValueExpr, references)
		})
	case *hclsyntax.TupleConsExpr:
		return !slices.ContainsFunc(e.Exprs, func(e hclsyntax.Expression) bool { return !isLiteral(e, references) })
	case *hclsyntax.ScopeTraversalExpr:
		root := e.Traversal.RootName()
		return references && (strings.HasPrefix(root, "cohort_") || root == "data")
	}
	if argument := callOf(e, "jsonencode"); argument != nil {
		return isLiteral(argument, references)
	}
	return isScalar(e)
}

// constantOf returns the value of a literal.
func constantOf(e hclsyntax.Expression) (cty.Value, bool) {
	if !isScalar(e) {
		return cty.NilVal, false
	}
	value, problems := e.Value(&hcl.EvalContext{Functions: trims})
	return value, !problems.HasErrors()
}

// evaluated returns the value of the text of a literal.
func evaluated(text string) (cty.Value, bool) {
	parsed, problems := hclsyntax.ParseConfig([]byte("x = "+text+"\n"), "", hcl.InitialPos)
	if problems.HasErrors() {
		return cty.NilVal, false
	}
	body, _ := parsed.Body.(*hclsyntax.Body)
	if len(body.Blocks) > 0 || len(body.Attributes) != 1 {
		return cty.NilVal, false
	}
	return constantOf(body.Attributes["x"].Expr)
}

// written returns the text of a scalar literal with another value, in the form that it has.
func (f *file) written(e hclsyntax.Expression, want cty.Value) (string, bool) {
	var ways []string
	if isString(want) {
		ways = f.heredocs(e, want.AsString())
	}
	for _, text := range append(ways, string(hclwrite.TokensForValue(want).Bytes())) {
		if got, ok := evaluated(text); ok && got.RawEquals(want) {
			return text, true
		}
	}
	return "", false
}

// heredocs are ways to write a text as the heredoc that an expression is, best first; none if it is
// no heredoc. Some of them are of another text, such as one that is indented.
func (f *file) heredocs(e hclsyntax.Expression, want string) []string {
	e = bare(e)
	whole := e.Range()
	inner, wrapped := e, trimmed(e)
	if wrapped != nil {
		inner = wrapped
	}
	old := f.text(inner.Range())
	if !isHeredoc(old) || !isVisible(want) {
		return nil
	}
	h := heredocOf(old)
	for slices.ContainsFunc(strings.Split(want, "\n"), func(l string) bool { return strings.TrimSpace(l) == h.marker }) {
		h.marker += "_"
	}
	ended := strings.TrimSuffix(want, "\n") + "\n"
	if want == "" {
		ended = ""
	}
	plain, otherBreaks := h, h
	plain.flush, otherBreaks.newline = false, "\n"
	around := func(inside heredoc) string {
		from, to := whole.Start.Byte, whole.End.Byte
		begin, end := f.content[from:inner.Range().Start.Byte], f.content[inner.Range().End.Byte:to]
		return string(begin) + inside.of(ended) + string(end)
	}
	// The end of a heredoc stands alone on its line.
	after := f.tail(whole.End.Byte)
	alone := wrapped == nil || after.end >= 0 && after.comma < 0 && after.comment < 0
	var all []string
	for _, form := range []heredoc{h, otherBreaks, plain} {
		switch {
		case strings.HasSuffix(want, "\n") || want == "":
			if alone {
				all = append(all, form.of(ended))
			}
		case wrapped != nil:
			all = append(all, around(form))
		default: // A heredoc always ends with a line break.
			all = append(all, "chomp("+form.of(ended)+form.newline+form.closing+")")
		}
	}
	return all
}

// isVisible reports whether a text has nothing that a reader cannot see.
func isVisible(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) })
}

// heredoc is the form of a heredoc.
type heredoc struct {
	// flush says that the indentation of its lines does not belong to the text.
	flush                            bool
	marker, indent, closing, newline string
}

// heredocOf reads the form of a heredoc.
func heredocOf(text string) heredoc {
	h := heredoc{newline: "\n"}
	first, rest, _ := strings.Cut(text, "\n")
	if cut, found := strings.CutSuffix(first, "\r"); found {
		first, h.newline = cut, "\r\n"
	}
	h.marker, h.flush = strings.CutPrefix(first, "<<-")
	h.marker = strings.TrimPrefix(h.marker, "<<")
	lines := strings.Split(rest, "\n")
	last := lines[len(lines)-1]
	h.closing = last[:len(last)-len(strings.TrimLeft(last, " \t"))]
	known := false
	for _, line := range lines[:len(lines)-1] {
		bareLine := strings.TrimLeft(line, " \t")
		if strings.TrimSpace(bareLine) == "" {
			continue
		}
		if space := line[:len(line)-len(bareLine)]; !known || len(space) < len(h.indent) {
			h.indent, known = space, true
		}
	}
	if !known {
		h.indent = h.closing + unit(h.closing)
	}
	return h
}

// of writes a text, which is empty or ends with a line break.
func (h heredoc) of(text string) string {
	var b strings.Builder
	b.WriteString("<<")
	if h.flush {
		b.WriteByte('-')
	}
	b.WriteString(h.marker + h.newline)
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if h.flush && line != "" {
			b.WriteString(h.indent)
		}
		b.WriteString(escape(line) + h.newline)
	}
	b.WriteString(h.closing + h.marker)
	return b.String()
}

// escape writes a text so that no expression begins in it.
func escape(text string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(text)
}

// quote writes a text in quotes.
func quote(text string) string { return string(hclwrite.TokensForValue(cty.StringVal(text)).Bytes()) }
