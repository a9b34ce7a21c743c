package merchants

import (
	"encoding/json"
	"net/http"
)

// Types of a campaign; they cannot change (documented:
// https://docs.getcohort.com/campaigns/overview). The wire values are assumed.
const (
	CampaignChallenge = "challenge"
	CampaignStore     = "store"
	CampaignAirdrop   = "airdrop"
)

// Ways to hand out rewards (documented:
// https://docs.getcohort.com/rewards/rewards-distribution-mode). The wire values are assumed.
const (
	DistributionDirect      = "direct"
	DistributionInstantDraw = "instant-draw"
	DistributionRaffle      = "raffle"
)

// Types of a reward (documented; the wire values are assumed).
const (
	RewardPerk         = "perk"
	RewardDigitalAsset = "digital-asset"
)

// Campaign is an experience with rewards and an audience. A published campaign can end by itself
// (documented).
type Campaign struct {
	ID           ID
	InternalName string
	// Type is one of the Campaign constants, or a newer type of the service.
	Type string
	// Status is StatusDraft, StatusPublished, StatusEnded or StatusArchived.
	Status string
	// CohortID is the list or segment addressed; nil means all users.
	CohortID *ID
	// StartAt and EndAt are RFC 3339 times, or nil.
	StartAt, EndAt *string
	Rewards        []Reward
	Distribution   Distribution
	// Challenge and Store hold the settings of the campaign's type; both are nil for an airdrop.
	Challenge *Challenge
	Store     *Store
	Raw
}

// Reward is a perk or a digital asset that a campaign gives.
type Reward struct {
	// Type is RewardPerk or RewardDigitalAsset.
	Type     string `json:"type"`
	RewardID ID     `json:"rewardId"`
	// Quantity is how many can be won in a draw; nil in direct distribution.
	Quantity *int64 `json:"quantity"`
	// Price is the price in a store; nil means free.
	Price *Price `json:"price"`
}

// Price is an amount of money.
type Price struct {
	// Amount is in minor units, such as cents.
	Amount int64 `json:"amount"`
	// Currency is an ISO 4217 code.
	Currency string `json:"currency"`
}

// Distribution says how rewards are handed out.
type Distribution struct {
	// Type is one of the Distribution constants.
	Type string
	// MaxQuantity ends a directly distributed campaign after this many claimed rewards; nil means no
	// limit.
	MaxQuantity *int64
	// MaxBoxes is the number of boxes of a draw. Boxes beyond the sum of the quantities are empty.
	MaxBoxes *int64
	// DrawAt is an RFC 3339 time: when the boxes of a raffle open.
	DrawAt *string
}

// Challenge holds the settings of a campaign of type CampaignChallenge.
type Challenge struct {
	Name        Localized `json:"name"`
	OptInCTA    Localized `json:"optInCta"`
	Description Localized `json:"description"`
	ImageURL    *string   `json:"imageUrl"`
	VideoURL    *string   `json:"videoUrl"`
	// Slug is the last part of the campaign's address; nil in a request lets the service choose.
	Slug  *string `json:"slug,omitempty"`
	Steps []Step  `json:"steps"`
}

// Store holds the settings of a campaign of type CampaignStore.
type Store struct {
	Name        Localized `json:"name"`
	Description Localized `json:"description"`
	ImageURL    *string   `json:"imageUrl"`
	VideoURL    *string   `json:"videoUrl"`
	// Slug is the last part of the store's address; nil in a request lets the service choose.
	Slug *string `json:"slug,omitempty"`
}

// Step is one step of a challenge. A step sent with its id keeps the id and the progress of users.
// Without an id, it is a new step (assumed).
type Step struct {
	ID          ID        `json:"id,omitempty"`
	UserAction  string    `json:"userAction"`
	Icon        *string   `json:"icon"`
	Title       Localized `json:"title"`
	Description Localized `json:"description"`
	Triggers    []Trigger `json:"triggers"`
}

// Trigger completes a step. Its types are an open catalogue.
type Trigger struct {
	Type string `json:"type"`
	// TypeConfig holds the settings of the type, undecoded; null for a type without any.
	TypeConfig json.RawMessage `json:"typeConfig"`
}

// wireCampaign is a campaign as the API has it.
type wireCampaign struct {
	variant
	ID           ID           `json:"id"`
	InternalName string       `json:"internalName"`
	Status       string       `json:"status"`
	CohortID     *ID          `json:"cohortId"`
	StartAt      *string      `json:"startAt"`
	EndAt        *string      `json:"endAt"`
	Rewards      []Reward     `json:"rewards"`
	Distribution Distribution `json:"distribution"`
}

// heldChallenge is a challenge as the service has it: unlike a new step that is sent, each step has
// an id.
type heldChallenge struct {
	Challenge
	Steps []heldStep `json:"steps"`
}

type heldStep struct {
	Step
	ID ID `json:"id"`
}

func (c Challenge) held() heldChallenge {
	held := heldChallenge{Challenge: c, Steps: []heldStep{}}
	for _, step := range c.Steps {
		held.Steps = append(held.Steps, heldStep{step, step.ID})
	}
	return held
}

// MarshalJSON encodes the campaign and the settings of its type.
func (c *Campaign) MarshalJSON() ([]byte, error) {
	wire := wireCampaign{
		variant: variant{Type: c.Type}, ID: c.ID, InternalName: c.InternalName, Status: c.Status, CohortID: c.CohortID,
		StartAt: c.StartAt, EndAt: c.EndAt, Rewards: c.Rewards, Distribution: c.Distribution,
	}
	var err error
	switch {
	case c.Challenge != nil:
		wire.TypeConfig, err = json.Marshal(c.Challenge.held())
	case c.Store != nil:
		wire.TypeConfig, err = json.Marshal(c.Store)
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(wire)
}

// UnmarshalJSON decodes the campaign and the settings of its type.
func (c *Campaign) UnmarshalJSON(data []byte) error {
	var wire wireCampaign
	if err := unmarshal(data, &wire); err != nil {
		return err
	}
	*c = Campaign{
		ID: wire.ID, InternalName: wire.InternalName, Type: wire.Type, Status: wire.Status, CohortID: wire.CohortID,
		StartAt: wire.StartAt, EndAt: wire.EndAt, Rewards: wire.Rewards, Distribution: wire.Distribution,
	}
	switch wire.Type {
	case CampaignChallenge:
		c.Challenge = new(Challenge)
		return wire.settings(c.Challenge)
	case CampaignStore:
		c.Store = new(Store)
		return wire.settings(c.Store)
	default:
		return nil
	}
}

// MarshalJSON encodes the distribution as type and typeConfig.
func (d Distribution) MarshalJSON() ([]byte, error) {
	switch d.Type {
	case DistributionInstantDraw:
		return newVariant(d.Type, struct {
			MaxBoxes *int64 `json:"maxBoxes"`
		}{d.MaxBoxes})
	case DistributionRaffle:
		return newVariant(d.Type, struct {
			MaxBoxes *int64  `json:"maxBoxes"`
			DrawAt   *string `json:"drawAt"`
		}{d.MaxBoxes, d.DrawAt})
	default:
		return newVariant(d.Type, struct {
			MaxQuantity *int64 `json:"maxQuantity"`
		}{d.MaxQuantity})
	}
}

// UnmarshalJSON decodes type and typeConfig.
func (d *Distribution) UnmarshalJSON(data []byte) error {
	var v variant
	if err := unmarshal(data, &v); err != nil {
		return err
	}
	var settings struct {
		MaxQuantity *int64  `json:"maxQuantity"`
		MaxBoxes    *int64  `json:"maxBoxes"`
		DrawAt      *string `json:"drawAt"`
	}
	if err := v.settings(&settings); err != nil {
		return err
	}
	*d = Distribution{
		Type: v.Type, MaxQuantity: settings.MaxQuantity, MaxBoxes: settings.MaxBoxes, DrawAt: settings.DrawAt,
	}
	return nil
}

// Shapes of the nested values of a campaign. A step is matched by its id, a reward by what it
// gives, and a trigger by its type. The user alone decides the settings of a trigger.
var (
	rewardShape = &shape{
		nested:  map[string]*shape{"price": {}},
		matches: []match{both(sameProperty("type"), sameProperty("rewardId"))},
	}
	distributionShape = &shape{nested: map[string]*shape{"typeConfig": {}}}
	experienceShape   = &shape{nested: map[string]*shape{"steps": stepShape}}
	stepShape         = &shape{nested: map[string]*shape{"triggers": triggerShape}, matches: []match{sameProperty("id")}}
	triggerShape      = &shape{
		matches: []match{sameContent(&shape{}), both(samePosition, sameProperty("type")), sameProperty("type")},
	}
)

// CampaignInput is what a create or an update sends of a campaign. Only a create may send Type.
// TypeConfig is a [Challenge] or a [Store]; an airdrop has none.
type CampaignInput struct {
	InternalName Field[string]       `json:"internalName,omitzero"`
	Type         Field[string]       `json:"type,omitzero"`
	CohortID     Field[string]       `json:"cohortId,omitzero"`
	StartAt      Field[string]       `json:"startAt,omitzero"`
	EndAt        Field[string]       `json:"endAt,omitzero"`
	Rewards      Field[[]Reward]     `json:"rewards,omitzero"`
	Distribution Field[Distribution] `json:"distribution,omitzero"`
	TypeConfig   Field[any]          `json:"typeConfig,omitzero"`
}

// secretSettings returns the settings of all triggers.
func (in CampaignInput) secretSettings() []json.RawMessage {
	experience, _ := in.TypeConfig.Get()
	challenge, _ := experience.(Challenge)
	var settings []json.RawMessage
	for _, step := range challenge.Steps {
		for _, trigger := range step.Triggers {
			settings = append(settings, trigger.TypeConfig)
		}
	}
	return settings
}

// Head returns what all kinds have.
func (c *Campaign) Head() Head {
	head := Head{ID: c.ID, Key: c.InternalName, Name: c.InternalName, Status: c.Status, Type: c.Type}
	switch {
	case c.Challenge != nil && c.Challenge.Slug != nil:
		head.Slug = *c.Challenge.Slug
	case c.Store != nil && c.Store.Slug != nil:
		head.Slug = *c.Store.Slug
	}
	return head
}

// campaigns describes campaigns in the API (assumed).
var campaigns = descriptor{
	path: "campaigns", noun: "campaign", name: "internalName", pages: pagesByCursor, update: http.MethodPatch,
	attributes: map[string]string{
		"internalName": "internal_name",
		"type":         "",
		"cohortId":     "audience_id",
		"startAt":      "start_at",
		"endAt":        "end_at",
		"rewards":      "rewards",
		"distribution": "distribution",
		"typeConfig":   "",
	},
	words: map[string]words{
		"status": {
			StatusDraft: "draft", StatusPublished: "published", StatusEnded: "ended", StatusArchived: "archived",
		},
		"type":         {CampaignChallenge: "challenge", CampaignStore: "store", CampaignAirdrop: "airdrop"},
		"rewards.type": {RewardPerk: "perk", RewardDigitalAsset: "digital-asset"},
		"distribution.type": {
			DistributionDirect: "direct", DistributionInstantDraw: "instant-draw", DistributionRaffle: "raffle",
		},
	},
	variants: map[string]variantForm{
		CampaignChallenge: {attribute: "challenge", properties: map[string]string{
			"name": "title", "optInCta": "opt_in_cta", "description": "description", "imageUrl": "image_url",
			"videoUrl": "video_url", "slug": "slug", "steps": "steps",
		}},
		CampaignStore: {attribute: "store", properties: map[string]string{
			"name": "title", "description": "description", "imageUrl": "image_url", "videoUrl": "video_url", "slug": "slug",
		}},
		CampaignAirdrop: {attribute: "airdrop"},
	},
	shapes: map[string]*shape{"rewards": rewardShape, "distribution": distributionShape, "typeConfig": experienceShape},
}
