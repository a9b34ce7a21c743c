package merchants

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// goTypes returns the Go types of every kind.
func goTypes() map[*descriptor]struct{ object, input any } {
	return map[*descriptor]struct{ object, input any }{
		&userProperties: {UserProperty{}, UserPropertyInput{}},
		&lists:          {Cohort{}, CohortInput{}},
		&segments:       {Cohort{}, CohortInput{}},
		&perks:          {Perk{}, PerkInput{}},
		&digitalAssets:  {DigitalAsset{}, DigitalAssetInput{}},
		&badges:         {Badge{}, BadgeInput{}},
		&campaigns:      {&Campaign{}, CampaignInput{}},
	}
}

// TestDescriptors_contract compares every descriptor with the contract. If the API turns out
// different, correct the contract first; this test then names what to change in which file.
func TestDescriptors_contract(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData(OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	if len(goTypes()) != len(descriptors) {
		t.Errorf("%d of %d descriptors are tested: add the Go types of the new one to goTypes",
			len(goTypes()), len(descriptors))
	}
	for d, types := range goTypes() {
		t.Run(d.path+" "+d.only, func(t *testing.T) {
			t.Parallel()
			file := fileOf(t, d)
			all, one := doc.Paths.Find("/v1/"+d.path), doc.Paths.Find("/v1/"+d.path+"/{id}")
			if all == nil || one == nil || all.Get == nil || all.Post == nil || one.Get == nil || one.Delete == nil {
				t.Fatalf("the contract lacks one of GET and POST /v1/%[1]s, GET and DELETE /v1/%[1]s/{id}: change path in %[2]s",
					d.path, file)
			}
			update := one.GetOperation(d.update)
			if update == nil {
				t.Fatalf("the contract has no %s /v1/%s/{id}: change update in %s", d.update, d.path, file)
			}
			checkPages(t, d, all.Get, file)
			object, create := answerOf(one.Get), requestOf(all.Post)
			checkNames(t, d, types.object, types.input, object, create, file)
			for place, schema := range map[string]*openapi3.SchemaRef{
				"answers": object, "creates": create, "updates": requestOf(update),
			} {
				checkWords(t, d, place, wordsOf(schema), file)
			}
		})
	}
}

// TestDescriptors_operations: this package knows every operation of the contract.
func TestDescriptors_operations(t *testing.T) {
	t.Parallel()
	known := []string{"POST /v1/" + pathAuthToken, "GET /v1/" + pathCampaignDiffusion}
	for _, d := range descriptors {
		all, one := "/v1/"+d.path, "/v1/"+d.path+"/{id}"
		known = append(known, "GET "+all, "POST "+all, "GET "+one, d.update+" "+one, "DELETE "+one)
		for transition := range reached {
			known = append(known, "POST "+one+"/"+string(transition))
		}
	}
	doc, err := openapi3.NewLoader().LoadFromData(OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			if !slices.Contains(known, method+" "+path) {
				t.Errorf("the contract has %s %s, but no descriptor does: write one, and add it to descriptors", method, path)
			}
		}
	}
}

// TestDescriptors_tried: every kind is in the tables and fuzz targets of the other tests.
func TestDescriptors_tried(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var tests strings.Builder
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tests.Write(content)
	}
	rows := map[string]bool{}
	for d := range wholeRows {
		rows[d.path] = true
	}
	for d, types := range goTypes() {
		if !rows[d.path] {
			t.Errorf("wholeRows and readers have no %s: add a row with every property, and how it is read", d.path)
		}
		name := reflect.Indirect(reflect.ValueOf(types.object)).Type().Name()
		for _, target := range []string{"Fuzz" + name, "FuzzDamaged" + name} {
			if !strings.Contains(tests.String(), "\nfunc "+target+"(") {
				t.Errorf("there is no %s: add it beside its siblings", target)
			}
		}
	}
}

// fileOf returns the file that defines a descriptor.
func fileOf(t *testing.T, d *descriptor) string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if content, err := os.ReadFile(file); err == nil &&
			strings.Contains(string(content), fmt.Sprintf("noun: %q", d.noun)) {
			return "internal/merchants/" + file
		}
	}
	t.Fatalf("no file defines the descriptor of %s", d.noun)
	return ""
}

func answerOf(operation *openapi3.Operation) *openapi3.SchemaRef {
	return operation.Responses.Status(http.StatusOK).Value.Content.Get("application/json").Schema
}

func requestOf(operation *openapi3.Operation) *openapi3.SchemaRef {
	return operation.RequestBody.Value.Content.Get("application/json").Schema
}

// checkPages compares the form of the listings with the contract.
func checkPages(t *testing.T, d *descriptor, list *openapi3.Operation, file string) {
	t.Helper()
	page := answerOf(list).Value.Properties
	for _, name := range []string{d.pages.rows, d.pages.next, d.pages.total} {
		if name != "" && page[name] == nil {
			t.Errorf("a page of the contract has %q, but no %s: change pages in %s", slices.Sorted(maps.Keys(page)), name, file)
		}
	}
	for _, name := range []string{d.pages.limit, d.pages.cursor} {
		if list.Parameters.GetByInAndName("query", name) == nil {
			t.Errorf("the list operation in the contract has no parameter %s: change pages in %s", name, file)
		}
	}
	if d.only != "" && list.Parameters.GetByInAndName("query", "type") == nil {
		t.Errorf("the list operation in the contract has no parameter type: change only in %s", file)
	}
}

// checkNames compares the properties of the Go types with the contract, and requires an HCL
// attribute for each property that can be sent.
func checkNames(t *testing.T, d *descriptor, object, input any, answer, create *openapi3.SchemaRef, file string) {
	t.Helper()
	decided := []string{"createdAt", "updatedAt"}
	sent := tagsOf(reflect.TypeOf(input))
	if d.only != "" {
		decided = append(decided, "type") // The collection itself sends it.
	}
	encoded, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	var properties map[string]any
	if err := json.Unmarshal(encoded, &properties); err != nil {
		t.Fatal(err)
	}
	for place, names := range map[string]struct {
		contract openapi3.Schemas
		ours     []string
	}{
		"answers": {answer.Value.Properties, slices.Sorted(maps.Keys(properties))},
		"creates": {create.Value.Properties, sent},
	} {
		for _, name := range names.ours {
			if names.contract[name] == nil {
				t.Errorf("the contract has no %s in %s: change the json tag in %s", name, place, file)
			}
		}
		for name := range names.contract {
			if !slices.Contains(names.ours, name) && !slices.Contains(decided, name) {
				t.Errorf("the contract has %s in %s, but no Go type does: add it in %s", name, place, file)
			}
		}
	}
	for _, name := range sent {
		if _, found := d.attributes[name]; !found {
			t.Errorf("no HCL attribute stands for %s: add it to attributes in %s", name, file)
		}
	}
	for property := range d.attributes {
		if name, _, _ := strings.Cut(property, "."); create.Value.Properties[name] == nil {
			t.Errorf("the contract has no %s: change attributes in %s", property, file)
		}
	}
	for _, key := range []string{d.reference, d.name} {
		if key != "" && !slices.Contains(sent, key) {
			t.Errorf("the key %s cannot be sent: change reference or name in %s", key, file)
		}
	}
}

// tagsOf returns the JSON names of the fields of a type.
func tagsOf(of reflect.Type) []string {
	var names []string
	for field := range of.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

// ofOneType is what the path of a word says of the type whose settings it belongs to.
var ofOneType = regexp.MustCompile(":[^.]*")

// checkWords compares the words of the service with the contract, both ways.
func checkWords(t *testing.T, d *descriptor, place string, contract map[string][]string, file string) {
	t.Helper()
	known := map[string]words{}
	for property, table := range d.words {
		property = ofOneType.ReplaceAllString(property, "")
		if known[property] == nil {
			known[property] = words{}
		}
		maps.Copy(known[property], table)
	}
	for property, ours := range known {
		theirs := slices.Sorted(maps.Values(ours))
		if words, found := contract[property]; found &&
			!slices.Equal(slices.Compact(slices.Sorted(slices.Values(words))), theirs) {
			t.Errorf("the words of %s in %s are %q in the contract: change words in %s, which has %q",
				property, place, words, file, theirs)
		}
		if _, found := contract[property]; !found && place == "answers" {
			t.Errorf("the contract has no words of %s: change words in %s", property, file)
		}
	}
	for property, words := range contract {
		if known[property] == nil {
			t.Errorf("%s is one of %q in the contract: add it to words in %s", property, words, file)
		}
	}
}

// wordsOf returns the enum values of a schema's properties, by path without indices.
func wordsOf(schema *openapi3.SchemaRef) map[string][]string {
	words := map[string][]string{}
	var walk func(at string, schema *openapi3.SchemaRef)
	walk = func(at string, schema *openapi3.SchemaRef) {
		if schema == nil {
			return
		}
		s := schema.Value
		if s.Const != nil {
			words[at] = append(words[at], fmt.Sprint(s.Const))
		}
		for _, word := range s.Enum {
			if word == nil {
				continue
			}
			words[at] = append(words[at], fmt.Sprint(word))
		}
		for name, property := range s.Properties {
			walk(strings.TrimPrefix(at+"."+name, "."), property)
		}
		for _, list := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf, {s.Items, s.If, s.Then, s.Else}} {
			for _, part := range list {
				walk(at, part)
			}
		}
	}
	walk("", schema)
	return words
}
