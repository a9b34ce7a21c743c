package planreview

import (
	"strings"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// shown is a value as people read it. It has no secrets and no ids.
func shown(v *portable.Value) string {
	if v == nil {
		return "(none)"
	}
	switch v.Form {
	case portable.Secret:
		return "(sensitive)"
	case portable.Unknown:
		return "(known after apply)"
	case portable.Refers:
		return targetName(v.Reference)
	case portable.Literal:
		if isText(v) {
			return v.Literal.AsString()
		}
		encoded, err := ctyjson.Marshal(v.Literal, v.Literal.Type())
		if err != nil {
			return "(unreadable)"
		}
		return string(encoded)
	case portable.Nested:
		var parts []string
		for _, field := range v.Fields {
			parts = append(parts, field.Name+" = "+shown(&field.Value))
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	case portable.List:
		var parts []string
		for _, element := range v.Elements {
			parts = append(parts, shown(&element))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	default:
		return ""
	}
}

// targetName names the target of a reference. An id is not shown.
func targetName(r portable.Reference) string {
	if r.Target == nil && r.By == "id" {
		return strings.Join(r.Kinds, " or ") + " that the plan does not know"
	}
	return r.String()
}

func isText(v *portable.Value) bool {
	return v != nil && v.Form == portable.Literal && v.Literal.Type() == cty.String && v.Literal.IsKnown() &&
		!v.Literal.IsNull()
}

const (
	// longest is the length in characters up to which a value is shown whole.
	longest = 80
	// around is how many words, or characters of one word, are shown before and after a change.
	around, aroundInWord = 3, 20
)

// clipped is the beginning of a long value.
func clipped(text []rune) string {
	if len(text) <= longest {
		return string(text)
	}
	return string(text[:longest-1]) + "…"
}

// shortened shortens two values around the words in which they differ.
func shortened(from, to string) (shorterFrom, shorterTo string) {
	a, b := []rune(from), []rune(to)
	if len(a) <= longest && len(b) <= longest {
		return from, to
	}
	shorterFrom, shorterTo = byWords(strings.Fields(from), strings.Fields(to))
	if shorterFrom != shorterTo {
		return shorterFrom, shorterTo
	}
	// They differ in blanks, or inside of a long word.
	same := 0
	for same < len(a) && same < len(b) && a[same] == b[same] {
		same++
	}
	first := max(0, same-aroundInWord)
	return "…" + clipped(a[first:]), "…" + clipped(b[first:])
}

func byWords(a, b []string) (shorterA, shorterB string) {
	same, end := 0, 0
	for same < len(a) && same < len(b) && a[same] == b[same] {
		same++
	}
	for end < len(a)-same && end < len(b)-same && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	cut := func(words []string) string {
		first, last := max(0, same-around), min(len(words), len(words)-end+around)
		text := strings.Join(words[first:last], " ")
		if first > 0 {
			text = "… " + text
		}
		if last < len(words) {
			text += " …"
		}
		return clipped([]rune(text))
	}
	return cut(a), cut(b)
}
