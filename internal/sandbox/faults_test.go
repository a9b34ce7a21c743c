package sandbox_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

func (b *bed) fault(f sandbox.Fault) {
	b.t.Helper()
	if err := b.AddFault(f); err != nil {
		b.t.Fatal(err)
	}
}

// faulty starts a sandbox with one perk, then arms one fault given as JSON.
func faulty(t *testing.T, spec string) *bed {
	t.Helper()
	b := newBed(t, sandbox.Options{})
	b.play(`POST /v1/perks {"internalName": "a", "title": {"en": "A"}} => 201 as perk`)
	b.lax = true
	var f sandbox.Fault
	if err := json.Unmarshal([]byte(spec), &f); err != nil {
		t.Fatal(err)
	}
	b.fault(f)
	return b
}

func (b *bed) perks() int { return len(b.Objects("test", "perks")) }

func TestFaultsThatAnswer(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault   string
		request string
		status  int
		body    string
		headers map[string]string
		perks   int // after the request
	}{
		"status before the commit": {
			fault: `{"method": "POST", "status": 500}`, request: `POST /v1/perks {"internalName": "b"}`, status: 500, perks: 1,
			body: `{"code":"generic.injected-fault","message":"The sandbox was told to answer 500."}`,
		},
		"status after the commit": {
			fault: `{"method": "POST", "stage": "after", "status": 502}`, request: `POST /v1/perks {"internalName": "b"}`,
			status: 502, perks: 2,
			body: `{"code":"generic.injected-fault","message":"The sandbox was told to answer 502."}`,
		},
		"HTML": {
			fault: `{"html": true}`, request: `POST /v1/perks {"internalName": "b"}`, status: 502, perks: 1,
			body: "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>" +
				"<body><h1>502 Bad Gateway</h1></body></html>\n",
			headers: map[string]string{"Content-Type": "text/html; charset=utf-8"},
		},
		"HTML after the commit": {
			fault: `{"html": true, "stage": "after", "status": 504}`, request: `POST /v1/perks {"internalName": "b"}`,
			status: 504, perks: 2,
			body: "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>" +
				"<body><h1>502 Bad Gateway</h1></body></html>\n",
		},
		"a portal's 200": {
			fault: `{"html": true, "status": 200}`, request: `GET /v1/perks`, status: 200, perks: 1,
			body: "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>" +
				"<body><h1>502 Bad Gateway</h1></body></html>\n",
		},
		"an empty body": {
			fault: `{"empty": true}`, request: `POST /v1/perks {"internalName": "b"}`, status: 201, body: "", perks: 2,
			headers: map[string]string{"Content-Type": "", "Content-Length": "0"},
		},
		"a body of one's own": {
			fault: `{"method": "POST", "stage": "after", "body": "{\"id\""}`, request: `POST /v1/perks {"internalName": "b"}`,
			status: 201, body: `{"id"`, perks: 2,
		},
		"a truncated body in a whole answer": {
			fault: `{"truncate": 8}`, request: `GET /v1/perks`, status: 200, body: `{"data":`, perks: 1,
			headers: map[string]string{"Content-Length": "8"},
		},
		"Retry-After in seconds": {
			fault: `{"status": 429, "headers": {"Retry-After": "3600"}}`, request: `GET /v1/perks`, status: 429, perks: 1,
			body:    `{"code":"generic.injected-fault","message":"The sandbox was told to answer 429."}`,
			headers: map[string]string{"Retry-After": "3600"},
		},
		"Retry-After as garbage": {
			fault: `{"status": 503, "headers": {"Retry-After": "soon"}, "body": ""}`, request: `GET /v1/perks`, status: 503,
			body: "", perks: 1,
			headers: map[string]string{"Retry-After": "soon"},
		},
		"a header on the true answer": {
			fault: `{"headers": {"X-Request-Id": "mine"}}`, request: `GET /v1/badges`, status: 200, perks: 1,
			body: `{"data":[],"nextCursor":null,"total":0}`, headers: map[string]string{"X-Request-Id": "mine"},
		},
		"padding": {
			fault: `{"pad": 5}`, request: `GET /v1/badges`, status: 200, perks: 1,
			body: `{"data":[],"nextCursor":null,"total":0}     `, headers: map[string]string{"Content-Length": "44"},
		},
		"one byte at a time": {
			fault: `{"slow": "1us"}`, request: `GET /v1/badges`, status: 200, body: `{"data":[],"nextCursor":null,"total":0}`,
			perks: 1,
		},
		"delay": {
			fault: `{"delay": "1ms"}`, request: `POST /v1/perks {"internalName": ""}`, status: 417, perks: 1,
			body: `{"code":"generic.invalid-request","message":"internalName must not be blank"}`,
		},
		"delay in the middle of the answer": {
			fault: `{"delay": "1ms", "stage": "answer"}`, request: `GET /v1/badges`, status: 200,
			body: `{"data":[],"nextCursor":null,"total":0}`, perks: 1,
		},
		"drop, add and retype": {
			fault:   `{"drop": ["nextCursor"], "set": {"total": "none", "future": {"a": [1, null]}}}`,
			request: `GET /v1/badges`, status: 200, body: `{"data":[],"future":{"a":[1,null]},"total":"none"}`, perks: 1,
		},
		"an edit of what is not there": {
			fault:   `{"drop": ["a.b[].c"], "reorder": ["x"], "set": {"data[].x": 1, "data[3].x": 1}}`,
			request: `GET /v1/badges`, status: 200, body: `{"data":[],"nextCursor":null,"total":0}`, perks: 1,
		},
		"an edit leaves refusals alone": {
			fault: `{"set": {"x": 1}}`, request: `GET /v1/badges/x`, status: 404, perks: 1,
			body: `{"code":"badge.not-found","message":"There is no badge \"x\"."}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := faulty(t, tt.fault)
			method, rest, _ := strings.Cut(tt.request, " ")
			path, body, _ := strings.Cut(rest, " ")
			got := b.call(b.TestKey(), method, path, body)
			if got.status != tt.status || got.raw != tt.body {
				t.Errorf("got %d %q\nwant %d %q", got.status, got.raw, tt.status, tt.body)
			}
			for name, want := range tt.headers {
				if have := got.header.Get(name); have != want {
					t.Errorf("%s is %q, want %q", name, have, want)
				}
			}
			if b.perks() != tt.perks {
				t.Errorf("%d perks, want %d", b.perks(), tt.perks)
			}
			history := b.History()
			if last := history[len(history)-1]; last.Fault != "fault-1" || last.Status != tt.status || last.Cut {
				t.Errorf("the history says %q, %d, cut %v", last.Fault, last.Status, last.Cut)
			}
		})
	}
}

func TestFaultsThatCutTheConnection(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault  string
		perks  int
		status int // 0 if the answer never began
		body   string
	}{
		"reset before the commit": {fault: `{"reset": true}`, perks: 1},
		"reset after the commit":  {fault: `{"stage": "after", "reset": true}`, perks: 2},
		"reset during the answer": {
			fault: `{"stage": "answer", "reset": true, "drop": ["createdAt"], "set": {"id": "1"}}`,
			perks: 2, status: 201,
		},
		"reset after some bytes":     {fault: `{"reset": true, "truncate": 4}`, perks: 2, status: 201, body: `{"cr`},
		"reset after the first byte": {fault: `{"reset": true, "truncate": 1}`, perks: 2, status: 201, body: `{`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := faulty(t, tt.fault)
			got, err := b.send(b.request(t.Context(), b.TestKey(), "POST", "/v1/perks", `{"internalName": "b"}`))
			if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("the error is %v, want that of a lost connection", err)
			}
			if got.status != tt.status || tt.body != "" && got.raw != tt.body {
				t.Errorf("got %d %q, want %d %q", got.status, got.raw, tt.status, tt.body)
			}
			if b.perks() != tt.perks {
				t.Errorf("%d perks, want %d", b.perks(), tt.perks)
			}
			last := b.History()[1]
			if !last.Cut || last.Status != tt.status || last.Committed != (tt.perks == 2) {
				t.Errorf("the history says cut %v, status %d, committed %v", last.Cut, last.Status, last.Committed)
			}
		})
	}
}

func TestHang(t *testing.T) {
	t.Parallel()
	t.Run("before the commit until the sandbox is closed", func(t *testing.T) {
		t.Parallel()
		b := faulty(t, `{"hang": true}`)
		failed := make(chan error, 1)
		go func() {
			_, err := b.send(b.request(t.Context(), b.TestKey(), "POST", "/v1/perks", `{"internalName": "b"}`))
			failed <- err
		}()
		b.arrived(2)
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		if err := <-failed; err == nil {
			t.Error("the request was answered")
		}
		if b.perks() != 1 {
			t.Errorf("%d perks, want 1", b.perks())
		}
	})
	t.Run("in the middle of the answer until the client goes", func(t *testing.T) {
		t.Parallel()
		b := faulty(t, `{"hang": true, "stage": "answer"}`)
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		response, err := b.client.Do(b.request(ctx, b.TestKey(), "POST", "/v1/perks", `{"internalName": "b"}`))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		if _, err := io.ReadFull(response.Body, make([]byte, 10)); err != nil || response.StatusCode != 201 {
			t.Errorf("the answer began with %d, %v", response.StatusCode, err)
		}
		leave()
		if _, err := io.ReadAll(response.Body); !errors.Is(err, context.Canceled) {
			t.Errorf("the error is %v, want that of the canceled request", err)
		}
		if b.perks() != 2 {
			t.Errorf("%d perks, want 2", b.perks())
		}
	})
}

// TestDelayedCommitWithoutClient checks that a request is carried out after its client has gone.
func TestDelayedCommitWithoutClient(t *testing.T) {
	t.Parallel()
	carriedOut := make(chan struct{}, 1)
	b := newBed(t, sandbox.Options{Now: func() time.Time {
		carriedOut <- struct{}{}
		return time.Unix(0, 0)
	}})
	b.fault(sandbox.Fault{Method: "POST", Delay: sandbox.Duration(200 * time.Millisecond)})
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		b.arrived(1)
		leave()
	}()
	// Usually the error of the canceled request; none if canceling takes longer than the delay.
	_, _ = b.send(b.request(ctx, b.TestKey(), "POST", "/v1/perks", `{"internalName": "b"}`))
	<-carriedOut
	if b.perks() != 1 {
		t.Errorf("%d perks, want 1", b.perks())
	}
}

// arrived waits until the sandbox has seen n requests.
func (b *bed) arrived(n int) {
	for b.Stats().Requests < n && b.t.Context().Err() == nil {
		runtime.Gosched()
	}
}

func TestCloseEndsDelays(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{Latency: time.Hour})
	failed := make(chan error, 1)
	go func() {
		_, err := b.send(b.request(t.Context(), b.TestKey(), "GET", "/v1/perks", ""))
		failed <- err
	}()
	b.arrived(1)
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if err := <-failed; err == nil {
		t.Error("the request was answered")
	}
}

func TestGzip(t *testing.T) {
	t.Parallel()
	b := faulty(t, `{"gzip": true, "pad": 1048576}`)
	got := b.call(b.TestKey(), "GET", "/v1/badges", "")
	if got.header.Get("Content-Encoding") != "gzip" || len(got.raw) > 10_000 {
		t.Fatalf("%s of %d bytes, want a small gzip", got.header.Get("Content-Encoding"), len(got.raw))
	}
	reader, err := gzip.NewReader(strings.NewReader(got.raw))
	if err != nil {
		t.Fatal(err)
	}
	inflated, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"data":[],"nextCursor":null,"total":0}`; len(inflated) != len(want)+1<<20 ||
		!strings.HasPrefix(string(inflated), want) {
		t.Errorf("%d bytes beginning with %.50s", len(inflated), inflated)
	}
}

func TestFaultMatching(t *testing.T) {
	t.Parallel()
	// Each case sends the same eight requests and lists those that the fault strikes.
	requests := []struct{ key, method, path, body string }{
		{"test", "POST", "/v1/perks", `{"internalName": "one"}`},
		{"test", "POST", "/v1/perks", `{"internalName": "two"}`},
		{"live", "POST", "/v1/perks", `{"internalName": "one"}`},
		{"test", "GET", "/v1/perks", ""},
		{"test", "GET", "/v1/perks/x", ""},
		{"test", "GET", "/v1/badges/x", ""},
		{"test", "POST", "/v1/perks/x/publish", ""},
		{"none", "GET", "/v1/perks", ""},
	}
	for name, tt := range map[string]struct {
		fault string
		want  []int
	}{
		"the first of all":   {`{"status": 599}`, []int{0}},
		"all":                {`{"status": 599, "count": -1}`, []int{0, 1, 2, 3, 4, 5, 6, 7}},
		"method":             {`{"status": 599, "count": -1, "method": "get"}`, []int{3, 4, 5, 7}},
		"mode":               {`{"status": 599, "count": -1, "mode": "live"}`, []int{2}},
		"route":              {`{"status": 599, "count": -1, "route": "/v1/perks"}`, []int{0, 1, 2, 3, 7}},
		"route with id":      {`{"status": 599, "count": -1, "route": "/v1/perks/{id}"}`, []int{4}},
		"route of any kind":  {`{"status": 599, "count": -1, "route": "/v1/{kind}/{id}"}`, []int{4, 5}},
		"route of an action": {`{"status": 599, "count": -1, "route": "/v1/perks/{id}/publish"}`, []int{6}},
		"one object":         {`{"status": 599, "count": -1, "route": "/v1/badges/x"}`, []int{5}},
		"body":               {`{"status": 599, "count": -1, "contains": "\"two\""}`, []int{1}},
		"the second":         {`{"status": 599, "nth": 2, "method": "POST"}`, []int{1}},
		"second and third":   {`{"status": 599, "nth": 2, "count": 2, "method": "POST"}`, []int{1, 2}},
		"from the third on":  {`{"status": 599, "nth": 3, "count": -1, "method": "POST"}`, []int{2, 6}},
		"all together":       {`{"status": 599, "mode": "test", "method": "POST", "route": "/v1/perks", "nth": 2}`, []int{1}},
		"never":              {`{"status": 599, "nth": 9, "count": -1}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t, sandbox.Options{})
			b.lax = true
			var f sandbox.Fault
			if err := json.Unmarshal([]byte(tt.fault), &f); err != nil {
				t.Fatal(err)
			}
			b.fault(f)
			var got []int
			for i, r := range requests {
				key := map[string]string{"test": b.TestKey(), "live": b.LiveKey()}[r.key]
				if b.call(key, r.method, r.path, r.body).status == 599 {
					got = append(got, i)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("it struck %v, want %v", got, tt.want)
			}
		})
	}
}

func TestFaultsInOrder(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	b.lax = true
	b.fault(sandbox.Fault{Name: "second", Nth: 2, Status: 502})
	b.fault(sandbox.Fault{Name: "first three", Count: 3, Status: 503})
	var got []int
	for range 5 {
		got = append(got, b.call(b.TestKey(), "GET", "/v1/perks", "").status)
	}
	if want := []int{503, 502, 503, 503, 200}; !slices.Equal(got, want) {
		t.Errorf("answers %v, want %v", got, want)
	}
	if last := b.History()[1]; last.Fault != "second" {
		t.Errorf("the second exchange names %q", last.Fault)
	}
}

func TestFaultStrikesEveryThird(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	b.fault(sandbox.Fault{Nth: 2, Every: 3, Count: 2, Status: 503})
	var got []int
	for range 9 {
		got = append(got, b.call(b.TestKey(), "GET", "/v1/perks", "").status)
	}
	if want := []int{200, 503, 200, 200, 503, 200, 200, 200, 200}; !slices.Equal(got, want) {
		t.Errorf("answers %v, want %v", got, want)
	}
}

func TestFaultProbabilityFollowsTheSeed(t *testing.T) {
	t.Parallel()
	struck := func(seed uint64) (out []int) {
		b := newBed(t, sandbox.Options{Seed: seed})
		b.lax = true
		b.fault(sandbox.Fault{Count: -1, Probability: 0.5, Status: 503})
		for i := range 40 {
			if b.call(b.TestKey(), "GET", "/v1/perks", "").status == 503 {
				out = append(out, i)
			}
		}
		return out
	}
	one, again, other := struck(1), struck(1), struck(2)
	if !slices.Equal(one, again) {
		t.Errorf("the same seed strikes %v and %v", one, again)
	}
	if slices.Equal(one, other) || len(one) < 8 || len(one) > 32 {
		t.Errorf("seed 1 strikes %v, seed 2 %v", one, other)
	}
}

func TestStaleReads(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ fault, script string }{
		"of an update": {`{"method": "PATCH", "stale": 3}`, `
			PATCH /v1/perks/$perk {"internalName": "b"} => 200 {"internalName": "b"}
			GET /v1/perks/$perk => 200 {"internalName": "a"}
			GET /v1/perks => 200 {"total": 1, "data": [{"internalName": "a"}]}
			GET /v1/perks/$perk => 200 {"internalName": "a"}
			GET /v1/perks/$perk => 200 {"internalName": "b"}
			GET /v1/perks => 200 {"data": [{"internalName": "b"}]}`},
		"of a create": {`{"method": "POST", "stale": 2}`, `
			POST /v1/perks {"internalName": "b"} => 201 as new
			GET /v1/perks/$new => 404 perk.not-found
			GET /v1/perks => 200 {"total": 1, "data": [{"internalName": "a"}]}
			GET /v1/perks/$new => 200
			GET /v1/perks => 200 {"total": 2}`},
		"of a delete": {`{"method": "DELETE", "stale": 2}`, `
			DELETE /v1/perks/$perk => 200 empty
			GET /v1/perks/$perk => 200 {"internalName": "a"}
			GET /v1/perks => 200 {"total": 1, "data": [{"internalName": "a"}]}
			GET /v1/perks => 200 {"total": 0, "data": []}
			GET /v1/perks/$perk => 404 perk.not-found`},
		"writes see what is stored": {`{"method": "DELETE", "stale": 5}`, `
			DELETE /v1/perks/$perk => 200 empty
			GET /v1/perks/$perk => 200
			DELETE /v1/perks/$perk => 404 perk.not-found
			PATCH /v1/perks/$perk {"internalName": "b"} => 404 perk.not-found`},
		"a list that does not reach the object does not count": {`{"method": "PATCH", "stale": 1}`, `
			POST /v1/perks {"internalName": "z"} => 201 as last
			PATCH /v1/perks/$last {"internalName": "zz"} => 200
			GET /v1/perks?limit=1 => 200 {"data": [{"internalName": "a"}]}
			GET /v1/perks/$last => 200 {"internalName": "z"}
			GET /v1/perks/$last => 200 {"internalName": "zz"}`},
		"other kinds are not touched": {`{"method": "POST", "stale": 2}`, `
			POST /v1/perks {"internalName": "b"} => 201 as new
			GET /v1/badges => 200 {"total": 0, "data": []}
			GET /v1/badges => 200 {"total": 0, "data": []}
			GET /v1/perks => 200 {"total": 1}
			GET /v1/perks => 200 {"total": 1}
			GET /v1/perks => 200 {"total": 2}`},
		"the next write is seen": {`{"method": "PATCH", "stale": 9}`, `
			PATCH /v1/perks/$perk {"internalName": "b"} => 200
			GET /v1/perks/$perk => 200 {"internalName": "a"}
			PATCH /v1/perks/$perk {"internalName": "c"} => 200
			GET /v1/perks/$perk => 200 {"internalName": "c"}`},
		"hidden from get": {`{"method": "POST", "hide_get": 2}`, `
			POST /v1/perks {"internalName": "b"} => 201 as new
			GET /v1/perks => 200 {"total": 2}
			GET /v1/perks/$new => 404 perk.not-found
			GET /v1/perks/$new => 404 perk.not-found
			GET /v1/perks/$new => 200 {"internalName": "b"}`},
		"hidden from lists": {`{"method": "POST", "hide_list": 2}`, `
			POST /v1/perks {"internalName": "b"} => 201 as new
			GET /v1/perks/$new => 200 {"internalName": "b"}
			GET /v1/perks => 200 {"total": 1}
			GET /v1/perks => 200 {"total": 1}
			GET /v1/perks => 200 {"total": 2}`},
		"of a publish": {`{"method": "POST", "route": "/v1/perks/{id}/publish", "stale": 1}`, `
			POST /v1/perks/$perk/publish => 200 {"status": "live"}
			GET /v1/perks/$perk => 200 {"status": "draft"}
			GET /v1/perks/$perk => 200 {"status": "live"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := faulty(t, tt.fault)
			b.lax = false
			b.play(tt.script)
		})
	}
}

func TestClearFaults(t *testing.T) {
	t.Parallel()
	b := faulty(t, `{"method": "PATCH", "stale": 9}`)
	b.fault(sandbox.Fault{Method: "DELETE", RevokeKey: true})
	b.fault(sandbox.Fault{Count: -1, Nth: 4, Status: 500})
	b.play(`
		PATCH /v1/perks/$perk {"internalName": "b"} => 200
		GET /v1/perks/$perk => 200 {"internalName": "a"}
		DELETE /v1/perks/$perk => 401
		GET /v1/perks => 500`)
	b.ClearFaults()
	b.play(`GET /v1/perks/$perk => 200 {"internalName": "b"}`)
}

func TestRevokedKey(t *testing.T) {
	t.Parallel()
	b := faulty(t, `{"nth": 3, "revoke_key": true}`)
	b.lax = false
	b.play(`
		POST /v1/perks {"internalName": "b"} => 201
		GET  /v1/perks => 200
		POST /v1/perks {"internalName": "c"} => 401 generic.unauthorized
		GET  /v1/perks => 401 generic.unauthorized
		live GET /v1/perks => 200`)
	if b.perks() != 2 {
		t.Errorf("%d perks, want 2", b.perks())
	}
}

func TestSwappedMerchant(t *testing.T) {
	t.Parallel()
	b := faulty(t, `{"swap_merchant": true, "count": 2}`)
	b.lax = false
	b.play(`
		GET  /v1/perks/$perk => 404 perk.not-found
		POST /v1/perks {"internalName": "b"} => 201
		GET  /v1/perks/$perk => 200`)
	if test, live := b.perks(), len(b.Objects("live", "perks")); test != 1 || live != 1 {
		t.Errorf("%d perks in test and %d in live, want 1 and 1", test, live)
	}
}

func TestListsThatLie(t *testing.T) {
	t.Parallel()
	t.Run("hidden rows", func(t *testing.T) {
		t.Parallel()
		b := faulty(t, `{"method": "GET", "count": -1, "hide_rows": {"status": "archived", "type": "none"}}`)
		b.play(`
			POST /v1/perks {"internalName": "b"} => 201 as other
			POST /v1/perks/$perk/archive => 200
			GET  /v1/perks => 200 {"total": 1, "data": [{"internalName": "b"}]}
			GET  /v1/perks/$perk => 200 {"status": "archived"}`)
	})
	t.Run("small pages and double rows", func(t *testing.T) {
		t.Parallel()
		b := newBed(t, sandbox.Options{})
		want := b.seed(5)
		b.fault(sandbox.Fault{Method: "GET", Count: -1, PageSize: 3, DuplicateRows: true})
		ids, sizes, _ := b.walk("/v1/perks", 100)
		if !slices.Equal(sizes, []int{3, 3}) || !slices.Equal(ids,
			[]string{want[0], want[1], want[2], want[2], want[3], want[4]}) {
			t.Errorf("pages of %v with %v of %v", sizes, ids, want)
		}
	})
	t.Run("a cursor that comes again", func(t *testing.T) {
		t.Parallel()
		b := newBed(t, sandbox.Options{})
		b.seed(3)
		b.fault(sandbox.Fault{Method: "GET", Count: -1, RepeatCursor: true})
		if _, sizes, _ := b.walk("/v1/perks", 1); len(sizes) != 50 {
			t.Errorf("the pages end after %d, want no end", len(sizes))
		}
	})
	t.Run("wrong total and missing details", func(t *testing.T) {
		t.Parallel()
		b := faulty(t, `{"method": "GET", "set": {"total": 99, "data[].title": null, "data[0].internalName": 7}, `+
			`"drop": ["data[].id"]}`)
		b.play(`GET /v1/perks => 200 {"total": 99, "data": [{"title": null, "internalName": 7}]}`)
		if raw := b.History()[1].Response; strings.Contains(raw, `"id"`) {
			t.Errorf("the id is still there: %s", raw)
		}
	})
	t.Run("another order", func(t *testing.T) {
		t.Parallel()
		b := newBed(t, sandbox.Options{})
		b.lax = true
		b.fault(sandbox.Fault{Method: "GET", Count: -1, Reorder: []string{"data", "data[].typeConfig.steps"}})
		b.play(`
			POST /v1/campaigns {"internalName": "a", "type": "store"} => 201
			POST /v1/campaigns {"internalName": "b", "type": "challenge", "typeConfig": {"steps": [{"userAction": "1"},
				{"userAction": "2"}]}}
				=> 201
			GET  /v1/campaigns
				=> 200 {"data": [{"internalName": "b", "typeConfig": {"steps": [{"userAction": "2"}, {"userAction": "1"}]}},
				{"internalName": "a"}]}`)
	})
}

func TestFaultsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	body := "x"
	for want, f := range map[string]sandbox.Fault{
		"it does nothing: no action is set":               {Method: "GET"},
		`mode "prod" is neither test nor live`:            {Mode: "prod", Reset: true},
		`route "v1/perks" does not begin with /`:          {Route: "v1/perks", Reset: true},
		"count is below -1":                               {Count: -2, Reset: true},
		"probability is not between 0 and 1":              {Probability: 1.5, Reset: true},
		"a duration is negative":                          {Delay: -1},
		"status 99 is not between 200 and 599":            {Status: 99},
		"a number is negative":                            {Truncate: -1},
		`stage "later" is none of before, after, answer`:  {Stage: "later", Reset: true},
		"stage before needs a status to answer with":      {Body: &body},
		"stale, hide_get and hide_list need method POST":  {Method: "GET", Stale: 1},
		`path "a..b": want name, name[] or name[0]`:       {Drop: []string{"a..b"}},
		`path "data[x].id": want name, name[] or name[0]`: {Reorder: []string{"data[x].id"}},
		`path "data[]": want a name at the end`:           {Set: map[string]any{"data[]": 1}},
	} {
		if err := b.AddFault(f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q", err, want)
		}
	}
	var f sandbox.Fault
	if err := json.Unmarshal([]byte(`{"delay": 3}`), &f); err == nil || !strings.Contains(err.Error(), `such as "1.5s"`) {
		t.Errorf("the error for a number as a duration is %v", err)
	}
}

// TestFaultFormSurvives checks that an armed fault reads back in the form it was given.
func TestFaultFormSurvives(t *testing.T) {
	t.Parallel()
	const spec = `{"name":"late","method":"POST","nth":2,"count":-1,"stage":"before","delay":"1m30s"}`
	var f sandbox.Fault
	if err := json.Unmarshal([]byte(spec), &f); err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(f)
	if err != nil || string(got) != spec {
		t.Errorf("got %s, %v", got, err)
	}
}

// TestHandlerWithoutConnection checks that nothing breaks behind a recorder, which has no
// connection to cut.
func TestHandlerWithoutConnection(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	recorder := httptest.NewRecorder()
	b.Handler().ServeHTTP(recorder, b.request(t.Context(), b.TestKey(), "GET", "/v1/badges", ""))
	if recorder.Code != http.StatusOK || recorder.Body.String() != `{"data":[],"nextCursor":null,"total":0}` {
		t.Errorf("got %d %s", recorder.Code, recorder.Body)
	}
	b.fault(sandbox.Fault{Reset: true})
	recorder = httptest.NewRecorder()
	b.Handler().ServeHTTP(recorder, b.request(t.Context(), b.TestKey(), "GET", "/v1/badges", ""))
	if recorder.Body.Len() != 0 || !b.History()[1].Cut {
		t.Errorf("got %s, and the history says cut %v", recorder.Body, b.History()[1].Cut)
	}
}
