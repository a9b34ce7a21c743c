package provider_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// outside is a change of an object outside of Terraform.
type outside struct {
	address, config string
	// kind and name identify the object in the sandbox.
	kind, name string
	// edit has the changed properties, and wrote is the request that reverts the change.
	edit  map[string]any
	wrote string
}

// TestResources_outside edits an object of each kind outside of Terraform, and then deletes two.
// The next plan shows it, and the apply reverts it. If more were deleted, it would look like
// another merchant.
func TestResources_outside(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	objects := []outside{
		propertyOutside, listOutside, segmentOutside, perkOutside, assetOutside, badgeOutside, campaignOutside,
	}
	for kind := range complete {
		if !slices.ContainsFunc(objects, func(o outside) bool { return strings.HasPrefix(o.address, kind+".") }) {
			t.Errorf("no %s is changed", kind)
		}
	}
	var config string
	var updates []plancheck.PlanCheck
	var wrote []resource.TestCheckFunc
	for _, o := range objects {
		config += o.config + "\n"
		updates = append(updates, plancheck.ExpectResourceAction(o.address, plancheck.ResourceActionUpdate))
		wrote = append(wrote, w.wroteOf("/"+o.kind+"/<"+o.name+">", o.wrote))
	}
	w.run(t, nil,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() {
				w.mark()
				for _, o := range objects {
					if err := w.PatchObject(w.id(t, o.kind, o.name), o.edit); err != nil {
						t.Fatal(err)
					}
				}
			},
			Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: updates},
			Check: resource.ComposeTestCheckFunc(wrote...),
		},
		resource.TestStep{
			PreConfig: func() {
				w.remove(t, "perks", "welcome")()
				w.remove(t, "campaigns", "summer")()
			},
			Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(perkAddress, plancheck.ResourceActionCreate),
				plancheck.ExpectResourceAction(campaignAddress, plancheck.ResourceActionCreate),
			}},
			Check: resource.ComposeTestCheckFunc(w.holds("perks", "welcome live"), w.holds("campaigns", "summer draft")),
		},
	)
}
