package sandbox_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

func (b *bed) seed(n int) (ids []string) {
	b.t.Helper()
	for i := range n {
		r := b.call(b.TestKey(), "POST", "/v1/perks", fmt.Sprintf(`{"internalName": "p%03d"}`, i+1))
		ids = append(ids, r.object(b.t)["id"].(string))
	}
	return ids
}

// walk reads all pages and returns their ids, sizes and totals.
func (b *bed) walk(path string, limit int) (ids []string, sizes []int, totals []float64) {
	b.t.Helper()
	cursor := ""
	for len(sizes) < 50 {
		r := b.call(b.TestKey(), "GET", fmt.Sprintf("%s?limit=%d%s", path, limit, cursor), "")
		page := r.object(b.t)
		rows := page["data"].([]any)
		for _, row := range rows {
			ids = append(ids, row.(map[string]any)["id"].(string))
		}
		sizes, totals = append(sizes, len(rows)), append(totals, page["total"].(float64))
		next, more := page["nextCursor"].(string)
		if !more {
			break
		}
		cursor = "&cursor=" + next
	}
	return ids, sizes, totals
}

func TestPages(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	want := b.seed(7)
	b.call(b.LiveKey(), "POST", "/v1/perks", `{"internalName": "live"}`)
	b.call(b.TestKey(), "PATCH", "/v1/perks/"+want[2], `{"internalName": "changed"}`)

	ids, sizes, totals := b.walk("/v1/perks", 3)
	if !slices.Equal(ids, want) {
		t.Errorf("the order is %v, want that of creation %v", ids, want)
	}
	if !slices.Equal(sizes, []int{3, 3, 1}) || !slices.Equal(totals, []float64{7, 7, 7}) {
		t.Errorf("pages of %v with totals %v, want 3, 3, 1 of 7", sizes, totals)
	}
	if _, sizes, _ := b.walk("/v1/perks", 7); !slices.Equal(sizes, []int{7}) {
		t.Errorf("pages of %v, want one of 7 without a cursor to an empty one", sizes)
	}
}

func TestPagesWhileRowsComeAndGo(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	ids := b.seed(6)
	first := b.call(b.TestKey(), "GET", "/v1/perks?limit=2", "").object(t)
	b.call(b.TestKey(), "DELETE", "/v1/perks/"+ids[0], "")
	b.call(b.TestKey(), "DELETE", "/v1/perks/"+ids[2], "")
	second := b.call(b.TestKey(), "GET", "/v1/perks?limit=2&cursor="+first["nextCursor"].(string), "").object(t)
	if got := subset("", map[string]any{
		"total": 4.0,
		"data":  []any{map[string]any{"id": ids[3]}, map[string]any{"id": ids[4]}},
	}, second); got != "" {
		t.Error(got)
	}
}

func TestListParameters(t *testing.T) {
	t.Parallel()
	scenarios(t, map[string]string{
		"limit": `
			GET /v1/perks?limit=0 => 417 generic.invalid-request limit must be an integer from 1 to 100
			GET /v1/perks?limit=101 => 417 generic.invalid-request limit must be an integer from 1 to 100
			GET /v1/perks?limit=ten => 417 generic.invalid-request limit must be an integer from 1 to 100
			GET /v1/perks?limit=100 => 200 {"data": []}`,
		"cursor": `
			POST /v1/perks {"internalName": "a"} => 201
			POST /v1/perks {"internalName": "b"} => 201
			GET /v1/perks?cursor=abc => 417 generic.invalid-request cursor is not one that this list has given out
			GET /v1/badges?cursor=cGVya3M6MQ => 417 generic.invalid-request cursor is not one that this list has given out
			GET /v1/perks?cursor=cGVya3M6MQ => 200 {"data": [{"internalName": "b"}], "total": 2}`,
		"unknown parameters": `
			GET /v1/perks?page=2 => 417 generic.invalid-request page is not a known parameter
			GET /v1/perks?type=code => 417 generic.invalid-request type is not a known parameter`,
		"type of a cohort": `
			POST /v1/cohorts {"type": "list", "name": "a"} => 201
			POST /v1/cohorts {"type": "segment", "name": "b"} => 201
			POST /v1/cohorts {"type": "list", "name": "c"} => 201
			GET  /v1/cohorts => 200 {"total": 3, "data": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}
			GET  /v1/cohorts?type=list => 200 {"total": 2, "data": [{"name": "a"}, {"name": "c"}]}
			GET  /v1/cohorts?type=segment&limit=1 => 200 {"total": 1, "nextCursor": null, "data": [{"name": "b"}]}
			GET  /v1/cohorts?type=all => 417 generic.invalid-request type must be one of list, segment`,
		"archived objects are listed": `
			POST /v1/perks {"internalName": "a"} => 201 as perk
			POST /v1/perks/$perk/archive => 200
			GET  /v1/perks => 200 {"total": 1, "data": [{"status": "archived"}]}`,
	})
}

func TestPagesOfHundredByDefault(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	b.seed(101)
	page := b.call(b.TestKey(), "GET", "/v1/perks", "").object(t)
	if rows := page["data"].([]any); len(rows) != 100 || page["nextCursor"] == nil {
		t.Errorf("%d rows and cursor %v, want 100 and one more page", len(rows), page["nextCursor"])
	}
}

// TestListRowsAreWhole checks that a list row equals the answer of a read by id, byte for byte, for
// every kind and also in a normalizing sandbox.
func TestListRowsAreWhole(t *testing.T) {
	t.Parallel()
	for _, normalize := range []bool{false, true} {
		t.Run(fmt.Sprintf("normalize %t", normalize), func(t *testing.T) {
			t.Parallel()
			b := newBed(t, sandbox.Options{Normalize: normalize})
			b.play(`
				POST /v1/user-properties {"name": " Tier ", "type": "text", "referenceId": "tier"} => 201
				POST /v1/cohorts {"type": "list", "name": "VIP ", "referenceId": "vip"} => 201 as vip
				POST /v1/cohorts {"type": "segment", "name": "Gold", "conditions": {"operator": "and", "groups": [{"operator": "or",
					"conditions": [{"type": "user-property", "typeConfig": {"property": "tier", "operator": "equals",
					"value": "gold"}}]}]}}
					=> 201
				POST /v1/perks {"internalName": "welcome", "title": {"fr": "Dix", "en": "Ten"},
					"description": {"en": "<P>one<br>two", "fr": "<p>un</p>"}, "imageUrl": "https://cdn.example.com/a.png",
					"expiresAt": "2030-01-01T00:00:00Z", "type": "shopify-discount", "typeConfig": {"discountName": "TEN",
					"discountType": "percentage", "value": 12.5}}
					=> 201 as perk
				POST /v1/perks {"internalName": "old"} => 201 as old
				POST /v1/perks/$old/archive => 200
				POST /v1/digital-assets {"internalName": "card", "title": {"en": "Card"}, "maxSupply": 500} => 201 as card
				POST /v1/digital-assets/$card/publish => 200
				POST /v1/badges {"internalName": "vip", "cohortId": "$vip", "title": {"en": "VIP"},
					"lockedDescription": {"en": "Not yet"}}
					=> 201
				POST /v1/campaigns {"internalName": "hunt", "type": "challenge", "cohortId": "$vip", "rewards": [{"type": "perk",
					"rewardId": "$perk", "quantity": 5}, {"type": "digital-asset", "rewardId": "$card", "quantity": 1}],
					"distribution": {"type": "raffle", "typeConfig": {"maxBoxes": 100, "drawAt": "2030-02-01T00:00:00Z"}},
					"typeConfig": {"name": {"en": "Hunt"}, "steps": [{"userAction": "visit", "title": {"en": "One"},
					"triggers": [{"type": "visit", "typeConfig": {"z": 1, "a": [2]}}]}]}}
					=> 201
				POST /v1/campaigns {"internalName": "store", "type": "store", "rewards": [{"type": "perk", "rewardId": "$perk",
					"price": {"amount": 5, "currency": "EUR"}}], "typeConfig": {"name": {"en": "Store"}}}
					=> 201
				POST /v1/campaigns {"internalName": "gift", "type": "airdrop"} => 201
			`)
			for kind, want := range map[string]int{
				"user-properties": 1, "cohorts": 2, "perks": 2, "digital-assets": 1,
				"badges": 1, "campaigns": 3,
			} {
				var page struct {
					Data []json.RawMessage `json:"data"`
				}
				if err := json.Unmarshal([]byte(b.call(b.TestKey(), "GET", "/v1/"+kind, "").raw), &page); err != nil {
					t.Fatal(err)
				}
				if len(page.Data) != want {
					t.Errorf("the list of %s has %d rows, want %d", kind, len(page.Data), want)
				}
				for _, row := range page.Data {
					var object struct {
						ID string `json:"id"`
					}
					if err := json.Unmarshal(row, &object); err != nil {
						t.Fatal(err)
					}
					whole := b.call(b.TestKey(), "GET", "/v1/"+kind+"/"+object.ID, "").raw
					if strings.TrimSpace(whole) != string(row) {
						t.Errorf("the list of %s shows\n%s\nand the read by id\n%s", kind, row, whole)
					}
				}
			}
		})
	}
}
