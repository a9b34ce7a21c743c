// Package planreview reads the JSON of a plan and says what the plan does to a merchant: which
// objects it makes, changes and deletes, by kind and key, and a fingerprint of these effects.
package planreview

import (
	"slices"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// Plan is a plan of one merchant.
type Plan struct {
	// Mode is the merchant; "" if the plan does not show it, or has objects of both. Mixed says that
	// it has objects of both.
	Mode  merchants.Mode
	Mixed bool
	// Resources are all objects that the state has or will have, sorted by kind, key and address, also
	// those that the plan leaves as they are.
	Resources []*Resource
	// Allowed are the entries of allow_live_delete. AllowedKnown is false if the plan does not show
	// them.
	Allowed      []string
	AllowedKnown bool
	// Others are the addresses of the resources of other providers that the plan changes, sorted.
	Others []string
	// Undetermined are the arguments whose values are not known yet, and that the plan does not show
	// in another way, each with what the configuration mentions in it.
	Undetermined []string
	// Actions are the calls of actions.
	Actions []Call
	// Errored says that planning failed, so that the plan is not whole. Partial says that it leaves
	// out resources on purpose, as with -target.
	Errored, Partial bool

	others []other
	// variables are the values of the variables, and configuration is what [Plan.Cover] covers.
	variables, configuration string
}

// Call is a call of an action, which a plan makes beside its changes.
type Call struct {
	// Address is the address of the action, and Type its type, such as cohort_campaign_end.
	Address, Type string
	// Object is the object that it is about, as allow_live_delete names it; "" if the plan does not
	// show it.
	Object string

	// key and id are those of the campaign that the call ends, if the plan shows them.
	key, id string
	text    string
}

// other is a change of another provider.
type other struct {
	address string
	// text is the change in a form in which equal changes have the same text.
	text string
}

// Resource is an object in a plan.
type Resource struct {
	// Address is the address of the resource, such as module.loyalty.cohort_list.vip.
	Address string
	Kind    portable.Kind
	// Mode is the merchant of the object.
	Mode merchants.Mode
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

	// deposed tells apart the objects of one address.
	deposed string
	// given are the references in the configuration of the attributes that are not known yet, and what
	// they may refer to.
	given map[string][]string
	// unsettled are the attributes that are not known yet.
	unsettled map[string]bool
}

// Changes are the differences between the object before and after the plan.
func (r *Resource) Changes() []portable.Change { return changes(r.Before, r.After) }

// Drift are the changes that were made outside of Terraform: from what the state had to what the
// merchant has.
func (r *Resource) Drift() []portable.Change { return changes(r.Recorded, r.Before) }

func changes(from, to *portable.Object) []portable.Change {
	if from == nil || to == nil {
		return nil
	}
	name := func(r portable.Reference) string { return canonicalJSON(targetOf(r)) }
	return portable.Changes(from.Fields, to.Fields, name)
}

// endsLive reports whether the plan takes away an object of the live merchant.
func (r *Resource) endsLive() bool {
	return r.Mode == merchants.ModeLive && (r.Action == Delete || r.Action == Replace)
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

// allowedBy reports whether entries of allow_live_delete name the object.
func (r *Resource) allowedBy(entries []string) bool {
	names := portable.DeleteNames(r.Kind, r.Before.Key, r.Before.ID)
	return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(entries, name) })
}

// quoted is a text as JSON and HCL write it.
func quoted(text string) string { return canonicalJSON(text) }
