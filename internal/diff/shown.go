package diff

import (
	"strings"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// shown is a value as it is shown, or nil for none. It stands at a place in the fields of its
// object.
func shown(v *portable.Value, at portable.Path, within []portable.Field) *Shown {
	if v == nil {
		return nil
	}
	s := &Shown{IsSecret: v.Form == portable.Secret}
	switch {
	case v.Form == portable.Refers:
		s.Text = v.Reference.String()
	case isString(*v):
		s.Text, s.quoted = v.Literal.AsString(), true
		s.IsImage = at[len(at)-1].Name == "image_url"
		s.IsText = at[len(at)-1].Name == "name" || inTexts(at, within)
	case s.IsSecret:
		s.Text = secretText
	default:
		var text strings.Builder
		writeJSON(&text, *v)
		s.Text = text.String()
	}
	return s
}

// secretText stands for a secret.
const secretText = "(secret)"

func isString(v portable.Value) bool {
	l := v.Literal
	return v.Form == portable.Literal && l.Type() == cty.String && l.IsKnown() && !l.IsNull()
}

// isTexts reports whether a value is a map of texts by language.
func isTexts(v portable.Value) bool {
	l := v.Literal
	return v.Form == portable.Literal && l.Type().IsMapType() && l.IsKnown() && !l.IsNull()
}

// inTexts reports whether a place is a language of texts.
func inTexts(at portable.Path, within []portable.Field) bool {
	var value portable.Value
	value.Form, value.Fields = portable.Nested, within
	for _, step := range at[:len(at)-1] {
		switch {
		case step.Name == "" && step.Index >= 0 && step.Index < len(value.Elements):
			value = value.Elements[step.Index]
		case step.Name != "":
			fields := value.Fields
			value = portable.Value{}
			for _, f := range fields {
				if f.Name == step.Name {
					value = f.Value
				}
			}
		default:
			return false
		}
	}
	return value.Form == portable.Literal && value.Literal != cty.NilVal && isTexts(value)
}

// writeJSON writes a value as JSON, with the names of objects in place of references, and without
// secrets.
func writeJSON(b *strings.Builder, v portable.Value) {
	switch v.Form {
	case portable.Nested:
		for i, field := range v.Fields {
			b.WriteString([]string{"{", ", "}[min(i, 1)] + portable.Quote(field.Name) + ": ")
			writeJSON(b, field.Value)
		}
		if len(v.Fields) == 0 {
			b.WriteByte('{')
		}
		b.WriteByte('}')
	case portable.List:
		b.WriteByte('[')
		for i, element := range v.Elements {
			if i > 0 {
				b.WriteString(", ")
			}
			writeJSON(b, element)
		}
		b.WriteByte(']')
	case portable.Refers:
		b.WriteString(portable.Quote(v.Reference.String()))
	case portable.Secret:
		b.WriteString(portable.Quote(secretText))
	case portable.Unknown:
		b.WriteString(portable.Quote("(known after apply)"))
	default:
		writeLiteral(b, v.Literal)
	}
}

func writeLiteral(b *strings.Builder, literal cty.Value) {
	switch {
	case literal.Type() == cty.String && literal.IsKnown() && !literal.IsNull():
		b.WriteString(portable.Quote(literal.AsString()))
	case literal.Type().IsMapType() && literal.IsKnown() && !literal.IsNull():
		texts := literal.AsValueMap()
		fields := portable.Value{Form: portable.Nested}
		for _, name := range sortedNames(texts) {
			fields.Fields = append(fields.Fields, portable.Field{Name: name, Value: portable.Value{Literal: texts[name]}})
		}
		writeJSON(b, fields)
	default:
		if encoded, err := ctyjson.Marshal(literal, literal.Type()); err == nil {
			b.Write(encoded)
		}
	}
}
