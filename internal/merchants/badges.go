package merchants

import (
	"net/http"
)

// Visibilities of a badge (the choice is documented, the wire values are assumed).
const (
	VisibleToEveryone = "everyone"
	VisibleToOwners   = "owners"
)

// Badge is given to users when they enter a list or segment, and taken back when they leave it
// (documented: https://docs.getcohort.com/users/badges).
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
	// LockedDescription is shown to users who do not own the badge; empty means the description.
	LockedDescription Localized `json:"lockedDescription"`
	Raw
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

// Head returns what all kinds have.
func (b *Badge) Head() Head {
	return Head{ID: b.ID, Key: b.InternalName, Name: b.InternalName, Status: b.Status}
}

// badges describes badges in the API (assumed).
var badges = descriptor{
	path: "badges", noun: "badge", name: "internalName", pages: pagesByCursor, update: http.MethodPatch,
	attributes: map[string]string{
		"internalName":      "internal_name",
		"cohortId":          "audience_id",
		"title":             "title",
		"description":       "description",
		"imageUrl":          "image_url",
		"visibility":        "visibility",
		"lockedDescription": "locked_description",
	},
	words: map[string]words{
		"status":     {StatusDraft: "draft", StatusPublished: "published"},
		"visibility": {VisibleToEveryone: "everyone", VisibleToOwners: "owners"},
	},
}
