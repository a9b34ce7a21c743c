package merchants_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// collection serves n rows as the contract says, but reports a wrong total.
func collection(n int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
		from, _ := strconv.Atoi(r.URL.Query().Get("cursor"))
		page := map[string]any{"data": []any{}, "nextCursor": nil, "total": n + 7}
		rows := []any{}
		for i := from; i < min(n, from+limit); i++ {
			rows = append(rows, map[string]any{"id": fmt.Sprint("x", i)})
		}
		page["data"] = rows
		if from+limit < n {
			page["nextCursor"] = strconv.Itoa(from + limit)
		}
		body, _ := json.Marshal(page)
		reply(200, string(body))(w, r)
	}
}

// collect walks a list to its end.
func collect(t *testing.T, perks iter.Seq2[*merchants.Perk, error]) (ids []string, errs []error) {
	t.Helper()
	for perk, err := range perks {
		if err != nil {
			errs = append(errs, err)
			if perk != nil {
				t.Error("a row came with an error")
			}
			continue
		}
		ids = append(ids, string(perk.ID))
	}
	return ids, errs
}

func TestPages_allRowsOnceInOrder(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ rows, requests int }{
		{0, 1}, {1, 1}, {99, 1}, {100, 1}, {101, 2}, {200, 2}, {1003, 11},
	} {
		t.Run(strconv.Itoa(test.rows), func(t *testing.T) {
			t.Parallel()
			s := serve(t, collection(test.rows))
			ids, errs := collect(t, s.client(t).Perks.List(t.Context()))
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			if len(ids) != test.rows {
				t.Fatalf("got %d rows", len(ids))
			}
			for i, id := range ids {
				if id != fmt.Sprint("x", i) {
					t.Fatalf("row %d is %s", i, id)
				}
			}
			if calls := s.got(); len(calls) != test.requests {
				t.Errorf("got %d requests, want %d", len(calls), test.requests)
			}
		})
	}
}

func TestPages_requests(t *testing.T) {
	t.Parallel()
	s := serve(t, collection(201))
	for _, err := range s.client(t).Segments.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
	}
	var targets []string
	for _, call := range s.got() {
		targets = append(targets, call.Method+" "+call.Target)
	}
	want := []string{
		"GET /v1/cohorts?limit=100&type=segment",
		"GET /v1/cohorts?cursor=100&limit=100&type=segment",
		"GET /v1/cohorts?cursor=200&limit=100&type=segment",
	}
	if diff := cmp.Diff(want, targets); diff != "" {
		t.Error(diff)
	}
}

func TestPages_paths(t *testing.T) {
	t.Parallel()
	for want, walk := range map[string]func(*merchants.Client) error{
		"/v1/user-properties?limit=100": func(c *merchants.Client) error { return last(c.UserProperties.List(t.Context())) },
		"/v1/cohorts?limit=100&type=list": func(c *merchants.Client) error {
			return last(c.Lists.List(t.Context()))
		},
		"/v1/perks?limit=100":          func(c *merchants.Client) error { return last(c.Perks.List(t.Context())) },
		"/v1/digital-assets?limit=100": func(c *merchants.Client) error { return last(c.DigitalAssets.List(t.Context())) },
		"/v1/badges?limit=100":         func(c *merchants.Client) error { return last(c.Badges.List(t.Context())) },
		"/v1/campaigns?limit=100":      func(c *merchants.Client) error { return last(c.Campaigns.List(t.Context())) },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			s := serve(t, collection(1))
			if err := walk(s.client(t)); err != nil {
				t.Fatal(err)
			}
			if calls := s.got(); len(calls) != 1 || calls[0].Target != want {
				t.Errorf("got %v", calls)
			}
		})
	}
}

func last[T any](rows iter.Seq2[T, error]) error {
	var last error
	for _, err := range rows {
		last = err
	}
	return last
}

// script responds with the pages in order, and repeats the last one.
func script(pages ...string) http.HandlerFunc {
	calls := 0
	return func(w http.ResponseWriter, r *http.Request) {
		page := pages[min(calls, len(pages)-1)]
		calls++
		status := 200
		if strings.Contains(page, `"code"`) {
			status = 417
		}
		reply(status, page)(w, r)
	}
}

// hundred are the ids of a full page; fullPage is its rows between two texts.
var hundred = func() (ids []string) {
	for i := range 100 {
		ids = append(ids, fmt.Sprint("x", i))
	}
	return ids
}()

func fullPage(before, after string) string {
	return before + `[{"id":"` + strings.Join(hundred, `"},{"id":"`) + `"}]` + after
}

// TestPages_linked: a list that continues at another address has not ended.
func TestPages_linked(t *testing.T) {
	t.Parallel()
	for link, more := range map[string]bool{
		`<https://api.example.com/v1/perks?page=2>; rel="next"`:                          true,
		`</v1/perks?page=2>; rel=next`:                                                   true,
		`</v1/perks?page=1>; rel="prev", </v1/perks?page=3>; title="3"; rel="last next"`: true,
		`</v1/perks?page=1>; rel="prev"`:                                                 false,
		`</v1/perks?page=1>; rel="first"; title="next"`:                                  false,
		"": false,
	} {
		for _, page := range []string{`[{"id":"a"}]`, `{"data":[{"id":"a"}],"nextCursor":null}`} {
			t.Run(link+page, func(t *testing.T) {
				t.Parallel()
				s := serve(t, func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Link", link)
					reply(200, page)(w, r)
				})
				ids, errs := collect(t, s.client(t).Perks.List(t.Context()))
				if (len(ids) == 0) != more ||
					more != (len(errs) == 1 && strings.Contains(errs[0].Error(), "goes on at another address")) {
					t.Errorf("got %v, %v", ids, errs)
				}
			})
		}
	}
}

func TestPages_guards(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		pages    []string
		ids      []string
		requests int
		want     string
	}{
		"a bare array": {
			pages: []string{`[{"id":"a"},{"id":2}]`}, ids: []string{"a", "2"}, requests: 1,
		},
		"an empty bare array": {pages: []string{`[]`}, requests: 1},
		"a cursor of no text": {pages: []string{`{"data":[{"id":"a"}],"nextCursor":""}`}, ids: []string{"a"}, requests: 1},
		"no cursor at all":    {pages: []string{`{"data":[{"id":"a"}]}`}, ids: []string{"a"}, requests: 1},
		"empty pages": {
			pages: []string{
				`{"data":[],"nextCursor":"b"}`, `{"data":[],"nextCursor":"c"}`, `{"data":[{"id":"a"}],"nextCursor":"d"}`,
				`{"data":[],"nextCursor":null}`,
			},
			ids: []string{"a"}, requests: 4,
		},
		"empty pages without end": {
			pages: []string{`{"data":[],"nextCursor":"b"}`}, requests: 2, want: "the same cursor twice",
		},
		"cursors that are numbers": {
			pages: []string{
				`{"data":[{"id":"a"}],"nextCursor":9007199254740993}`, `{"data":[{"id":"b"}],"nextCursor":0}`,
				`{"data":[{"id":"c"}],"nextCursor":null}`,
			},
			ids: []string{"a", "b", "c"}, requests: 3,
		},
		"a page that says more": {
			pages: []string{`{"data":[{"id":"a"}],"hasMore":true}`}, requests: 1, want: "does not tell whether more rows follow",
		},
		"a cursor of another name": {
			pages: []string{`{"data":[{"id":"a"}],"next_cursor":"b"}`}, requests: 1,
			want: "does not tell whether more rows follow",
		},
		"pages in another object": {
			pages: []string{`{"data":[{"id":"a"}],"meta":{"pages":9}}`}, requests: 1,
			want: "does not tell whether more rows follow",
		},
		"a total as a text": {
			pages: []string{`{"data":[{"id":"a"}],"total":"2"}`}, requests: 1, want: "ends after 1 rows, though it has 2",
		},
		"a total with a point": {
			pages: []string{`{"data":[{"id":"a"}],"total":2.0}`}, requests: 1, want: "ends after 1 rows, though it has 2",
		},
		"a total that is reached": {
			pages: []string{`{"data":[{"id":"a"}],"total":1,"page":1}`}, ids: []string{"a"}, requests: 1,
		},
		"a cursor as an object": {
			pages: []string{`{"data":[{"id":"a"}],"nextCursor":{"after":"a"}}`}, requests: 1,
			want: "nextCursor is of another type",
		},
		"a cursor by another name": {
			pages: []string{`{"data":[{"id":"a"}],"nextcursor":"b","total":2}`}, requests: 1,
			want: "ends after 1 rows, though it has 2",
		},
		"pages by number": {
			pages: []string{`{"data":[{"id":"a"},{"id":"b"}],"page":1,"total":3}`}, requests: 1,
			want: "ends after 2 rows, though it has 3",
		},
		"a full page that ends": {
			pages: []string{fullPage(`{"data":`, `,"nextCursor":null,"total":200}`)}, ids: hundred, requests: 1,
		},
		"a full page that does not tell": {
			pages: []string{fullPage(`{"data":`, `}`)}, requests: 1, want: "does not tell whether more rows follow",
		},
		"a full bare array": {
			pages: []string{fullPage("", "")}, requests: 1, want: "does not tell whether more rows follow",
		},
		"a total that is too small": {
			pages: []string{`{"data":[{"id":"a"}],"nextCursor":"b","total":1}`, `{"data":[{"id":"b"}],"total":1}`},
			ids:   []string{"a", "b"}, requests: 2,
		},
		"rows that shift into the next page": {
			pages: []string{
				`{"data":[{"id":"a"},{"id":"b"}],"nextCursor":"1"}`, `{"data":[{"id":"b"},{"id":"c"}],"nextCursor":"2"}`,
				`{"data":[{"id":"c"},{"id":"a"}]}`,
			},
			ids: []string{"a", "b", "c"}, requests: 3,
		},
		"the same cursor again": {
			pages: []string{`{"data":[{"id":"a"}],"nextCursor":"1"}`}, ids: []string{"a"}, requests: 2,
			want: "the same cursor twice",
		},
		"cursors that turn in a circle": {
			pages: []string{
				`{"data":[{"id":"a"}],"nextCursor":"1"}`, `{"data":[{"id":"b"}],"nextCursor":"2"}`,
				`{"data":[{"id":"c"}],"nextCursor":"1"}`,
			},
			ids: []string{"a", "b", "c"}, requests: 3, want: "the same cursor twice",
		},
		"an error on the second page": {
			pages: []string{`{"data":[{"id":"a"}],"nextCursor":"1"}`, `{"code":"generic.invalid-request","message":"no"}`},
			ids:   []string{"a"}, requests: 2, want: "417 generic.invalid-request: no",
		},
		"no data":                {pages: []string{`{"rows":[]}`}, requests: 1, want: "a list without data"},
		"data that is null":      {pages: []string{`{"data":null}`}, requests: 1, want: "a list without data"},
		"data that is an object": {pages: []string{`{"data":{}}`}, requests: 1, want: "data is of another type"},
		"null":                   {pages: []string{`null`}, requests: 1, want: "a list without data"},
		"nothing":                {pages: []string{``}, requests: 1, want: "it is empty"},
		"a web page":             {pages: []string{`<html>`}, requests: 1, want: "it is a web page"},
		"a page cut off":         {pages: []string{`{"data":[{"id":"a"},{"id":`}, requests: 1, want: "it is cut off"},
		"a bare array cut off":   {pages: []string{`[{"id":"a"},{"id":`}, requests: 1, want: "it is cut off"},
		"a row without an id": {
			pages: []string{`{"data":[{"id":"a"},{"name":"b"},{"id":"c"}]}`}, requests: 1,
			want: "a row of the list: it has no id",
		},
		"a row that is null": {
			pages: []string{`[{"id":"a"},null]`}, requests: 1, want: "a row of the list: it has no id",
		},
		"a row of another shape": {
			pages: []string{`[{"id":"a"},{"id":"b","title":[]},{"id":"c"}]`}, ids: []string{"a"}, requests: 1,
			want: "title is of another type",
		},
		"a row that is no object": {pages: []string{`["a"]`}, requests: 1, want: "a row of the list: it is of another type"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, script(test.pages...))
			ids, errs := collect(t, s.client(t).Perks.List(t.Context()))
			if diff := cmp.Diff(test.ids, ids); diff != "" {
				t.Error(diff)
			}
			switch {
			case test.want == "":
				if len(errs) > 0 {
					t.Errorf("got %v", errs)
				}
			case len(errs) != 1 || !strings.Contains(errs[0].Error(), test.want):
				t.Errorf("got %v, want one error with %q", errs, test.want)
			default:
				if apiError, ok := errors.AsType[*merchants.Error](errs[0]); !ok || apiError.Path != "perks" ||
					apiError.Method != "GET" {
					t.Errorf("got %T %v", errs[0], errs[0])
				}
			}
			if calls := s.got(); len(calls) != test.requests {
				t.Errorf("got %d requests, want %d", len(calls), test.requests)
			}
		})
	}
}

func TestPages_callerStopsEarly(t *testing.T) {
	t.Parallel()
	for _, stop := range []int{1, 100} {
		t.Run(strconv.Itoa(stop), func(t *testing.T) {
			t.Parallel()
			s := serve(t, collection(300))
			rows := 0
			for _, err := range s.client(t).Perks.List(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				if rows++; rows == stop {
					break
				}
			}
			if calls := s.got(); len(calls) != 1 {
				t.Errorf("got %d requests", len(calls))
			}
		})
	}
}

func TestPages_walkedTwiceReadsTwice(t *testing.T) {
	t.Parallel()
	s := serve(t, collection(2))
	perks := s.client(t).Perks.List(t.Context())
	for range 2 {
		if ids, errs := collect(t, perks); len(ids) != 2 || len(errs) > 0 {
			t.Fatalf("got %v, %v", ids, errs)
		}
	}
}
