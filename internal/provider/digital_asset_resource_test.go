package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

const assetAddress = "cohort_digital_asset.card"

// asset returns the configuration of a digital asset with a title and these attributes.
func asset(attributes ...string) string {
	return block(assetAddress,
		append([]string{`internal_name = "card"`, `title = { en = "Founder card" }`}, attributes...)...)
}

func TestDigitalAsset_lifecycle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	steps := []resource.TestStep{{
		Config: asset(
			`description    = { en = "<p>One of the first 500.</p>" }`,
			`image_url      = "https://cdn.example.com/card.png"`,
			`max_supply     = 500`,
			`desired_status = "published"`),
		Check: w.wrote(
			`POST /v1/digital-assets {"internalName":"card","title":{"en":"Founder card"},`+
				`"description":{"en":"<p>One of the first 500.</p>"},
				"imageUrl":"https://cdn.example.com/card.png","maxSupply":500}`,
			`POST /v1/digital-assets/<card>/publish`,
		),
		ConfigStateChecks: []statecheck.StateCheck{
			known(assetAddress, knownvalue.NotNull(), "id"),
			known(assetAddress, text("test"), "mode"),
			known(assetAddress, text("published"), "status"),
			known(assetAddress, knownvalue.Int64Exact(500), "max_supply"),
		},
	}}
	steps = append(steps, imports(assetAddress, "card")...)
	steps = append(steps,
		resource.TestStep{
			PreConfig: w.mark,
			Config: block(assetAddress,
				`internal_name  = "founder-card"`,
				`title          = { en = "Card of founders", fr = "Carte" }`,
				`description    = { en = "<p>One of 600.</p>", fr = "<p>Une de 600.</p>" }`,
				`video_url      = "https://cdn.example.com/card.mp4"`,
				`max_supply     = 600`,
				`desired_status = "published"`),
			ConfigPlanChecks: acts(assetAddress, plancheck.ResourceActionUpdate),
			Check: w.wrote(`PATCH /v1/digital-assets/<card> {"internalName":"founder-card","title":{"en":"Card of founders",` +
				`"fr":"Carte"},
				"description":{"en":"<p>One of 600.</p>","fr":"<p>Une de 600.</p>"},"imageUrl":null,` +
				`"videoUrl":"https://cdn.example.com/card.mp4","maxSupply":600}`),
		},
		resource.TestStep{
			PreConfig: w.mark, Config: asset(),
			ConfigPlanChecks: acts(assetAddress, plancheck.ResourceActionUpdate),
			Check: w.wrote(`PATCH /v1/digital-assets/<card> {"internalName":"card","title":{"en":"Founder card"},` +
				`"description":null,"videoUrl":null,"maxSupply":null}`),
			ConfigStateChecks: []statecheck.StateCheck{
				known(assetAddress, knownvalue.Null(), "description"),
				known(assetAddress, knownvalue.Null(), "video_url"),
				known(assetAddress, knownvalue.Null(), "max_supply"),
				known(assetAddress, knownvalue.Null(), "desired_status"),
				known(assetAddress, text("published"), "status"),
			},
		},
		resource.TestStep{
			Config:      asset(`desired_status = "draft"`),
			ExpectError: says("A digital asset cannot become a draft again", "Leave desired_status out to keep it as it is."),
		},
	)
	w.run(t, w.holds("digital-assets"), steps...)
}

func TestDigitalAsset_statuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.run(t, w.holds("digital-assets"),
		resource.TestStep{
			Config: block(assetAddress, `internal_name = "card"`),
			Check:  w.holds("digital-assets", "card draft"),
		},
		resource.TestStep{
			PreConfig: w.mark,
			Config:    asset(`desired_status = "draft"`),
			Check:     w.wrote(`PATCH /v1/digital-assets/<card> {"title":{"en":"Founder card"}}`),
		},
		resource.TestStep{
			PreConfig: w.mark,
			Config:    block(assetAddress, `internal_name = "card"`),
			Check:     w.wrote(`PATCH /v1/digital-assets/<card> {"title":null}`),
		},
		resource.TestStep{
			PreConfig: w.mark, Config: asset(`desired_status = "published"`),
			Check: resource.ComposeTestCheckFunc(
				w.wrote(`PATCH /v1/digital-assets/<card> {"title":{"en":"Founder card"}}`,
					`POST /v1/digital-assets/<card>/publish`),
				w.holds("digital-assets", "card published"),
			),
		},
	)
}

// TestDigitalAsset_publishAfterUpdateFails checks that the next apply only publishes, if an update
// succeeded and the publish after it failed.
func TestDigitalAsset_publishAfterUpdateFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	config := asset(`max_supply = 5`, `desired_status = "published"`)
	w.run(t, nil,
		resource.TestStep{Config: asset()},
		resource.TestStep{
			PreConfig: w.fault(t, publishRefused("digital-assets")), Config: config,
			ExpectError: says(`Could not update digital asset "card"`, `title = {`, "title must be approved",
				"Correct the configuration and apply again."),
		},
		resource.TestStep{
			PreConfig: w.mark, Config: config, ConfigPlanChecks: acts(assetAddress, plancheck.ResourceActionUpdate),
			Check: w.wrote(`POST /v1/digital-assets/<card>/publish`),
		},
	)
}

func TestDigitalAsset_identity(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.post(t, "/v1/digital-assets",
		`{"internalName":"card","title":{"en":"Founder card"},"imageUrl":"https://cdn.example.com/card.png","maxSupply":500}`)
	w.checkIdentity(t, identityCase{"cohort_digital_asset", "digital-assets", "card", map[string]any{
		"internal_name": "card",
		"title":         map[string]any{"en": "Founder card"},
		"image_url":     "https://cdn.example.com/card.png",
		"max_supply":    500.0,
		"status":        "draft",
	}})
}

var assetOutside = outside{
	address: assetAddress, kind: "digital-assets", name: "card",
	config: asset(`max_supply = 5`),
	edit: map[string]any{
		"title":     map[string]any{"en": "Founder card", "fr": "Carte"},
		"maxSupply": nil,
		"videoUrl":  "https://cdn.example.com/x.mp4",
	},
	wrote: `PATCH /v1/digital-assets/<card> {"title":{"en":"Founder card"},"videoUrl":null,"maxSupply":5}`,
}

func TestDigitalAsset_publishWarns(t *testing.T) {
	t.Parallel()
	publishWarns(t, "cohort_digital_asset", "digital-assets", "digital asset", "published", func(*world) map[string]any {
		return map[string]any{
			"internal_name":  "card",
			"title":          map[string]any{"en": "Founder card"},
			"desired_status": "published",
		}
	})
}

func TestDigitalAsset_refused(t *testing.T) {
	t.Parallel()
	refused(t, asset(`max_supply = 5`), "/v1/digital-assets", "maxSupply must be at least 10",
		`Could not create digital asset "card"`, "max_supply = 5")
}

func TestDigitalAsset_importRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	first := w.post(t, "/v1/digital-assets", `{"internalName":"twice"}`)
	second := w.post(t, "/v1/digital-assets", `{"internalName":"twice"}`)
	step := resource.TestStep{Config: asset(), ResourceName: assetAddress, ImportState: true}
	unknown, several := step, step
	unknown.ImportStateId, unknown.ExpectError = "card",
		says(`No digital asset has the internal name "card"`, `The merchant has "twice", "twice".`)
	several.ImportStateId, several.ExpectError = "twice",
		says(`More than one digital asset has the internal name "twice"`, "Their ids are "+first+", "+second+".")
	w.run(t, nil, unknown, several)
}
