package merchants

import (
	"context"
	"encoding/json"
)

// PatchOf returns what an update sends to turn is into want, if the service holds held.
func PatchOf[T Object, Input any](c Collection[T, Input], held string, is, want Input) (string, error) {
	stored, err := decodeValue([]byte(held))
	if err != nil {
		return "", err
	}
	before, err := c.descriptor.body(is)
	if err != nil {
		return "", err
	}
	after, err := c.descriptor.body(want)
	if err != nil {
		return "", err
	}
	object, _ := stored.(map[string]any)
	patch, err := json.Marshal(c.descriptor.patch(object, before, after))
	return string(patch), err
}

// UpdatePerk updates a perk known only by its id.
func UpdatePerk(ctx context.Context, c *Client, id ID, in PerkInput) (*Perk, error) {
	return c.Perks.Update(ctx, &Perk{ID: id, Raw: Raw{JSON: json.RawMessage("{}")}}, PerkInput{}, in)
}
