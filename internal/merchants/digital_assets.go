package merchants

import (
	"net/http"
)

// DigitalAsset is a reward to be owned. Deleting it is permanent (documented:
// https://docs.getcohort.com/rewards/digital-asset/manage-a-digital-asset; most fields are
// assumed).
type DigitalAsset struct {
	ID           ID     `json:"id"`
	InternalName string `json:"internalName"`
	// Status is StatusDraft or StatusPublished.
	Status      string    `json:"status"`
	Title       Localized `json:"title"`
	Description Localized `json:"description"`
	ImageURL    *string   `json:"imageUrl"`
	VideoURL    *string   `json:"videoUrl"`
	// MaxSupply is the most units that may exist; nil means no limit.
	MaxSupply *int64 `json:"maxSupply"`
	Raw
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

// Head returns what all kinds have.
func (a *DigitalAsset) Head() Head {
	return Head{ID: a.ID, Key: a.InternalName, Name: a.InternalName, Status: a.Status}
}

// digitalAssets describes digital assets in the API (assumed).
var digitalAssets = descriptor{
	path: "digital-assets", noun: "digital-asset", name: "internalName", pages: pagesByCursor, update: http.MethodPatch,
	attributes: map[string]string{
		"internalName": "internal_name",
		"title":        "title",
		"description":  "description",
		"imageUrl":     "image_url",
		"videoUrl":     "video_url",
		"maxSupply":    "max_supply",
	},
	words: map[string]words{"status": {StatusDraft: "draft", StatusPublished: "published"}},
}
