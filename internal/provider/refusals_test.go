package provider_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// TestRefusedPaths checks that an error about a property of the service points to its attribute.
// Terraform shows no line for a nested attribute, so this test looks at the protocol.
func TestRefusedPaths(t *testing.T) {
	t.Parallel()
	perk := map[string]any{"internal_name": "a"}
	challenge := map[string]any{"internal_name": "a", "challenge": map[string]any{"title": map[string]any{"en": "A"}}}
	store := map[string]any{"internal_name": "a", "store": map[string]any{"title": map[string]any{"en": "A"}}}
	const none = ""
	for _, test := range []struct {
		typeName, route string
		config          map[string]any
		said, at        string
	}{
		{
			"cohort_user_property", "/v1/user-properties",
			map[string]any{"name": "A", "type": "text"},
			"type is not enabled",
			`AttributeName("type")`,
		},
		{
			"cohort_user_property", "/v1/user-properties",
			map[string]any{"name": "A", "type": "text"},
			"referenceId must be short", `AttributeName("reference_id")`,
		},
		{"cohort_list", "/v1/cohorts", map[string]any{"name": "A"}, "name must be short", `AttributeName("name")`},
		{
			"cohort_segment", "/v1/cohorts",
			map[string]any{"name": "A"},
			"conditions.operator must be and",
			`AttributeName("groups")`,
		},
		{"cohort_perk", "/v1/perks", perk, "typeConfig.code must be short", `AttributeName("code").AttributeName("value")`},
		{"cohort_perk", "/v1/perks", perk, "typeConfig.url must be short", `AttributeName("link").AttributeName("url")`},
		{
			"cohort_perk", "/v1/perks", perk, "typeConfig.value must be lower",
			`AttributeName("shopify_discount").AttributeName("value")`,
		},
		{"cohort_perk", "/v1/perks", perk, "expiresAt must be later", `AttributeName("expires_at")`},
		{"cohort_digital_asset", "/v1/digital-assets", perk, "videoUrl must be square", `AttributeName("video_url")`},
		{
			"cohort_badge", "/v1/badges",
			map[string]any{
				"internal_name": "a",
				"audience_id":   "00000000-0000-4000-8000-000000000001",
				"visibility":    "everyone",
			},
			"lockedDescription.en must be short", `AttributeName("locked_description")`,
		},
		{
			"cohort_campaign", "/v1/campaigns", challenge, "typeConfig.optInCta.en must be short",
			`AttributeName("challenge").AttributeName("opt_in_cta")`,
		},
		{
			"cohort_campaign", "/v1/campaigns", challenge, "typeConfig.steps[1].userAction is not known",
			`AttributeName("challenge").AttributeName("steps")`,
		},
		{
			"cohort_campaign", "/v1/campaigns", store, "typeConfig.slug must be short",
			`AttributeName("store").AttributeName("slug")`,
		},
		{
			"cohort_campaign", "/v1/campaigns", store, "distribution.typeConfig.maxBoxes must be lower",
			`AttributeName("distribution")`,
		},
		{"cohort_campaign", "/v1/campaigns", store, "rewards[0].price.amount must be lower", `AttributeName("rewards")`},
		{"cohort_campaign", "/v1/campaigns", store, "future[0].thing must be there", none},
		{"cohort_campaign", "/v1/campaigns", store, "The plan of this merchant is too small", none},
	} {
		t.Run(test.typeName+" "+test.said, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{})
			encoded, err := json.Marshal(map[string]string{"code": "generic.invalid-request", "message": test.said})
			if err != nil {
				t.Fatal(err)
			}
			body := string(encoded)
			w.fault(t, sandbox.Fault{
				Method: http.MethodPost,
				Route:  test.route,
				Status: http.StatusExpectationFailed,
				Body:   &body,
			})()
			state, diags := w.protocol(t).create(t, test.typeName, test.config)
			if len(state) != 0 {
				t.Errorf("a refused create left the state %v", state)
			}
			refusal := theFirst(diags, tfprotov6.DiagnosticSeverityError)
			if len(diags) != 1 || refusal.Attribute.String() != test.at {
				t.Errorf("%d diagnostics, the first at %s: %s %s", len(diags), refusal.Attribute, refusal.Summary, refusal.Detail)
			}
		})
	}
}

// TestDestroy_gone checks that the destruction of a missing object succeeds, with a 404 and with a
// 417 from the service. A 404 page of a proxy proves nothing.
func TestDestroy_gone(t *testing.T) {
	t.Parallel()
	for _, kind := range []struct{ typeName, path, body string }{
		{"cohort_user_property", "user-properties", `{"name":"a","type":"text"}`},
		{"cohort_list", "cohorts", `{"name":"a","type":"list"}`},
		{"cohort_segment", "cohorts", `{"name":"a","type":"segment"}`},
		{"cohort_perk", "perks", `{"internalName":"a"}`},
		{"cohort_digital_asset", "digital-assets", `{"internalName":"a"}`},
		{"cohort_badge", "badges", ""},
		{"cohort_campaign", "campaigns", `{"internalName":"a","type":"airdrop"}`},
	} {
		code := strings.TrimSuffix(strings.Replace(kind.path, "ies", "ys", 1), "s") // as error codes spell the kind
		gone := `{"code":"` + code + `.not-found","message":"There is none."}`
		page := "<html>404</html>"
		for name, test := range map[string]struct {
			fault  *sandbox.Fault
			failed bool
		}{
			"404":          {nil, false},
			"417":          {&sandbox.Fault{Status: http.StatusExpectationFailed, Body: &gone}, false},
			"404 by proxy": {&sandbox.Fault{Status: http.StatusNotFound, Body: &page}, true},
		} {
			t.Run(kind.typeName+" "+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, sandbox.Options{})
				body := kind.body
				if kind.typeName == "cohort_badge" {
					body = `{"internalName":"a","cohortId":` +
						strconv.Quote(w.post(t, "/v1/cohorts", `{"type":"list","name":"VIPs"}`)) + `}`
				}
				id := w.post(t, "/v1/"+kind.path, body)
				p := w.protocol(t)
				state, _, _ := p.importByIdentity(t, kind.typeName, map[string]any{"id": id})
				if err := w.DeleteObject(id); err != nil {
					t.Fatal(err)
				}
				if test.fault != nil {
					test.fault.Method, test.fault.Route, test.fault.Count = http.MethodDelete, "/v1/"+kind.path+"/{id}", -1
					w.fault(t, *test.fault)()
				}
				shape := p.schemas.ResourceSchemas[kind.typeName].ValueType()
				none, err := tfprotov6.NewDynamicValue(shape, tftypes.NewValue(shape, nil))
				if err != nil {
					t.Fatal(err)
				}
				answer, err := p.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
					TypeName: kind.typeName, PriorState: asDynamic(t, state), PlannedState: &none, Config: &none,
				})
				if err != nil {
					t.Fatal(err)
				}
				left := p.plain(t, kind.typeName, answer.NewState)
				refused := theFirst(answer.Diagnostics, tfprotov6.DiagnosticSeverityError).Summary != ""
				if refused != test.failed || (len(left) > 0) != test.failed {
					t.Errorf("said %v, left %v", answer.Diagnostics, left)
				}
			})
		}
	}
}

// TestDestroy_inUse checks that an object that others refer to stays, and that the error says why.
// Once the others are gone, it can be destroyed.
func TestDestroy_inUse(t *testing.T) {
	t.Parallel()
	for kind, c := range map[string]struct{ path, reason, user, body string }{
		"cohort_user_property": {
			"user-properties", `The user property is used by cohort \"Gold\"." (HTTP 417, code user-property.in-use).`,
			"/v1/cohorts",
			`{"type":"segment","name":"Gold","conditions":{"operator":"and","groups":[{"operator":"and","conditions":[
				{"type":"user-property","typeConfig":{"property":"one","operator":"equals","value":"gold"}}]}]}}`,
		},
		"cohort_list": {
			"cohorts", `The cohort is used by campaign \"summer\"." (HTTP 417, code cohort.in-use).`,
			"/v1/campaigns", `{"internalName":"summer","type":"airdrop","cohortId":"ID"}`,
		},
		"cohort_segment": {
			"cohorts", `The cohort is used by badge \"gold-badge\"." (HTTP 417, code cohort.in-use).`,
			"/v1/badges", `{"internalName":"gold-badge","cohortId":"ID"}`,
		},
		"cohort_perk": {
			"perks", `The perk is used by campaign \"summer\"." (HTTP 417, code perk.in-use).`,
			"/v1/campaigns",
			`{"internalName":"summer","type":"airdrop","rewards":[{"type":"perk","rewardId":"ID",` +
				`"quantity":null,"price":null}]}`,
		},
		"cohort_digital_asset": {
			"digital-assets", `The digital asset is used by campaign \"summer\"." (HTTP 417, code digital-asset.in-use).`,
			"/v1/campaigns",
			`{"internalName":"summer","type":"airdrop","rewards":[{"type":"digital-asset","rewardId":"ID",` +
				`"quantity":null,"price":null}]}`,
		},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w, configured := merchant(t, "test")
			p := configured()
			state, _ := p.made(kind, p.of(kind, "one"))
			id := state.GetAttr("id").AsString()
			user := w.post(t, c.user, strings.ReplaceAll(c.body, "ID", id))
			there := func() bool {
				return slices.ContainsFunc(w.Objects("test", c.path), func(object map[string]any) bool {
					return object["id"] == id
				})
			}

			p.show(kind, state)
			all := p.applied(kind, state, cty.NullVal(state.Type()))
			if len(all) != 1 || !strings.HasPrefix(all[0].summary, "Could not destroy "+keyOf[kind].noun) || !there() {
				t.Fatalf("the object exists: %t; said %v", there(), all)
			}
			for _, want := range []string{c.reason, "Other objects still refer to it. Remove those references first"} {
				if !strings.Contains(all[0].detail, want) {
					t.Errorf("the error lacks %q: %s", want, all[0].detail)
				}
			}

			if err := w.DeleteObject(user); err != nil {
				t.Fatal(err)
			}
			if all := p.applied(kind, state, cty.NullVal(state.Type())); len(all) > 0 || there() {
				t.Errorf("without the user, the object exists: %t; said %v", there(), all)
			}
		})
	}
}
