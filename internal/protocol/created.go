package protocol

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// typeOf returns the type of a resource's configuration, plan and state.
func (s server) typeOf(ctx context.Context, resource string) (tftypes.Type, error) {
	schemas, err := s.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, err
	}
	return schemas.ResourceSchemas[resource].ValueType(), nil
}

// createdObject is the object that a create call has made so far.
type createdObject struct{ id string }

type createdKey struct{}

// NoteCreated records the id of an object as soon as it exists, so that not even a panic loses it.
// ctx is the context of the call, or derived from it.
func NoteCreated(ctx context.Context, id string) {
	if made, ok := ctx.Value(createdKey{}).(*createdObject); ok {
		made.id = id
	}
}

// stateOf returns the planned state and the identity, with the id of the object that was made.
// Other unknown values become null.
func (s server) stateOf(
	ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest, id string,
) (*tfprotov6.DynamicValue, *tfprotov6.ResourceIdentityData) {
	stateType, err := s.typeOf(ctx, req.TypeName)
	if err != nil {
		return req.PriorState, nil
	}
	planned, err := req.PlannedState.Unmarshal(stateType)
	if err != nil {
		return req.PriorState, nil
	}
	identity := map[string]tftypes.Value{
		"id": tftypes.NewValue(tftypes.String, id), "mode": tftypes.NewValue(tftypes.String, nil),
	}
	known, err := tftypes.Transform(planned, func(at *tftypes.AttributePath, value tftypes.Value) (tftypes.Value, error) {
		switch {
		case at.Equal(tftypes.NewAttributePath().WithAttributeName("id")):
			return identity["id"], nil
		case at.Equal(tftypes.NewAttributePath().WithAttributeName("mode")):
			identity["mode"] = value
		case !value.IsKnown():
			return tftypes.NewValue(value.Type(), nil), nil
		}
		return value, nil
	})
	if err != nil {
		return req.PriorState, nil
	}
	state, err := tfprotov6.NewDynamicValue(stateType, known)
	if err != nil {
		return req.PriorState, nil
	}
	identityType := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"id": tftypes.String, "mode": tftypes.String}}
	data, err := tfprotov6.NewDynamicValue(identityType, tftypes.NewValue(identityType, identity))
	if err != nil {
		return &state, nil
	}
	return &state, &tfprotov6.ResourceIdentityData{IdentityData: &data}
}
