package sandbox_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// newDialectBed starts a sandbox that speaks a dialect. Its exchanges need not fit our contract.
func newDialectBed(t *testing.T, dialect string, options sandbox.Options) *bed {
	t.Helper()
	var err error
	if options.Dialect, err = sandbox.ParseDialect([]byte(dialect)); err != nil {
		t.Fatal(err)
	}
	b := newBed(t, options)
	b.lax = true
	return b
}

// dialectScripts has exchanges for each key.
var dialectScripts = map[string]struct{ dialect, script string }{
	"nothing": {`{}`, `
			POST  /v1/perks {"internalName": "p", "type": "code", "typeConfig": {"code": "x"}} => 201 as perk
			PATCH /v1/perks/$perk {"typeConfig": {"code": "y"}} => 200 {"typeConfig": {"code": "y"}}
			POST  /v1/perks/$perk/publish => 417 generic.invalid-request title is needed in at least one language
			GET   /v1/perks?limit=1 => 200 {"data": [{"id": "$perk"}], "nextCursor": null, "total": 1}
			GET   /v1/perks/x => 404 perk.not-found There is no perk "x".
			POST  /v1/users/auth-token {"email": "a@b.c"} => 201
			GET   /v1/merchants/campaign-diffusion-configuration => 200 empty
			GET   /v1/perks/ => 404 {"message": "Cannot GET /v1/perks/"}
			DELETE /v1/perks/$perk => 200 empty`},
	"prefix": {`{"prefix": "/v2"}`, `
			POST /v2/perks {"internalName": "p"} => 201 as perk
			GET  /v2/perks/$perk => 200 {"internalName": "p"}
			GET  /v1/perks => 404 {"statusCode": 404, "message": "Cannot GET /v1/perks", "error": "Not Found"}
			GET  /v1/perks/$perk => 404 {"statusCode": 404, "error": "Not Found"}
			POST /v1/users/auth-token {"email": "a@b.c"} => 201`},
	"no prefix": {`{"prefix": ""}`, `
			POST /perks {"internalName": "p"} => 201 as perk
			GET  /perks/$perk => 200 {"internalName": "p"}
			GET  /v1/perks => 404 {"message": "Cannot GET /v1/perks"}`},
	"paths": {`{"paths": {"perks": "rewards/perks", "digital-assets": "rewards"}}`, `
			POST /v1/rewards/perks {"internalName": "p", "title": {"en": "P"}} => 201 as perk
			POST /v1/rewards/perks/$perk/publish => 200 {"status": "live"}
			POST /v1/rewards {"internalName": "a"} => 201 as asset
			GET  /v1/rewards/$asset => 200 {"internalName": "a"}
			GET  /v1/rewards => 200 {"total": 1}
			GET  /v1/perks => 404 {"message": "Cannot GET /v1/perks"}
			GET  /v1/digital-assets => 404 {"message": "Cannot GET /v1/digital-assets"}`},
	"pages by cursor": {
		`{"pages": {"rows": "items", "next": "next", "total": "count", "limit": "size", "cursor": "after", "max": 2}}`, `
			POST /v1/perks {"internalName": "a"} => 201
			POST /v1/perks {"internalName": "b"} => 201
			POST /v1/perks {"internalName": "c"} => 201
			GET  /v1/perks => 200 {"items": [{"internalName": "a"}, {"internalName": "b"}], "count": 3}
			GET  /v1/perks?size=1&after=cGVya3M6MQ => 200 {"items": [{"internalName": "b"}], "next": "cGVya3M6Mg"}
			GET  /v1/perks?size=2&after=cGVya3M6MQ => 200 {"next": null, "count": 3}
			GET  /v1/perks?size=3 => 417 generic.invalid-request size must be an integer from 1 to 2
			GET  /v1/perks?after=no => 417 generic.invalid-request after is not one that this list has given out
			GET  /v1/perks?limit=1 => 417 generic.invalid-request limit is not a known parameter
			GET  /v1/perks?cursor=x => 417 generic.invalid-request cursor is not a known parameter`,
	},
	"pages by number": {
		`{"pages": {"form": "number", "rows": "items", "total": "count", "limit": "pageSize", "cursor": "page"}}`, `
			POST /v1/perks {"internalName": "a"} => 201
			POST /v1/perks {"internalName": "b"} => 201
			POST /v1/perks {"internalName": "c"} => 201
			GET  /v1/perks?pageSize=2 => 200 {"items": [{"internalName": "a"}, {"internalName": "b"}], "count": 3}
			GET  /v1/perks?pageSize=2&page=2 => 200 {"items": [{"internalName": "c"}], "count": 3}
			GET  /v1/perks?pageSize=2&page=3 => 200 {"items": [], "count": 3}
			GET  /v1/perks?page=0 => 417 generic.invalid-request page must be an integer of at least 1
			GET  /v1/perks?cursor=1 => 417 generic.invalid-request cursor is not a known parameter
			GET  /v1/badges?page=7 => 200 {"items": [], "count": 0}`,
	},
	"pages by offset": {`{"pages": {"form": "offset", "cursor": "skip"}}`, `
			POST /v1/perks {"internalName": "a"} => 201
			POST /v1/perks {"internalName": "b"} => 201
			POST /v1/perks {"internalName": "c"} => 201
			GET  /v1/perks?limit=1&skip=0 => 200 {"data": [{"internalName": "a"}], "total": 3}
			GET  /v1/perks?limit=2&skip=1 => 200 {"data": [{"internalName": "b"}, {"internalName": "c"}]}
			GET  /v1/perks?skip=-1 => 417 generic.invalid-request skip must be an integer of at least 0`},
	"pages as arrays": {`{"pages": {"form": "array"}}`, `
			POST /v1/perks {"internalName": "a"} => 201
			POST /v1/perks {"internalName": "b"} => 201
			GET  /v1/perks => 200 [{"internalName": "a"}, {"internalName": "b"}]
			GET  /v1/perks?limit=1&cursor=2 => 200 [{"internalName": "b"}]
			GET  /v1/perks?limit=1&cursor=3 => 200 []`},
	"one page": {`{"pages": {"form": "none"}}`, `
			POST /v1/perks {"internalName": "a"} => 201
			GET  /v1/perks => 200 {"data": [{"internalName": "a"}], "total": 1}
			GET  /v1/perks?limit=1 => 417 generic.invalid-request limit is not a known parameter
			GET  /v1/perks?cursor=1 => 417 generic.invalid-request cursor is not a known parameter`},
	"pages with meta": {`{"pages": {"meta": "pagination"}, "case": "snake"}`, `
			GET /v1/perks => 200 {"data": [], "pagination": {"next_cursor": null, "total": 0}}`},
	"large pages": {`{"pages": {"max": 500}}`, `
			GET /v1/perks?limit=500 => 200 {"total": 0}
			GET /v1/perks?limit=501 => 417 generic.invalid-request limit must be an integer from 1 to 500`},
	"update by PUT": {`{"update": {"*": "PUT", "badges": "PATCH"}}`, `
			POST  /v1/perks {"internalName": "p", "title": {"en": "P"}, "type": "code", "typeConfig": {"code": "x"}}
				=> 201 as perk
			PUT   /v1/perks/$perk {"title": {"en": "Q"}} => 417 generic.invalid-request internalName is required
			PUT   /v1/perks/$perk {"internalName": "q", "imageUrl": "https://x.example/1"}
				=> 200 {"internalName": "q", "title": {}, "imageUrl": "https://x.example/1", "type": "none", "typeConfig": null}
			PATCH /v1/perks/$perk {"title": {"en": "Q"}} => 404 {"statusCode": 404, "error": "Not Found"}
			POST  /v1/cohorts {"type": "list", "name": "l"} => 201 as list
			PUT   /v1/cohorts/$list {"name": "m"} => 417 generic.invalid-request type is required
			POST  /v1/badges {"internalName": "b", "cohortId": "$list"} => 201 as badge
			PATCH /v1/badges/$badge {"title": {"en": "B"}} => 200 {"internalName": "b"}
			PUT   /v1/badges/$badge {"internalName": "b", "cohortId": "$list"} => 404 {"error": "Not Found"}`},
	"update by POST": {`{"update": {"perks": "POST"}}`, `
			POST  /v1/perks {"internalName": "p", "title": {"en": "P"}} => 201 as perk
			POST  /v1/perks/$perk {"internalName": "q"} => 200 {"internalName": "q", "title": {"en": "P"}}
			PATCH /v1/perks/$perk {"internalName": "q"} => 404 {"error": "Not Found"}`},
	"transitions by another request": {`{"transitions": {"*": {"publish": {"method": "PUT", "path": "activate"}}}}`, `
			POST /v1/perks {"internalName": "p", "title": {"en": "P"}} => 201 as perk
			POST /v1/perks/$perk/publish => 404 {"message": "Cannot POST /v1/perks/$perk/publish"}
			POST /v1/perks/$perk/activate => 404 {"error": "Not Found"}
			PUT  /v1/perks/$perk/activate => 200 {"status": "live"}
			POST /v1/perks/$perk/archive => 200 {"status": "archived"}`},
	"transitions by the status": {
		`{"transitions": {"perks": {"publish": {"status": "live"}, "unarchive": {"method": "PUT", "status": "live"},
				"archive": {"method": "PATCH", "status": "archived"}}}, "words": {"perks": {"status": {"live": "ON"}}}}`, `
			POST  /v1/perks {"internalName": "p"} => 201 as perk
			PATCH /v1/perks/$perk {"status": "ON"} => 417 generic.invalid-request title is needed in at least one language
			PATCH /v1/perks/$perk {"status": "ON", "title": {"en": "P"}}
				=> 417 generic.invalid-request status cannot be changed together with other properties
			PATCH /v1/perks/$perk {"title": {"en": "P"}} => 200
			PATCH /v1/perks/$perk {"status": "live"} => 417 generic.invalid-request status must be one of draft, ON, archived
			PATCH /v1/perks/$perk {"status": "draft"} => 417 generic.invalid-request status is not a property that can be set
			PATCH /v1/perks/$perk {"status": "ON"} => 200 {"status": "ON"}
			PATCH /v1/perks/$perk {"status": "ON"} => 417 perk.invalid-state Cannot publish a perk that is ON.
			PATCH /v1/perks/$perk {"status": "archived"} => 200 {"status": "archived"}
			PUT   /v1/perks/$perk {"title": {"en": "P"}} => 417 generic.invalid-request status
			PUT   /v1/perks/$perk {"status": "ON"} => 200 {"status": "ON"}
			POST  /v1/perks/$perk/publish => 404 {"error": "Not Found"}`,
	},
	"names": {
		`{"names": {"*": {"internalName": "name"}, "perks": {"typeConfig:code.code": "value", "typeConfig": "settings"},
				"campaigns": {"rewards.rewardId": "object", "typeConfig:challenge.steps.title": "heading"}}}`, `
			POST  /v1/perks {"name": "p", "type": "code", "settings": {"value": "x"}} => 201 as perk
			GET   /v1/perks/$perk => 200 {"name": "p", "settings": {"value": "x"}}
			GET   /v1/perks => 200 {"data": [{"name": "p", "settings": {"value": "x"}}]}
			PATCH /v1/perks/$perk {"settings": {"value": "y"}} => 200 {"settings": {"value": "y"}}
			PATCH /v1/perks/$perk {"settings": {"code": "y"}} => 417 generic.invalid-request settings.code is not a property
			PATCH /v1/perks/$perk {"settings": {}} => 417 generic.invalid-request settings.value is required
			POST  /v1/perks {"internalName": "p"} => 417 generic.invalid-request internalName is not a property that can be set
			POST  /v1/perks {} => 417 generic.invalid-request name is required
			POST  /v1/badges {"cohortId": "x"} => 417 generic.invalid-request name is required
			POST  /v1/campaigns {"name": "c", "type": "store", "rewards": [{"type": "perk"}]}
				=> 417 generic.invalid-request rewards[0].object is required
			POST  /v1/campaigns {"name": "c", "type": "challenge", "typeConfig": {"steps": [{"userAction": "x", "heading": 1}]}}
				=> 417 generic.invalid-request typeConfig.steps[0].heading must be an object
			POST  /v1/campaigns {"name": "c", "type": "store", "rewards": [{"type": "perk", "object": "$perk"}]}
				=> 201 {"rewards": [{"object": "$perk", "price": null}]}`,
	},
	"names that trade places": {`{"names": {"perks": {"title": "description", "description": "title"}}}`, `
			POST /v1/perks {"internalName": "p", "title": {"en": "D", "fr": "D"}, "description": {"en": "T"}} => 201 as perk
			GET  /v1/perks/$perk => 200 {"title": {"en": "D", "fr": "D"}, "description": {"en": "T"}}
			POST /v1/perks/$perk/publish => 417 generic.invalid-request description lacks language "fr", which title has`},
	"snake case": {`{"case": "snake", "names": {"perks": {"imageUrl": "image"}}}`, `
			POST /v1/perks {"internal_name": "p", "image": "https://x.example/1", "title": {"pt-BR": "x"}}
				=> 201 {"internal_name": "p", "title": {"pt-BR": "x"}, "type_config": null} as perk
			GET  /v1/perks => 200 {"data": [{"id": "$perk", "video_url": null}], "next_cursor": null}
			POST /v1/perks {"internal_name": "p", "type": "own", "type_config": {"someThing": {"fooBar": 1}}}
				=> 201 {"type_config": {"someThing": {"fooBar": 1}}}
			PATCH /v1/perks/$perk {"video_url": "https://x.example/2"}
				=> 417 generic.invalid-request video_url must be null when image is set
			POST /v1/campaigns {"internal_name": "c", "type": "challenge", "type_config": {"steps": [{"user_action": "x",
				"triggers": [{"type": "t", "type_config": {"aB": 1}}]}]}}
				=> 201 {"type_config": {"opt_in_cta": {}, "steps": [{"user_action": "x",
				"triggers": [{"type_config": {"aB": 1}}]}]}}
			POST /v1/campaigns {"internal_name": "c", "type": "store", "type_config": {"image_url": "https://x.example/1",
				"video_url": "https://x.example/2"}}
				=> 417 generic.invalid-request type_config.video_url must be null when image_url is set`},
	"kebab case": {`{"case": "kebab"}`, `
			POST /v1/user-properties {"name": "p", "type": "text", "reference-id": "p"} => 201 {"reference-id": "p"}
			POST /v1/user-properties {"name": "p", "type": "text", "reference-id": "p"}
				=> 417 user-property.already-exists A user property with the reference-id "p" exists already.`},
	"pascal case": {`{"case": "pascal"}`, `
			POST /v1/perks {"InternalName": "p"} => 201 {"Title": {}} as perk
			GET  /v1/perks => 200 {"Data": [{"Id": "$perk"}], "NextCursor": null, "Total": 1}
			POST /v1/perks {"internalName": "p"} => 417 generic.invalid-request internalName is not a property`},
	"words": {`{"words": {"perks": {"status": {"draft": "DRAFT"}, "type": {"code": "coupon"}}}}`, `
			POST /v1/perks {"internalName": "p", "type": "coupon", "typeConfig": {"code": "x"}}
				=> 201 {"status": "DRAFT", "type": "coupon"}
			POST /v1/perks {"internalName": "p", "type": "code", "typeConfig": {"code": "x"}}
				=> 417 generic.invalid-request type must be one of none, coupon, link, shopify-discount
			POST /v1/perks {"internalName": "p", "type": "other"} => 201 {"type": "other"}
			POST /v1/badges {"internalName": "b", "cohortId": "x"} => 417 generic.invalid-reference cohortId`},
	"upper case": {`{"upper": true}`, `
			POST  /v1/cohorts {"type": "LIST", "name": "l"} => 201 {"type": "LIST"} as list
			POST  /v1/cohorts {"type": "list", "name": "l"} => 417 generic.invalid-request type must be one of LIST, SEGMENT
			GET   /v1/cohorts?type=LIST => 200 {"total": 1}
			GET   /v1/cohorts?type=list => 417 generic.invalid-request type must be one of LIST, SEGMENT
			POST  /v1/cohorts {"type": "SEGMENT", "name": "s", "conditions": {"operator": "AND", "groups": [{"operator": "OR",
				"conditions": [{"type": "COHORT", "typeConfig": {"cohortId": "$list", "operator": "IS_IN"}}]}]}}
				=> 201 {"conditions": {"groups": [{"conditions": [{"typeConfig": {"operator": "IS_IN"}}]}]}} as segment
			PATCH /v1/cohorts/$segment {"type": 5} => 417 generic.invalid-request type must be one of LIST, SEGMENT
			POST  /v1/perks {"internalName": "p", "type": "none"} => 201 {"status": "DRAFT", "type": "none"} as perk
			POST  /v1/campaigns {"internalName": "c", "type": "STORE", "distribution": {"type": "INSTANT_DRAW"},
				"rewards": [{"type": "PERK", "rewardId": "$perk", "quantity": 1}]}
				=> 201 {"distribution": {"type": "INSTANT_DRAW", "typeConfig": {"maxBoxes": null}}, "rewards": [{"type": "PERK"}]}
				as campaign
			PATCH /v1/campaigns/$campaign {"distribution": {"type": "instant-draw"}}
				=> 417 generic.invalid-request distribution.type must be one of DIRECT, INSTANT_DRAW, RAFFLE`},
	"refuse": {`{"refuse": {"badges": ["lockedDescription"]}}`, `
			POST /v1/cohorts {"type": "list", "name": "l"} => 201 as list
			POST /v1/badges {"internalName": "b", "cohortId": "$list", "lockedDescription": null}
				=> 417 generic.invalid-request lockedDescription is not a property that can be set`},
	"require": {
		`{"require": {"perks": {"category": "string"}, "*": {"rank": "number"}},
			"names": {"*": {"internalName": "name"}}}`, `
			POST  /v1/perks {"name": "p", "category": "x"} => 417 generic.invalid-request rank is required
			POST  /v1/perks {"name": "p", "rank": 1, "category": 2}
				=> 417 generic.invalid-request category must be of type string
			POST  /v1/perks {"name": "p", "rank": 1, "category": "x"} => 201 {"rank": 1, "category": "x"} as perk
			PATCH /v1/perks/$perk {"name": "q"} => 200 {"name": "q", "rank": 1, "category": "x"}
			PATCH /v1/perks/$perk {"category": "y"} => 200 {"category": "y"}
			GET   /v1/perks => 200 {"data": [{"rank": 1, "category": "y"}]}
			POST  /v1/digital-assets {"name": "a", "rank": 1} => 201
			POST  /v1/digital-assets {"name": "a", "rank": 1, "category": "x"}
				=> 417 generic.invalid-request category is not a property that can be set`,
	},
	"read-only": {`{"readonly": {"perks": ["expiresAt"]}, "update": {"perks": "PUT"}}`, `
			POST /v1/perks {"internalName": "p", "expiresAt": "2027-01-01T00:00:00Z"} => 201 as perk
			PUT  /v1/perks/$perk {"internalName": "q", "expiresAt": "2028-01-01T00:00:00Z"}
				=> 200 {"internalName": "q", "expiresAt": "2027-01-01T00:00:00.000Z"}
			PUT  /v1/perks/$perk {"internalName": "q"} => 200 {"expiresAt": "2027-01-01T00:00:00.000Z"}`},
	"ids": {`{"ids": "number"}`, `
			POST /v1/cohorts {"type": "list", "name": "l"} => 201 {"id": 1} as list
			GET  /v1/cohorts/$list => 200 {"id": 1}
			POST /v1/badges {"internalName": "b", "cohortId": "$list"} => 417 generic.invalid-request cohortId must be a number
			POST /v1/badges {"internalName": "b", "cohortId": $list} => 201 {"id": 2, "cohortId": 1}
			POST /v1/badges {"internalName": "b", "cohortId": 9}
				=> 417 generic.invalid-reference cohortId refers to no cohort "9"
			POST /v1/campaigns {"internalName": "c", "type": "challenge", "cohortId": null,
				"typeConfig": {"steps": [{"userAction": "x"}]}} => 201 {"cohortId": null} as campaign`},
	"nulls": {`{"nulls": "omitted"}`, `
			POST /v1/perks {"internalName": "p", "type": "own", "typeConfig": {"a": null}} => 201 {"typeConfig": {"a": null}}`},
	"envelope": {`{"envelope": "data"}`, `
			POST  /v1/perks {"internalName": "p", "title": {"en": "P"}} => 201 {"data": {"internalName": "p"}} as perk
			GET   /v1/perks/$perk => 200 {"data": {"internalName": "p"}}
			PATCH /v1/perks/$perk {"internalName": "q"} => 200 {"data": {"internalName": "q"}}
			POST  /v1/perks/$perk/publish => 200 {"data": {"status": "live"}}
			GET   /v1/perks => 200 {"data": [{"internalName": "q"}], "total": 1}
			GET   /v1/perks/x => 404 perk.not-found
			POST  /v1/perks/$perk/archive => 200
			DELETE /v1/perks/$perk => 200 empty`},
	"create": {`{"create": {"status": 200}}`, `
			POST /v1/perks {"internalName": "p"} => 200 {"internalName": "p"}
			POST /v1/users/auth-token {"email": "a@b.c"} => 201`},
	"delete": {`{"delete": {"status": 204}}`, `
			POST   /v1/perks {"internalName": "p"} => 201 as perk
			DELETE /v1/perks/$perk => 204 empty
			DELETE /v1/perks/$perk => 404 perk.not-found`},
	"errors": {`{"errors": {"status": 400, "form": "framework"}, "names": {"*": {"internalName": "name"}}}`, `
			POST /v1/perks {} => 400 {"statusCode": 400, "message": ["name is required"], "error": "Bad Request"}
			GET  /v1/perks/x => 404 {"statusCode": 404, "message": ["There is no perk \"x\"."], "error": "Not Found"}
			none GET /v1/perks => 401 {"statusCode": 401, "error": "Unauthorized"}
			POST /v1/users/auth-token {} => 400 {"statusCode": 400, "message": ["Parameter email not provided"]}`},
	"not found": {`{"errors": {"status": 422, "not_found": 410, "not_found_code": false}}`, `
			POST /v1/perks {} => 422 generic.invalid-request internalName is required
			GET  /v1/perks/x => 410 {"message": "There is no perk \"x\"."}
			GET  /v1/perk/x => 404 {"error": "Not Found"}`},
	"not found without a body": {`{"errors": {"not_found_body": false}}`, `
			GET /v1/perks/x => 404 empty
			GET /v1/perk/x => 404 {"error": "Not Found"}`},
	"not found at the status of a refusal": {`{"errors": {"not_found": 417, "not_found_code": false}}`, `
			POST  /v1/perks {"internalName": "p"} => 201 as perk
			PATCH /v1/perks/$perk {"internalName": null} => 417 generic.invalid-request
			PATCH /v1/perks/x {"internalName": "q"} => 417 {"message": "There is no perk \"x\"."}`},
	"late": {`{"late": {"status": 2, "reads": 1}}`, `
			POST  /v1/perks {"internalName": "p", "title": {"en": "P"}} => 201 as perk
			GET   /v1/perks/$perk => 200
			POST  /v1/perks/$perk/publish => 200 {"status": "live"}
			GET   /v1/perks/$perk => 200 {"status": "draft"}
			GET   /v1/perks => 200 {"data": [{"status": "draft"}]}
			GET   /v1/perks/$perk => 200 {"status": "live"}
			PATCH /v1/perks/$perk {"internalName": "q"} => 200 {"internalName": "q"}
			GET   /v1/perks/$perk => 200 {"internalName": "p"}
			GET   /v1/perks/$perk => 200 {"internalName": "q"}`},
	"times in seconds": {`{"times": "seconds"}`, `
			POST /v1/perks {"internalName": "p", "expiresAt": "2027-06-01T00:00:00.000Z"}
				=> 201 {"expiresAt": "2027-06-01T00:00:00Z"}`},
	"times with an offset": {`{"times": "offset"}`, `
			POST /v1/perks {"internalName": "p", "expiresAt": "2027-06-01T00:00:00Z"}
				=> 201 {"expiresAt": "2027-06-01T00:00:00.000+00:00"}`},
	"times as numbers": {`{"times": "number"}`, `
			POST /v1/perks {"internalName": "p", "expiresAt": 1811808000000} => 201 {"expiresAt": 1811808000000}
			POST /v1/perks {"internalName": "p", "expiresAt": null} => 201 {"expiresAt": null}
			POST /v1/perks {"internalName": "p", "expiresAt": "2027-06-01T00:00:00Z"}
				=> 417 generic.invalid-request expiresAt must be a number of milliseconds since 1970`},
	"merge": {`{"merge": true}`, `
			POST  /v1/perks {"internalName": "p", "title": {"en": "A", "fr": "B"}, "type": "shopify-discount",
				"typeConfig": {"discountName": "n", "discountType": "percentage", "value": 5}} => 201 as perk
			PATCH /v1/perks/$perk {"title": {"fr": "C"}, "typeConfig": {"value": 6}}
				=> 200 {"title": {"en": "A", "fr": "C"}, "typeConfig": {"discountName": "n", "value": 6}}
			PATCH /v1/perks/$perk {"title": {"fr": null}} => 200 {"title": {"en": "A"}}
			PATCH /v1/perks/$perk {"type": "code", "typeConfig": {"code": "x"}} => 200 {"typeConfig": {"code": "x"}}`},
	"clear refused": {`{"clear": "refused", "names": {"*": {"imageUrl": "image"}}}`, `
			POST  /v1/perks {"internalName": "p", "imageUrl": null} => 417 generic.invalid-request imageUrl is not a property
			POST  /v1/perks {"internalName": "p", "image": null} => 201 as perk
			PATCH /v1/perks/$perk {"image": null} => 417 generic.invalid-request image must not be null`},
	"clear ignored": {`{"clear": "ignored"}`, `
			POST  /v1/perks {"internalName": "p", "title": {"en": "P"}} => 201 as perk
			PATCH /v1/perks/$perk {"title": null, "internalName": "q"} => 200 {"title": {"en": "P"}, "internalName": "q"}`},
	"unique": {`{"unique": false}`, `
			POST /v1/cohorts {"type": "list", "name": "a", "referenceId": "r"} => 201
			POST /v1/cohorts {"type": "list", "name": "b", "referenceId": "r"} => 201 {"referenceId": "r"}`},
	"in use": {`{"in_use": false}`, `
			POST   /v1/cohorts {"type": "list", "name": "a"} => 201 as list
			POST   /v1/badges {"internalName": "b", "cohortId": "$list"} => 201
			DELETE /v1/cohorts/$list => 200 empty`},
	"not strict": {`{"strict": false, "refuse": {"perks": ["videoUrl"]}}`, `
			POST /v1/perks {"internalName": "p", "id": "x", "status": "live", "size": 1, "videoUrl": "x", "type": "code",
				"typeConfig": {"code": "x", "size": 2}} => 201 {"status": "draft", "typeConfig": {"code": "x"}}
			POST /v1/perks {"internalName": "p", "title": 5} => 417 generic.invalid-request title must be an object
			GET  /v1/perks?size=1 => 417 generic.invalid-request size is not a known parameter`},
	"filter refused": {`{"filter": "refused"}`, `
			GET /v1/cohorts?type=list => 417 generic.invalid-request type is not a known parameter`},
	"filter ignored": {`{"filter": "ignored"}`, `
			POST /v1/cohorts {"type": "segment", "name": "a"} => 201
			GET  /v1/cohorts?type=list => 200 {"total": 1}`},
}

// TestDialect_keys shows what each key does.
func TestDialect_keys(t *testing.T) {
	t.Parallel()
	for name, tt := range dialectScripts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newDialectBed(t, tt.dialect, sandbox.Options{}).play(tt.script)
		})
	}
}

// TestDialect_leavesOut checks the keys that take properties away from answers.
func TestDialect_leavesOut(t *testing.T) {
	t.Parallel()
	const body = `{"internalName": "p", "type": "shopify-discount",
		"typeConfig": {"discountName": "n", "discountType": "percentage", "value": 5}}`
	for name, tt := range map[string]struct{ dialect, object, row string }{
		"omit": {
			`{"omit": {"*": ["createdAt"], "perks": ["title", "typeConfig:shopify-discount.value"]}}`,
			"description expiresAt id imageUrl internalName status type typeConfig updatedAt videoUrl : " +
				"discountName discountType",
			"description expiresAt id imageUrl internalName status type typeConfig updatedAt videoUrl : " +
				"discountName discountType",
		},
		"omit_rows": {
			`{"omit_rows": {"perks": ["typeConfig", "description"]}}`,
			"createdAt description expiresAt id imageUrl internalName status title type typeConfig updatedAt videoUrl : " +
				"discountName discountType value",
			"createdAt expiresAt id imageUrl internalName status title type updatedAt videoUrl :",
		},
		"refuse": {
			`{"refuse": {"perks": ["expiresAt"]}}`,
			"createdAt description id imageUrl internalName status title type typeConfig updatedAt videoUrl : " +
				"discountName discountType value",
			"createdAt description id imageUrl internalName status title type typeConfig updatedAt videoUrl : " +
				"discountName discountType value",
		},
		"nulls": {
			`{"nulls": "omitted"}`,
			"createdAt description id internalName status title type typeConfig updatedAt : discountName discountType value",
			"createdAt description id internalName status title type typeConfig updatedAt : discountName discountType value",
		},
	} {
		b := newDialectBed(t, tt.dialect, sandbox.Options{})
		made := b.call(b.TestKey(), "POST", "/v1/perks", body).object(t)
		page := b.call(b.TestKey(), "GET", "/v1/perks", "").object(t)
		row := page["data"].([]any)[0].(map[string]any)
		if got := properties(made); got != tt.object {
			t.Errorf("%s: an object has\n%s, want\n%s", name, got, tt.object)
		}
		if got := properties(row); got != tt.row {
			t.Errorf("%s: a row has\n%s, want\n%s", name, got, tt.row)
		}
		if _, there := page["nextCursor"]; there != (name != "nulls") {
			t.Errorf("%s: the page has a nextCursor: %v", name, there)
		}
	}
}

// properties returns the names in an object and in its settings.
func properties(object map[string]any) string {
	settings, _ := object["typeConfig"].(map[string]any)
	return strings.TrimSpace(strings.Join(slices.Sorted(maps.Keys(object)), " ") + " : " +
		strings.Join(slices.Sorted(maps.Keys(settings)), " "))
}

func TestDialect_create(t *testing.T) {
	t.Parallel()
	b := newDialectBed(t, `{"prefix": "", "create": {"status": 202, "empty": true, "location": true}}`, sandbox.Options{})
	r := b.call(b.TestKey(), "POST", "/perks", `{"internalName": "p"}`)
	id := b.Objects("test", "perks")[0]["id"].(string)
	if location := r.header.Get("Location"); r.status != 202 || r.raw != "" || location != "/perks/"+id {
		t.Errorf("%d %q, Location %q", r.status, r.raw, location)
	}
}

// TestDialect_ourView checks that faults and the admin API keep our API, and the history the
// dialect.
func TestDialect_ourView(t *testing.T) {
	t.Parallel()
	b := newDialectBed(t, `{"prefix": "/v9", "update": {"*": "PUT"}, "names": {"*": {"internalName": "name"}},
		"errors": {"form": "framework"}, "transitions": {"perks": {"publish": {"method": "PUT", "status": "live"}}}}`,
		sandbox.Options{})
	for _, f := range []sandbox.Fault{
		{Method: "POST", Route: "/v1/perks", Contains: `"internalName":"broken"`, Status: 503},
		{Method: "PATCH", Route: "/v1/perks/{id}", Set: map[string]any{"internalName": "set", "odd": 1}},
		{Method: "POST", Route: "/v1/perks/{id}/publish", Empty: true},
		{Method: "GET", Route: "/v1/perks", Set: map[string]any{"data[].title": "T", "total": 7}},
		{Method: "GET", Route: "/v1/badges", Status: 200, Body: new(`{"internalName": "raw"}`)},
	} {
		if err := b.AddFault(f); err != nil {
			t.Fatal(err)
		}
	}
	b.play(`
		POST /v9/perks {"name": "broken"} => 503 {"statusCode": 503, "error": "Service Unavailable"}
		POST /v9/perks {"name": "p", "title": {"en": "P"}} => 201 as perk
		PUT  /v9/perks/$perk {"name": "q", "title": {"en": "P"}} => 200 {"name": "set", "odd": 1}
		PUT  /v9/perks/$perk {"status": "live"} => 200 empty
		GET  /v9/perks => 200 {"data": [{"name": "q", "title": "T", "status": "live"}], "total": 7}
		GET  /v9/badges => 200 {"internalName": "raw"}`)
	if got := b.Objects("test", "perks")[0]["internalName"]; got != "q" {
		t.Errorf("the admin API shows %v", got)
	}
	e := b.History()[2]
	if e.Method != "PUT" || !strings.HasPrefix(e.Path, "/v9/perks/") || !strings.Contains(e.Request, `"name": "q"`) ||
		!strings.Contains(e.Response, `"name":"set"`) {
		t.Errorf("the history has %+v", e)
	}
}

// TestParseDialect_refuses checks that every mistake names its key.
func TestParseDialect_refuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ dialect, want string }{
		{`[]`, "cannot unmarshal array"},
		{`{"prefixes": "/v2"}`, `unknown field "prefixes"`},
		{`{} {}`, "data after the object"},
		{`{"prefix": "v 2"}`, `prefix: "v 2" is not a path`},
		{`{"paths": {"perk": "x"}}`, `paths: there is no kind "perk"`},
		{`{"paths": {"*": "x"}}`, `paths: there is no kind "*"`},
		{`{"paths": {"perks": "a//b"}}`, `paths.perks: "a//b" is not a path`},
		{`{"paths": {"perks": "badges"}}`, "paths: perks and badges are both at /v1/badges"},
		{`{"pages": {"form": "page"}}`, `pages.form: "page" is none of cursor, number, offset, array, none`},
		{`{"pages": {"max": 0}}`, "pages.max: 0 is not above 0"},
		{`{"pages": {"rows": "x", "next": "x"}}`, `pages: two of rows, next, total, meta are called "x"`},
		{`{"pages": {"limit": "a", "cursor": "a"}}`, `pages: limit and cursor are both called "a"`},
		{`{"pages": {"size": 0}}`, `unknown field "size"`},
		{`{"pages": {"max": "x"}}`, "pages.max"},
		{`{"update": {"perks": "GET"}}`, `update.perks: "GET" is none of PATCH, PUT, POST`},
		{`{"update": {"things": "PUT"}}`, `update: there is no kind "things"`},
		{`{"transitions": {"badges": {"end": {}}}}`, "transitions.badges.end: there is no such transition"},
		{`{"transitions": {"*": {"stop": {}}}}`, "transitions.*.stop: there is no such transition"},
		{
			`{"transitions": {"perks": {"publish": {"status": "published"}}}}`,
			`transitions.perks.publish.status: perks have no status "published"`,
		},
		{
			`{"transitions": {"perks": {"publish": {"path": "a", "status": "live"}}}}`,
			"transitions.perks.publish: path and status exclude each other",
		},
		{
			`{"transitions": {"perks": {"publish": {"path": "archive"}}}}`,
			"archive and publish of perks are the same request",
		},
		{
			`{"transitions": {"perks": {"publish": {"path": "a/b"}}}}`,
			`transitions.perks.publish.path: "a/b" is not one segment`,
		},
		{`{"transitions": {"perks": {"publish": {"method": "GET"}}}}`, `transitions.perks.publish.method: "GET"`},
		{`{"names": {"perks": {"internalNam": "x"}}}`, `names.perks: there is no property "internalNam"`},
		{`{"names": {"*": {"typeConfig:code.cod": "x"}}}`, `names.*: there is no property "typeConfig:code.cod"`},
		{
			`{"names": {"perks": {"title": "description"}}}`,
			"description and title of perks are both called description",
		},
		{`{"names": {"perks": {"title": ""}}}`, "names.perks.title: the name is empty"},
		{`{"case": "camel"}`, `case: "camel" is none of snake, kebab, pascal`},
		{`{"words": {"perks": {"status": {"drafts": "D"}}}}`, `words.perks.status: there is no word "drafts"`},
		{`{"words": {"*": {"status": {"drafts": "D"}}}}`, `words.*.status: there is no word "drafts"`},
		{`{"words": {"perks": {"title": {"a": "b"}}}}`, `words.perks.title: there is no word "a"`},
		{`{"words": {"perks": {"state": {"a": "b"}}}}`, `words.perks: there is no property "state"`},
		{`{"words": {"perks": {"status": {"draft": "live"}}}}`, "two words of perks status are the same"},
		{`{"omit": {"perks": ["x"]}}`, `omit.perks: there is no property "x"`},
		{`{"omit_rows": {"*": ["x"]}}`, `omit_rows.*: there is no property "x"`},
		{`{"refuse": {"badges": ["cohortId"]}}`, "refuse.badges: no object can be made without cohortId"},
		{
			`{"readonly": {"campaigns": ["rewards.price"]}}`,
			"readonly.campaigns: rewards.price is not a property at the top",
		},
		{`{"require": {"perks": {"title": "string"}}}`, `require.perks: "title" is no new property`},
		{
			`{"require": {"perks": {"category": "text"}}}`,
			`require.perks.category: "text" is none of string, number`,
		},
		{`{"ids": "text"}`, `ids: "text" is none of number`},
		{`{"nulls": "no"}`, `nulls: "no" is none of omitted`},
		{`{"create": {"status": 404}}`, "create.status: 404 is not between 200 and 299"},
		{`{"delete": {"status": 100}}`, "delete.status: 100 is not between 200 and 299"},
		{`{"errors": {"status": 200}}`, "errors.status: 200 is not between 400 and 499"},
		{`{"errors": {"not_found": 500}}`, "errors.not_found: 500 is not between 400 and 499"},
		{`{"errors": {"form": "x"}}`, `errors.form: "x" is none of framework`},
		{`{"late": {"reads": -1}}`, "late.reads: -1 is not between 0 and 1000"},
		{`{"times": "x"}`, `times: "x" is none of seconds, offset, number`},
		{`{"clear": "x"}`, `clear: "x" is none of refused, ignored`},
		{`{"filter": "x"}`, `filter: "x" is none of refused, ignored`},
		{`{"document": "x"}`, `document: "x" is none of served, hidden`},
	} {
		if _, err := sandbox.ParseDialect([]byte(tt.dialect)); err == nil || !strings.Contains(err.Error(), tt.want) ||
			!strings.HasPrefix(err.Error(), "sandbox: dialect: ") {
			t.Errorf("%s: %v, want %s", tt.dialect, err, tt.want)
		}
	}
}
