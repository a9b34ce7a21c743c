package provider_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// update lets the tests of compatibility write what they compare with.
var update = flag.Bool("update", false, "write testdata/schema.json")

// recordedSchema is what the configurations and states of users rely on, as words by place: of an
// attribute, "resource/cohort_perk/code.value": "String required sensitive".
var recordedSchema = filepath.Join("testdata", "schema.json")

// The words of a schema. The first word of an attribute is its type.
const (
	required  = "required"
	optional  = "optional"
	computed  = "computed"
	sensitive = "sensitive"
	writeOnly = "write-only"
)

// TestCompatible_schema compares the schema with the recorded one. A breaking change is for a new
// major version. For that, delete the file before -update.
func TestCompatible_schema(t *testing.T) {
	t.Parallel()
	now := schemaWords(t)
	var before map[string]string
	content, err := os.ReadFile(recordedSchema)
	if err == nil {
		err = json.Unmarshal(content, &before)
	}
	if err != nil && (!*update || !os.IsNotExist(err)) {
		t.Fatal(err)
	}
	breaking, compatible := schemaChanges(before, now)
	if before != nil && len(breaking) > 0 {
		t.Fatalf("These changes break configurations or states that users have, so they are for a new major version:\n\n%s",
			strings.Join(breaking, "\n"))
	}
	if *update {
		content, err := json.MarshalIndent(now, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(recordedSchema, append(content, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if len(compatible) > 0 {
		t.Errorf("These changes are compatible:\n\n%s\n\nRecord them, and commit the file:\n\n"+
			"  go test -run TestCompatible_schema ./internal/provider -update", strings.Join(compatible, "\n"))
	}
}

// TestCompatible_schemaChanges checks what counts as breaking.
func TestCompatible_schemaChanges(t *testing.T) {
	t.Parallel()
	const at = "resource/cohort_perk/code.value"
	for _, c := range []struct{ before, now, breaking, compatible string }{
		{"String optional", "String optional", "", ""},
		{"String optional", "", "is gone", ""},
		{"String optional", "Number optional", "the type was String", ""},
		{"String optional", "String required", "must be set now", ""},
		{"String computed", "String required", "must be set now", ""},
		{"String optional computed", "String computed", "cannot be set any more", ""},
		{"String required", "String computed", "cannot be set any more", ""},
		{"String optional computed", "String optional", "has no value any more where it is not set", ""},
		{"String optional", "String optional computed", "keeps its value where it is not set any more", ""},
		{"String required", "String optional", "", "was String required"},
		{"String required", "String optional computed", "", "was String required"},
		{"String computed", "String optional computed", "", "was String computed"},
		{"String optional", "String optional sensitive", "outputs that use it fail", ""},
		{"String computed", "String computed sensitive", "outputs that use it fail", ""},
		{"String optional sensitive", "String optional", "is shown now", ""},
		{"String optional", "String optional write-only", "is not in the state any more", ""},
		{"String optional write-only", "String optional", "is in the state now", ""},
		{"String required sensitive", "String optional sensitive", "", "was String required sensitive"},
		{"", "String optional", "", "is new"},
		{"", "String required", "must be set now", ""},
	} {
		before := map[string]string{"resource/cohort_perk": "version 0", "resource/cohort_perk/code": "single optional"}
		now := maps.Clone(before)
		set := func(words map[string]string, text string) {
			if text != "" {
				words[at] = text
			}
		}
		set(before, c.before)
		set(now, c.now)
		breaking, compatible := schemaChanges(before, now)
		for got, want := range map[*[]string]string{&breaking: c.breaking, &compatible: c.compatible} {
			if text := strings.Join(*got, "\n"); !strings.Contains(text, want) || want == "" && text != "" {
				t.Errorf("%q became %q: said %q, want %q", c.before, c.now, text, want)
			}
		}
	}
}

// TestCompatible_schemaWholes checks what counts as breaking above and beside attributes.
func TestCompatible_schemaWholes(t *testing.T) {
	t.Parallel()
	before := map[string]string{
		"resource/a": "version 1", "resource/a/x": "single optional", "resource/a/x.y": "String required",
		"function/f": "(String) String", "identity/a": "version 0", "identity/a/id": "String required",
		"provider": "version 0", "provider/mode": "String optional",
	}
	for _, c := range []struct {
		place, now           string
		breaking, compatible int
	}{
		{place: "resource/a", now: "version 2", compatible: 1},
		{place: "resource/a", now: "version 0", breaking: 1},
		{place: "resource/b", now: "version 0", compatible: 1},
		{place: "resource/b/x", now: "String required", compatible: 1},
		{place: "resource/a/z", now: "list optional", compatible: 1},
		{place: "resource/a/x", now: "list optional", breaking: 1},
		{place: "function/f", now: "(String, String) String", breaking: 1},
		{place: "function/f", now: "(String) List[String]", breaking: 1},
		{place: "function/f", breaking: 1},
		{place: "function/g", now: "() String", compatible: 1},
		{place: "identity/a/id", now: "String optional", compatible: 1},
		{place: "identity/a/other", now: "String required", breaking: 1},
		{place: "provider/mode", breaking: 1},
		{place: "provider/other", now: "String required", breaking: 1},
	} {
		now := maps.Clone(before)
		if now[c.place] = c.now; c.now == "" {
			delete(now, c.place)
		}
		if breaking, compatible := schemaChanges(before, now); len(breaking) != c.breaking ||
			len(compatible) != c.compatible {
			t.Errorf("%s became %q: breaking %q, compatible %q", c.place, c.now, breaking, compatible)
		}
	}
	if breaking, compatible := schemaChanges(before, map[string]string{}); len(breaking) != len(before) ||
		len(compatible) != 0 {
		t.Errorf("nothing is left: breaking %q, compatible %q", breaking, compatible)
	}
	// A new object may require what is inside it.
	now := maps.Clone(before)
	now["resource/a/n"], now["resource/a/n.m"] = "single optional", "String required"
	if breaking, compatible := schemaChanges(before, now); len(breaking) != 0 || len(compatible) != 2 {
		t.Errorf("a new object: breaking %q, compatible %q", breaking, compatible)
	}
}

// schemaChanges compares two schemas and sorts what changed: into what breaks configurations or
// states of users, and what does not.
func schemaChanges(before, now map[string]string) (breaking, compatible []string) {
	places := maps.Clone(now)
	maps.Copy(places, before)
	for _, place := range slices.Sorted(maps.Keys(places)) {
		was, is := before[place], now[place]
		if was == is {
			continue
		}
		if why := breaks(before, place, was, is); why != "" {
			breaking = append(breaking, place+" "+why)
			continue
		}
		text := place + " is new: " + is
		if was != "" {
			text = fmt.Sprintf("%s was %s, is %s", place, was, is)
		}
		compatible = append(compatible, text)
	}
	return breaking, compatible
}

// breaks says why a change breaks what users have; "" if it does not.
func breaks(before map[string]string, place, was, is string) string {
	wasType, wasWords, _ := strings.Cut(was, " ")
	isType, isWords, _ := strings.Cut(is, " ")
	had, has := strings.Fields(wasWords), strings.Fields(isWords)
	lost := func(word string) bool { return slices.Contains(had, word) && !slices.Contains(has, word) }
	got := func(word string) bool { return !slices.Contains(had, word) && slices.Contains(has, word) }
	settable := func(words []string) bool { return slices.Contains(words, required) || slices.Contains(words, optional) }
	switch {
	case is == "":
		return "is gone"
	case strings.HasPrefix(is, "version "):
		if was != "" && number(has[0]) < number(had[0]) {
			return "has a lower version, so Terraform refuses states of the higher one"
		}
		return ""
	case strings.HasPrefix(place, "function/"):
		if was != "" {
			return fmt.Sprintf("was %s, is %s, so calls fail", was, is)
		}
		return ""
	case was == "":
		if around := parent(place); slices.Contains(has, required) && before[around] != "" {
			return "must be set now, and configurations do not have it"
		}
		return ""
	case wasType != isType:
		return fmt.Sprintf("the type was %s, is %s", wasType, isType)
	case got(required):
		return "must be set now, and some configurations do not have it"
	case settable(had) && !settable(has):
		return "cannot be set any more"
	case lost(computed):
		return "has no value any more where it is not set"
	case got(computed) && slices.Contains(had, optional):
		return "keeps its value where it is not set any more"
	case got(sensitive):
		return "is hidden now, so outputs that use it fail"
	case lost(sensitive):
		return "was hidden, and is shown now"
	case got(writeOnly):
		return "is not in the state any more"
	case lost(writeOnly):
		return "was not in the state, and is in the state now"
	}
	return ""
}

// parent returns the place around a place: of an attribute the object or the resource, of an
// argument of the provider block the block.
func parent(place string) string {
	if i := strings.LastIndexAny(place, "./"); i >= 0 {
		return place[:i]
	}
	return place
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return n
}

// schemaWords describes the schema of the provider by place.
func schemaWords(t *testing.T) map[string]string {
	t.Helper()
	p := newPlugin(t)
	identities, err := p.server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]string{}
	block := func(place string, s *tfprotov6.Schema) {
		if len(s.Block.BlockTypes) > 0 {
			t.Fatalf("%s has blocks, which are not recorded", place)
		}
		words[place] = fmt.Sprint("version ", s.Version)
		addWords(words, place+"/", s.Block.Attributes)
	}
	block("provider", p.schema.Provider)
	for in, schemas := range map[string]map[string]*tfprotov6.Schema{
		"resource": p.schema.ResourceSchemas, "data": p.schema.DataSourceSchemas,
		"ephemeral": p.schema.EphemeralResourceSchemas, "list": p.schema.ListResourceSchemas,
	} {
		for name, s := range schemas {
			block(in+"/"+name, s)
		}
	}
	for name, a := range p.schema.ActionSchemas {
		block("action/"+name, a.Schema)
	}
	for name, f := range p.schema.Functions {
		var parameters []string
		for _, parameter := range f.Parameters {
			parameters = append(parameters, typeWord(parameter.Type))
		}
		if f.VariadicParameter != nil {
			parameters = append(parameters, typeWord(f.VariadicParameter.Type)+"...")
		}
		words["function/"+name] = fmt.Sprintf("(%s) %s", strings.Join(parameters, ", "), typeWord(f.Return.Type))
	}
	for name, s := range identities.IdentitySchemas {
		place := "identity/" + name
		words[place] = fmt.Sprint("version ", s.Version)
		for _, a := range s.IdentityAttributes {
			words[place+"/"+a.Name] = joined(typeWord(a.Type), map[string]bool{
				required: a.RequiredForImport, optional: a.OptionalForImport,
			})
		}
	}
	return words
}

// addWords describes attributes, and those inside them.
func addWords(words map[string]string, before string, attributes []*tfprotov6.SchemaAttribute) {
	for _, a := range attributes {
		var kind string
		if a.NestedType != nil {
			kind = strings.ToLower(a.NestedType.Nesting.String())
			addWords(words, before+a.Name+".", a.NestedType.Attributes)
		} else {
			kind = typeWord(a.Type)
		}
		words[before+a.Name] = joined(kind, map[string]bool{
			required: a.Required, optional: a.Optional, computed: a.Computed, sensitive: a.Sensitive, writeOnly: a.WriteOnly,
		})
	}
}

// joined puts the words that hold behind a type.
func joined(kind string, holds map[string]bool) string {
	for _, word := range []string{required, optional, computed, sensitive, writeOnly} {
		if holds[word] {
			kind += " " + word
		}
	}
	return kind
}

// typeWord writes a type without white space.
func typeWord(kind tftypes.Type) string {
	return strings.NewReplacer("tftypes.", "", " ", "", `"`, "").Replace(kind.String())
}
