package merchants_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

func TestClient_headers(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		id := "x1"
		if r.Method == http.MethodPost && r.URL.Path == "/v1/perks" {
			id = "x2"
		}
		reply(200, fmt.Sprintf(`{"id":%q}`, id))(w, r)
	})
	c := newClient(t, merchants.Config{
		Key: parseKey(t, secret), BaseURL: s.URL + "/v1/", UserAgent: "Terraform/1.11.4 terraform-provider-cohort/1.0.0",
	})
	if _, err := c.Perks.Get(t.Context(), "x1"); err != nil {
		t.Fatal(err)
	}
	if _, err := merchants.UpdatePerk(t.Context(), c, "x1", fullPerk); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Perks.Transition(t.Context(), merchants.Head{ID: "x1"}, merchants.Publish); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Perks.Create(t.Context(), fullPerk); err != nil {
		t.Fatal(err)
	}
	if err := c.Perks.Delete(t.Context(), "x1"); err != nil {
		t.Fatal(err)
	}

	ids := map[string]bool{}
	for _, call := range s.got() {
		what := call.Method + " " + call.Target
		ids[call.Header.Get("X-Request-Id")] = true
		if id := call.Header.Get("X-Request-Id"); !regexp.MustCompile(
			`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(id) {
			t.Errorf("%s: the request id is %q", what, id)
		}
		got := call.Header
		for _, name := range []string{"X-Request-Id", "Content-Length", "Accept-Encoding"} {
			got.Del(name)
		}
		want := http.Header{
			"Authorization": {"Bearer test_c4n4ry0123456789abcdef01234567"},
			"Accept":        {"application/json"},
			"User-Agent":    {"Terraform/1.11.4 terraform-provider-cohort/1.0.0"},
		}
		if call.Body != "" {
			want.Set("Content-Type", "application/json")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", what, diff)
		}
	}
	if len(ids) != 5 {
		t.Errorf("5 requests had %d different ids", len(ids))
	}
}

// TestClient_requestIDOfEachTry: the attempts of one request can be told apart in the service's
// logs.
func TestClient_requestIDOfEachTry(t *testing.T) {
	t.Parallel()
	var tries atomic.Int32
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if tries.Add(1) == 1 {
			w.Header().Set("Retry-After", "0")
			reply(429, `{"code":"generic.rate-limited","message":"slow down"}`)(w, r)
			return
		}
		reply(200, `{"id":"x1"}`)(w, r)
	})
	var logged []merchants.Exchange
	c := newClient(t, merchants.Config{
		Key: parseKey(t, secret), BaseURL: s.URL, MaxRetries: 1,
		Log: func(_ context.Context, e merchants.Exchange) { logged = append(logged, e) },
	})
	if _, err := c.Perks.Get(t.Context(), "x1"); err != nil {
		t.Fatal(err)
	}
	calls := s.got()
	if len(calls) != 2 || calls[0].Header.Get("X-Request-Id") == calls[1].Header.Get("X-Request-Id") {
		t.Errorf("got %v", calls)
	}
	for i := range logged {
		logged[i].Duration = 0
	}
	want := []merchants.Exchange{
		{Method: "GET", Path: "perks/x1", Status: 429, RequestID: calls[0].Header.Get("X-Request-Id"), Attempt: 1},
		{Method: "GET", Path: "perks/x1", Status: 200, RequestID: calls[1].Header.Get("X-Request-Id"), Attempt: 2},
	}
	if diff := cmp.Diff(want, logged); diff != "" {
		t.Error(diff)
	}
}

func TestClient_requestIDOfTheService(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/perks/ours" {
			w.Header().Set("X-Request-Id", "theirs-1")
		}
		reply(417, `{"code":"a.b","message":"c"}`)(w, r)
	})
	_, err := s.client(t).Perks.Get(t.Context(), "x1")
	if want := "GET perks/x1: 417 a.b: c (request theirs-1)"; fmt.Sprint(err) != want {
		t.Errorf("\n got %v\nwant %s", err, want)
	}
	_, err = s.client(t).Perks.Get(t.Context(), "ours")
	if want := s.got()[1].Header.Get("X-Request-Id"); !strings.HasSuffix(fmt.Sprint(err), "(request "+want+")") {
		t.Errorf("got %v, want our id %s", err, want)
	}
}

func TestClient_nothingIsSent(t *testing.T) {
	t.Parallel()
	s := serve(t, reply(200, `{"id":"x1"}`))
	withoutKey := newClient(t, merchants.Config{BaseURL: s.URL})
	readOnly := newClient(t, merchants.Config{Key: parseKey(t, secret), BaseURL: s.URL, ReadOnly: true})

	if _, err := withoutKey.Perks.Get(t.Context(), "x1"); !errors.Is(err, merchants.ErrKeyUnknown) {
		t.Errorf("get without a key: %v", err)
	}
	if _, err := withoutKey.Perks.Create(t.Context(), fullPerk); !errors.Is(err, merchants.ErrKeyUnknown) {
		t.Errorf("create without a key: %v", err)
	}
	if err := last(withoutKey.Perks.List(t.Context())); !errors.Is(err, merchants.ErrKeyUnknown) {
		t.Errorf("list without a key: %v", err)
	}
	_, createErr := readOnly.Perks.Create(t.Context(), fullPerk)
	_, updateErr := merchants.UpdatePerk(t.Context(), readOnly, "x1", fullPerk)
	_, publishErr := readOnly.Perks.Transition(t.Context(), merchants.Head{ID: "x1"}, merchants.Publish)
	_, tokenErr := readOnly.CreateUserAuthToken(t.Context(), "a@b.example")
	for _, err := range []error{createErr, updateErr, publishErr, tokenErr, readOnly.Perks.Delete(t.Context(), "x1")} {
		if !errors.Is(err, merchants.ErrReadOnly) {
			t.Errorf("a write of a client that only reads: %v", err)
		}
	}
	if calls := s.got(); len(calls) != 0 {
		t.Fatalf("got %v", calls)
	}
	if _, err := readOnly.Perks.Get(t.Context(), "x1"); err != nil {
		t.Errorf("a read of a client that only reads: %v", err)
	}
}

// TestClient_redirectsAreNotFollowed: neither the key nor the request reaches another host.
func TestClient_redirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			elsewhere := serve(t, reply(200, `{"id":"x1"}`))
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, elsewhere.URL+"/v1/perks/x1", status)
			})
			_, getErr := s.client(t).Perks.Get(t.Context(), "x1")
			_, updateErr := merchants.UpdatePerk(t.Context(), s.client(t), "x1", fullPerk)
			_, publishErr := s.client(t).Perks.Transition(t.Context(), merchants.Head{ID: "x1"}, merchants.Publish)
			for _, err := range []error{getErr, updateErr, publishErr, s.client(t).Perks.Delete(t.Context(), "x1")} {
				want := fmt.Sprintf("%d: a redirect to %s/v1/perks/x1, which is not followed because the API key would "+
					"travel along", status, elsewhere.URL)
				if !strings.Contains(fmt.Sprint(err), want) {
					t.Errorf("\n got %v\nwant %s", err, want)
				}
			}
			if calls := elsewhere.got(); len(calls) != 0 {
				t.Errorf("the other host got %v", calls)
			}
			if calls := s.got(); len(calls) != 4 {
				t.Errorf("got %d requests, want 4", len(calls))
			}
		})
	}
}

func TestClient_bodyLimit(t *testing.T) {
	t.Parallel()
	const limit = 32 * 1024 * 1024
	object := `{"id":"x1"}`
	pad := func(w io.Writer, size int) {
		_, _ = io.WriteString(w, object)
		_, _ = io.CopyN(w, blanks{}, int64(size-len(object)))
	}
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		refused bool
	}{
		"as large as allowed": {handler: func(w http.ResponseWriter, _ *http.Request) { pad(w, limit) }},
		"a byte larger":       {handler: func(w http.ResponseWriter, _ *http.Request) { pad(w, limit+1) }, refused: true},
		"larger when unpacked": {
			handler: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", "gzip")
				pack := func(fill func(io.Writer)) []byte {
					var packed bytes.Buffer
					zip := gzip.NewWriter(&packed)
					fill(zip)
					_ = zip.Close()
					return packed.Bytes()
				}
				_, _ = w.Write(pack(func(w io.Writer) { _, _ = io.WriteString(w, object) }))
				mebibyte := pack(func(w io.Writer) { _, _ = io.CopyN(w, blanks{}, 1<<20) })
				for range 32 {
					_, _ = w.Write(mebibyte)
				}
			}, refused: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t,
				merchants.Config{Key: parseKey(t, secret), BaseURL: serve(t, test.handler).URL, RequestTimeout: time.Hour})
			_, err := c.Perks.Get(t.Context(), "x1")
			if test.refused != (err != nil) {
				t.Fatalf("got %v", err)
			}
			if test.refused && !strings.Contains(err.Error(), "the answer is larger than 33554432 bytes") {
				t.Errorf("got %v", err)
			}
		})
	}
}

type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// TestClient_portal: responses of a login portal or a proxy are recognized, and never taken for an
// object or for "gone".
func TestClient_portal(t *testing.T) {
	t.Parallel()
	const page = "<!DOCTYPE html>\n<html><title>Sign in to the guest network</title></html>"
	for status, want := range map[int]string{
		200: "it is a web page, such as a proxy or a login portal sends; check the address of the API",
		403: "403: an answer of text/html that is not the API's: <!DOCTYPE html> <html><title>Sign in to the guest " +
			"network</title></html>",
		404: "404: an answer of text/html that is not the API's: <!DOCTYPE html>",
		511: "511: an answer of text/html that is not the API's: <!DOCTYPE html>",
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			s := serve(t, answerOf(status, "text/html", page))
			_, err := s.client(t).Perks.Get(t.Context(), "x1")
			if !strings.Contains(fmt.Sprint(err), want) {
				t.Errorf("\n got %v\nwant %s", err, want)
			}
			if merchants.IsNotFound(err) {
				t.Error("the object counts as gone")
			}
			if err := last(s.client(t).Perks.List(t.Context())); err == nil {
				t.Error("the list was accepted")
			}
			if _, err := s.client(t).CreateUserAuthToken(t.Context(), "a@b.example"); err == nil {
				t.Error("the token was accepted")
			}
			if _, err := s.client(t).GetCampaignDiffusion(t.Context()); err == nil {
				t.Error("the diffusion was accepted")
			}
		})
	}
}

func TestClient_connectionsAreKept(t *testing.T) {
	t.Parallel()
	var connections atomic.Int32
	s := httptest.NewUnstartedServer(reply(200, `{"id":"x1"}`))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	c := newClient(t, merchants.Config{Key: parseKey(t, secret), BaseURL: s.URL, MaxConcurrency: 10})

	var group sync.WaitGroup
	for range 1000 {
		group.Go(func() {
			if _, err := c.Perks.Get(t.Context(), "x1"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	// If no connection is free, net/http dials one more, even if another is about to become free.
	if got := connections.Load(); got > 50 {
		t.Errorf("1,000 requests, ten at once, took %d connections", got)
	}
}

func TestClient_noAnswer(t *testing.T) {
	t.Parallel()
	s := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	_, err := s.client(t).Perks.Get(t.Context(), "x1")
	apiError, ok := errors.AsType[*merchants.Error](err)
	if !ok || apiError.Status != 0 || apiError.Attempts != 1 ||
		apiError.RequestID != s.got()[0].Header.Get("X-Request-Id") {
		t.Errorf("got %+v", err)
	}
	if merchants.IsNotFound(err) {
		t.Error("the object counts as gone")
	}
}
