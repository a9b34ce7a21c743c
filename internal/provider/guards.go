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

// The guards keep a run from making changes that nobody meant:
//
//	file                    guard                                                where
//	provider.go             the key fits the mode; it goes to no other address   Configure
//	merchants (the client)  a read-only configuration sends no write             before each request
//	guard_snapshot.go       nothing is applied to a snapshot                     before each change
//	guard_mode.go           a state of one merchant, and a key of the other      calls with a state
//	guard_live_delete.go    a deletion or replacement in live that nobody named  plan, before delete
//	guard_merchant.go       most objects gone, as in another organization        read, plan, delete
//	guard_key.go            a key that another object has                        plan, before create
//	guard_import.go         an import that names the other merchant              import
//	guard_conflict.go       an object changed outside between plan and apply     before update
//	references.go           the id of an object of another kind                  plan
//
// ledger.go holds what they remember of a run, replacement_mark.go what a plan leaves for its
// apply.

// guardPlan runs at the beginning of every ModifyPlan. A replacement comes as two calls, and
// neither looks like a deletion: the first has the prior state, the second has none but gets the
// private data of the first. For the second call it returns the id of the replaced object.
func (p *providerData) guardPlan(
	ctx context.Context, k Kind, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) (replaced string) {
	if !req.State.Raw.IsNull() {
		p.guardManaged(ctx, k, req, resp)
	} else if !req.Plan.Raw.IsNull() {
		replaced = p.guardNew(ctx, k, req, resp)
	}
	p.checkReferences(k, req.Plan.Raw, &resp.Diagnostics)
	p.checkDigests(ctx, k, req, resp)
	return replaced
}

// guardNew is guardPlan for an object that is not in the state.
func (p *providerData) guardNew(
	ctx context.Context, k Kind, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) (replaced string) {
	diags := &resp.Diagnostics
	diags.Append(resp.Plan.SetAttribute(ctx, path.Root("mode"), string(p.mode))...)
	var key types.String
	diags.Append(req.Plan.GetAttribute(ctx, path.Root(k.Key), &key)...)
	mark, problems := req.Private.GetKey(ctx, replacementMarkKey)
	diags.Append(problems...)
	var old replacementMark
	replaces := mark != nil && json.Unmarshal(mark, &old) == nil
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

// guardManaged is guardPlan for an object of the state.
func (p *providerData) guardManaged(
	ctx context.Context, k Kind, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
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
	mark := replacementMark{ID: id.ValueString(), Key: key.ValueString()}
	switch {
	case deleted:
		p.checkDelete(k, deletion, key, id, diags)
		p.probeMerchant(ctx, false, diags)
		if !diags.HasError() {
			mark.Witnesses = p.witnesses(ctx, mark.ID, diags)
		}
	case blank(next.ValueString()): // It has no key after the plan, or an unknown one.
	case comesBack || storedKey(next.ValueString()) != storedKey(key.ValueString()):
		p.checkRename(ctx, k, id.ValueString(), next.ValueString(), diags)
	case p.ledger.claimed(k, next.ValueString()):
		p.addSharedKey(k, next.ValueString(), diags)
	}
	p.leaveMark(ctx, mark, resp)
	if !deleted && p.ledger.hasBegun() {
		p.probeMerchant(ctx, false, diags)
	}
}

// guardUpdate checks once more, right before the update, what the plan checked. It returns the id
// of the object.
func (p *providerData) guardUpdate(req resource.UpdateRequest, diags *diag.Diagnostics) merchants.ID {
	object := textsOf(req.State.Raw)
	p.checkApply(diags)
	p.checkMode(object("mode"), diags)
	return idOf(object("id"))
}

// guardDelete repeats the checks of the plan right before the deletion. It returns the id of the
// object.
func (p *providerData) guardDelete(k Kind, req resource.DeleteRequest, diags *diag.Diagnostics) merchants.ID {
	object := textsOf(req.State.Raw)
	p.checkApply(diags)
	p.checkMode(object("mode"), diags)
	p.checkDelete(k, deletion, object(k.Key), object("id"), diags)
	if !diags.HasError() {
		p.ledger.leave(k, object("id").ValueString())
	}
	return idOf(object("id"))
}
