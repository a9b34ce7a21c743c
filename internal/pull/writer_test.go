package pull_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// author writes objects as HCL in a style of its own, as people do.
type author struct {
	rng *rand.Rand
	// expressions is the share of the literals that are written as expressions.
	expressions float64
	// comments is the share of the places with a comment.
	comments float64
	names    map[*portable.Object]string
	// Expressions refer to these.
	locals, variables, arguments []string
	// instances are the objects of the resource with for_each.
	instances []string
	// inModule says that the resources are in a module.
	inModule bool
	indent   string
}

func (w *author) chance(share float64) bool { return w.rng.Float64() < share }

func (w *author) pick(from ...string) string { return from[w.rng.IntN(len(from))] }

// remark writes a comment line, or nothing.
func (w *author) remark(indent string) string {
	if !w.chance(w.comments) {
		return ""
	}
	return indent + w.pick("# ", "// ", "#") + fmt.Sprintf("remark %d \"${x}\" { [ <<EOT é", w.rng.IntN(1e6)) + "\n"
}

// end ends a line, perhaps with a comment.
func (w *author) end() string {
	if w.chance(w.comments) {
		return w.pick(" ", "  ", "\t") + w.pick("#", "// ") + fmt.Sprintf("note %d } ] \" ' end", w.rng.IntN(1e6)) + "\n"
	}
	return w.pick("", "", "", " ", "\t") + "\n"
}

func (w *author) equals() string { return w.pick(" = ", " = ", "=", "  =  ", "\t= ") }

// resource writes an object.
func (w *author) resource(o *portable.Object) string {
	w.indent = w.pick("  ", "  ", "\t", "    ", "")
	var b strings.Builder
	b.WriteString(w.remark(""))
	fmt.Fprintf(
		&b,
		"resource%scohort_%s%s%q%s{%s",
		w.pick(` "`, `  "`),
		o.Kind.Name,
		`" `,
		w.names[o],
		w.pick(" ", "  ", ""),
		w.end(),
	)
	for _, f := range o.Fields {
		b.WriteString(w.pick("", "", "", "\n") + w.remark(w.indent))
		value := w.value(f.Value, w.indent, false)
		b.WriteString(w.indent + f.Name + w.equals() + value + w.endOf(value))
	}
	if w.chance(0.2) {
		b.WriteString(w.indent + "lifecycle {\n" + w.indent + "  create_before_destroy = false\n" + w.indent + "}\n")
	}
	return b.String() + "}\n" + w.pick("", "\n", "\n\n")
}

// value writes a value. inline says that it has to stay on one line.
func (w *author) value(v portable.Value, indent string, inline bool) string {
	if w.chance(0.05) && v.Form != portable.Refers {
		inside := w.bare(v, indent, inline)
		if strings.HasPrefix(inside, "<<") {
			inside += "\n"
		}
		return "(" + inside + ")"
	}
	return w.bare(v, indent, inline)
}

func (w *author) bare(v portable.Value, indent string, inline bool) string {
	switch {
	case v.JSON && w.chance(0.1):
		return quoted(jsonOf(v))
	case v.JSON:
		v.JSON = false
		return "jsonencode(" + w.bare(v, indent, inline) + ")"
	}
	switch v.Form {
	case portable.Refers:
		if v.Reference.Target == nil {
			return quoted(v.Reference.Held)
		}
		return "cohort_" + v.Reference.Target.Kind.Name + "." + w.names[v.Reference.Target] + "." + v.Reference.By
	case portable.Secret:
		return quoted(v.Literal.AsString())
	case portable.Nested:
		return w.object(v.Fields, indent, inline)
	case portable.List:
		return w.list(v.Elements, indent, inline)
	}
	switch value := v.Literal; {
	case !value.IsNull() && value.Type().IsMapType():
		var fields []portable.Field
		for it := value.ElementIterator(); it.Next(); {
			name, text := it.Element()
			fields = append(fields, portable.Field{Name: name.AsString(), Value: portable.Value{Literal: text}})
		}
		return w.object(fields, indent, inline)
	case w.chance(w.expressions):
		return w.expression(value)
	case value.IsNull() || value.Type() != cty.String:
		return string(hclwrite.TokensForValue(value).Bytes())
	default:
		return w.text(value.AsString(), indent, inline)
	}
}

func (w *author) object(fields []portable.Field, indent string, inline bool) string {
	name := func(name string) string {
		if !hclsyntax.ValidIdentifier(name) || name == "for" || w.chance(0.1) {
			return quoted(name)
		}
		return name
	}
	if inline || len(fields) == 0 || w.chance(0.3) {
		var parts []string
		for _, f := range fields {
			parts = append(parts, name(f.Name)+w.pick(" = ", "=", ": ")+w.value(f.Value, indent, true))
		}
		return w.pick("{ ", "{") + strings.Join(parts, w.pick(", ", ",")) + w.pick(" }", "}")
	}
	var b strings.Builder
	deeper := indent + w.pick("  ", "\t", "    ")
	b.WriteString("{" + w.end())
	for _, f := range fields {
		b.WriteString(w.remark(deeper))
		value := w.value(f.Value, deeper, false)
		b.WriteString(deeper + name(f.Name) + w.pick(w.equals(), " : ", ": ") + value)
		if !strings.Contains(value, "<<") {
			b.WriteString(w.pick("", "", ",", " ,"))
		}
		b.WriteString(w.endOf(value))
	}
	return b.String() + indent + "}"
}

// endOf ends a line, after a value.
func (w *author) endOf(value string) string {
	if strings.HasPrefix(value, "<<") {
		return "\n"
	}
	return w.end()
}

func (w *author) list(elements []portable.Value, indent string, inline bool) string {
	if inline || len(elements) == 0 || w.chance(0.25) {
		var parts []string
		for _, e := range elements {
			parts = append(parts, w.value(e, indent, true))
		}
		return "[" + strings.Join(parts, w.pick(", ", ",")) + w.pick("", "", " ") + "]"
	}
	if w.chance(0.3) { // As in [{, }, {, }].
		var parts []string
		for _, e := range elements {
			parts = append(parts, w.flat(e, indent))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	var b strings.Builder
	deeper := indent + w.pick("  ", "\t", "    ")
	b.WriteString("[" + w.end())
	for i, e := range elements {
		b.WriteString(w.remark(deeper) + deeper + w.flat(e, deeper))
		if i < len(elements)-1 || w.chance(0.5) {
			b.WriteString(",")
		}
		b.WriteString(w.end())
	}
	return b.String() + indent + "]"
}

// flat is an element, whose end is not that of a heredoc.
func (w *author) flat(v portable.Value, indent string) string {
	return w.value(v, indent, v.Form != portable.Nested)
}

// text writes a text: in quotes, or as a heredoc of some kind.
func (w *author) text(text, indent string, inline bool) string {
	visible := !strings.ContainsFunc(
		text,
		func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f || r == 0x2028 || r == 0x2029 || r == 0x85 },
	)
	if inline || !visible || strings.Contains(text, "EOT") || w.chance(0.5) {
		return quoted(text)
	}
	escaped := strings.NewReplacer("${", "$${", "%{", "%%{").Replace(text)
	body, ended := strings.CutSuffix(escaped, "\n")
	if strings.Contains("\n"+body, "\n ") || strings.Contains("\n"+body, "\n\t") {
		return quoted(text)
	}
	marker := w.pick("EOT", "HTML", "EOT_1")
	if strings.Contains(text, marker) {
		return quoted(text)
	}
	h := "<<" + marker + "\n" + body + "\n" + w.pick("", indent) + marker
	if w.chance(0.5) {
		deeper := indent + w.pick("", "  ", "\t")
		h = "<<-" + marker + "\n" + deeper + strings.ReplaceAll(body, "\n", "\n"+deeper) + "\n" + indent + marker
	}
	if ended && text != "\n" {
		return h
	}
	if text == "" || ended || strings.HasSuffix(body, "\n") {
		return quoted(text)
	}
	return "chomp(" + h + "\n" + indent + ")"
}

// expression writes a value as an expression.
func (w *author) expression(value cty.Value) string {
	text := string(hclwrite.TokensForValue(value).Bytes())
	n := len(w.locals) + len(w.variables)
	switch w.rng.IntN(5) {
	case 0:
		w.locals = append(w.locals, fmt.Sprintf("  l%d = %s\n", n, text))
		return fmt.Sprintf("local.l%d", n)
	case 1:
		return "true ? " + text + " : null"
	case 2:
		if !value.IsNull() && value.Type() == cty.String {
			return `"${` + text + `}"`
		}
	case 3:
		if w.inModule {
			w.variables = append(w.variables, fmt.Sprintf("variable \"v%d\" {}\n", n))
			w.arguments = append(w.arguments, fmt.Sprintf("  v%d = %s\n", n, text))
			return fmt.Sprintf("var.v%d", n)
		}
	}
	return "try(" + text + ", null)"
}

func quoted(text string) string { return string(hclwrite.TokensForValue(cty.StringVal(text)).Bytes()) }

// jsonOf is a value as JSON.
func jsonOf(v portable.Value) string {
	encoded, err := json.Marshal(plain(v))
	if err != nil {
		return "{}"
	}
	return string(encoded)
}

func plain(v portable.Value) any {
	switch v.Form {
	case portable.Nested:
		object := map[string]any{}
		for _, f := range v.Fields {
			object[f.Name] = plain(f.Value)
		}
		return object
	case portable.List:
		list := []any{}
		for _, e := range v.Elements {
			list = append(list, plain(e))
		}
		return list
	case portable.Refers:
		return v.Reference.Held
	default:
		encoded, _ := ctyjson.Marshal(v.Literal, v.Literal.Type())
		return json.RawMessage(encoded)
	}
}
