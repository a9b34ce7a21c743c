package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// check refuses what can be seen to be wrong in the configuration alone. Values that are not known yet have no say.
func (m campaignModel) check(ctx context.Context) diag.Diagnostics {
	var diags diag.Diagnostics
	start, startKnown := parseTime(m.StartAt)
	finish, finishKnown := parseTime(m.EndAt)
	if startKnown && finishKnown && !finish.After(start) {
		diags.AddAttributeError(path.Root("end_at"), "The end is not after the start", fmt.Sprintf("start_at is %s and end_at is %s.", m.StartAt.ValueString(), m.EndAt.ValueString()))
	}
	m.checkRewards(ctx, &diags)
	publishable := []requirement{{path.Root("rewards"), "at least one reward", m.Rewards.IsUnknown() || len(m.Rewards.Elements()) > 0}}
	if challenge := objectOf[challengeModel](ctx, m.Challenge, &diags); challenge != nil {
		diags.Append(checkOneVisual(path.Root("challenge"), challenge.ImageURL, challenge.VideoURL)...)
		publishable = append(publishable, challenge.check(ctx, &diags)...)
	}
	if store := objectOf[storeModel](ctx, m.Store, &diags); store != nil {
		diags.Append(checkOneVisual(path.Root("store"), store.ImageURL, store.VideoURL)...)
		diags.Append(sameLanguages(
			localizedText{path.Root("store").AtName("title"), store.Title},
			localizedText{path.Root("store").AtName("description"), store.Description},
		)...)
	}
	diags.Append(campaignLife.checkPublishable("campaign", m.DesiredStatus, publishable...)...)
	return diags
}

// check looks at the texts of a challenge and returns what it needs to be published.
func (m *challengeModel) check(ctx context.Context, diags *diag.Diagnostics) []requirement {
	at := path.Root("challenge")
	texts := []localizedText{{at.AtName("title"), m.Title}, {at.AtName("opt_in_cta"), m.OptInCTA}, {at.AtName("description"), m.Description}}
	triggered := m.Steps.IsUnknown()
	for i, step := range objectsOf[stepModel](ctx, m.Steps, diags) {
		if step == nil {
			triggered = true
			continue
		}
		stepAt := at.AtName("steps").AtListIndex(i)
		texts = append(texts, localizedText{stepAt.AtName("title"), step.Title}, localizedText{stepAt.AtName("description"), step.Description})
		triggered = triggered || step.Triggers.IsUnknown() || len(step.Triggers.Elements()) > 0
	}
	diags.Append(sameLanguages(texts...)...)
	return []requirement{
		required(at.AtName("title"), "a title", m.Title),
		required(at.AtName("opt_in_cta"), "an opt-in text", m.OptInCTA),
		required(at.AtName("description"), "a description", m.Description),
		{at, "a visual, image_url or video_url", !m.ImageURL.IsNull() || !m.VideoURL.IsNull()},
		{at.AtName("steps"), "at least one step with a trigger", triggered},
	}
}

// checkRewards holds the rewards against the way they are handed out and the kind of campaign.
func (m campaignModel) checkRewards(ctx context.Context, diags *diag.Diagnostics) {
	if m.Distribution.IsUnknown() {
		return
	}
	distribution := objectOf[distributionModel](ctx, m.Distribution, diags)
	direct := distribution == nil || distribution.InstantDraw.IsNull() && distribution.Raffle.IsNull()
	draw := !direct && (distribution.Direct.IsNull() || isSet(distribution.InstantDraw) || isSet(distribution.Raffle))
	var quantities int64
	for i, reward := range objectsOf[rewardModel](ctx, m.Rewards, diags) {
		if reward == nil {
			continue
		}
		at := path.Root("rewards").AtListIndex(i)
		quantities += reward.Quantity.ValueInt64()
		switch {
		case direct && isSet(reward.Quantity):
			diags.AddAttributeError(at.AtName("quantity"), "A quantity without a draw", "In direct distribution everyone gets every reward. Remove quantity, limit the campaign with distribution.direct.max_quantity, or choose instant_draw or raffle.")
		case draw && reward.Quantity.IsNull():
			diags.AddAttributeError(at.AtName("quantity"), "No quantity in a draw", "A draw needs to know how many of each reward can be won. Set quantity.")
		}
		if m.Store.IsNull() && isSet(reward.Price) {
			diags.AddAttributeError(at.AtName("price"), "A price outside of a store", "Only a store sells rewards. Remove price, or make the campaign a store.")
		}
	}
	if direct {
		return
	}
	if draw := objectOf[instantDrawModel](ctx, distribution.InstantDraw, diags); draw != nil && isSet(draw.MaxBoxes) {
		checkBoxes(path.Root("distribution").AtName("instant_draw"), draw.MaxBoxes.ValueInt64(), quantities, diags)
	}
	if raffle := objectOf[raffleModel](ctx, distribution.Raffle, diags); raffle != nil && isSet(raffle.MaxBoxes) {
		checkBoxes(path.Root("distribution").AtName("raffle"), raffle.MaxBoxes.ValueInt64(), quantities, diags)
	}
}

func checkBoxes(at path.Path, boxes, quantities int64, diags *diag.Diagnostics) {
	if boxes < quantities {
		diags.AddAttributeError(at.AtName("max_boxes"), "Fewer boxes than rewards",
			fmt.Sprintf("There are %d boxes for %d rewards, so some could never be won. max_boxes must be at least the sum of the quantities.", boxes, quantities))
	}
}

// checkPublishing looks at what publishing does now, when it is due: status is that of the campaign, "" for a new one.
func (m campaignModel) checkPublishing(ctx context.Context, status string) diag.Diagnostics {
	var diags diag.Diagnostics
	if status == "" {
		status = merchants.StatusDraft
	}
	if campaignLife.next(m.DesiredStatus, status) != publish {
		return diags
	}
	if !m.Airdrop.IsNull() {
		diags.AddAttributeWarning(path.Root("desired_status"), "Publishing an airdrop cannot be taken back", "Its rewards go out to the whole audience at once. Destroying the campaign does not take them back.")
	}
	distribution := objectOf[distributionModel](ctx, m.Distribution, &diags)
	if distribution == nil {
		return diags
	}
	if raffle := objectOf[raffleModel](ctx, distribution.Raffle, &diags); raffle != nil {
		if drawAt, known := parseTime(raffle.DrawAt); known && !drawAt.After(time.Now()) {
			diags.AddAttributeError(path.Root("distribution").AtName("raffle").AtName("draw_at"), "The draw is in the past",
				fmt.Sprintf("draw_at is %s. To publish the campaign, choose a time in the future.", raffle.DrawAt.ValueString()))
		}
	}
	return diags
}
