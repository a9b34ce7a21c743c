package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// session is what one configured provider shares with its resources: the client, and which merchant the configuration means.
type session struct {
	client *merchants.Client
	// mode comes from the configuration and not from the key, so that it is the same in every plan of that configuration.
	mode merchants.Mode
}

// sessionFrom takes what Configure of the provider left. It is nil before that, when Terraform only validates.
func sessionFrom(providerData any, diags *diag.Diagnostics) *session {
	if providerData == nil {
		return nil
	}
	s, ok := providerData.(*session)
	if !ok {
		diags.AddError("Provider not configured", fmt.Sprintf("Expected a session of this provider, got %T.", providerData))
	}
	return s
}

// identityModel finds an object again: which merchant, and its id there.
type identityModel struct {
	Mode types.String `tfsdk:"mode"`
	ID   types.String `tfsdk:"id"`
}

// identity returns the identity of the object with this id in the session's merchant.
func (s *session) identity(id types.String) identityModel {
	return identityModel{Mode: types.StringValue(string(s.mode)), ID: id}
}

// planMode makes the merchant known in the plan of a new object.
func (s *session) planMode(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.State.Raw.IsNull() && !req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("mode"), string(s.mode))...)
	}
}

// removeGone takes an object that is gone out of the state. Terraform refuses a removal without identity, and a state written by Terraform
// before 1.12 has none, so it is set first.
func (s *session) removeGone(ctx context.Context, id types.String, resp *resource.ReadResponse) {
	resp.Diagnostics.Append(resp.Identity.Set(ctx, s.identity(id))...)
	resp.State.RemoveResource(ctx)
}
