package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// replacementMarkKey is the private data that a plan call leaves for the calls that follow it: the second one of a replacement, which comes without the
// state, and the one that deletes. The protocol server takes it away when they are done.
const replacementMarkKey = "replaced"

// replacementMark is what it holds of the object.
type replacementMark struct {
	ID, Key string
	// Witnesses are other objects that existed when the plan was made.
	Witnesses []witness
}

type witness struct{ Kind, ID string }

// leaveMark leaves what the calls that follow need to know of an object.
func (p *providerData) leaveMark(ctx context.Context, left replacementMark, resp *resource.ModifyPlanResponse) {
	encoded, err := json.Marshal(left)
	if err != nil {
		resp.Diagnostics.AddError("The plan cannot be marked", err.Error())
		return
	}
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, replacementMarkKey, encoded)...)
}

// withoutMark returns private data without the mark of a plan: what comes later must not take it for its own.
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
		return nil // It was JSON before.
	}
	return left
}
