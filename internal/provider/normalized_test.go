package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// TestNormalized uses a service that normalizes what it receives: it trims texts, rewrites HTML,
// and sorts rewards and keys. The meaning does not change, so the second plan is empty. The test
// framework checks that after every step.
func TestNormalized(t *testing.T) {
	t.Parallel()
	config := strings.Join([]string{
		block(propertyAddress, `name = "  Loyalty tier "`, `type = "text"`),
		block(listAddress, `name = " VIP customers  "`, `reference_id = "vip"`),
		block(segmentAddress, `name = " Gold "`, `match = "any"`, `groups = [
		  { match = "any", conditions = [{ user_property = { property = "lang", operator = "equals", value = " fr " } }, `+
			`{ audience = { id = "<VIPs>" } }] },
		  { conditions = [{ event = { name = "order.paid", performed = false } }] },
		]`),
		block(perkAddress, `internal_name = " gift "`, `title = { fr = " 10 % ", en = "10% off " }`,
			`description = { fr = "<P>Un<br/>deux &amp; trois</P>\n", en = "<p class='x'>It's one<BR>two & three\n\n<p>four" }`,
			`desired_status = "live"`,
			`shopify_discount = { name = " WELCOME ", type = "fixed-amount", value = 10.50 }`),
		block("cohort_perk.custom", `internal_name = "ticket"`,
			`custom = { type = "ticket", settings = jsonencode({ z = 1, a = { title = " x ", list = [3, 1, 2] } }) }`),
		block(assetAddress, `internal_name = "founder "`, `title = { en = "\tFounder card\n" }`,
			`description = { en = "<ul><li>one<li>two</ul>" }`,
			`max_supply = 500`, `desired_status = "published"`),
		block(badgeAddress, `internal_name = " gold"`, `audience_id = "<VIPs>"`, `title = { en = " Gold " }`,
			`description = { en = "<p>You reached gold" }`,
			`locked_description = { en = "  Reach <b>gold to unlock " }`),
		block("cohort_campaign.challenge", `internal_name = "challenge"`,
			`rewards      = [{ perk_id = "<welcome>", quantity = 10 }, { digital_asset_id = "<card>", quantity = 50 }, `+
				`{ perk_id = "<other>", quantity = 1 }]`,
			`distribution = { raffle = { max_boxes = 1000, draw_at = "2037-09-01T02:00:00+02:00" } }`,
			`start_at     = "2037-06-01T02:00:00.000+02:00"`,
			`challenge = {
			   title       = { fr = " La chasse", en = "Summer hunt " }
			   opt_in_cta  = { fr = " Participer ", en = "Join\n" }
			   description = { fr = "<P>Chassez.", en = "<p>Hunt.</p>\n<p>It's fun &amp; free" }
			   steps = [{
			     user_action = "cohort_form"
			     title       = { fr = " Taille ", en = " Size " }
			     description = { fr = "<B>Dites", en = "Tell <i>us" }
			     triggers    = [{ type = "cohort_form", settings = jsonencode({ z = " q ", a = [2, 1] }) }]
			   }, { user_action = "visit" }]
			 }`),
		block("cohort_campaign.store", `internal_name = "store"`, `desired_status = "published"`,
			`rewards = [{ digital_asset_id = "<card>", price = { amount = 5, currency = "EUR" } }, { perk_id = "<welcome>" }, `+
				`{ perk_id = "<other>" }]`,
			`store   = { title = { en = " Shop " }, description = { en = "<p>Buy" } }`),
		block("cohort_campaign.airdrop", `internal_name = "airdrop"`, `airdrop = {}`,
			`rewards = [{ perk_id = "<welcome>" }, { digital_asset_id = "<card>" }]`),
	}, "")
	w := campaignWorld(t, sandbox.Options{Normalize: true})
	w.post(t, "/v1/perks", `{"internalName":"other"}`)
	w.run(t, nil, resource.TestStep{Config: config}, resource.TestStep{
		PreConfig: func() { w.Reset() }, Config: config, ConfigPlanChecks: nothingToDo,
		// The form of the service in a listing is no change either, so no object is read by id.
		Check: func(*terraform.State) error {
			if asked := w.byID(); len(asked) > 0 {
				return fmt.Errorf("read by id: %v", asked)
			}
			return nil
		},
	})
}
