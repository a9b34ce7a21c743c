package merchants

import (
	"encoding/json"
	"net/http"
)

// Types of a perk whose settings are known. Only the Shopify discount is documented; the catalogue
// is open.
const (
	PerkNone            = "none"
	PerkCode            = "code"
	PerkLink            = "link"
	PerkShopifyDiscount = "shopify-discount"
)

// Perk is a reward to be used: a discount, a code, a link (documented:
// https://docs.getcohort.com/rewards/perk/manage-a-perk; most fields are assumed).
type Perk struct {
	ID           ID     `json:"id"`
	InternalName string `json:"internalName"`
	// Status is StatusDraft, StatusLive or StatusArchived.
	Status      string    `json:"status"`
	Title       Localized `json:"title"`
	Description Localized `json:"description"`
	ImageURL    *string   `json:"imageUrl"`
	VideoURL    *string   `json:"videoUrl"`
	// Type is one of the Perk constants, or another type of the open catalogue.
	Type string `json:"type"`
	// TypeConfig holds the settings of the type, undecoded; see [PerkCodeConfig], [PerkLinkConfig] and
	// [ShopifyDiscount].
	TypeConfig json.RawMessage `json:"typeConfig"`
	// ExpiresAt is an RFC 3339 time, or nil.
	ExpiresAt *string `json:"expiresAt"`
	Raw
}

// PerkCodeConfig holds the settings of a perk of type PerkCode: one code for everyone.
type PerkCodeConfig struct {
	Code ScalarText `json:"code"`
}

// PerkLinkConfig holds the settings of a perk of type PerkLink.
type PerkLinkConfig struct {
	URL string `json:"url"`
}

// Discount types of a Shopify discount (the choice is documented, the wire values are assumed).
const (
	DiscountPercentage  = "percentage"
	DiscountFixedAmount = "fixed-amount"
)

// ShopifyDiscount holds the settings of a perk of type PerkShopifyDiscount (documented:
// https://docs.getcohort.com/integrations/apps/shopify).
type ShopifyDiscount struct {
	DiscountName string `json:"discountName"`
	// DiscountType is DiscountPercentage or DiscountFixedAmount.
	DiscountType string `json:"discountType"`
	// Value is a percentage, or an amount in the shop's currency.
	Value float64 `json:"value"`
}

// PerkInput is what a create or an update sends of a perk. Type and TypeConfig are sent together.
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

// secretSettings returns the settings of a code, or of an unknown type.
func (in PerkInput) secretSettings() []json.RawMessage {
	if name, _ := in.Type.Get(); name == PerkLink || name == PerkShopifyDiscount {
		return nil
	}
	settings, _ := in.TypeConfig.Get()
	return []json.RawMessage{settings}
}

// Head returns what all kinds have.
func (p *Perk) Head() Head {
	return Head{ID: p.ID, Key: p.InternalName, Name: p.InternalName, Status: p.Status, Type: p.Type}
}

// perks describes perks in the API (assumed).
var perks = descriptor{
	path: "perks", noun: "perk", name: "internalName", pages: pagesByCursor, update: http.MethodPatch,
	attributes: map[string]string{
		"internalName": "internal_name",
		"title":        "title",
		"description":  "description",
		"imageUrl":     "image_url",
		"videoUrl":     "video_url",
		"expiresAt":    "expires_at",
		"type":         "",
		"typeConfig":   "",
	},
	words: map[string]words{
		"status": {StatusDraft: "draft", StatusLive: "live", StatusArchived: "archived"},
		"type": {
			PerkNone: "none", PerkCode: "code", PerkLink: "link", PerkShopifyDiscount: "shopify-discount",
		},
		"typeConfig:shopify-discount.discountType": {
			DiscountPercentage: "percentage", DiscountFixedAmount: "fixed-amount",
		},
	},
	// The user alone decides the settings of an unknown type.
	variants: map[string]variantForm{
		PerkNone: {},
		PerkCode: {"code", &shape{}, map[string]string{"code": "value"}},
		PerkLink: {"link", &shape{}, map[string]string{"url": "url"}},
		PerkShopifyDiscount: {"shopify_discount", &shape{}, map[string]string{
			"discountName": "name", "discountType": "type", "value": "value",
		}},
		"": {attribute: "custom"},
	},
	secrets:      []string{"typeConfig:" + PerkCode + ".code"},
	sentTogether: true,
}
