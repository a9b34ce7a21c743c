package sandbox_test

import (
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

func TestKeysAndMerchants(t *testing.T) {
	t.Parallel()
	scenarios(t, map[string]string{
		"a known key is needed": `
			none  GET  /v1/perks => 401 generic.unauthorized
			wrong GET  /v1/perks => 401 generic.unauthorized
			none  POST /v1/perks {"internalName": "a"} => 401 generic.unauthorized
			none  GET  /v1/merchants/campaign-diffusion-configuration => 401 generic.unauthorized
			none  POST /v1/users/auth-token {"email": "a@b.c"} => 401 generic.unauthorized
			GET /v1/perks => 200 {"data": [], "total": 0}`,
		"an id of the other merchant does not exist": `
			POST /v1/cohorts {"type": "list", "name": "VIP", "referenceId": "vip"} => 201 as vip
			GET  /v1/cohorts/$vip => 200 {"name": "VIP"}
			live GET    /v1/cohorts/$vip => 404 cohort.not-found
			live PATCH  /v1/cohorts/$vip {"name": "x"} => 404 cohort.not-found
			live DELETE /v1/cohorts/$vip => 404 cohort.not-found
			live GET    /v1/cohorts => 200 {"data": [], "total": 0, "nextCursor": null}
			live POST   /v1/badges {"internalName": "b", "cohortId": "$vip"}
				=> 417 generic.invalid-reference cohortId refers to no cohort "$vip"
			live POST   /v1/cohorts {"type": "list", "name": "VIP", "referenceId": "vip"} => 201`,
		"an id of another kind does not exist": `
			POST /v1/perks {"internalName": "p"} => 201 as perk
			GET  /v1/digital-assets/$perk => 404 digital-asset.not-found There is no digital asset "$perk".
			PATCH /v1/badges/$perk {} => 404 badge.not-found
			POST /v1/campaigns/$perk/publish => 404 campaign.not-found
			DELETE /v1/user-properties/$perk => 404 user-property.not-found
			POST /v1/campaigns {"internalName": "c", "type": "store", "rewards": [{"type": "digital-asset",
				"rewardId": "$perk"}]}
				=> 417 generic.invalid-reference rewards[0].rewardId refers to no digital asset "$perk"`,
		"an unknown route is not an object that is missing": `
			GET  /v1/things => 404 {"statusCode": 404, "error": "Not Found", "message": "Cannot GET /v1/things"}
			PUT  /v1/perks => 404 {"message": "Cannot PUT /v1/perks"}
			GET  /v1/perks/ => 404 {"message": "Cannot GET /v1/perks/"}
			GET  /v1/v1/perks => 404 {"message": "Cannot GET /v1/v1/perks"}
			GET  /perks => 404 {"message": "Cannot GET /perks"}
			POST /v1/perks/x/end => 404 {"message": "Cannot POST /v1/perks/x/end"}
			POST /v1/badges/x/archive => 404 {"message": "Cannot POST /v1/badges/x/archive"}
			POST /v1/cohorts/x/publish => 404 {"message": "Cannot POST /v1/cohorts/x/publish"}`,
	})
}

func TestTheKeyIsABearerToken(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	for _, value := range []string{
		b.TestKey(), "Basic " + b.TestKey(), "bearer " + b.TestKey(), "Bearer  " + b.TestKey(),
		"Bearer", "",
	} {
		request := b.request(t.Context(), "", "GET", "/v1/perks", "")
		request.Header.Set("Authorization", value)
		if r, err := b.send(request); err != nil || r.status != 401 {
			t.Errorf("%q is answered with %d, %v, want 401", value, r.status, err)
		}
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	scenarios(t, map[string]string{
		"a body is one JSON object": `
			POST /v1/perks => 417 generic.invalid-request Content-Type must be application/json
			POST /v1/perks [] => 417 generic.invalid-request The body must be a JSON object: it is not an object
			POST /v1/perks null => 417 generic.invalid-request The body must be a JSON object
			POST /v1/perks {"internalName": "a" => 417 generic.invalid-request The body must be a JSON object
			POST /v1/perks {"internalName": "a"} {}
				=> 417 generic.invalid-request The body must be a JSON object: there is data after the object
			GET  /v1/perks => 200 {"total": 0}`,
		"operations without input take none": `
			POST   /v1/perks {"internalName": "a", "title": {"en": "A"}} => 201 as perk
			GET    /v1/perks/$perk {} => 417 generic.invalid-request This operation takes no body
			POST   /v1/perks/$perk/publish {} => 417 generic.invalid-request This operation takes no body
			DELETE /v1/perks/$perk {} => 417 generic.invalid-request This operation takes no body
			GET    /v1/perks/$perk?expand=all => 417 generic.invalid-request expand is not a known parameter
			DELETE /v1/perks/$perk?force=1 => 417 generic.invalid-request force is not a known parameter
			POST   /v1/perks/$perk/publish?now=1 => 417 generic.invalid-request now is not a known parameter
			POST   /v1/perks/$perk/publish => 200 {"status": "live"}`,
		"unknown properties are refused with their path": `
			POST /v1/perks {"internalName": "a", "size": "red"}
				=> 417 generic.invalid-request size is not a property that can be set
			POST /v1/campaigns {"internalName": "a", "type": "store", "typeConfig": {"steps": []}}
				=> 417 generic.invalid-request typeConfig.steps is not a property that can be set
			POST /v1/campaigns {"internalName": "a", "type": "challenge", "typeConfig": {"steps": [{"userAction": "x",
				"step": 1}]}}
				=> 417 generic.invalid-request typeConfig.steps[0].step is not a property that can be set
			POST /v1/campaigns {"internalName": "a", "type": "store", "distribution": {"type": "direct",
				"typeConfig": {"maxBoxes": 1}}}
				=> 417 generic.invalid-request distribution.typeConfig.maxBoxes is not a property that can be set
			POST /v1/campaigns {"internalName": "a", "type": "store", "rewards": [{"type": "perk", "rewardId": "x", "share": 1}]}
				=> 417 generic.invalid-request rewards[0].share is not a property that can be set
			POST /v1/cohorts {"type": "segment", "name": "s", "conditions": {"operator": "and", "groups": [{"operator": "or",
				"conditions": [{"type": "event", "typeConfig": {"event": "x", "operator": "has-done", "value": 1}}]}]}}
				=> 417 generic.invalid-request conditions.groups[0].conditions[0].typeConfig.value is not a property that can be set
			POST /v1/badges {"internalName": "a", "cohortId": "x", "videoUrl": null}
				=> 417 generic.invalid-request videoUrl is not a property that can be set`,
		"what the service sets is refused": `
			POST  /v1/perks {"internalName": "a", "id": "x"} => 417 generic.invalid-request id is not a property that can be set
			POST  /v1/perks {"internalName": "a", "status": "live"}
				=> 417 generic.invalid-request status is not a property that can be set
			POST  /v1/perks {"internalName": "a"} => 201 {"status": "draft"} as perk
			PATCH /v1/perks/$perk {"createdAt": "2027-01-01T00:00:00Z"}
				=> 417 generic.invalid-request createdAt is not a property that can be set
			PATCH /v1/perks/$perk {"updatedAt": "2027-01-01T00:00:00Z"}
				=> 417 generic.invalid-request updatedAt is not a property that can be set
			PATCH /v1/perks/$perk {"status": "live"} => 417 generic.invalid-request status is not a property that can be set`,
		"required properties": `
			POST /v1/user-properties {"type": "text"} => 417 generic.invalid-request name is required
			POST /v1/user-properties {"name": "a"} => 417 generic.invalid-request type is required
			POST /v1/cohorts {"name": "a"} => 417 generic.invalid-request type is required
			POST /v1/cohorts {"type": "list"} => 417 generic.invalid-request name is required
			POST /v1/perks {} => 417 generic.invalid-request internalName is required
			POST /v1/digital-assets {} => 417 generic.invalid-request internalName is required
			POST /v1/badges {"internalName": "a"} => 417 generic.invalid-request cohortId is required
			POST /v1/badges {"cohortId": "a"} => 417 generic.invalid-request internalName is required
			POST /v1/campaigns {"internalName": "a"} => 417 generic.invalid-request type is required
			POST /v1/campaigns {"type": "store"} => 417 generic.invalid-request internalName is required
			POST /v1/campaigns {"internalName": "a", "type": "challenge", "typeConfig": {"steps": [{}]}}
				=> 417 generic.invalid-request typeConfig.steps[0].userAction is required
			POST /v1/campaigns {"internalName": "a", "type": "store", "rewards": [{"type": "perk"}]}
				=> 417 generic.invalid-request rewards[0].rewardId is required
			POST /v1/perks {"internalName": null} => 417 generic.invalid-request internalName must be a string
			POST /v1/perks {"internalName": " "} => 417 generic.invalid-request internalName must not be blank`,
		"null in an update clears, except what is required": `
			POST  /v1/cohorts {"type": "list", "name": "VIP", "referenceId": "vip"} => 201 as vip
			PATCH /v1/cohorts/$vip {"referenceId": null} => 200 {"referenceId": null}
			PATCH /v1/cohorts/$vip {"name": null} => 417 generic.invalid-request name must not be null
			POST  /v1/perks {"internalName": "a", "title": {"en": "A"}, "description": {"en": "B"},
				"imageUrl": "https://x.example/1.png", "type": "code", "typeConfig": {"code": "X"},
				"expiresAt": "2027-01-01T00:00:00Z"}
				=> 201 as perk
			PATCH /v1/perks/$perk {"title": null, "description": null, "imageUrl": null, "type": null, "typeConfig": null,
				"expiresAt": null}
				=> 200 {"title": {}, "description": {}, "imageUrl": null, "type": "none", "typeConfig": null, "expiresAt": null}
			POST  /v1/badges {"internalName": "b", "cohortId": "$vip", "visibility": "owners"} => 201 as badge
			PATCH /v1/badges/$badge {"visibility": null} => 200 {"visibility": "everyone"}
			PATCH /v1/badges/$badge {"cohortId": null} => 417 generic.invalid-request cohortId must not be null
			POST  /v1/campaigns {"internalName": "c", "type": "store", "cohortId": "$vip", "rewards": [{"type": "perk",
				"rewardId": "$perk", "quantity": 1}], "distribution": {"type": "instant-draw", "typeConfig": {"maxBoxes": 2}},
				"typeConfig": {"name": {"en": "Shop"}, "slug": "s"}}
				=> 201 as campaign
			PATCH /v1/campaigns/$campaign {"cohortId": null, "rewards": null, "distribution": null, "typeConfig": null}
				=> 200 {"cohortId": null, "rewards": [], "distribution": {"type": "direct", "typeConfig": {"maxQuantity": null}},
				"typeConfig": {"name": {}, "description": {}, "imageUrl": null, "videoUrl": null, "slug": "c"}}`,
		"null in a create only where it is a value": `
			POST /v1/perks {"internalName": "a", "title": null}
				=> 417 generic.invalid-request title must be an object from language to text
			POST /v1/perks {"internalName": "a", "imageUrl": null, "videoUrl": null, "typeConfig": null, "expiresAt": null}
				=> 201
			POST /v1/campaigns {"internalName": "a", "type": "store", "rewards": null}
				=> 417 generic.invalid-request rewards must be a list
			POST /v1/campaigns {"internalName": "a", "type": "store", "distribution": null}
				=> 417 generic.invalid-request distribution must be an object`,
		"an update without a difference changes nothing": `
			POST  /v1/perks {"internalName": "a", "title": {"en": "A"}} => 201 as perk
			PATCH /v1/perks/$perk {} => 200 {"internalName": "a"}
			PATCH /v1/perks/$perk {"title": {"en": "A"}} => 200 {"title": {"en": "A"}}`,
	})
}

func TestForms(t *testing.T) {
	t.Parallel()
	scenarios(t, map[string]string{
		"texts": `
			POST /v1/perks {"internalName": 5} => 417 generic.invalid-request internalName must be a string
			POST /v1/perks {"internalName": "a", "title": "A"}
				=> 417 generic.invalid-request title must be an object from language to text
			POST /v1/perks {"internalName": "a", "title": {"EN": "A"}}
				=> 417 generic.invalid-request title.EN is not a language code
			POST /v1/perks {"internalName": "a", "title": {"eng": "A"}}
				=> 417 generic.invalid-request title.eng is not a language code
			POST /v1/perks {"internalName": "a", "title": {"en": null}} => 417 generic.invalid-request title.en must be a string
			POST /v1/perks {"internalName": "a", "title": {"en": "Ten & <b>\"more\"</b> 🎁"}}
				=> 201 {"title": {"en": "Ten & <b>\"more\"</b> 🎁"}}`,
		"media": `
			POST /v1/perks {"internalName": "a", "imageUrl": "logo.png"}
				=> 417 generic.invalid-request imageUrl must be an http or https URL
			POST /v1/perks {"internalName": "a", "videoUrl": "ftp://x.example/v"}
				=> 417 generic.invalid-request videoUrl must be an http or https URL
			POST /v1/perks {"internalName": "a", "imageUrl": "https://x.example/1", "videoUrl": "https://x.example/2"}
				=> 417 generic.invalid-request videoUrl must be null when imageUrl is set
			POST /v1/digital-assets {"internalName": "a", "imageUrl": "https://x.example/1", "videoUrl": "https://x.example/2"}
				=> 417 generic.invalid-request videoUrl must be null when imageUrl is set
			POST /v1/campaigns {"internalName": "a", "type": "store", "typeConfig": {"imageUrl": "https://x.example/1",
				"videoUrl": "https://x.example/2"}}
				=> 417 generic.invalid-request typeConfig.videoUrl must be null when imageUrl is set
			POST /v1/perks {"internalName": "a", "imageUrl": "https://x.example/1"} => 201 as perk
			PATCH /v1/perks/$perk {"videoUrl": "https://x.example/2"}
				=> 417 generic.invalid-request videoUrl must be null when imageUrl is set
			PATCH /v1/perks/$perk {"videoUrl": "https://x.example/2", "imageUrl": null}
				=> 200 {"imageUrl": null, "videoUrl": "https://x.example/2"}`,
		"times come back in UTC with milliseconds": `
			POST /v1/perks {"internalName": "a", "expiresAt": "2027-01-01T00:00:00+02:00"}
				=> 201 {"expiresAt": "2026-12-31T22:00:00.000Z"}
			POST /v1/perks {"internalName": "a", "expiresAt": "2027-01-01T00:00:00.1239Z"}
				=> 201 {"expiresAt": "2027-01-01T00:00:00.123Z"}
			POST /v1/perks {"internalName": "a", "expiresAt": "2027-01-01"}
				=> 417 generic.invalid-request expiresAt must be a time
			POST /v1/perks {"internalName": "a", "expiresAt": 1798761600}
				=> 417 generic.invalid-request expiresAt must be a time`,
		"whole numbers": `
			POST /v1/digital-assets {"internalName": "a", "maxSupply": 0}
				=> 417 generic.invalid-request maxSupply must be a positive integer
			POST /v1/digital-assets {"internalName": "a", "maxSupply": 1.5}
				=> 417 generic.invalid-request maxSupply must be a positive integer
			POST /v1/digital-assets {"internalName": "a", "maxSupply": "5"}
				=> 417 generic.invalid-request maxSupply must be a positive integer
			POST /v1/digital-assets {"internalName": "a", "maxSupply": 9007199254740993}
				=> 417 generic.invalid-request maxSupply must be a positive integer
			POST /v1/digital-assets {"internalName": "a", "maxSupply": 500} => 201 {"maxSupply": 500}
			POST /v1/digital-assets {"internalName": "a", "maxSupply": 1e3} => 201 {"maxSupply": 1000}`,
		"closed sets": `
			POST /v1/user-properties {"name": "a", "type": "string"}
				=> 417 generic.invalid-request type must be one of text, number, boolean, date
			POST /v1/cohorts {"name": "a", "type": "group"} => 417 generic.invalid-request type must be one of list, segment
			POST /v1/campaigns {"internalName": "a", "type": "standalone"}
				=> 417 generic.invalid-request type must be one of challenge, store, airdrop
			POST /v1/campaigns {"internalName": "a", "type": "store", "distribution": {"type": "lottery"}}
				=> 417 generic.invalid-request distribution.type must be one of direct, instant-draw, raffle
			POST /v1/campaigns {"internalName": "a", "type": "store", "rewards": [{"type": "badge", "rewardId": "x"}]}
				=> 417 generic.invalid-request rewards[0].type must be one of perk, digital-asset
			POST /v1/cohorts {"type": "list", "name": "l"} => 201 as list
			POST /v1/badges {"internalName": "a", "cohortId": "$list", "visibility": "members"}
				=> 417 generic.invalid-request visibility must be one of everyone, owners`,
	})
}

func TestUserProperties(t *testing.T) {
	t.Parallel()
	scenarios(t, map[string]string{
		"the reference id is derived from the name and made unique": `
			POST /v1/user-properties {"name": "Loyalty tier", "type": "text"} => 201 {"referenceId": "loyalty_tier"} as one
			POST /v1/user-properties {"name": " Loyalty – Tier! ", "type": "number"} => 201 {"referenceId": "loyalty_tier_2"}
			POST /v1/user-properties {"name": "Taille préférée", "type": "text", "referenceId": null}
				=> 201 {"referenceId": "taille_preferee"}
			POST /v1/user-properties {"name": "会员", "type": "text"} => 201 {"referenceId": "property"}
			POST /v1/user-properties {"name": "Email", "type": "text"} => 201 {"referenceId": "email_2"}
			PATCH /v1/user-properties/$one {"referenceId": "tier"} => 200 {"referenceId": "tier"}
			PATCH /v1/user-properties/$one {"name": "Level"} => 200 {"referenceId": "tier", "name": "Level"}
			PATCH /v1/user-properties/$one {"referenceId": null} => 200 {"referenceId": "level"}`,
		"only name and reference id can change": `
			POST  /v1/user-properties {"name": "a", "type": "text"} => 201 as one
			PATCH /v1/user-properties/$one {"type": "number"} => 417 generic.invalid-request type cannot be changed
			PATCH /v1/user-properties/$one {"type": "text"} => 200 {"type": "text"}`,
		"reference ids are unique": `
			POST  /v1/user-properties {"name": "a", "type": "text", "referenceId": "r"} => 201 as one
			POST  /v1/user-properties {"name": "b", "type": "text", "referenceId": "r"}
				=> 417 user-property.already-exists A user property with the referenceId "r" exists already.
			POST  /v1/user-properties {"name": "b", "type": "text"} => 201 as two
			PATCH /v1/user-properties/$two {"referenceId": "r"} => 417 user-property.already-exists
			PATCH /v1/user-properties/$one {"referenceId": "s"} => 200
			PATCH /v1/user-properties/$two {"referenceId": "r"} => 200 {"referenceId": "r"}
			POST  /v1/user-properties {"name": "b", "type": "text", "referenceId": "email"} => 417 user-property.already-exists`,
		"one that a segment uses cannot be deleted": `
			POST   /v1/user-properties {"name": "a", "type": "text", "referenceId": "r"} => 201 as one
			POST   /v1/cohorts {"type": "segment", "name": "Gold", "conditions": {"operator": "and",
				"groups": [{"operator": "or", "conditions": [{"type": "user-property", "typeConfig": {"property": "r",
				"operator": "equals"}}]}]}}
				=> 201 as gold
			DELETE /v1/user-properties/$one => 417 user-property.in-use The user property is used by cohort "Gold".
			DELETE /v1/cohorts/$gold => 200 empty
			DELETE /v1/user-properties/$one => 200 empty
			DELETE /v1/user-properties/$one => 404 user-property.not-found`,
	})
}

func TestCohorts(t *testing.T) {
	t.Parallel()
	scenarios(t, map[string]string{
		"list": `
			POST  /v1/cohorts {"type": "list", "name": "VIP"}
				=> 201 {"type": "list", "referenceId": null, "conditions": null} as vip
			PATCH /v1/cohorts/$vip {"type": "segment"} => 417 generic.invalid-request type cannot be changed
			PATCH /v1/cohorts/$vip {"conditions": {"operator": "and", "groups": []}}
				=> 417 generic.invalid-request conditions must be null for a list
			POST  /v1/cohorts {"type": "list", "name": "x", "referenceId": ""}
				=> 417 generic.invalid-request referenceId must not be blank`,
		"lists and segments share one space of reference ids": `
			POST /v1/cohorts {"type": "list", "name": "a", "referenceId": "vip"} => 201
			POST /v1/cohorts {"type": "segment", "name": "b", "referenceId": "vip"}
				=> 417 cohort.already-exists A cohort with the referenceId "vip" exists already.
			POST /v1/cohorts {"type": "list", "name": "a"} => 201
			POST /v1/cohorts {"type": "list", "name": "a"} => 201`,
		"the three kinds of conditions": `
			POST /v1/cohorts {"type": "list", "name": "VIP"} => 201 as vip
			POST /v1/cohorts {"type": "segment", "name": "s", "conditions": {"operator": "or", "groups": [{"operator": "and",
				"conditions": [{"type": "user-property", "typeConfig": {"property": "lang", "operator": "equals", "value": "fr"}},
				{"type": "event", "typeConfig": {"event": "app.connected", "operator": "has-done", "withinDays": 90}},
				{"type": "cohort", "typeConfig": {"cohortId": "$vip", "operator": "is-not-in"}}]}]}}
				=> 201 {"conditions": {"operator": "or", "groups": [{"operator": "and", "conditions": [{"type": "user-property",
				"typeConfig": {"property": "lang", "operator": "equals", "value": "fr"}}, {"type": "event",
				"typeConfig": {"event": "app.connected", "operator": "has-done", "withinDays": 90}}, {"type": "cohort",
				"typeConfig": {"cohortId": "$vip", "operator": "is-not-in"}}]}]}}
			POST /v1/cohorts {"type": "segment", "name": "s", "conditions": {"operator": "or", "groups": [{"operator": "and",
				"conditions": [{"type": "user-property", "typeConfig": {"property": "email", "operator": "is-set"}},
				{"type": "event", "typeConfig": {"event": "x", "operator": "has-not-done"}}]}]}}
				=> 201 {"conditions": {"groups": [{"conditions": [{"typeConfig": {"value": null}},
				{"typeConfig": {"withinDays": null}}]}]}}
			POST /v1/cohorts {"type": "segment", "name": "s", "conditions": {"operator": "or", "groups": [{"operator": "and",
				"conditions": [{"type": "user-property", "typeConfig": {"property": "lastName", "operator": "greater",
				"value": 5}}]}]}}
				=> 201 {"conditions": {"groups": [{"conditions": [{"typeConfig": {"value": 5}}]}]}}
			POST /v1/cohorts {"type": "segment", "name": "s", "conditions": {"operator": "or", "groups": [{"operator": "and",
				"conditions": [{"type": "user-property", "typeConfig": {"property": "lang", "operator": "in", "value": ["fr"]}}]}]}}
				=> 417 generic.invalid-request conditions.groups[0].conditions[0].typeConfig.value must be a string, a number or a
				boolean
			POST /v1/cohorts {"type": "segment", "name": "s", "conditions": {"operator": "or", "groups": [{"operator": "and",
				"conditions": [{"type": "event", "typeConfig": {"event": "x", "operator": "did"}}]}]}}
				=> 417 generic.invalid-request conditions.groups[0].conditions[0].typeConfig.operator must be one of has-done,
				has-not-done
			POST /v1/cohorts {"type": "segment", "name": "s", "conditions": {"operator": "xor", "groups": []}}
				=> 417 generic.invalid-request conditions.operator must be one of and, or
			POST /v1/cohorts {"type": "segment", "name": "s"} => 201 {"conditions": null}`,
		"conditions refer to what exists": `
			POST /v1/cohorts {"type": "segment", "name": "s", "conditions": {"operator": "or", "groups": [{"operator": "and",
				"conditions": [{"type": "user-property", "typeConfig": {"property": "tier", "operator": "equals"}}]}]}}
				=> 417 generic.invalid-reference conditions.groups[0].conditions[0].typeConfig.property refers to no user property
				"tier"
			POST /v1/cohorts {"type": "segment", "name": "s", "conditions": {"operator": "or", "groups": [{"operator": "and",
				"conditions": [{"type": "cohort", "typeConfig": {"cohortId": "nobody", "operator": "is-in"}}]}]}}
				=> 417 generic.invalid-reference conditions.groups[0].conditions[0].typeConfig.cohortId refers to no cohort
				"nobody"`,
		"one in use cannot be deleted": `
			POST   /v1/cohorts {"type": "list", "name": "a"} => 201 as one
			POST   /v1/cohorts {"type": "segment", "name": "Both", "conditions": {"operator": "or",
				"groups": [{"operator": "and", "conditions": [{"type": "cohort", "typeConfig": {"cohortId": "$one",
				"operator": "is-in"}}]}]}}
				=> 201 as both
			DELETE /v1/cohorts/$one => 417 cohort.in-use The cohort is used by cohort "Both".
			DELETE /v1/cohorts/$both => 200 empty
			POST   /v1/badges {"internalName": "gold", "cohortId": "$one"} => 201 as badge
			DELETE /v1/cohorts/$one => 417 cohort.in-use The cohort is used by badge "gold".
			DELETE /v1/badges/$badge => 200 empty
			POST   /v1/campaigns {"internalName": "summer-2027", "type": "airdrop", "cohortId": "$one"} => 201 as summer
			DELETE /v1/cohorts/$one => 417 cohort.in-use The cohort is used by campaign "summer-2027".
			POST   /v1/campaigns/$summer/archive => 200 {"status": "archived"}
			DELETE /v1/cohorts/$one => 200 empty
			POST   /v1/campaigns/$summer/unarchive => 417 generic.invalid-reference cohortId refers to no cohort "$one"
			DELETE /v1/campaigns/$summer => 200 empty`,
	})
}

func TestPerks(t *testing.T) {
	t.Parallel()
	scenarios(t, map[string]string{
		"defaults": `
			POST /v1/perks {"internalName": "a"}
				=> 201 {"status": "draft", "title": {}, "description": {}, "imageUrl": null, "videoUrl": null, "type": "none",
				"typeConfig": null, "expiresAt": null}`,
		"internal names are not unique": `
			POST /v1/perks {"internalName": "a"} => 201
			POST /v1/perks {"internalName": "a"} => 201`,
		"settings follow the type": `
			POST /v1/perks {"internalName": "a", "typeConfig": {"code": "X"}}
				=> 417 generic.invalid-request typeConfig must be null for type none
			POST /v1/perks {"internalName": "a", "type": "code"}
				=> 417 generic.invalid-request typeConfig is required for type code
			POST /v1/perks {"internalName": "a", "type": "code", "typeConfig": {}}
				=> 417 generic.invalid-request typeConfig.code is required
			POST /v1/perks {"internalName": "a", "type": "code", "typeConfig": {"code": "X", "url": "https://x.example"}}
				=> 417 generic.invalid-request typeConfig.url is not a property that can be set
			POST /v1/perks {"internalName": "a", "type": "link", "typeConfig": {"url": "x.example"}}
				=> 417 generic.invalid-request typeConfig.url must be an http or https URL
			POST /v1/perks {"internalName": "a", "type": "link", "typeConfig": {"url": "https://x.example/a?b=c&d"}}
				=> 201 {"typeConfig": {"url": "https://x.example/a?b=c&d"}}
			POST /v1/perks {"internalName": "a", "type": "code", "typeConfig": {"code": "X"}}
				=> 201 {"type": "code", "typeConfig": {"code": "X"}} as perk
			PATCH /v1/perks/$perk {"type": "none"} => 417 generic.invalid-request typeConfig must be null for type none
			PATCH /v1/perks/$perk {"typeConfig": null} => 417 generic.invalid-request typeConfig is required for type code
			PATCH /v1/perks/$perk {"type": "link", "typeConfig": {"url": "https://x.example"}}
				=> 200 {"type": "link", "typeConfig": {"url": "https://x.example"}}
			PATCH /v1/perks/$perk {"type": "none", "typeConfig": null} => 200 {"type": "none", "typeConfig": null}`,
		"shopify discount": `
			POST /v1/perks {"internalName": "a", "type": "shopify-discount", "typeConfig": {"discountName": "W",
				"discountType": "percentage", "value": 12.5}}
				=> 201 {"typeConfig": {"discountName": "W", "discountType": "percentage", "value": 12.5}}
			POST /v1/perks {"internalName": "a", "type": "shopify-discount", "typeConfig": {"discountName": "W",
				"discountType": "fixed-amount", "value": 150}}
				=> 201 {"typeConfig": {"value": 150}}
			POST /v1/perks {"internalName": "a", "type": "shopify-discount", "typeConfig": {"discountName": "W",
				"discountType": "percentage", "value": 101}}
				=> 417 generic.invalid-request typeConfig.value must be at most 100 for a percentage
			POST /v1/perks {"internalName": "a", "type": "shopify-discount", "typeConfig": {"discountName": "W",
				"discountType": "percentage", "value": 0}}
				=> 417 generic.invalid-request typeConfig.value must be a number above 0
			POST /v1/perks {"internalName": "a", "type": "shopify-discount", "typeConfig": {"discountName": "W",
				"discountType": "percentage", "value": "10"}}
				=> 417 generic.invalid-request typeConfig.value must be a number above 0
			POST /v1/perks {"internalName": "a", "type": "shopify-discount", "typeConfig": {"discountName": "W",
				"discountType": "percent", "value": 10}}
				=> 417 generic.invalid-request typeConfig.discountType must be one of percentage, fixed-amount
			POST /v1/perks {"internalName": "a", "type": "shopify-discount", "typeConfig": {"discountType": "percentage",
				"value": 10}}
				=> 417 generic.invalid-request typeConfig.discountName is required`,
		"the catalog of types is open": `
			POST /v1/perks {"internalName": "a", "type": "gift-card", "typeConfig": {"amount": 0.10, "tags": ["x"],
				"big": 9007199254740991}}
				=> 201 {"type": "gift-card", "typeConfig": {"amount": 0.1, "tags": ["x"], "big": 9007199254740991}}
			POST /v1/perks {"internalName": "a", "type": "gift-card"} => 201 {"typeConfig": null}
			POST /v1/perks {"internalName": "a", "type": "gift-card", "typeConfig": "x"}
				=> 417 generic.invalid-request typeConfig must be an object`,
		"life cycle": `
			POST  /v1/perks {"internalName": "a"} => 201 as perk
			POST  /v1/perks/$perk/publish => 417 generic.invalid-request title is needed in at least one language to publish
			PATCH /v1/perks/$perk {"title": {"en": "A", "fr": "B"}, "description": {"en": "C"}} => 200
			POST  /v1/perks/$perk/publish => 417 generic.invalid-request description lacks language "fr", which title has
			PATCH /v1/perks/$perk {"description": {"en": "C", "fr": ""}} => 200
			POST  /v1/perks/$perk/publish => 417 generic.invalid-request description lacks language "fr", which title has
			PATCH /v1/perks/$perk {"description": {"en": "C", "fr": "D"}} => 200 {"status": "draft"}
			POST  /v1/perks/$perk/publish => 200 {"status": "live"}
			POST  /v1/perks/$perk/publish => 417 perk.invalid-state Cannot publish a perk that is live.
			POST  /v1/perks/$perk/unarchive => 417 perk.invalid-state Cannot unarchive a perk that is live.
			PATCH /v1/perks/$perk {"title": {"en": "A"}}
				=> 417 generic.invalid-request title lacks language "fr", which description has
			PATCH /v1/perks/$perk {"title": null}
				=> 417 generic.invalid-request title is needed in at least one language to publish
			PATCH /v1/perks/$perk {"title": {"en": "E"}, "description": null} => 200 {"title": {"en": "E"}, "status": "live"}
			POST  /v1/perks/$perk/archive => 200 {"status": "archived"}
			POST  /v1/perks/$perk/archive => 417 perk.invalid-state Cannot archive a perk that is archived.
			POST  /v1/perks/$perk/publish => 417 perk.invalid-state Cannot publish a perk that is archived.
			PATCH /v1/perks/$perk {"title": {"en": "F"}} => 417 perk.invalid-state The perk is archived; unarchive it to edit it.
			POST  /v1/perks/$perk/unarchive => 200 {"status": "live"}`,
		"archiving a draft": `
			POST /v1/perks {"internalName": "a"} => 201 as perk
			POST /v1/perks/$perk/archive => 200 {"status": "archived"}
			POST /v1/perks/$perk/unarchive => 200 {"status": "draft"}
			DELETE /v1/perks/$perk => 200 empty`,
		"a live perk must be archived to be deleted": `
			POST   /v1/perks {"internalName": "a", "title": {"en": "A"}} => 201 as perk
			POST   /v1/perks/$perk/publish => 200
			DELETE /v1/perks/$perk => 417 perk.invalid-state The perk is live; archive it to delete it.
			POST   /v1/perks/$perk/archive => 200
			DELETE /v1/perks/$perk => 200 empty
			GET    /v1/perks/$perk => 404 perk.not-found There is no perk "$perk".`,
		"one in use cannot be deleted, also when it is archived": `
			POST   /v1/perks {"internalName": "a"} => 201 as perk
			POST   /v1/campaigns {"internalName": "c", "type": "airdrop", "rewards": [{"type": "perk", "rewardId": "$perk"}]}
				=> 201 as campaign
			DELETE /v1/perks/$perk => 417 perk.in-use The perk is used by campaign "c".
			POST   /v1/perks/$perk/archive => 200
			DELETE /v1/perks/$perk => 417 perk.in-use The perk is used by campaign "c".
			PATCH  /v1/campaigns/$campaign {"rewards": []} => 200
			DELETE /v1/perks/$perk => 200 empty`,
	})
}

func TestDigitalAssets(t *testing.T) {
	t.Parallel()
	scenarios(t, map[string]string{
		"life cycle": `
			POST   /v1/digital-assets {"internalName": "a"} => 201 {"status": "draft", "maxSupply": null} as asset
			POST   /v1/digital-assets/$asset/publish => 417 generic.invalid-request title is needed
			PATCH  /v1/digital-assets/$asset {"title": {"en": "A"}, "maxSupply": 500} => 200 {"maxSupply": 500}
			POST   /v1/digital-assets/$asset/publish => 200 {"status": "published"}
			POST   /v1/digital-assets/$asset/publish
				=> 417 digital-asset.invalid-state Cannot publish a digital asset that is published.
			PATCH  /v1/digital-assets/$asset {"internalName": "b", "maxSupply": null}
				=> 200 {"internalName": "b", "maxSupply": null, "status": "published"}
			DELETE /v1/digital-assets/$asset => 200 empty`,
		"one in use cannot be deleted": `
			POST   /v1/digital-assets {"internalName": "a"} => 201 as asset
			POST   /v1/campaigns {"internalName": "c", "type": "store", "rewards": [{"type": "digital-asset",
				"rewardId": "$asset"}]}
				=> 201
			DELETE /v1/digital-assets/$asset => 417 digital-asset.in-use The digital asset is used by campaign "c".`,
	})
}

func TestBadges(t *testing.T) {
	t.Parallel()
	scenarios(t, map[string]string{
		"life cycle": `
			POST   /v1/cohorts {"type": "list", "name": "VIP"} => 201 as vip
			POST   /v1/badges {"internalName": "a", "cohortId": "$vip"}
				=> 201 {"status": "draft", "visibility": "everyone", "lockedDescription": null, "cohortId": "$vip"} as badge
			POST   /v1/badges/$badge/publish => 417 generic.invalid-request imageUrl is needed to publish
			PATCH  /v1/badges/$badge {"imageUrl": "https://x.example/1.svg"} => 200
			POST   /v1/badges/$badge/publish => 417 generic.invalid-request title is needed
			PATCH  /v1/badges/$badge {"title": {"en": "A"}, "lockedDescription": {"fr": "B"}} => 200
			POST   /v1/badges/$badge/publish
				=> 417 generic.invalid-request lockedDescription lacks language "en", which title has
			PATCH  /v1/badges/$badge {"lockedDescription": {"en": "B"}} => 200
			POST   /v1/badges/$badge/publish => 200 {"status": "published"}
			POST   /v1/badges/$badge/publish => 417 badge.invalid-state
			PATCH  /v1/badges/$badge {"imageUrl": null} => 417 generic.invalid-request imageUrl is needed to publish
			PATCH  /v1/badges/$badge {"visibility": "owners"}
				=> 417 generic.invalid-request lockedDescription must be null when only owners see the badge
			PATCH  /v1/badges/$badge {"visibility": "owners", "lockedDescription": null}
				=> 200 {"visibility": "owners", "lockedDescription": null}
			DELETE /v1/badges/$badge => 200 empty`,
		"the owners must exist": `
			POST  /v1/badges {"internalName": "a", "cohortId": "nobody"}
				=> 417 generic.invalid-reference cohortId refers to no cohort "nobody"
			POST  /v1/cohorts {"type": "list", "name": "VIP"} => 201 as vip
			POST  /v1/badges {"internalName": "a", "cohortId": "$vip"} => 201 as badge
			PATCH /v1/badges/$badge {"cohortId": "nobody"}
				=> 417 generic.invalid-reference cohortId refers to no cohort "nobody"`,
	})
}

// complete is a publishable challenge; $perk must exist.
const complete = `{"internalName": "summer-2027", "type": "challenge", "rewards": [{"type": "perk", ` +
	`"rewardId": "$perk"}], "typeConfig": {"name": {"en": "Summer"}, "optInCta": {"en": "Join"}, ` +
	`"description": {"en": "<p>Go</p>"}, "imageUrl": "https://x.example/1.jpg", "steps": [{"userAction": "cohort_form", ` +
	`"title": {"en": "One"}, "triggers": [{"type": "cohort_form", "typeConfig": {"property": "tier"}}]}, ` +
	`{"userAction": "visit"}]}}`

func TestCampaigns(t *testing.T) {
	t.Parallel()
	scenarios(t, map[string]string{
		"defaults of a challenge": `
			POST /v1/campaigns {"internalName": "Summer 2027", "type": "challenge"}
				=> 201 {"status": "draft", "cohortId": null, "startAt": null, "endAt": null, "rewards": [],
				"distribution": {"type": "direct", "typeConfig": {"maxQuantity": null}}, "typeConfig": {"name": {}, "optInCta": {},
				"description": {}, "imageUrl": null, "videoUrl": null, "slug": "summer-2027", "steps": []}}`,
		"defaults of a store and an airdrop": `
			POST /v1/campaigns {"internalName": "a", "type": "store"}
				=> 201 {"typeConfig": {"name": {}, "description": {}, "imageUrl": null, "videoUrl": null, "slug": "a"}}
			POST /v1/campaigns {"internalName": "a", "type": "airdrop"} => 201 {"typeConfig": null}
			POST /v1/campaigns {"internalName": "a", "type": "airdrop", "typeConfig": {}}
				=> 417 generic.invalid-request typeConfig must be null for an airdrop`,
		"the type never changes": `
			POST  /v1/campaigns {"internalName": "a", "type": "store"} => 201 as campaign
			PATCH /v1/campaigns/$campaign {"type": "airdrop"} => 417 generic.invalid-request type cannot be changed
			PATCH /v1/campaigns/$campaign {"type": "store", "internalName": "b"}
				=> 200 {"internalName": "b", "typeConfig": {"slug": "a"}}`,
		"slug": `
			POST  /v1/campaigns {"internalName": "a", "type": "store", "typeConfig": {"name": {"de": "Sommer",
				"en": "Summer  in Paris!"}}}
				=> 201 {"typeConfig": {"slug": "summer-in-paris"}} as one
			POST  /v1/campaigns {"internalName": "a", "type": "challenge", "typeConfig": {"name": {"fr": "Été à Paris",
				"it": "X"}}}
				=> 201 {"typeConfig": {"slug": "ete-a-paris"}}
			POST  /v1/campaigns {"internalName": "a", "type": "store", "typeConfig": {"name": {"en": "Summer in Paris"}}}
				=> 201 {"typeConfig": {"slug": "summer-in-paris-2"}}
			POST  /v1/campaigns {"internalName": "a", "type": "store", "typeConfig": {"name": {"en": "Summer in Paris"},
				"slug": null}}
				=> 201 {"typeConfig": {"slug": "summer-in-paris-3"}}
			POST  /v1/campaigns {"internalName": "!", "type": "store"} => 201 {"typeConfig": {"slug": "campaign"}}
			POST  /v1/campaigns {"internalName": "a", "type": "store", "typeConfig": {"slug": "Summer"}}
				=> 417 generic.invalid-request typeConfig.slug must be made of lower-case letters, digits and hyphens
			POST  /v1/campaigns {"internalName": "a", "type": "challenge", "typeConfig": {"slug": "summer-in-paris"}}
				=> 417 campaign.already-exists A campaign with the slug "summer-in-paris" exists already.
			PATCH /v1/campaigns/$one {"typeConfig": {"slug": "ete-a-paris"}} => 417 campaign.already-exists
			PATCH /v1/campaigns/$one {"typeConfig": {"name": {"en": "Summer in Paris"}, "slug": "summer-in-paris"}}
				=> 200 {"typeConfig": {"slug": "summer-in-paris"}}
			PATCH /v1/campaigns/$one {"typeConfig": {"name": {"en": "Winter"}}} => 200 {"typeConfig": {"slug": "winter"}}`,
		"typeConfig is replaced whole": `
			POST  /v1/campaigns {"internalName": "a", "type": "store", "typeConfig": {"name": {"en": "A"},
				"description": {"en": "B"}, "imageUrl": "https://x.example/1", "slug": "s"}}
				=> 201 as campaign
			PATCH /v1/campaigns/$campaign {"typeConfig": {"name": {"en": "C"}, "slug": "s"}}
				=> 200 {"typeConfig": {"name": {"en": "C"}, "description": {}, "imageUrl": null, "slug": "s"}}`,
		"references must exist": `
			POST /v1/campaigns {"internalName": "a", "type": "store", "cohortId": "nobody"}
				=> 417 generic.invalid-reference cohortId refers to no cohort "nobody"
			POST /v1/perks {"internalName": "p"} => 201 as perk
			POST /v1/campaigns {"internalName": "a", "type": "store", "rewards": [{"type": "perk", "rewardId": "$perk"},
				{"type": "perk", "rewardId": "none"}]}
				=> 417 generic.invalid-reference rewards[1].rewardId refers to no perk "none"`,
		"the end is after the start": `
			POST  /v1/campaigns {"internalName": "a", "type": "store", "startAt": "2027-06-01T00:00:00Z",
				"endAt": "2027-06-01T00:00:00Z"}
				=> 417 generic.invalid-request endAt must be after startAt
			POST  /v1/campaigns {"internalName": "a", "type": "store", "startAt": "2027-06-01T00:00:00+02:00",
				"endAt": "2027-06-01T00:00:00+01:00"}
				=> 201 {"startAt": "2027-05-31T22:00:00.000Z", "endAt": "2027-05-31T23:00:00.000Z"} as campaign
			PATCH /v1/campaigns/$campaign {"startAt": "2027-06-02T00:00:00Z"}
				=> 417 generic.invalid-request endAt must be after startAt
			PATCH /v1/campaigns/$campaign {"startAt": "2027-06-02T00:00:00Z", "endAt": null} => 200 {"endAt": null}`,
		"quantities and prices": `
			POST /v1/perks {"internalName": "p"} => 201 as perk
			POST /v1/campaigns {"internalName": "a", "type": "store", "rewards": [{"type": "perk", "rewardId": "$perk",
				"quantity": 1}]}
				=> 417 generic.invalid-request rewards[0].quantity must be null in direct distribution
			POST /v1/campaigns {"internalName": "a", "type": "store", "distribution": {"type": "instant-draw",
				"typeConfig": {"maxBoxes": 5}}, "rewards": [{"type": "perk", "rewardId": "$perk", "quantity": 0}]}
				=> 417 generic.invalid-request rewards[0].quantity must be a positive integer
			POST /v1/campaigns {"internalName": "a", "type": "store", "distribution": {"type": "instant-draw",
				"typeConfig": {"maxBoxes": 5}}, "rewards": [{"type": "perk", "rewardId": "$perk", "quantity": 3}, {"type": "perk",
				"rewardId": "$perk", "quantity": 3}]}
				=> 417 generic.invalid-request distribution.typeConfig.maxBoxes must be at least 6, the sum of the quantities
			POST /v1/campaigns {"internalName": "a", "type": "store", "distribution": {"type": "raffle",
				"typeConfig": {"maxBoxes": 6, "drawAt": "2027-01-01T00:00:00Z"}}, "rewards": [{"type": "perk", "rewardId": "$perk",
				"quantity": 3}, {"type": "perk", "rewardId": "$perk", "quantity": 3}]}
				=> 201 {"distribution": {"type": "raffle", "typeConfig": {"maxBoxes": 6, "drawAt": "2027-01-01T00:00:00.000Z"}}}
			POST /v1/campaigns {"internalName": "a", "type": "store", "distribution": {"type": "instant-draw",
				"typeConfig": {"maxBoxes": 0}}}
				=> 417 generic.invalid-request distribution.typeConfig.maxBoxes must be a positive integer
			POST /v1/campaigns {"internalName": "a", "type": "store", "distribution": {"type": "direct",
				"typeConfig": {"maxQuantity": 10}}}
				=> 201 {"distribution": {"typeConfig": {"maxQuantity": 10}}}
			POST /v1/campaigns {"internalName": "a", "type": "store", "distribution": {"type": "raffle"}}
				=> 201 {"distribution": {"typeConfig": {"maxBoxes": null, "drawAt": null}}}
			POST /v1/campaigns {"internalName": "a", "type": "store", "rewards": [{"type": "perk", "rewardId": "$perk",
				"price": {"amount": 1500, "currency": "EUR"}}]}
				=> 201 {"rewards": [{"quantity": null, "price": {"amount": 1500, "currency": "EUR"}}]}
			POST /v1/campaigns {"internalName": "a", "type": "store", "rewards": [{"type": "perk", "rewardId": "$perk",
				"price": {"amount": 0, "currency": "EUR"}}]}
				=> 201 {"rewards": [{"price": {"amount": 0, "currency": "EUR"}}]}
			POST /v1/campaigns {"internalName": "a", "type": "store", "rewards": [{"type": "perk", "rewardId": "$perk",
				"price": {"amount": 1.5, "currency": "EUR"}}]}
				=> 417 generic.invalid-request rewards[0].price.amount must be an integer of at least 0
			POST /v1/campaigns {"internalName": "a", "type": "store", "rewards": [{"type": "perk", "rewardId": "$perk",
				"price": {"amount": 1, "currency": "eur"}}]}
				=> 417 generic.invalid-request rewards[0].price.currency must be a currency code of three upper-case letters
			POST /v1/campaigns {"internalName": "a", "type": "airdrop", "rewards": [{"type": "perk", "rewardId": "$perk",
				"price": {"amount": 1, "currency": "EUR"}}]}
				=> 417 generic.invalid-request rewards[0].price must be null outside a store`,
		"life cycle": `
			POST /v1/perks {"internalName": "p"} => 201 as perk
			POST /v1/campaigns ` + complete + ` => 201 as campaign
			POST /v1/campaigns/$campaign/end => 417 campaign.invalid-state Cannot end a campaign that is draft.
			POST /v1/campaigns/$campaign/unarchive => 417 campaign.invalid-state Cannot unarchive a campaign that is draft.
			POST /v1/campaigns/$campaign/publish => 200 {"status": "published"}
			POST /v1/campaigns/$campaign/publish => 417 campaign.invalid-state Cannot publish a campaign that is published.
			POST /v1/campaigns/$campaign/archive => 200 {"status": "archived"}
			POST /v1/campaigns/$campaign/end => 417 campaign.invalid-state Cannot end a campaign that is archived.
			PATCH /v1/campaigns/$campaign {"internalName": "b"}
				=> 417 campaign.invalid-state The campaign is archived; unarchive it to edit it.
			POST /v1/campaigns/$campaign/unarchive => 200 {"status": "published"}
			POST /v1/campaigns/$campaign/end => 200 {"status": "ended"}
			POST /v1/campaigns/$campaign/end => 417 campaign.invalid-state Cannot end a campaign that is ended.
			POST /v1/campaigns/$campaign/publish => 417 campaign.invalid-state Cannot publish a campaign that is ended.
			POST /v1/campaigns/$campaign/archive => 200 {"status": "archived"}
			POST /v1/campaigns/$campaign/unarchive => 200 {"status": "ended"}`,
		"rewards and distribution are frozen after publishing": `
			POST  /v1/perks {"internalName": "p"} => 201 as perk
			POST  /v1/campaigns ` + complete + ` => 201 as campaign
			POST  /v1/campaigns/$campaign/publish => 200
			PATCH /v1/campaigns/$campaign {"rewards": []}
				=> 417 campaign.invalid-state rewards cannot be changed after publishing
			PATCH /v1/campaigns/$campaign {"distribution": {"type": "direct", "typeConfig": {"maxQuantity": 5}}}
				=> 417 campaign.invalid-state distribution cannot be changed after publishing
			PATCH /v1/campaigns/$campaign {"type": "store"} => 417 generic.invalid-request type cannot be changed
			PATCH /v1/campaigns/$campaign {"type": "challenge", "rewards": [{"type": "perk", "rewardId": "$perk",
				"quantity": null}], "distribution": {"type": "direct"}, "startAt": "2027-06-01T00:00:00Z",
				"endAt": "2027-07-01T00:00:00Z"}
				=> 200 {"startAt": "2027-06-01T00:00:00.000Z", "endAt": "2027-07-01T00:00:00.000Z"}
			PATCH /v1/campaigns/$campaign {"typeConfig": null}
				=> 417 generic.invalid-request typeConfig.name is needed to publish
			POST  /v1/campaigns/$campaign/end => 200
			PATCH /v1/campaigns/$campaign {"rewards": []}
				=> 417 campaign.invalid-state rewards cannot be changed after publishing`,
		"what was published must be archived to be deleted": `
			POST   /v1/perks {"internalName": "p"} => 201 as perk
			POST   /v1/campaigns ` + complete + ` => 201 as campaign
			POST   /v1/campaigns/$campaign/publish => 200
			DELETE /v1/campaigns/$campaign => 417 campaign.invalid-state The campaign is published; archive it to delete it.
			POST   /v1/campaigns/$campaign/end => 200
			DELETE /v1/campaigns/$campaign => 417 campaign.invalid-state The campaign is ended; archive it to delete it.
			POST   /v1/campaigns/$campaign/archive => 200
			DELETE /v1/campaigns/$campaign => 200 empty
			POST   /v1/campaigns {"internalName": "d", "type": "airdrop"} => 201 as draft
			DELETE /v1/campaigns/$draft => 200 empty`,
		"an archived reward cannot be published": `
			POST /v1/perks {"internalName": "p"} => 201 as perk
			POST /v1/campaigns ` + complete + ` => 201 as campaign
			POST /v1/perks/$perk/archive => 200
			POST /v1/campaigns/$campaign/publish
				=> 417 generic.invalid-reference rewards[0].rewardId refers to an archived perk "$perk"
			POST /v1/perks/$perk/unarchive => 200
			POST /v1/campaigns/$campaign/publish => 200 {"status": "published"}
			POST /v1/perks/$perk/archive => 200
			PATCH /v1/campaigns/$campaign {"internalName": "still editable"} => 200`,
		"publishing a store and an airdrop needs a reward": `
			POST  /v1/perks {"internalName": "p"} => 201 as perk
			POST  /v1/campaigns {"internalName": "a", "type": "airdrop"} => 201 as airdrop
			POST  /v1/campaigns/$airdrop/publish => 417 generic.invalid-request rewards must not be empty to publish
			PATCH /v1/campaigns/$airdrop {"rewards": [{"type": "perk", "rewardId": "$perk"}]} => 200
			POST  /v1/campaigns/$airdrop/publish => 200 {"status": "published"}
			POST  /v1/campaigns {"internalName": "a", "type": "store", "rewards": [{"type": "perk", "rewardId": "$perk"}],
				"typeConfig": {"name": {"en": "A", "fr": "B"}, "description": {"fr": "C"}}}
				=> 201 as store
			POST  /v1/campaigns/$store/publish
				=> 417 generic.invalid-request typeConfig.description lacks language "en", which typeConfig.name has
			PATCH /v1/campaigns/$store {"typeConfig": {"name": {"fr": "B"}, "description": {"fr": "C"}}} => 200
			POST  /v1/campaigns/$store/publish => 200 {"status": "published"}
			PATCH /v1/campaigns/$store {"typeConfig": {"name": {"fr": "B", "en": "A"}, "description": {"fr": "C"}}}
				=> 417 generic.invalid-request typeConfig.description lacks language "en", which typeConfig.name has`,
		"publishing a draw needs quantities and boxes": `
			POST  /v1/perks {"internalName": "p"} => 201 as perk
			POST  /v1/campaigns {"internalName": "a", "type": "airdrop", "rewards": [{"type": "perk", "rewardId": "$perk"}],
				"distribution": {"type": "raffle"}}
				=> 201 as campaign
			POST  /v1/campaigns/$campaign/publish
				=> 417 generic.invalid-request rewards[0].quantity is needed in raffle distribution
			PATCH /v1/campaigns/$campaign {"rewards": [{"type": "perk", "rewardId": "$perk", "quantity": 2}]} => 200
			POST  /v1/campaigns/$campaign/publish
				=> 417 generic.invalid-request distribution.typeConfig.maxBoxes is needed to publish
			PATCH /v1/campaigns/$campaign {"distribution": {"type": "raffle", "typeConfig": {"maxBoxes": 2}}} => 200
			POST  /v1/campaigns/$campaign/publish
				=> 417 generic.invalid-request distribution.typeConfig.drawAt is needed to publish
			PATCH /v1/campaigns/$campaign {"distribution": {"type": "instant-draw", "typeConfig": {"maxBoxes": 2}}} => 200
			POST  /v1/campaigns/$campaign/publish => 200 {"status": "published"}`,
		"a step keeps its id when it is sent": `
			POST  /v1/campaigns {"internalName": "a", "type": "challenge", "typeConfig": {"steps": [{"id": "s1",
				"userAction": "x"}]}}
				=> 417 generic.invalid-request typeConfig.steps[0].id is not a step of this campaign
			POST  /v1/campaigns {"internalName": "a", "type": "challenge", "typeConfig": {"steps": [{"userAction": "x",
				"icon": null, "triggers": [{"type": "t"}]}]}}
				=> 201 {"typeConfig": {"steps": [{"userAction": "x", "icon": null, "title": {}, "description": {},
				"triggers": [{"type": "t", "typeConfig": null}]}]}} as campaign
			PATCH /v1/campaigns/$campaign {"typeConfig": {"steps": [{"id": "nobody", "userAction": "x"}]}}
				=> 417 generic.invalid-request typeConfig.steps[0].id is not a step of this campaign`,
	})
}

// TestChallengeNeeds removes one property at a time from a publishable challenge.
func TestChallengeNeeds(t *testing.T) {
	t.Parallel()
	const rest = `"optInCta": {"en": "Join"}, "description": {"en": "Go"}, "imageUrl": "https://x.example/1.jpg", ` +
		`"steps": [{"userAction": "x", "triggers": [{"type": "t"}]}]`
	for name, tt := range map[string]struct{ config, want string }{
		"title": {
			`{"optInCta": {"en": "Join"}, "description": {"en": "Go"}, "imageUrl": "https://x.example/1.jpg", ` +
				`"steps": [{"userAction": "x", "triggers": [{"type": "t"}]}]}`,
			"417 generic.invalid-request typeConfig.name is needed to publish",
		},
		"opt-in CTA": {
			`{"name": {"en": "A"}, "description": {"en": "Go"}, "imageUrl": "https://x.example/1.jpg", ` +
				`"steps": [{"userAction": "x", "triggers": [{"type": "t"}]}]}`,
			"417 generic.invalid-request typeConfig.optInCta is needed to publish",
		},
		"description": {
			`{"name": {"en": "A"}, "optInCta": {"en": "Join"}, "imageUrl": "https://x.example/1.jpg", ` +
				`"steps": [{"userAction": "x", "triggers": [{"type": "t"}]}]}`,
			"417 generic.invalid-request typeConfig.description is needed to publish",
		},
		"visual": {
			`{"name": {"en": "A"}, "optInCta": {"en": "Join"}, "description": {"en": "Go"}, ` +
				`"steps": [{"userAction": "x", "triggers": [{"type": "t"}]}]}`,
			"417 generic.invalid-request typeConfig.imageUrl or typeConfig.videoUrl is needed to publish",
		},
		"step": {`{"name": {"en": "A"}, "optInCta": {"en": "Join"}, "description": {"en": "Go"}, ` +
			`"imageUrl": "https://x.example/1.jpg"}`, "417 generic.invalid-request typeConfig.steps must contain a step with " +
			"a trigger to publish"},
		"trigger": {
			`{"name": {"en": "A"}, "optInCta": {"en": "Join"}, "description": {"en": "Go"}, ` +
				`"imageUrl": "https://x.example/1.jpg", "steps": [{"userAction": "x"}]}`,
			"417 generic.invalid-request typeConfig.steps must contain a step with a trigger to publish",
		},
		"language": {
			`{"name": {"en": "A", "fr": "B"}, ` + rest + `}`,
			`417 generic.invalid-request typeConfig.description lacks language "fr", which typeConfig.name has`,
		},
		"of a step": {`{"name": {"en": "A"}, "optInCta": {"en": "Join"}, "description": {"en": "Go"}, ` +
			`"videoUrl": "https://x.example/1.mp4", "steps": [{"userAction": "x", "title": {"de": "C"}, ` +
			`"triggers": [{"type": "t"}]}]}`, `417 generic.invalid-request typeConfig.description lacks language "de", which ` +
			`typeConfig.steps[0].title has`},
		"nothing": {`{"name": {"en": "A"}, ` + rest + `}`, `200 {"status": "published"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newBed(t, sandbox.Options{}).play(`
				POST /v1/perks {"internalName": "p"} => 201 as perk
				POST /v1/campaigns {"internalName": "a", "type": "challenge", "rewards": [{"type": "perk", "rewardId": "$perk"}],
					"typeConfig": ` + tt.config + `}
					=> 201 as campaign
				POST /v1/campaigns/$campaign/publish => ` + tt.want)
		})
	}
}

func TestStepsKeepTheirIDs(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	b.play(`POST /v1/campaigns {"internalName": "a", "type": "challenge",
		"typeConfig": {"steps": [{"userAction": "one"}, {"userAction": "two"}]}}
		=> 201 as campaign`)
	steps := func() []any {
		return b.Objects("test", "campaigns")[0]["typeConfig"].(map[string]any)["steps"].([]any)
	}
	id := func(i int) string { return steps()[i].(map[string]any)["id"].(string) }
	b.saved["one"], b.saved["two"] = id(0), id(1)
	if id(0) == id(1) {
		t.Fatal("both steps have one id")
	}

	b.play(`
		PATCH /v1/campaigns/$campaign {"typeConfig": {"steps": [{"id": "$two", "userAction": "two"}, {"userAction": "new"},
			{"id": "$one", "userAction": "changed"}]}}
			=> 200 {"typeConfig": {"steps": [{"id": "$two"}, {"userAction": "new"}, {"id": "$one", "userAction": "changed"}]}}
		PATCH /v1/campaigns/$campaign {"typeConfig": {"steps": [{"id": "$two", "userAction": "two"}, {"id": "$two",
			"userAction": "two"}]}}
			=> 417 generic.invalid-request typeConfig.steps[1].id is not a step of this campaign, or is given twice
		PATCH /v1/campaigns/$campaign {"internalName": "b"}
			=> 200 {"typeConfig": {"steps": [{"id": "$two"}, {"userAction": "new"}, {"id": "$one"}]}}
		PATCH /v1/campaigns/$campaign {"typeConfig": {"steps": [{"userAction": "two"}]}} => 200`)
	if got := id(0); got == b.saved["one"] || got == b.saved["two"] {
		t.Errorf("a step sent without an id took the old id %s", got)
	}
}

func TestUsersAndMerchants(t *testing.T) {
	t.Parallel()
	scenarios(t, map[string]string{
		"auth token": `
			POST /v1/users/auth-token {} => 417 generic.invalid-request Parameter email not provided
			POST /v1/users/auth-token {"email": "nobody"} => 417 generic.invalid-request email must be an email address
			POST /v1/users/auth-token {"email": "a@b.c", "name": "x"}
				=> 417 generic.invalid-request name is not a property that can be set
			GET  /v1/users/auth-token => 404 {"message": "Cannot GET /v1/users/auth-token"}`,
		"campaign diffusion is off at first": `
			GET /v1/merchants/campaign-diffusion-configuration => 200 empty`,
	})

	b := newBed(t, sandbox.Options{})
	r := b.call(b.TestKey(), "POST", "/v1/users/auth-token", `{"email": "a@b.c"}`)
	if token, _ := r.object(t)["authToken"].(string); r.status != 201 || len(token) < 20 {
		t.Errorf("the token is %d %s", r.status, r.raw)
	}
}
