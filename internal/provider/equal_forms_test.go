package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/sample"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

var (
	tableLine = regexp.MustCompile(`^//\t([a-z_.]+) +([a-z ]+)$`)
	inPath    = regexp.MustCompile(`\[[^]]*\]`)
)

// equalForms reads the table of equal_forms.go: the forms of each attribute.
func equalForms(t *testing.T) map[string][]string {
	t.Helper()
	source, err := os.ReadFile("equal_forms.go")
	if err != nil {
		t.Fatal(err)
	}
	table, _, _ := strings.Cut(string(source), "// The forms:")
	forms := map[string][]string{}
	for line := range strings.Lines(table) {
		if found := tableLine.FindStringSubmatch(strings.TrimSuffix(line, "\n")); found != nil {
			forms[found[1]] = strings.Fields(found[2])
		}
	}
	return forms
}

// attributePaths returns the paths of all attributes of all resources.
func attributePaths(schemas map[string]*tfprotov6.Schema) map[string]bool {
	paths := map[string]bool{}
	var walk func(parent string, attributes []*tfprotov6.SchemaAttribute)
	walk = func(parent string, attributes []*tfprotov6.SchemaAttribute) {
		for _, a := range attributes {
			paths[parent+a.Name] = true
			if a.NestedType != nil {
				walk(parent+a.Name+".", a.NestedType.Attributes)
			}
		}
	}
	for _, schema := range schemas {
		walk("", schema.Block.Attributes)
	}
	return paths
}

// TestEqualForms_table checks that the table has every attribute and nothing else.
func TestEqualForms_table(t *testing.T) {
	t.Parallel()
	want := slices.Sorted(maps.Keys(attributePaths(newPlugin(t).schema.ResourceSchemas)))
	if diff := gocmp.Diff(want, slices.Sorted(maps.Keys(equalForms(t)))); diff != "" {
		t.Errorf("the table of equal_forms.go has other attributes than the schemas, add or remove their lines "+
			"(-schema +table):\n%s", diff)
	}
}

// form is one way in which the service may store a value in another form: the value that the user
// writes, the change that the service makes when it receives it, and the change that it makes when
// it answers. The two changes apply to single values.
type form struct {
	written        cty.Value
	stores, answer func(any) any
}

// swapped returns a change that replaces one value with another.
func swapped(from, to any) func(any) any {
	return func(value any) any {
		if reflect.DeepEqual(value, from) {
			return to
		}
		return value
	}
}

// eachText changes the texts of a value: a single text, or one for each language.
func eachText(value cty.Value, change func(string) string) cty.Value {
	if value.Type() == cty.String {
		return cty.StringVal(change(value.AsString()))
	}
	texts := value.AsValueMap()
	for language, text := range texts {
		texts[language] = cty.StringVal(change(text.AsString()))
	}
	return cty.MapVal(texts)
}

// wire returns a configured value as the wire has it.
func wire(t *testing.T, value cty.Value) any {
	t.Helper()
	if value.Type() == cty.String {
		return value.AsString()
	}
	texts := map[string]any{}
	for language, text := range value.AsValueMap() {
		texts[language] = text.AsString()
	}
	return texts
}

func decodedJSON(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := decodeNumbers([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// nothings returns the ways to write an empty value.
func nothings(value cty.Value, settings bool) []cty.Value {
	all := []cty.Value{cty.NullVal(value.Type())}
	switch kind := value.Type(); {
	case settings:
		all = append(all, cty.StringVal(""), cty.StringVal(" null\n"), cty.StringVal("{}"))
	case kind == cty.String:
		all = append(all, cty.StringVal(""), cty.StringVal(" "))
	case kind.IsMapType():
		all = append(all, cty.MapValEmpty(cty.String), cty.MapVal(map[string]cty.Value{"en": cty.StringVal("")}),
			cty.MapVal(map[string]cty.Value{"en": cty.NullVal(cty.String)}))
	case kind.IsListType():
		all = append(all, cty.ListValEmpty(kind.ElementType()))
	}
	return all
}

// emptied replaces the null values and empty objects of an answer with other forms of nothing.
func emptied(object map[string]any) any {
	for name, value := range object {
		switch {
		case value == nil &&
			slices.Contains([]string{
				"imageUrl", "videoUrl", "expiresAt", "startAt", "endAt", "drawAt", "referenceId", "icon", "value",
			}, name):
			object[name] = ""
		case value == nil && name == "lockedDescription":
			object[name] = map[string]any{"en": ""}
		case value == nil && name == "conditions" && object["type"] == "segment":
			object[name] = map[string]any{"operator": "and", "groups": []any{}}
		case value == nil && name == "typeConfig" && !slices.Contains([]any{"none", "airdrop", "list"}, object["type"]):
			object[name] = map[string]any{}
		case reflect.DeepEqual(value, map[string]any{}) && slices.Contains(ownWords, name):
			object[name] = nil
		case reflect.DeepEqual(value, []any{}):
			object[name] = nil
		case reflect.DeepEqual(value, map[string]any{}) && name == "typeConfig":
			object[name] = nil
		}
	}
	return object
}

// formsOf returns the other forms in which the service may store a configured value.
func formsOf(t *testing.T, name string, value cty.Value) []form {
	t.Helper()
	same := func(v any) any { return v }
	switch name {
	case "exact":
		return nil
	case "trimmed":
		written := " " + value.AsString() + "\n"
		return []form{{cty.StringVal(written), swapped(written, value.AsString()), same}}
	case "html":
		styles := [][2]string{
			{"<DIV CLASS='a'>%s &amp; &copy;<br/>two", "<div class=\"a\">%s &amp; ©<br>two</div>"},
			{"\n%s\n\n more ", "%s more"},
		}
		var forms []form
		for _, style := range styles {
			written := eachText(value, func(text string) string { return fmt.Sprintf(style[0], text) })
			stored := eachText(value, func(text string) string { return fmt.Sprintf(style[1], text) })
			forms = append(forms, form{written, swapped(wire(t, written), wire(t, stored)), same})
		}
		return forms
	case "languages":
		texts := value.AsValueMap()
		texts["de"], texts["it"] = cty.StringVal(" "), cty.NullVal(cty.String)
		more := func(v any) any {
			if reflect.DeepEqual(v, wire(t, value)) {
				v := maps.Clone(v.(map[string]any))
				v["nl"], v["it"], v["es"] = nil, "", " "
				return v
			}
			return v
		}
		return []form{{value, same, more}, {cty.MapVal(texts), same, same}, {cty.MapVal(texts), same, more}}
	case "json":
		held := decodedJSON(t, value.AsString())
		other := eachValue(held, func(v any) any {
			if number, ok := v.(json.Number); ok {
				return json.Number(number.String() + ".0e0")
			}
			return v
		})
		return []form{
			{cty.StringVal("\n { } "), same, same}, {cty.StringVal(" " + value.AsString() + "\n"), same, swapped(held, other)},
		}
	case "number":
		return []form{
			{cty.StringVal("10.0"), swapped("10.0", json.Number("10")), same},
			{cty.StringVal("10"), swapped("10", json.Number("1e1")), same},
			{cty.StringVal(" 0.5"), swapped(" 0.5", json.Number("0.50")), same},
			{cty.StringVal("12345678901234567891"), swapped("12345678901234567891", json.Number("12345678901234567891")), same},
			{cty.StringVal("true"), swapped("true", true), same},
		}
	case "time":
		at, err := time.Parse(time.RFC3339, value.AsString())
		if err != nil {
			t.Fatal(err)
		}
		zone := time.FixedZone("", 2*60*60)
		return []form{
			{cty.StringVal(at.In(zone).Format(time.RFC3339)), same, same},
			{cty.StringVal(at.Format("2006-01-02T15:04:05") + ".0009Z"), same, same},
			{
				value, same,
				swapped(at.Format("2006-01-02T15:04:05.000Z"), at.In(zone).Format("2006-01-02T15:04:05")+".0004+02:00"),
			},
		}
	case "media":
		return []form{{value, same, swapped(value.AsString(), "https://media.example.com/copy")}}
	case "order":
		return []form{{value, same, func(v any) any {
			if object, ok := v.(map[string]any); ok && object["rewards"] != nil {
				rewards := slices.Clone(object["rewards"].([]any))
				slices.Reverse(rewards)
				object["rewards"] = rewards
			}
			return v
		}}}
	case "chosen":
		return []form{{cty.StringVal(""), same, same}, {cty.StringVal(" "), same, same}}
	case "default":
		direct := value.Type().AttributeType("direct")
		ways := value.AsValueMap()
		for way, v := range ways {
			ways[way] = cty.NullVal(v.Type())
		}
		ways["direct"] = cty.ObjectVal(map[string]cty.Value{
			"max_quantity": cty.NullVal(direct.AttributeType("max_quantity")),
		})
		return []form{{cty.NullVal(value.Type()), same, same}, {cty.ObjectVal(ways), same, same}}
	case "empty":
		var forms []form
		settings := strings.HasPrefix(strings.TrimSpace(textOf(value)), "{")
		for _, nothing := range nothings(value, settings) {
			forms = append(forms, form{nothing, same, same})
		}
		return append(forms, form{cty.NullVal(value.Type()), same, func(v any) any {
			if object, ok := v.(map[string]any); ok {
				return emptied(object)
			}
			return v
		}})
	default:
		t.Fatalf("no form is called %s", name)
		return nil
	}
}

func textOf(value cty.Value) string {
	if value.Type() != cty.String || value.IsNull() {
		return ""
	}
	return value.AsString()
}

// with replaces one value of a configuration, and adjusts what depends on it.
func with(t *testing.T, config cty.Value, at cty.Path, value cty.Value) cty.Value {
	t.Helper()
	changed, err := cty.Transform(config, func(here cty.Path, v cty.Value) (cty.Value, error) {
		switch {
		case here.Equals(at):
			return value, nil
		case ctyPathText(at) == "distribution" && strings.HasSuffix(ctyPathText(here), "quantity"):
			return cty.NullVal(v.Type()), nil // Only a draw has quantities.
		}
		return v, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

// renamed returns a configuration with another name.
func renamed(config cty.Value) cty.Value {
	values := config.AsValueMap()
	for _, name := range []string{"name", "internal_name"} {
		if _, ok := values[name]; ok {
			values[name] = cty.StringVal("Renamed")
		}
	}
	return cty.ObjectVal(values)
}

// TestEqualForms_stayAsWritten checks that each form of each attribute stays as the user wrote it:
// after a create, after an update of something else, after a refresh, and after an import that is
// applied.
func TestEqualForms_stayAsWritten(t *testing.T) {
	t.Parallel()
	table := equalForms(t)
	walked := map[string]bool{}
	for kind, configs := range complete {
		for i, config := range configs {
			type step struct {
				at   cty.Path
				name string
			}
			var steps []step
			eachAttribute(newPlugin(t).resource(kind, config), func(at cty.Path, path string, _ cty.Value) {
				for _, name := range table[path] {
					walked[path+" "+name] = true
					steps = append(steps, step{at, name})
				}
			})
			t.Run(fmt.Sprintf("%s/%d", kind, i), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, sandbox.Options{})
				base := w.referred(t, kind).Replace(config)
				service := &rewriting{}
				p := through(t, w, service)
				for _, s := range steps {
					value, err := s.at.Apply(draftOf(p.resource(kind, base)))
					if err != nil {
						t.Fatal(err)
					}
					for n, f := range formsOf(t, s.name, value) {
						if !sample.Case() {
							continue
						}
						t.Run(fmt.Sprintf("%s/%s/%d", ctyPathText(s.at), s.name, n), func(t *testing.T) {
							p.anew().in(t).stayAsWritten(w, service, kind, with(t, draftOf(p.resource(kind, base)), s.at, f.written), f,
								s.name != "media")
						})
					}
				}
			})
		}
	}
	for path, forms := range table {
		for _, name := range forms {
			if name != "exact" && !walked[path+" "+name] {
				t.Errorf("no configuration has %s, so the form %s was not tested", path, name)
			}
		}
	}
}

// eachAttribute visits every configured attribute, at any depth, with its path and with that path
// without positions.
func eachAttribute(config cty.Value, visit func(at cty.Path, path string, value cty.Value)) {
	_ = cty.Walk(config, func(at cty.Path, value cty.Value) (bool, error) {
		if len(at) == 0 || value.IsNull() {
			return true, nil
		}
		if _, isAttribute := at[len(at)-1].(cty.GetAttrStep); isAttribute {
			visit(at.Copy(), inPath.ReplaceAllString(ctyPathText(at), ""), value)
		}
		return true, nil
	})
}

// stayAsWritten checks one form. It skips the import unless adopts is true: an imported object has
// the URL of the service's copy of a file, and nothing ties that copy to the URL that the user
// wrote.
func (p *plugin) stayAsWritten(w *world, service *rewriting, kind string, written cty.Value, f form, adopts bool) {
	t := p.t
	t.Helper()
	service.set(func(_, _ string, body map[string]any) {
		changed, _ := eachValue(body, f.stores).(map[string]any)
		clear(body)
		maps.Copy(body, changed)
	}, func(object map[string]any) any { return eachValue(object, f.answer) })
	defer service.set(nil, nil)

	made := p.again(t, kind, p.change(t, kind, object{state: cty.NullVal(p.states[kind])}, written), written)
	id := made.state.GetAttr("id").AsString()
	defer func() {
		if err := w.DeleteObject(id); err != nil {
			t.Error(err)
		}
	}()
	p.change(t, kind, p.again(t, kind, p.change(t, kind, made, renamed(written)), renamed(written)), written)
	if adopts {
		adopted, _ := p.adopt(kind, id)
		p.again(t, kind, p.change(t, kind, adopted, written), written)
		adoptable(t, w, p, kind, id)
	}
}

// others gives another word for each word that differs between the wire and the configuration.
var others = map[string]any{"or": "and", "has-not-done": "has-done", "is-not-in": "is-in"}

// TestEqualForms_driftShows checks that any other value is drift, and shows in the plan.
func TestEqualForms_driftShows(t *testing.T) {
	t.Parallel()
	// The service does not have the first two, and another type replaces the object.
	unseen := []string{"desired_status", "on_destroy", "type"}
	for kind, configs := range complete {
		for i, config := range configs {
			t.Run(fmt.Sprintf("%s/%d", kind, i), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, sandbox.Options{})
				refer := w.referred(t, kind)
				service := &rewriting{}
				p := through(t, w, service)
				base := draftOf(p.resource(kind, refer.Replace(config)))
				made := p.change(t, kind, object{state: cty.NullVal(p.states[kind])}, base)
				eachAttribute(base, func(at cty.Path, path string, value cty.Value) {
					if slices.Contains(unseen, path) || value.Type().IsObjectType() || value.Type().IsListType() {
						return
					}
					service.set(nil, func(object map[string]any) any {
						if object["id"] != made.state.GetAttr("id").AsString() {
							return object
						}
						other, _ := eachValue(object, func(v any) any { return drifted(t, value, v) }).(map[string]any)
						if path != "custom.type" {
							other["type"] = object["type"]
						}
						return other
					})
					was, err := at.Apply(made.state)
					if err != nil {
						t.Fatal(err)
					}
					if remote, err := at.Apply(p.reread(t, kind, made).state); err == nil && remote.RawEquals(was) {
						t.Errorf("another value of %s does not show: the state still has %#v", path, remote)
					}
				})
			})
		}
	}
}

// drifted returns a value of the wire. If that is the configured value, it returns another one.
func drifted(t *testing.T, configured cty.Value, v any) any {
	t.Helper()
	switch configured.Type() {
	case cty.Number:
		if number, ok := v.(json.Number); ok && number.String() == configured.AsBigFloat().String() {
			return json.Number("7777")
		}
	case cty.Bool:
		if word, ok := v.(string); ok && others[word] != nil {
			return others[word]
		}
	case cty.String:
		text := configured.AsString()
		if word, ok := v.(string); ok && text == "any" && others[word] != nil {
			return others[word]
		}
		if at, err := time.Parse(time.RFC3339, text); err == nil &&
			reflect.DeepEqual(v, at.Format("2006-01-02T15:04:05.000Z")) {
			return at.Add(time.Second).Format("2006-01-02T15:04:05.000Z")
		}
		if strings.HasPrefix(text, "{") && reflect.DeepEqual(v, decodedJSON(t, text)) {
			return map[string]any{"other": true}
		}
		if reflect.DeepEqual(v, text) {
			return text + "-2"
		}
	default:
		if reflect.DeepEqual(v, wire(t, configured)) {
			return map[string]any{"en": "Other"}
		}
	}
	return v
}
