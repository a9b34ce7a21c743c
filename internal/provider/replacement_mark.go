package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// replacementMarkKey is the key of the private data that a plan call leaves for later calls: the
// second plan call of a replacement, which has no state, and the delete. The protocol server
// removes it afterwards.
const replacementMarkKey = "replaced"

// replacementMark is what the private data holds of the object.
type replacementMark struct {
	ID, Key string
	// Witnesses are other objects that existed when the plan was made.
	Witnesses []witness
}

type witness struct{ Kind, ID string }

// leaveMark leaves what later calls need to know of an object.
func (p *providerData) leaveMark(ctx context.Context, mark replacementMark, resp *resource.ModifyPlanResponse) {
	encoded, err := json.Marshal(mark)
	if err != nil {
		resp.Diagnostics.AddError("The plan cannot be marked", err.Error())
		return
	}
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, replacementMarkKey, encoded)...)
}

// withoutMark returns private data without the mark of a plan: later calls must not take it for
// their own.
func withoutMark(private []byte) []byte {
	var data map[string]json.RawMessage
	if len(private) == 0 || json.Unmarshal(private, &data) != nil || data[replacementMarkKey] == nil {
		return private
	}
	delete(data, replacementMarkKey)
	if len(data) == 0 {
		return nil
	}
	left, err := json.Marshal(data)
	if err != nil {
		return nil // Cannot fail: the data was JSON before.
	}
	return left
}
