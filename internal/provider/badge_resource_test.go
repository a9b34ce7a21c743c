package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

const badgeAddress = "cohort_badge.gold"

// badgeList is the audience of the badges that need one of their own.
const badgeList = "resource \"cohort_list\" \"gold\" {\n  name = \"Golds\"\n}\n"

// badge returns the configuration of badgeList and of a badge that can be published, with these
// attributes.
func badge(attributes ...string) string {
	return badgeList + block(badgeAddress, append([]string{
		`internal_name = "gold"`, `audience_id = cohort_list.gold.id`, `title = { en = "Gold" }`,
		`image_url = "https://cdn.example.com/gold.svg"`,
	}, attributes...)...)
}

func TestBadge_lifecycle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.post(t, "/v1/cohorts", `{"type":"list","name":"VIPs"}`)
	w.post(t, "/v1/cohorts", `{"type":"segment","name":"Golden"}`)
	w.mark()
	steps := []resource.TestStep{{
		Config: block(badgeAddress,
			`internal_name      = "gold"`,
			`audience_id        = "<VIPs>"`,
			`title              = { en = "Gold" }`,
			`description        = { en = "You reached gold." }`,
			`image_url          = "https://cdn.example.com/gold.svg"`,
			`visibility         = "everyone"`,
			`locked_description = { en = "Reach gold to unlock." }`,
			`desired_status     = "published"`),
		Check: w.wrote(
			`POST /v1/badges {"internalName":"gold","cohortId":"<VIPs>","title":{"en":"Gold"},`+
				`"description":{"en":"You reached gold."},
				"imageUrl":"https://cdn.example.com/gold.svg","visibility":"everyone",`+
				`"lockedDescription":{"en":"Reach gold to unlock."}}`,
			`POST /v1/badges/<gold>/publish`,
		),
		ConfigStateChecks: []statecheck.StateCheck{
			known(badgeAddress, knownvalue.NotNull(), "id"),
			known(badgeAddress, text("test"), "mode"),
			known(badgeAddress, text("published"), "status"),
		},
	}}
	steps = append(steps, imports(badgeAddress, "gold")...)
	steps = append(steps,
		resource.TestStep{
			PreConfig: w.mark,
			Config: block(badgeAddress,
				`internal_name  = "gold-badge"`,
				`audience_id    = "<Golden>"`,
				`title          = { en = "Golden" }`,
				`image_url      = "https://cdn.example.com/golden.svg"`,
				`visibility     = "owners"`,
				`desired_status = "published"`),
			ConfigPlanChecks: acts(badgeAddress, plancheck.ResourceActionUpdate),
			Check: w.wrote(`PATCH /v1/badges/<gold> {"internalName":"gold-badge","cohortId":"<Golden>",` +
				`"title":{"en":"Golden"},"description":null,
				"imageUrl":"https://cdn.example.com/golden.svg","visibility":"owners","lockedDescription":null}`),
			ConfigStateChecks: []statecheck.StateCheck{
				known(badgeAddress, knownvalue.Null(), "description"),
				known(badgeAddress, knownvalue.Null(), "locked_description"),
			},
		},
		// Without the attribute, the visibility returns to its default.
		resource.TestStep{
			PreConfig: w.mark,
			Config: block(badgeAddress, `internal_name = "gold-badge"`, `audience_id = "<Golden>"`,
				`title = { en = "Golden" }`, `image_url = "https://cdn.example.com/golden.svg"`),
			Check: w.wrote(`PATCH /v1/badges/<gold> {"visibility":"everyone"}`),
			ConfigStateChecks: []statecheck.StateCheck{
				known(badgeAddress, text("everyone"), "visibility"), known(badgeAddress, text("published"), "status"),
			},
		},
		resource.TestStep{
			Config: block(badgeAddress, `internal_name = "gold-badge"`, `audience_id = "<Golden>"`,
				`desired_status = "draft"`),
			ExpectError: says("A badge cannot become a draft again", "Leave desired_status out to keep it as it is."),
		},
	)
	w.run(t, w.holds("badges"), steps...)
}

func TestBadge_draft(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	bare := badgeList + block(badgeAddress, `internal_name = "gold"`, `audience_id = cohort_list.gold.id`)
	w.run(t, resource.ComposeTestCheckFunc(w.holds("badges"), w.holds("cohorts")),
		resource.TestStep{Config: badge(), Check: w.holds("badges", "gold draft")},
		resource.TestStep{
			PreConfig: w.mark, Config: bare, ConfigPlanChecks: acts(badgeAddress, plancheck.ResourceActionUpdate),
			Check: w.wrote(`PATCH /v1/badges/<gold> {"title":null,"imageUrl":null}`),
		},
		resource.TestStep{
			PreConfig: w.mark, Config: badge(`desired_status = "published"`),
			Check: w.wrote(`PATCH /v1/badges/<gold> {"title":{"en":"Gold"},"imageUrl":"https://cdn.example.com/gold.svg"}`,
				`POST /v1/badges/<gold>/publish`),
		},
	)
}

func TestBadge_identity(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	list := w.post(t, "/v1/cohorts", `{"type":"list","name":"VIPs"}`)
	w.post(t, "/v1/badges",
		`{"internalName":"gold","cohortId":"`+list+`","title":{"en":"Gold"},"lockedDescription":{"en":"Soon"}}`)
	w.checkIdentity(t, identityCase{"cohort_badge", "badges", "gold", map[string]any{
		"internal_name":      "gold",
		"audience_id":        list,
		"title":              map[string]any{"en": "Gold"},
		"locked_description": map[string]any{"en": "Soon"},
		"visibility":         "everyone",
		"status":             "draft",
	}})
}

var badgeOutside = outside{
	address: badgeAddress, kind: "badges", name: "gold",
	config: badge(`visibility = "owners"`, `desired_status = "published"`),
	edit:   map[string]any{"visibility": "everyone", "lockedDescription": map[string]any{"en": "New"}, "imageUrl": nil},
	wrote: `PATCH /v1/badges/<gold> {"imageUrl":"https://cdn.example.com/gold.svg","visibility":"owners",` +
		`"lockedDescription":null}`,
}

func TestBadge_publishWarns(t *testing.T) {
	t.Parallel()
	publishWarns(t, "cohort_badge", "badges", "badge", "published", func(w *world) map[string]any {
		return map[string]any{
			"internal_name":  "gold",
			"audience_id":    w.post(t, "/v1/cohorts", `{"type":"list","name":"VIPs"}`),
			"visibility":     "everyone",
			"title":          map[string]any{"en": "Gold"},
			"image_url":      "https://cdn.example.com/gold.svg",
			"desired_status": "published",
		}
	})
}

func TestBadge_unknownReference(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.run(t, w.holds("badges"), resource.TestStep{
		Config: block(badgeAddress, `internal_name = "gold"`, `audience_id = "6f1ed002-ab59-4d8c-9c1f-5d9d9cf1b4a4"`),
		ExpectError: says(`Could not create badge "gold"`, `audience_id = "6f1ed002-ab59-4d8c-9c1f-5d9d9cf1b4a4"`,
			`The service said "cohortId refers to no cohort \"6f1ed002-ab59-4d8c-9c1f-5d9d9cf1b4a4\"" (HTTP 417, `+
				`code generic.invalid-reference).`),
	})
}

func TestBadge_refused(t *testing.T) {
	t.Parallel()
	refused(t, badge(), "/v1/badges", "imageUrl must be square", `Could not create badge "gold"`,
		`image_url = "https://cdn.example.com/gold.svg"`)
}

func TestBadge_importRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	list := w.post(t, "/v1/cohorts", `{"type":"list","name":"VIPs"}`)
	first := w.post(t, "/v1/badges", `{"internalName":"twice","cohortId":"`+list+`"}`)
	second := w.post(t, "/v1/badges", `{"internalName":"twice","cohortId":"`+list+`"}`)
	step := resource.TestStep{Config: badge(), ResourceName: badgeAddress, ImportState: true}
	unknown, several := step, step
	unknown.ImportStateId, unknown.ExpectError = "gold",
		says(`No badge has the internal name "gold"`, `The merchant has "twice", "twice".`)
	several.ImportStateId, several.ExpectError = "twice",
		says(`More than one badge has the internal name "twice"`, "Their ids are "+first+", "+second+".")
	w.run(t, nil, unknown, several)
}
