package merchants

import (
	"context"
	"iter"
)

// Types of a user property; they cannot change (documented). The wire values are assumed.
const (
	PropertyText    = "text"
	PropertyNumber  = "number"
	PropertyBoolean = "boolean"
	PropertyDate    = "date"
)

// UserProperty is a custom property of the merchant's users (documented: https://docs.getcohort.com/users/custom-user-properties).
type UserProperty struct {
	ID   ID   `json:"id"`
	Name Name `json:"name"`
	// Type is one of the Property constants, or one that the service has grown since.
	Type string `json:"type"`
	// ReferenceID is unique among the properties. The service derives it from the name when none is given (assumed).
	ReferenceID string `json:"referenceId"`
}

// UserPropertyInput is what a create or an update sends of a property. Type belongs to a create only.
type UserPropertyInput struct {
	Name        Field[string] `json:"name,omitzero"`
	Type        Field[string] `json:"type,omitzero"`
	ReferenceID Field[string] `json:"referenceId,omitzero"`
}

// Since returns what an update has to send to get from prior to in.
func (in UserPropertyInput) Since(prior UserPropertyInput) UserPropertyInput {
	return UserPropertyInput{
		Name:        Change(prior.Name, in.Name),
		Type:        Change(prior.Type, in.Type),
		ReferenceID: Change(prior.ReferenceID, in.ReferenceID),
	}
}

// CreateUserProperty makes a property.
func (c *Client) CreateUserProperty(ctx context.Context, in UserPropertyInput) (*UserProperty, error) {
	return create[UserProperty](ctx, c, kindUserProperties, nil, in)
}

// GetUserProperty reads one by id.
func (c *Client) GetUserProperty(ctx context.Context, id ID) (*UserProperty, error) {
	return get[UserProperty](ctx, c, kindUserProperties, id)
}

// ReadUserProperty reads one by id, from a list when that has nothing new to tell; see [Config.ReadByID].
func (c *Client) ReadUserProperty(ctx context.Context, id ID, nothingNew func(*UserProperty) bool) (*UserProperty, error) {
	return readThrough(ctx, c, kindUserProperties, id, nothingNew)
}

// UpdateUserProperty sends the fields that change.
func (c *Client) UpdateUserProperty(ctx context.Context, id ID, in UserPropertyInput) (*UserProperty, error) {
	return update[UserProperty](ctx, c, kindUserProperties, id, in)
}

// DeleteUserProperty removes one for good.
func (c *Client) DeleteUserProperty(ctx context.Context, id ID) error {
	return remove(ctx, c, kindUserProperties, id)
}

// UserProperties walks all of them, archived ones included, in the order of their creation.
func (c *Client) UserProperties(ctx context.Context) iter.Seq2[*UserProperty, error] {
	return list[UserProperty](ctx, c, kindUserProperties, nil)
}

// ListedUserProperties walks all that lists which were read lately show, and everything that this client made.
func (c *Client) ListedUserProperties(ctx context.Context) iter.Seq2[*UserProperty, error] {
	return decoded[UserProperty](kindUserProperties, c.listed(ctx, kindUserProperties))
}
