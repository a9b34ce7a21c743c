package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// queried is a kind as queries see it in the world of queryWorld.
type queried struct {
	typeName, route string
	// names are the names of all objects, in order.
	names []string
	// part is a property that has nothing to do with names and filters.
	part string
	// filter is an argument, and chosen are the objects that match its value.
	filter, value string
	chosen        []string
	// first is the resource of the first object, without null values and without ids of the service.
	first map[string]any
}

var allQueried = []queried{
	{
		typeName: "cohort_user_property", route: "/v1/user-properties", names: []string{"loyalty_tier", "points", "shoe"},
		part:   "type",
		filter: "type", value: "text", chosen: []string{"loyalty_tier", "shoe"},
		first: map[string]any{"mode": "test", "name": "Loyalty tier", "type": "text", "reference_id": "loyalty_tier"},
	},
	{
		typeName: "cohort_list", route: "/v1/cohorts", names: []string{"vip", "Testers", "staff"},
		part:  "conditions",
		first: map[string]any{"mode": "test", "name": "VIP customers", "reference_id": "vip"},
	},
	{
		typeName: "cohort_segment", route: "/v1/cohorts", names: []string{"gold", "Newcomers", "lapsed"},
		part: "conditions",
		first: map[string]any{
			"mode": "test", "name": "Gold", "reference_id": "gold", "match": "any",
			"groups": []any{map[string]any{"match": "all", "conditions": []any{
				map[string]any{"user_property": map[string]any{"property": "loyalty_tier", "operator": "equals", "value": "gold"}},
			}}},
		},
	},
	{
		typeName: "cohort_perk", route: "/v1/perks", names: []string{"welcome", "gift", "old"},
		part:   "title",
		filter: "status", value: "archived", chosen: []string{"old"},
		first: map[string]any{
			"mode":             "test",
			"internal_name":    "welcome",
			"title":            map[string]any{"en": "10% off", "fr": "10 % offerts"},
			"expires_at":       "2037-01-01T00:00:00Z",
			"shopify_discount": map[string]any{"name": "W", "type": "percentage", "value": 12.5},
			"status":           "live",
			"desired_status":   "live",
			"on_destroy":       "archive",
		},
	},
	{
		typeName: "cohort_digital_asset", route: "/v1/digital-assets", names: []string{"card", "film", "pin"},
		part:   "title",
		filter: "status", value: "draft", chosen: []string{"film", "pin"},
		first: map[string]any{
			"mode":           "test",
			"internal_name":  "card",
			"title":          map[string]any{"en": "Founder card"},
			"image_url":      "https://cdn.example.com/card.png",
			"max_supply":     500.0,
			"status":         "published",
			"desired_status": "published",
		},
	},
	{
		typeName: "cohort_badge", route: "/v1/badges", names: []string{"gold-badge", "vip-badge", "staff-badge"},
		part:   "title",
		filter: "status", value: "published", chosen: []string{"gold-badge"},
		first: map[string]any{
			"mode":           "test",
			"internal_name":  "gold-badge",
			"title":          map[string]any{"en": "Gold"},
			"image_url":      "https://cdn.example.com/gold.svg",
			"visibility":     "everyone",
			"status":         "published",
			"desired_status": "published",
		},
	},
	{
		typeName: "cohort_campaign", route: "/v1/campaigns", names: []string{"thanks", "shop", "hunt"},
		part:   "rewards",
		filter: "status", value: "ended", chosen: []string{"thanks"},
		first: map[string]any{
			"mode":           "test",
			"internal_name":  "thanks",
			"airdrop":        map[string]any{},
			"status":         "ended",
			"desired_status": "ended",
			"on_destroy":     "archive",
		},
	},
}

// queryWorld starts a world with three objects of each kind.
func queryWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, sandbox.Options{})
	made := func(path, body string, verbs ...string) string {
		id := w.post(t, path, body)
		for _, verb := range verbs {
			w.post(t, path+"/"+id+"/"+verb, "")
		}
		return id
	}
	made("/v1/user-properties", `{"name":"Loyalty tier","type":"text","referenceId":"loyalty_tier"}`)
	made("/v1/user-properties", `{"name":"Points","type":"number","referenceId":"points"}`)
	made("/v1/user-properties", `{"name":"Shoe","type":"text","referenceId":"shoe"}`)
	vip := made("/v1/cohorts", `{"type":"list","name":"VIP customers","referenceId":"vip"}`)
	gold := made("/v1/cohorts",
		`{"type":"segment","name":"Gold","referenceId":"gold","conditions":{"operator":"or","groups":[{"operator":"and",`+
			`"conditions":[
		{"type":"user-property","typeConfig":{"property":"loyalty_tier","operator":"equals","value":"gold"}}]}]}}`)
	made("/v1/cohorts", `{"type":"list","name":"Testers"}`)
	made("/v1/cohorts", `{"type":"segment","name":"Newcomers"}`)
	staff := made("/v1/cohorts", `{"type":"list","name":"Staff","referenceId":"staff"}`)
	made("/v1/cohorts", `{"type":"segment","name":"Lapsed","referenceId":"lapsed"}`)
	perk := made("/v1/perks",
		`{"internalName":"welcome","title":{"en":"10% off","fr":"10 % offerts"},"expiresAt":"2037-01-01T00:00:00.000Z",
		"type":"shopify-discount","typeConfig":{"discountName":"W","discountType":"percentage","value":12.5}}`, "publish")
	made("/v1/perks", `{"internalName":"gift","type":"gift-card","typeConfig":{"amount":5}}`)
	made("/v1/perks", `{"internalName":"old","title":{"en":"Old"},"type":"code","typeConfig":{"code":"CANARY"}}`,
		"publish", "archive")
	made("/v1/digital-assets",
		`{"internalName":"card","title":{"en":"Founder card"},"imageUrl":"https://cdn.example.com/card.png","maxSupply":500}`,
		"publish")
	made("/v1/digital-assets", `{"internalName":"film","videoUrl":"https://cdn.example.com/a.mp4"}`)
	made("/v1/digital-assets", `{"internalName":"pin"}`)
	made("/v1/badges",
		`{"internalName":"gold-badge","cohortId":"`+gold+`","title":{"en":"Gold"},`+
			`"imageUrl":"https://cdn.example.com/gold.svg"}`, "publish")
	made("/v1/badges", `{"internalName":"vip-badge","cohortId":"`+vip+`","visibility":"owners"}`)
	made("/v1/badges", `{"internalName":"staff-badge","cohortId":"`+staff+`","lockedDescription":{"en":"Join us."}}`)
	made("/v1/campaigns", `{"internalName":"thanks","type":"airdrop","rewards":[{"type":"perk","rewardId":"`+perk+`"}]}`,
		"publish", "end")
	made("/v1/campaigns",
		`{"internalName":"shop","type":"store","cohortId":"`+vip+`","typeConfig":{"name":{"en":"Shop"}}}`)
	made("/v1/campaigns",
		`{"internalName":"hunt","type":"challenge","endAt":"2037-08-31T22:00:00.000Z","typeConfig":{"name":{"en":"Hunt"},`+
			`"optInCta":{"en":"Join"},
		"description":{"en":"<p>Hunt.</p>"},"imageUrl":"https://cdn.example.com/hunt.jpg","steps":[{"userAction":"visit",`+
			`"title":{"en":"Visit"},"triggers":[{"type":"visit","typeConfig":{"page":"/shop","times":2}}]}]},
		"rewards":[{"type":"perk","rewardId":"`+perk+`","quantity":5}],"distribution":{"type":"instant-draw",`+
			`"typeConfig":{"maxBoxes":10}}}`, "publish")
	w.mark()
	return w
}

// leaveOut makes the rows of all listings leave out a property.
func (w *world) leaveOut(t *testing.T, route, property string) {
	t.Helper()
	w.fault(t, sandbox.Fault{Method: http.MethodGet, Route: route, Count: -1, Drop: []string{"data[]." + property}})()
}

// shown is an object as a query shows it.
type shown struct {
	name               string
	identity, resource map[string]any
}

// names returns the display names of the results.
func names(results []shown) []string {
	var all []string
	for _, r := range results {
		all = append(all, r.name)
	}
	return all
}

// query runs a query, and returns its results and diagnostics. It fails if anything follows an
// error.
func (p *protocolClient) query(t *testing.T, request *tfprotov6.ListResourceRequest) ([]shown, []said) {
	t.Helper()
	server, ok := p.ProviderServer.(tfprotov6.ListResourceServer)
	if !ok {
		t.Fatal("the server has no queries")
	}
	if request.Config == nil {
		request.Config = asDynamic(t, map[string]any{})
	}
	stream, err := server.ListResource(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	var results []shown
	var all []said
	for result := range stream.Results {
		if len(errorsOf(all)) > 0 {
			t.Error("the results go on after an error")
		}
		all = append(all, saidBy(result.Diagnostics)...)
		if result.Identity == nil {
			continue
		}
		one := shown{name: result.DisplayName, identity: plainIdentity(t, result.Identity.IdentityData)}
		if result.Resource != nil {
			one.resource = p.plain(t, request.TypeName, result.Resource)
		}
		results = append(results, one)
	}
	return results, all
}

// requests returns the paths of the requests since mark.
func (w *world) requests() []string {
	var paths []string
	for _, e := range w.History()[w.since:] {
		path, _, _ := strings.Cut(e.Path, "?")
		paths = append(paths, e.Method+" "+path)
	}
	return paths
}

// TestQuery_results checks for every kind that a query shows what the merchant has, in its order,
// with one request for each page. The names and identities must be fit for an import.
func TestQuery_results(t *testing.T) {
	t.Parallel()
	for _, k := range allQueried {
		t.Run(k.typeName, func(t *testing.T) {
			t.Parallel()
			w := queryWorld(t)
			p := w.protocol(t)
			results, all := p.query(t, &tfprotov6.ListResourceRequest{TypeName: k.typeName, Limit: 100})
			if len(all) > 0 {
				t.Error(all)
			}
			if diff := cmp.Diff(k.names, names(results)); diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"GET " + k.route}, w.requests()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			for _, r := range results {
				if r.resource != nil {
					t.Errorf("%s has a resource, but none was requested", r.name)
				}
				state, identity, diags := p.importByIdentity(t, k.typeName, r.identity)
				noErrors(t, diags)
				if diff := cmp.Diff(r.identity, identity); diff != "" {
					t.Errorf("identity of %s after an import (-query +import):\n%s", r.name, diff)
				}
				if state["id"] != r.identity["id"] || r.identity["mode"] != "test" {
					t.Errorf("%s is %v in the query and %v in the state", r.name, r.identity, state["id"])
				}
			}
		})
	}
}

// TestQuery_resources checks for every kind that a query returns the same resource as an import and
// its read, from the page that has every property of the objects.
func TestQuery_resources(t *testing.T) {
	t.Parallel()
	for _, k := range allQueried {
		t.Run(k.typeName, func(t *testing.T) {
			t.Parallel()
			w := queryWorld(t)
			p := w.protocol(t)
			results, all := p.query(t, &tfprotov6.ListResourceRequest{TypeName: k.typeName, IncludeResource: true, Limit: 100})
			if len(all) > 0 || len(results) != 3 {
				t.Fatalf("%d results, and %v", len(results), all)
			}
			if diff := cmp.Diff([]string{"GET " + k.route}, w.requests()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			for _, r := range results {
				state, _, diags := p.importByIdentity(t, k.typeName, r.identity)
				noErrors(t, diags)
				if _, isCode := state["code"]; isCode {
					state["code"] = map[string]any{} // See TestQuery_code.
				}
				if diff := cmp.Diff(state, r.resource); diff != "" {
					t.Errorf("%s (-import +query):\n%s", r.name, diff)
				}
			}
			first := maps.Clone(results[0].resource)
			for name := range first {
				if name == "id" || name == "audience_id" || name == "rewards" || name == "distribution" {
					delete(first, name)
				}
			}
			if diff := cmp.Diff(k.first, first); diff != "" {
				t.Errorf("%s (-want +got):\n%s", results[0].name, diff)
			}
		})
	}
}

// TestQuery_byID checks that a query with resources reads each object by its id if the user has
// chosen that strategy, and shows the same.
func TestQuery_byID(t *testing.T) {
	for _, k := range allQueried {
		t.Run(k.typeName, func(t *testing.T) {
			w := queryWorld(t)
			request := &tfprotov6.ListResourceRequest{TypeName: k.typeName, IncludeResource: true, Limit: 100}
			want, _ := w.protocol(t).query(t, request)
			t.Setenv("COHORT_READ_STRATEGY", "get")
			p := w.protocol(t)
			w.mark()
			got, all := p.query(t, request)
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(shown{})); diff != "" || len(all) > 0 {
				t.Errorf("(-rows +objects):\n%s%v", diff, all)
			}
			requests := []string{"GET " + k.route}
			for _, r := range got {
				requests = append(requests, fmt.Sprintf("GET %s/%s", k.route, r.identity["id"]))
			}
			if diff := cmp.Diff(requests, w.requests()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// TestQuery_code checks that a query does not show the value of a code: Terraform prints the
// resources of a query without masking.
func TestQuery_code(t *testing.T) {
	t.Parallel()
	w := queryWorld(t)
	p := w.protocol(t)
	results, all := p.query(t, &tfprotov6.ListResourceRequest{TypeName: "cohort_perk", IncludeResource: true, Limit: 100})
	if len(all) > 0 || len(results) != 3 {
		t.Fatalf("%d results, and %v", len(results), all)
	}
	if diff := cmp.Diff(map[string]any{}, results[2].resource["code"]); diff != "" {
		t.Errorf("code (-want +got):\n%s", diff)
	}
}

// TestQuery_filter checks that a filter leaves exactly the matching objects, with and without
// resources, and that it accepts only known values.
func TestQuery_filter(t *testing.T) {
	t.Parallel()
	w := queryWorld(t)
	p := w.protocol(t)
	for _, k := range allQueried {
		if k.filter == "" {
			continue
		}
		t.Run(k.typeName, func(t *testing.T) {
			t.Parallel()
			for _, include := range []bool{false, true} {
				results, all := p.query(t, &tfprotov6.ListResourceRequest{
					TypeName:        k.typeName,
					Config:          asDynamic(t, map[string]any{k.filter: k.value}),
					IncludeResource: include,
					Limit:           100,
				})
				if len(all) > 0 {
					t.Error(all)
				}
				if diff := cmp.Diff(k.chosen, names(results)); diff != "" {
					t.Errorf("names with resources %t (-want +got):\n%s", include, diff)
				}
			}
			if got := p.validateQuery(t, k.typeName, map[string]any{k.filter: k.value}); len(got) > 0 {
				t.Error(got)
			}
			got := p.validateQuery(t, k.typeName, map[string]any{k.filter: "nonsense"})
			if len(got) != 1 || got[0].path != k.filter || got[0].summary != "Invalid Attribute Value Match" {
				t.Errorf("a filter that finds nothing is not refused: %v", got)
			}
		})
	}
}

func (p *protocolClient) validateQuery(t *testing.T, typeName string, config map[string]any) []said {
	t.Helper()
	server, ok := p.ProviderServer.(tfprotov6.ListResourceServer)
	if !ok {
		t.Fatal("the server has no queries")
	}
	answer, err := server.ValidateListResourceConfig(t.Context(), &tfprotov6.ValidateListResourceConfigRequest{
		TypeName: typeName,
		Config:   asDynamic(t, config),
	})
	if err != nil {
		t.Fatal(err)
	}
	return saidBy(answer.Diagnostics)
}

// TestQuery_noConfig checks that a list block without a config block is a query for everything, in
// every form in which Terraform sends it.
func TestQuery_noConfig(t *testing.T) {
	t.Parallel()
	w := queryWorld(t)
	p := w.protocol(t)
	for _, k := range allQueried {
		results, all := p.query(t, &tfprotov6.ListResourceRequest{
			TypeName: k.typeName,
			Config:   asDynamic(t, nil),
			Limit:    100,
		})
		if len(all) > 0 || !slices.Equal(names(results), k.names) {
			t.Errorf("%s: %q, and %v", k.typeName, names(results), all)
		}
		if all := p.validateQuery(t, k.typeName, nil); len(all) > 0 {
			t.Errorf("%s: %v", k.typeName, all)
		}
	}
}

// TestQuery_limit checks that a query ends at its limit, and requests no page and no object beyond
// it. Without a limit it shows everything.
func TestQuery_limit(t *testing.T) {
	t.Parallel()
	for _, k := range allQueried {
		t.Run(k.typeName, func(t *testing.T) {
			t.Parallel()
			w := queryWorld(t)
			p := w.protocol(t)
			w.fault(t, sandbox.Fault{Method: http.MethodGet, Route: k.route, PageSize: 1, Count: -1})()
			// Each page has one object.
			for limit, want := range map[int64]int{0: 3, 1: 1, 2: 2, 3: 3, 4: 3} {
				for _, include := range []bool{false, true} {
					w.mark()
					results, all := p.query(t, &tfprotov6.ListResourceRequest{
						TypeName:        k.typeName,
						IncludeResource: include,
						Limit:           limit,
					})
					if len(all) > 0 || !slices.Equal(names(results), k.names[:want]) {
						t.Errorf("limit %d: %q, and %v", limit, names(results), all)
					}
					if got := w.requests(); len(got) != want {
						t.Errorf("limit %d with resources %t: %d requests, want %d: %q", limit, include, len(got), want, got)
					}
				}
			}
		})
	}
}

// TestQuery_limitOfChosen checks that a limit counts the results, not the rows that were read.
func TestQuery_limitOfChosen(t *testing.T) {
	t.Parallel()
	w := queryWorld(t)
	results, all := w.protocol(t).query(t, &tfprotov6.ListResourceRequest{
		TypeName: "cohort_digital_asset", Config: asDynamic(t, map[string]any{"status": "draft"}), Limit: 1,
	})
	if len(all) > 0 || !slices.Equal(names(results), []string{"film"}) {
		t.Errorf("%q, and %v", names(results), all)
	}
}

// TestQuery_error checks that an error of a page or of an object comes after the results so far,
// and that nothing follows it.
func TestQuery_error(t *testing.T) {
	t.Parallel()
	for _, k := range allQueried {
		t.Run(k.typeName, func(t *testing.T) {
			t.Parallel()
			w := queryWorld(t)
			p := w.protocol(t)
			w.fault(t, sandbox.Fault{Method: http.MethodGet, Route: k.route, PageSize: 2})()
			w.fault(t, sandbox.Fault{Method: http.MethodGet, Route: k.route, Nth: 2, Status: http.StatusForbidden})()
			results, all := p.query(t, &tfprotov6.ListResourceRequest{TypeName: k.typeName, Limit: 100})
			if !slices.Equal(names(results), k.names[:2]) {
				t.Errorf("before the error: %q", names(results))
			}
			if len(all) != 1 || all[0].warning || all[0].summary != "Could not finish the query of "+k.typeName ||
				!strings.Contains(all[0].detail, "HTTP 403") {
				t.Errorf("the error is %v", all)
			}

			w.ClearFaults()
			w.leaveOut(t, k.route, k.part)
			w.fault(t, sandbox.Fault{Method: http.MethodGet, Route: k.route + "/{id}", Nth: 2, Status: http.StatusForbidden})()
			results, all = p.query(t, &tfprotov6.ListResourceRequest{TypeName: k.typeName, IncludeResource: true, Limit: 100})
			if !slices.Equal(names(results), k.names[:1]) {
				t.Errorf("before the error: %q", names(results))
			}
			noun := strings.ReplaceAll(strings.TrimPrefix(k.typeName, "cohort_"), "_", " ")
			if len(all) != 1 || all[0].warning || all[0].summary != "Could not read "+noun+` "`+k.names[1]+`"` ||
				!strings.Contains(all[0].detail, "HTTP 403") {
				t.Errorf("the error is %v", all)
			}
		})
	}
}

// TestQuery_partialRows checks that incomplete rows of a listing give no wrong resource and hide
// nothing from a filter: the query reads the object instead. Without a filter and without resources
// it reads none, and shows the id as the name.
func TestQuery_partialRows(t *testing.T) {
	t.Parallel()
	for _, k := range allQueried {
		t.Run(k.typeName, func(t *testing.T) {
			t.Parallel()
			w := queryWorld(t)
			p := w.protocol(t)
			request := &tfprotov6.ListResourceRequest{TypeName: k.typeName, IncludeResource: true, Limit: 100}
			whole, _ := p.query(t, request)
			drop := []string{
				"name", "referenceId", "conditions", "internalName", "title", "description", "imageUrl", "status", "type",
				"typeConfig", "rewards", "distribution", "cohortId", "maxSupply",
			}
			for i := range drop {
				drop[i] = "data[]." + drop[i]
			}
			w.fault(t, sandbox.Fault{Method: http.MethodGet, Route: k.route, Count: -1, Drop: drop})()
			partial, all := p.query(t, request)
			if len(all) > 0 {
				t.Error(all)
			}
			if diff := cmp.Diff(whole, partial, cmp.AllowUnexported(shown{})); diff != "" {
				t.Errorf("resources of complete rows and of incomplete rows (-whole +partial):\n%s", diff)
			}
			if k.filter != "" {
				results, all := p.query(t, &tfprotov6.ListResourceRequest{
					TypeName: k.typeName,
					Config:   asDynamic(t, map[string]any{k.filter: k.value}),
					Limit:    100,
				})
				if len(all) > 0 || !slices.Equal(names(results), k.chosen) {
					t.Errorf("%q, and %v", names(results), all)
				}
				results, all = p.query(t, &tfprotov6.ListResourceRequest{TypeName: k.typeName, Limit: 1})
				if len(all) > 0 || len(results) != 1 || results[0].name != results[0].identity["id"] {
					t.Errorf("%v, and %v", results, all)
				}
			}
		})
	}
}

// propertyPaths returns the paths of the properties of an object, at every depth. It leaves out the
// keys of texts by language and of settings of an open catalog, which are no properties of the
// service, and what nobody configures.
func propertyPaths(object map[string]any) map[string]bool {
	paths := map[string]bool{}
	var add func(path string, value any)
	add = func(path string, value any) {
		name := path[strings.LastIndex(path, ".")+1:]
		inner, _ := value.(map[string]any)
		isOpen := name == "typeConfig" && (strings.Contains(path, "triggers") || object["type"] == "gift-card")
		if slices.Contains(ownWords, name) || isOpen {
			return
		}
		for property, value := range inner {
			at := strings.TrimPrefix(path+"."+property, ".")
			if !slices.Contains([]string{"id", "createdAt", "updatedAt"}, at) {
				paths[at] = true
				add(at, value)
			}
		}
		elements, _ := value.([]any)
		for _, element := range elements {
			add(path+"[]", element)
		}
	}
	add("", object)
	return paths
}

// TestQuery_eachPropertyOfARow checks that a row that leaves out a property, at any depth, is read
// by its id, and that a query with resources loses nothing.
func TestQuery_eachPropertyOfARow(t *testing.T) {
	t.Parallel()
	for _, k := range allQueried {
		t.Run(k.typeName, func(t *testing.T) {
			t.Parallel()
			w := queryWorld(t)
			p := w.protocol(t)
			request := &tfprotov6.ListResourceRequest{TypeName: k.typeName, IncludeResource: true, Limit: 100}
			want, _ := p.query(t, request)
			reads := map[string][]string{}
			for _, object := range w.Objects("test", "") {
				isShown := slices.ContainsFunc(want, func(r shown) bool { return r.identity["id"] == object["id"] })
				if !isShown {
					continue
				}
				for path := range propertyPaths(object) {
					reads[path] = append(reads[path], fmt.Sprint(object["id"]))
				}
			}
			for path, ids := range reads {
				w.ClearFaults()
				w.leaveOut(t, k.route, path)
				got, all := p.query(t, request)
				if diff := cmp.Diff(want, got, cmp.AllowUnexported(shown{})); diff != "" || len(all) > 0 {
					t.Errorf("without %s (-whole +partial):\n%s%v", path, diff, all)
				}
				for _, id := range ids {
					if !slices.Contains(w.requests(), "GET "+k.route+"/"+id) {
						t.Errorf("a row without %s is not read by its id", path)
					}
				}
				if sent := len(w.requests()); sent != 1+len(ids) {
					t.Errorf("without %s, %d requests were sent, want %d", path, sent, 1+len(ids))
				}
			}
			if len(reads) < 3 {
				t.Errorf("only the properties %v were left out", slices.Sorted(maps.Keys(reads)))
			}
		})
	}
}

// TestQuery_changing checks that a query does not show an object that, when it is read, is gone or
// is not the one of the listing. Where the row is used, it decides.
func TestQuery_changing(t *testing.T) {
	t.Parallel()
	gone := `{"code":"perk.not-found","message":"There is none."}`
	for name, c := range map[string]struct {
		typeName string
		config   map[string]any
		part     string
		fault    sandbox.Fault
		want     []string
	}{
		"gone": {
			"cohort_perk", nil, "title",
			sandbox.Fault{Route: "/v1/perks/{id}", Nth: 2, Status: 404, Body: &gone},
			[]string{"welcome", "old"},
		},
		"another status": {
			"cohort_digital_asset",
			map[string]any{"status": "draft"},
			"title",
			sandbox.Fault{Route: "/v1/digital-assets/{id}", Set: map[string]any{"status": "published"}},
			[]string{"pin"},
		},
		"another status of a whole row": {
			"cohort_digital_asset",
			map[string]any{"status": "draft"},
			"",
			sandbox.Fault{Route: "/v1/digital-assets/{id}", Set: map[string]any{"status": "published"}},
			[]string{"film", "pin"},
		},
		"no filter": {
			"cohort_list", nil, "",
			sandbox.Fault{Route: "/v1/cohorts", Set: map[string]any{"data[1].type": "segment"}},
			[]string{"vip", "staff"},
		},
		"another type": {
			"cohort_list", nil, "conditions",
			sandbox.Fault{Route: "/v1/cohorts/{id}", Nth: 3, Set: map[string]any{"type": "segment"}},
			[]string{"vip", "Testers"},
		},
		"another segment": {
			"cohort_segment", nil, "conditions",
			sandbox.Fault{Route: "/v1/cohorts/{id}", Nth: 3, Set: map[string]any{"type": "list"}},
			[]string{"gold", "Newcomers"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := queryWorld(t)
			if c.part != "" {
				w.leaveOut(t, strings.TrimSuffix(c.fault.Route, "/{id}"), c.part)
			}
			c.fault.Method = http.MethodGet
			w.fault(t, c.fault)()
			results, all := w.protocol(t).query(t, &tfprotov6.ListResourceRequest{
				TypeName:        c.typeName,
				Config:          asDynamic(t, c.config),
				IncludeResource: true,
				Limit:           100,
			})
			if len(all) > 0 || !slices.Equal(names(results), c.want) {
				t.Errorf("%q, want %q, and %v", names(results), c.want, all)
			}
		})
	}
}

// TestQuery_leftOut checks that an object that cannot be converted does not hide the others. A
// warning names the object and the reason.
func TestQuery_leftOut(t *testing.T) {
	t.Parallel()
	w := queryWorld(t)
	w.fault(t, sandbox.Fault{
		Method: http.MethodGet,
		Route:  "/v1/campaigns",
		Set:    map[string]any{"data[1].distribution.type": "lottery"},
	})()
	results, all := w.protocol(t).query(t, &tfprotov6.ListResourceRequest{
		TypeName:        "cohort_campaign",
		IncludeResource: true,
		Limit:           2,
	})
	if !slices.Equal(names(results), []string{"thanks", "hunt"}) {
		t.Errorf("names: %q", names(results))
	}
	if len(all) != 1 || !all[0].warning || all[0].summary != `The campaign "shop" is left out` ||
		!strings.Contains(all[0].detail, `"lottery"`) {
		t.Errorf("the warning is %v", all)
	}
}

// TestQuery_refused checks the error of a query without any permission to read, and that a query
// with an unknown key sends nothing.
func TestQuery_refused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		key      string
		said     string
		requests int
	}{
		"wrong key":   {`"test_00000000000000000000000000000000"`, "The service does not accept the API key.", 1},
		"unknown key": {`unknown`, "only known after another resource is applied", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := queryWorld(t)
			p := newPlugin(t)
			if problems := p.configure("api_key = " + c.key + "\napi_url = \"" + w.URL() + `"`); len(problems) > 0 {
				t.Fatal(problems)
			}
			for _, k := range allQueried {
				w.mark()
				results, all := (&protocolClient{p.server, p.schema}).query(t, &tfprotov6.ListResourceRequest{
					TypeName:        k.typeName,
					IncludeResource: true,
					Limit:           100,
				})
				if len(results) > 0 || len(all) != 1 || all[0].warning || !strings.Contains(all[0].detail, c.said) {
					t.Errorf("%s: %d results, and %v", k.typeName, len(results), all)
				}
				if got := w.requests(); len(got) != c.requests {
					t.Errorf("%s: %d requests, want %d: %q", k.typeName, len(got), c.requests, got)
				}
			}
		})
	}
}

// TestQuery_live checks that a read-only configuration may query, and that identities name the
// merchant.
func TestQuery_live(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	p := newPlugin(t)
	configure := func(settings string) {
		t.Helper()
		if problems := p.configure("api_url = \"" + w.URL() + "\"\nmode = \"live\"\n" +
			"api_key = \"" + w.LiveKey() + "\"\n" + settings); len(problems) > 0 {
			t.Fatal(problems)
		}
	}
	configure("")
	live := &protocolClient{p.server, p.schema}
	state, all := live.create(t, "cohort_list", map[string]any{"name": "VIP customers", "reference_id": "vip"})
	noErrors(t, all)
	configure("read_only = true")
	results, said := live.query(t, &tfprotov6.ListResourceRequest{
		TypeName:        "cohort_list",
		IncludeResource: true,
		Limit:           100,
	})
	want := []shown{{name: "vip", identity: map[string]any{"mode": "live", "id": state["id"]}, resource: state}}
	if diff := cmp.Diff(want, results, cmp.AllowUnexported(shown{})); diff != "" || len(said) > 0 {
		t.Errorf("(-want +got):\n%s%v", diff, said)
	}
}

// TestQuery_interrupt checks that an interrupt ends a query, and that a query after the interrupt
// sends nothing.
func TestQuery_interrupt(t *testing.T) {
	t.Parallel()
	w := queryWorld(t)
	p := w.protocol(t)
	w.fault(t, sandbox.Fault{Method: http.MethodGet, Route: "/v1/perks", PageSize: 2})()
	server, ok := p.ProviderServer.(tfprotov6.ListResourceServer)
	if !ok {
		t.Fatal("the server has no queries")
	}
	request := &tfprotov6.ListResourceRequest{TypeName: "cohort_perk", Config: asDynamic(t, nil), Limit: 100}
	stream, err := server.ListResource(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	var results int
	var all []said
	for result := range stream.Results {
		if all = append(all, saidBy(result.Diagnostics)...); result.Identity != nil {
			results++
		}
		if results == 2 {
			if _, err := p.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if results != 2 || len(all) != 1 || !strings.Contains(all[0].detail, "context canceled") {
		t.Errorf("%d results, and %v", results, all)
	}
	w.mark()
	if late, all := p.query(t, request); len(late) > 0 || len(all) != 1 || len(w.requests()) > 0 {
		t.Errorf("after the interrupt: %d results, %v, and the requests %q", len(late), all, w.requests())
	}
}

// TestQuery_notWanted checks that a query sends no more requests once Terraform takes no more
// results.
func TestQuery_notWanted(t *testing.T) {
	t.Parallel()
	w := queryWorld(t)
	w.fault(t, sandbox.Fault{Method: http.MethodGet, Route: "/v1/badges", PageSize: 1, Count: -1})()
	server, ok := w.protocol(t).ProviderServer.(tfprotov6.ListResourceServer)
	if !ok {
		t.Fatal("the server has no queries")
	}
	stream, err := server.ListResource(t.Context(), &tfprotov6.ListResourceRequest{
		TypeName: "cohort_badge",
		Config:   asDynamic(t, nil),
		Limit:    100,
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := w.requests(); len(got) > 0 {
		t.Errorf("requests before a result is wanted: %q", got)
	}
	for range stream.Results {
		break
	}
	if got := w.requests(); len(got) != 1 {
		t.Errorf("requests for one result: %q", got)
	}
}
