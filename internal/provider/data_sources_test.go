package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/zclconf/go-cty/cty"
	ctymsgpack "github.com/zclconf/go-cty/cty/msgpack"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// dataSources are the data sources that find one object, by kind.
var dataSources = map[string]struct {
	resource, config string // one object, as a resource
	path, body       string // two objects of the service, each with its own key for KEY
	checks           func(found string) []statecheck.StateCheck
}{
	"cohort_user_property": {
		propertyAddress, propertyConfig + "\n", "user-properties", `{"name":"KEY","type":"text","referenceId":"KEY"}`,
		func(found string) []statecheck.StateCheck {
			return []statecheck.StateCheck{known(found, text("Loyalty tier"), "name")}
		},
	},
	"cohort_list": {
		listAddress, listConfig, "cohorts", `{"type":"list","name":"KEY","referenceId":"KEY"}`,
		func(found string) []statecheck.StateCheck {
			return []statecheck.StateCheck{known(found, text("VIP customers"), "name")}
		},
	},
	"cohort_segment": {
		segmentAddress, segmentConfig, "cohorts", `{"type":"segment","name":"KEY","referenceId":"KEY"}`,
		func(found string) []statecheck.StateCheck {
			return []statecheck.StateCheck{
				known(found, text("any"), "match"),
				known(found, knownvalue.ListSizeExact(3), "groups", 1, "conditions"),
				known(found, knownvalue.Int64Exact(90), "groups", 0, "conditions", 1, "event", "within_days"),
			}
		},
	},
	"cohort_perk": {
		perkAddress,
		perk(`expires_at = "2037-01-01T00:00:00Z"`, `desired_status = "live"`,
			`shopify_discount = { name = "W", type = "percentage", value = 12.5 }`),
		"perks", `{"internalName":"KEY"}`,
		func(found string) []statecheck.StateCheck {
			return []statecheck.StateCheck{
				known(found, text("live"), "status"),
				known(found, text("2037-01-01T00:00:00Z"), "expires_at"),
				known(found, knownvalue.Float64Exact(12.5), "shopify_discount", "value"),
			}
		},
	},
	"cohort_digital_asset": {
		assetAddress, asset(`max_supply = 500`, `desired_status = "published"`), "digital-assets", `{"internalName":"KEY"}`,
		func(found string) []statecheck.StateCheck {
			return []statecheck.StateCheck{
				known(found, text("published"), "status"), known(found, knownvalue.Int64Exact(500), "max_supply"),
			}
		},
	},
	"cohort_badge": {
		badgeAddress, badge(`locked_description = { en = "Soon" }`, `desired_status = "published"`), "badges",
		`{"internalName":"KEY","cohortId":"AUDIENCE"}`,
		func(found string) []statecheck.StateCheck {
			return []statecheck.StateCheck{
				known(found, text("published"), "status"),
				known(found, knownvalue.MapExact(map[string]knownvalue.Check{"en": text("Soon")}), "locked_description"),
			}
		},
	},
	"cohort_campaign": {
		campaignAddress, campaign(
			`rewards = [{ perk_id = `+perkAddress+`.id }]`, huntForm, `audience_id = "<VIPs>"`,
			`end_at = "2037-01-01T00:00:00Z"`, `desired_status = "published"`,
		), "campaigns", `{"internalName":"KEY","type":"airdrop"}`,
		func(found string) []statecheck.StateCheck {
			return []statecheck.StateCheck{
				known(found, text("published"), "status"),
				known(found, text("2037-01-01T00:00:00Z"), "end_at"),
				known(found, text("summer-hunt"), "challenge", "slug"),
				known(found, knownvalue.NotNull(), "challenge", "steps", 0, "id"),
			}
		},
	},
}

// TestDataSources_find checks that a data source finds an object by its id and by its key, with
// every attribute of its resource.
func TestDataSources_find(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.post(t, "/v1/cohorts", `{"type":"list","name":"VIPs"}`)
	var resources, data strings.Builder
	var same []resource.TestCheckFunc
	var checks []statecheck.StateCheck
	for kind, c := range dataSources {
		byID, byKey, key := "data."+kind+".by_id", "data."+kind+".by_key", keyOf[kind].attribute
		resources.WriteString(c.config)
		data.WriteString(block(byID, "id = "+c.resource+".id") +
			block(byKey, key+" = "+c.resource+"."+key, "depends_on = ["+c.resource+"]"))
		for _, found := range []string{byID, byKey} {
			same = append(same, sameAttributes(found, c.resource, "desired_status", "on_destroy"))
			checks = append(append(checks, known(found, text("test"), "mode")), c.checks(found)...)
		}
	}
	w.run(t, nil,
		resource.TestStep{Config: resources.String()},
		resource.TestStep{
			Config:            resources.String() + data.String(),
			Check:             resource.ComposeTestCheckFunc(same...),
			ConfigStateChecks: checks,
		},
	)
}

// TestDataSources_refuse checks the error when there is not exactly one object to find.
func TestDataSources_refuse(t *testing.T) {
	t.Parallel()
	for kind, c := range dataSources {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{})
			body, ids := c.body, []string(nil)
			if strings.Contains(body, "AUDIENCE") {
				body = strings.ReplaceAll(body, "AUDIENCE", w.post(t, "/v1/cohorts", `{"type":"list","name":"Audience"}`))
			}
			for _, key := range []string{"first", "second"} {
				ids = append(ids, w.post(t, "/v1/"+c.path, strings.ReplaceAll(body, "KEY", key)))
			}
			p := configuredPlugin(t, w)
			attribute, noun := keyOf[kind].attribute, keyOf[kind].noun
			names := strings.ReplaceAll(attribute, "_", " ")
			refused := func(block, at, summary string, details ...string) {
				t.Helper()
				_, all := p.find(kind, block)
				if len(all) != 1 || all[0].path != at || !strings.Contains(all[0].summary, summary) {
					t.Fatalf("%s: said %v, want one error at %q: %s", block, all, at, summary)
				}
				for _, detail := range details {
					if !strings.Contains(all[0].detail, detail) {
						t.Errorf("%s: the error lacks %q: %s", block, detail, all[0].detail)
					}
				}
			}
			const stranger = "6f1ed002-ab59-4d8c-9c1f-5d9d9cf1b4a4"
			refused(attribute+` = "nothing"`, attribute, fmt.Sprintf("No %s has the %s %q", noun, names, "nothing"),
				`The merchant has "first", "second".`)
			refused(fmt.Sprintf("id = %q", stranger), "id", "Could not read", stranger, "HTTP 404",
				"The object does not exist in this merchant.")
			for _, block := range []string{"", `id = "a"` + "\n" + attribute + ` = "b"`} {
				_, all := p.find(kind, block)
				if len(all) != 1 || !strings.Contains(all[0].detail, "Exactly one of these attributes must be configured") {
					t.Errorf("%q: said %v", block, all)
				}
			}

			// The service keeps reference ids unique. If it ever does not, the error names both objects.
			wireName := map[string]string{"reference_id": "referenceId", "internal_name": "internalName"}[attribute]
			w.fault(t, sandbox.Fault{
				Method: http.MethodGet,
				Route:  "/v1/" + c.path,
				Count:  -1,
				Set:    map[string]any{"data[]." + wireName: "twice"},
			})()
			p.anew()
			refused(attribute+` = "twice"`, attribute, fmt.Sprintf("More than one %s has the %s %q", noun, names, "twice"),
				ids...)
		})
	}
}

// TestDataSources_otherKind checks that a list is not found as a segment, nor a segment as a list,
// although the service keeps both in one collection.
func TestDataSources_otherKind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	p := configuredPlugin(t, w)
	for kind, other := range map[string]string{"cohort_list": "segment", "cohort_segment": "list"} {
		noun := keyOf[kind].noun
		id := w.post(t, "/v1/cohorts", fmt.Sprintf(`{"type":%q,"name":%q,"referenceId":"the-%s"}`, other, other, other))
		_, all := p.find(kind, fmt.Sprintf("id = %q", id))
		if len(all) != 1 || all[0].path != "id" || !strings.Contains(all[0].summary, "Not a "+noun) ||
			!strings.Contains(all[0].detail, fmt.Sprintf("is a %s. Use cohort_%s for it.", other, other)) {
			t.Errorf("%s by the id of a %s: said %v", kind, other, all)
		}
		_, all = p.find(kind, fmt.Sprintf("reference_id = %q", "the-"+other))
		if len(all) != 1 || !strings.Contains(all[0].summary, fmt.Sprintf("No %s has the reference id", noun)) {
			t.Errorf("%s by the key of a %s: said %v", kind, other, all)
		}
	}
}

// TestDataSources_known checks that these tests cover every data source that takes an id.
func TestDataSources_known(t *testing.T) {
	t.Parallel()
	var want []string
	for kind, schema := range newPlugin(t).schema.DataSourceSchemas {
		if slices.ContainsFunc(schema.Block.Attributes, func(a *tfprotov6.SchemaAttribute) bool {
			return a.Name == "id" && a.Optional
		}) {
			want = append(want, kind)
		}
	}
	slices.Sort(want)
	sameValues(t, "data sources", slices.Sorted(maps.Keys(dataSources)), want)
}

// find validates the arguments of a data source and, if they are valid, reads it. It returns the
// result and the diagnostics.
func (p *plugin) find(kind, block string) (cty.Value, []said) {
	p.t.Helper()
	schema := p.schema.DataSourceSchemas[kind]
	config := dynamic(p.t, p.parse(schema, block))
	valid, err := p.server.ValidateDataResourceConfig(p.t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{
		TypeName: kind,
		Config:   config,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	if all := saidBy(valid.Diagnostics); len(errorsOf(all)) > 0 {
		return cty.NilVal, all
	}
	answer, err := p.server.ReadDataSource(p.t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: kind, Config: config})
	if err != nil {
		p.t.Fatal(err)
	}
	if all := saidBy(answer.Diagnostics); len(errorsOf(all)) > 0 {
		return cty.NilVal, all
	}
	found, err := ctymsgpack.Unmarshal(answer.State.MsgPack, ctyType(p.t, schema.ValueType()))
	if err != nil {
		p.t.Fatal(err)
	}
	return found, saidBy(answer.Diagnostics)
}
