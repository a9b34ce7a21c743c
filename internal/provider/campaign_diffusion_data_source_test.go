package provider_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// announced is a campaign as the service shows it on the pages of a shop.
var announced = map[string]any{
	"id":          "6f1ed002-ab59-4d8c-9c1f-5d9d9cf1b4a4",
	"name":        map[string]any{"en": "Hunt", "fr": "Chasse"},
	"description": map[string]any{"en": "<p>Hunt.</p>", "fr": "<p>Chassez.</p>"},
	"imageUrl":    "https://cdn.example.com/1.png",
	"videoUrl":    nil,
	"link":        "https://example.com/c/hunt",
	"accentColor": "#ff0000",
}

func TestCampaignDiffusionDataSource(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	const address = "data.cohort_campaign_diffusion.it"
	config := block(address)
	turn := func(configuration map[string]any) func() {
		return func() {
			if err := w.SetDiffusion("test", configuration); err != nil {
				t.Fatal(err)
			}
		}
	}
	null := knownvalue.Null()
	w.run(t, nil,
		resource.TestStep{Config: config, ConfigStateChecks: []statecheck.StateCheck{
			known(address, text("test"), "mode"), known(address, null, "type"), known(address, null, "selector"),
			known(address, null, "position"),
			known(address, null, "whitelisted_urls"), known(address, null, "supported_languages"),
			known(address, null, "campaign"),
		}},
		resource.TestStep{
			PreConfig: turn(map[string]any{
				"type":               "banner",
				"typeConfig":         map[string]any{"selector": "#top"},
				"whitelistedUrls":    []any{"^https://shop"},
				"supportedLanguages": []any{"en", "fr"},
				"campaign":           announced,
			}),
			Config: config,
			ConfigStateChecks: []statecheck.StateCheck{
				known(address, text("banner"), "type"), known(address, text("#top"), "selector"), known(address, null, "position"),
				known(address, knownvalue.ListExact([]knownvalue.Check{text("^https://shop")}), "whitelisted_urls"),
				known(address, knownvalue.ListExact([]knownvalue.Check{text("en"), text("fr")}), "supported_languages"),
				known(address, knownvalue.ObjectExact(map[string]knownvalue.Check{
					"id":        text("6f1ed002-ab59-4d8c-9c1f-5d9d9cf1b4a4"),
					"image_url": text("https://cdn.example.com/1.png"),
					"video_url": null,
					"name":      knownvalue.MapExact(map[string]knownvalue.Check{"en": text("Hunt"), "fr": text("Chasse")}),
					"description": knownvalue.MapExact(map[string]knownvalue.Check{
						"en": text("<p>Hunt.</p>"),
						"fr": text("<p>Chassez.</p>"),
					}),
					"link":         text("https://example.com/c/hunt"),
					"accent_color": text("#ff0000"),
				}), "campaign"),
			},
		},
	)
}

// TestCampaignDiffusionDataSource_types checks the settings of each type, and the error for a key
// without the permission.
func TestCampaignDiffusionDataSource_types(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	p := configuredPlugin(t, w)
	for kind, settings := range map[string]map[string]any{
		"toast":  {"position": "bottom-left"},
		"banner": {"selector": "#top"},
		"modal":  nil,
	} {
		configuration := map[string]any{
			"type":               kind,
			"typeConfig":         nil,
			"whitelistedUrls":    nil,
			"supportedLanguages": []any{},
			"campaign":           announced,
		}
		if settings != nil {
			configuration["typeConfig"] = settings
		}
		if err := w.SetDiffusion("test", configuration); err != nil {
			t.Fatal(err)
		}
		found, all := p.find("cohort_campaign_diffusion", "")
		if len(all) > 0 {
			t.Fatal(all)
		}
		got := map[string]any{}
		for _, name := range []string{"type", "position", "selector"} {
			if value := found.GetAttr(name); !value.IsNull() {
				got[name] = value.AsString()
			}
		}
		want := map[string]any{"type": kind}
		maps.Copy(want, settings)
		sameValues(t, kind, got, want)
		if !found.GetAttr("whitelisted_urls").IsNull() {
			t.Errorf("%s: whitelisted_urls is %#v, want null", kind, found.GetAttr("whitelisted_urls"))
		}
	}

	w.fault(t, sandbox.Fault{
		Method: "GET",
		Route:  "/v1/merchants/campaign-diffusion-configuration",
		Count:  -1,
		Status: 403,
	})()
	_, all := p.find("cohort_campaign_diffusion", "")
	if len(all) != 1 || all[0].summary != "Could not read the campaign diffusion" ||
		!strings.Contains(all[0].detail, "HTTP 403") ||
		!strings.Contains(all[0].detail, "Give the key the missing permission in Cohort's admin") {
		t.Errorf("without the permission: said %v", all)
	}
}
