package merchants_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

func TestObjects_requests(t *testing.T) {
	t.Parallel()
	raw := merchants.Raw{JSON: []byte(`{"id":"x1"}`)}
	for want, do := range map[string]func(*merchants.Client) error{
		`GET /v1/user-properties/x1 `: func(c *merchants.Client) error {
			return second(c.UserProperties.Get(t.Context(), "x1"))
		},
		`PATCH /v1/user-properties/x1 ` + fullPropertyJSON: func(c *merchants.Client) error {
			return second(c.UserProperties.Update(t.Context(),
				&merchants.UserProperty{ID: "x1", Raw: raw}, merchants.UserPropertyInput{}, fullProperty))
		},
		`POST /v1/user-properties ` + otherPropertyJSON: func(c *merchants.Client) error {
			return second(c.UserProperties.Create(t.Context(), otherProperty))
		},
		`DELETE /v1/user-properties/x1 `: func(c *merchants.Client) error {
			return c.UserProperties.Delete(t.Context(), "x1")
		},
		`GET /v1/cohorts/x1 `: func(c *merchants.Client) error {
			return second(c.Segments.Get(t.Context(), "x1"))
		},
		`PATCH /v1/cohorts/x1 ` + fullCohortJSON: func(c *merchants.Client) error {
			return second(c.Segments.Update(t.Context(),
				&merchants.Cohort{ID: "x1", Raw: raw}, merchants.CohortInput{}, fullCohort))
		},
		`POST /v1/cohorts {"type":"list",` + otherCohortJSON[1:]: func(c *merchants.Client) error {
			return second(c.Lists.Create(t.Context(), otherCohort))
		},
		`DELETE /v1/cohorts/x1 `: func(c *merchants.Client) error {
			return c.Segments.Delete(t.Context(), "x1")
		},
		`GET /v1/perks/x1 `: func(c *merchants.Client) error {
			return second(c.Perks.Get(t.Context(), "x1"))
		},
		`PATCH /v1/perks/x1 ` + fullPerkJSON: func(c *merchants.Client) error {
			return second(c.Perks.Update(t.Context(), &merchants.Perk{ID: "x1", Raw: raw}, merchants.PerkInput{}, fullPerk))
		},
		`POST /v1/perks ` + otherPerkJSON: func(c *merchants.Client) error {
			return second(c.Perks.Create(t.Context(), otherPerk))
		},
		`POST /v1/perks/x1/publish `: func(c *merchants.Client) error {
			return second(c.Perks.Transition(t.Context(), merchants.Head{ID: "x1"}, merchants.Publish))
		},
		`POST /v1/perks/x1/archive `: func(c *merchants.Client) error {
			return second(c.Perks.Transition(t.Context(), merchants.Head{ID: "x1"}, merchants.Archive))
		},
		`POST /v1/perks/x1/unarchive `: func(c *merchants.Client) error {
			return second(c.Perks.Transition(t.Context(), merchants.Head{ID: "x1"}, merchants.Unarchive))
		},
		`DELETE /v1/perks/x1 `: func(c *merchants.Client) error { return c.Perks.Delete(t.Context(), "x1") },
		`GET /v1/digital-assets/x1 `: func(c *merchants.Client) error {
			return second(c.DigitalAssets.Get(t.Context(), "x1"))
		},
		`PATCH /v1/digital-assets/x1 ` + fullAssetJSON: func(c *merchants.Client) error {
			return second(c.DigitalAssets.Update(t.Context(),
				&merchants.DigitalAsset{ID: "x1", Raw: raw}, merchants.DigitalAssetInput{}, fullAsset))
		},
		`POST /v1/digital-assets ` + otherAssetJSON: func(c *merchants.Client) error {
			return second(c.DigitalAssets.Create(t.Context(), otherAsset))
		},
		`POST /v1/digital-assets/x1/publish `: func(c *merchants.Client) error {
			return second(c.DigitalAssets.Transition(t.Context(), merchants.Head{ID: "x1"}, merchants.Publish))
		},
		`DELETE /v1/digital-assets/x1 `: func(c *merchants.Client) error { return c.DigitalAssets.Delete(t.Context(), "x1") },
		`GET /v1/badges/x1 `:            func(c *merchants.Client) error { return second(c.Badges.Get(t.Context(), "x1")) },
		`PATCH /v1/badges/x1 ` + fullBadgeJSON: func(c *merchants.Client) error {
			return second(c.Badges.Update(t.Context(), &merchants.Badge{ID: "x1", Raw: raw}, merchants.BadgeInput{}, fullBadge))
		},
		`POST /v1/badges ` + otherBadgeJSON: func(c *merchants.Client) error {
			return second(c.Badges.Create(t.Context(), otherBadge))
		},
		`POST /v1/badges/x1/publish `: func(c *merchants.Client) error {
			return second(c.Badges.Transition(t.Context(), merchants.Head{ID: "x1"}, merchants.Publish))
		},
		`DELETE /v1/badges/x1 `: func(c *merchants.Client) error { return c.Badges.Delete(t.Context(), "x1") },
		`GET /v1/campaigns/x1 `: func(c *merchants.Client) error { return second(c.Campaigns.Get(t.Context(), "x1")) },
		`PATCH /v1/campaigns/x1 ` + fullCampaignJSON: func(c *merchants.Client) error {
			return second(c.Campaigns.Update(t.Context(),
				&merchants.Campaign{ID: "x1", Raw: raw}, merchants.CampaignInput{}, fullCampaign))
		},
		`POST /v1/campaigns ` + otherCampaignJSON: func(c *merchants.Client) error {
			return second(c.Campaigns.Create(t.Context(), otherCampaign))
		},
		`POST /v1/campaigns/x1/publish `: func(c *merchants.Client) error {
			return second(c.Campaigns.Transition(t.Context(), merchants.Head{ID: "x1"}, merchants.Publish))
		},
		`POST /v1/campaigns/x1/end `: func(c *merchants.Client) error {
			return second(c.Campaigns.Transition(t.Context(), merchants.Head{ID: "x1"}, merchants.End))
		},
		`POST /v1/campaigns/x1/archive `: func(c *merchants.Client) error {
			return second(c.Campaigns.Transition(t.Context(), merchants.Head{ID: "x1"}, merchants.Archive))
		},
		`POST /v1/campaigns/x1/unarchive `: func(c *merchants.Client) error {
			return second(c.Campaigns.Transition(t.Context(), merchants.Head{ID: "x1"}, merchants.Unarchive))
		},
		`DELETE /v1/campaigns/x1 `: func(c *merchants.Client) error {
			return c.Campaigns.Delete(t.Context(), "x1")
		},
		`DELETE /v1/perks/a%2F..%2Fb%3Fc%23d%25 `: func(c *merchants.Client) error {
			return c.Perks.Delete(t.Context(), "a/../b?c#d%")
		},
		`DELETE /v1/perks/%2E%2E `: func(c *merchants.Client) error {
			return c.Perks.Delete(t.Context(), "..")
		},
		`DELETE /v1/perks/%2E `: func(c *merchants.Client) error {
			return c.Perks.Delete(t.Context(), ".")
		},
		`POST /v1/users/auth-token {"email":"a@b.example"}`: func(c *merchants.Client) error {
			return second(c.CreateUserAuthToken(t.Context(), "a@b.example"))
		},
		`GET /v1/merchants/campaign-diffusion-configuration `: func(c *merchants.Client) error {
			return second(c.GetCampaignDiffusion(t.Context()))
		},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			s := serve(t, reply(200, `{"id":"x1","authToken":"t"}`))
			if err := do(s.client(t)); err != nil {
				t.Fatal(err)
			}
			calls := s.got()
			if len(calls) != 1 {
				t.Fatalf("got %d requests, want one: %v", len(calls), calls)
			}
			target, body, _ := strings.Cut(want, " {")
			if body != "" {
				body = "{" + body
			}
			got := calls[0].Method + " " + calls[0].Target
			if got != strings.TrimSpace(target) || !merchants.SameJSON([]byte(calls[0].Body), []byte(body)) {
				t.Errorf("\n got %s %s\nwant %s", got, calls[0].Body, want)
			}
		})
	}
}

func second[T any](_ T, err error) error { return err }

func TestObjects_decode(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body string
		get  func(*merchants.Client) (any, error)
		want any
	}{
		"user property": {
			`{"id":"x1","name":"Tier","type":"text","referenceId":"tier","createdAt":"2026-01-01T00:00:00.000Z",` +
				`"updatedAt":"2026-01-02T00:00:00.000Z"}`,
			func(c *merchants.Client) (any, error) { return c.UserProperties.Get(t.Context(), "x1") },
			&merchants.UserProperty{ID: "x1", Name: "Tier", Type: "text", ReferenceID: "tier"},
		},
		"segment": {
			`{"id":"x1","type":"segment","name":"Gold","referenceId":null,
			 "conditions":{"operator":"and","groups":[{"operator":"or","conditions":[
			 {"type":"user-property","typeConfig":{"property":"tier","operator":"equals","value":"gold"}},
			 {"type":"event","typeConfig":{"event":"e","operator":"has-done","withinDays":90}},
			 {"type":"cohort","typeConfig":{"cohortId":"c1","operator":"is-not-in"}}]}]}}`,
			func(c *merchants.Client) (any, error) { return c.Segments.Get(t.Context(), "x1") },
			&merchants.Cohort{ID: "x1", Type: "segment", Name: "Gold", Conditions: &merchants.Conditions{
				Operator: "and",
				Groups: []merchants.ConditionGroup{{Operator: "or", Conditions: []merchants.Condition{
					{UserProperty: &merchants.UserPropertyCondition{
						Property: "tier", Operator: "equals", Value: &merchants.Scalar{Text: "gold"},
					}},
					{Event: &merchants.EventCondition{Event: "e", Operator: "has-done", WithinDays: new(int64(90))}},
					{Cohort: &merchants.CohortCondition{CohortID: "c1", Operator: "is-not-in"}},
				}}},
			}},
		},
		"perk": {
			`{"id":"x1","internalName":"welcome","status":"live","title":{"en":"T"},"description":{},"imageUrl":"https://i",
			 "videoUrl":null,"type":"code","typeConfig":{"code":"HELLO"},"expiresAt":"2027-01-01T00:00:00.000Z"}`,
			func(c *merchants.Client) (any, error) { return c.Perks.Get(t.Context(), "x1") },
			&merchants.Perk{
				ID: "x1", InternalName: "welcome", Status: "live", Title: merchants.Localized{"en": "T"},
				Description: merchants.Localized{},
				ImageURL:    new("https://i"), Type: "code", TypeConfig: json.RawMessage(`{"code":"HELLO"}`),
				ExpiresAt: new("2027-01-01T00:00:00.000Z"),
			},
		},
		"digital asset": {
			`{"id":"x1","internalName":"card","status":"draft","title":{"en":"T"},"description":{"en":"D"},"imageUrl":null,` +
				`"videoUrl":"https://v","maxSupply":9007199254740993}`,
			func(c *merchants.Client) (any, error) { return c.DigitalAssets.Get(t.Context(), "x1") },
			&merchants.DigitalAsset{
				ID: "x1", InternalName: "card", Status: "draft", Title: merchants.Localized{"en": "T"},
				Description: merchants.Localized{"en": "D"},
				VideoURL:    new("https://v"), MaxSupply: new(int64(9007199254740993)),
			},
		},
		"badge": {
			`{"id":"x1","internalName":"gold","status":"published","title":{},"description":{},"imageUrl":"https://i",` +
				`"cohortId":"c1","visibility":"owners","lockedDescription":null}`,
			func(c *merchants.Client) (any, error) { return c.Badges.Get(t.Context(), "x1") },
			&merchants.Badge{
				ID: "x1", InternalName: "gold", Status: "published", Title: merchants.Localized{},
				Description: merchants.Localized{},
				ImageURL:    new("https://i"), CohortID: "c1", Visibility: "owners",
			},
		},
		"challenge": {
			`{"id":"x1","internalName":"hunt","type":"challenge","status":"published","cohortId":"c1",
			 "startAt":"2027-06-01T00:00:00.000Z","endAt":null,
			 "rewards":[{"type":"perk","rewardId":"p1","quantity":5,"price":null}],
			 "distribution":{"type":"raffle","typeConfig":{"maxBoxes":9,"drawAt":"2027-09-01T00:00:00.000Z"}},
			 "typeConfig":{"name":{"en":"N"},"optInCta":{"en":"C"},"description":{},"imageUrl":"https://i",
			 "videoUrl":null,"slug":"hunt","steps":[{"id":"s1","userAction":"visit","icon":null,"title":{"en":"S"},
			 "description":{},"triggers":[{"type":"visit","typeConfig":null},{"type":"form","typeConfig":{"a":1}}]}]}}`,
			func(c *merchants.Client) (any, error) { return c.Campaigns.Get(t.Context(), "x1") },
			&merchants.Campaign{
				ID: "x1", InternalName: "hunt", Type: "challenge", Status: "published", CohortID: new(merchants.ID("c1")),
				StartAt: new("2027-06-01T00:00:00.000Z"),
				Rewards: []merchants.Reward{{Type: "perk", RewardID: "p1", Quantity: new(int64(5))}},
				Distribution: merchants.Distribution{
					Type: "raffle", MaxBoxes: new(int64(9)), DrawAt: new("2027-09-01T00:00:00.000Z"),
				},
				Challenge: &merchants.Challenge{
					Name: merchants.Localized{"en": "N"}, OptInCTA: merchants.Localized{"en": "C"}, Description: merchants.Localized{},
					ImageURL: new("https://i"), Slug: new("hunt"),
					Steps: []merchants.Step{{
						ID: "s1", UserAction: "visit", Title: merchants.Localized{"en": "S"}, Description: merchants.Localized{},
						Triggers: []merchants.Trigger{
							{Type: "visit", TypeConfig: json.RawMessage(`null`)}, {Type: "form", TypeConfig: json.RawMessage(`{"a":1}`)},
						},
					}},
				},
			},
		},
		"store": {
			`{"id":"x1","internalName":"shop","type":"store","status":"draft","cohortId":null,
			 "rewards":[{"type":"perk","rewardId":"p1","quantity":null,"price":{"amount":1250,"currency":"EUR"}}],
			 "distribution":{"type":"direct","typeConfig":{"maxQuantity":null}},
			 "typeConfig":{"name":{"en":"N"},"description":{},"slug":"shop"}}`,
			func(c *merchants.Client) (any, error) { return c.Campaigns.Get(t.Context(), "x1") },
			&merchants.Campaign{
				ID: "x1", InternalName: "shop", Type: "store", Status: "draft",
				Rewards: []merchants.Reward{
					{Type: "perk", RewardID: "p1", Price: &merchants.Price{Amount: 1250, Currency: "EUR"}},
				},
				Distribution: merchants.Distribution{Type: "direct"},
				Store: &merchants.Store{
					Name: merchants.Localized{"en": "N"}, Description: merchants.Localized{}, Slug: new("shop"),
				},
			},
		},

		"unknown keys": {
			`{"id":"x1","name":"Tier","type":"text","referenceId":"tier","color":"red","nested":{"id":[1]}}`,
			func(c *merchants.Client) (any, error) { return c.UserProperties.Get(t.Context(), "x1") },
			&merchants.UserProperty{ID: "x1", Name: "Tier", Type: "text", ReferenceID: "tier"},
		},
		"an id as a number": {
			`{"id":12345678901234567890,"cohortId":7,"title":null}`,
			func(c *merchants.Client) (any, error) { return c.Badges.Get(t.Context(), "12345678901234567890") },
			&merchants.Badge{ID: "12345678901234567890", CohortID: "7"},
		},
		"a name as a localized object with English": {
			`{"id":"x1","name":{"de":"Stufe","en":"Tier"}}`,
			func(c *merchants.Client) (any, error) { return c.UserProperties.Get(t.Context(), "x1") },
			&merchants.UserProperty{ID: "x1", Name: "Tier"},
		},
		"a name as a localized object without English": {
			`{"id":"x1","name":{"fr":"Niveau","de":"Stufe"}}`,
			func(c *merchants.Client) (any, error) { return c.Segments.Get(t.Context(), "x1") },
			&merchants.Cohort{ID: "x1", Name: "Stufe"},
		},
		"a name as an empty object": {
			`{"id":"x1","name":{}}`,
			func(c *merchants.Client) (any, error) { return c.Segments.Get(t.Context(), "x1") },
			&merchants.Cohort{ID: "x1"},
		},
		"a name that is null": {
			`{"id":"x1","name":null}`,
			func(c *merchants.Client) (any, error) { return c.Segments.Get(t.Context(), "x1") },
			&merchants.Cohort{ID: "x1"},
		},
		"a compared value as a number, a boolean and null": {
			`{"id":"x1","conditions":{"operator":"and","groups":[{"operator":"and","conditions":[
			 {"type":"user-property","typeConfig":{"property":"a","operator":"o","value":1.50}},
			 {"type":"user-property","typeConfig":{"property":"b","operator":"o","value":true}},
			 {"type":"user-property","typeConfig":{"property":"c","operator":"o","value":null}}]}]}}`,
			func(c *merchants.Client) (any, error) { return c.Segments.Get(t.Context(), "x1") },
			&merchants.Cohort{ID: "x1", Conditions: &merchants.Conditions{Operator: "and", Groups: []merchants.ConditionGroup{{
				Operator: "and",
				Conditions: []merchants.Condition{
					{UserProperty: &merchants.UserPropertyCondition{
						Property: "a", Operator: "o", Value: &merchants.Scalar{Text: "1.50", Number: true},
					}},
					{UserProperty: &merchants.UserPropertyCondition{
						Property: "b", Operator: "o", Value: &merchants.Scalar{Text: "true"},
					}},
					{UserProperty: &merchants.UserPropertyCondition{Property: "c", Operator: "o"}},
				},
			}}}},
		},
		"a condition of an unknown type": {
			`{"id":"x1","conditions":{"operator":"and","groups":[{"operator":"and","conditions":[{"type":"weather",` +
				`"typeConfig":[1,2]}]}]}}`,
			func(c *merchants.Client) (any, error) { return c.Segments.Get(t.Context(), "x1") },
			&merchants.Cohort{ID: "x1", Conditions: &merchants.Conditions{Operator: "and", Groups: []merchants.ConditionGroup{{
				Operator: "and", Conditions: []merchants.Condition{{Unknown: true}},
			}}}},
		},
		"a campaign of an unknown type, status and distribution": {
			`{"id":"x1","type":"quest","status":"paused","distribution":{"type":"auction","typeConfig":{"floor":1}},` +
				`"typeConfig":{"x":[]}}`,
			func(c *merchants.Client) (any, error) { return c.Campaigns.Get(t.Context(), "x1") },
			&merchants.Campaign{
				ID: "x1", Type: "quest", Status: "paused", Distribution: merchants.Distribution{Type: "auction"},
			},
		},
		"a perk of an unknown type": {
			`{"id":"x1","type":"nft","status":"frozen","typeConfig":[1]}`,
			func(c *merchants.Client) (any, error) { return c.Perks.Get(t.Context(), "x1") },
			&merchants.Perk{ID: "x1", Type: "nft", Status: "frozen", TypeConfig: json.RawMessage(`[1]`)},
		},
		"an unknown visibility": {
			`{"id":"x1","visibility":"friends"}`,
			func(c *merchants.Client) (any, error) { return c.Badges.Get(t.Context(), "x1") },
			&merchants.Badge{ID: "x1", Visibility: "friends"},
		},
		"settings that are null": {
			`{"id":"x1","type":"challenge","distribution":{"type":"direct","typeConfig":null},"typeConfig":null}`,
			func(c *merchants.Client) (any, error) { return c.Campaigns.Get(t.Context(), "x1") },
			&merchants.Campaign{
				ID: "x1", Type: "challenge", Distribution: merchants.Distribution{Type: "direct"},
				Challenge: &merchants.Challenge{},
			},
		},
		"settings that are not there": {
			`{"id":"x1","type":"store","distribution":null}`,
			func(c *merchants.Client) (any, error) { return c.Campaigns.Get(t.Context(), "x1") },
			&merchants.Campaign{ID: "x1", Type: "store", Store: &merchants.Store{}},
		},
		"an airdrop": {
			`{"id":"x1","type":"airdrop","typeConfig":null,"rewards":[]}`,
			func(c *merchants.Client) (any, error) { return c.Campaigns.Get(t.Context(), "x1") },
			&merchants.Campaign{ID: "x1", Type: "airdrop", Rewards: []merchants.Reward{}},
		},
		"blanks around the object": {
			"\r\n\t {\"id\":\"x1\"} \n",
			func(c *merchants.Client) (any, error) { return c.Segments.Get(t.Context(), "x1") },
			&merchants.Cohort{ID: "x1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := test.get(serve(t, reply(200, test.body)).client(t))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got, cmpopts.IgnoreTypes(merchants.Raw{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestObjects_refuse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, want string }{
		"a web page":         {"<!DOCTYPE html>\n<title>Sign in</title>", "it is a web page"},
		"plain text":         {"OK", "it is not JSON"},
		"nothing":            {"", "it is empty"},
		"null":               {"null", "it has no id"},
		"an object cut off":  {`{"id":"x1","name":"Ti`, "it is cut off"},
		"two objects":        {`{"id":"x1"}{"id":"x2"}`, "after top-level value"},
		"no id":              {`{"name":"Tier"}`, "it has no id"},
		"an empty id":        {`{"id":""}`, "it has no id"},
		"an id that is null": {`{"id":null}`, "it has no id"},
		"an id as an object": {`{"id":{"a":1}}`, "id is of another type"},
		"an id as a list":    {`{"id":["x1"]}`, "id is of another type"},
		"a name as a list":   {`{"id":"x1","name":["Tier"]}`, "name is of another type"},
		"a name of numbers":  {`{"id":"x1","name":{"en":1}}`, "name is of another type"},
		"a type as a number": {`{"id":"x1","type":1}`, "type is of another type"},
		"a list":             {`[{"id":"x1"}]`, ": it is of another type"},
		"a string":           {`"x1"`, ": it is of another type"},
		"an object in data":  {`{"data":{"id":"x1"}}`, "it has no id"},
		"an ID":              {`{"ID":"x1"}`, "it has no id"},
		"two ids":            {`{"id":"x1","id":"x2"}`, "duplicate"},
		"an id of dots":      {`{"id":".."}`, "is not an id"},
		"an id with /":       {`{"id":"x1/publish"}`, "is not an id"},
		"an id with \\":      {`{"id":"x\\1"}`, "is not an id"},
		"an id with a query": {`{"id":"x1?limit=1"}`, "is not an id"},
		"an id of a shell":   {`{"id":"x1;ls"}`, "is not an id"},
		"an id of HCL":       {`{"id":"${path.root}"}`, "is not an id"},
		"an escaped id":      {`{"id":"x%2f1"}`, "is not an id"},
		"an id with a blank": {`{"id":"x 1"}`, "is not an id"},
		"an id of two lines": {`{"id":"x1\n::error::"}`, "is not an id"},
		"an id of an accent": {`{"id":"é"}`, "is not an id"},
		"an id without end":  {`{"id":"` + strings.Repeat("x", 129) + `"}`, "is not an id"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, reply(200, test.body))

			if strings.HasSuffix(test.want, "is not an id") {
				for _, err := range serve(t, reply(200, `{"data":[`+test.body+`]}`)).client(t).UserProperties.List(t.Context()) {
					if !errors.Is(err, merchants.ErrUnusableAnswer) || !strings.Contains(fmt.Sprint(err), test.want) {
						t.Errorf("in a list: %v, want %q", err, test.want)
					}
				}
			}
			_, err := s.client(t).UserProperties.Get(t.Context(), "x1")
			if !errors.Is(err, merchants.ErrUnusableAnswer) || !strings.Contains(fmt.Sprint(err), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if merchants.IsNotFound(err) {
				t.Error("the object counts as gone")
			}
			if !strings.HasPrefix(fmt.Sprint(err), "GET user-properties/x1: the service's answer cannot be used: ") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestObjects_settingsOfTheWrongShapeAreRefused(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"id":"x1","type":"challenge","typeConfig":[]}`,
		`{"id":"x1","type":"challenge","typeConfig":{"steps":{}}}`,
		`{"id":"x1","type":"store","typeConfig":"x"}`,
		`{"id":"x1","type":"airdrop","distribution":{"type":"direct","typeConfig":{"maxQuantity":"many"}}}`,
		`{"id":"x1","type":"airdrop","distribution":[]}`,
		`{"id":"x1","type":"airdrop","rewards":[{"quantity":1.5}]}`,
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			_, err := serve(t, reply(200, body)).client(t).Campaigns.Get(t.Context(), "x1")
			if !errors.Is(err, merchants.ErrUnusableAnswer) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestObjects_emptyAnswerIsRead: after a write with an empty response, the object is read.
func TestObjects_emptyAnswerIsRead(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		do   func(*merchants.Client) (merchants.Head, error)
		want string
	}{
		"update": {
			func(c *merchants.Client) (merchants.Head, error) {
				perk, err := merchants.UpdatePerk(t.Context(), c, "x1", merchants.PerkInput{InternalName: merchants.Value("a")})
				if err != nil {
					return merchants.Head{}, err
				}
				return perk.Head(), nil
			},
			"PATCH /v1/perks/x1",
		},
		"publish": {
			func(c *merchants.Client) (merchants.Head, error) {
				return c.Perks.Transition(t.Context(), merchants.Head{ID: "x1"}, merchants.Publish)
			},
			"POST /v1/perks/x1/publish",
		},
	} {
		for _, empty := range []struct {
			status int
			body   string
		}{{200, ""}, {200, " \r\n"}, {204, ""}, {202, ""}} {
			t.Run(fmt.Sprint(name, empty), func(t *testing.T) {
				t.Parallel()
				s := serve(t, func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodGet {
						reply(200, `{"id":"x1","internalName":"read"}`)(w, r)
						return
					}
					reply(empty.status, empty.body)(w, r)
				})
				perk, err := test.do(s.client(t))
				if err != nil {
					t.Fatal(err)
				}
				if perk.Key != "read" {
					t.Errorf("got %q, want the object that was read", perk.Key)
				}
				var calls []string
				for _, call := range s.got() {
					calls = append(calls, call.Method+" "+call.Target)
				}
				if diff := cmp.Diff([]string{test.want, "GET /v1/perks/x1"}, calls); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

// TestObjects_emptyAnswerThatCannotBeRead: the write was made, and reporting only the failed read
// would hide that.
func TestObjects_emptyAnswerThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		do           func(*merchants.Client) error
		method, path string
	}{
		"update": {
			func(c *merchants.Client) error {
				_, err := merchants.UpdatePerk(t.Context(), c, "x1", merchants.PerkInput{InternalName: merchants.Value("a")})
				return err
			},
			"PATCH", "perks/x1",
		},
		"publish": {
			func(c *merchants.Client) error {
				_, err := c.Perks.Transition(t.Context(), merchants.Head{ID: "x1"}, merchants.Publish)
				return err
			},
			"POST", "perks/x1/publish",
		},
	} {
		for status, body := range map[int]string{
			403: `{"code":"generic.forbidden","message":"No."}`, 500: ``, 200: `{}`,
			404: `{"code":"perk.not-found","message":"There is none."}`,
		} {
			t.Run(fmt.Sprint(name, status), func(t *testing.T) {
				t.Parallel()
				s := serve(t, func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodGet {
						reply(status, body)(w, r)
						return
					}
					reply(204, "")(w, r)
				})
				err := test.do(s.client(t))
				said, ok := errors.AsType[*merchants.Error](err)
				switch {
				case status == 404:
					if !merchants.IsNotFound(err) {
						t.Errorf("got %v", err)
					}
				case !ok || !merchants.MayHaveHappened(err) || said.Method != test.method || said.Path != test.path:
					t.Errorf("got %v", err)
				}
			})
		}
	}
}

func TestObjects_answerOfAWriteWithoutIDIsRefused(t *testing.T) {
	t.Parallel()
	c := serve(t, reply(200, `{"ok":true}`)).client(t)
	if _, err := merchants.UpdatePerk(t.Context(), c, "x1", fullPerk); !errors.Is(err, merchants.ErrUnusableAnswer) {
		t.Errorf("update: got %v", err)
	}
	_, err := c.Perks.Transition(t.Context(), merchants.Head{ID: "x1"}, merchants.Publish)
	if !errors.Is(err, merchants.ErrUnusableAnswer) {
		t.Errorf("publish: got %v", err)
	}
	if err := c.Perks.Delete(t.Context(), "x1"); err != nil {
		t.Errorf("a delete needs no answer: got %v", err)
	}
}

// TestObjects_answerAboutAnother: a response is trusted only if it has the requested id. A UUID may
// come back in capitals, and a number as a number or as text.
func TestObjects_answerAboutAnother(t *testing.T) {
	t.Parallel()
	const asked = "1f0e6a52-8c1d-4f7a-9b1e-0a2b3c4d5e6f"
	for _, test := range []struct {
		asked merchants.ID
		is    string
		same  bool
	}{
		{asked, `"` + asked + `"`, true},
		{asked, `"` + strings.ToUpper(asked) + `"`, true},
		{asked, `"2f0e6a52-8c1d-4f7a-9b1e-0a2b3c4d5e6f"`, false},
		{"7", `7`, true},
		{"7", `"7"`, true},
		{"7", `8`, false},
		{"abc", `"ABC"`, false},
		{"x1", `"x1 "`, false},
	} {
		c := serve(t, reply(200, `{"id":`+test.is+`}`)).client(t)
		for name, call := range map[string]func() error{
			"get":    func() error { return second(c.Perks.Get(t.Context(), test.asked)) },
			"update": func() error { return second(merchants.UpdatePerk(t.Context(), c, test.asked, fullPerk)) },
			"publish": func() error {
				return second(c.Perks.Transition(t.Context(), merchants.Head{ID: test.asked}, merchants.Publish))
			},
		} {
			if err := call(); (err == nil) != test.same || err != nil && !errors.Is(err, merchants.ErrUnusableAnswer) {
				t.Errorf("%s of %s, answered with %s: %v", name, test.asked, test.is, err)
			}
		}
	}
}

// TestDecodeSettings: names match exactly, duplicates are errors, and no error shows a value, which
// may be a secret.
func TestDecodeSettings(t *testing.T) {
	t.Parallel()
	for settings, want := range map[string]string{
		``: "", `{}`: "", `null`: "", `{"code":"real","CODE":"other"}`: "", `{"Code":"other"}`: "",
		`{"code":["c4n4ry"]}`: `"code" has the wrong type`, `["c4n4ry"]`: "they have the wrong type",
		`{"code":"c4n4ry","code":"twice"}`: "they are not valid JSON, or repeat a name",
		`{"code":"c4n4ry`:                  "they are not valid JSON, or repeat a name",
	} {
		var into struct {
			Code string `json:"code"`
		}
		err := merchants.DecodeSettings([]byte(settings), &into)
		if got := fmt.Sprint(err); err == nil && want != "" || err != nil && got != want {
			t.Errorf("%s: %v, want %q", settings, err, want)
		}
		if into.Code == "other" {
			t.Errorf("%s was decoded by another name", settings)
		}
	}
}
