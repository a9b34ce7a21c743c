package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// The service reports a wrong reference or slug only at apply. These checks report it in the plan,
// from what the provider has read anyway.

// checkArchivedRewards warns of rewards that nobody can get.
func (m campaignModel) checkArchivedRewards(ctx context.Context, p *providerData, diags *diag.Diagnostics) {
	for i, reward := range objectsOf[rewardModel](ctx, m.Rewards, diags) {
		if reward == nil {
			continue
		}
		at := path.Root("rewards").AtListIndex(i)
		perk, _ := p.ledger.of(reward.PerkID.ValueString())
		if perk.archived && campaignLifecycle.publishing(m.DesiredStatus) {
			diags.AddAttributeWarning(at.AtName("perk_id"), "An archived perk as a reward",
				fmt.Sprintf("%s is the perk %q, which is archived after this plan. Such a perk cannot be used in campaigns: "+
					"one that is to be published is expected to stay a draft, and in one that runs users may not get "+
					"it. Write desired_status = \"live\" for the perk, or leave the reward out.", at, perk.key))
		}
	}
}

// slug returns the path of the slug and its value.
func (m campaignModel) slug(ctx context.Context, diags *diag.Diagnostics) (path.Path, types.String) {
	at := m.form().AtName("slug")
	if challenge := objectOf[challengeModel](ctx, m.Challenge, diags); challenge != nil {
		return at, challenge.Slug
	}
	if store := objectOf[storeModel](ctx, m.Store, diags); store != nil {
		return at, store.Slug
	}
	return at, types.StringNull()
}

// checkSlug reports that another campaign has the slug. An archived campaign keeps its slug too.
// The service is then expected to refuse a new campaign, or one that comes back from the archive.
// replaced is the id of the campaign that the new one replaces.
func (m campaignModel) checkSlug(
	ctx context.Context, p *providerData, state campaignModel, replaced string, diags *diag.Diagnostics,
) {
	at, slug := m.slug(ctx, diags)
	_, before := state.slug(ctx, diags)
	comesBack := campaignLifecycle.next(m.DesiredStatus, state.Status.ValueString()) == merchants.Unarchive
	if blank(slug.ValueString()) {
		return
	}
	other, shared := p.ledger.slug(slug.ValueString(), storedKey(m.InternalName.ValueString()))
	if slug.Equal(before) && !comesBack {
		return
	}
	if shared {
		diags.AddAttributeWarning(at, fmt.Sprintf("Two campaigns have the slug %q", slug.ValueString()),
			fmt.Sprintf("The other one is %q. The service is expected to let no two campaigns have "+
				"one slug (assumed). Write another slug.", other))
		return
	}
	campaigns, err := p.existing.list(ctx, campaignKind, p.client)
	if err != nil {
		return // Best effort; for a new key, the guard of the keys reports the error.
	}
	for _, c := range campaigns {
		id, draft, archived := string(c.ID), c.Status == merchants.StatusDraft, c.Status == merchants.StatusArchived
		if c.Slug != slug.ValueString() || id == state.ID.ValueString() {
			continue
		}
		way := "Write another slug."
		switch known, managed := p.ledger.of(id); {
		case known.written && known.key == "" && draft,
			id == replaced && (draft || m.OnDestroy.ValueString() == destroyByDelete):
			continue // The run deletes it first.
		case id == replaced && !archived:
			way = "The replacement archives it first, and users lose its page; the new one is then refused. " +
				"Write another slug, or on_destroy = \"delete\" and apply that first."
		case archived:
			way += fmt.Sprintf(" Or delete that campaign in Cohort's admin, or bring it back: import it as %q.", idPrefix+id)
		case managed:
			way += " If that campaign gives its slug up in this plan, and the service refuses this one as long as the other " +
				"has it, apply again; two that exchange their slugs need a third one in between."
		}
		status := ""
		if archived {
			status = "archived "
		}
		summary := fmt.Sprintf("The %scampaign %q has the slug %q", status, c.Key, slug.ValueString())
		detail := "The service is expected to let no two campaigns have one slug, and an " +
			"archived one keeps its own (assumed). " + way
		if id == replaced {
			diags.AddAttributeError(at, summary, detail) // Terraform drops the warnings of a replacement.
			return
		}
		diags.AddAttributeWarning(at, summary, detail)
		return
	}
}
