//go:build unix

package pulumi

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// program declares an object of each kind and of two forms of a perk, with references between them.
func program() []object {
	english := func(text string) properties { return properties{"en": text} }
	return []object{
		{"tier", "userProperty", properties{"name": "Loyalty tier", "type": "text", "referenceId": "loyalty_tier"}},
		{"vip", "list", properties{"name": "VIP customers", "referenceId": "vip"}},
		{"staff", "list", properties{"name": "Staff", "referenceId": "staff"}},
		{"gold", "segment", properties{
			"name": "Gold members", "referenceId": "gold",
			"groups": []any{properties{"match": "all", "conditions": []any{
				properties{"userProperty": properties{
					"property": output{"tier", "referenceId"}, "operator": "equals", "value": "gold",
				}},
				properties{"audience": properties{"id": output{"staff", "id"}, "member": false}},
			}}},
		}},
		{"coupon", "perk", properties{
			"internalName": "coupon", "title": english("10% off"), "code": properties{"value": code}, "desiredStatus": "live",
		}},
		{"discount", "perk", properties{
			"internalName": "discount", "title": english("A tenth off"),
			"shopifyDiscount": properties{"name": "TENTH", "type": "percentage", "value": 10},
		}},
		{"card", "digitalAsset", properties{
			"internalName": "card", "title": english("Founder card"), "maxSupply": 500,
			"imageUrl": "https://cdn.example.com/card.png", "desiredStatus": "published",
		}},
		{"medal", "badge", properties{
			"internalName": "medal", "title": english("Gold"), "description": english("You reached gold."),
			"audienceId": output{"gold", "id"},
		}},
		{"summer", "campaign", properties{
			"internalName": "summer", "audienceId": output{"vip", "id"}, "onDestroy": "archive",
			"rewards": []any{
				properties{"perkId": output{"coupon", "id"}, "quantity": 200},
				properties{"digitalAssetId": output{"card", "id"}, "quantity": 50},
			},
			"distribution": properties{"instantDraw": properties{"maxBoxes": 1000}},
			"challenge": properties{
				"title": english("Summer hunt"), "optInCta": english("Join"), "description": english("<p>Find it.</p>"),
				"imageUrl": "https://cdn.example.com/hunt.jpg",
				"steps": []any{properties{
					"userAction": "cohort_form", "icon": "form", "title": english("Your tier"), "description": english("Tell us."),
					"triggers": []any{properties{"type": "cohort_form", "settings": `{"property":"loyalty_tier"}`}},
				}},
			},
			"desiredStatus": "published",
		}},
	}
}

// code is the secret of a perk.
const code = "OPEN-SESAME"

// with returns the program with other inputs of one object.
func with(all []object, name string, inputs properties) []object {
	all = slices.Clone(all)
	for i, o := range all {
		if o.name == name {
			all[i].inputs = maps.Clone(o.inputs)
			maps.Copy(all[i].inputs, inputs)
		}
	}
	return all
}

// each returns what is done if the same is done to all objects, except those named.
func each(all []object, did string, except map[string]string) map[string]string {
	done := map[string]string{}
	for _, o := range all {
		done[o.name] = did
	}
	maps.Copy(done, except)
	return done
}

// without returns the program without one object.
func without(all []object, name string) []object {
	return slices.DeleteFunc(slices.Clone(all), func(o object) bool { return o.name == name })
}

// transcript is the list of steps with the requests that each sends.
type transcript struct {
	*service
	lines []string
}

// step takes a step that returns what it did to each object.
func (tr *transcript) step(what string, take func() (map[string]string, error), want map[string]string) {
	tr.t.Helper()
	before, _ := tr.requests()
	done, err := take()
	if err != nil {
		tr.t.Fatalf("%s: %v", what, err)
	}
	if diff := cmp.Diff(want, done); diff != "" {
		tr.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
	counts := map[string]int{}
	for _, did := range done {
		counts[did]++
	}
	var outcome []string
	for _, did := range slices.Sorted(maps.Keys(counts)) {
		outcome = append(outcome, fmt.Sprintf("%d %s", counts[did], did))
	}
	tr.add(what, before, strings.Join(outcome, ", "))
}

func (tr *transcript) add(what string, before int, outcome string) {
	after, _ := tr.requests()
	tr.lines = append(tr.lines, fmt.Sprintf("%2d. %-46s %3d requests   %s", len(tr.lines)+1, what, after-before, outcome))
}

// walk previews a program and carries it out. Both must do what is wanted, and the preview must not
// write.
func (tr *transcript) walk(what string, s *stack, all []object, want map[string]string) {
	tr.t.Helper()
	_, before := tr.requests()
	tr.step("preview of "+what, func() (map[string]string, error) { return s.preview(all) }, want)
	if _, after := tr.requests(); after != before {
		tr.t.Errorf("the preview of %s sends %d requests that write", what, after-before)
	}
	tr.step("up of "+what, func() (map[string]string, error) { return s.up(all) }, want)
}

// refused takes a step that must fail with a text, and must not write.
func (tr *transcript) refused(what string, take func() (map[string]string, error), text string) {
	tr.t.Helper()
	before, written := tr.requests()
	_, err := take()
	if err == nil {
		tr.t.Errorf("%s: it is not refused", what)
		return
	}
	if !strings.Contains(err.Error(), text) {
		tr.t.Errorf("%s: the error lacks %q:\n%v", what, text, err)
	}
	for _, hidden := range []string{tr.TestKey, tr.LiveKey, code} {
		if strings.Contains(err.Error(), hidden) {
			tr.t.Errorf("%s: the error shows a key or a code", what)
		}
	}
	if _, after := tr.requests(); after != written {
		tr.t.Errorf("%s: it sends %d requests that write", what, after-written)
	}
	tr.add(what, before, "refused")
}

// TestPulumi takes objects of all kinds through their lives, and tries the guards.
func TestPulumi(t *testing.T) {
	t.Parallel()
	tr := &transcript{service: newService(t)}
	tr.schema()

	all := program()
	s := newStack(tr.service, tr.TestKey, nil)
	tr.walk("a new program", s, all, each(all, "create", nil))
	if n := len(tr.objects("test")); n != len(all) {
		t.Errorf("the merchant holds %d objects, want %d", n, len(all))
	}
	if got := slices.Sorted(maps.Keys(s.secrets)); !slices.Equal(got, []string{"coupon.code.value"}) {
		t.Errorf("Pulumi takes %v for secrets, want the code alone", got)
	}
	tr.walk("the same program", s, all, each(all, "same", nil))

	tr.step("refresh", s.refresh, each(all, "same", nil))
	tr.edit("vip", map[string]any{"name": "By hand"})
	tr.edit("staff", nil)
	tr.step("refresh after edits by hand", s.refresh,
		each(all, "same", map[string]string{"vip": "changed", "staff": "gone"}))
	tr.walk("the same program, to undo them", s, all,
		each(all, "same", map[string]string{"vip": "update name", "staff": "create", "gold": "update groups"}))

	all = tr.updates(s, all)
	tr.replacement()
	tr.imports(s, all)
	tr.guards(s, all)

	all = with(all, "gold", properties{"groups": []any{}})
	tr.walk("the program without a list", s, without(all, "staff"),
		each(all, "same", map[string]string{"gold": "update groups", "staff": "delete"}))
	tr.walk("an empty program", s, nil, each(without(all, "staff"), "delete", nil))
	if left := tr.objects("test"); len(left) > 0 {
		t.Errorf("%d objects are left: %v", len(left), left)
	}

	sent, _ := tr.requests()
	told = fmt.Sprintf("%s\npulumi: %d steps, %d objects, %d requests", strings.Join(tr.lines, "\n"), len(tr.lines),
		len(all), sent)
}

// schema checks that Pulumi's schema has each kind, and a function that reads it.
func (tr *transcript) schema() {
	tr.t.Helper()
	bridge, stop := tr.newBridge(tr.TestKey)
	defer stop()
	answer, err := bridge.GetSchema(tr.t.Context(), &pulumirpc.GetSchemaRequest{})
	if err != nil {
		tr.t.Fatal(err)
	}
	var schema struct{ Resources, Functions map[string]any }
	if err := json.Unmarshal([]byte(answer.GetSchema()), &schema); err != nil {
		tr.t.Fatal(err)
	}
	kinds := map[string]bool{}
	for _, o := range program() {
		kinds[o.token("")] = true
		if function := o.token("get"); schema.Functions[function] == nil {
			tr.t.Errorf("there is no function %s", function)
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(kinds)), slices.Sorted(maps.Keys(schema.Resources))); diff != "" {
		tr.t.Errorf("the kinds (-want +got):\n%s", diff)
	}
	before, _ := tr.requests()
	tr.add("schema", before, fmt.Sprintf("%d kinds", len(kinds)))
}

// updates edits a text, a key, a map and a nested attribute, and returns the edited program.
func (tr *transcript) updates(s *stack, all []object) []object {
	tr.t.Helper()
	groups := program()[3].inputs["groups"].([]any)
	groups[0].(properties)["match"] = "any"
	for _, edit := range []struct {
		name, changed string
		inputs        properties
	}{
		{"vip", "name", properties{"name": "Very important customers"}},
		{"staff", "referenceId", properties{"referenceId": "team"}},
		{"coupon", "title", properties{"title": properties{"en": "10% off", "fr": "10 % offerts"}}},
		{"gold", "groups", properties{"groups": groups}},
	} {
		all = with(all, edit.name, edit.inputs)
		tr.walk("an edit of "+edit.name, s, all, each(all, "same", map[string]string{edit.name: "update " + edit.changed}))
	}
	tr.walk("the edited program", s, all, each(all, "same", nil))
	return all
}

// size is a program of one property. Changing its type needs a new one.
func size() []object {
	return []object{{"size", "userProperty", properties{"name": "Size", "type": "text", "referenceId": "size"}}}
}

// replacement replaces an object. To the provider, its preview looks like that of a second object
// with the same key: Terraform leaves a mark for the second plan of a replacement, and Pulumi does
// not.
func (tr *transcript) replacement() {
	tr.t.Helper()
	s := newStack(tr.service, tr.TestKey, nil)
	tr.walk("a property", s, size(), each(size(), "create", nil))
	number := with(size(), "size", properties{"type": "number"})
	preview := func() (map[string]string, error) { return s.preview(number) }
	up := func() (map[string]string, error) { return s.up(number) }
	tr.refused("preview of another type", preview, "Two resources have")
	tr.step("up of another type, without a preview", up, each(number, "replace for type", nil))
	tr.walk("the same type", s, number, each(number, "same", nil))
	tr.walk("no property", s, nil, each(number, "delete", nil))
}

// imports imports the objects of a stack into others, which then have nothing to change.
func (tr *transcript) imports(s *stack, all []object) {
	tr.t.Helper()
	keys, ids := map[string]string{}, map[string]string{}
	for _, o := range all {
		ids[o.name] = s.find(o.name).id
		for _, attribute := range []string{"internalName", "referenceId"} {
			if key, ok := o.inputs[attribute].(string); ok {
				keys[o.name] = key
			}
		}
	}
	for _, by := range []struct {
		what  string
		names map[string]string
	}{{"key", keys}, {"id", ids}} {
		adopted := newStack(tr.service, tr.TestKey, nil)
		tr.step("import by "+by.what, func() (map[string]string, error) { return adopted.adopt(all, by.names) },
			each(all, "import", nil))
		tr.walk("the program", adopted, all, each(all, "same", nil))
	}
}

// guards tries what the provider refuses, with a stack of the test merchant.
func (tr *transcript) guards(test *stack, all []object) {
	tr.t.Helper()
	list := object{"twin", "list", properties{"name": "VIP again", "referenceId": "vip"}}
	twin := []object{list}
	second := newStack(tr.service, tr.TestKey, nil)
	preview := func() (map[string]string, error) { return second.preview(twin) }
	up := func() (map[string]string, error) { return second.up(twin) }
	tr.refused("G7: preview of a key that exists", preview, `reference id "vip" already exists`)
	tr.refused("G7: up of a key that exists", up, `reference id "vip" already exists`)

	before, _ := tr.requests()
	undeclared := newStack(tr.service, tr.LiveKey, nil)
	up = func() (map[string]string, error) { return undeclared.up(all) }
	tr.refused("G1: a live key without mode", up, `mode = "live"`)
	tr.refused("G1: going on after that error", func() (map[string]string, error) {
		bridge, stop, _ := undeclared.session()
		defer stop()
		return undeclared.carryOut(bridge, all, false)
	}, "The provider is not configured")
	if after, _ := tr.requests(); after != before {
		tr.t.Errorf("a live key without mode sends %d requests", after-before)
	}

	wrong := newStack(tr.service, tr.LiveKey, properties{"mode": "live"})
	wrong.held = slices.Clone(test.held)
	up = func() (map[string]string, error) { return wrong.up(all) }
	destroy := func() (map[string]string, error) { return wrong.up(nil) }
	tr.refused("G3: refresh with the other key", wrong.refresh, "Wrong merchant")
	tr.refused("G3: up with the other key", up, "Wrong merchant")
	tr.refused("G3: a deletion with the other key", destroy, "Wrong merchant")

	live := newStack(tr.service, tr.LiveKey, properties{"mode": "live"})
	both := append([]object{list}, size()...)
	tr.walk("a list and a property in live", live, both, each(both, "create", nil))
	tr.refused("G4: a deletion in live", func() (map[string]string, error) { return live.up(nil) },
		`allow_live_delete = ["user_property:size"]`)
	tr.refused("G5: a replacement in live", func() (map[string]string, error) {
		return live.up(with(both, "size", properties{"type": "number"}))
	}, `allow_live_delete = ["user_property:size"]`)
	if n := len(tr.objects("live")); n != len(both) {
		tr.t.Errorf("live holds %d objects, want %d", n, len(both))
	}
	// Pulumi gives the name of a list a plural, and passes lists of the configuration as JSON.
	live.config["allowLiveDeletes"] = `["list:vip", "user_property:size"]`
	tr.walk("deletions in live that are named", live, nil, each(both, "delete", nil))
	if left := tr.objects("live"); len(left) > 0 {
		tr.t.Errorf("%d objects are left in live: %v", len(left), left)
	}
}
