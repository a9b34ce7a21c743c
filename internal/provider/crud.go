package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// What the four calls of every resource end with.

// finishCreate writes a new object into the state, before anything else is tried: rule 6.
func (s *session) finishCreate(ctx context.Context, k Kind, model any, resp *resource.CreateResponse) {
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
	object := textsOf(resp.State.Raw)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, s.identity(object("id")))...)
	s.ledger.made(k, object("id").ValueString(), object(k.Key).ValueString(), object("status").ValueString())
}

// readObject reads the object of a state and brings the state up to date. It takes the object from a list as long as that
// has nothing new to tell. A state without news is not written: to write it would be a fifth of the work of a read.
func readObject[Model any, T merchants.Object, Input any, P projection[T, Model]](
	ctx context.Context, s *session, k Kind, objects merchants.Collection[T, Input], req resource.ReadRequest, resp *resource.ReadResponse,
) {
	var state Model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	known := textsOf(req.State.Raw)
	s.checkMode(known("mode"), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	id, imported := known("id"), known(k.nameAttribute()).IsNull()
	rewritten := mediaFrom(ctx, req.Private, &resp.Diagnostics)
	object, err := objects.Refresh(ctx, idOf(id), func(listed T) bool {
		seen, problems := state, diag.Diagnostics{}
		P(&seen).read(ctx, listed, rewritten, &problems)
		return !problems.HasError() && same(seen, state)
	})
	switch {
	case merchants.IsNotFound(err):
		s.readNotFound(ctx, k, id, imported, resp)
		return
	case err != nil:
		addAPIError(&resp.Diagnostics, k.doing("read", req.State.Raw), err)
		return
	}
	before := state
	if imported {
		adopt(P(&state), object.Head().Status)
	}
	P(&state).read(ctx, object, rewritten, &resp.Diagnostics)
	s.countRead(k, id.ValueString(), true, false, &resp.Diagnostics)
	if !same(before, state) {
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, s.identity(id))...)
}

// finishUpdate writes an object into the state. status is the one that it has, which the plan may not have known.
func (s *session) finishUpdate(ctx context.Context, k Kind, model any, status string, resp *resource.UpdateResponse) {
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
	object := textsOf(resp.State.Raw)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, s.identity(object("id")))...)
	s.ledger.wrote(k, object("id").ValueString(), object(k.Key).ValueString(), status)
}
