package merchants

import (
	"context"
	"iter"
)

// DigitalAsset is a reward that is owned. Its deletion is permanent (documented: https://docs.getcohort.com/rewards/digital-asset/manage-a-digital-asset;
// the fields are mostly assumed).
type DigitalAsset struct {
	ID           ID     `json:"id"`
	InternalName string `json:"internalName"`
	// Status is StatusDraft or StatusPublished.
	Status      string    `json:"status"`
	Title       Localized `json:"title"`
	Description Localized `json:"description"`
	ImageURL    *string   `json:"imageUrl"`
	VideoURL    *string   `json:"videoUrl"`
	// MaxSupply is how many there can be; nil means no limit.
	MaxSupply *int64 `json:"maxSupply"`
}

// DigitalAssetInput is what a create or an update sends of a digital asset.
type DigitalAssetInput struct {
	InternalName Field[string]    `json:"internalName,omitzero"`
	Title        Field[Localized] `json:"title,omitzero"`
	Description  Field[Localized] `json:"description,omitzero"`
	ImageURL     Field[string]    `json:"imageUrl,omitzero"`
	VideoURL     Field[string]    `json:"videoUrl,omitzero"`
	MaxSupply    Field[int64]     `json:"maxSupply,omitzero"`
}

// Since returns what an update has to send to get from prior to in.
func (in DigitalAssetInput) Since(prior DigitalAssetInput) DigitalAssetInput {
	return DigitalAssetInput{
		InternalName: Change(prior.InternalName, in.InternalName),
		Title:        Change(prior.Title, in.Title),
		Description:  Change(prior.Description, in.Description),
		ImageURL:     Change(prior.ImageURL, in.ImageURL),
		VideoURL:     Change(prior.VideoURL, in.VideoURL),
		MaxSupply:    Change(prior.MaxSupply, in.MaxSupply),
	}
}

// CreateDigitalAsset makes a digital asset, as a draft.
func (c *Client) CreateDigitalAsset(ctx context.Context, in DigitalAssetInput) (*DigitalAsset, error) {
	return create[DigitalAsset](ctx, c, kindDigitalAssets, nil, in)
}

// GetDigitalAsset reads one by id.
func (c *Client) GetDigitalAsset(ctx context.Context, id ID) (*DigitalAsset, error) {
	return get[DigitalAsset](ctx, c, kindDigitalAssets, id)
}

// ReadDigitalAsset reads one by id, from a list when that has nothing new to tell; see [Config.ReadByID].
func (c *Client) ReadDigitalAsset(ctx context.Context, id ID, nothingNew func(*DigitalAsset) bool) (*DigitalAsset, error) {
	return readThrough(ctx, c, kindDigitalAssets, id, nothingNew)
}

// UpdateDigitalAsset sends the fields that change.
func (c *Client) UpdateDigitalAsset(ctx context.Context, id ID, in DigitalAssetInput) (*DigitalAsset, error) {
	return update[DigitalAsset](ctx, c, kindDigitalAssets, id, in)
}

// DeleteDigitalAsset removes one for good.
func (c *Client) DeleteDigitalAsset(ctx context.Context, id ID) error {
	return remove(ctx, c, kindDigitalAssets, id)
}

// PublishDigitalAsset publishes a draft.
func (c *Client) PublishDigitalAsset(ctx context.Context, id ID) (*DigitalAsset, error) {
	return act[DigitalAsset](ctx, c, kindDigitalAssets, id, publishing)
}

// DigitalAssets walks all of them, archived ones included, in the order of their creation.
func (c *Client) DigitalAssets(ctx context.Context) iter.Seq2[*DigitalAsset, error] {
	return list[DigitalAsset](ctx, c, kindDigitalAssets, nil)
}

// ListedDigitalAssets walks all that lists which were read lately show, and everything that this client made.
func (c *Client) ListedDigitalAssets(ctx context.Context) iter.Seq2[*DigitalAsset, error] {
	return decoded[DigitalAsset](kindDigitalAssets, c.listed(ctx, kindDigitalAssets))
}
