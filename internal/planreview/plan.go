// Package planreview reads the JSON of a plan and says what the plan does to a merchant: which
// objects it makes, changes and deletes, by kind and key, and a fingerprint of these effects.
package planreview

import (
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// Plan is a plan of one merchant.
type Plan struct {
	// Mode is the merchant; "" if the plan does not show it.
	Mode merchants.Mode
	// Resources are all objects that the state has or will have, sorted by kind, key and address, also
	// those that the plan leaves as they are.
	Resources []*Resource
	// Allowed are the entries of allow_live_delete. AllowedKnown is false if the plan does not show
	// them.
	Allowed      []string
	AllowedKnown bool
	// Others are the addresses of the resources of other providers that the plan changes, sorted.
	Others []string
	// Errored says that planning failed, so that the plan is not whole. Partial says that it leaves
	// out resources on purpose, as with -target.
	Errored, Partial bool
}

// Resource is an object in a plan.
type Resource struct {
	// Address is the address of the resource, such as module.loyalty.cohort_list.vip.
	Address string
	Kind    portable.Kind
	// Key is the key after the plan, or before it if the object is deleted; "" if it has none, or none
	// that is known yet. Name is the name in Cohort's admin.
	Key, Name string
	// ID is the id in the merchant; "" for an object that is not made yet.
	ID     string
	Action Action
	// Adopts says that the plan imports the object.
	Adopts bool
	// Recorded is what the state had before Terraform read the merchant, if the object was changed
	// outside of Terraform; else nil.
	Recorded *portable.Object
	// Before is what the merchant has, as far as the plan knows; nil for a new object. After is what
	// the configuration says; nil if the object is deleted or let go.
	Before, After *portable.Object
}

// Action is what a plan does to an object.
type Action string

// Actions of a plan.
const (
	Keep    Action = "keep"
	Create  Action = "create"
	Update  Action = "update"
	Replace Action = "replace"
	Delete  Action = "delete"
	// Forget removes an object from the state and leaves it in the merchant.
	Forget Action = "forget"
)
