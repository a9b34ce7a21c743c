package provider

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// probeMerchant reads objects of the state that Terraform has not asked for, as with
// -refresh=false, until one is found. In another organization, new objects would be created there,
// and deleted ones would leave the state. Terraform shows the state and the changes in any order,
// so a later call reads the objects that it shows later. A saved plan shows only what it changes.
func (p *providerData) probeMerchant(ctx context.Context, makes bool, diags *diag.Diagnostics) {
	p.ledger.begins(makes)
	p.sampling.Lock()
	defer p.sampling.Unlock()
	for range tripReads {
		e, found := p.ledger.unread()
		if p.expectEmpty || p.ledger.isProven() || !found {
			break
		}
		if !p.sample(ctx, e, diags) {
			return
		}
	}
	if !p.expectEmpty && p.ledger.doubtful(ctx) && p.ledger.trip() {
		diags.AddError("This looks like the wrong merchant",
			"None of the objects of the state that were looked at exists. Most likely the key belongs to another "+
				"organization, or api_url leads elsewhere. Nothing was changed. If they were deleted on purpose, run again "+
				"without -refresh=false, or once with "+envExpectEmpty+"=1.")
	}
}

// recordRead refuses to believe that most objects are gone. It reports once, because one error
// keeps Terraform from removing anything.
func (p *providerData) recordRead(k Kind, id string, exists, sampled bool, diags *diag.Diagnostics) {
	reads, gone, trips := p.ledger.read(k, id, exists, sampled)
	if !trips || p.expectEmpty {
		return
	}
	diags.AddError("This looks like the wrong merchant",
		fmt.Sprintf("%d of the %d objects read so far do not exist. Most likely the key belongs to another organization, "+
			"or api_url leads elsewhere. Nothing was removed from the state.\n\n"+
			"If the merchant was emptied on purpose, set %s=1 and run again.", gone, reads, envExpectEmpty))
}

// witnesses returns a few other objects of the state that exist. Without a refresh, it reads one.
func (p *providerData) witnesses(ctx context.Context, id string, diags *diag.Diagnostics) []witness {
	for range tripReads {
		others, unread := p.ledger.others(ctx, id)
		if len(others) > 0 {
			var seen []witness
			for _, e := range others {
				seen = append(seen, witness{e.kind.Name, e.id})
			}
			return seen
		}
		if unread == nil || !p.sample(ctx, *unread, diags) {
			break
		}
	}
	return nil
}

// sample reads an object of the state that Terraform has not asked for. It returns false when there
// was no clear answer.
func (p *providerData) sample(ctx context.Context, e entry, diags *diag.Diagnostics) bool {
	_, err := e.kind.objects(p.client).Head(ctx, merchants.ID(e.id))
	if err != nil && !merchants.IsNotFound(err) {
		return false
	}
	p.recordRead(e.kind, e.id, err == nil, true, diags)
	return true
}

// anyExists reports whether one of the objects that the plan of a deletion saw still exists. It
// returns true when the plan saw none, because nothing can then be proven.
func (p *providerData) anyExists(ctx context.Context, req resource.DeleteRequest, diags *diag.Diagnostics) bool {
	mark, problems := req.Private.GetKey(ctx, replacementMarkKey)
	diags.Append(problems...)
	var planned replacementMark
	if mark == nil || json.Unmarshal(mark, &planned) != nil {
		return true
	}
	for _, w := range planned.Witnesses {
		k, known := kindNamed(w.Kind)
		if !known {
			return true
		}
		if _, err := k.objects(p.client).Head(ctx, merchants.ID(w.ID)); !merchants.IsNotFound(err) {
			return true
		}
	}
	return len(planned.Witnesses) == 0
}
