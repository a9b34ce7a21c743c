package export

import (
	"bytes"
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// marker is the first line of every file that an export writes, as a comment. Only files that begin
// with it are ever replaced.
const marker = "Written by terraform-provider-cohort export."

// document is a file of blocks. A block is formatted when the next one begins, because the syntax
// tree of a large file would take more memory than everything else.
type document struct {
	text  bytes.Buffer
	block *hclwrite.File
}

// newDocument returns a file that begins with the marker and a comment.
func newDocument(comment ...string) *document {
	d := new(document)
	for _, line := range append([]string{marker}, comment...) {
		d.text.WriteString("# " + line + "\n")
	}
	return d
}

// add appends a block after an empty line.
func (d *document) add(kind string, labels ...string) *hclwrite.Body {
	d.end()
	d.block = hclwrite.NewEmptyFile()
	return d.block.Body().AppendNewBlock(kind, labels).Body()
}

func (d *document) end() {
	if d.block != nil {
		d.text.WriteByte('\n')
		d.text.Write(hclwrite.Format(d.block.Bytes()))
		d.block = nil
	}
}

// bytes returns the text of the file.
func (d *document) bytes() []byte {
	d.end()
	return d.text.Bytes()
}

// field is an attribute of an object.
type field struct {
	name  string
	value hclwrite.Tokens
}

// object writes an object with one attribute a line, or {}.
func object(fields []field) hclwrite.Tokens {
	if len(fields) == 0 {
		return hclwrite.TokensForObject(nil)
	}
	var attributes []hclwrite.ObjectAttrTokens
	for _, f := range fields {
		name := hclwrite.TokensForValue(cty.StringVal(f.name))
		if hclsyntax.ValidIdentifier(f.name) {
			name = hclwrite.TokensForIdentifier(f.name)
		}
		attributes = append(attributes, hclwrite.ObjectAttrTokens{Name: name, Value: f.value})
	}
	return hclwrite.TokensForObject(attributes)
}

// tuple writes a list with one element a line, or [].
func tuple(elements []hclwrite.Tokens) hclwrite.Tokens {
	if len(elements) == 0 {
		return hclwrite.TokensForTuple(nil)
	}
	newline := &hclwrite.Token{Type: hclsyntax.TokenNewline, Bytes: []byte("\n")}
	tokens := hclwrite.Tokens{{Type: hclsyntax.TokenOBrack, Bytes: []byte("[")}, newline}
	for _, element := range elements {
		tokens = append(tokens, element...)
		tokens = append(tokens, &hclwrite.Token{Type: hclsyntax.TokenComma, Bytes: []byte(",")}, newline)
	}
	return append(tokens, &hclwrite.Token{Type: hclsyntax.TokenCBrack, Bytes: []byte("]")})
}

// call writes a call of a function.
func call(function string, argument hclwrite.Tokens) hclwrite.Tokens {
	return hclwrite.TokensForFunctionCall(function, argument)
}

// path writes a reference such as cohort_list.vip.id.
func path(names ...string) hclwrite.Tokens {
	traversal := hcl.Traversal{hcl.TraverseRoot{Name: names[0]}}
	for _, name := range names[1:] {
		traversal = append(traversal, hcl.TraverseAttr{Name: name})
	}
	return hclwrite.TokensForTraversal(traversal)
}

// index writes a choice from an object.
func index(object, key hclwrite.Tokens) hclwrite.Tokens {
	return slices.Concat(
		object, hclwrite.Tokens{{Type: hclsyntax.TokenOBrack, Bytes: []byte("[")}},
		key, hclwrite.Tokens{{Type: hclsyntax.TokenCBrack, Bytes: []byte("]")}},
	)
}

// template writes a text that ends with an expression, such as "id:${each.value}".
func template(text string, expression hclwrite.Tokens) hclwrite.Tokens {
	tokens := hclwrite.Tokens{
		{Type: hclsyntax.TokenOQuote, Bytes: []byte(`"`)},
		{Type: hclsyntax.TokenQuotedLit, Bytes: []byte(text)},
		{Type: hclsyntax.TokenTemplateInterp, Bytes: []byte("${")},
	}
	tokens = append(tokens, expression...)
	return append(tokens,
		&hclwrite.Token{Type: hclsyntax.TokenTemplateSeqEnd, Bytes: []byte("}")},
		&hclwrite.Token{Type: hclsyntax.TokenCQuote, Bytes: []byte(`"`)})
}

// text writes a text on one line.
func text(value string) hclwrite.Tokens { return hclwrite.TokensForValue(cty.StringVal(value)) }

// literal writes a value: a text of several lines as a heredoc, a map as an object.
func literal(value cty.Value) hclwrite.Tokens {
	switch {
	case value.IsNull():
		return hclwrite.TokensForValue(value)
	case value.Type() == cty.String && isProse(value.AsString()):
		return heredoc(value.AsString())
	case value.Type().IsMapType():
		var fields []field
		for _, name := range sortedKeys(value.AsValueMap()) {
			fields = append(fields, field{name, literal(value.AsValueMap()[name])})
		}
		return object(fields)
	default:
		return hclwrite.TokensForValue(value)
	}
}

// isProse reports whether a text has several lines and nothing that a reader cannot see.
func isProse(text string) bool {
	return strings.Contains(text, "\n") && !strings.ContainsFunc(text, func(r rune) bool {
		return r != '\n' && r != '\t' && !unicode.IsPrint(r)
	})
}

// heredoc writes a text of several lines. A heredoc always ends with a line break; if the text does
// not, chomp takes it away.
func heredoc(text string) hclwrite.Tokens {
	end := "EOT"
	for strings.Contains(text, end) {
		end += "_"
	}
	escaped := strings.NewReplacer("${", "$${", "%{", "%%{").Replace(text)
	tokens := hclwrite.Tokens{
		{Type: hclsyntax.TokenOHeredoc, Bytes: []byte("<<" + end + "\n")},
		{Type: hclsyntax.TokenStringLit, Bytes: []byte(strings.TrimSuffix(escaped, "\n") + "\n")},
		{Type: hclsyntax.TokenCHeredoc, Bytes: []byte(end)},
	}
	if strings.HasSuffix(text, "\n") {
		return tokens
	}
	return call("chomp", append(tokens, &hclwrite.Token{Type: hclsyntax.TokenNewline, Bytes: []byte("\n")}))
}
