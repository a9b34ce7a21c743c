package merchants

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
)

// Status values of perks, digital assets, badges and campaigns. The words are documented for campaigns and perks; the wire values are
// assumed.
const (
	StatusDraft     = "draft"
	StatusLive      = "live"
	StatusPublished = "published"
	StatusEnded     = "ended"
	StatusArchived  = "archived"
)

// Types of a perk whose settings are known. Only the Shopify discount is documented; the catalogue is open.
const (
	PerkNone            = "none"
	PerkCode            = "code"
	PerkLink            = "link"
	PerkShopifyDiscount = "shopify-discount"
)

// Perk is a reward that is used: a discount, a code, a link (documented: https://docs.getcohort.com/rewards/perk/manage-a-perk; the fields
// are mostly assumed).
type Perk struct {
	ID           ID     `json:"id"`
	InternalName string `json:"internalName"`
	// Status is StatusDraft, StatusLive or StatusArchived.
	Status      string    `json:"status"`
	Title       Localized `json:"title"`
	Description Localized `json:"description"`
	ImageURL    *string   `json:"imageUrl"`
	VideoURL    *string   `json:"videoUrl"`
	// Type is one of the Perk constants or another of the open catalogue.
	Type string `json:"type"`
	// TypeConfig holds the settings of the type, undecoded; see [PerkCodeConfig], [PerkLinkConfig] and [ShopifyDiscount].
	TypeConfig json.RawMessage `json:"typeConfig"`
	// ExpiresAt is an RFC 3339 time, or nil.
	ExpiresAt *string `json:"expiresAt"`
	Raw
}

// PerkCodeConfig are the settings of a perk of type PerkCode: one code for everyone.
type PerkCodeConfig struct {
	Code ScalarText `json:"code"`
}

// PerkLinkConfig are the settings of a perk of type PerkLink.
type PerkLinkConfig struct {
	URL string `json:"url"`
}

// Discount types of a Shopify discount (the choice is documented, the wire values are assumed).
const (
	DiscountPercentage  = "percentage"
	DiscountFixedAmount = "fixed-amount"
)

// ShopifyDiscount are the settings of a perk of type PerkShopifyDiscount (documented: https://docs.getcohort.com/integrations/apps/shopify).
type ShopifyDiscount struct {
	DiscountName string `json:"discountName"`
	// DiscountType is DiscountPercentage or DiscountFixedAmount.
	DiscountType string `json:"discountType"`
	// Value is in percent or in the shop's currency.
	Value float64 `json:"value"`
}

// PerkInput is what a create or an update sends of a perk. Type and TypeConfig are sent together; see [PerkInput.Since].
type PerkInput struct {
	InternalName Field[string]          `json:"internalName,omitzero"`
	Title        Field[Localized]       `json:"title,omitzero"`
	Description  Field[Localized]       `json:"description,omitzero"`
	ImageURL     Field[string]          `json:"imageUrl,omitzero"`
	VideoURL     Field[string]          `json:"videoUrl,omitzero"`
	Type         Field[string]          `json:"type,omitzero"`
	TypeConfig   Field[json.RawMessage] `json:"typeConfig,omitzero"`
	ExpiresAt    Field[string]          `json:"expiresAt,omitzero"`
}

// secretSettings are the settings of a code and of a type that is not known.
func (in PerkInput) secretSettings() []json.RawMessage {
	if name, _ := in.Type.Get(); name == PerkLink || name == PerkShopifyDiscount {
		return nil
	}
	settings, _ := in.TypeConfig.Get()
	return []json.RawMessage{settings}
}

// Since returns what an update has to send to get from prior to in.
func (in PerkInput) Since(prior PerkInput) PerkInput {
	change := PerkInput{
		InternalName: Change(prior.InternalName, in.InternalName),
		Title:        Change(prior.Title, in.Title),
		Description:  Change(prior.Description, in.Description),
		ImageURL:     Change(prior.ImageURL, in.ImageURL),
		VideoURL:     Change(prior.VideoURL, in.VideoURL),
		Type:         Change(prior.Type, in.Type),
		TypeConfig:   Change(prior.TypeConfig, in.TypeConfig),
		ExpiresAt:    Change(prior.ExpiresAt, in.ExpiresAt),
	}
	if !change.Type.IsZero() || !change.TypeConfig.IsZero() {
		change.Type, change.TypeConfig = in.Type, in.TypeConfig
	}
	return change
}

// Over returns the update with all that the service holds beside it in settings of a known type. Those of another type are the user's alone.
func (in PerkInput) Over(is *Perk) PerkInput {
	if kind, given := in.Type.Get(); !given || kind != is.Type {
		return in
	}
	var settings *shape
	if slices.Contains([]string{PerkCode, PerkLink, PerkShopifyDiscount}, is.Type) {
		settings = &shape{}
	}
	if in.TypeConfig = in.TypeConfig.over(is.JSON, "typeConfig", settings); in.TypeConfig.IsZero() {
		in.Type = Field[string]{}
	}
	return in
}

// CreatePerk makes a perk, as a draft.
func (c *Client) CreatePerk(ctx context.Context, in PerkInput) (*Perk, error) {
	return create[Perk](ctx, c, kindPerks, nil, in)
}

// GetPerk reads one by id.
func (c *Client) GetPerk(ctx context.Context, id ID) (*Perk, error) {
	return get[Perk](ctx, c, kindPerks, id)
}

// ReadPerk reads one by id, from a list when that has nothing new to tell; see [Config.ReadByID].
func (c *Client) ReadPerk(ctx context.Context, id ID, nothingNew func(*Perk) bool) (*Perk, error) {
	return readThrough(ctx, c, kindPerks, id, nothingNew)
}

// UpdatePerk sends the fields that change.
func (c *Client) UpdatePerk(ctx context.Context, id ID, in PerkInput) (*Perk, error) {
	return update[Perk](ctx, c, kindPerks, id, in)
}

// DeletePerk removes one for good.
func (c *Client) DeletePerk(ctx context.Context, id ID) error {
	return remove(ctx, c, kindPerks, id)
}

// PublishPerk makes a draft live.
func (c *Client) PublishPerk(ctx context.Context, id ID) (*Perk, error) {
	return act[Perk](ctx, c, kindPerks, id, publishing)
}

// ArchivePerk hides one from users; it can come back.
func (c *Client) ArchivePerk(ctx context.Context, id ID) (*Perk, error) {
	return act[Perk](ctx, c, kindPerks, id, archiving)
}

// UnarchivePerk brings an archived one back to the status it had.
func (c *Client) UnarchivePerk(ctx context.Context, id ID) (*Perk, error) {
	return act[Perk](ctx, c, kindPerks, id, unarchiving)
}

// Perks walks all of them, archived ones included, in the order of their creation.
func (c *Client) Perks(ctx context.Context) iter.Seq2[*Perk, error] {
	return list[Perk](ctx, c, kindPerks, nil)
}

// ListedPerks walks all that lists which were read lately show, and everything that this client made.
func (c *Client) ListedPerks(ctx context.Context) iter.Seq2[*Perk, error] {
	return decoded[Perk](kindPerks, c.listed(ctx, kindPerks))
}
