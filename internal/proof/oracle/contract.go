package oracle

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// contract is the contract, ready to check exchanges.
type contract struct {
	routes routers.Router
	// bodies are the schemas of the bodies of requests and answers. Package openapi3filter would
	// compile a schema again for each body.
	bodies map[*openapi3.Schema]*jsonschema.Schema
}

// loadContract loads the contract once, because that is slow. It allows no unknown properties in
// answers: a service may add some, and clients must accept them, but the sandbox must answer only
// what the contract describes.
var loadContract = sync.OnceValues(func() (*contract, error) {
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
	c := &contract{bodies: map[*openapi3.Schema]*jsonschema.Schema{}}
	if c.routes, err = gorillamux.NewRouter(document); err != nil {
		return nil, err
	}
	var schemas []*openapi3.SchemaRef
	for _, item := range document.Paths.Map() {
		for _, operation := range item.Operations() {
			if operation.RequestBody != nil {
				schemas = append(schemas, operation.RequestBody.Value.Content.Get(contentType).Schema)
			}
			for _, answer := range operation.Responses.Map() {
				if media := answer.Value.Content.Get(contentType); media != nil {
					schemas = append(schemas, media.Schema)
				}
			}
		}
	}
	return c, c.compile(document, schemas)
})

// contentType is the type of every body.
const contentType = "application/json"

// compile compiles schemas, in which references to the components of the document may be.
func (c *contract) compile(document *openapi3.T, schemas []*openapi3.SchemaRef) error {
	content, err := json.Marshal(map[string]any{"components": document.Components, "bodies": schemas})
	if err != nil {
		return err
	}
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	if err != nil {
		return err
	}
	const url = "https://contract.invalid/"
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	if err := compiler.AddResource(url, whole); err != nil {
		return err
	}
	for i, schema := range schemas {
		if c.bodies[schema.Value], err = compiler.Compile(fmt.Sprintf("%s#/bodies/%d", url, i)); err != nil {
			return err
		}
	}
	return nil
}

// allows checks a body against its schema.
func (c *contract) allows(content openapi3.Content, body string) error {
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	if err != nil {
		return err
	}
	return c.bodies[content.Get(contentType).Schema.Value].Validate(value)
}

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
	c, input, err := asInput(ctx, e)
	if err != nil {
		return err
	}
	if err := c.requestAllowed(ctx, e, input); err != nil {
		return fmt.Errorf("request: %w", err)
	}
	return c.answerAllowed(e, input.Route.Operation)
}

// ContractAllowsAnswer checks only the answer of an exchange against the contract, for a request
// that is invalid on purpose.
func ContractAllowsAnswer(ctx context.Context, e sandbox.Exchange) error {
	c, input, err := asInput(ctx, e)
	if err != nil {
		return err
	}
	return c.answerAllowed(e, input.Route.Operation)
}

func asInput(ctx context.Context, e sandbox.Exchange) (*contract, *openapi3filter.RequestValidationInput, error) {
	c, err := loadContract()
	if err != nil {
		return nil, nil, err
	}
	request, err := http.NewRequestWithContext(ctx, e.Method, "http://sandbox"+e.Path, http.NoBody)
	if err != nil {
		return nil, nil, fmt.Errorf("unknown request: %w", err)
	}
	route, params, err := c.routes.FindRoute(request)
	if err != nil {
		return nil, nil, fmt.Errorf("unknown request: %w", err)
	}
	return c, &openapi3filter.RequestValidationInput{
		Request: request, PathParams: params, Route: route,
		// Recorded requests do not contain the key.
		Options: &openapi3filter.Options{
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, ExcludeRequestBody: true,
		},
	}, nil
}

func (c *contract) requestAllowed(
	ctx context.Context, e sandbox.Exchange, input *openapi3filter.RequestValidationInput,
) error {
	if err := openapi3filter.ValidateRequest(ctx, input); err != nil {
		return err
	}
	switch declared := input.Route.Operation.RequestBody; {
	case declared == nil && e.Request != "":
		return errors.New("it has a body")
	case declared != nil && e.Request != "":
		return c.allows(declared.Value.Content, e.Request)
	case declared != nil && declared.Value.Required:
		return errors.New("it has no body")
	}
	return nil
}

func (c *contract) answerAllowed(e sandbox.Exchange, operation *openapi3.Operation) error {
	if e.Fault != "" || e.Cut {
		return nil
	}
	declared := operation.Responses.Status(e.Status)
	if declared == nil {
		return fmt.Errorf("answer: unknown status %d", e.Status)
	}
	content := len(declared.Value.Content) > 0
	switch mayBeEmpty, _ := declared.Value.Extensions["x-may-be-empty"].(bool); {
	case e.Response == "" && (mayBeEmpty || !content):
		return nil
	case e.Response == "":
		return errors.New("answer: it has no body")
	case !content:
		return errors.New("answer: it has a body")
	}
	if err := c.allows(declared.Value.Content, e.Response); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return nil
}
