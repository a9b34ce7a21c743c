package provider_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// These tests and those of kinds_changes_test.go take only the catalog. They test a new kind
// without a new line here, and a failure says what the kind lacks.

// eachKind runs a test for every kind, with the name of its resource.
func eachKind(t *testing.T, run func(t *testing.T, k provider.Kind, typeName string)) {
	t.Helper()
	for _, k := range provider.Catalog() {
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			typeName := "cohort_" + k.Name
			if keyed[typeName] == "" {
				t.Fatalf("keyed has no %s: add its minimal arguments with a key", typeName)
			}
			run(t, k, typeName)
		})
	}
}

// exchanges returns the requests since mark, with their answers.
func (w *world) exchanges() []sandbox.Exchange { return w.History()[w.since:] }

func isWrite(e sandbox.Exchange) bool { return e.Method != http.MethodGet }

// writes returns the requests since mark that may have changed something.
func (w *world) writes() []string {
	var all []string
	for _, e := range w.exchanges() {
		if isWrite(e) {
			all = append(all, strings.TrimSpace(e.Method+" "+e.Path+" "+e.Request))
		}
	}
	return all
}

// exists reports whether one of the merchants holds an object.
func (w *world) exists(id string) bool {
	held := append(w.Objects("test", ""), w.Objects("live", "")...)
	return slices.ContainsFunc(held, func(object map[string]any) bool { return object["id"] == id })
}

// TestKinds_tables checks that the tests with a table of kinds cover all kinds.
func TestKinds_tables(t *testing.T) {
	t.Parallel()
	served := newPlugin(t).schema
	for _, k := range provider.Catalog() {
		typeName := "cohort_" + k.Name
		resource := served.ResourceSchemas[typeName]
		if resource == nil {
			t.Errorf("%s is not a resource: give its kind in the catalog a resource of this name", typeName)
			continue
		}
		at := slices.IndexFunc(resource.Block.Attributes, func(a *tfprotov6.SchemaAttribute) bool { return a.Name == k.Key })
		if at < 0 {
			t.Errorf("%s has no attribute %s, its key in the catalog", typeName, k.Key)
			continue
		}
		key := resource.Block.Attributes[at]
		isQueried := func(q queried) bool { return q.typeName == typeName }
		for _, c := range []struct {
			ok   bool
			lack string
		}{
			{served.DataSourceSchemas[typeName] != nil, "is no data source: give its kind in the catalog one of this name"},
			{served.ListResourceSchemas[typeName] != nil, "is no query: give its kind in the catalog one of this name"},
			{
				len(complete[typeName]) > 0,
				"is not in complete, in unknown_test.go: add configurations that together set every attribute",
			},
			{keyed[typeName] != "", "is not in keyed, in keys_test.go: add the least arguments of one that has a key"},
			{
				(keyless[typeName] != "") == (key.Optional && !key.Computed),
				"has to be in keyless when its key may be left out, and only then: add or remove its least arguments",
			},
			{
				dataSources[typeName].resource != "",
				"is not in dataSources, in data_sources_test.go: add one object and what its data source shows",
			},
			{
				slices.ContainsFunc(allQueried, isQueried),
				"is not in allQueried, in query_test.go: add three objects to queryWorld and what a query shows of them",
			},
		} {
			if !c.ok {
				t.Errorf("%s %s", typeName, c.lack)
			}
		}
	}
}

// TestKinds_found checks that another run finds an object in the inventory, by key and by id with
// its data source, and in a query.
func TestKinds_found(t *testing.T) {
	t.Parallel()
	eachKind(t, func(t *testing.T, k provider.Kind, typeName string) {
		_, configured := merchant(t, "test")
		p := configured()
		state, _ := p.made(typeName, p.of(typeName, "vip"))
		id := state.GetAttr("id").AsString()
		p = configured()

		inventory, all := p.find("cohort_inventory", fmt.Sprintf("kinds = [%q]", k.Name))
		if len(all) > 0 {
			t.Fatal(all)
		}
		ids := inventory.AsValueMap()[strings.ReplaceAll(k.Plural, " ", "_")]
		if ids == cty.NilVal || ids.IsNull() || !ids.AsValueMap()["vip"].RawEquals(cty.StringVal(id)) {
			t.Errorf("cohort_inventory does not show the %s \"vip\": have all of its kind walk the objects", k.Noun)
		}

		for _, argument := range []string{fmt.Sprintf("%s = %q", k.Key, "vip"), fmt.Sprintf("id = %q", id)} {
			found, all := p.find(typeName, argument)
			if len(all) > 0 {
				t.Errorf("the data source %s does not find %s: %v", typeName, argument, all)
				continue
			}
			for name, value := range found.AsValueMap() {
				if !state.Type().HasAttribute(name) {
					continue
				}
				// A data source lacks what is write-only.
				if same, err := convert.Convert(state.GetAttr(name), value.Type()); err != nil || !same.RawEquals(value) {
					t.Errorf("the data source %s by %s has another %s than the resource: %#v", typeName, argument, name, value)
				}
			}
		}

		results, all := (&protocolClient{p.server, p.schema}).query(t, &tfprotov6.ListResourceRequest{
			TypeName: typeName, IncludeResource: true, Limit: 100,
		})
		at := slices.IndexFunc(results, func(r shown) bool { return r.identity["id"] == id })
		if len(all) > 0 || at < 0 {
			t.Fatalf("a query of %s does not show it: %v", typeName, all)
		}
		if results[at].name != "vip" || results[at].resource[k.Key] != "vip" || results[at].identity["mode"] != "test" {
			t.Errorf("a query of %s shows %v, want the %s \"vip\" of the test merchant", typeName, results[at], k.Noun)
		}
	})
}

// TestKinds_refreshFromLists checks that a refresh reads many objects from a page of their listing
// and none by id. Its cost does not grow with the number of objects.
func TestKinds_refreshFromLists(t *testing.T) {
	t.Parallel()
	eachKind(t, func(t *testing.T, k provider.Kind, typeName string) {
		w, configured := merchant(t, "test")
		p := configured()
		var states []cty.Value
		for _, key := range []string{"one", "two", "three", "four", "five"} {
			state, _ := p.made(typeName, p.of(typeName, key))
			states = append(states, state)
		}
		p = configured()
		w.mark()
		for _, state := range states {
			now, _, all := p.readState(typeName, state, nil)
			if len(all) > 0 || !now.RawEquals(state) {
				t.Errorf("a refresh of %s changes it, said %v: %v", typeName, all, differences(state, now))
			}
		}
		requests := w.requests()
		isOne := func(request string) bool { return objectPath.MatchString(strings.TrimPrefix(request, "GET ")) }
		if len(requests) != 1 || isOne(requests[0]) {
			t.Errorf("a refresh of 5 %s sent %q, want one page of their listing: in Read, use the read from listings",
				k.Plural, requests)
		}
	})
}

// destroyed destroys an object as Terraform does.
func (p *guarded) destroyed(typeName string, state cty.Value, private []byte) {
	p.t.Helper()
	none := cty.NullVal(state.Type())
	planned, all := p.planWith(typeName, state, none, private)
	if len(all) > 0 {
		p.t.Fatalf("the plan to destroy a %s: %v", typeName, all)
	}
	if left, _, all := p.carryOut(typeName, state, none, planned); len(all) > 0 || !left.IsNull() {
		p.t.Fatalf("destroying a %s: %v", typeName, all)
	}
}

// TestKinds_keyIsFreeAgain checks that the key of a destroyed object is free in the same process.
// The object is either one that the process created, or one of the state that makes room for
// another.
func TestKinds_keyIsFreeAgain(t *testing.T) {
	t.Parallel()
	const lack = "the key of a destroyed %s is not free again in the same process: end its Delete with finishDelete: %v"
	eachKind(t, func(t *testing.T, k provider.Kind, typeName string) {
		_, configured := merchant(t, "test")
		p := configured().briefly()
		state, private := p.made(typeName, p.of(typeName, "vip"))
		p.destroyed(typeName, state, private)
		config, none := p.of(typeName, "vip"), cty.NullVal(state.Type())
		planned, all := p.plan(typeName, none, config)
		if len(all) > 0 {
			t.Fatalf(lack, k.Noun, all)
		}
		state, private, all = p.carryOut(typeName, none, config, planned)
		if len(all) > 0 {
			t.Fatalf(lack, k.Noun, all)
		}

		// In one apply, both are planned before either is applied.
		p = configured().briefly()
		p.show(typeName, state)
		state, private, _ = p.readState(typeName, state, private)
		goes, all := p.planWith(typeName, state, none, private)
		if len(all) > 0 {
			t.Fatal(all)
		}
		comes, all := p.plan(typeName, none, config)
		if len(errorsOf(all)) > 0 {
			t.Fatal(all)
		}
		if _, _, all = p.carryOut(typeName, state, none, goes); len(all) > 0 {
			t.Fatal(all)
		}
		made, private, all := p.carryOut(typeName, none, config, comes)
		if len(all) > 0 {
			t.Fatalf(lack, k.Noun, all)
		}
		p.destroyed(typeName, made, private)
	})
}

// allowedBy matches the line that a refusal asks to add to the provider block.
var allowedBy = regexp.MustCompile(`(?m)^ *(allow_live_delete = .*)$`)

// TestKinds_liveDeletion checks that an object of the live merchant is deleted only if
// allow_live_delete names it, in the plan and again in the apply of a saved plan. The line that the
// refusal asks for must allow it.
func TestKinds_liveDeletion(t *testing.T) {
	t.Parallel()
	eachKind(t, func(t *testing.T, k provider.Kind, typeName string) {
		w, configured := merchant(t, "live")
		p := configured()
		state, private := p.made(typeName, p.of(typeName, "vip"))
		id, none := state.GetAttr("id").AsString(), cty.NullVal(state.Type())
		want := fmt.Sprintf("This would delete %s %q in the LIVE merchant", k.Noun, "vip")

		p = configured()
		p.show(typeName, state)
		w.mark()
		_, all := p.planWith(typeName, state, none, private)
		if len(all) != 1 || all[0].summary != want {
			t.Fatalf("the plan to delete a live %s says %v, want: %s: call guardPlan in ModifyPlan", k.Noun, all, want)
		}
		line := allowedBy.FindStringSubmatch(all[0].detail)
		if line == nil || !strings.Contains(line[1], fmt.Sprintf("%q", k.Name+":vip")) {
			t.Fatalf("the refusal does not say how to allow it: %s", all[0].detail)
		}

		allowed := newPlugin(t)
		block := fmt.Sprintf("mode = \"live\"\napi_key = %q\napi_url = %q\n%s", w.LiveKey(), w.URL(), line[1])
		if all := allowed.configure(block); len(all) > 0 {
			t.Fatalf("the provider refuses %s: %v", line[1], all)
		}
		allowed.show(typeName, state)
		planned, all := allowed.planWith(typeName, state, none, private)
		if len(all) > 0 {
			t.Fatalf("with %s the plan to delete a live %s says %v", line[1], k.Noun, all)
		}

		p = configured()
		p.show(typeName, state)
		_, _, all = p.carryOut(typeName, state, none, planned)
		if len(all) != 1 || all[0].summary != want {
			t.Errorf("a saved plan deletes a live %s and says %v, want: %s: "+
				"call the guard of deletions in Delete, before anything is sent", k.Noun, all, want)
		}
		if sent := w.writes(); len(sent) > 0 || !w.exists(id) {
			t.Fatalf("a live %s was deleted after a refusal: %q", k.Noun, sent)
		}
		left, _, all := allowed.carryOut(typeName, state, none, planned)
		if len(all) > 0 || !left.IsNull() || w.exists(id) {
			t.Errorf("with %s a live %s is not deleted: %v", line[1], k.Noun, all)
		}
	})
}

// TestKinds_importShowsAll checks that an import by id shows everything that the object was created
// with, except on_destroy. The service does not store on_destroy.
func TestKinds_importShowsAll(t *testing.T) {
	t.Parallel()
	eachComplete(t, func(t *testing.T, s *subject) {
		s.make(s.config)
		want, err := cty.Transform(s.config, func(at cty.Path, value cty.Value) (cty.Value, error) {
			if value.IsNull() || ctyPathText(at) == "on_destroy" {
				return cty.UnknownVal(value.Type()), nil
			}
			return value, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		found, _ := s.anew().adopt(s.typeName, s.id())
		for _, leaf := range differences(want, found.state) {
			t.Errorf("after the import of a %s, %s: take it from the service in read", s.kind.Noun, leaf)
		}
	})
}
