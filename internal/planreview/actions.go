package planreview

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// endAction is the type of the action that ends a campaign.
const endAction = "cohort_campaign_end"

// readActions reads the calls of actions. What triggers a call does not matter.
func (r *reader) readActions() {
	for _, called := range r.source.ActionInvocations {
		if called == nil {
			continue
		}
		call := Call{Address: called.Address, Type: called.Type}
		call.text = canonicalJSON([]any{
			called.Type, withoutSensitive(called.ConfigValues, called.ConfigSensitive),
			called.ConfigUnknown,
		})
		if called.Type == endAction {
			r.endedBy(&call, called.ConfigValues)
		} else {
			call.text = canonicalJSON([]any{call.Address, call.text})
		}
		r.plan.Actions = append(r.plan.Actions, call)
	}
	slices.SortStableFunc(r.plan.Actions, func(a, b Call) int {
		return cmp.Or(cmp.Compare(a.Object, b.Object), cmp.Compare(a.Address, b.Address))
	})
}

// endedBy finds the campaign that a call ends, by its id or its internal name.
func (r *reader) endedBy(call *Call, config any) {
	values, _ := config.(map[string]any)
	call.id, _ = values["id"].(string)
	call.key, _ = values["internal_name"].(string)
	for _, resource := range r.plan.Resources {
		for _, object := range []*portable.Object{resource.Before, resource.After} {
			if object != nil && object.Kind.Name == "campaign" && call.id != "" && object.ID == call.id {
				call.key = object.Key
			}
		}
	}
	if call.key = strings.TrimSpace(call.key); call.key != "" {
		call.Object = "campaign:" + call.key
		call.text = canonicalJSON([]any{call.Type, call.Object})
	}
}

// names are the entries of allow_live_delete that may name the campaign of a call, the one to show
// first; nil if the plan does not show it.
func (c Call) names() []string {
	for _, k := range portable.Kinds() {
		if k.Name == "campaign" && c.key+c.id != "" {
			return portable.DeleteNames(k, c.key, c.id)
		}
	}
	return nil
}

// allowedBy reports whether entries of allow_live_delete name the campaign of a call.
func (c Call) allowedBy(entries []string) bool {
	return slices.ContainsFunc(c.names(), func(name string) bool { return slices.Contains(entries, name) })
}
