package provider

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// checkMode refuses to touch an object of the other merchant. It removes nothing from the state.
func (p *providerData) checkMode(mode types.String, diags *diag.Diagnostics) {
	if mode.IsNull() || mode.IsUnknown() || mode.ValueString() == string(p.mode) {
		return
	}
	diags.AddError(
		fmt.Sprintf("Wrong merchant: the state is of the %s merchant, this configuration is for %s",
			mode.ValueString(), p.mode),
		"Nothing was changed, and nothing was removed from the state. Each merchant needs a state of its own: "+
			"use the backend, workspace or directory of the "+string(p.mode)+" merchant, or set mode and the key to "+
			mode.ValueString()+".")
}
