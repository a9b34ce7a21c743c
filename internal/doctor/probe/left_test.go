package probe

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// TestProbe_left probes services whose answers to a create or a delete mislead. Each object of the
// probe that is still there has to be named.
func TestProbe_left(t *testing.T) {
	t.Parallel()
	onPerks := func(next http.Handler, change func(w http.ResponseWriter, r *http.Request)) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/v1/perks") {
				change(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
	beside := func(around func(object map[string]any) map[string]any) func(http.Handler) http.Handler {
		return func(next http.Handler) http.Handler {
			return onPerks(next, func(w http.ResponseWriter, r *http.Request) {
				recorder := httptest.NewRecorder()
				next.ServeHTTP(recorder, r)
				body := recorder.Body.Bytes()
				var object map[string]any
				if json.Unmarshal(body, &object) == nil && object["id"] != nil {
					body, _ = json.Marshal(around(object))
				}
				w.WriteHeader(recorder.Code)
				_, _ = w.Write(body)
			})
		}
	}
	for name, service := range map[string]func(next http.Handler) http.Handler{
		"another object beside it": beside(func(object map[string]any) map[string]any {
			return map[string]any{"perk": object, "merchant": map[string]any{"id": "11111111-2222-4333-8444-555555555555"}}
		}),
		"an id of the request": beside(func(object map[string]any) map[string]any {
			return map[string]any{"id": "request-1", "data": object}
		}),
		"a delete without effect": func(next http.Handler) http.Handler {
			return onPerks(next, func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodDelete {
					next.ServeHTTP(w, r)
				}
			})
		},
		"no right to read or delete": func(next http.Handler) http.Handler {
			return onPerks(next, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodDelete || r.Method == http.MethodGet && r.URL.Path != "/v1/perks" {
					w.WriteHeader(http.StatusForbidden)
					_, _ = io.WriteString(w, `{"code": "generic.forbidden", "message": "no"}`)
					return
				}
				next.ServeHTTP(w, r)
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startSandbox(t, sandbox.Options{})
			address, err := url.Parse(s.URL())
			if err != nil {
				t.Fatal(err)
			}
			forward := httputil.NewSingleHostReverseProxy(address)
			changed := httptest.NewServer(service(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.Header.Del("Accept-Encoding")
				forward.ServeHTTP(w, r)
			})))
			t.Cleanup(changed.Close)
			probed, err := Run(t.Context(), clientAt(t, changed.URL, s.TestKey()), optionsOf(t, s))
			if err != nil {
				t.Fatal(err)
			}
			if left := probesIn(s); len(left) != len(probed.Left) {
				t.Errorf("there are %d objects of the probe, and the report names %d: %v", len(left), len(probed.Left), left)
			}
		})
	}
}
