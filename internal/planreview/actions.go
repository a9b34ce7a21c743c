package planreview

import (
	"cmp"
	"slices"

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

// endedBy finds the campaign that a call ends, by its id or its key.
func (r *reader) endedBy(call *Call, config any) {
	values, _ := config.(map[string]any)
	for _, resource := range r.plan.Resources {
		for _, object := range []*portable.Object{resource.Before, resource.After} {
			if object == nil || object.Kind.Name != "campaign" {
				continue
			}
			for _, value := range values {
				if text, isText := value.(string); isText && text != "" && (text == object.ID || text == object.Key) {
					call.Object, call.text = object.String(), canonicalJSON([]any{call.Type, object.String()})
				}
			}
		}
	}
}
