package merchants_test

import (
	"encoding/json"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// null, empty and full hold every property of a kind in the three forms in which it can be sent.
// other differs from full in every property.
var (
	nullProperty = merchants.UserPropertyInput{
		Name: merchants.Null[string](), Type: merchants.Null[string](), ReferenceID: merchants.Null[string](),
	}
	emptyProperty = merchants.UserPropertyInput{
		Name: merchants.Value(""), Type: merchants.Value(""), ReferenceID: merchants.Value(""),
	}
	fullProperty = merchants.UserPropertyInput{
		Name: merchants.Value("Tier"), Type: merchants.Value("text"), ReferenceID: merchants.Value("tier"),
	}
	otherProperty = merchants.UserPropertyInput{
		Name: merchants.Value("Rank"), Type: merchants.Value("number"), ReferenceID: merchants.Value("rank"),
	}

	nullCohort = merchants.CohortInput{
		Name: merchants.Null[string](), ReferenceID: merchants.Null[string](),
		Conditions: merchants.Null[merchants.Conditions](),
	}
	emptyCohort = merchants.CohortInput{
		Name: merchants.Value(""), ReferenceID: merchants.Value(""),
		Conditions: merchants.Value(merchants.Conditions{Operator: "and", Groups: []merchants.ConditionGroup{}}),
	}
	fullCohort = merchants.CohortInput{
		Name: merchants.Value("Gold"), ReferenceID: merchants.Value("gold"),
		Conditions: merchants.Value(merchants.Conditions{Operator: "or", Groups: []merchants.ConditionGroup{{
			Operator: "and",
			Conditions: []merchants.Condition{
				{UserProperty: &merchants.UserPropertyCondition{
					Property: "tier", Operator: "equals", Value: &merchants.Scalar{Text: "gold"},
				}},
				{UserProperty: &merchants.UserPropertyCondition{Property: "email", Operator: "is-set"}},
				{Event: &merchants.EventCondition{Event: "app.connected", Operator: "has-done", WithinDays: new(int64(90))}},
				{Event: &merchants.EventCondition{Event: "app.connected", Operator: "has-not-done"}},
				{Cohort: &merchants.CohortCondition{CohortID: "c1", Operator: "is-in"}},
			},
		}}}),
	}
	otherCohort = merchants.CohortInput{
		Name: merchants.Value("VIP"), ReferenceID: merchants.Value("vip"),
		Conditions: merchants.Value(merchants.Conditions{Operator: "or", Groups: []merchants.ConditionGroup{{
			Operator:   "and",
			Conditions: []merchants.Condition{{Cohort: &merchants.CohortCondition{CohortID: "c1", Operator: "is-not-in"}}},
		}}}),
	}

	nullPerk = merchants.PerkInput{
		InternalName: merchants.Null[string](), Title: merchants.Null[merchants.Localized](),
		Description: merchants.Null[merchants.Localized](),
		ImageURL:    merchants.Null[string](), VideoURL: merchants.Null[string](), Type: merchants.Null[string](),
		TypeConfig: merchants.Null[json.RawMessage](), ExpiresAt: merchants.Null[string](),
	}
	emptyPerk = merchants.PerkInput{
		InternalName: merchants.Value(""), Title: merchants.Value(merchants.Localized{}),
		Description: merchants.Value(merchants.Localized{}),
		ImageURL:    merchants.Value(""), VideoURL: merchants.Value(""), Type: merchants.Value(""),
		TypeConfig: merchants.Value(json.RawMessage(nil)), ExpiresAt: merchants.Value(""),
	}
	fullPerk = merchants.PerkInput{
		InternalName: merchants.Value("welcome"),
		Title:        merchants.Value(merchants.Localized{"en": "10% off", "fr": "10 % offerts"}),
		Description:  merchants.Value(merchants.Localized{"en": "<p>A & B</p>"}),
		ImageURL:     merchants.Value("https://cdn.example.com/1.png"),
		VideoURL:     merchants.Value("https://cdn.example.com/1.mp4"), Type: merchants.Value("code"),
		TypeConfig: merchants.Value(json.RawMessage(`{"code":"HELLO"}`)), ExpiresAt: merchants.Value("2027-01-01T00:00:00Z"),
	}
	otherPerk = merchants.PerkInput{
		InternalName: merchants.Value("bye"), Title: merchants.Value(merchants.Localized{"en": "10% off"}),
		Description: merchants.Value(merchants.Localized{"en": "b"}),
		ImageURL:    merchants.Value("https://cdn.example.com/2.png"),
		VideoURL:    merchants.Value("https://cdn.example.com/2.mp4"), Type: merchants.Value("link"),
		TypeConfig: merchants.Value(json.RawMessage(`{"url":"https://example.com"}`)),
		ExpiresAt:  merchants.Value("2028-01-01T00:00:00Z"),
	}

	nullAsset = merchants.DigitalAssetInput{
		InternalName: merchants.Null[string](), Title: merchants.Null[merchants.Localized](),
		Description: merchants.Null[merchants.Localized](),
		ImageURL:    merchants.Null[string](), VideoURL: merchants.Null[string](), MaxSupply: merchants.Null[int64](),
	}
	emptyAsset = merchants.DigitalAssetInput{
		InternalName: merchants.Value(""), Title: merchants.Value(merchants.Localized{}),
		Description: merchants.Value(merchants.Localized{}),
		ImageURL:    merchants.Value(""), VideoURL: merchants.Value(""), MaxSupply: merchants.Value[int64](0),
	}
	fullAsset = merchants.DigitalAssetInput{
		InternalName: merchants.Value("card"), Title: merchants.Value(merchants.Localized{"en": "Card"}),
		Description: merchants.Value(merchants.Localized{"en": "One of 500"}),
		ImageURL:    merchants.Value("https://cdn.example.com/1.png"),
		VideoURL:    merchants.Value("https://cdn.example.com/1.mp4"), MaxSupply: merchants.Value[int64](9007199254740993),
	}
	otherAsset = merchants.DigitalAssetInput{
		InternalName: merchants.Value("pass"), Title: merchants.Value(merchants.Localized{"fr": "Card"}),
		Description: merchants.Value(merchants.Localized{}), ImageURL: merchants.Value("https://cdn.example.com/2.png"),
		VideoURL: merchants.Value("https://cdn.example.com/2.mp4"), MaxSupply: merchants.Value[int64](500),
	}

	nullBadge = merchants.BadgeInput{
		InternalName: merchants.Null[string](), Title: merchants.Null[merchants.Localized](),
		Description: merchants.Null[merchants.Localized](),
		ImageURL:    merchants.Null[string](), CohortID: merchants.Null[string](), Visibility: merchants.Null[string](),
		LockedDescription: merchants.Null[merchants.Localized](),
	}
	emptyBadge = merchants.BadgeInput{
		InternalName: merchants.Value(""), Title: merchants.Value(merchants.Localized{}),
		Description: merchants.Value(merchants.Localized{}),
		ImageURL:    merchants.Value(""), CohortID: merchants.Value(""), Visibility: merchants.Value(""),
		LockedDescription: merchants.Value(merchants.Localized{}),
	}
	fullBadge = merchants.BadgeInput{
		InternalName: merchants.Value("gold"), Title: merchants.Value(merchants.Localized{"en": "Gold"}),
		Description: merchants.Value(merchants.Localized{"en": "You reached gold."}),
		ImageURL:    merchants.Value("https://cdn.example.com/1.png"),
		CohortID:    merchants.Value("c1"), Visibility: merchants.Value("everyone"),
		LockedDescription: merchants.Value(merchants.Localized{"en": "Reach gold"}),
	}
	otherBadge = merchants.BadgeInput{
		InternalName: merchants.Value("silver"), Title: merchants.Value(merchants.Localized{"en": "Silver"}),
		Description: merchants.Value(merchants.Localized{"en": "You reached silver."}),
		ImageURL:    merchants.Value("https://cdn.example.com/2.png"),
		CohortID:    merchants.Value("c2"), Visibility: merchants.Value("owners"),
		LockedDescription: merchants.Value(merchants.Localized{"en": "Reach silver"}),
	}

	nullCampaign = merchants.CampaignInput{
		InternalName: merchants.Null[string](), Type: merchants.Null[string](), CohortID: merchants.Null[string](),
		StartAt: merchants.Null[string](),
		EndAt:   merchants.Null[string](), Rewards: merchants.Null[[]merchants.Reward](),
		Distribution: merchants.Null[merchants.Distribution](),
		TypeConfig:   merchants.Null[any](),
	}
	emptyCampaign = merchants.CampaignInput{
		InternalName: merchants.Value(""), Type: merchants.Value(""), CohortID: merchants.Value(""),
		StartAt: merchants.Value(""),
		EndAt:   merchants.Value(""), Rewards: merchants.Value([]merchants.Reward{}),
		Distribution: merchants.Value(merchants.Distribution{Type: "direct"}),
		TypeConfig:   merchants.Value[any](merchants.Store{Name: merchants.Localized{}, Description: merchants.Localized{}}),
	}
	fullCampaign = merchants.CampaignInput{
		InternalName: merchants.Value("summer"), Type: merchants.Value("challenge"), CohortID: merchants.Value("c1"),
		StartAt: merchants.Value("2027-06-01T00:00:00Z"), EndAt: merchants.Value("2027-08-31T22:00:00Z"),
		Rewards: merchants.Value([]merchants.Reward{
			{Type: "perk", RewardID: "p1", Price: &merchants.Price{Amount: 0, Currency: "EUR"}},
			{Type: "digital-asset", RewardID: "a1", Quantity: new(int64(50))},
		}),
		Distribution: merchants.Value(
			merchants.Distribution{Type: "raffle", MaxBoxes: new(int64(1000)), DrawAt: new("2027-09-01T00:00:00Z")},
		),
		TypeConfig: merchants.Value[any](merchants.Challenge{
			Name: merchants.Localized{"en": "Hunt"}, OptInCTA: merchants.Localized{"en": "Join"},
			Description: merchants.Localized{},
			ImageURL:    new("https://cdn.example.com/1.png"), Slug: new("hunt"),
			Steps: []merchants.Step{
				{
					ID: "s1", UserAction: "cohort_form", Icon: new("form"), Title: merchants.Localized{"en": "Size"},
					Description: merchants.Localized{},
					Triggers: []merchants.Trigger{
						{Type: "cohort_form", TypeConfig: json.RawMessage(`{"property":"tier"}`)}, {Type: "visit"},
					},
				},
				{
					UserAction: "visit", Title: merchants.Localized{}, Description: merchants.Localized{},
					Triggers: []merchants.Trigger{},
				},
			},
		}),
	}
	otherCampaign = merchants.CampaignInput{
		InternalName: merchants.Value("winter"), Type: merchants.Value("store"), CohortID: merchants.Value("c2"),
		StartAt: merchants.Value("2027-12-01T00:00:00Z"), EndAt: merchants.Value("2028-01-31T22:00:00Z"),
		Rewards: merchants.Value(
			[]merchants.Reward{{Type: "perk", RewardID: "p1", Price: &merchants.Price{Amount: 1250, Currency: "EUR"}}},
		),
		Distribution: merchants.Value(merchants.Distribution{Type: "direct", MaxQuantity: new(int64(10))}),
		TypeConfig: merchants.Value[any](merchants.Store{
			Name: merchants.Localized{"en": "Shop"}, Description: merchants.Localized{"en": "All"},
			VideoURL: new("https://cdn.example.com/1.mp4"), Slug: new("shop"),
		}),
	}
)

const (
	nullPropertyJSON  = `{"name":null,"type":null,"referenceId":null}`
	fullPropertyJSON  = `{"name":"Tier","type":"text","referenceId":"tier"}`
	otherPropertyJSON = `{"name":"Rank","type":"number","referenceId":"rank"}`

	nullCohortJSON = `{"name":null,"referenceId":null,"conditions":null}`
	fullCohortJSON = `{"name":"Gold","referenceId":"gold","conditions":{"operator":"or","groups":[{"operator":"and",` +
		`"conditions":[` +
		`{"type":"user-property","typeConfig":{"property":"tier","operator":"equals","value":"gold"}},` +
		`{"type":"user-property","typeConfig":{"property":"email","operator":"is-set","value":null}},` +
		`{"type":"event","typeConfig":{"event":"app.connected","operator":"has-done","withinDays":90}},` +
		`{"type":"event","typeConfig":{"event":"app.connected","operator":"has-not-done","withinDays":null}},` +
		`{"type":"cohort","typeConfig":{"cohortId":"c1","operator":"is-in"}}]}]}}`
	otherCohortJSON = `{"name":"VIP","referenceId":"vip","conditions":{"operator":"or","groups":[{"operator":"and",` +
		`"conditions":[` +
		`{"type":"cohort","typeConfig":{"cohortId":"c1","operator":"is-not-in"}}]}]}}`

	nullPerkJSON = `{"internalName":null,"title":null,"description":null,"imageUrl":null,"videoUrl":null,"type":null,` +
		`"typeConfig":null,"expiresAt":null}`
	fullPerkJSON = `{"internalName":"welcome","title":{"en":"10% off","fr":"10 % offerts"},` +
		`"description":{"en":"\u003cp\u003eA \u0026 B\u003c/p\u003e"},` +
		`"imageUrl":"https://cdn.example.com/1.png","videoUrl":"https://cdn.example.com/1.mp4","type":"code",` +
		`"typeConfig":{"code":"HELLO"},` +
		`"expiresAt":"2027-01-01T00:00:00Z"}`
	otherPerkJSON = `{"internalName":"bye","title":{"en":"10% off"},"description":{"en":"b"},` +
		`"imageUrl":"https://cdn.example.com/2.png",` +
		`"videoUrl":"https://cdn.example.com/2.mp4","type":"link","typeConfig":{"url":"https://example.com"},` +
		`"expiresAt":"2028-01-01T00:00:00Z"}`

	nullAssetJSON = `{"internalName":null,"title":null,"description":null,"imageUrl":null,"videoUrl":null,` +
		`"maxSupply":null}`
	fullAssetJSON = `{"internalName":"card","title":{"en":"Card"},"description":{"en":"One of 500"},` +
		`"imageUrl":"https://cdn.example.com/1.png",` +
		`"videoUrl":"https://cdn.example.com/1.mp4","maxSupply":9007199254740993}`
	otherAssetJSON = `{"internalName":"pass","title":{"fr":"Card"},"description":{},` +
		`"imageUrl":"https://cdn.example.com/2.png",` +
		`"videoUrl":"https://cdn.example.com/2.mp4","maxSupply":500}`

	nullBadgeJSON = `{"internalName":null,"title":null,"description":null,"imageUrl":null,"cohortId":null,` +
		`"visibility":null,"lockedDescription":null}`
	fullBadgeJSON = `{"internalName":"gold","title":{"en":"Gold"},"description":{"en":"You reached gold."},` +
		`"imageUrl":"https://cdn.example.com/1.png",` +
		`"cohortId":"c1","visibility":"everyone","lockedDescription":{"en":"Reach gold"}}`
	otherBadgeJSON = `{"internalName":"silver","title":{"en":"Silver"},"description":{"en":"You reached silver."},` +
		`"imageUrl":"https://cdn.example.com/2.png",` +
		`"cohortId":"c2","visibility":"owners","lockedDescription":{"en":"Reach silver"}}`

	nullCampaignJSON = `{"internalName":null,"type":null,"cohortId":null,"startAt":null,"endAt":null,"rewards":null,` +
		`"distribution":null,"typeConfig":null}`
	fullCampaignJSON = `{"internalName":"summer","type":"challenge","cohortId":"c1","startAt":"2027-06-01T00:00:00Z",` +
		`"endAt":"2027-08-31T22:00:00Z",` +
		`"rewards":[{"type":"perk","rewardId":"p1","quantity":null,"price":{"amount":0,"currency":"EUR"}},` +
		`{"type":"digital-asset","rewardId":"a1","quantity":50,"price":null}],` +
		`"distribution":{"type":"raffle","typeConfig":{"maxBoxes":1000,"drawAt":"2027-09-01T00:00:00Z"}},` +
		`"typeConfig":{"name":{"en":"Hunt"},"optInCta":{"en":"Join"},"description":{},` +
		`"imageUrl":"https://cdn.example.com/1.png","videoUrl":null,"slug":"hunt",` +
		`"steps":[{"id":"s1","userAction":"cohort_form","icon":"form","title":{"en":"Size"},"description":{},` +
		`"triggers":[{"type":"cohort_form","typeConfig":{"property":"tier"}},{"type":"visit","typeConfig":null}]},` +
		`{"userAction":"visit","icon":null,"title":{},"description":{},"triggers":[]}]}}`
	otherCampaignJSON = `{"internalName":"winter","type":"store","cohortId":"c2","startAt":"2027-12-01T00:00:00Z",` +
		`"endAt":"2028-01-31T22:00:00Z",` +
		`"rewards":[{"type":"perk","rewardId":"p1","quantity":null,"price":{"amount":1250,"currency":"EUR"}}],` +
		`"distribution":{"type":"direct","typeConfig":{"maxQuantity":10}},` +
		`"typeConfig":{"name":{"en":"Shop"},"description":{"en":"All"},"imageUrl":null,` +
		`"videoUrl":"https://cdn.example.com/1.mp4","slug":"shop"}}`
)

func TestInputs_encode(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		in   any
		want string
	}{
		"user property, absent": {merchants.UserPropertyInput{}, `{}`},
		"user property, null":   {nullProperty, nullPropertyJSON},
		"user property, empty":  {emptyProperty, `{"name":"","type":"","referenceId":""}`},
		"user property, full":   {fullProperty, fullPropertyJSON},

		"cohort, absent": {merchants.CohortInput{}, `{}`},
		"cohort, null":   {nullCohort, nullCohortJSON},
		"cohort, empty":  {emptyCohort, `{"name":"","referenceId":"","conditions":{"operator":"and","groups":[]}}`},
		"cohort, full":   {fullCohort, fullCohortJSON},

		"perk, absent": {merchants.PerkInput{}, `{}`},
		"perk, null":   {nullPerk, nullPerkJSON},
		"perk, empty": {
			emptyPerk,
			`{"internalName":"","title":{},"description":{},"imageUrl":"","videoUrl":"","type":"","typeConfig":null,` +
				`"expiresAt":""}`,
		},
		"perk, full": {fullPerk, fullPerkJSON},

		"digital asset, absent": {merchants.DigitalAssetInput{}, `{}`},
		"digital asset, null":   {nullAsset, nullAssetJSON},
		"digital asset, empty": {
			emptyAsset, `{"internalName":"","title":{},"description":{},"imageUrl":"","videoUrl":"","maxSupply":0}`,
		},
		"digital asset, full": {fullAsset, fullAssetJSON},

		"badge, absent": {merchants.BadgeInput{}, `{}`},
		"badge, null":   {nullBadge, nullBadgeJSON},
		"badge, empty": {
			emptyBadge,
			`{"internalName":"","title":{},"description":{},"imageUrl":"","cohortId":"","visibility":"","lockedDescription":{}}`,
		},
		"badge, full": {fullBadge, fullBadgeJSON},

		"campaign, absent": {merchants.CampaignInput{}, `{}`},
		"campaign, null":   {nullCampaign, nullCampaignJSON},
		"campaign, empty": {
			emptyCampaign,
			`{"internalName":"","type":"","cohortId":"","startAt":"","endAt":"","rewards":[],` +
				`"distribution":{"type":"direct","typeConfig":{"maxQuantity":null}},` +
				`"typeConfig":{"name":{},"description":{},"imageUrl":null,"videoUrl":null}}`,
		},
		"campaign, full": {fullCampaign, fullCampaignJSON},

		"instant draw": {
			merchants.Distribution{
				Type: "instant-draw", MaxBoxes: new(int64(3)), MaxQuantity: new(int64(9)), DrawAt: new("never sent"),
			},
			`{"type":"instant-draw","typeConfig":{"maxBoxes":3}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := json.Marshal(test.in)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestInputs_patch(t *testing.T) {
	t.Parallel()
	c := newClient(t, merchants.Config{})
	for name, test := range map[string]struct{ got, want string }{
		"user property, same":  {patchOf(t, c.UserProperties, `{}`, fullProperty, fullProperty), `{}`},
		"user property, other": {patchOf(t, c.UserProperties, `{}`, fullProperty, otherProperty), otherPropertyJSON},
		"user property, set": {
			patchOf(t, c.UserProperties, `{}`, merchants.UserPropertyInput{}, fullProperty), fullPropertyJSON,
		},
		"user property, cleared": {
			patchOf(t, c.UserProperties, `{}`, fullProperty, merchants.UserPropertyInput{}), nullPropertyJSON,
		},
		"user property, nulls": {patchOf(t, c.UserProperties, `{}`, nullProperty, nullProperty), `{}`},

		"cohort, same":    {patchOf(t, c.Segments, `{}`, fullCohort, fullCohort), `{}`},
		"cohort, other":   {patchOf(t, c.Segments, `{}`, fullCohort, otherCohort), otherCohortJSON},
		"cohort, set":     {patchOf(t, c.Segments, `{}`, merchants.CohortInput{}, fullCohort), fullCohortJSON},
		"cohort, cleared": {patchOf(t, c.Segments, `{}`, fullCohort, merchants.CohortInput{}), nullCohortJSON},
		"cohort, nulls":   {patchOf(t, c.Segments, `{}`, nullCohort, nullCohort), `{}`},

		"perk, same":  {patchOf(t, c.Perks, `{}`, fullPerk, fullPerk), `{}`},
		"perk, other": {patchOf(t, c.Perks, `{}`, fullPerk, otherPerk), otherPerkJSON},
		"perk, set":   {patchOf(t, c.Perks, `{}`, merchants.PerkInput{}, fullPerk), fullPerkJSON},
		"perk, cleared": {
			patchOf(t, c.Perks, `{}`,
				fullPerk, merchants.PerkInput{Type: merchants.Value("none"), TypeConfig: merchants.Null[json.RawMessage]()}),
			`{"internalName":null,"title":null,"description":null,"imageUrl":null,"videoUrl":null,"type":"none",` +
				`"typeConfig":null,"expiresAt":null}`,
		},
		"perk, nulls": {patchOf(t, c.Perks, `{}`, nullPerk, nullPerk), `{}`},
		"perk, only the settings": {
			patchOf(t, c.Perks, `{}`,
				merchants.PerkInput{Type: merchants.Value("code"), TypeConfig: merchants.Value(json.RawMessage(`{"code":"A"}`))},
				merchants.PerkInput{Type: merchants.Value("code"), TypeConfig: merchants.Value(json.RawMessage(`{"code":"B"}`))}),
			`{"type":"code","typeConfig":{"code":"B"}}`,
		},
		"perk, only the type": {
			patchOf(t, c.Perks, `{}`,
				merchants.PerkInput{Type: merchants.Value("a"), TypeConfig: merchants.Value(json.RawMessage(`{"x":1}`))},
				merchants.PerkInput{Type: merchants.Value("b"), TypeConfig: merchants.Value(json.RawMessage(`{"x":1}`))}),
			`{"type":"b","typeConfig":{"x":1}}`,
		},

		"digital asset, same":  {patchOf(t, c.DigitalAssets, `{}`, fullAsset, fullAsset), `{}`},
		"digital asset, other": {patchOf(t, c.DigitalAssets, `{}`, fullAsset, otherAsset), otherAssetJSON},
		"digital asset, set": {
			patchOf(t, c.DigitalAssets, `{}`, merchants.DigitalAssetInput{}, fullAsset), fullAssetJSON,
		},
		"digital asset, cleared": {
			patchOf(t, c.DigitalAssets, `{}`, fullAsset, merchants.DigitalAssetInput{}), nullAssetJSON,
		},
		"digital asset, nulls": {patchOf(t, c.DigitalAssets, `{}`, nullAsset, nullAsset), `{}`},

		"badge, same":    {patchOf(t, c.Badges, `{}`, fullBadge, fullBadge), `{}`},
		"badge, other":   {patchOf(t, c.Badges, `{}`, fullBadge, otherBadge), otherBadgeJSON},
		"badge, set":     {patchOf(t, c.Badges, `{}`, merchants.BadgeInput{}, fullBadge), fullBadgeJSON},
		"badge, cleared": {patchOf(t, c.Badges, `{}`, fullBadge, merchants.BadgeInput{}), nullBadgeJSON},
		"badge, nulls":   {patchOf(t, c.Badges, `{}`, nullBadge, nullBadge), `{}`},

		"campaign, same":    {patchOf(t, c.Campaigns, `{}`, fullCampaign, fullCampaign), `{}`},
		"campaign, other":   {patchOf(t, c.Campaigns, `{}`, fullCampaign, otherCampaign), otherCampaignJSON},
		"campaign, set":     {patchOf(t, c.Campaigns, `{}`, merchants.CampaignInput{}, fullCampaign), fullCampaignJSON},
		"campaign, cleared": {patchOf(t, c.Campaigns, `{}`, fullCampaign, merchants.CampaignInput{}), nullCampaignJSON},
		"campaign, nulls":   {patchOf(t, c.Campaigns, `{}`, nullCampaign, nullCampaign), `{}`},
		"campaign, one step's text": {
			patchOf(t, c.Campaigns, `{}`, campaignOfStep("a"), campaignOfStep("b")),
			`{"typeConfig":{"name":{},"optInCta":{},"description":{},"imageUrl":null,"videoUrl":null,` +
				`"steps":[{"id":"s1","userAction":"visit","icon":null,"title":{"en":"b"},"description":{},"triggers":[]}]}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !merchants.SameJSON([]byte(test.got), []byte(test.want)) {
				t.Errorf("\n got %s\nwant %s", test.got, test.want)
			}
		})
	}
}

func campaignOfStep(title string) merchants.CampaignInput {
	return merchants.CampaignInput{
		InternalName: merchants.Value("hunt"),
		TypeConfig: merchants.Value[any](merchants.Challenge{
			Name: merchants.Localized{}, OptInCTA: merchants.Localized{}, Description: merchants.Localized{},
			Steps: []merchants.Step{{
				ID: "s1", UserAction: "visit", Title: merchants.Localized{"en": title}, Description: merchants.Localized{},
				Triggers: []merchants.Trigger{},
			}},
		}),
	}
}

func TestInputs_conditionOfNoKindIsNotSent(t *testing.T) {
	t.Parallel()
	s := serve(t, reply(200, `{"id":"c1"}`))

	held := &merchants.Cohort{ID: "c1", Raw: merchants.Raw{JSON: []byte(`{"id":"c1"}`)}}
	_, err := s.client(t).Segments.Update(t.Context(), held, merchants.CohortInput{}, merchants.CohortInput{
		Conditions: merchants.Value(
			merchants.Conditions{Groups: []merchants.ConditionGroup{{Conditions: []merchants.Condition{{}}}}},
		),
	})
	if err == nil {
		t.Error("a condition without a kind was accepted")
	}
	if calls := s.got(); len(calls) != 0 {
		t.Errorf("got %d requests", len(calls))
	}
}
