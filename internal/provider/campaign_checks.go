package provider

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// check refuses errors that the configuration alone shows. It ignores unknown values.
func (m campaignModel) check(ctx context.Context) diag.Diagnostics {
	var diags diag.Diagnostics
	start, startKnown := parseTime(m.StartAt)
	finish, finishKnown := parseTime(m.EndAt)
	if startKnown && finishKnown && !finish.After(start) {
		diags.AddAttributeError(path.Root("end_at"), "The end is not after the start",
			fmt.Sprintf("start_at is %s and end_at is %s. Write a later end_at, or leave it out.",
				m.StartAt.ValueString(), m.EndAt.ValueString()))
	}
	m.checkRewards(ctx, &diags)
	publishable := []requirement{
		{path.Root("rewards"), "at least one reward", m.Rewards.IsUnknown() || len(m.Rewards.Elements()) > 0},
	}
	publishable = append(publishable, m.drawRequirements(ctx, &diags)...)
	if challenge := objectOf[challengeModel](ctx, m.Challenge, &diags); challenge != nil {
		diags.Append(checkOneVisual(path.Root("challenge"), challenge.ImageURL, challenge.VideoURL)...)
		publishable = append(publishable, challenge.check(ctx, campaignLifecycle.publishing(m.DesiredStatus), &diags)...)
	}
	if store := objectOf[storeModel](ctx, m.Store, &diags); store != nil {
		diags.Append(checkOneVisual(path.Root("store"), store.ImageURL, store.VideoURL)...)
		diags.Append(sameLanguages(campaignLifecycle.publishing(m.DesiredStatus),
			localizedText{path.Root("store").AtName("title"), store.Title},
			localizedText{path.Root("store").AtName("description"), store.Description},
		)...)
	}
	diags.Append(campaignLifecycle.checkPublishable("campaign", m.DesiredStatus, publishable...)...)
	return diags
}

// check compares the languages of a challenge's texts, and returns what publishing needs.
func (m *challengeModel) check(ctx context.Context, publishing bool, diags *diag.Diagnostics) []requirement {
	at := path.Root("challenge")
	texts := []localizedText{
		{at.AtName("title"), m.Title},
		{at.AtName("opt_in_cta"), m.OptInCTA},
		{at.AtName("description"), m.Description},
	}
	triggered := m.Steps.IsUnknown()
	for i, step := range objectsOf[stepModel](ctx, m.Steps, diags) {
		if step == nil {
			triggered = true
			continue
		}
		stepAt := at.AtName("steps").AtListIndex(i)
		texts = append(texts,
			localizedText{stepAt.AtName("title"), step.Title},
			localizedText{stepAt.AtName("description"), step.Description})
		triggered = triggered || step.Triggers.IsUnknown() || len(step.Triggers.Elements()) > 0
	}
	diags.Append(sameLanguages(publishing, texts...)...)
	return []requirement{
		required(at.AtName("title"), "a title", writtenTexts(m.Title)),
		required(at.AtName("opt_in_cta"), "an opt-in text", writtenTexts(m.OptInCTA)),
		required(at.AtName("description"), "a description", writtenTexts(m.Description)),
		{at, "a visual, image_url or video_url", !written(m.ImageURL).IsNull() || !written(m.VideoURL).IsNull()},
		{at.AtName("steps"), "at least one step with a trigger", triggered},
	}
}

// checkRewards checks the rewards against the distribution and the form of the campaign.
func (m campaignModel) checkRewards(ctx context.Context, diags *diag.Diagnostics) {
	direct, draw := m.distributionWay(ctx, diags)
	var quantities int64
	rewards := objectsOf[rewardModel](ctx, m.Rewards, diags)
	for i, reward := range rewards {
		at := path.Root("rewards").AtListIndex(i)
		if reward == nil {
			continue
		}
		quantities += reward.Quantity.ValueInt64()
		switch {
		case direct && isSet(reward.Quantity):
			diags.AddAttributeError(at.AtName("quantity"), "A quantity without a draw",
				"In direct distribution everyone gets every reward. Remove quantity, limit the campaign with "+
					"distribution.direct.max_quantity, or choose instant_draw or raffle.")
		case draw && reward.Quantity.IsNull():
			addDefect(diags, campaignLifecycle.publishing(m.DesiredStatus), at.AtName("quantity"), "No quantity in a draw",
				"A draw needs to know how many of each reward can be won. Set quantity.")
		}
		if m.Store.IsNull() && isSet(reward.Price) {
			diags.AddAttributeError(at.AtName("price"), "A price outside of a store",
				"Only a store sells rewards. Remove price, or make the campaign a store.")
		}
		if first := slices.IndexFunc(rewards[:i], reward.again); first >= 0 {
			diags.AddAttributeWarning(at, "A reward that is already in the list",
				fmt.Sprintf("rewards[%d] is the same as rewards[%d]. Remove one of them; to give more of a "+
					"reward in a draw, raise its quantity.", i, first))
		}
	}
	distribution := objectOf[distributionModel](ctx, m.Distribution, diags)
	if distribution == nil {
		return
	}
	if draw := objectOf[instantDrawModel](ctx, distribution.InstantDraw, diags); draw != nil && isSet(draw.MaxBoxes) {
		checkBoxes(path.Root("distribution").AtName("instant_draw"), draw.MaxBoxes.ValueInt64(), quantities, diags)
	}
	if raffle := objectOf[raffleModel](ctx, distribution.Raffle, diags); raffle != nil && isSet(raffle.MaxBoxes) {
		checkBoxes(path.Root("distribution").AtName("raffle"), raffle.MaxBoxes.ValueInt64(), quantities, diags)
	}
}

// drawRequirements returns what publishing a draw needs.
func (m campaignModel) drawRequirements(ctx context.Context, diags *diag.Diagnostics) []requirement {
	var needed []requirement
	distribution, at := objectOf[distributionModel](ctx, m.Distribution, diags), path.Root("distribution")
	if distribution == nil {
		return nil
	}
	if draw := objectOf[instantDrawModel](ctx, distribution.InstantDraw, diags); draw != nil {
		needed = append(needed, required(at.AtName("instant_draw").AtName("max_boxes"), "a number of boxes", draw.MaxBoxes))
	}
	if raffle := objectOf[raffleModel](ctx, distribution.Raffle, diags); raffle != nil {
		needed = append(needed, required(at.AtName("raffle").AtName("max_boxes"), "a number of boxes", raffle.MaxBoxes),
			required(at.AtName("raffle").AtName("draw_at"), "a time of the draw", written(raffle.DrawAt)))
	}
	return needed
}

// distributionWay reports whether the rewards are certainly handed out directly, or certainly
// drawn.
func (m campaignModel) distributionWay(ctx context.Context, diags *diag.Diagnostics) (direct, draw bool) {
	distribution := objectOf[distributionModel](ctx, m.Distribution, diags)
	if distribution == nil {
		return m.Distribution.IsNull(), false
	}
	set, unknown := attributesSet(m.Distribution.Attributes(), []string{"instant_draw", "raffle"})
	return len(set) == 0 && !unknown, len(set) > 0 || unknown && distribution.Direct.IsNull()
}

// again reports whether another reward certainly gives the same for the same price.
func (m *rewardModel) again(other *rewardModel) bool {
	return other != nil && m.Price.Equal(other.Price) && !m.Price.IsUnknown() &&
		m.PerkID.Equal(other.PerkID) && m.DigitalAssetID.Equal(other.DigitalAssetID) &&
		m.PerkID.ValueString()+m.DigitalAssetID.ValueString() != ""
}

func checkBoxes(at path.Path, boxes, quantities int64, diags *diag.Diagnostics) {
	if boxes < quantities {
		diags.AddAttributeError(at.AtName("max_boxes"), "Fewer boxes than rewards",
			fmt.Sprintf("There are %d boxes for %d rewards, so some could never be won. max_boxes must "+
				"be at least the sum of the quantities.", boxes, quantities))
	}
}

// checkPublishing checks what matters only when this apply publishes the campaign. status is the
// status of the campaign, "" for a new one.
func (m campaignModel) checkPublishing(ctx context.Context, status string) diag.Diagnostics {
	var diags diag.Diagnostics
	if status == "" {
		status = merchants.StatusDraft
	}
	if campaignLifecycle.next(m.DesiredStatus, status) != merchants.Publish {
		return diags
	}
	if !m.Airdrop.IsNull() {
		diags.AddAttributeWarning(path.Root("desired_status"), "Publishing an airdrop cannot be undone",
			"Its rewards go out to the whole audience at once. Destroying the campaign does not revoke them.")
	}
	if endAt, known := parseTime(m.EndAt); known && !endAt.After(time.Now()) {
		diags.AddAttributeWarning(path.Root("end_at"), "The end is in the past",
			fmt.Sprintf("end_at is %s. The campaign is expected to end as soon as it is published, and cannot be published "+
				"again. Choose a time in the future, or remove end_at.", m.EndAt.ValueString()))
	}
	if store := objectOf[storeModel](ctx, m.Store, &diags); store != nil && store.Title.IsNull() {
		diags.AddAttributeWarning(path.Root("store").AtName("title"), "A store without a title",
			"Users see the store from now on. Set title.")
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

// checkReplaced warns when a new form replaces a campaign in which users may have progress.
func (m campaignModel) checkReplaced(at path.Path, diags *diag.Diagnostics) {
	if status := m.Status.ValueString(); status != merchants.StatusDraft {
		diags.AddAttributeWarning(at,
			fmt.Sprintf("Users lose their progress in the %s campaign %q", status, m.InternalName.ValueString()),
			"A campaign cannot become a "+at.String()+": it is destroyed as on_destroy says, and a new one is "+
				"made, in which all users begin again.")
	}
}

// checkFrozen warns of changes to values that are assumed to be frozen once the campaign was
// published.
func (m campaignModel) checkFrozen(ctx context.Context, state campaignModel, diags *diag.Diagnostics) {
	status := state.Status.ValueString()
	if status == merchants.StatusDraft ||
		status == merchants.StatusArchived && campaignLifecycle.next(m.DesiredStatus, status) != merchants.Unarchive {
		return
	}
	for _, frozen := range []struct {
		name    string
		planned attr.Value
		same    bool
	}{
		{
			"rewards", m.Rewards,
			len(m.Rewards.Elements())+len(state.Rewards.Elements()) == 0 || sameRewards(m.Rewards, state.Rewards),
		},
		{
			"distribution", m.Distribution,
			sameDistribution(m.distributionField(ctx, diags), state.distributionField(ctx, diags)),
		},
	} {
		value, err := frozen.planned.ToTerraformValue(ctx)
		switch known := err == nil && value.IsFullyKnown(); {
		case !known:
			diags.AddAttributeWarning(path.Root(frozen.name),
				fmt.Sprintf("The service may refuse the %s of the campaign", frozen.name),
				fmt.Sprintf("The campaign is %s, from when on rewards and distribution are expected to be frozen (assumed), and "+
					"these are only known after apply. If they are then others than those that it has, the update "+
					"fails: a new campaign can have them.", status))
		case !frozen.same:
			diags.AddAttributeWarning(path.Root(frozen.name),
				fmt.Sprintf("The service is expected to refuse other %s of a campaign that is %s", frozen.name, status),
				"Rewards and distribution are expected to be frozen once a campaign was published (assumed). "+
					"Take the change back, or end this campaign and add another one that has it.")
		}
	}
}

// sameDistribution compares two distributions. A missing distribution equals a direct one without a
// limit.
func sameDistribution(a, b merchants.Field[merchants.Distribution]) bool {
	plain := func(field merchants.Field[merchants.Distribution]) merchants.Distribution {
		wire, set := field.Get()
		if !set {
			wire.Type = merchants.DistributionDirect
		}
		if wire.DrawAt != nil {
			if drawAt, err := time.Parse(time.RFC3339, *wire.DrawAt); err == nil {
				wire.DrawAt = new(drawAt.UTC().Format(time.RFC3339Nano))
			}
		}
		return wire
	}
	return reflect.DeepEqual(plain(a), plain(b))
}
