package planreview_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

func TestMain(m *testing.M) { os.Exit(terraformtest.Main(m)) }

type object = map[string]any

// written is a plan in JSON with these changes.
func written(t *testing.T, changes ...object) []byte {
	t.Helper()
	return encoded(t, object{
		"format_version": "1.2", "terraform_version": "1.11.4", "complete": true, "errored": false,
		"resource_changes": changes,
	})
}

func encoded(t *testing.T, value any) []byte {
	t.Helper()
	content, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// change is a change of a resource in JSON.
func change(kind, address string, actions []string, before, after any) object {
	return object{
		"address": address, "mode": "managed", "type": "cohort_" + kind,
		"change": object{"actions": actions, "before": before, "after": after},
	}
}

var (
	creates  = []string{"create"}
	updates  = []string{"update"}
	deletes  = []string{"delete"}
	replaces = []string{"delete", "create"}
	keeps    = []string{"no-op"}
	forgets  = []string{"forget"}
)

func read(t *testing.T, content []byte) *planreview.Plan {
	t.Helper()
	plan, err := planreview.Read(t.Context(), content)
	if err != nil {
		t.Fatalf("%v\n%s", err, content)
	}
	return plan
}

func fingerprint(t *testing.T, content []byte) string {
	t.Helper()
	made, err := planreview.Fingerprint(covered(t, content))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// covered reads a plan whose fingerprint covers a configuration.
func covered(t *testing.T, content []byte) *planreview.Plan {
	t.Helper()
	plan := read(t, content)
	if err := plan.Cover(filepath.Join("testdata", "configuration")); err != nil {
		t.Fatal(err)
	}
	return plan
}

func reviewed(t *testing.T, content []byte) *planreview.Review {
	t.Helper()
	review, err := planreview.NewReview(covered(t, content))
	if err != nil {
		t.Fatal(err)
	}
	return review
}

// filled is an object with a value in every argument. visit is called with each leaf.
func filled(arguments []provider.Argument, at string, visit func(leaf)) object {
	values := object{}
	for _, argument := range arguments {
		path := at + argument.Name
		set := func(value any) { values[argument.Name] = value }
		first, other := any("one"), any("two")
		switch kind := argument.Type; {
		case argument.JSON:
			first, other = `{"one":1}`, `{"one":2}`
		case kind.IsObjectType():
			first, other = filled(argument.Nested, path+".", visit), nil
		case kind.IsListType() && kind.ElementType().IsObjectType():
			first, other = []any{filled(argument.Nested, path+"[].", visit)}, []any{}
		case kind.IsMapType():
			first, other = object{"en": "one"}, object{"en": "two"}
		case kind == cty.Number:
			first, other = json.Number("1"), json.Number("2")
		case kind == cty.Bool:
			first, other = false, true
		}
		values[argument.Name] = first
		visit(leaf{path, set, other})
	}
	return values
}

// leaf is an argument of an object, at any depth. other is another value, or nil for a nested
// object.
type leaf struct {
	path  string
	set   func(value any)
	other any
}

// whole returns an object of a kind with a value in every argument, and its leaves.
func whole(t *testing.T, k portable.Kind) (values object, leaves []leaf) {
	t.Helper()
	arguments, err := k.Arguments(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	values = filled(arguments, "", func(l leaf) { leaves = append(leaves, l) })
	values["id"], values["mode"] = "4e5f", "live"
	if len(k.Lifecycle) > 0 {
		values["status"] = k.Lifecycle[0]
	}
	return values, leaves
}

// TestFingerprint_everyArgument changes every argument of every kind in turn, in an update, a
// creation and a deletion, and takes it away. No two of these plans have the same effects.
func TestFingerprint_everyArgument(t *testing.T) {
	t.Parallel()
	tried, made := 0, map[string]string{}
	add := func(what string, content []byte) {
		t.Helper()
		tried++
		one, err := planreview.EffectsOf(covered(t, content))
		if err != nil {
			t.Fatal(err)
		}
		if same, there := made[one]; there {
			t.Errorf("%s has the same effects as %s", what, same)
		}
		made[one] = what
	}
	add("nothing", written(t))
	for _, k := range portable.Kinds() {
		before, leaves := whole(t, k)
		effect := func(what string, actions []string, before, after any) {
			t.Helper()
			add(k.Name+" "+what, written(t, change(k.Name, "cohort_"+k.Name+".one", actions, before, after)))
		}
		effect("created", creates, nil, before)
		effect("deleted", deletes, before, nil)
		effect("replaced", replaces, before, before)
		effect("let go", forgets, before, nil)
		adopted := change(k.Name, "cohort_"+k.Name+".one", keeps, before, before)
		adopted["change"].(object)["importing"] = object{"id": "4e5f"}
		add(k.Name+" adopted", written(t, adopted))
		if len(k.Lifecycle) > 0 {
			next := maps.Clone(before)
			next["status"] = k.Lifecycle[1]
			effect("published", updates, before, next)
		}
		for i, of := range leaves {
			values := []any{nil, of.other}
			if of.other == true || of.other == nil {
				values = values[1:] // Without a value, it is true.
			}
			for _, value := range values {
				after, same := whole(t, k)
				same[i].set(value)
				what := fmt.Sprintf("%s = %v", of.path, value)
				effect(what+", changed", updates, before, after)
				effect(what+", changed back", updates, after, before)
				effect(what+", created", creates, nil, after)
				effect(what+", deleted", deletes, after, nil)
			}
		}
	}
	t.Logf("%d effects, all different", tried)
}
