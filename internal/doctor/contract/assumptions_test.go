package contract

import (
	"strings"
	"testing"
)

// TestAssumptions checks that the list says everything once.
func TestAssumptions(t *testing.T) {
	t.Parallel()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	all := c.Assumptions()
	seen := map[string]bool{}
	for _, one := range all {
		if seen[one.ID] {
			t.Errorf("%s is there twice", one.ID)
		}
		seen[one.ID] = true
		if one.Assumed == "" || one.Evidence == "" || !strings.HasSuffix(one.Assumed, ".") {
			t.Errorf("%s: %q (%s)", one.ID, one.Assumed, one.Evidence)
		}
		if one.Verdict != "" {
			t.Errorf("%s has a verdict", one.ID)
		}
	}
	for _, id := range []string{
		"route", "answer", "parameter.Authorization", "perk.route", "perk.update.route", "perk.publish.route",
		"cohort.list.parameter.type", "badge.list.page.nextCursor", "perk.create.request.typeConfig:code.code",
		"campaign.update.request.typeConfig:challenge.steps.triggers.type", "perk.answer.expiresAt",
		"perk.list.answer.status",
		"perk.create.answer", "perk.create.request", "perk.list.parameter", "campaign.words.rewards.type.digital-asset",
		"perk.words.type.shopify-discount", "perk.words.status", "cohort.words.conditions.groups.conditions.type.event",
		"user.auth-token.route", "merchant.campaign-diffusion-configuration.answer.typeConfig:toast.position",
		"error.answer.code", "error.words.status.417",
	} {
		if !seen[id] {
			t.Errorf("%s is not assumed", id)
		}
	}
	t.Logf("%d assumptions", len(all))
}
