package sandbox_test

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"gopkg.in/yaml.v3"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/sample"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// contractJSON is the contract in the form that the service publishes.
func contractJSON(t *testing.T) []byte {
	t.Helper()
	contract, err := os.ReadFile("../merchants/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var document any
	if err := yaml.Unmarshal(contract, &document); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

const documentPath = "/docs/merchants-api-json"

// spokenDocument loads and validates the document that a sandbox serves.
func spokenDocument(t *testing.T, b *bed, strict bool) routers.Router {
	t.Helper()
	r, err := b.send(b.request(t.Context(), "", "GET", documentPath, ""))
	if err != nil || r.status != 200 {
		t.Fatalf("the document: %d, %v", r.status, err)
	}
	document, err := openapi3.NewLoader().LoadFromData([]byte(r.raw))
	if err != nil {
		t.Fatal(err)
	}
	document.Servers = nil
	if err := document.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	// An answer must have no properties but those that the document describes. A service that is not
	// strict takes others in requests.
	for _, schema := range document.Components.Schemas {
		if strict && len(schema.Value.Properties) > 0 {
			schema.Value.AdditionalProperties = openapi3.AdditionalProperties{Has: new(false)}
		}
	}
	router, err := gorillamux.NewRouter(document)
	if err != nil {
		t.Fatal(err)
	}
	return router
}

// documentAllows checks an exchange against a document, as againstContract does for ours.
func documentAllows(t *testing.T, router routers.Router, e sandbox.Exchange) error {
	t.Helper()
	url := "http://sandbox" + e.Path
	request, err := http.NewRequestWithContext(t.Context(), e.Method, url, strings.NewReader(e.Request))
	if err != nil {
		return err
	}
	if e.Request != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	route, params, err := router.FindRoute(request)
	if err != nil {
		if e.Status == http.StatusNotFound && strings.Contains(e.Response, "Cannot "+e.Method) {
			return nil
		}
		return err
	}
	input := &openapi3filter.RequestValidationInput{
		Request: request, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, RejectWhenRequestBodyNotSpecified: true,
		},
	}
	if e.Status < 300 {
		if err := openapi3filter.ValidateRequest(t.Context(), input); err != nil {
			return err
		}
	}
	declared := route.Operation.Responses.Status(e.Status)
	if declared == nil {
		declared = route.Operation.Responses.Value("5XX")
	}
	if declared == nil || e.Status < 500 && route.Operation.Responses.Status(e.Status) == nil {
		return errors.New("the status is not declared")
	}
	if e.Response == "" {
		mayBeEmpty, _ := declared.Value.Extensions["x-may-be-empty"].(bool)
		if mayBeEmpty || len(declared.Value.Content) == 0 {
			return nil
		}
	}
	if e.Response != "" && len(declared.Value.Content) == 0 {
		return errors.New("the document has no body")
	}
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: e.Status, Header: http.Header{},
		Body:    io.NopCloser(strings.NewReader(e.Response)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	if e.Response != "" {
		answer.Header.Set("Content-Type", "application/json")
	}
	return openapi3filter.ValidateResponse(t.Context(), answer)
}

// TestDialect_document checks every exchange of every key against the document of its dialect.
func TestDialect_document(t *testing.T) {
	t.Parallel()
	for name, tt := range dialectScripts {
		if !sample.Case() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newDialectBed(t, tt.dialect, sandbox.Options{APIDocument: contractJSON(t)})
			router := spokenDocument(t, b, name != "not strict")
			b.play(tt.script)
			for _, e := range b.History() {
				if err := documentAllows(t, router, e); err != nil {
					t.Errorf("%s %s %s → %d %s\nbreaks the document: %v", e.Method, e.Path, e.Request, e.Status, e.Response, err)
				}
			}
		})
	}
}

// TestDialect_documentOfOurAPI checks that a dialect without keys changes no schema of the
// contract.
func TestDialect_documentOfOurAPI(t *testing.T) {
	t.Parallel()
	contract := contractJSON(t)
	b := newDialectBed(t, `{}`, sandbox.Options{APIDocument: contract})
	spoken, err := b.send(b.request(t.Context(), "", "GET", documentPath, ""))
	if err != nil {
		t.Fatal(err)
	}
	got, want := schemas(t, spoken.raw), schemas(t, string(contract))
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if !reflect.DeepEqual(got[name], want[name]) {
			t.Errorf("%s is\n%v, want\n%v", name, got[name], want[name])
		}
	}
	if len(got) != len(want) {
		t.Errorf("the document has %d schemas, the contract %d", len(got), len(want))
	}
}

func schemas(t *testing.T, document string) map[string]any {
	t.Helper()
	var out struct {
		Components struct {
			Schemas map[string]any `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal([]byte(document), &out); err != nil {
		t.Fatal(err)
	}
	return out.Components.Schemas
}

func TestDialect_hiddenDocument(t *testing.T) {
	t.Parallel()
	b := newDialectBed(t, `{"document": "hidden"}`, sandbox.Options{APIDocument: contractJSON(t)})
	b.play(`GET /docs/merchants-api-json => 404 {"message": "Cannot GET /docs/merchants-api-json"}`)
}

// TestDialect_examples reads each example, and checks what its sandbox says against its document.
func TestDialect_examples(t *testing.T) {
	t.Parallel()
	scripts := map[string]string{
		"other-path": `
			POST  /v1/rewards/perks {"internalName": "p", "title": {"en": "P"}} => 201 as perk
			PATCH /v1/rewards/perks/$perk {"internalName": "q"} => 200 {"internalName": "q"}
			POST  /v1/rewards/perks/$perk/publish => 200 {"status": "live"}
			GET   /v1/rewards/perks => 200 {"total": 1}
			GET   /v1/perks => 404 {"message": "Cannot GET /v1/perks"}`,
		"numbered-pages": `
			POST /v1/perks {"internalName": "p"} => 201
			GET  /v1/perks?pageSize=1&page=1 => 200 {"items": [{"internalName": "p"}], "count": 1}`,
		"put": `
			POST  /v1/perks {"internalName": "p", "title": {"en": "P"}} => 201 as perk
			PUT   /v1/perks/$perk {"internalName": "q"} => 200 {"internalName": "q", "title": {}}
			PATCH /v1/perks/$perk {"internalName": "q"} => 404 {"error": "Not Found"}`,
		"upper-case": `
			POST /v1/perks {"internalName": "p", "title": {"en": "P"}} => 201 {"status": "DRAFT"} as perk
			POST /v1/perks/$perk/publish => 200 {"status": "LIVE"}`,
		"renamed": `
			POST /v1/perks {"name": "p"} => 201 {"name": "p"} as perk
			GET  /v1/perks => 200 {"data": [{"name": "p"}]}
			POST /v1/perks {} => 417 generic.invalid-request name is required`,
	}
	files, err := filepath.Glob("../../examples/dialects/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no dialects: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dialect, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if scripts[name] == "" {
				t.Fatal("there is no script for this example")
			}
			b := newDialectBed(t, string(dialect), sandbox.Options{APIDocument: contractJSON(t)})
			router := spokenDocument(t, b, true)
			b.play(scripts[name])
			for _, e := range b.History() {
				if err := documentAllows(t, router, e); err != nil {
					t.Errorf("%+v breaks the document: %v", e, err)
				}
			}
		})
	}
}
