package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// These functions are what the four calls of every resource have in common.

// finishCreate writes a new object into the state before any other call: rule 6.
func (p *providerData) finishCreate(ctx context.Context, k Kind, model any, resp *resource.CreateResponse) {
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
	object := textsOf(resp.State.Raw)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, p.identity(object("id")))...)
	p.ledger.made(k, object("id").ValueString(), object(k.Key).ValueString(), object("status").ValueString())
}

// readObject refreshes the state of an object. It takes the object from a listing while that shows
// no change. Skip State.Set when nothing changed; it is 20 % of a read.
func readObject[Model any, T merchants.Object, Input any, P projection[T, Model]](
	ctx context.Context, p *providerData, k Kind, objects merchants.Collection[T, Input],
	req resource.ReadRequest, resp *resource.ReadResponse,
) {
	var state Model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	known := textsOf(req.State.Raw)
	p.checkMode(known("mode"), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	id, imported := known("id"), known(k.nameAttribute()).IsNull()
	urls := rehostedURLsFrom(ctx, req.Private, &resp.Diagnostics)
	object, err := objects.Refresh(ctx, idOf(id), func(listed T) bool {
		seen, problems := state, diag.Diagnostics{}
		P(&seen).read(ctx, listed, urls, &problems)
		return !problems.HasError() && same(seen, state)
	})
	switch {
	case merchants.IsNotFound(err):
		p.readNotFound(ctx, k, id, imported, resp)
		return
	case err != nil:
		k.addError(&resp.Diagnostics, "read", req.State.Raw, err)
		return
	}
	before := state
	if imported {
		adopt(P(&state), object.Head().Status)
	}
	P(&state).read(ctx, object, urls, &resp.Diagnostics)
	p.recordRead(k, id.ValueString(), true, false, &resp.Diagnostics)
	if !same(before, state) {
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, p.identity(id))...)
}

// finishUpdate writes an object into the state. status is its status now, which the plan may not
// have known.
func (p *providerData) finishUpdate(
	ctx context.Context, k Kind, model any, status string, resp *resource.UpdateResponse,
) {
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
	object := textsOf(resp.State.Raw)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, p.identity(object("id")))...)
	p.ledger.wrote(k, object("id").ValueString(), object(k.Key).ValueString(), status)
}

// readNotFound removes a missing object from the state. It sets the identity first: Terraform
// refuses a removal without one, and Terraform before 1.12 stored none. An import has no prior
// state, so it fails.
func (p *providerData) readNotFound(
	ctx context.Context, k Kind, id types.String, imported bool, resp *resource.ReadResponse,
) {
	if imported {
		resp.Diagnostics.AddError(fmt.Sprintf("No %s has the id %q in the %s merchant", k.Noun, id.ValueString(), p.mode),
			fmt.Sprintf("Nothing was imported. Ids differ between the merchants; a %s that "+
				"has a key is imported by that in both.", k.Noun))
		return
	}
	p.recordRead(k, id.ValueString(), false, false, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, p.identity(id))...)
	resp.State.RemoveResource(ctx)
}

// finishDelete ends a deletion. An object that is gone counts as deleted (rule 7), unless
// everything else that the plan saw is gone too: a saved plan may be applied with the key of
// another organization. This run may itself have deleted what the plan saw.
func (p *providerData) finishDelete(
	ctx context.Context, k Kind, err error, req resource.DeleteRequest, diags *diag.Diagnostics,
) {
	id, doing := textsOf(req.State.Raw)("id"), k.doing("destroy", req.State.Raw)
	switch {
	case err != nil && !merchants.IsNotFound(err):
		// Not at an attribute: the configuration need not have the object any more.
		diags.AddError("Could not "+doing, describeError(err))
	case err == nil:
		p.ledger.wrote(k, id.ValueString(), "", "")
		p.forget(idOf(id))
	case p.ledger.isProven() || p.expectEmpty || p.anyExists(ctx, req, diags) || p.ledger.becomesProven(ctx):
		p.ledger.lost(k, id.ValueString())
		p.forget(idOf(id))
	default:
		diags.AddError("This looks like the wrong merchant",
			"Could not "+doing+": neither it nor what else the plan saw exists here. Most likely the key belongs to "+
				"another organization than the one of the plan, or api_url leads elsewhere. Nothing was removed from the state. "+
				"If all of it was deleted meanwhile, run plan again.")
	}
}
