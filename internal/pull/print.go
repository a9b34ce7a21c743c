package pull

import (
	"errors"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// printer writes values that the HCL does not have yet.
type printer struct {
	// reference writes a reference to another object.
	reference func(portable.Reference) (string, error)
	// wide says that a value may take several lines, and newline is the line break of the file.
	wide    bool
	newline string
}

var (
	errSecret     = errors.New("is a secret")
	errUnknown    = errors.New("is not known yet")
	errUnwritable = errors.New("cannot be written in HCL")
)

// text writes a value, with its lines indented.
func (p printer) text(v portable.Value, indent string) (string, error) {
	tokens, err := p.value(v)
	if err != nil {
		return "", err
	}
	const name = "x = "
	text := strings.TrimPrefix(string(hclwrite.Format([]byte(name+string(tokens.Bytes())))), name)
	if !p.wide {
		return text, nil
	}
	return indented(text, indent, p.newline), nil
}

// indented indents the lines of an expression after the first. The lines of heredocs stay as they
// are.
func indented(text, indent, newline string) string {
	// Without a line break at the end, the end of a heredoc is not seen.
	tokens, _ := hclsyntax.LexConfig([]byte(text+"\n"), "", hcl.InitialPos)
	inText := make([]bool, len(text)+1)
	begun := 0
	for _, token := range tokens {
		switch token.Type {
		case hclsyntax.TokenOHeredoc:
			begun = token.Range.Start.Byte
		case hclsyntax.TokenCHeredoc:
			for i := begun; i < token.Range.End.Byte; i++ {
				inText[i] = true
			}
		}
	}
	var b strings.Builder
	at := 0
	for line := range strings.Lines(text) {
		if at > 0 && !inText[at] {
			blank := len(line) - len(strings.TrimLeft(line, " "))
			b.WriteString(indent + strings.Repeat(unit(indent), blank/2))
			b.WriteString(line[blank:])
		} else {
			b.WriteString(line)
		}
		at += len(line)
	}
	return strings.ReplaceAll(b.String(), "\n", newline)
}

func (p printer) value(v portable.Value) (hclwrite.Tokens, error) {
	if v.JSON {
		v.JSON = false
		inside, err := p.value(v)
		return hclwrite.TokensForFunctionCall("jsonencode", inside), err
	}
	switch v.Form {
	case portable.Literal:
		return p.literal(v)
	case portable.Refers:
		text, err := p.reference(v.Reference)
		return hclwrite.Tokens{{Type: hclsyntax.TokenIdent, Bytes: []byte(text)}}, err
	case portable.Nested:
		return p.object(v.Fields)
	case portable.List:
		return p.list(v.Elements)
	case portable.Secret:
		return nil, errSecret
	default:
		return nil, errUnknown
	}
}

func (p printer) literal(v portable.Value) (hclwrite.Tokens, error) {
	value := v.Literal
	switch {
	case isTexts(value):
		return p.object(textsOf(value))
	// The line breaks of a heredoc are those of its file.
	case p.wide && p.newline == "\n" && isString(value) && strings.Contains(value.AsString(), "\n") &&
		isVisible(value.AsString()):
		return p.heredoc(value.AsString()), nil
	}
	tokens := hclwrite.TokensForValue(value)
	if got, ok := evaluated(string(tokens.Bytes())); !ok || !got.RawEquals(value) {
		return nil, errUnwritable
	}
	return tokens, nil
}

// heredoc writes a text of several lines.
func (p printer) heredoc(text string) hclwrite.Tokens {
	h := heredoc{marker: "EOT", newline: "\n"}
	for strings.Contains(text, h.marker) {
		h.marker += "_"
	}
	raw := h.of(strings.TrimSuffix(text, "\n") + "\n")
	if !strings.HasSuffix(text, "\n") {
		raw = "chomp(" + raw + "\n)"
	}
	if got, ok := evaluated(raw); !ok || !got.RawEquals(cty.StringVal(text)) {
		raw = quote(text)
	}
	tokens, _ := hclsyntax.LexExpression([]byte(raw), "", hcl.InitialPos)
	return writeTokens(tokens)
}

func writeTokens(tokens hclsyntax.Tokens) hclwrite.Tokens {
	var all hclwrite.Tokens
	end := 0
	for _, token := range tokens {
		if token.Type == hclsyntax.TokenEOF {
			break
		}
		all = append(all, &hclwrite.Token{
			Type: token.Type, Bytes: token.Bytes, SpacesBefore: token.Range.Start.Byte - end,
		})
		end = token.Range.End.Byte
	}
	return all
}

func (p printer) object(fields []portable.Field) (hclwrite.Tokens, error) {
	var all []hclwrite.Tokens
	for _, f := range fields {
		value, err := p.value(f.Value)
		if strings.HasSuffix(f.Name, portable.WriteOnlyVersion) { // Of a value that nobody has here.
			err = errSecret
		}
		if err != nil {
			return nil, err
		}
		name := hclwrite.TokensForValue(cty.StringVal(f.Name))
		if hclsyntax.ValidIdentifier(f.Name) && f.Name != "for" { // An object that begins with for is a loop.
			name = hclwrite.TokensForIdentifier(f.Name)
		}
		equals := hclwrite.Tokens{{Type: hclsyntax.TokenEqual, Bytes: []byte("=")}}
		all = append(all, slices.Concat(name, equals, value))
	}
	return p.between(hclsyntax.TokenOBrace, "{", "}", hclsyntax.TokenCBrace, all, p.wide), nil
}

func (p printer) list(elements []portable.Value) (hclwrite.Tokens, error) {
	var all []hclwrite.Tokens
	for _, element := range elements {
		value, err := p.value(element)
		if err != nil {
			return nil, err
		}
		all = append(all, value)
	}
	return p.between(hclsyntax.TokenOBrack, "[", "]", hclsyntax.TokenCBrack, all, false), nil
}

// between writes parts between brackets. With lines, each has a line of its own, and none a comma.
func (p printer) between(
	open hclsyntax.TokenType, begin, end string, shut hclsyntax.TokenType, parts []hclwrite.Tokens, lines bool,
) hclwrite.Tokens {
	newline := &hclwrite.Token{Type: hclsyntax.TokenNewline, Bytes: []byte("\n")}
	comma := &hclwrite.Token{Type: hclsyntax.TokenComma, Bytes: []byte(",")}
	tokens := hclwrite.Tokens{{Type: open, Bytes: []byte(begin)}}
	wide := p.wide && len(parts) > 0
	if wide {
		tokens = append(tokens, newline)
	}
	for i, part := range parts {
		tokens = append(tokens, part...)
		switch {
		case lines:
			tokens = append(tokens, newline)
		case wide && part[len(part)-1].Type == hclsyntax.TokenCHeredoc:
			tokens = append(tokens, newline, comma, newline)
		case wide:
			tokens = append(tokens, comma, newline)
		case i < len(parts)-1:
			tokens = append(tokens, comma)
		}
	}
	return append(tokens, &hclwrite.Token{Type: shut, Bytes: []byte(end)})
}

// isTexts reports whether a value is a map of texts by language.
func isTexts(v cty.Value) bool {
	return v != cty.NilVal && v.Type().IsMapType() && v.IsWhollyKnown() && !v.IsNull()
}

// textsOf returns a map of texts as fields.
func textsOf(v cty.Value) []portable.Field {
	var fields []portable.Field
	for it := v.ElementIterator(); it.Next(); { // In the order of the keys.
		name, text := it.Element()
		fields = append(fields, portable.Field{Name: name.AsString(), Value: portable.Value{Literal: text}})
	}
	return fields
}
