package provider_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// contractRoutes finds the operations of the contract, which is slow to load.
var contractRoutes = sync.OnceValues(func() (routers.Router, error) {
	document, err := openapi3.NewLoader().LoadFromData(merchants.OpenAPI)
	if err != nil {
		return nil, err
	}
	document.Servers = nil // The sandbox is at another address.
	return gorillamux.NewRouter(document)
})

// checkContract holds exchanges against the contract: all that the provider sent, and what the sandbox answered unless it was told to
// misbehave.
func checkContract(t *testing.T, exchanges []sandbox.Exchange) {
	t.Helper()
	checked := map[sandbox.Exchange]bool{}
	for _, e := range exchanges {
		alike := e
		alike.Number = 0
		if checked[alike] {
			continue
		}
		checked[alike] = true
		if err := contractAllows(t.Context(), e); err != nil {
			t.Errorf("the contract does not allow %s %s %s → %d %s\n%s", e.Method, e.Path, e.Request, e.Status, e.Response, err)
		}
	}
}

func contractAllows(ctx context.Context, e sandbox.Exchange) error {
	router, err := contractRoutes()
	if err != nil {
		return err
	}
	request := httptest.NewRequestWithContext(ctx, e.Method, e.Path, strings.NewReader(e.Request))
	if e.Request != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	route, params, err := router.FindRoute(request)
	if err != nil {
		return fmt.Errorf("unknown request: %w", err)
	}
	input := &openapi3filter.RequestValidationInput{
		Request: request, PathParams: params, Route: route,
		// The key is not part of what is recorded.
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}
	if err := openapi3filter.ValidateRequest(ctx, input); err != nil {
		return fmt.Errorf("request: %w", err)
	}
	if e.Fault != "" || e.Cut || e.Response == "" && mayBeEmpty(route.Operation, e.Status) {
		return nil
	}
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: e.Status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(e.Response)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	if e.Response != "" {
		answer.Header.Set("Content-Type", "application/json")
	}
	if err := openapi3filter.ValidateResponse(ctx, answer); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return nil
}

// mayBeEmpty tells whether a body of no bytes is a valid answer, which OpenAPI itself cannot say.
func mayBeEmpty(operation *openapi3.Operation, status int) bool {
	response := operation.Responses.Status(status)
	if response == nil || response.Value == nil {
		return false
	}
	empty, _ := response.Value.Extensions["x-may-be-empty"].(bool)
	return empty || len(response.Value.Content) == 0
}

// TestContractCheck makes sure that what watches over all other tests can fail.
func TestContractCheck(t *testing.T) {
	t.Parallel()
	list := `{"id":"1","type":"list","name":"a","referenceId":null,"conditions":null,"createdAt":"2027-01-01T00:00:00.000Z","updatedAt":"2027-01-01T00:00:00.000Z"}`
	for name, test := range map[string]struct {
		exchange sandbox.Exchange
		want     string
	}{
		"fits":             {sandbox.Exchange{Method: "PATCH", Path: "/v1/cohorts/1", Request: `{"referenceId":null}`, Status: 200, Response: list}, ""},
		"has no content":   {sandbox.Exchange{Method: "DELETE", Path: "/v1/cohorts/1", Status: 200}, ""},
		"unknown property": {sandbox.Exchange{Method: "PATCH", Path: "/v1/cohorts/1", Request: `{"nome":"a"}`, Status: 200, Response: list}, "request: "},
		"mistyped":         {sandbox.Exchange{Method: "PATCH", Path: "/v1/cohorts/1", Request: `{"name":1}`, Status: 200, Response: list}, "request: "},
		"variant":          {sandbox.Exchange{Method: "POST", Path: "/v1/perks", Request: `{"internalName":"a","type":"code","typeConfig":{"url":"b"}}`, Status: 201}, "request: "},
		"no body":          {sandbox.Exchange{Method: "PATCH", Path: "/v1/cohorts/1", Status: 200, Response: list}, "request: "},
		"unknown path":     {sandbox.Exchange{Method: "PATCH", Path: "/v1/lists/1", Request: `{}`, Status: 200, Response: list}, "unknown request: "},
		"unknown status":   {sandbox.Exchange{Method: "PATCH", Path: "/v1/cohorts/1", Request: `{}`, Status: 202, Response: list}, "answer: "},
		"half an answer":   {sandbox.Exchange{Method: "PATCH", Path: "/v1/cohorts/1", Request: `{}`, Status: 200, Response: `{"id":"1"}`}, "answer: "},
		"injected answer":  {sandbox.Exchange{Method: "PATCH", Path: "/v1/cohorts/1", Request: `{}`, Status: 200, Response: `{"id":"1"}`, Fault: "f"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := contractAllows(t.Context(), test.exchange)
			if (err == nil) != (test.want == "") || err != nil && !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
