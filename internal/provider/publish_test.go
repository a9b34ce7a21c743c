package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// TestResources_publishFails makes the service refuse each publish after a create. The objects stay
// as drafts without a taint, and the next apply publishes them.
func TestResources_publishFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.post(t, "/v1/perks", `{"internalName":"p"}`)
	config := perk(`desired_status = "live"`) + asset(`desired_status = "published"`) +
		badge(`desired_status = "published"`) +
		campaign(`airdrop = {}`, `rewards = [{ perk_id = "<p>" }]`, `desired_status = "published"`)
	var refuse []func()
	var drafts []statecheck.StateCheck
	var updates []plancheck.PlanCheck
	created, published := []resource.TestCheckFunc{}, []resource.TestCheckFunc{}
	for _, c := range []struct {
		address, path, name, public string
		others                      []string
	}{
		{perkAddress, "perks", "welcome", "live", []string{"p draft"}},
		{assetAddress, "digital-assets", "card", "published", nil},
		{badgeAddress, "badges", "gold", "published", nil},
		{campaignAddress, "campaigns", "summer", "published", nil},
	} {
		refuse = append(refuse, w.fault(t, publishRefused(c.path)))
		drafts = append(drafts, known(c.address, text("draft"), "status"), known(c.address, text(c.public), "desired_status"))
		updates = append(updates, plancheck.ExpectResourceAction(c.address, plancheck.ResourceActionUpdate))
		created = append(created, w.holds(c.path, append(c.others, c.name+" draft")...))
		published = append(published, w.wroteOf("<"+c.name+">", "POST /v1/"+c.path+"/<"+c.name+">/publish"),
			w.holds(c.path, append(c.others, c.name+" "+c.public)...))
	}
	w.run(t, nil,
		resource.TestStep{
			PreConfig: func() {
				for _, refuse := range refuse {
					refuse()
				}
			},
			Config:             config,
			ExpectNonEmptyPlan: true,
			ConfigStateChecks:  drafts,
			Check:              resource.ComposeAggregateTestCheckFunc(created...),
		},
		resource.TestStep{
			PreConfig: w.mark, Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: updates},
			Check: resource.ComposeAggregateTestCheckFunc(published...),
		},
	)
}
