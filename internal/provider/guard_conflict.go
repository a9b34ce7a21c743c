package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// checkConflict refuses to overwrite a change made outside between plan and apply. conflicts are
// the attributes whose value in the service differs from both the state and the plan.
func (p *providerData) checkConflict(doing string, conflicts []string, diags *diag.Diagnostics) {
	if p.overwrite {
		return
	}
	for _, attribute := range conflicts {
		// The diagnostic shows no value: it may come from a sensitive variable, or be a link that grants
		// access.
		diags.AddAttributeError(attributePath(attribute),
			"Could not "+doing+": it was changed outside of Terraform after the plan was made",
			"The service has another value of this than the plan saw. Nothing was sent. Run plan again to see the change, or "+
				"set conflict_policy = \"overwrite\" in the provider block.")
	}
}
