package oracle

import (
	"context"
	"errors"
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

// contractRoutes finds the operations of the contract. It loads the contract once, because that is
// slow. It allows no unknown properties in answers: a service may add some, and clients must accept
// them, but the sandbox must answer only what the contract describes.
var contractRoutes = sync.OnceValues(func() (routers.Router, error) {
	document, err := openapi3.NewLoader().LoadFromData(merchants.OpenAPI)
	if err != nil {
		return nil, err
	}
	for _, schema := range document.Components.Schemas {
		if len(schema.Value.Properties) > 0 {
			schema.Value.AdditionalProperties = openapi3.AdditionalProperties{Has: new(false)}
		}
	}
	document.Servers = nil // The sandbox has another address.
	return gorillamux.NewRouter(document)
})

// ContractCollections returns the paths below /v1 at which the contract lists and makes objects.
func ContractCollections() ([]string, error) {
	document, err := openapi3.NewLoader().LoadFromData(merchants.OpenAPI)
	if err != nil {
		return nil, err
	}
	var paths []string
	for path, item := range document.Paths.Map() {
		if item.Get != nil && item.Post != nil {
			paths = append(paths, strings.TrimPrefix(path, "/v1/"))
		}
	}
	return paths, nil
}

// ContractAllows checks an exchange against the contract: the request, and the answer unless a
// fault changed it.
func ContractAllows(ctx context.Context, e sandbox.Exchange) error {
	input, err := asInput(ctx, e)
	if err != nil {
		return err
	}
	if err := openapi3filter.ValidateRequest(ctx, input); err != nil {
		return fmt.Errorf("request: %w", err)
	}
	return answerAllowed(ctx, e, input)
}

// ContractAllowsAnswer checks only the answer of an exchange against the contract, for a request
// that is invalid on purpose.
func ContractAllowsAnswer(ctx context.Context, e sandbox.Exchange) error {
	input, err := asInput(ctx, e)
	if err != nil {
		return err
	}
	return answerAllowed(ctx, e, input)
}

func asInput(ctx context.Context, e sandbox.Exchange) (*openapi3filter.RequestValidationInput, error) {
	router, err := contractRoutes()
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, e.Method, "http://sandbox"+e.Path, strings.NewReader(e.Request))
	if err != nil {
		return nil, fmt.Errorf("unknown request: %w", err)
	}
	if e.Request != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	route, params, err := router.FindRoute(request)
	if err != nil {
		return nil, fmt.Errorf("unknown request: %w", err)
	}
	return &openapi3filter.RequestValidationInput{
		Request: request, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			// Recorded requests do not contain the key.
			AuthenticationFunc:                openapi3filter.NoopAuthenticationFunc,
			RejectWhenRequestBodyNotSpecified: true,
		},
	}, nil
}

func answerAllowed(ctx context.Context, e sandbox.Exchange, input *openapi3filter.RequestValidationInput) error {
	if e.Fault != "" || e.Cut {
		return nil
	}
	if declared := input.Route.Operation.Responses.Status(e.Status); declared != nil && declared.Value != nil {
		content := len(declared.Value.Content) > 0
		switch mayBeEmpty, _ := declared.Value.Extensions["x-may-be-empty"].(bool); {
		case e.Response == "" && (mayBeEmpty || !content):
			return nil
		case e.Response != "" && !content:
			return errors.New("answer: it has a body")
		}
	}
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: e.Status, Header: http.Header{},
		Body:    io.NopCloser(strings.NewReader(e.Response)),
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
