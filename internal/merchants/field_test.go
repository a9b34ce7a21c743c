package merchants_test

import (
	"encoding/json"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

func TestField_tellsAbsentNullAndEmptyApart(t *testing.T) {
	t.Parallel()
	type body struct {
		Text merchants.Field[string]              `json:"text,omitzero"`
		Map  merchants.Field[merchants.Localized] `json:"map,omitzero"`
		List merchants.Field[[]merchants.Reward]  `json:"list,omitzero"`
		Size merchants.Field[int64]               `json:"size,omitzero"`
	}
	for name, test := range map[string]struct {
		in   body
		want string
	}{
		"absent": {body{}, `{}`},
		"null": {
			body{
				merchants.Null[string](), merchants.Null[merchants.Localized](), merchants.Null[[]merchants.Reward](),
				merchants.Null[int64](),
			},
			`{"text":null,"map":null,"list":null,"size":null}`,
		},
		"empty": {
			body{
				merchants.Value(""), merchants.Value(merchants.Localized{}), merchants.Value([]merchants.Reward{}),
				merchants.Value[int64](0),
			},
			`{"text":"","map":{},"list":[],"size":0}`,
		},
		"value": {
			body{
				merchants.Value("a"), merchants.Value(merchants.Localized{"fr": "b", "en": "a"}),
				merchants.Value([]merchants.Reward{{Type: "perk", RewardID: "p1"}}), merchants.Value[int64](7),
			},
			`{"text":"a","map":{"en":"a","fr":"b"},"list":[{"type":"perk","rewardId":"p1","quantity":null,"price":null}],` +
				`"size":7}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := json.Marshal(test.in)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestField_get(t *testing.T) {
	t.Parallel()
	if _, ok := (merchants.Field[string]{}).Get(); ok {
		t.Error("an absent field has a value")
	}
	if _, ok := merchants.Null[string]().Get(); ok {
		t.Error("null is a value")
	}
	if value, ok := merchants.Value("").Get(); !ok || value != "" {
		t.Errorf("the empty value: got %q, %t", value, ok)
	}
	if !(merchants.Field[string]{}).IsZero() || merchants.Null[string]().IsZero() || merchants.Value("").IsZero() {
		t.Error("only an absent field is zero")
	}
}
