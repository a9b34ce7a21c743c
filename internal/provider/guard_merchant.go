package provider

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// checkMerchant reads objects of the state that Terraform has not asked for, as with -refresh=false, until one is found: in another
// organization what is made would be made there, and what is deleted would leave the state. Terraform shows the state and what changes in
// any order, so that those which it shows later are read then. A saved plan shows only what it changes.
func (s *session) checkMerchant(ctx context.Context, makes bool, diags *diag.Diagnostics) {
	s.ledger.begins(makes)
	s.sampling.Lock()
	defer s.sampling.Unlock()
	for range tripReads {
		e, found := s.ledger.unread()
		if s.expectEmpty || s.ledger.isProven() || !found {
			break
		}
		if !s.sample(ctx, e, diags) {
			return
		}
	}
	if !s.expectEmpty && s.ledger.doubtful(ctx) && s.ledger.trip() {
		diags.AddError("This looks like the wrong merchant",
			"None of the objects of the state that were looked at exists. Most likely the key belongs to another organization, or api_url leads elsewhere. "+
				"Nothing was changed. If they were deleted on purpose, run again without -refresh=false, or once with "+envExpectEmpty+"=1.")
	}
}

// countRead refuses to believe that most objects are gone. One error keeps Terraform from removing anything, so it is said once.
func (s *session) countRead(k Kind, id string, exists, sampled bool, diags *diag.Diagnostics) {
	reads, gone, trips := s.ledger.read(k, id, exists, sampled)
	if !trips || s.expectEmpty {
		return
	}
	diags.AddError("This looks like the wrong merchant",
		fmt.Sprintf("%d of the %d objects read so far do not exist. Most likely the key belongs to another organization, or api_url leads elsewhere. Nothing was removed from the state.\n\n"+
			"If the merchant was emptied on purpose, set %s=1 and run again.", gone, reads, envExpectEmpty))
}

// witnesses returns a few other objects of the state that exist. Without a refresh one is read for it.
func (s *session) witnesses(ctx context.Context, id string, diags *diag.Diagnostics) []witness {
	for range tripReads {
		others, unread := s.ledger.others(ctx, id)
		if len(others) > 0 {
			var seen []witness
			for _, e := range others {
				seen = append(seen, witness{e.kind.Name, e.id})
			}
			return seen
		}
		if unread == nil || !s.sample(ctx, *unread, diags) {
			break
		}
	}
	return nil
}

// sample reads an object of the state that Terraform has not asked for. It returns false when there was no clear answer.
func (s *session) sample(ctx context.Context, e entry, diags *diag.Diagnostics) bool {
	_, err := e.kind.objects(s.client).Head(ctx, merchants.ID(e.id))
	if err != nil && !merchants.IsNotFound(err) {
		return false
	}
	s.countRead(e.kind, e.id, err == nil, true, diags)
	return true
}

// anyExists tells whether one of the objects exists that the plan of a deletion saw. Where it saw none there is no telling.
func (s *session) anyExists(ctx context.Context, req resource.DeleteRequest, diags *diag.Diagnostics) bool {
	left, problems := req.Private.GetKey(ctx, markKey)
	diags.Append(problems...)
	var planned mark
	if left == nil || json.Unmarshal(left, &planned) != nil {
		return true
	}
	for _, w := range planned.Witnesses {
		k, known := kindNamed(w.Kind)
		if !known {
			return true
		}
		if _, err := k.objects(s.client).Head(ctx, merchants.ID(w.ID)); !merchants.IsNotFound(err) {
			return true
		}
	}
	return len(planned.Witnesses) == 0
}
