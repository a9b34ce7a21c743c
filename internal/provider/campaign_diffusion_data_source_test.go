package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

func TestCampaignDiffusionDataSource(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	const address = "data.cohort_campaign_diffusion.it"
	config := block(address)
	announced := map[string]any{
		"id": "6f1ed002-ab59-4d8c-9c1f-5d9d9cf1b4a4", "name": map[string]any{"en": "Hunt", "fr": "Chasse"}, "description": map[string]any{"en": "<p>Hunt.</p>", "fr": "<p>Chassez.</p>"},
		"imageUrl": "https://cdn.example.com/1.png", "videoUrl": nil, "link": "https://example.com/c/hunt", "accentColor": "#ff0000",
	}
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
			known(address, text("test"), "mode"), known(address, null, "type"), known(address, null, "selector"), known(address, null, "position"),
			known(address, null, "whitelisted_urls"), known(address, null, "supported_languages"), known(address, null, "campaign"),
		}},
		resource.TestStep{
			PreConfig: turn(map[string]any{
				"type": "banner", "typeConfig": map[string]any{"selector": "#top"}, "whitelistedUrls": []any{"^https://shop"}, "supportedLanguages": []any{"en", "fr"}, "campaign": announced,
			}),
			Config: config,
			ConfigStateChecks: []statecheck.StateCheck{
				known(address, text("banner"), "type"), known(address, text("#top"), "selector"), known(address, null, "position"),
				known(address, knownvalue.ListExact([]knownvalue.Check{text("^https://shop")}), "whitelisted_urls"),
				known(address, knownvalue.ListExact([]knownvalue.Check{text("en"), text("fr")}), "supported_languages"),
				known(address, knownvalue.ObjectExact(map[string]knownvalue.Check{
					"id": text("6f1ed002-ab59-4d8c-9c1f-5d9d9cf1b4a4"), "image_url": text("https://cdn.example.com/1.png"), "video_url": null,
					"name":        knownvalue.MapExact(map[string]knownvalue.Check{"en": text("Hunt"), "fr": text("Chasse")}),
					"description": knownvalue.MapExact(map[string]knownvalue.Check{"en": text("<p>Hunt.</p>"), "fr": text("<p>Chassez.</p>")}),
					"link":        text("https://example.com/c/hunt"), "accent_color": text("#ff0000"),
				}), "campaign"),
			},
		},
		resource.TestStep{
			PreConfig: turn(map[string]any{"type": "toast", "typeConfig": map[string]any{"position": "bottom-left"}, "whitelistedUrls": nil, "supportedLanguages": []any{}, "campaign": announced}),
			Config:    config,
			ConfigStateChecks: []statecheck.StateCheck{
				known(address, text("toast"), "type"), known(address, null, "selector"), known(address, text("bottom-left"), "position"), known(address, null, "whitelisted_urls"),
			},
		},
		resource.TestStep{
			PreConfig: turn(map[string]any{"type": "modal", "typeConfig": nil, "whitelistedUrls": nil, "supportedLanguages": []any{"en"}, "campaign": announced}), Config: config,
			ConfigStateChecks: []statecheck.StateCheck{known(address, text("modal"), "type"), known(address, null, "selector"), known(address, null, "position")},
		},
		resource.TestStep{
			PreConfig:   w.fault(t, sandbox.Fault{Method: "GET", Route: "/v1/merchants/campaign-diffusion-configuration", Count: -1, Status: 403}),
			Config:      config,
			ExpectError: says("Could not read the campaign diffusion", "HTTP 403", "Give the key the missing permission in Cohort's admin"),
		},
	)
}
