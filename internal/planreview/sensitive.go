package planreview

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// hide makes secrets of the values that the configuration marks as sensitive, before or after the
// plan. config is the object, and marks are true in place of each such value.
func hide(fields []portable.Field, config cty.Value, marks []any) {
	for i := range fields {
		below := belowName(marks, fields[i].Name)
		if len(below) > 0 && config.Type().HasAttribute(fields[i].Name) {
			hideValue(&fields[i].Value, config.GetAttr(fields[i].Name), below)
		}
	}
}

func hideValue(value *portable.Value, held cty.Value, marks []any) {
	switch {
	case len(marks) == 0, value.Form == portable.Secret, value.Form == portable.Unknown, value.Form == portable.Refers:
	case isMarked(marks) || value.JSON || value.Form == portable.Literal:
		if isMarked(marks) || anyMarked(marks) {
			*value = portable.Value{Form: portable.Secret, Literal: held}
		}
	case value.Form == portable.Nested:
		hide(value.Fields, held, marks)
	case value.Form == portable.List:
		elements := held.AsValueSlice()
		for i := range value.Elements {
			hideValue(&value.Elements[i], elements[i], belowIndex(marks, i))
		}
	}
}

// isMarked reports whether the whole value is sensitive.
func isMarked(marks []any) bool {
	for _, mark := range marks {
		if mark == true {
			return true
		}
	}
	return false
}

// anyMarked reports whether a part of a value is sensitive.
func anyMarked(marks []any) bool {
	for _, mark := range marks {
		var parts []any
		switch mark := mark.(type) {
		case bool:
			parts = nil
		case []any:
			parts = mark
		case map[string]any:
			for _, part := range mark {
				parts = append(parts, part)
			}
		}
		if mark == true || anyMarked(parts) {
			return true
		}
	}
	return false
}

// belowName are the marks below a name.
func belowName(marks []any, name string) []any {
	var below []any
	for _, mark := range marks {
		if names, ok := mark.(map[string]any); ok && names[name] != nil {
			below = append(below, names[name])
		} else if mark == true {
			below = append(below, true)
		}
	}
	return below
}

// belowIndex are the marks of an element.
func belowIndex(marks []any, i int) []any {
	var below []any
	for _, mark := range marks {
		if elements, ok := mark.([]any); ok && i < len(elements) {
			below = append(below, elements[i])
		}
	}
	return below
}
