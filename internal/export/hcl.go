package export

import (
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

// newFile returns a file that begins with the marker and a comment.
func newFile(comment ...string) *hclwrite.File {
	file := hclwrite.NewEmptyFile()
	for _, line := range append([]string{marker}, comment...) {
		file.Body().AppendUnstructuredTokens(hclwrite.Tokens{
			{Type: hclsyntax.TokenComment, Bytes: []byte(strings.TrimSpace("# "+line) + "\n")},
		})
	}
	return file
}

// addBlock appends a block after an empty line.
func addBlock(body *hclwrite.Body, kind string, labels ...string) *hclwrite.Body {
	body.AppendNewline()
	return body.AppendNewBlock(kind, labels).Body()
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
	tokens := append(object, &hclwrite.Token{Type: hclsyntax.TokenOBrack, Bytes: []byte("[")})
	tokens = append(tokens, key...)
	return append(tokens, &hclwrite.Token{Type: hclsyntax.TokenCBrack, Bytes: []byte("]")})
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
