package provider

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// What a campaign refers to and the address of its page can be wrong in ways of which the service speaks only when it is applied. What the
// provider has seen anyway is said in the plan.

// checkReferences says when an id is that of another kind, or of a reward that nobody can get.
func (m campaignModel) checkReferences(ctx context.Context, s *session, diags *diag.Diagnostics) {
	s.checkReference(path.Root("audience_id"), m.AudienceID, diags, listKind, segmentKind)
	for i, reward := range objectsOf[rewardModel](ctx, m.Rewards, diags) {
		if reward == nil {
			continue
		}
		at := path.Root("rewards").AtListIndex(i)
		s.checkReference(at.AtName("perk_id"), reward.PerkID, diags, perkKind)
		s.checkReference(at.AtName("digital_asset_id"), reward.DigitalAssetID, diags, digitalAssetKind)
		if perk, _ := s.ledger.of(reward.PerkID.ValueString()); perk.archived && campaignLife.publishing(m.DesiredStatus) {
			diags.AddAttributeWarning(at.AtName("perk_id"), "An archived perk as a reward",
				fmt.Sprintf("%s is the perk %q, which is archived after this plan. Such a perk cannot be used in campaigns: one that is to be published is expected to stay a draft, and in one that runs users may not get it. "+
					"Write desired_status = \"live\" for the perk, or leave the reward out.", at, perk.key))
		}
	}
}

// checkReference refuses the id of an object of another kind, and warns of what is no id.
func (s *session) checkReference(at path.Path, id types.String, diags *diag.Diagnostics, kinds ...Kind) {
	var nouns []string
	found, shown := s.ledger.of(id.ValueString())
	for _, k := range kinds {
		if shown && k.Name == found.kind.Name {
			return
		}
		nouns = append(nouns, k.Noun)
	}
	right := fmt.Sprintf("that of a %s, as in cohort_%s.example.id", strings.Join(nouns, " or "), kinds[0].Name)
	switch {
	case shown:
		diags.AddAttributeError(at, "The id of another kind of object", fmt.Sprintf("%s is the id of a %s, and must be %s.", at, found.kind.Noun, right))
	case !blank(id.ValueString()) && uuid.Validate(id.ValueString()) != nil && !number.MatchString(id.ValueString()):
		diags.AddAttributeWarning(at, "Not the form of an id",
			fmt.Sprintf("%s does not look like an id: as far as is known, those are UUIDs. A key does not stand for an id, which must be %s.", at, right))
	}
}

// number is an id as services have it that count.
var number = regexp.MustCompile(`^\d+$`)

// slug returns where the last part of the address stands, and what it is.
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

// checkSlug says when another campaign has the slug, also one that is archived, which keeps it: a new campaign, or one that comes back from
// the archive, is then expected to be refused. replaced is the id of the campaign that the new one takes the place of.
func (m campaignModel) checkSlug(ctx context.Context, s *session, state campaignModel, replaced string, diags *diag.Diagnostics) {
	at, slug := m.slug(ctx, diags)
	_, before := state.slug(ctx, diags)
	comesBack := campaignLife.next(m.DesiredStatus, state.Status.ValueString()) == unarchive
	if blank(slug.ValueString()) {
		return
	}
	other, shared := s.ledger.slug(slug.ValueString(), storedKey(m.InternalName.ValueString()))
	if slug.Equal(before) && !comesBack {
		return
	}
	if shared {
		diags.AddAttributeWarning(at, fmt.Sprintf("Two campaigns have the slug %q", slug.ValueString()),
			fmt.Sprintf("The other one is %q. The service is expected to let no two campaigns have one slug (assumed). Write another slug.", other))
		return
	}
	campaigns, err := s.existing.list(campaignKind, func() ([]candidate, error) { return collect(campaignKind.all(ctx, s.client)) })
	if err != nil {
		return // That the merchant could not be looked at is said where keys are.
	}
	for _, c := range campaigns {
		if c.slug != slug.ValueString() || string(c.id) == state.ID.ValueString() {
			continue
		}
		way := "Write another slug."
		switch known, managed := s.ledger.of(string(c.id)); {
		case known.written && known.key == "" && c.draft, string(c.id) == replaced && (c.draft || m.OnDestroy.ValueString() == destroyByDelete):
			continue // It is deleted first.
		case string(c.id) == replaced && !c.archived:
			way = "The replacement archives it first, and users lose its page; the new one is then refused. Write another slug, or on_destroy = \"delete\" and apply that first."
		case c.archived:
			way += fmt.Sprintf(" Or delete that campaign in Cohort's admin, or bring it back: import it as %q.", idPrefix+string(c.id))
		case managed:
			way += " If that campaign gives its slug up in this plan, and the service refuses this one as long as the other has it, apply again; " +
				"two that exchange their slugs need a third one in between."
		}
		status := ""
		if c.archived {
			status = "archived "
		}
		summary := fmt.Sprintf("The %scampaign %q has the slug %q", status, c.key, slug.ValueString())
		detail := "The service is expected to let no two campaigns have one slug, and an archived one keeps its own (assumed). " + way
		if string(c.id) == replaced {
			diags.AddAttributeError(at, summary, detail) // Terraform drops what else is said of a replacement.
			return
		}
		diags.AddAttributeWarning(at, summary, detail)
		return
	}
}

// describeCampaign is a campaign as a candidate.
func describeCampaign(o *merchants.Campaign) candidate {
	c := candidate{id: o.ID, key: o.InternalName, archived: o.Status == merchants.StatusArchived, draft: o.Status == merchants.StatusDraft}
	switch {
	case o.Challenge != nil && o.Challenge.Slug != nil:
		c.slug = *o.Challenge.Slug
	case o.Store != nil && o.Store.Slug != nil:
		c.slug = *o.Store.Slug
	}
	return c
}
