package sandbox_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/oracle"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// TestAnyBody sends bodies that are almost right. The sandbox must always answer within the
// contract: it accepts only what the contract allows (the bed checks that), refuses the rest with
// 417, and keeps working.
func TestAnyBody(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	b.play(`
		POST /v1/cohorts {"type": "list", "name": "l"} => 201 as list
		POST /v1/perks {"internalName": "p"} => 201 as perk`)
	bodies := almostEverything(b)
	kinds := slices.Sorted(maps.Keys(bodies))
	rapid.Check(t, func(r *rapid.T) {
		kind := rapid.SampledFrom(kinds).Draw(r, "kind")
		var body any
		if err := json.Unmarshal([]byte(bodies[kind]), &body); err != nil {
			r.Fatal(err)
		}
		for range rapid.IntRange(0, 3).Draw(r, "changes") {
			body = mutated(r, body)
		}
		raw, err := json.Marshal(body)
		if err != nil {
			r.Fatal(err)
		}
		made := b.call(b.TestKey(), "POST", "/v1/"+kind, string(raw))
		switch made.status {
		case 417:
			return
		case 201:
		default:
			r.Fatalf("%s is answered with %d %s", raw, made.status, made.raw)
		}
		path := fmt.Sprintf("/v1/%s/%s", kind, made.object(t)["id"])
		if got := b.call(b.TestKey(), "GET", path, ""); got.raw != made.raw {
			r.Fatalf("GET gives %s, the create gave %s", got.raw, made.raw)
		}
		raw, err = json.Marshal(mutated(r, body))
		if err != nil {
			r.Fatal(err)
		}
		if got := b.call(b.TestKey(), "PATCH", path, string(raw)); got.status != 200 && got.status != 417 {
			r.Fatalf("PATCH %s is answered with %d %s", raw, got.status, got.raw)
		}
		if got := b.call(b.TestKey(), "DELETE", path, ""); got.status != 200 {
			r.Fatalf("DELETE is answered with %d %s", got.status, got.raw)
		}
	})
}

// almostEverything returns a body with nearly every property for each kind. The bed gets a list and
// a perk to refer to.
func almostEverything(b *bed) map[string]string {
	bodies := map[string]string{
		"user-properties": `{"name": "Tier", "type": "text", "referenceId": null}`,
		"cohorts": `{"type": "segment", "name": "s", "conditions": {"operator": "and",
			"groups": [{"operator": "or", "conditions": [
			{"type": "user-property", "typeConfig": {"property": "email", "operator": "is", "value": "x"}},
			{"type": "event", "typeConfig": {"event": "x", "operator": "has-done", "withinDays": 3}},
			{"type": "cohort", "typeConfig": {"cohortId": "$list", "operator": "is-in"}}]}]}}`,
		"perks": `{"internalName": "p", "title": {"en": "A"}, "description": {"en": "B"}, "imageUrl": "https://x.example/1",
			"videoUrl": null, "type": "shopify-discount",
			"typeConfig": {"discountName": "W", "discountType": "percentage", "value": 10},
			"expiresAt": "2027-01-01T00:00:00Z"}`,
		"digital-assets": `{"internalName": "p", "title": {"en": "A"}, "maxSupply": 5}`,
		"badges": `{"internalName": "b", "cohortId": "$list", "visibility": "everyone", ` +
			`"lockedDescription": {"en": "A"}}`,
		"campaigns": `{"internalName": "c", "type": "challenge", "cohortId": "$list", "startAt": null,
			"endAt": "2027-01-01T00:00:00Z",
			"rewards": [{"type": "perk", "rewardId": "$perk", "quantity": 2, "price": null}],
			"distribution": {"type": "raffle", "typeConfig": {"maxBoxes": 2, "drawAt": "2027-01-01T00:00:00Z"}},
			"typeConfig": {"name": {"en": "A"}, "optInCta": {"en": "B"}, "description": {"en": "C"}, "imageUrl": null,
				"videoUrl": "https://x.example/1",
				"steps": [{"userAction": "x", "icon": "i", "title": {"en": "D"}, "description": {},
					"triggers": [{"type": "t", "typeConfig": {"a": 1}}]}]}}`,
	}
	paths, err := oracle.ContractCollections()
	if err != nil {
		b.t.Fatal(err)
	}
	for _, path := range paths {
		if bodies[path] == "" {
			b.t.Fatalf("almostEverything has no %s: add a body with nearly every property", path)
		}
	}
	for kind, body := range bodies {
		bodies[kind] = strings.NewReplacer("$list", b.saved["list"], "$perk", b.saved["perk"]).Replace(body)
	}
	return bodies
}

// TestEachOddForm puts each odd form at each place of each body, including known properties that
// the body leaves out. The sandbox must refuse everything that the contract does not allow.
func TestEachOddForm(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	b.play(`
		POST /v1/cohorts {"type": "list", "name": "l"} => 201 as list
		POST /v1/perks {"internalName": "p"} => 201 as perk`)
	accepted := 0
	for kind, text := range almostEverything(b) {
		var body any
		if err := json.Unmarshal([]byte(text), &body); err != nil {
			t.Fatal(err)
		}
		for _, put := range places(body) {
			for _, value := range oddForms {
				takeBack := put(value)
				raw, err := json.Marshal(body)
				if err != nil {
					t.Fatal(err)
				}
				takeBack()
				made, err := b.send(b.request(t.Context(), b.TestKey(), "POST", "/v1/"+kind, string(raw)))
				if err != nil {
					t.Fatal(err)
				}
				if made.status == 417 {
					continue
				}
				accepted++
				if err := againstContract(t.Context(), "POST", "/v1/"+kind, string(raw), made); err != nil {
					t.Errorf("%s is answered with %d %s\nbreaks the contract: %v", raw, made.status, made.raw, err)
				}
				b.call(b.TestKey(), "DELETE", fmt.Sprintf("/v1/%s/%s", kind, made.object(t)["id"]), "")
			}
		}
	}
	if accepted < 100 {
		t.Errorf("%d were accepted", accepted)
	}
}

// places returns a function for each place in a value. The function replaces the value there and
// returns an undo function.
func places(v any) []func(any) func() {
	var out []func(any) func()
	switch v := v.(type) {
	case map[string]any:
		for _, name := range append(slices.Collect(maps.Keys(v)), "id", "slug", "price", "x") {
			before, there := v[name]
			out = append(out, func(value any) func() {
				v[name] = value
				return func() {
					if v[name] = before; !there {
						delete(v, name)
					}
				}
			})
			out = append(out, places(before)...)
		}
	case []any:
		for at := range v {
			before := v[at]
			out = append(out, func(value any) func() {
				v[at] = value
				return func() { v[at] = before }
			})
			out = append(out, places(before)...)
		}
	}
	return out
}

// oddForms are texts in an almost right form, and empty values.
var oddForms = []any{
	nil, "", " ", "2027-01-01T00:00:00+02:00", "2027-01-01T00:00:00,5Z", "2027-01-01T1:00:00Z", "2027-01-01t00:00:00z",
	"2027-01-01 00:00:00Z",
	"HTTPS://x.example/1", "ftp://x.example/1", "A-B",
}

// oddValues are values that fit somewhere, or almost.
var oddValues = append([]any{
	true, 0.0, -1.0, 1.0, 1.5, 1e300, "x", "raffle", "direct", "segment", "list", "store", "airdrop", "none", "code",
	[]any{},
	[]any{nil},
	map[string]any{},
	map[string]any{"en": "x"},
	map[string]any{"x": nil},
}, oddForms...)

// mutated replaces, drops or adds one value somewhere.
func mutated(r *rapid.T, v any) any {
	odd := rapid.SampledFrom(oddValues)
	switch v := v.(type) {
	case map[string]any:
		keys := slices.Sorted(maps.Keys(v))
		choice := rapid.IntRange(-1, len(keys)-1).Draw(r, "key")
		if choice < 0 {
			v[rapid.SampledFrom([]string{"x", "id", "status", "slug", "fr", "type"}).Draw(r, "new key")] = odd.Draw(r, "value")
			return v
		}
		switch rapid.IntRange(0, 3).Draw(r, "what") {
		case 0:
			delete(v, keys[choice])
		case 1:
			v[keys[choice]] = odd.Draw(r, "value")
		default:
			v[keys[choice]] = mutated(r, v[keys[choice]])
		}
		return v
	case []any:
		if len(v) == 0 {
			return append(v, odd.Draw(r, "item"))
		}
		at := rapid.IntRange(0, len(v)-1).Draw(r, "index")
		v[at] = mutated(r, v[at])
		return v
	}
	return odd.Draw(r, "value")
}

// TestTheContractCheckBites proves that the contract check behind all other tests can fail.
func TestTheContractCheckBites(t *testing.T) {
	t.Parallel()
	const perk = `{"id":"1","createdAt":"2027-01-01T00:00:00.000Z","updatedAt":"2027-01-01T00:00:00.000Z",` +
		`"internalName":"a","status":"draft","title":{},"description":{},` +
		`"imageUrl":null,"videoUrl":null,"type":"code","typeConfig":{"code":"x"},"expiresAt":null}`
	for name, tt := range map[string]struct {
		method, path, body string
		status             int
		answer             string
		valid              bool
	}{
		"valid":                     {"POST", "/v1/perks", `{"internalName":"a"}`, 201, perk, true},
		"accepted unknown property": {"POST", "/v1/perks", `{"internalName":"a","x":1}`, 201, perk, false},
		"accepted without required": {"POST", "/v1/perks", `{}`, 201, perk, false},
		"accepted wrong settings": {
			"POST", "/v1/perks", `{"internalName":"a","type":"code","typeConfig":{"url":"x"}}`,
			201, perk, false,
		},
		"accepted body": {"POST", "/v1/perks/1/publish", `{}`, 200, perk, false},
		"answered unknown property": {
			"GET", "/v1/perks/1", "", 200, strings.Replace(perk, `{"id"`, `{"x":1,"id"`, 1),
			false,
		},
		"answered without property": {
			"GET", "/v1/perks/1", "", 200, strings.Replace(perk, `"imageUrl":null,`, "", 1),
			false,
		},
		"answered wrong settings": {
			"GET", "/v1/perks/1", "", 200, strings.Replace(perk, `{"code":"x"}`, `{"url":"x"}`, 1),
			false,
		},
		"answered another time form": {"GET", "/v1/perks/1", "", 200, strings.Replace(perk, `00.000Z`, `00Z`, 1), false},
		"answered unknown status":    {"GET", "/v1/perks/1", "", 302, perk, false},
		"answered error form":        {"GET", "/v1/perks/1", "", 404, `{"message":"x","code":"notfound"}`, false},
		"answered empty":             {"GET", "/v1/perks/1", "", 200, "", false},
		"empty after an action":      {"POST", "/v1/perks/1/publish", "", 200, "", true},
		"full after a delete":        {"DELETE", "/v1/perks/1", "", 200, perk, false},
	} {
		r := reply{tt.status, map[string][]string{"Content-Type": {"application/json; charset=utf-8"}}, tt.answer}
		if err := againstContract(t.Context(), tt.method, tt.path, tt.body, r); (err == nil) != tt.valid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
