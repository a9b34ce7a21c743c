package merchants_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// secret is a key that may appear only in requests.
const secret = "test_c4n4ry0123456789abcdef01234567"

func parseKey(t *testing.T, text string) merchants.Key {
	t.Helper()
	key, err := merchants.ParseKey(text)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// call is one request that a server received.
type call struct {
	Method, Target, Body, Proto string
	Header                      http.Header
}

// server responds as a test says, and records the requests.
type server struct {
	*httptest.Server

	mu    sync.Mutex
	calls []call
}

func serve(t *testing.T, handler http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(s.record(t, handler))
	t.Cleanup(s.Close)
	return s
}

func (s *server) record(t *testing.T, handler http.HandlerFunc) http.HandlerFunc {
	t.Helper()
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.mu.Lock()
		s.calls = append(s.calls,
			call{Method: r.Method, Target: r.RequestURI, Body: string(body), Proto: r.Proto, Header: r.Header.Clone()})
		s.mu.Unlock()
		handler(w, r)
	}
}

// got returns the requests so far.
func (s *server) got() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]call(nil), s.calls...)
}

// client returns a client of the server that never retries.
func (s *server) client(t *testing.T) *merchants.Client {
	t.Helper()
	return newClient(t, merchants.Config{Key: parseKey(t, secret), BaseURL: s.URL})
}

func newClient(t *testing.T, config merchants.Config) *merchants.Client {
	t.Helper()
	client, err := merchants.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// reply always responds with the same JSON.
func reply(status int, body string) http.HandlerFunc {
	return answerOf(status, "application/json", body)
}

func answerOf(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}
