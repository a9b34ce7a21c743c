package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// The guards keep a run from changing what it was not meant to change. That the key fits the mode is checked in Configure, and that a
// read-only configuration sends no write in the client; the rest is here:
//
//   - a state of one merchant with a key of the other: every call that sees a state (checkMode)
//   - a deletion or replacement in live that allow_live_delete does not name: in the plan, and again before the request (checkDelete)
//   - most objects gone at once, as with a key of another organization: reads (countRead), and, where nothing was read, before a plan that
//     deletes (checkRead) or makes something (checkUnread)
//   - a new object whose key exists already: in the plan, which Terraform repeats right before the create (checkNewKey)
//   - an import that names the other merchant (importByKeyOrID)
//   - an object that changed outside between plan and apply (checkConflict)

// guards is what the guards remember of one configured provider.
type guards struct {
	mu          sync.Mutex
	reads, gone int
	tripped     bool
	// read are the ids that were asked for, managed those that Terraform has shown.
	read, managed map[string]bool
	// unread are a few of the managed ones that were not asked for when they were shown; they are as soon as something is to be made.
	unread map[string]kind
	makes  bool
	// probes counts those that were chosen to be asked for.
	probes int
	// existing are the objects of each kind, listed once.
	existing map[string]func() ([]candidate, error)
}

// checkMode refuses to touch what is in the other merchant. Nothing is removed from the state.
func (s *session) checkMode(mode types.String, diags *diag.Diagnostics) {
	if mode.IsNull() || mode.IsUnknown() || mode.ValueString() == string(s.mode) {
		return
	}
	diags.AddError(fmt.Sprintf("Wrong merchant: the state is of the %s merchant, this configuration is for %s", mode.ValueString(), s.mode),
		"Nothing was changed, and nothing was removed from the state. Each merchant needs a state of its own: use the backend, workspace or directory of the "+
			string(s.mode)+" merchant, or set mode and the key to "+mode.ValueString()+".")
}

// checkDelete refuses to take from the live merchant what allow_live_delete does not name.
func (s *session) checkDelete(k kind, doing, key string, diags *diag.Diagnostics) {
	name := k.name + ":" + key
	if s.mode != merchants.ModeLive || slices.Contains(s.allowLiveDelete, name) {
		return
	}
	diags.AddError(fmt.Sprintf("This would %s %s %q in the LIVE merchant", doing, k.noun, key),
		fmt.Sprintf("It has to be named in the provider block:\n\n  allow_live_delete = [%q]\n\n"+
			"To stop managing it and leave it in Cohort, remove it from the state with a removed block that has destroy = false.", name))
}

// planKey is the private data by which the second call of a replacement is told from the plan of a new object. It holds a replaced.
const planKey = "replaced"

type replaced struct{ ID, Key string }

// guardPlan runs at the beginning of every ModifyPlan. A replacement comes as two calls, neither of which looks like a deletion: one with the
// prior state, then one without it, which gets the private data that the first one left.
func (s *session) guardPlan(ctx context.Context, k kind, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	diags := &resp.Diagnostics
	if !req.State.Raw.IsNull() {
		var id, mode, key types.String
		diags.Append(req.State.GetAttribute(ctx, path.Root("id"), &id)...)
		diags.Append(req.State.GetAttribute(ctx, path.Root("mode"), &mode)...)
		diags.Append(req.State.GetAttribute(ctx, path.Root(k.key), &key)...)
		if s.checkMode(mode, diags); diags.HasError() {
			return
		}
		s.guards.manage(id.ValueString())
		if req.Plan.Raw.IsNull() {
			s.checkDelete(k, "delete", keyOrID(key, id), diags)
			s.checkRead(ctx, k, id.ValueString(), diags)
			return
		}
		left, err := json.Marshal(replaced{id.ValueString(), keyOrID(key, id)})
		if err != nil {
			diags.AddError("The plan cannot be marked", err.Error())
			return
		}
		diags.Append(resp.Private.SetKey(ctx, planKey, left)...)
		if s.guards.show(k, id.ValueString()) {
			s.checkRead(ctx, k, id.ValueString(), diags)
		}
		return
	}
	if req.Plan.Raw.IsNull() {
		return
	}
	diags.Append(resp.Plan.SetAttribute(ctx, path.Root("mode"), string(s.mode))...)
	left, problems := req.Private.GetKey(ctx, planKey)
	diags.Append(problems...)
	var old replaced
	if left != nil && json.Unmarshal(left, &old) == nil {
		s.checkDelete(k, "replace", old.Key, diags)
		s.checkRead(ctx, k, old.ID, diags)
		return
	}
	var key types.String
	diags.Append(req.Plan.GetAttribute(ctx, path.Root(k.key), &key)...)
	s.checkUnread(ctx, diags)
	if !diags.HasError() {
		s.checkNewKey(ctx, k, key.ValueString(), diags)
	}
}

// keyOrID names an object in allow_live_delete: by its key, or by its id when it has none.
func keyOrID(key, id types.String) string {
	if key.ValueString() == "" {
		return "id:" + id.ValueString()
	}
	return key.ValueString()
}

// checkNewKey refuses to make an object whose key exists already. It also heals a run that was killed: what that run made without a chance
// to say so is found here, and not made twice.
func (s *session) checkNewKey(ctx context.Context, k kind, key string, diags *diag.Diagnostics) {
	if key == "" {
		return
	}
	existing, err := s.guards.list(k, func() ([]candidate, error) { return collect(k.all(ctx, s.client)) })
	if err != nil {
		if !errors.Is(err, merchants.ErrKeyUnknown) {
			diags.AddAttributeWarning(path.Root(k.key), fmt.Sprintf("Not known whether the %s %q exists already", k.noun, key),
				"The objects of the merchant could not be listed, so this plan may make a second one.\n\n"+describeError(err))
		}
		return
	}
	for _, c := range existing {
		if c.key != key || c.archived || s.guards.manages(string(c.id)) {
			continue
		}
		advice := fmt.Sprintf("Applying would make a second one. To adopt the one that exists, add this, with the address of this resource:\n\n  import {\n    to = cohort_%s.example\n    id = %q\n  }\n\n"+
			"A replacement with create_before_destroy needs another key than the object that it replaces.", k.name, key)
		if s.guards.missed() {
			advice += "\n\nSome objects of the state do not exist any more. If the one of this address is among them, run terraform apply -refresh-only first: " +
				"Terraform passes over an import block whose address is in the state."
		}
		diags.AddAttributeError(path.Root(k.key), fmt.Sprintf("A %s with the %s %q already exists in the %s merchant", k.noun, k.keyName(), key, s.mode), advice)
		return
	}
}

func collect(all candidates) ([]candidate, error) {
	var list []candidate
	for c, err := range all {
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// list returns the objects of a kind, listed once; those who ask meanwhile wait. An error is not kept.
func (g *guards) list(k kind, load func() ([]candidate, error)) ([]candidate, error) {
	g.mu.Lock()
	if g.existing == nil {
		g.existing = map[string]func() ([]candidate, error){}
	}
	loaded, ok := g.existing[k.name]
	if !ok {
		loaded = sync.OnceValues(load)
		g.existing[k.name] = loaded
	}
	g.mu.Unlock()
	list, err := loaded()
	if err != nil {
		g.mu.Lock()
		delete(g.existing, k.name)
		g.mu.Unlock()
	}
	return list, err
}

// created notes an object that a create of this session made.
func (s *session) created(ctx context.Context, id merchants.ID) {
	noteCreated(ctx, id)
	s.guards.manage(string(id))
}

// manage notes an object that Terraform has shown, or that this process has made or deleted: its key is not another one's.
func (g *guards) manage(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.managed == nil {
		g.managed = map[string]bool{}
	}
	g.managed[id] = true
}

func (g *guards) manages(id string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.managed[id]
}

// So many objects have to have been read before their disappearance means something, and this share of them be gone.
const (
	tripReads = 5
	tripShare = 2
)

// checkRead reads an object that is to be deleted or replaced and that this process has not read, as with -refresh=false: in another
// organization each deletion would find its object gone and succeed. A few reads tell.
func (s *session) checkRead(ctx context.Context, k kind, id string, diags *diag.Diagnostics) {
	if s.guards.knows(id) {
		return
	}
	if err := k.get(ctx, s.client, merchants.ID(id)); err == nil || merchants.IsNotFound(err) {
		s.countRead(id, err != nil, diags)
	}
}

// checkUnread reads a few objects of the state before something is made: in another organization the new objects would be made there. Terraform
// shows the state and what is new in any order, so those that it shows later are read then. A saved plan shows only what it changes.
func (s *session) checkUnread(ctx context.Context, diags *diag.Diagnostics) {
	for id, k := range s.guards.making() {
		s.checkRead(ctx, k, id, diags)
	}
}

// show notes an object of the state that stays, and reports whether it is one of the few to be read because something is made beside it.
func (g *guards) show(k kind, id string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.read[id] || g.probes == tripReads {
		return false
	}
	g.probes++
	if g.makes {
		return true
	}
	if g.unread == nil {
		g.unread = map[string]kind{}
	}
	g.unread[id] = k
	return false
}

// making notes that something is to be made, and returns the objects that were shown before.
func (g *guards) making() map[string]kind {
	g.mu.Lock()
	defer g.mu.Unlock()
	unread := g.unread
	g.makes, g.unread = true, nil
	return unread
}

// knows tells whether an object was read, or enough of them were to tell the merchant.
func (g *guards) knows(id string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.read[id] || g.reads >= tripReads && !g.tripped
}

// missed tells whether an object was read that does not exist.
func (g *guards) missed() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.gone > 0
}

// countRead refuses to believe that most objects are gone. One error keeps Terraform from removing anything, so it is said once.
func (s *session) countRead(id string, gone bool, diags *diag.Diagnostics) {
	s.guards.mu.Lock()
	defer s.guards.mu.Unlock()
	if s.guards.read == nil {
		s.guards.read = map[string]bool{}
	}
	s.guards.read[id] = true
	s.guards.reads++
	if gone {
		s.guards.gone++
	}
	if s.expectEmpty || s.guards.tripped || s.guards.reads < tripReads || s.guards.gone*tripShare < s.guards.reads {
		return
	}
	s.guards.tripped = true
	diags.AddError("This looks like the wrong merchant",
		fmt.Sprintf("%d of the %d objects read so far do not exist. Most likely the key belongs to another organization, or api_url leads elsewhere. Nothing was removed from the state.\n\n"+
			"If the merchant was emptied on purpose, set %s=1 and run again.", s.guards.gone, s.guards.reads, envExpectEmpty))
}

// readNotFound takes an object that is gone out of the state. Terraform refuses a removal without identity, and a state written by Terraform
// before 1.12 has none, so it is set first.
func (s *session) readNotFound(ctx context.Context, id types.String, resp *resource.ReadResponse) {
	s.countRead(id.ValueString(), true, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, s.identity(id))...)
	resp.State.RemoveResource(ctx)
}

// readFound ends the read of an object that exists. A state without news stays as it is: to write it would be a fifth of the work of a read.
func readFound[Model any](ctx context.Context, s *session, id types.String, before, state Model, resp *resource.ReadResponse) {
	s.countRead(id.ValueString(), false, &resp.Diagnostics)
	s.guards.manage(id.ValueString())
	if !same(before, state) {
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, s.identity(id))...)
}

// checkConflict refuses to overwrite what someone changed outside between plan and apply: properties of which the service has another value
// than the state, and than the plan. All three are inputs of one kind.
func checkConflict[Input any](s *session, doing string, state, service, plan Input, paths wirePaths, diags *diag.Diagnostics) {
	if s.overwrite {
		return
	}
	before, is, want := properties(state), properties(service), properties(plan)
	for _, name := range sortedNames(before, is) {
		if reflect.DeepEqual(before[name], is[name]) || reflect.DeepEqual(is[name], want[name]) {
			continue
		}
		at, known := paths.at(name)
		if !known {
			at = path.Root(name)
		}
		diags.AddAttributeError(at, "Could not "+doing+": it was changed outside of Terraform after the plan was made",
			fmt.Sprintf("In the plan this was %s, and in the service it is now %s. Nothing was sent. Run plan again to see the change, or set conflict_policy = \"overwrite\" in the provider block.",
				shown(name, before[name]), shown(name, is[name])))
	}
}

// properties are the top-level properties of an input as JSON values; one that is absent is null.
func properties(input any) map[string]any {
	var values map[string]any
	if encoded, err := json.Marshal(input); err == nil {
		_ = json.Unmarshal(encoded, &values)
	}
	return values
}

func sortedNames(maps ...map[string]any) []string {
	var names []string
	for _, m := range maps {
		for name := range m {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// shownLength is how many bytes of a value an error shows.
const shownLength = 200

// shown writes a value for an error. Settings may hold a code that is not to be shown.
func shown(name string, value any) string {
	if value == nil {
		return "not set"
	}
	encoded, err := json.Marshal(value)
	if err != nil || strings.HasPrefix(name, "typeConfig") {
		return "of another content"
	}
	if len(encoded) > shownLength {
		return strings.ToValidUTF8(string(encoded[:shownLength]), "") + "…"
	}
	return string(encoded)
}
