package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
)

// Config returns the configuration that a person would write for an object in the JSON of a plan:
// an object of the resource's type, null where there is nothing to write. values are its
// attributes, and unknown is true in place of each that is not known yet. Numbers may be of type
// [json.Number]. Attributes of another version of the provider are ignored. Secrets are in it.
func (k Kind) Config(ctx context.Context, values, unknown any) (cty.Value, error) {
	object := schema.Schema{Attributes: k.attributes()}.Type().TerraformType(ctx)
	held, err := planValue(object, values, unknown)
	if err != nil {
		return cty.NilVal, fmt.Errorf("a %s of the plan: %w", k.Noun, err)
	}
	configType, err := ctyTypeOf(object)
	if err != nil {
		return cty.NilVal, err
	}
	return ctyValue(k.configuration(ctx, held), configType)
}

// largestExponent is that of the largest number of 64 bits.
const largestExponent = 1024

// planValue reads a value of the JSON of a plan.
func planValue(of tftypes.Type, value, unknown any) (tftypes.Value, error) {
	if unknown == true {
		return tftypes.NewValue(of, tftypes.UnknownValue), nil
	}
	switch of := of.(type) {
	case tftypes.Object:
		return planObject(of, value, unknown)
	case tftypes.Map:
		return planMap(of, value, unknown)
	case tftypes.List:
		return planElements(of, of.ElementType, value, unknown)
	case tftypes.Set:
		return planElements(of, of.ElementType, value, unknown)
	}
	switch held := value.(type) {
	case json.Number:
		number, _, err := big.ParseFloat(held.String(), 10, 512, big.ToNearestEven)
		if err != nil {
			return tftypes.Value{}, err
		}
		// Written out, such a number would fill the memory.
		if size := number.MantExp(nil); number.IsInf() || max(size, -size) > largestExponent {
			return tftypes.Value{}, fmt.Errorf("%s is too large or too small", held)
		}
		value = number
	case nil, bool, string, float64:
	default:
		return tftypes.Value{}, fmt.Errorf("%T in place of a %s", value, of)
	}
	if err := tftypes.ValidateValue(of, value); err != nil {
		return tftypes.Value{}, err
	}
	return tftypes.NewValue(of, value), nil
}

func planObject(of tftypes.Object, value, unknown any) (tftypes.Value, error) {
	held, isObject := value.(map[string]any)
	notYet, _ := unknown.(map[string]any)
	if !isObject && value != nil {
		return tftypes.Value{}, fmt.Errorf("%T in place of an object", value)
	}
	if value == nil && notYet == nil {
		return tftypes.NewValue(of, nil), nil
	}
	attributes := map[string]tftypes.Value{}
	for name, kind := range of.AttributeTypes {
		attribute, err := planValue(kind, held[name], notYet[name])
		if err != nil {
			return tftypes.Value{}, fmt.Errorf("%s: %w", name, err)
		}
		attributes[name] = attribute
	}
	return tftypes.NewValue(of, attributes), nil
}

func planMap(of tftypes.Map, value, unknown any) (tftypes.Value, error) {
	held, isMap := value.(map[string]any)
	notYet, _ := unknown.(map[string]any)
	if !isMap && value != nil {
		return tftypes.Value{}, fmt.Errorf("%T in place of a map", value)
	}
	if value == nil && len(notYet) == 0 {
		return tftypes.NewValue(of, nil), nil
	}
	elements := map[string]tftypes.Value{}
	for _, name := range slices.Concat(slices.Collect(maps.Keys(held)), slices.Collect(maps.Keys(notYet))) {
		element, err := planValue(of.ElementType, held[name], notYet[name])
		if err != nil {
			return tftypes.Value{}, fmt.Errorf("%s: %w", name, err)
		}
		elements[name] = element
	}
	return tftypes.NewValue(of, elements), nil
}

func planElements(of, elementType tftypes.Type, value, unknown any) (tftypes.Value, error) {
	held, isList := value.([]any)
	notYet, _ := unknown.([]any)
	if !isList && value != nil {
		return tftypes.Value{}, fmt.Errorf("%T in place of a list", value)
	}
	if value == nil && len(notYet) == 0 {
		return tftypes.NewValue(of, nil), nil
	}
	elements := []tftypes.Value{}
	for i := range max(len(held), len(notYet)) {
		var here, missing any
		if i < len(held) {
			here = held[i]
		}
		if i < len(notYet) {
			missing = notYet[i]
		}
		element, err := planValue(elementType, here, missing)
		if err != nil {
			return tftypes.Value{}, fmt.Errorf("%d: %w", i, err)
		}
		elements = append(elements, element)
	}
	return tftypes.NewValue(of, elements), nil
}
