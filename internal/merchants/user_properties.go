package merchants

import (
	"net/http"
)

// Types of a user property; they cannot change (documented). The wire values are assumed.
const (
	PropertyText    = "text"
	PropertyNumber  = "number"
	PropertyBoolean = "boolean"
	PropertyDate    = "date"
)

// UserProperty is a custom property of the merchant's users (documented:
// https://docs.getcohort.com/users/custom-user-properties).
type UserProperty struct {
	ID   ID   `json:"id"`
	Name Name `json:"name"`
	// Type is one of the Property constants, or a newer type of the service.
	Type string `json:"type"`
	// ReferenceID is unique among the properties. Without one, the service derives it from the name
	// (assumed).
	ReferenceID string `json:"referenceId"`
	Raw
}

// UserPropertyInput is what a create or an update sends of a property. Only a create may send Type.
type UserPropertyInput struct {
	Name        Field[string] `json:"name,omitzero"`
	Type        Field[string] `json:"type,omitzero"`
	ReferenceID Field[string] `json:"referenceId,omitzero"`
}

// Head returns what all kinds have.
func (p *UserProperty) Head() Head {
	return Head{ID: p.ID, Key: p.ReferenceID, Name: string(p.Name), Type: p.Type}
}

// userProperties describes user properties in the API (assumed).
var userProperties = descriptor{
	path: "user-properties", noun: "user-property", reference: "referenceId", name: "name",
	pages: pagesByCursor, update: http.MethodPatch,
	attributes: map[string]string{"name": "name", "type": "type", "referenceId": "reference_id"},
	words: map[string]words{
		"type": {PropertyText: "text", PropertyNumber: "number", PropertyBoolean: "boolean", PropertyDate: "date"},
	},
}
