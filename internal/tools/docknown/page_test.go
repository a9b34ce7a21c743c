package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

const small = `
openapi: 3.1.0
info: {title: Small, version: v1}
servers: [{url: https://api.example.com, x-evidence: documented, x-source: https://example.com/api}]
tags: [{name: Hats, description: Hats and caps.}]
paths:
  /v1/hats:
    post:
      tags: [Hats]
      summary: Make a hat.
      x-evidence: observed
      x-source: https://example.com/sdk
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/HatCreate'}}}}
      responses:
        '201': {description: Made., content: {application/json: {schema: {$ref: '#/components/schemas/Hat'}}}}
        '417': {$ref: '#/components/responses/Refused'}
    get:
      tags: [Hats]
      x-evidence: assumed
      parameters: [{name: size, in: query, schema: {type: string}, x-evidence: assumed}]
      responses:
        '200': {description: Hats., content: {application/json: {schema: {$ref: '#/components/schemas/HatPage'}}}}
components:
  responses:
    Refused: {description: Bad input., x-evidence: documented, x-source: https://example.com/api}
  schemas:
    Hat:
      type: object
      required: [id, color]
      properties:
        id: {type: string, description: A number_as text., x-evidence: observed, x-source: https://example.com/sdk}
        color:
          type: string
          x-evidence: assumed
          x-source: https://example.com/hats
          x-seen:
            - {word: red, evidence: assumed, name: Red, name-evidence: documented, source: https://example.com/hats}
            - {word: green, evidence: assumed, name: Green, name-evidence: documented, source: https://example.com/hats}
            - {name: Plaid, name-evidence: documented, source: https://example.com/hats, note: in a picture}
        form: {type: string, enum: [cap, top], x-evidence: assumed}
        band: {type: string, x-evidence: assumed, x-seen: []}
      allOf:
        - if: {properties: {form: {const: cap}}}
          then: {properties: {peak: {type: string, x-evidence: assumed}}}
    HatCreate:
      type: object
      properties:
        color: {type: string, x-evidence: assumed, x-source: https://example.com/hats}
    HatPage:
      type: object
      properties:
        data: {type: array, items: {$ref: '#/components/schemas/Hat'}, x-evidence: assumed}
`

func load(t *testing.T, contract []byte) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(contract)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestKnown(t *testing.T) {
	t.Parallel()
	content, err := page(load(t, []byte(small)))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`Of 12 statements, 2 are documented,
2 observed and 8 assumed:

| part | documented | observed | assumed | all |
| --- | --- | --- | --- | --- |
| Access and errors | 2 | – | – | 2 |
| Parameters and pages | – | – | 2 | 2 |
| Hats and caps | – | 2 | 6 | 8 |
| **All** | 2 | 2 | 8 | 12 |
`, `
## Access and errors

Shown by a source:

- Address: ` + "`https://api.example.com`" + `. [Documented](https://example.com/api).
- ` + "`417`" + `: Bad input. [Documented](https://example.com/api).

## Parameters and pages

Assumed:

| path or object | what is assumed |
| --- | --- |
| Parameters | ` + "`size` (query of `GET /v1/hats`)" + ` |
| ` + "`HatPage` | `data`" + ` |

## Hats and caps

Shown by a source:

- ` + "`/v1/hats`: `POST`" + ` (Make a hat). [Observed](https://example.com/sdk).
- ` + "`Hat`: `id`" + ` (answers) (A number\_as text). [Observed](https://example.com/sdk).

Assumed:

| path or object | what is assumed |
| --- | --- |
| ` + "`/v1/hats` | `GET`" + ` |
| ` + "`Hat` | [`color`](https://example.com/hats), `band` (answers), `form` (answers), " +
			"`peak` of `form` `cap` (answers)" + ` |
`, `

Of the words, none are documented, none observed
and 4 assumed. Sources show 3 names.
`, `
| catalog | word | mark | name in the source | mark |
| --- | --- | --- | --- | --- |
| ` + "`Hat.color` | `red`, `green`" + ` | assumed | Red, Green | [documented](https://example.com/hats) |
|  |  |  | Plaid (in a picture) | [documented](https://example.com/hats) |
| ` + "`Hat.band`" + ` | no word seen | | | |
`, `
| ` + "`Hat.form` | `cap`, `top`" + ` | assumed |  |  |
`,
	} {
		if !strings.Contains(string(content), want) {
			t.Errorf("the page lacks:\n%s", want)
		}
	}
	if t.Failed() {
		t.Logf("%s", content)
	}
}

// TestKnown_refusals: what the page could not show is an error.
func TestKnown_refusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, new, want string }{
		{"form: {type: string, enum: [cap, top], x-evidence: assumed}", "form: {type: string}", "form` has no mark"},
		{"x-evidence: observed\n      x-source", "x-evidence: guessed\n      x-source", `x-evidence is "guessed"`},
		{"    HatPage:", "    Glove: {properties: {id: {x-evidence: assumed}}}\n    HatPage:", "Glove belongs to no"},
		{"    get:\n      tags: [Hats]", "    get:\n      tags: [Gloves]", "GET /v1/hats needs one of the tags"},
		{"x-seen: []", "x-seen: red", "x-seen"},
	} {
		if strings.Count(small, c.old) != 1 {
			t.Fatalf("the small contract has %q %d times", c.old, strings.Count(small, c.old))
		}
		_, err := page(load(t, []byte(strings.Replace(small, c.old, c.new, 1))))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.new, err, c.want)
		}
	}
}

// TestKnown_everyStatement changes each mark of the true contract, and removes each property,
// parameter and operation. Each time, the page says something else apart from its figures.
func TestKnown_everyStatement(t *testing.T) {
	t.Parallel()
	doc := load(t, merchants.OpenAPI)
	before := said(t, doc)
	changes := func(what string) {
		if slices.Equal(said(t, doc), before) {
			t.Errorf("%s: the page stays the same", what)
		}
	}

	other := map[any]any{"documented": "observed", "observed": "assumed", "assumed": "documented"}
	found := &finder{visited: map[any]bool{}}
	found.walk("", reflect.ValueOf(doc))
	for _, at := range found.marked {
		mark := at.extensions["x-evidence"]
		at.extensions["x-evidence"] = other[mark]
		changes("other mark at " + at.path)
		at.extensions["x-evidence"] = mark
	}
	for _, at := range found.properties {
		for _, name := range slices.Sorted(maps.Keys(at.schemas)) {
			removed := at.schemas[name]
			delete(at.schemas, name)
			changes("without " + at.path + "." + name)
			at.schemas[name] = removed
		}
	}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			item.SetOperation(method, nil)
			changes("without " + method + " " + path)
			item.SetOperation(method, operation)
		}
	}
	for name, parameter := range doc.Components.Parameters {
		delete(doc.Components.Parameters, name)
		changes("without parameter " + name)
		doc.Components.Parameters[name] = parameter
	}
	if marks := strings.Count(string(merchants.OpenAPI), "x-evidence: "); len(found.marked) < marks*9/10 ||
		len(found.properties) < 40 {
		t.Errorf("found %d of %d marks and %d objects: the walk misses some", len(found.marked), marks, len(found.properties))
	}
	if !slices.Equal(said(t, doc), before) {
		t.Error("the contract is not restored")
	}
}

// said has what the page says, without figures and words.
func said(t *testing.T, doc *openapi3.T) []string {
	t.Helper()
	areas, err := read(doc)
	if err != nil && !strings.Contains(err.Error(), "belongs to no operation") {
		t.Fatal(err)
	}
	var out []string
	for _, a := range view(areas).Areas {
		out = append(append(append(out, a.Title), a.Shown...), a.Assumed...)
	}
	return out
}

// finder finds marks and properties by reflection, and so independently of the tool.
type finder struct {
	visited    map[any]bool
	marked     []marked
	properties []described
}

type marked struct {
	path       string
	extensions map[string]any
}

type described struct {
	path    string
	schemas openapi3.Schemas
}

func (f *finder) walk(path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || f.visited[v.Interface()] {
			return
		}
		f.visited[v.Interface()] = true
		f.walk(path, v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			f.walk(fmt.Sprintf("%s.%d", path, i), v.Index(i))
		}
	case reflect.Map:
		if schemas, ok := reflect.TypeAssert[openapi3.Schemas](v); ok && strings.HasSuffix(path, ".Properties") {
			f.properties = append(f.properties, described{path, schemas})
		}
		extensions, ok := reflect.TypeAssert[map[string]any](v)
		if !ok {
			for _, key := range v.MapKeys() {
				f.walk(path+"."+key.String(), v.MapIndex(key))
			}
		} else if extensions["x-evidence"] != nil {
			f.marked = append(f.marked, marked{path, extensions})
		}
	case reflect.Struct:
		if paths, ok := reflect.TypeAssert[*openapi3.Paths](v.Addr()); ok {
			f.walk(path, reflect.ValueOf(paths.Map()))
		}
		ref, isRef := reflect.TypeAssert[*openapi3.SchemaRef](v.Addr())
		for i := range v.NumField() {
			field := v.Type().Field(i)
			// The condition of an if describes nothing, and a reference contains a copy.
			if field.IsExported() && field.Name != "If" && (field.Name != "Value" || !isRef || ref.Ref == "") {
				f.walk(path+"."+field.Name, v.Field(i))
			}
		}
	default:
	}
}

// TestKnown_words checks that the page has each word and each name of the true contract.
func TestKnown_words(t *testing.T) {
	t.Parallel()
	content, err := page(load(t, merchants.OpenAPI))
	if err != nil {
		t.Fatal(err)
	}
	_, words, _ := strings.Cut(string(content), "## Words of the catalogs")
	entry := regexp.MustCompile(`(?:\{|, )(word|name): ([^,}]+), (?:name: [^,]+, )?(?:name-)?evidence: `)
	entries := entry.FindAllStringSubmatch(string(merchants.OpenAPI), -1)
	if len(entries) < 100 {
		t.Errorf("%d words and names: the pattern misses some", len(entries))
	}
	for _, e := range entries {
		shown := plain(e[2])
		if e[1] == "word" {
			shown = code(e[2])
		}
		if !strings.Contains(words, shown) {
			t.Errorf("the page lacks the %s %s", e[1], e[2])
		}
	}
}

// target matches the target of a link.
var target = regexp.MustCompile(`\]\(([^)]*)\)`)

// TestKnown_links checks that each link is absolute or leads to a guide.
func TestKnown_links(t *testing.T) {
	t.Parallel()
	content, err := page(load(t, merchants.OpenAPI))
	if err != nil {
		t.Fatal(err)
	}
	links := target.FindAllStringSubmatch(string(content), -1)
	if len(links) < 100 {
		t.Errorf("%d links: the pattern misses some", len(links))
	}
	for _, l := range links {
		if strings.HasPrefix(l[1], "https://") {
			continue
		}
		if _, err := os.Stat(filepath.Join("..", "..", "..", "templates", "guides", l[1]+".tmpl")); err != nil {
			t.Errorf("the link %s leads nowhere: %v", l[1], err)
		}
	}
}
