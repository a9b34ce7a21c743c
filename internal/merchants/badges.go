package merchants

import (
	"context"
	"iter"
)

// Visibilities of a badge (the choice is documented, the wire values are assumed).
const (
	VisibleToEveryone = "everyone"
	VisibleToOwners   = "owners"
)

// Badge is given to users when they enter a list or segment and taken back when they leave it (documented:
// https://docs.getcohort.com/users/badges).
type Badge struct {
	ID           ID     `json:"id"`
	InternalName string `json:"internalName"`
	// Status is StatusDraft or StatusPublished.
	Status      string    `json:"status"`
	Title       Localized `json:"title"`
	Description Localized `json:"description"`
	ImageURL    *string   `json:"imageUrl"`
	// CohortID is the list or segment whose members own the badge.
	CohortID ID `json:"cohortId"`
	// Visibility is VisibleToEveryone or VisibleToOwners.
	Visibility string `json:"visibility"`
	// LockedDescription is shown to those who do not own it; empty means the description.
	LockedDescription Localized `json:"lockedDescription"`
}

// BadgeInput is what a create or an update sends of a badge.
type BadgeInput struct {
	InternalName      Field[string]    `json:"internalName,omitzero"`
	Title             Field[Localized] `json:"title,omitzero"`
	Description       Field[Localized] `json:"description,omitzero"`
	ImageURL          Field[string]    `json:"imageUrl,omitzero"`
	CohortID          Field[string]    `json:"cohortId,omitzero"`
	Visibility        Field[string]    `json:"visibility,omitzero"`
	LockedDescription Field[Localized] `json:"lockedDescription,omitzero"`
}

// Since returns what an update has to send to get from prior to in.
func (in BadgeInput) Since(prior BadgeInput) BadgeInput {
	return BadgeInput{
		InternalName:      Change(prior.InternalName, in.InternalName),
		Title:             Change(prior.Title, in.Title),
		Description:       Change(prior.Description, in.Description),
		ImageURL:          Change(prior.ImageURL, in.ImageURL),
		CohortID:          Change(prior.CohortID, in.CohortID),
		Visibility:        Change(prior.Visibility, in.Visibility),
		LockedDescription: Change(prior.LockedDescription, in.LockedDescription),
	}
}

// CreateBadge makes a badge, as a draft.
func (c *Client) CreateBadge(ctx context.Context, in BadgeInput) (*Badge, error) {
	return create[Badge](ctx, c, kindBadges, nil, in)
}

// GetBadge reads one by id.
func (c *Client) GetBadge(ctx context.Context, id ID) (*Badge, error) {
	return get[Badge](ctx, c, kindBadges, id)
}

// ReadBadge reads one by id, from a list when that has nothing new to tell; see [Config.ReadByID].
func (c *Client) ReadBadge(ctx context.Context, id ID, nothingNew func(*Badge) bool) (*Badge, error) {
	return readThrough(ctx, c, kindBadges, id, nothingNew)
}

// UpdateBadge sends the fields that change.
func (c *Client) UpdateBadge(ctx context.Context, id ID, in BadgeInput) (*Badge, error) {
	return update[Badge](ctx, c, kindBadges, id, in)
}

// DeleteBadge removes one for good.
func (c *Client) DeleteBadge(ctx context.Context, id ID) error {
	return remove(ctx, c, kindBadges, id)
}

// PublishBadge publishes a draft; users in its audience get it.
func (c *Client) PublishBadge(ctx context.Context, id ID) (*Badge, error) {
	return act[Badge](ctx, c, kindBadges, id, publishing)
}

// Badges walks all of them, archived ones included, in the order of their creation.
func (c *Client) Badges(ctx context.Context) iter.Seq2[*Badge, error] {
	return list[Badge](ctx, c, kindBadges, nil)
}

// ListedBadges walks all that lists which were read lately show, and everything that this client made.
func (c *Client) ListedBadges(ctx context.Context) iter.Seq2[*Badge, error] {
	return decoded[Badge](kindBadges, c.listed(ctx, kindBadges))
}
