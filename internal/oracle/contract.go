package oracle

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

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

// ContractAllows holds an exchange against the contract: what was sent, and what the sandbox answered unless it was told to misbehave.
func ContractAllows(ctx context.Context, e sandbox.Exchange) error {
	router, err := contractRoutes()
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, e.Method, "http://sandbox"+e.Path, strings.NewReader(e.Request))
	if err != nil {
		return fmt.Errorf("unknown request: %w", err)
	}
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
