package document

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/sample"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// uiScript returns what Swagger UI of NestJS serves.
func uiScript(document string) string {
	return "\nwindow.onload = function() {\n  // Build a system\n" +
		"  let url = window.location.search.match(/url=([^&]+)/);\n" +
		"  let options = {\n  \"swaggerDoc\": " + document + ",\n  \"customOptions\": {},\n  \"swaggerUrl\": {}\n};\n" +
		"  url = options.swaggerUrl || url\n}"
}

func TestRead(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{
		"YAML":                 string(merchants.OpenAPI),
		"JSON":                 string(contractJSON()),
		"JSON with a mark":     "\xEF\xBB\xBF \n" + string(contractJSON()),
		"the script of a page": uiScript(string(contractJSON())),
	} {
		if _, err := Read([]byte(data)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, c := range []struct{ name, data, says string }{
		{"nothing", " \n", "empty"},
		{"a web page", "<!DOCTYPE html><html></html>", "web page"},
		{"other JSON", `{"data": []}`, "neither openapi nor swagger"},
		{"a list", `[1, 2]`, "not an object"},
		{"a truncated document", string(contractJSON()[:5000]), "cut off"},
		{"damaged JSON", `{"openapi" "3.0.0"}`, "not valid JSON"},
		{"a truncated script", uiScript(string(contractJSON()))[:9000], "cut off"},
		{"text", "Not found", "not an object"},
		{"no YAML", "a: b: c: [", "neither JSON nor YAML"},
		{"a later version", `{"openapi": "4.0.0"}`, "version"},
		{"no operation", `{"openapi": "3.0.0", "paths": {}}`, "no operation"},
		{"Swagger 2", `{"swagger": "2.0", "paths": {}}`, "convert it to OpenAPI 3"},
		{"something huge", "{" + strings.Repeat(" ", limit) + "}", "larger than"},
	} {
		if _, err := Read([]byte(c.data)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestRead_references checks that no reference is followed out of the document, and that
// none is followed for ever.
func TestRead_references(t *testing.T) {
	t.Parallel()
	against := comparer(t)
	for name, reference := range map[string]string{
		"a file": "../../../etc/passwd", "a URL": "http://127.0.0.1:1/x.json#/Perk", "itself": "#/components/schemas/Perk",
		"nowhere": "#/components/schemas/None", "each other": "#/components/schemas/Loop", "everything": "#/",
	} {
		m := newMutant(t, nil)
		m.schemas()["Perk"] = map[string]any{"$ref": reference}
		m.schemas()["Loop"] = map[string]any{"oneOf": []any{
			map[string]any{"$ref": "#/components/schemas/Perk"},
			map[string]any{"$ref": "#/components/schemas/Loop"},
			map[string]any{"type": "array", "items": map[string]any{"$ref": "#/components/schemas/Loop"}},
		}}
		for _, one := range against(m.document(t)) {
			if one.Verdict == contract.Differs {
				t.Errorf("%s: %s: %s", name, one.ID, one.Said)
			}
			if one.ID == "perk.answer.title" && one.Verdict != contract.NotReached {
				t.Errorf("%s: %s %s", name, one.ID, one.Verdict)
			}
		}
	}
}

// FuzzRead reads and compares anything.
func FuzzRead(f *testing.F) {
	nest, err := os.ReadFile("testdata/nestjs.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		string(nest), uiScript(string(nest)), "openapi: 3.0.0\npaths: {/v1/perks: {get: {responses: {200: {}}}}}",
		`{"openapi":"3.1.0","paths":{"/v1/perks":{"get":{"parameters":[{"$ref":"#/paths"}]}},
			"/v1/perks/{id}":{"$ref":"#/paths"}}}`,
		`{"openapi":"3.0.0","paths":{"/perks/{}":{"post":{"requestBody":{"content":{"a+json":{
			"schema":{"allOf":[{"not":{}}]}}}}}}}}`,
		"a: &a [*a]", "? {a: b}\n: c",
	} {
		f.Add([]byte(seed))
	}
	against := comparer(f)
	f.Fuzz(func(_ *testing.T, data []byte) {
		if _, err := Read(data); err == nil {
			against(data)
		}
	})
}

// TestFind looks for the document of a sandbox, and of services without one.
func TestFind(t *testing.T) {
	t.Parallel()
	get := func(answers map[string]string) func(context.Context, string) (merchants.Answer, error) {
		return func(_ context.Context, path string) (merchants.Answer, error) {
			if body, there := answers[path]; there {
				return merchants.Answer{Status: http.StatusOK, Body: []byte(body)}, nil
			}
			return merchants.Answer{Status: http.StatusNotFound}, nil
		}
	}
	for _, at := range usualPaths {
		found, where, tried, err := Find(t.Context(), get(map[string]string{at: uiScript(string(contractJSON()))}))
		if found == nil || where != at || err != nil || len(tried) != slices.Index(usualPaths, at)+1 {
			t.Errorf("%s: %v at %q after %d: %v", at, found != nil, where, len(tried), err)
		}
	}
	page := map[string]string{usualPaths[0]: "<html>", usualPaths[3]: "{}"}
	found, where, tried, err := Find(t.Context(), get(page))
	if found != nil || where != "" || err != nil || len(tried) != len(usualPaths) ||
		!strings.Contains(tried[0], "web page") || !strings.HasSuffix(tried[1], ": 404") {
		t.Errorf("%v at %q: %v, %v", found, where, tried, err)
	}
	down := errors.New("no connection")
	_, _, _, err = Find(t.Context(), func(context.Context, string) (merchants.Answer, error) {
		return merchants.Answer{}, down
	})
	if !errors.Is(err, down) {
		t.Error(err)
	}
}

// TestFind_mutations serves changed contracts as the service would, and finds them.
func TestFind_mutations(t *testing.T) {
	t.Parallel()
	against := comparer(t)
	for seed := range sample.Of(50) {
		m := mutantOf(t, matters, seed, 1)
		s, err := sandbox.Start(sandbox.Options{Seed: 1, APIDocument: m.document(t)})
		if err != nil {
			t.Fatal(err)
		}
		client, err := merchants.New(merchants.Config{BaseURL: s.URL(), ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		found, where, _, err := Find(t.Context(), func(ctx context.Context, path string) (merchants.Answer, error) {
			return client.Call(ctx, http.MethodGet, path, nil, nil)
		})
		if err != nil || found == nil || where != "/docs/merchants-api-json" {
			t.Fatalf("%s: at %q: %v", strings.Join(m.told, "; "), where, err)
		}
		encoded, err := json.Marshal(found.root)
		if err != nil {
			t.Fatal(err)
		}
		if misses, alarms := m.check(against(encoded)); len(misses)+len(alarms) > 0 {
			t.Errorf("%s: misses %v, alarms %v", strings.Join(m.told, "; "), misses, alarms)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
