package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// The guards keep a run from changing what it was not meant to change. That the key fits the mode is checked in Configure, and that a
// read-only configuration sends no write in the client; the rest is here and in keys.go. What they remember is in ledger.go.
//
//   - a state of one merchant with a key of the other: every call that sees a state (checkMode)
//   - a deletion or replacement in live that allow_live_delete does not name: in the plan, and again before the request (checkDelete).
//     A tainted object comes as a new one, and is told by what Terraform has shown of the state and not planned (checkTainted, checkUnplanned)
//   - most objects gone at once, as with a key of another organization: reads (countRead), a plan that makes, replaces or deletes something
//     where nothing was read (checkMerchant), and a deletion of what is not there (checkGone)
//   - a key that another object has: keys.go
//   - an import that names the other merchant (importByKeyOrID)
//   - an object that changed outside between plan and apply (checkConflict)

// checkMode refuses to touch what is in the other merchant. Nothing is removed from the state.
func (s *session) checkMode(mode types.String, diags *diag.Diagnostics) {
	if mode.IsNull() || mode.IsUnknown() || mode.ValueString() == string(s.mode) {
		return
	}
	diags.AddError(fmt.Sprintf("Wrong merchant: the state is of the %s merchant, this configuration is for %s", mode.ValueString(), s.mode),
		"Nothing was changed, and nothing was removed from the state. Each merchant needs a state of its own: use the backend, workspace or directory of the "+
			string(s.mode)+" merchant, or set mode and the key to "+mode.ValueString()+".")
}

// What a plan does to an object of the live merchant.
const (
	deletion    = "would delete"
	replacement = "would replace"
	// Terraform does not tell a replacement by a new key from an object that is let go of while another one is made.
	replacementOrNot = "may replace"
)

// checkDelete refuses to take from the live merchant what allow_live_delete does not name.
func (s *session) checkDelete(k Kind, doing string, key, id types.String, diags *diag.Diagnostics) {
	s.checkTaken(k, doing, key.ValueString(), id.ValueString(),
		"To stop managing it and leave it in Cohort, remove it from the state with a removed block that has destroy = false.", diags)
}

// guardDelete checks once more, right before the deletion, what the plan has checked. It returns the id of the object.
func (s *session) guardDelete(k Kind, req resource.DeleteRequest, diags *diag.Diagnostics) merchants.ID {
	object := textsOf(req.State.Raw)
	s.checkMode(object("mode"), diags)
	s.checkDelete(k, deletion, object(k.Key), object("id"), diags)
	return idOf(object("id"))
}

// checkTainted refuses to replace a tainted object of the live merchant likewise. Terraform plans it as a new one with the same key.
func (s *session) checkTainted(k Kind, e entry, diags *diag.Diagnostics) {
	s.checkTaken(k, replacement, e.key, e.id,
		"It is in the state, and the plan makes a new one in its place. If it is tainted, terraform untaint keeps it as it is. "+
			"If a removed block lets go of it, use a moved block instead, which keeps it.", diags)
}

// checkUnplanned refuses the same where the new one has another key, or none.
func (s *session) checkUnplanned(ctx context.Context, k Kind, diags *diag.Diagnostics) {
	for _, e := range s.ledger.unplanned(ctx, k) {
		s.checkTaken(k, replacementOrNot, e.key, e.id,
			"It is in the state, and the plan neither keeps nor deletes it, but makes another "+k.Noun+". If it is tainted, terraform untaint keeps it as it is. "+
				"If a removed block lets go of it, apply that first: terraform apply -target= with the address that the block has in from.", diags)
	}
}

func (s *session) checkTaken(k Kind, doing, key, id, otherwise string, diags *diag.Diagnostics) {
	name, names := liveNames(k, key, id)
	if s.mode != merchants.ModeLive || slices.ContainsFunc(names, func(n string) bool { return slices.Contains(s.allowLiveDelete, n) }) {
		return
	}
	diags.AddError(fmt.Sprintf("This %s %s %q in the LIVE merchant", doing, k.Noun, name),
		fmt.Sprintf("It has to be named in the provider block:\n\n  allow_live_delete = [%s]\n\n%s",
			hclwrite.TokensForValue(cty.StringVal(names[0])).Bytes(), otherwise))
}

// liveNames returns how an object is called, and how allow_live_delete may name it: by its key, or by its id. The first one is to be shown.
func liveNames(k Kind, key, id string) (string, []string) {
	byID := k.Name + ":" + idPrefix + id
	key = storedKey(key)
	if key == "" {
		return idPrefix + id, []string{byID}
	}
	byKey := k.Name + ":" + keyPrefix + key
	if strings.HasPrefix(key, idPrefix) || strings.HasPrefix(key, keyPrefix) {
		return key, []string{byKey, byID}
	}
	return key, []string{k.Name + ":" + key, byKey, byID}
}

// markKey is the private data that a plan call leaves for the calls that follow it: the second one of a replacement, which comes without the
// state, and the one that deletes. The protocol server takes it away when they are done.
const markKey = "replaced"

// mark is what it holds of the object.
type mark struct {
	ID, Key string
	// Witnesses are other objects that existed when the plan was made.
	Witnesses []witness
}

type witness struct{ Kind, ID string }

// guardPlan runs at the beginning of every ModifyPlan. A replacement comes as two calls, neither of which looks like a deletion: one with the
// prior state, then one without it, which gets the private data that the first one left. Of the second one it returns the id of the object
// that is replaced.
func (s *session) guardPlan(ctx context.Context, k Kind, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) (replaced string) {
	if !req.State.Raw.IsNull() {
		s.guardManaged(ctx, k, req, resp)
	} else if !req.Plan.Raw.IsNull() {
		replaced = s.guardNew(ctx, k, req, resp)
	}
	s.checkReferences(k, req.Plan.Raw, &resp.Diagnostics)
	return replaced
}

// guardNew is guardPlan of an object that is not in the state.
func (s *session) guardNew(ctx context.Context, k Kind, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) (replaced string) {
	diags := &resp.Diagnostics
	diags.Append(resp.Plan.SetAttribute(ctx, path.Root("mode"), string(s.mode))...)
	var key types.String
	diags.Append(req.Plan.GetAttribute(ctx, path.Root(k.Key), &key)...)
	left, problems := req.Private.GetKey(ctx, markKey)
	diags.Append(problems...)
	var old mark
	replaces := left != nil && json.Unmarshal(left, &old) == nil
	if e, _ := s.ledger.of(old.ID); !e.planned {
		replaces = false // An older version left such a mark in the state for good.
	}
	if replaces {
		s.checkDelete(k, replacement, types.StringValue(old.Key), types.StringValue(old.ID), diags)
		if storedKey(old.Key) == storedKey(key.ValueString()) {
			s.passOn(merchants.ID(old.ID))
		}
	} else {
		old = mark{}
	}
	s.checkMerchant(ctx, true, diags)
	if diags.HasError() {
		return old.ID
	}
	if replaces {
		old.Witnesses = s.witnesses(ctx, old.ID, diags)
		s.leaveMark(ctx, old, resp)
	}
	s.checkNewKey(ctx, k, key.ValueString(), old.ID, diags)
	if s.mode == merchants.ModeLive && !replaces && !diags.HasError() {
		s.checkUnplanned(ctx, k, diags)
	}
	return old.ID
}

// guardManaged is guardPlan of an object of the state.
func (s *session) guardManaged(ctx context.Context, k Kind, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	diags := &resp.Diagnostics
	state, plan := textsOf(req.State.Raw), textsOf(req.Plan.Raw)
	id, mode, key, next := state("id"), state("mode"), state(k.Key), plan(k.Key)
	status, deleted := state("status"), req.Plan.Raw.IsNull()
	archived := !deleted && k.Lifecycle.archivedAfter(plan("desired_status"), status)
	if archived {
		next = types.StringNull()
	}
	comesBack := !archived && status.ValueString() == merchants.StatusArchived
	if s.checkMode(mode, diags); diags.HasError() {
		return
	}
	s.ledger.plan(k, id.ValueString(), key.ValueString(), next.ValueString(), archived)
	left := mark{ID: id.ValueString(), Key: key.ValueString()}
	switch {
	case deleted:
		s.checkDelete(k, deletion, key, id, diags)
		s.checkMerchant(ctx, false, diags)
		if !diags.HasError() {
			left.Witnesses = s.witnesses(ctx, left.ID, diags)
		}
	case blank(next.ValueString()): // It has none after the plan, or it is not known yet.
	case comesBack || storedKey(next.ValueString()) != storedKey(key.ValueString()):
		s.checkRename(ctx, k, id.ValueString(), next.ValueString(), diags)
	case s.ledger.claimed(k, next.ValueString()):
		s.addSharedKey(k, next.ValueString(), diags)
	}
	s.leaveMark(ctx, left, resp)
	if !deleted && s.ledger.hasBegun() {
		s.checkMerchant(ctx, false, diags)
	}
}

// textsOf returns what reads texts of an object by their attributes; one that is not there is null. Every plan of every object asks for several,
// and the way through the schema is slow.
func textsOf(object tftypes.Value) func(name string) types.String {
	var values map[string]tftypes.Value
	if !object.IsNull() && object.IsKnown() {
		_ = object.As(&values) // It is an object, as the schema says.
	}
	return func(name string) types.String {
		var text *string
		value, found := values[name]
		switch {
		case found && !value.IsKnown():
			return types.StringUnknown()
		case found:
			_ = value.As(&text)
		}
		return types.StringPointerValue(text)
	}
}

// leaveMark leaves what the calls that follow need to know of an object.
func (s *session) leaveMark(ctx context.Context, left mark, resp *resource.ModifyPlanResponse) {
	encoded, err := json.Marshal(left)
	if err != nil {
		resp.Diagnostics.AddError("The plan cannot be marked", err.Error())
		return
	}
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, markKey, encoded)...)
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

// withoutMark returns private data without the mark of a plan: what comes later must not take it for its own.
func withoutMark(private []byte) []byte {
	var data map[string]json.RawMessage
	if len(private) == 0 || json.Unmarshal(private, &data) != nil || data[markKey] == nil {
		return private
	}
	delete(data, markKey)
	if len(data) == 0 {
		return nil
	}
	left, err := json.Marshal(data)
	if err != nil {
		return nil // It was JSON before.
	}
	return left
}

// Show notes an object of the state, as it stands there.
func (s *session) Show(resourceType string, state []byte) {
	k, known := kindNamed(strings.TrimPrefix(resourceType, "cohort_"))
	var values map[string]json.RawMessage
	if !known || json.Unmarshal(state, &values) != nil {
		return
	}
	text := func(name string) string {
		var value string
		_ = json.Unmarshal(values[name], &value) // null is no text
		return value
	}
	if text("mode") == string(s.mode) {
		s.ledger.show(k, text("id"), text(k.Key))
	}
}

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

// readNotFound takes an object that is gone out of the state. Terraform refuses a removal without identity, and a state written by Terraform
// before 1.12 has none, so it is set first. Of an import, nothing was there before.
func (s *session) readNotFound(ctx context.Context, k Kind, id types.String, imported bool, resp *resource.ReadResponse) {
	if imported {
		resp.Diagnostics.AddError(fmt.Sprintf("No %s has the id %q in the %s merchant", k.Noun, id.ValueString(), s.mode),
			fmt.Sprintf("Nothing was imported. Ids differ between the merchants; a %s that has a key is imported by that in both.", k.Noun))
		return
	}
	s.countRead(k, id.ValueString(), false, false, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, s.identity(id))...)
	resp.State.RemoveResource(ctx)
}

// finishDelete ends a deletion. What is gone is deleted, rule 7, unless what was there when the plan was made is gone as well: a plan that was
// saved may be applied with the key of another organization. What was there may have been deleted by this run.
func (s *session) finishDelete(ctx context.Context, k Kind, err error, req resource.DeleteRequest, diags *diag.Diagnostics) {
	id, doing := textsOf(req.State.Raw)("id"), k.doing("destroy", req.State.Raw)
	switch {
	case err != nil && !merchants.IsNotFound(err):
		addAPIError(diags, doing, err)
	case err == nil:
		s.ledger.wrote(k, id.ValueString(), "", "")
		s.forget(idOf(id))
	case s.ledger.isProven() || s.expectEmpty || s.anyExists(ctx, req, diags) || s.ledger.becomesProven(ctx):
		s.ledger.lost(k, id.ValueString())
		s.forget(idOf(id))
	default:
		diags.AddError("This looks like the wrong merchant",
			"Could not "+doing+": neither it nor what else the plan saw exists here. Most likely the key belongs to another organization than the one of "+
				"the plan, or api_url leads elsewhere. Nothing was removed from the state. If all of it was deleted meanwhile, run plan again.")
	}
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

// checkConflict refuses to overwrite what someone changed outside between plan and apply. conflicts are the attributes of
// which the service has another value than the state, and than the plan.
func (s *session) checkConflict(doing string, conflicts []string, diags *diag.Diagnostics) {
	if s.overwrite {
		return
	}
	for _, attribute := range conflicts {
		// No value is shown: it may come from a sensitive variable, or be a link that opens with what stands in it.
		diags.AddAttributeError(attributePath(attribute), "Could not "+doing+": it was changed outside of Terraform after the plan was made",
			"The service has another value of this than the plan saw. Nothing was sent. Run plan again to see the change, or set conflict_policy = \"overwrite\" in the provider block.")
	}
}
