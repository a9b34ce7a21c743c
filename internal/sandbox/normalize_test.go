package sandbox_test

import (
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

func TestNormalize(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"text is trimmed": `
			POST /v1/cohorts {"type": "list", "name": " VIP \n"} => 201 {"name": "VIP"}
			POST /v1/perks {"internalName": " a ", "title": {"en": "\tTen  off "}, "type": "shopify-discount",
				"typeConfig": {"discountName": " W ", "discountType": "percentage", "value": 5}}
				=> 201 {"internalName": "a", "title": {"en": "Ten  off"}, "typeConfig": {"discountName": "W"}}
			POST /v1/campaigns {"internalName": "a", "type": "challenge", "typeConfig": {"name": {"en": " A "},
				"optInCta": {"en": " B "}, "steps": [{"userAction": " x ", "title": {"en": " C "}}]}}
				=> 201 {"typeConfig": {"name": {"en": "A"}, "optInCta": {"en": "B"}, "slug": "a", "steps": [{"userAction": " x ",
				"title": {"en": "C"}}]}}`,
		"HTML is tidied": `
			POST /v1/digital-assets {"internalName": "a", "description": {"en": "<P CLASS=x>Fish & chips<br>l'été"}}
				=> 201 {"description": {"en": "<p class=\"x\">Fish &amp; chips<br/>l'été</p>"}}
			POST /v1/digital-assets {"internalName": "a",
				"description": {"en": "<p class=\"x\">Fish &amp; chips<br/>l'été</p>"}}
				=> 201 {"description": {"en": "<p class=\"x\">Fish &amp; chips<br/>l'été</p>"}}
			POST /v1/digital-assets {"internalName": "a", "description": {"en": "Plain text."}}
				=> 201 {"description": {"en": "Plain text."}}
			POST /v1/cohorts {"type": "list", "name": "VIP"} => 201 as vip
			POST /v1/badges {"internalName": "a", "cohortId": "$vip", "lockedDescription": {"en": "<b>No"}}
				=> 201 {"lockedDescription": {"en": "<b>No</b>"}}
			POST /v1/campaigns {"internalName": "a", "type": "challenge",
				"typeConfig": {"description": {"en": "<ul><li>a<li>b</ul>"}, "steps": [{"userAction": "x",
				"description": {"en": "<i>a"}}]}}
				=> 201 {"typeConfig": {"description": {"en": "<ul><li>a</li><li>b</li></ul>"},
				"steps": [{"description": {"en": "<i>a</i>"}}]}}`,
		"media is hosted elsewhere": `
			POST /v1/perks {"internalName": "a", "imageUrl": "https://x.example/10.png"}
				=> 201 {"imageUrl": "https://media.sandbox.invalid/ad97fd5623eeceb6.png", "videoUrl": null} as perk
			PATCH /v1/perks/$perk {"imageUrl": "https://x.example/10.png"}
				=> 200 {"imageUrl": "https://media.sandbox.invalid/ad97fd5623eeceb6.png"}
			PATCH /v1/perks/$perk {"imageUrl": "https://media.sandbox.invalid/ad97fd5623eeceb6.png"}
				=> 200 {"imageUrl": "https://media.sandbox.invalid/ad97fd5623eeceb6.png"}`,
		"open settings and links stay": `
			POST /v1/perks {"internalName": "a", "type": "gift", "typeConfig": {"name": " x ",
				"imageUrl": "https://x.example/1"}}
				=> 201 {"typeConfig": {"name": " x ", "imageUrl": "https://x.example/1"}}
			POST /v1/perks {"internalName": "a", "type": "code", "typeConfig": {"code": " X "}}
				=> 201 {"typeConfig": {"code": " X "}}
			POST /v1/campaigns {"internalName": "a", "type": "challenge", "typeConfig": {"steps": [{"userAction": "x",
				"triggers": [{"type": "t", "typeConfig": {"name": " x ", "description": "<b>"}}]}]}}
				=> 201 {"typeConfig": {"steps": [{"triggers": [{"typeConfig": {"name": " x ", "description": "<b>"}}]}]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newBed(t, sandbox.Options{Normalize: true}).play(script)
		})
	}
}

func TestNormalizeOrder(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{Normalize: true})
	ids := b.seed(2)
	small, large := min(ids[0], ids[1]), max(ids[0], ids[1])
	b.saved["small"], b.saved["large"] = small, large
	b.play(`POST /v1/campaigns {"internalName": "a", "type": "challenge",
		"rewards": [{"type": "perk", "rewardId": "$large"}, {"type": "perk", "rewardId": "$small"}],
		"typeConfig": {"steps": [{"userAction": "z"}, {"userAction": "a"}]}}
		=> 201 {"rewards": [{"rewardId": "$small"}, {"rewardId": "$large"}],
		"typeConfig": {"steps": [{"userAction": "z"}, {"userAction": "a"}]}} as campaign`)
	raw := b.call(b.TestKey(), "GET", "/v1/campaigns/"+b.saved["campaign"], "").raw
	if !strings.HasPrefix(raw, `{"updatedAt":`) {
		t.Errorf("the keys are in their usual order: %s", raw)
	}
}

// TestNormalizeFault normalizes one write, or one answer.
func TestNormalizeFault(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	b.fault(sandbox.Fault{Method: "POST", Nth: 2, Normalize: true})
	b.fault(sandbox.Fault{Method: "GET", Count: 2, Normalize: true})
	b.play(`
		POST /v1/perks {"internalName": " a ", "title": {"en": " A "}} => 201 {"internalName": " a "} as one
		POST /v1/perks {"internalName": " b "} => 201 {"internalName": "b"}
		GET  /v1/perks/$one => 200 {"internalName": "a", "title": {"en": "A"}}
		GET  /v1/perks => 200 {"data": [{"internalName": "a"}, {"internalName": "b"}]}
		GET  /v1/perks => 200 {"data": [{"internalName": " a "}, {"internalName": "b"}]}`)
}
