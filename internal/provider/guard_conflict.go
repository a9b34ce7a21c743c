package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// checkConflict refuses to overwrite attributes that changed outside of Terraform after the plan:
// their value in the service differs from both the state and the plan. before, remote and want are
// the inputs of the state, of the service and of the plan.
func checkConflict[T merchants.Object, Input any](
	p *providerData, k Kind, objects merchants.Collection[T, Input], req resource.UpdateRequest,
	before, remote, want Input, diags *diag.Diagnostics,
) {
	if p.overwrite {
		return
	}
	for _, attribute := range objects.Conflicts(before, remote, want) {
		// The diagnostic shows no value: it may come from a sensitive variable, or be a link that grants
		// access.
		summary := "Could not " + k.doing("update", req.Plan.Raw) +
			": it was changed outside of Terraform after the plan was made"
		detail := "The service has another value of this than the plan saw. Nothing was sent. Run plan again to " +
			"see the change, or set conflict_policy = \"overwrite\" in the provider block."
		if attribute == "" {
			diags.AddError(summary, detail)
			continue
		}
		diags.AddAttributeError(attributePath(attribute), summary, detail)
	}
}
