package provider

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

type rewardModel struct {
	PerkID         types.String `tfsdk:"perk_id"`
	DigitalAssetID types.String `tfsdk:"digital_asset_id"`
	Quantity       types.Int64  `tfsdk:"quantity"`
	Price          types.Object `tfsdk:"price"`
}

type priceModel struct {
	Amount   types.Int64  `tfsdk:"amount"`
	Currency types.String `tfsdk:"currency"`
}

type distributionModel struct {
	Direct      types.Object `tfsdk:"direct"`
	InstantDraw types.Object `tfsdk:"instant_draw"`
	Raffle      types.Object `tfsdk:"raffle"`
}

type directModel struct {
	MaxQuantity types.Int64 `tfsdk:"max_quantity"`
}

type instantDrawModel struct {
	MaxBoxes types.Int64 `tfsdk:"max_boxes"`
}

type raffleModel struct {
	MaxBoxes types.Int64  `tfsdk:"max_boxes"`
	DrawAt   types.String `tfsdk:"draw_at"`
}

type challengeModel struct {
	Title       types.Map    `tfsdk:"title"`
	OptInCTA    types.Map    `tfsdk:"opt_in_cta"`
	Description types.Map    `tfsdk:"description"`
	ImageURL    types.String `tfsdk:"image_url"`
	VideoURL    types.String `tfsdk:"video_url"`
	Slug        types.String `tfsdk:"slug"`
	Steps       types.List   `tfsdk:"steps"`
}

type storeModel struct {
	Title       types.Map    `tfsdk:"title"`
	Description types.Map    `tfsdk:"description"`
	ImageURL    types.String `tfsdk:"image_url"`
	VideoURL    types.String `tfsdk:"video_url"`
	Slug        types.String `tfsdk:"slug"`
}

type airdropModel struct{}

// forms returns the three forms. A campaign has one of them.
func (m campaignAttributes) forms() map[string]types.Object {
	return map[string]types.Object{"challenge": m.Challenge, "store": m.Store, "airdrop": m.Airdrop}
}

// form returns the path of the form that is set.
func (m campaignAttributes) form() path.Path {
	switch {
	case !m.Store.IsNull():
		return path.Root("store")
	case !m.Airdrop.IsNull():
		return path.Root("airdrop")
	default:
		return path.Root("challenge")
	}
}

// formChanged returns the form of the plan when it certainly differs from the form of the state. An
// unknown form may turn out to be null, unless the old form is null in the plan.
func (m campaignModel) formChanged(state campaignModel) (path.Path, bool) {
	old := state.form()
	for name, form := range m.forms() {
		if !form.IsNull() && !path.Root(name).Equal(old) && (!form.IsUnknown() || m.forms()[old.String()].IsNull()) {
			return path.Root(name), true
		}
	}
	return path.Path{}, false
}

// adopt sets what an import cannot read: the desired status is the status that the campaign has.
func (m *campaignModel) adopt(status string) {
	m.DesiredStatus, m.OnDestroy = campaignLifecycle.imported(status), types.StringValue(destroyByArchive)
}

// input returns the values of the model in the form of the service.
func (m campaignModel) input(ctx context.Context, diags *diag.Diagnostics) merchants.CampaignInput {
	input := merchants.CampaignInput{
		InternalName: stringField(m.InternalName),
		CohortID:     stringField(m.AudienceID),
		StartAt:      stringField(m.StartAt),
		EndAt:        stringField(m.EndAt),
		Rewards:      m.rewardsField(ctx, diags),
		Distribution: m.distributionField(ctx, diags),
		Type:         merchants.Value(merchants.CampaignAirdrop),
	}
	if challenge := objectOf[challengeModel](ctx, m.Challenge, diags); challenge != nil {
		input.Type = merchants.Value(merchants.CampaignChallenge)
		input.TypeConfig = merchants.Value[any](merchants.Challenge{
			Name:        localizedOf(challenge.Title),
			OptInCTA:    localizedOf(challenge.OptInCTA),
			Description: localizedOf(challenge.Description),
			ImageURL:    stringPointer(challenge.ImageURL),
			VideoURL:    stringPointer(challenge.VideoURL),
			Slug:        stringPointer(challenge.Slug),
			Steps:       stepsOf(ctx, challenge.Steps, diags),
		})
	}
	if store := objectOf[storeModel](ctx, m.Store, diags); store != nil {
		input.Type = merchants.Value(merchants.CampaignStore)
		input.TypeConfig = merchants.Value[any](merchants.Store{
			Name:        localizedOf(store.Title),
			Description: localizedOf(store.Description),
			ImageURL:    stringPointer(store.ImageURL),
			VideoURL:    stringPointer(store.VideoURL),
			Slug:        stringPointer(store.Slug),
		})
	}
	return input
}

func (m campaignModel) rewardsField(ctx context.Context, diags *diag.Diagnostics) merchants.Field[[]merchants.Reward] {
	if len(m.Rewards.Elements()) == 0 {
		return merchants.Field[[]merchants.Reward]{}
	}
	rewards := []merchants.Reward{}
	for _, reward := range objectsOf[rewardModel](ctx, m.Rewards, diags) {
		if reward == nil {
			continue
		}
		wire := merchants.Reward{
			Type:     merchants.RewardPerk,
			RewardID: idOf(reward.PerkID),
			Quantity: reward.Quantity.ValueInt64Pointer(),
		}
		if !reward.DigitalAssetID.IsNull() {
			wire.Type, wire.RewardID = merchants.RewardDigitalAsset, idOf(reward.DigitalAssetID)
		}
		if price := objectOf[priceModel](ctx, reward.Price, diags); price != nil {
			wire.Price = &merchants.Price{Amount: price.Amount.ValueInt64(), Currency: price.Currency.ValueString()}
		}
		rewards = append(rewards, wire)
	}
	return merchants.Value(rewards)
}

func (m campaignModel) distributionField(
	ctx context.Context, diags *diag.Diagnostics,
) merchants.Field[merchants.Distribution] {
	distribution := objectOf[distributionModel](ctx, m.Distribution, diags)
	if distribution == nil {
		return merchants.Field[merchants.Distribution]{}
	}
	wire := merchants.Distribution{Type: merchants.DistributionDirect}
	if direct := objectOf[directModel](ctx, distribution.Direct, diags); direct != nil {
		wire.MaxQuantity = direct.MaxQuantity.ValueInt64Pointer()
	}
	if draw := objectOf[instantDrawModel](ctx, distribution.InstantDraw, diags); draw != nil {
		wire.Type, wire.MaxBoxes = merchants.DistributionInstantDraw, draw.MaxBoxes.ValueInt64Pointer()
	}
	if raffle := objectOf[raffleModel](ctx, distribution.Raffle, diags); raffle != nil {
		wire.Type, wire.MaxBoxes = merchants.DistributionRaffle, raffle.MaxBoxes.ValueInt64Pointer()
		wire.DrawAt = stringPointer(raffle.DrawAt)
	}
	return merchants.Value(wire)
}

// computed takes what the service decides from an answer: rule 2.
func (m *campaignModel) computed(ctx context.Context, campaign *merchants.Campaign, diags *diag.Diagnostics) {
	m.ID, m.Status = types.StringValue(string(campaign.ID)), types.StringValue(campaign.Status)
	if challenge := objectOf[challengeModel](ctx, m.Challenge, diags); challenge != nil {
		answered := campaign.Challenge
		if answered == nil {
			answered = new(merchants.Challenge)
		}
		if challenge.Slug.IsUnknown() {
			challenge.Slug = stringValue(answered.Slug)
		}
		challenge.Steps = withStepIDs(ctx, challenge.Steps, answered.Steps)
		m.Challenge = objectValue(ctx, challengeAttribute(), challenge, diags)
	}
	if store := objectOf[storeModel](ctx, m.Store, diags); store != nil && store.Slug.IsUnknown() {
		store.Slug = types.StringNull()
		if campaign.Store != nil {
			store.Slug = stringValue(campaign.Store.Slug)
		}
		m.Store = objectValue(ctx, storeAttribute(), store, diags)
	}
}

// media returns the URLs that the service stored under another URL.
func (m campaignModel) media(ctx context.Context, campaign *merchants.Campaign, diags *diag.Diagnostics) rehostedURLs {
	urls := rehostedURLs{}
	if challenge := objectOf[challengeModel](ctx, m.Challenge, diags); challenge != nil && campaign.Challenge != nil {
		urls.note(challenge.ImageURL, campaign.Challenge.ImageURL)
		urls.note(challenge.VideoURL, campaign.Challenge.VideoURL)
	}
	if store := objectOf[storeModel](ctx, m.Store, diags); store != nil && campaign.Store != nil {
		urls.note(store.ImageURL, campaign.Store.ImageURL)
		urls.note(store.VideoURL, campaign.Store.VideoURL)
	}
	return urls
}

// read takes everything from the API: rule 2.
func (m *campaignAttributes) read(
	ctx context.Context, campaign *merchants.Campaign, urls rehostedURLs, diags *diag.Diagnostics,
) {
	var problems diag.Diagnostics
	m.ID, m.Status = types.StringValue(string(campaign.ID)), types.StringValue(campaign.Status)
	m.InternalName = textValue(m.InternalName, &campaign.InternalName)
	m.AudienceID = stringValue(campaign.CohortID)
	m.StartAt, problems = timeValue(m.StartAt, campaign.StartAt)
	diags.Append(problems...)
	m.EndAt, problems = timeValue(m.EndAt, campaign.EndAt)
	diags.Append(problems...)
	m.readRewards(ctx, campaign.Rewards, diags)
	m.readDistribution(ctx, campaign.Distribution, diags)

	before := objectOf[challengeModel](ctx, m.Challenge, diags)
	priorStore := objectOf[storeModel](ctx, m.Store, diags)
	var challenge *challengeModel
	var store *storeModel
	var airdrop *airdropModel
	switch campaign.Type {
	case merchants.CampaignChallenge:
		challenge = newChallengeModel(ctx, before, campaign.Challenge, urls, diags)
	case merchants.CampaignStore:
		store = newStoreModel(priorStore, campaign.Store, urls)
	case merchants.CampaignAirdrop:
		airdrop = &airdropModel{}
	default:
		addUnknownType(diags, fmt.Sprintf("The campaign %q", campaign.InternalName), campaign.Type)
	}
	m.Challenge = objectValue(ctx, challengeAttribute(), challenge, diags)
	m.Store = objectValue(ctx, storeAttribute(), store, diags)
	m.Airdrop = objectValue(ctx, campaignSchema()["airdrop"], airdrop, diags)
}

func newChallengeModel(
	ctx context.Context, prior *challengeModel, challenge *merchants.Challenge, urls rehostedURLs, diags *diag.Diagnostics,
) *challengeModel {
	if prior == nil {
		prior = &challengeModel{}
	}
	return &challengeModel{
		Title: localizedValue(prior.Title, challenge.Name), OptInCTA: localizedValue(prior.OptInCTA, challenge.OptInCTA),
		Description: localizedValue(prior.Description, challenge.Description),
		ImageURL:    urls.value(prior.ImageURL, challenge.ImageURL), VideoURL: urls.value(prior.VideoURL, challenge.VideoURL),
		Slug:  chosenText(prior.Slug, challenge.Slug),
		Steps: stepsValue(ctx, prior.Steps, challenge.Steps, diags),
	}
}

func newStoreModel(prior *storeModel, store *merchants.Store, urls rehostedURLs) *storeModel {
	if prior == nil {
		prior = &storeModel{}
	}
	return &storeModel{
		Title: localizedValue(prior.Title, store.Name), Description: localizedValue(prior.Description, store.Description),
		ImageURL: urls.value(prior.ImageURL, store.ImageURL), VideoURL: urls.value(prior.VideoURL, store.VideoURL),
		Slug: chosenText(prior.Slug, store.Slug),
	}
}

// readRewards takes the rewards from the API. It keeps the order of the prior value when both have
// the same rewards: rule 8.
func (m *campaignAttributes) readRewards(ctx context.Context, rewards []merchants.Reward, diags *diag.Diagnostics) {
	priceOf := rewardsAttribute().NestedObject.Attributes["price"]
	models := make([]rewardModel, 0, len(rewards))
	for _, reward := range rewards {
		model := rewardModel{Quantity: types.Int64PointerValue(reward.Quantity)}
		switch reward.Type {
		case merchants.RewardPerk:
			model.PerkID = stringValue(&reward.RewardID)
		case merchants.RewardDigitalAsset:
			model.DigitalAssetID = stringValue(&reward.RewardID)
		default:
			addUnknownType(diags, fmt.Sprintf("A reward of the campaign %q", m.InternalName.ValueString()), reward.Type)
		}
		var price *priceModel
		if reward.Price != nil {
			price = &priceModel{
				Amount:   types.Int64Value(reward.Price.Amount),
				Currency: types.StringValue(reward.Price.Currency),
			}
		}
		model.Price = objectValue(ctx, priceOf, price, diags)
		models = append(models, model)
	}
	if read := listValue(ctx, rewardsAttribute(), models, diags); !sameRewards(m.Rewards, read) {
		m.Rewards = emptyAsWritten(ctx, m.Rewards, read)
	}
}

// withRewardsOf returns the model with the rewards of the other model when both differ only in
// their order, which has no meaning.
func (m campaignModel) withRewardsOf(other campaignModel) campaignModel {
	if sameRewards(m.Rewards, other.Rewards) {
		m.Rewards = other.Rewards
	}
	return m
}

// sameRewards compares two lists without order. Lists with an unknown reward are not the same.
func sameRewards(a, b types.List) bool {
	if a.IsNull() || b.IsNull() || len(a.Elements()) != len(b.Elements()) || len(a.Elements()) == 0 {
		return false
	}
	left := slices.Clone(b.Elements())
	for _, reward := range a.Elements() {
		at := slices.IndexFunc(left, reward.Equal)
		if at < 0 {
			return false
		}
		left = slices.Delete(left, at, at+1)
	}
	return true
}

// readDistribution takes the distribution from the API. Without a distribution, the service stores
// a direct one without a limit.
func (m *campaignAttributes) readDistribution(
	ctx context.Context, wire merchants.Distribution, diags *diag.Diagnostics,
) {
	prior := objectOf[distributionModel](ctx, m.Distribution, diags)
	var direct *directModel
	var draw *instantDrawModel
	var raffle *raffleModel
	switch wire.Type {
	case merchants.DistributionInstantDraw:
		draw = &instantDrawModel{MaxBoxes: types.Int64PointerValue(wire.MaxBoxes)}
	case merchants.DistributionRaffle:
		var before raffleModel
		if prior != nil {
			before = priorObject[raffleModel](ctx, prior.Raffle, diags)
		}
		drawAt, problems := timeValue(before.DrawAt, wire.DrawAt)
		diags.Append(problems...)
		raffle = &raffleModel{MaxBoxes: types.Int64PointerValue(wire.MaxBoxes), DrawAt: drawAt}
	case merchants.DistributionDirect, "":
		if wire.MaxQuantity == nil && prior == nil {
			m.Distribution = objectValue[distributionModel](ctx, distributionAttribute(), nil, diags)
			return
		}
		direct = &directModel{MaxQuantity: types.Int64PointerValue(wire.MaxQuantity)}
	default:
		addUnknownType(diags, fmt.Sprintf("The distribution of the campaign %q", m.InternalName.ValueString()), wire.Type)
	}
	ways := distributionAttribute().Attributes
	m.Distribution = objectValue(ctx, distributionAttribute(), &distributionModel{
		Direct:      objectValue(ctx, ways["direct"], direct, diags),
		InstantDraw: objectValue(ctx, ways["instant_draw"], draw, diags),
		Raffle:      objectValue(ctx, ways["raffle"], raffle, diags),
	}, diags)
}
