package sandbox_test

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// BenchmarkGet reads one object over kept-alive connections, including the client's work. The
// budget is 5,000 requests a second on two cores.
func BenchmarkGet(b *testing.B) {
	s, transport := benchSandbox(b)
	defer transport.CloseIdleConnections()
	for range 100 {
		fetch(b, s, transport, http.MethodPost, "/v1/perks", `{"internalName": "a", "title": {"en": "10% off"}}`)
	}
	id := s.Objects("test", "perks")[50]["id"].(string)
	b.Run("object", func(b *testing.B) { measure(b, s, transport, "/v1/perks/"+id) })
	b.Run("page of 100", func(b *testing.B) { measure(b, s, transport, "/v1/perks?limit=100") })
}

func benchSandbox(b *testing.B) (*sandbox.Sandbox, *http.Transport) {
	b.Helper()
	s, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return s, &http.Transport{MaxIdleConnsPerHost: 64}
}

func measure(b *testing.B, s *sandbox.Sandbox, transport *http.Transport, path string) {
	b.Helper()
	b.SetParallelism(8)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			fetch(b, s, transport, http.MethodGet, path, "")
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}

func fetch(b *testing.B, s *sandbox.Sandbox, transport *http.Transport, method, path, body string) {
	b.Helper()
	request, err := http.NewRequestWithContext(b.Context(), method, s.URL()+path, bytes.NewReader([]byte(body)))
	if err != nil {
		b.Error(err)
		return
	}
	request.Header.Set("Authorization", "Bearer "+s.TestKey())
	request.Header.Set("Content-Type", "application/json")
	response, err := transport.RoundTrip(request)
	if err != nil {
		b.Error(err)
		return
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode >= 300 {
		b.Errorf("%s %s: %d, %v", method, path, response.StatusCode, err)
	}
	_ = response.Body.Close()
}
