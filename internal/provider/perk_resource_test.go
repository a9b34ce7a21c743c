package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

const perkAddress = "cohort_perk.welcome"

// perk returns the configuration of a perk with a title and these attributes.
func perk(attributes ...string) string {
	return block(perkAddress,
		append([]string{`internal_name = "welcome"`, `title = { en = "10% off" }`}, attributes...)...)
}

func TestPerk_lifecycle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	discount := `shopify_discount = { name = "WELCOME10", type = "percentage", value = 10 }`
	steps := []resource.TestStep{{
		Config: block(perkAddress,
			`internal_name  = "welcome"`,
			`title          = { en = "10% off", fr = "10 % offerts" }`,
			`description    = { en = "<p>On your next order.</p>", fr = "<p>Sur la prochaine commande.</p>" }`,
			`image_url      = "https://cdn.example.com/10.png"`,
			`expires_at     = "2037-01-01T00:00:00Z"`,
			`desired_status = "live"`,
			`on_destroy     = "delete"`, discount),
		Check: w.wrote(
			`POST /v1/perks {"internalName":"welcome","title":{"en":"10% off","fr":"10 % offerts"},
				"description":{"en":"<p>On your next order.</p>","fr":"<p>Sur la prochaine commande.</p>"},
				"imageUrl":"https://cdn.example.com/10.png","expiresAt":"2037-01-01T00:00:00Z",
				"type":"shopify-discount","typeConfig":{"discountName":"WELCOME10","discountType":"percentage","value":10}}`,
			`POST /v1/perks/<welcome>/publish`,
		),
		ConfigStateChecks: []statecheck.StateCheck{
			known(perkAddress, knownvalue.NotNull(), "id"),
			known(perkAddress, text("test"), "mode"),
			known(perkAddress, text("live"), "status"),
			known(perkAddress, knownvalue.Float64Exact(10), "shopify_discount", "value"),
		},
	}}
	steps = append(steps, imports(perkAddress, "welcome", "on_destroy")...)
	steps = append(steps,
		resource.TestStep{
			PreConfig: w.mark,
			Config: block(perkAddress,
				`internal_name  = "welcome-15"`,
				`title          = { en = "15% off", fr = "15 % offerts" }`,
				`description    = { en = "<p>On your next order.</p>", fr = "<p>Sur la prochaine commande.</p>" }`,
				`video_url      = "https://cdn.example.com/15.mp4"`,
				`expires_at     = "2037-01-02T00:00:00Z"`,
				`desired_status = "live"`,
				`on_destroy     = "delete"`,
				`shopify_discount = { name = "WELCOME15", type = "fixed-amount", value = 15.5 }`),
			ConfigPlanChecks: acts(perkAddress, plancheck.ResourceActionUpdate),
			Check: w.wrote(`PATCH /v1/perks/<welcome> {"internalName":"welcome-15","title":{"en":"15% off","fr":"15 % offerts"},
				"imageUrl":null,"videoUrl":"https://cdn.example.com/15.mp4","expiresAt":"2037-01-02T00:00:00Z",
				"type":"shopify-discount","typeConfig":{"discountName":"WELCOME15","discountType":"fixed-amount","value":15.5}}`),
		},
		resource.TestStep{
			PreConfig: w.mark, Config: perk(`on_destroy = "delete"`),
			ConfigPlanChecks: acts(perkAddress, plancheck.ResourceActionUpdate),
			Check: w.wrote(`PATCH /v1/perks/<welcome> {"internalName":"welcome","title":{"en":"10% off"},"description":null,
				"videoUrl":null,"expiresAt":null,"type":"none","typeConfig":null}`),
			ConfigStateChecks: []statecheck.StateCheck{
				known(perkAddress, knownvalue.Null(), "description"),
				known(perkAddress, knownvalue.Null(), "video_url"),
				known(perkAddress, knownvalue.Null(), "expires_at"),
				known(perkAddress, knownvalue.Null(), "shopify_discount"),
				known(perkAddress, knownvalue.Null(), "desired_status"),
				known(perkAddress, text("live"), "status"),
			},
		},
	)
	w.run(t, resource.ComposeTestCheckFunc(w.holds("perks"), w.wrote(
		`PATCH /v1/perks/<welcome> {"internalName":"welcome","title":{"en":"10% off"},"description":null,"videoUrl":null,`+
			`"expiresAt":null,"type":"none","typeConfig":null}`,
		`POST /v1/perks/<welcome>/archive`, `DELETE /v1/perks/<welcome>`,
	)), steps...)
}

func TestPerk_draftWithoutTitle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.run(t, w.holds("perks"),
		resource.TestStep{
			Config: block(perkAddress, `internal_name = "welcome"`, `title = { en = "10% off" }`,
				`image_url = "https://cdn.example.com/10.png"`),
			Check: w.holds("perks", "welcome draft"),
		},
		resource.TestStep{
			PreConfig: w.mark, Config: block(perkAddress, `internal_name = "welcome"`),
			ConfigPlanChecks: acts(perkAddress, plancheck.ResourceActionUpdate),
			Check:            w.wrote(`PATCH /v1/perks/<welcome> {"title":null,"imageUrl":null}`),
		},
	)
}

// TestPerk_kinds checks that each kind of perk can become each other kind, with the settings of
// that kind.
func TestPerk_kinds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	var steps []resource.TestStep
	for _, kind := range []struct{ attribute, wrote string }{
		{
			`code = { value = "SESAME" }`,
			`POST /v1/perks {"internalName":"welcome","title":{"en":"10% off"},"type":"code","typeConfig":{"code":"SESAME"}}`,
		},
		{`code = { value = "OPEN" }`, `PATCH /v1/perks/<welcome> {"type":"code","typeConfig":{"code":"OPEN"}}`},
		{
			`link = { url = "https://example.com/" }`,
			`PATCH /v1/perks/<welcome> {"type":"link","typeConfig":{"url":"https://example.com/"}}`,
		},
		{
			`custom = { type = "ticket", settings = jsonencode({ b = 1, a = { d = [], c = "x" } }) }`,
			`PATCH /v1/perks/<welcome> {"type":"ticket","typeConfig":{"a":{"c":"x","d":[]},"b":1}}`,
		},
		{`custom = { type = "ticket" }`, `PATCH /v1/perks/<welcome> {"type":"ticket","typeConfig":null}`},
		{``, `PATCH /v1/perks/<welcome> {"type":"none","typeConfig":null}`},
	} {
		steps = append(steps, resource.TestStep{PreConfig: w.mark, Config: perk(kind.attribute), Check: w.wrote(kind.wrote)})
	}
	w.run(t, nil, steps...)
}

func TestPerk_statuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.run(t,
		resource.ComposeTestCheckFunc(w.holds("perks", "welcome archived"), w.wrote(`POST /v1/perks/<welcome>/archive`)),
		resource.TestStep{Config: perk(), Check: w.holds("perks", "welcome draft")},
		resource.TestStep{PreConfig: w.mark, Config: perk(`desired_status = "draft"`), Check: w.wrote()},
		resource.TestStep{
			PreConfig: w.mark, Config: perk(`desired_status = "archived"`),
			Check: resource.ComposeTestCheckFunc(w.wrote(`POST /v1/perks/<welcome>/archive`),
				w.holds("perks", "welcome archived")),
		},
		// The perk returns from the archive as the draft that it was. Only then is it published.
		resource.TestStep{
			PreConfig: w.mark, Config: perk(`desired_status = "live"`),
			ConfigPlanChecks: acts(perkAddress, plancheck.ResourceActionUpdate),
			Check: resource.ComposeTestCheckFunc(w.wrote(`POST /v1/perks/<welcome>/unarchive`,
				`POST /v1/perks/<welcome>/publish`), w.holds("perks", "welcome live")),
		},
		resource.TestStep{
			Config: perk(`desired_status = "draft"`),
			ExpectError: says("A perk cannot become a draft again", `desired_status = "draft"`,
				"It is live, and the service cannot take that back."),
		},
		resource.TestStep{
			PreConfig: w.mark,
			Config:    perk(),
			Check:     resource.ComposeTestCheckFunc(w.wrote(), w.holds("perks", "welcome live")),
		},
		// An archived perk cannot be edited, so an edit comes before the archiving and after the return.
		resource.TestStep{
			PreConfig: w.mark, Config: perk(`desired_status = "archived"`, `image_url = "https://cdn.example.com/1.png"`),
			Check: w.wrote(`PATCH /v1/perks/<welcome> {"imageUrl":"https://cdn.example.com/1.png"}`,
				`POST /v1/perks/<welcome>/archive`),
		},
		resource.TestStep{
			PreConfig: w.mark, Config: perk(`desired_status = "live"`),
			Check: resource.ComposeTestCheckFunc(
				w.wrote(`POST /v1/perks/<welcome>/unarchive`, `PATCH /v1/perks/<welcome> {"imageUrl":null}`),
				w.holds("perks", "welcome live"),
			),
		},
		resource.TestStep{PreConfig: w.mark, Config: perk(`desired_status = "live"`), ConfigPlanChecks: nothingToDo},
	)
}

func TestPerk_editArchived(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.run(t, w.holds("perks", "welcome archived"),
		resource.TestStep{Config: perk(`desired_status = "archived"`), Check: w.holds("perks", "welcome archived")},
		resource.TestStep{
			Config: perk(`desired_status = "archived"`, `image_url = "https://cdn.example.com/1.png"`),
			ExpectError: says(`Could not update perk "welcome"`, "code perk.invalid-state",
				"The status of the object does not allow this edit. To edit an archived object, set desired_status"),
		},
	)
}

// TestPerk_statusDrifts checks that a plan reverts a perk that somebody archived, but not a perk
// that somebody published.
func TestPerk_statusDrifts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.run(t, w.holds("perks", "welcome archived"),
		resource.TestStep{Config: perk(`desired_status = "draft"`)},
		resource.TestStep{
			PreConfig:        w.patch(t, "perks", "welcome", map[string]any{"status": "live"}),
			Config:           perk(`desired_status = "draft"`),
			ConfigPlanChecks: nothingToDo,
		},
		resource.TestStep{Config: perk(`desired_status = "live"`), Check: w.wrote()},
		resource.TestStep{
			PreConfig:        w.patch(t, "perks", "welcome", map[string]any{"status": "archived"}),
			Config:           perk(`desired_status = "live"`),
			ConfigPlanChecks: acts(perkAddress, plancheck.ResourceActionUpdate),
			Check:            w.wrote(`POST /v1/perks/<welcome>/unarchive`),
		},
		// Without desired_status, others may change the status.
		resource.TestStep{Config: perk()},
		resource.TestStep{
			PreConfig:        w.patch(t, "perks", "welcome", map[string]any{"status": "archived"}),
			Config:           perk(),
			ConfigPlanChecks: nothingToDo,
		},
	)
}

func TestPerk_destroysDraft(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.run(t, w.holds("perks"), resource.TestStep{
		Config: perk(`on_destroy = "archive"`),
		Check:  w.holds("perks", "welcome draft"),
	})
}

// TestPerk_timeForms checks that the same instant in another form is no change.
func TestPerk_timeForms(t *testing.T) {
	t.Parallel()
	forms := map[string]string{
		"milliseconds": "2037-01-01T00:00:00.000Z",
		"nanoseconds":  "2037-01-01T00:00:00.000000000Z",
		"other-zone":   "2037-01-01T01:30:00+01:30",
		"zero-offset":  "2037-01-01T00:00:00+00:00",
	}
	w := newWorld(t, sandbox.Options{})
	var config string
	var asWritten []statecheck.StateCheck
	var updates []plancheck.PlanCheck
	var wrote []resource.TestCheckFunc
	for name, form := range forms {
		address := "cohort_perk." + name
		config += block(address, fmt.Sprintf("internal_name = %q", name), fmt.Sprintf("expires_at = %q", form))
		asWritten = append(asWritten, known(address, text(form), "expires_at"))
		updates = append(updates, plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate))
		wrote = append(wrote, w.wroteOf("<"+name+">", `PATCH /v1/perks/<`+name+`> {"expiresAt":"`+form+`"}`))
	}
	stored := func(as string) func() {
		return func() {
			t.Helper()
			for name := range forms {
				w.patch(t, "perks", name, map[string]any{"expiresAt": as})()
			}
		}
	}
	w.run(t, nil,
		resource.TestStep{Config: config, ConfigStateChecks: asWritten},
		resource.TestStep{PreConfig: stored("2037-01-01T00:00:00.000Z"), Config: config, ConfigPlanChecks: nothingToDo},
		resource.TestStep{
			PreConfig:        stored("2037-01-01T00:00:01.000Z"),
			Config:           config,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: updates},
			Check:            resource.ComposeTestCheckFunc(wrote...),
		},
	)
}

func TestPerk_identity(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	id := w.post(t, "/v1/perks",
		`{"internalName":"welcome","title":{"en":"10% off"},"type":"code","typeConfig":{"code":"SESAME"},`+
			`"expiresAt":"2037-01-01T00:00:00Z"}`)
	w.post(t, "/v1/perks/"+id+"/publish", "")
	w.checkIdentity(t, identityCase{"cohort_perk", "perks", "welcome", map[string]any{
		"internal_name": "welcome", "title": map[string]any{"en": "10% off"}, "code": map[string]any{"value": "SESAME"},
		"expires_at": "2037-01-01T00:00:00Z", "status": "live", "desired_status": "live", "on_destroy": "archive",
	}})
}

var perkOutside = outside{
	address: perkAddress, kind: "perks", name: "welcome",
	config: perk(`code = { value = "SESAME" }`, `desired_status = "live"`),
	edit: map[string]any{
		"title":       map[string]any{"en": "Changed"},
		"description": map[string]any{"en": "New"},
		"imageUrl":    "https://cdn.example.com/x.png",
		"typeConfig":  map[string]any{"code": "OPEN"},
	},
	wrote: `PATCH /v1/perks/<welcome> {"title":{"en":"10% off"},"description":null,"imageUrl":null,"type":"code",` +
		`"typeConfig":{"code":"SESAME"}}`,
}

func TestPerk_publishWarns(t *testing.T) {
	t.Parallel()
	publishWarns(t, "cohort_perk", "perks", "perk", "live", func(*world) map[string]any {
		return map[string]any{"internal_name": "welcome", "title": map[string]any{"en": "10% off"}, "desired_status": "live"}
	})
}

func TestPerk_refused(t *testing.T) {
	t.Parallel()
	refused(t, perk(), "/v1/perks", "title.en must be shorter", `Could not create perk "welcome"`, "title = {")
}

func TestPerk_importRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.post(t, "/v1/perks", `{"internalName":"twice"}`)
	w.post(t, "/v1/perks", `{"internalName":"twice"}`)
	old := w.post(t, "/v1/perks", `{"internalName":"old"}`)
	w.post(t, "/v1/perks/"+old+"/archive", "")
	var ids []string
	for _, object := range w.Objects("test", "perks") {
		id, _ := object["id"].(string)
		ids = append(ids, id)
	}
	step := resource.TestStep{Config: perk(), ResourceName: perkAddress, ImportState: true}
	unknown, several, archived := step, step, step
	unknown.ImportStateId, unknown.ExpectError = "welcome",
		says(`No perk has the internal name "welcome"`, `The merchant has "twice", "twice".`)
	several.ImportStateId, several.ExpectError = "twice",
		says(`More than one perk has the internal name "twice"`, "Their ids are "+ids[0]+", "+ids[1]+". Use one of the ids")
	archived.ImportStateId, archived.ExpectError = "old",
		says(`No perk has the internal name "old"`, "An archived one has it, with id "+ids[2]+".")
	w.run(t, nil, unknown, several, archived)
}
