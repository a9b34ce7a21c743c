package merchants

import (
	"context"
	"encoding/json"
)

// PatchOf returns what an update sends to turn is into want, if the service holds held.
func PatchOf[T Object, Input any](c Collection[T, Input], held string, is, want Input) (string, error) {
	before, err := body(is)
	if err != nil {
		return "", err
	}
	after, err := body(want)
	if err != nil {
		return "", err
	}
	patch, err := json.Marshal(c.descriptor.toWire(c.descriptor.patch(c.descriptor.read([]byte(held)), before, after)))
	return string(patch), err
}

// UpdatePerk updates a perk known only by its id.
func UpdatePerk(ctx context.Context, c *Client, id ID, in PerkInput) (*Perk, error) {
	return c.Perks.Update(ctx, &Perk{ID: id, Raw: Raw{JSON: json.RawMessage("{}")}}, PerkInput{}, in)
}
