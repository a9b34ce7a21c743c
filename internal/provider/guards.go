package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// The guards keep a run from changing what it was not meant to change:
//
//	file                     guard                                                           where it speaks
//	provider.go              the key fits the mode; the key goes to no other address          Configure
//	merchants (the client)   a read-only configuration sends no write                        before each request
//	guard_mode.go            a state of one merchant, and a key of the other                 every call that sees a state
//	guard_live_delete.go     a deletion or replacement in live that nobody has named         plan, and before the request
//	guard_merchant.go        most objects gone at once, as with a key of another organization   read, plan, deletion
//	guard_key.go             a key that another object has                                   plan, and before the create
//	guard_import.go          an import that names the other merchant                         import
//	guard_conflict.go        an object that changed outside between plan and apply           before the update
//	references.go            the id of an object of another kind                             plan
//
// What they remember of a run is in ledger.go, and what a plan leaves for its apply in replacement_mark.go.

// guardPlan runs at the beginning of every ModifyPlan. A replacement comes as two calls, neither of which looks like a deletion: one with the
// prior state, then one without it, which gets the private data that the first one left. Of the second one it returns the id of the object
// that is replaced.
func (p *providerData) guardPlan(ctx context.Context, k Kind, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) (replaced string) {
	if !req.State.Raw.IsNull() {
		p.guardManaged(ctx, k, req, resp)
	} else if !req.Plan.Raw.IsNull() {
		replaced = p.guardNew(ctx, k, req, resp)
	}
	p.checkReferences(k, req.Plan.Raw, &resp.Diagnostics)
	return replaced
}

// guardNew is guardPlan of an object that is not in the state.
func (p *providerData) guardNew(ctx context.Context, k Kind, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) (replaced string) {
	diags := &resp.Diagnostics
	diags.Append(resp.Plan.SetAttribute(ctx, path.Root("mode"), string(p.mode))...)
	var key types.String
	diags.Append(req.Plan.GetAttribute(ctx, path.Root(k.Key), &key)...)
	left, problems := req.Private.GetKey(ctx, replacementMarkKey)
	diags.Append(problems...)
	var old replacementMark
	replaces := left != nil && json.Unmarshal(left, &old) == nil
	if e, _ := p.ledger.of(old.ID); !e.planned {
		replaces = false // An older version left such a mark in the state for good.
	}
	if replaces {
		p.checkDelete(k, replacement, types.StringValue(old.Key), types.StringValue(old.ID), diags)
		if storedKey(old.Key) == storedKey(key.ValueString()) {
			p.passOn(merchants.ID(old.ID))
		}
	} else {
		old = replacementMark{}
	}
	p.probeMerchant(ctx, true, diags)
	if diags.HasError() {
		return old.ID
	}
	if replaces {
		old.Witnesses = p.witnesses(ctx, old.ID, diags)
		p.leaveMark(ctx, old, resp)
	}
	p.checkNewKey(ctx, k, key.ValueString(), old.ID, diags)
	if p.mode == merchants.ModeLive && !replaces && !diags.HasError() {
		p.checkUnplanned(ctx, k, diags)
	}
	return old.ID
}

// guardManaged is guardPlan of an object of the state.
func (p *providerData) guardManaged(ctx context.Context, k Kind, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	diags := &resp.Diagnostics
	state, plan := textsOf(req.State.Raw), textsOf(req.Plan.Raw)
	id, mode, key, next := state("id"), state("mode"), state(k.Key), plan(k.Key)
	status, deleted := state("status"), req.Plan.Raw.IsNull()
	archived := !deleted && k.Lifecycle.archivedAfter(plan("desired_status"), status)
	if archived {
		next = types.StringNull()
	}
	comesBack := !archived && status.ValueString() == merchants.StatusArchived
	if p.checkMode(mode, diags); diags.HasError() {
		return
	}
	p.ledger.plan(k, id.ValueString(), key.ValueString(), next.ValueString(), archived)
	left := replacementMark{ID: id.ValueString(), Key: key.ValueString()}
	switch {
	case deleted:
		p.checkDelete(k, deletion, key, id, diags)
		p.probeMerchant(ctx, false, diags)
		if !diags.HasError() {
			left.Witnesses = p.witnesses(ctx, left.ID, diags)
		}
	case blank(next.ValueString()): // It has none after the plan, or it is not known yet.
	case comesBack || storedKey(next.ValueString()) != storedKey(key.ValueString()):
		p.checkRename(ctx, k, id.ValueString(), next.ValueString(), diags)
	case p.ledger.claimed(k, next.ValueString()):
		p.addSharedKey(k, next.ValueString(), diags)
	}
	p.leaveMark(ctx, left, resp)
	if !deleted && p.ledger.hasBegun() {
		p.probeMerchant(ctx, false, diags)
	}
}

// guardDelete checks once more, right before the deletion, what the plan has checked. It returns the id of the object.
func (p *providerData) guardDelete(k Kind, req resource.DeleteRequest, diags *diag.Diagnostics) merchants.ID {
	object := textsOf(req.State.Raw)
	p.checkMode(object("mode"), diags)
	p.checkDelete(k, deletion, object(k.Key), object("id"), diags)
	return idOf(object("id"))
}
