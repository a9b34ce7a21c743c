package sandbox_test

import (
	"fmt"
	"slices"
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

// walk reads all pages and returns the ids, the sizes of the pages and the totals they named.
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
	if got := subset("", map[string]any{"total": 4.0, "data": []any{map[string]any{"id": ids[3]}, map[string]any{"id": ids[4]}}}, second); got != "" {
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
