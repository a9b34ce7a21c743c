package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

const campaignAddress = "cohort_campaign.summer"

// campaignWorld starts a world with audiences and rewards to refer to: <VIPs>, <Golden>, <welcome>,
// <card>.
func campaignWorld(t *testing.T, options sandbox.Options) *world {
	t.Helper()
	w := newWorld(t, options)
	w.post(t, "/v1/cohorts", `{"type":"list","name":"VIPs"}`)
	w.post(t, "/v1/cohorts", `{"type":"segment","name":"Golden"}`)
	perk := w.post(t, "/v1/perks", `{"internalName":"welcome","title":{"en":"10% off"}}`)
	w.post(t, "/v1/perks/"+perk+"/publish", "")
	asset := w.post(t, "/v1/digital-assets", `{"internalName":"card","title":{"en":"Founder card"}}`)
	w.post(t, "/v1/digital-assets/"+asset+"/publish", "")
	w.mark()
	return w
}

// campaign returns the configuration of a campaign with these attributes.
func campaign(attributes ...string) string {
	return block(campaignAddress, append([]string{`internal_name = "summer"`}, attributes...)...)
}

// hunt returns the configuration of a challenge that can be published, with these additional
// attributes.
func hunt(attributes ...string) string {
	return campaign(append([]string{`rewards = [{ perk_id = "<welcome>" }]`, huntForm}, attributes...)...)
}

const huntForm = `challenge = {
  title       = { en = "Summer hunt" }
  opt_in_cta  = { en = "Join" }
  description = { en = "<p>Hunt.</p>" }
  image_url   = "https://cdn.example.com/summer.jpg"
  steps       = [{ user_action = "visit", title = { en = "Visit" }, triggers = [{ type = "visit" }] }]
}`

// stepped returns the configuration of a draft challenge with these steps.
func stepped(steps ...string) string {
	return campaign("challenge = {\n  title = { en = \"Summer hunt\" }\n  steps = [\n" + strings.Join(steps, ",\n") +
		"\n  ]\n}")
}

// steppedSettings returns the settings that the service receives for stepped.
func steppedSettings(steps ...string) string {
	return `{"name":{"en":"Summer hunt"},"optInCta":{},"description":{},"imageUrl":null,"videoUrl":null,` +
		`"slug":"summer-hunt","steps":[` + strings.Join(steps, ",") + `]}`
}

func TestCampaign_challenge(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	full := func(changes ...string) string {
		return strings.NewReplacer(changes...).Replace(block(campaignAddress,
			`internal_name  = "summer"`,
			`audience_id    = "<VIPs>"`,
			`start_at       = "2037-06-01T00:00:00Z"`,
			`end_at         = "2037-08-31T22:00:00Z"`,
			`rewards        = [{ perk_id = "<welcome>", quantity = 10 }, { digital_asset_id = "<card>", quantity = 50 }]`,
			`distribution   = { instant_draw = { max_boxes = 1000 } }`,
			`desired_status = "published"`,
			`on_destroy     = "delete"`,
			`challenge = {
			   title       = { en = "Summer hunt", fr = "La chasse" }
			   opt_in_cta  = { en = "Join", fr = "Participer" }
			   description = { en = "<p>Hunt.</p>", fr = "<p>Chassez.</p>" }
			   image_url   = "https://cdn.example.com/summer.jpg"
			   slug        = "the-hunt"
			   steps = [{
			     user_action = "cohort_form"
			     icon        = "form"
			     title       = { en = "Size", fr = "Taille" }
			     description = { en = "Tell us.", fr = "Dites-le." }
			     triggers    = [{ type = "cohort_form", settings = jsonencode({ property = "email" }) }, { type = "manual" }]
			   }]
			 }`))
	}
	settings := func(id string) string {
		return `{"name":{"en":"Summer hunt","fr":"La chasse"},"optInCta":{"en":"Join","fr":"Participer"},` +
			`"description":{"en":"<p>Hunt.</p>","fr":"<p>Chassez.</p>"},
			"imageUrl":"https://cdn.example.com/summer.jpg","videoUrl":null,"slug":"the-hunt","steps":[{` + id +
			`"userAction":"cohort_form","icon":"form",
			"title":{"en":"Size","fr":"Taille"},"description":{"en":"Tell us.","fr":"Dites-le."},
			"triggers":[{"type":"cohort_form","typeConfig":{"property":"email"}},{"type":"manual","typeConfig":null}]}]}`
	}
	steps := []resource.TestStep{{
		Config: full(),
		Check: w.wrote(
			`POST /v1/campaigns {"internalName":"summer","type":"challenge","cohortId":"<VIPs>",`+
				`"startAt":"2037-06-01T00:00:00Z","endAt":"2037-08-31T22:00:00Z",
				"rewards":[{"type":"perk","rewardId":"<welcome>","quantity":10,"price":null},{"type":"digital-asset",`+
				`"rewardId":"<card>","quantity":50,"price":null}],
				"distribution":{"type":"instant-draw","typeConfig":{"maxBoxes":1000}},"typeConfig":`+settings("")+`}`,
			`POST /v1/campaigns/<summer>/publish`,
		),
		ConfigStateChecks: []statecheck.StateCheck{
			known(campaignAddress, knownvalue.NotNull(), "id"),
			known(campaignAddress, text("test"), "mode"),
			known(campaignAddress, text("published"), "status"),
			known(campaignAddress, knownvalue.NotNull(), "challenge", "steps", 0, "id"),
		},
	}}
	steps = append(steps, imports(campaignAddress, "summer", "on_destroy")...)
	steps = append(steps,
		resource.TestStep{
			PreConfig: w.mark, Config: full(`"<VIPs>"`, `"<Golden>"`, `08-31T22`, `09-30T22`),
			ConfigPlanChecks: acts(campaignAddress, plancheck.ResourceActionUpdate),
			Check:            w.wrote(`PATCH /v1/campaigns/<summer> {"cohortId":"<Golden>","endAt":"2037-09-30T22:00:00Z"}`),
		},
		// The update replaces the settings of the form as a whole, and the step keeps its id.
		resource.TestStep{
			PreConfig: w.mark, Config: full(`Hunt.`, `Hunt!`, `the-hunt`, `hunt`),
			ConfigPlanChecks: acts(campaignAddress, plancheck.ResourceActionUpdate),
			Check: w.wrote(`PATCH /v1/campaigns/<summer> {"cohortId":"<VIPs>","endAt":"2037-08-31T22:00:00Z","typeConfig":` +
				strings.NewReplacer(`Hunt.`, `Hunt!`, `the-hunt`, `hunt`).Replace(settings(`"id":"<Size>",`)) + `}`),
		},
	)
	w.run(t,
		resource.ComposeTestCheckFunc(w.holds("campaigns"), w.holds("cohorts", "VIPs", "Golden"),
			w.holds("perks", "welcome live")), steps...)
}

func TestCampaign_clear(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	w.run(t, w.holds("campaigns"),
		resource.TestStep{
			Config: campaign(
				`audience_id  = "<VIPs>"`,
				`start_at     = "2037-06-01T00:00:00Z"`,
				`end_at       = "2037-08-31T22:00:00Z"`,
				`rewards      = [{ perk_id = "<welcome>", quantity = 10 }]`,
				`distribution = { raffle = { max_boxes = 10, draw_at = "2037-09-01T00:00:00Z" } }`,
				`challenge = {
				   title       = { en = "Summer hunt" }
				   opt_in_cta  = { en = "Join" }
				   description = { en = "<p>Hunt.</p>" }
				   video_url   = "https://cdn.example.com/summer.mp4"
				   steps       = [{ user_action = "visit", icon = "eye", title = { en = "Visit" }, description = { en = "Go." }, `+
					`triggers = [{ type = "visit" }] }]
				 }`),
			ConfigStateChecks: []statecheck.StateCheck{known(campaignAddress, text("summer-hunt"), "challenge", "slug")},
		},
		resource.TestStep{
			PreConfig: w.mark, Config: campaign(`challenge = { steps = [{ user_action = "visit" }] }`),
			ConfigPlanChecks: acts(campaignAddress, plancheck.ResourceActionUpdate),
			Check: w.wrote(`PATCH /v1/campaigns/<summer> {"cohortId":null,"startAt":null,"endAt":null,"rewards":null,` +
				`"distribution":null,
				"typeConfig":{"name":{},"optInCta":{},"description":{},"imageUrl":null,"videoUrl":null,"slug":"summer-hunt",
				"steps":[{"id":"<Visit>","userAction":"visit","icon":null,"title":{},"description":{},"triggers":[]}]}}`),
		},
		resource.TestStep{
			PreConfig: w.mark, Config: campaign(`challenge = {}`),
			Check: w.wrote(`PATCH /v1/campaigns/<summer> {"typeConfig":{"name":{},"optInCta":{},"description":{},` +
				`"imageUrl":null,"videoUrl":null,"slug":"summer-hunt","steps":[]}}`),
		},
	)
}

func TestCampaign_store(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	steps := []resource.TestStep{{
		Config: campaign(
			`rewards = [{ perk_id = "<welcome>", price = { amount = 990, currency = "EUR" } }, { digital_asset_id = "<card>" }]`,
			`store = { title = { en = "Shop" }, description = { en = "<p>Buy.</p>" }, `+
				`video_url = "https://cdn.example.com/shop.mp4" }`,
			`desired_status = "published"`,
		),
		Check: resource.ComposeTestCheckFunc(w.wrote(
			`POST /v1/campaigns {"internalName":"summer","type":"store",
				"rewards":[{"type":"perk","rewardId":"<welcome>","quantity":null,"price":{"amount":990,"currency":"EUR"}},`+
				`{"type":"digital-asset","rewardId":"<card>","quantity":null,"price":null}],
				"typeConfig":{"name":{"en":"Shop"},"description":{"en":"<p>Buy.</p>"},"imageUrl":null,`+
				`"videoUrl":"https://cdn.example.com/shop.mp4"}}`,
			`POST /v1/campaigns/<summer>/publish`,
		), w.holds("campaigns", "summer published")),
		ConfigStateChecks: []statecheck.StateCheck{known(campaignAddress, text("shop"), "store", "slug")},
	}}
	steps = append(steps, imports(campaignAddress, "summer")...)
	steps = append(steps,
		resource.TestStep{
			PreConfig: w.mark,
			Config: campaign(
				`rewards = [{ perk_id = "<welcome>", price = { amount = 990, currency = "EUR" } }, `+
					`{ digital_asset_id = "<card>" }]`,
				`store = { title = { en = "Shop" } }`, `desired_status = "published"`,
			),
			Check: w.wrote(`PATCH /v1/campaigns/<summer> {"typeConfig":{"name":{"en":"Shop"},"description":{},"imageUrl":null,` +
				`"videoUrl":null,"slug":"shop"}}`),
		},
	)
	w.run(t, w.holds("campaigns", "summer archived"), steps...)
}

func TestCampaign_airdrop(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	config := campaign(`rewards = [{ perk_id = "<welcome>" }]`, `airdrop = {}`, `audience_id = "<VIPs>"`)
	steps := []resource.TestStep{{
		Config: config,
		Check: w.wrote(`POST /v1/campaigns {"internalName":"summer","type":"airdrop","cohortId":"<VIPs>",
			"rewards":[{"type":"perk","rewardId":"<welcome>","quantity":null,"price":null}]}`),
	}}
	steps = append(steps, imports(campaignAddress, "summer")...)
	steps = append(steps, resource.TestStep{
		PreConfig: w.mark,
		Config:    campaign(`rewards = [{ perk_id = "<welcome>" }]`, `airdrop = {}`, `desired_status = "published"`),
		Check:     w.wrote(`PATCH /v1/campaigns/<summer> {"cohortId":null}`, `POST /v1/campaigns/<summer>/publish`),
	})
	w.run(t, w.holds("campaigns", "summer archived"), steps...)
}

func TestCampaign_airdropWarns(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	_, diags := w.protocol(t).create(t, "cohort_campaign", map[string]any{
		"internal_name": "summer", "airdrop": map[string]any{}, "desired_status": "published",
		"rewards": []any{map[string]any{"perk_id": w.id(t, "perks", "welcome")}},
	})
	noErrors(t, diags)
	got := theFirst(diags, tfprotov6.DiagnosticSeverityWarning).Summary
	if got != "Publishing an airdrop cannot be undone" {
		t.Errorf("warning %q", got)
	}
}

// TestCampaign_formReplaces checks that another form replaces the campaign, and that a published
// campaign stays in the archive when it is replaced.
func TestCampaign_formReplaces(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	w.run(t, w.holds("campaigns", "summer archived"),
		resource.TestStep{Config: hunt(`desired_status = "published"`), Check: w.holds("campaigns", "summer published")},
		resource.TestStep{
			PreConfig: w.mark, Config: campaign(`store = { title = { en = "Shop" } }`),
			ConfigPlanChecks: acts(campaignAddress, plancheck.ResourceActionDestroyBeforeCreate),
			Check:            w.holds("campaigns", "summer archived", "summer draft"),
		},
		resource.TestStep{
			PreConfig: w.mark, Config: campaign(`airdrop = {}`),
			ConfigPlanChecks: acts(campaignAddress, plancheck.ResourceActionDestroyBeforeCreate),
			Check:            w.holds("campaigns", "summer archived", "summer draft"),
		},
		resource.TestStep{
			PreConfig: w.mark, Config: campaign(`challenge = {}`),
			ConfigPlanChecks: acts(campaignAddress, plancheck.ResourceActionDestroyBeforeCreate),
			Check:            w.holds("campaigns", "summer archived", "summer draft"),
		},
	)
}

func TestCampaign_statuses(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	w.run(t, w.holds("campaigns", "summer archived"),
		resource.TestStep{Config: hunt(), Check: w.holds("campaigns", "summer draft")},
		resource.TestStep{
			Config: hunt(`desired_status = "ended"`),
			ExpectError: says("A campaign that was never published cannot end", `desired_status = "ended"`,
				`Publish it first (desired_status = "published")`),
		},
		resource.TestStep{PreConfig: w.mark, Config: hunt(`desired_status = "draft"`), Check: w.wrote()},
		resource.TestStep{
			PreConfig: w.mark, Config: hunt(`desired_status = "archived"`),
			Check: resource.ComposeTestCheckFunc(w.wrote(`POST /v1/campaigns/<summer>/archive`),
				w.holds("campaigns", "summer archived")),
		},
		resource.TestStep{
			PreConfig: w.mark, Config: hunt(`desired_status = "draft"`),
			Check: resource.ComposeTestCheckFunc(w.wrote(`POST /v1/campaigns/<summer>/unarchive`),
				w.holds("campaigns", "summer draft")),
		},
		resource.TestStep{
			PreConfig: w.mark, Config: hunt(`desired_status = "published"`),
			Check: resource.ComposeTestCheckFunc(w.wrote(`POST /v1/campaigns/<summer>/publish`),
				w.holds("campaigns", "summer published")),
		},
		resource.TestStep{
			Config: hunt(`desired_status = "draft"`),
			ExpectError: says("A campaign cannot become a draft again",
				`It is published, and the service cannot take that back. Leave desired_status out to keep it as it is, `+
					`or write "archived" to hide it from users.`),
		},
		resource.TestStep{
			PreConfig: w.mark,
			Config:    hunt(),
			Check:     resource.ComposeTestCheckFunc(w.wrote(), w.holds("campaigns", "summer published")),
		},
		resource.TestStep{
			PreConfig:        w.mark,
			Config:           hunt(`desired_status = "ended"`),
			ConfigPlanChecks: acts(campaignAddress, plancheck.ResourceActionUpdate),
			Check: resource.ComposeTestCheckFunc(w.wrote(`POST /v1/campaigns/<summer>/end`),
				w.holds("campaigns", "summer ended")),
		},
		resource.TestStep{
			Config:      hunt(`desired_status = "draft"`),
			ExpectError: says("A campaign cannot become a draft again", "It is ended"),
		},
		// A status beyond the desired one is accepted, because nothing can reopen a campaign.
		resource.TestStep{
			PreConfig: w.mark,
			Config:    hunt(`desired_status = "published"`),
			Check:     resource.ComposeTestCheckFunc(w.wrote(), w.holds("campaigns", "summer ended")),
		},
		resource.TestStep{
			PreConfig: w.mark, Config: hunt(`desired_status = "archived"`),
			Check: resource.ComposeTestCheckFunc(w.wrote(`POST /v1/campaigns/<summer>/archive`),
				w.holds("campaigns", "summer archived")),
		},
		resource.TestStep{
			PreConfig: w.mark, Config: hunt(`desired_status = "ended"`),
			Check: resource.ComposeTestCheckFunc(w.wrote(`POST /v1/campaigns/<summer>/unarchive`),
				w.holds("campaigns", "summer ended")),
		},
	)
}

func TestCampaign_endWarns(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	p := w.protocol(t)
	config := map[string]any{
		"internal_name": "summer", "airdrop": map[string]any{}, "desired_status": "published",
		"rewards": []any{map[string]any{"perk_id": w.id(t, "perks", "welcome")}},
	}
	state, diags := p.create(t, "cohort_campaign", config)
	noErrors(t, diags)
	config["desired_status"] = "ended"
	proposed := map[string]any{"id": state["id"], "mode": "test", "status": "published"}
	maps.Copy(proposed, config)
	plan, err := p.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName:         "cohort_campaign",
		PriorState:       asDynamic(t, state),
		ProposedNewState: asDynamic(t, proposed),
		Config:           asDynamic(t, config),
	})
	if err != nil {
		t.Fatal(err)
	}
	noErrors(t, plan.Diagnostics)
	got := theFirst(plan.Diagnostics, tfprotov6.DiagnosticSeverityWarning).Summary
	if got != "Ending cannot be undone" {
		t.Errorf("warning %q", got)
	}
}

// TestCampaign_endsByItself checks that the end of a published campaign is no drift. A campaign
// ends by itself when its rewards are used up.
func TestCampaign_endsByItself(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	w.run(t, w.holds("campaigns", "summer archived"),
		resource.TestStep{Config: hunt(`desired_status = "published"`)},
		resource.TestStep{
			PreConfig:        w.patch(t, "campaigns", "summer", map[string]any{"status": "ended"}),
			Config:           hunt(`desired_status = "published"`),
			ConfigPlanChecks: nothingToDo,
			ConfigStateChecks: []statecheck.StateCheck{
				known(campaignAddress, text("ended"), "status"), known(campaignAddress, text("published"), "desired_status"),
			},
		},
		resource.TestStep{PreConfig: w.mark, Config: hunt(`desired_status = "ended"`), Check: w.wrote()},
		resource.TestStep{PreConfig: w.mark, Config: hunt(), Check: w.wrote()},
	)
}

func TestCampaign_onDestroy(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	var config string
	var wrote []resource.TestCheckFunc
	for name, test := range map[string]struct {
		attributes []string
		wrote      []string
	}{
		"draft":         {nil, []string{`DELETE /v1/campaigns/<draft>`}},
		"draft_archive": {[]string{`on_destroy = "archive"`}, []string{`DELETE /v1/campaigns/<draft_archive>`}},
		"published":     {[]string{`desired_status = "published"`}, []string{`POST /v1/campaigns/<published>/archive`}},
		"published_delete": {
			[]string{`desired_status = "published"`, `on_destroy = "delete"`},
			[]string{`POST /v1/campaigns/<published_delete>/archive`, `DELETE /v1/campaigns/<published_delete>`},
		},
		"archived": {[]string{`desired_status = "archived"`}, nil},
		"archived_delete": {
			[]string{`desired_status = "archived"`, `on_destroy = "delete"`},
			[]string{`DELETE /v1/campaigns/<archived_delete>`},
		},
	} {
		form := strings.Replace(huntForm, "challenge = {",
			fmt.Sprintf("challenge = {\n  slug = %q", strings.ReplaceAll(name, "_", "-")), 1)
		attributes := append([]string{fmt.Sprintf("internal_name = %q", name), `rewards = [{ perk_id = "<welcome>" }]`, form},
			test.attributes...)
		config += block("cohort_campaign."+name, attributes...)
		wrote = append(wrote, w.wroteOf("<"+name+">", test.wrote...))
	}
	left := func(*terraform.State) error {
		got := map[string]any{}
		for _, object := range w.Objects("test", "campaigns") {
			got[fmt.Sprint(object["internalName"])] = object["status"]
		}
		if diff := gocmp.Diff(map[string]any{"published": "archived", "archived": "archived"}, got); diff != "" {
			return fmt.Errorf("destroy left (-want +got):\n%s", diff)
		}
		return nil
	}
	w.run(t, resource.ComposeTestCheckFunc(append(wrote, left)...),
		resource.TestStep{Config: config},
		resource.TestStep{PreConfig: w.mark, Config: config, ConfigPlanChecks: nothingToDo},
	)
}

// TestCampaign_steps checks that a step keeps its id whatever changes around it, because the
// progress of users depends on that id.
func TestCampaign_steps(t *testing.T) {
	t.Parallel()
	const (
		form = `{ user_action = "cohort_form", title = { en = "Form" }, triggers = [{ type = "cohort_form", ` +
			`settings = jsonencode({ property = "email" }) }] }`
		visit = `{ user_action = "visit", title = { en = "Visit" }, icon = "eye" }`
		share = `{ user_action = "share", title = { en = "Share" }, description = { en = "Tell." } }`
		first = `{ user_action = "visit", title = { en = "First" } }`
		bare  = `{ user_action = "share" }`
	)
	sent := func(id, action, title, icon, description, triggers string) string {
		return `{` + id + `"userAction":"` + action + `","icon":` + icon + `,"title":` + title + `,"description":` +
			description + `,"triggers":` + triggers + `}`
	}
	sentForm := sent(`"id":"<Form>",`, "cohort_form", `{"en":"Form"}`, `null`, `{}`,
		`[{"type":"cohort_form","typeConfig":{"property":"email"}}]`)
	sentVisit := sent(`"id":"<Visit>",`, "visit", `{"en":"Visit"}`, `"eye"`, `{}`, `[]`)
	sentShare := sent(`"id":"<Share>",`, "share", `{"en":"Share"}`, `null`, `{"en":"Tell."}`, `[]`)
	sentFirst := sent(`"id":"<First>",`, "visit", `{"en":"First"}`, `null`, `{}`, `[]`)
	patched := func(steps ...string) string {
		return `PATCH /v1/campaigns/<summer> {"typeConfig":` + steppedSettings(steps...) + `}`
	}
	without := func(sent string) string { _, rest, _ := strings.Cut(sent, ","); return "{" + rest }

	w := campaignWorld(t, sandbox.Options{})
	update := func(config, want string) resource.TestStep {
		return resource.TestStep{
			PreConfig:        w.mark,
			Config:           config,
			ConfigPlanChecks: acts(campaignAddress, plancheck.ResourceActionUpdate),
			Check:            w.wrote(want),
		}
	}
	w.run(t, nil,
		resource.TestStep{Config: stepped(form, visit, share)},
		// A new step in front, with the same action as another step.
		update(stepped(first, form, visit, share), patched(without(sentFirst), sentForm, sentVisit, sentShare)),
		// A step in the middle goes.
		update(stepped(first, visit, share), patched(sentFirst, sentVisit, sentShare)),
		// The opposite order.
		update(stepped(share, visit, first), patched(sentShare, sentVisit, sentFirst)),
		// An edit that keeps the action and the title.
		update(stepped(strings.Replace(share, "Tell.", "Tell all.", 1), visit, first),
			patched(strings.Replace(sentShare, "Tell.", "Tell all.", 1), sentVisit, sentFirst)),
		// Another title in the same place.
		update(stepped(strings.Replace(share, "Share", "Spread", 1), visit, first),
			patched(strings.Replace(sentShare, `{"en":"Share"}`, `{"en":"Spread"}`, 1), sentVisit, sentFirst)),
		// An edit and a new step in front at once.
		update(stepped(form, strings.Replace(share, "Share", "Spread", 1), strings.Replace(visit, "eye", "hand", 1), first),
			patched(without(sentForm), strings.Replace(sentShare, `{"en":"Share"}`, `{"en":"Spread"}`, 1),
				strings.Replace(sentVisit, "eye", "hand", 1), sentFirst)),
		// Without titles, the content identifies the steps.
		update(stepped(`{ user_action = "share", icon = "a" }`, `{ user_action = "share", icon = "b" }`), patched(
			sent("", "share", `{}`, `"a"`, `{}`, `[]`), sent(`"id":"<Share>",`, "share", `{}`, `"b"`, `{}`, `[]`))),
		update(stepped(`{ user_action = "share", icon = "b" }`, `{ user_action = "share", icon = "a" }`), patched(
			sent(`"id":"<Share>",`, "share", `{}`, `"b"`, `{}`, `[]`),
			sent(`"id":"<share>",`, "share", `{}`, `"a"`, `{}`, `[]`))),
		// Identical steps take the ids of the steps in the same places.
		update(stepped(bare, bare),
			patched(sent(`"id":"<Share>",`, "share", `{}`, `null`, `{}`, `[]`),
				sent(`"id":"<share>",`, "share", `{}`, `null`, `{}`, `[]`))),
		// A change elsewhere does not touch the steps.
		update(strings.Replace(stepped(bare, bare), `= "summer"`, `= "summer-2"`, 1),
			`PATCH /v1/campaigns/<summer> {"internalName":"summer-2"}`),
		update(strings.Replace(stepped(), `= "summer"`, `= "summer-2"`, 1), patched()),
	)
}

func TestCampaign_stepDrifts(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	const visit = `{ user_action = "visit", title = { en = "Visit" } }`
	const share = `{ user_action = "share", title = { en = "Share" } }`
	sent := func(id, action, title string) string {
		return `{` + id + `"userAction":"` + action + `","icon":null,"title":{"en":"` + title +
			`"},"description":{},"triggers":[]}`
	}
	w.run(t, nil,
		resource.TestStep{Config: stepped(visit, share)},
		resource.TestStep{
			PreConfig: func() {
				settings, _ := w.object(t, "campaigns", "summer")["typeConfig"].(map[string]any)
				steps, _ := settings["steps"].([]any)
				settings["steps"] = steps[1:]
				w.mark()
				w.patch(t, "campaigns", "summer", map[string]any{"typeConfig": settings})()
			},
			Config: stepped(visit, share), ConfigPlanChecks: acts(campaignAddress, plancheck.ResourceActionUpdate),
			Check: w.wrote(`PATCH /v1/campaigns/<summer> {"typeConfig":` +
				steppedSettings(sent("", "visit", "Visit"), sent(`"id":"<Share>",`, "share", "Share")) + `}`),
		},
	)
}

// TestCampaign_rewardOrder checks that a change in the order of rewards sends nothing, because the
// order means nothing to the service.
func TestCampaign_rewardOrder(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	other := w.post(t, "/v1/perks", `{"internalName":"other"}`)
	const (
		one   = `{ perk_id = "<welcome>", quantity = 10 }`
		two   = `{ digital_asset_id = "<card>", quantity = 50 }`
		three = `{ perk_id = "<other>", quantity = 5 }`
	)
	draw := func(rewards ...string) string {
		return campaign(`store = {}`, `distribution = { instant_draw = { max_boxes = 100 } }`,
			"rewards = ["+strings.Join(rewards, ", ")+"]")
	}
	reward := func(kind, id string, quantity int) map[string]any {
		return map[string]any{"type": kind, "rewardId": id, "quantity": quantity, "price": nil}
	}
	w.run(t, nil,
		resource.TestStep{Config: draw(one, two, three)},
		resource.TestStep{
			PreConfig: func() {
				w.patch(t, "campaigns", "summer", map[string]any{"rewards": []any{
					reward("perk", other, 5), reward("perk", w.id(t, "perks", "welcome"), 10),
					reward("digital-asset", w.id(t, "digital-assets", "card"), 50),
				}})()
			},
			Config: draw(one, two, three), ConfigPlanChecks: nothingToDo,
		},
		// A new order in the configuration shows in the plan, but the apply sends nothing.
		resource.TestStep{
			PreConfig:        w.mark,
			Config:           draw(three, one, two),
			ConfigPlanChecks: acts(campaignAddress, plancheck.ResourceActionUpdate),
			Check:            w.wrote(),
		},
		resource.TestStep{Config: draw(three, one, two), ConfigPlanChecks: nothingToDo},
		resource.TestStep{
			PreConfig: w.mark, Config: strings.Replace(draw(two, three, one), `= "summer"`, `= "summer-2"`, 1),
			Check: w.wrote(`PATCH /v1/campaigns/<summer> {"internalName":"summer-2"}`),
		},
		resource.TestStep{Config: draw(two, three, one)},
		resource.TestStep{
			PreConfig: w.mark, Config: draw(two, one), ConfigPlanChecks: acts(campaignAddress, plancheck.ResourceActionUpdate),
			Check: w.wrote(`PATCH /v1/campaigns/<summer> {"rewards":[{"type":"digital-asset","rewardId":"<card>",` +
				`"quantity":50,"price":null},
				{"type":"perk","rewardId":"<welcome>","quantity":10,"price":null}]}`),
		},
	)
}

func TestCampaign_distributions(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	const direct, draw = `rewards = [{ perk_id = "<welcome>" }]`, `rewards = [{ perk_id = "<welcome>", quantity = 3 }]`
	sent := func(quantity string) string {
		return `"rewards":[{"type":"perk","rewardId":"<welcome>","quantity":` + quantity + `,"price":null}]`
	}
	var steps []resource.TestStep
	for _, test := range []struct{ rewards, distribution, wrote string }{
		{
			direct, `distribution = { direct = { max_quantity = 7 } }`,
			`POST /v1/campaigns {"internalName":"summer","type":"airdrop",` + sent("null") +
				`,"distribution":{"type":"direct","typeConfig":{"maxQuantity":7}}}`,
		},
		{
			direct, `distribution = { direct = {} }`,
			`PATCH /v1/campaigns/<summer> {"distribution":{"type":"direct","typeConfig":{"maxQuantity":null}}}`,
		},
		{
			draw, `distribution = { instant_draw = { max_boxes = 3 } }`,
			`PATCH /v1/campaigns/<summer> {` + sent("3") + `,"distribution":{"type":"instant-draw",` +
				`"typeConfig":{"maxBoxes":3}}}`,
		},
		{
			draw, `distribution = { raffle = { max_boxes = 4, draw_at = "2037-09-01T02:00:00.000+02:00" } }`,
			`PATCH /v1/campaigns/<summer> {"distribution":{"type":"raffle","typeConfig":{"maxBoxes":4,` +
				`"drawAt":"2037-09-01T02:00:00.000+02:00"}}}`,
		},
		{direct, ``, `PATCH /v1/campaigns/<summer> {` + sent("null") + `,"distribution":null}`},
	} {
		steps = append(steps, resource.TestStep{
			PreConfig: w.mark, Config: campaign(`airdrop = {}`, test.rewards, test.distribution), Check: w.wrote(test.wrote),
		})
	}
	w.run(t, w.holds("campaigns"), steps...)
}

func TestCampaign_timeForms(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	config := campaign(`airdrop = {}`, `start_at = "2037-06-01T02:00:00+02:00"`, `end_at = "2037-07-01T00:00:00.000Z"`)
	w.run(t, nil,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: w.patch(t, "campaigns", "summer", map[string]any{
				"startAt": "2037-06-01T00:00:00.000Z",
				"endAt":   "2037-07-01T00:00:00.000Z",
			}),
			Config: config, ConfigPlanChecks: nothingToDo,
		},
		resource.TestStep{
			PreConfig: w.patch(t, "campaigns", "summer", map[string]any{"endAt": "2037-07-02T00:00:00.000Z"}),
			Config:    config, Check: w.wrote(`PATCH /v1/campaigns/<summer> {"endAt":"2037-07-01T00:00:00.000Z"}`),
		},
	)
}

func TestCampaign_emptyLists(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	w.run(t, nil,
		resource.TestStep{Config: campaign(`rewards = []`, `challenge = { steps = [] }`)},
		resource.TestStep{Config: campaign(`challenge = { steps = [{ user_action = "visit", triggers = [] }] }`)},
		resource.TestStep{Config: campaign(`challenge = {}`)},
	)
}

func TestCampaign_identity(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	list, perk, asset := w.id(t, "cohorts", "VIPs"), w.id(t, "perks", "welcome"), w.id(t, "digital-assets", "card")
	id := w.post(t, "/v1/campaigns",
		`{"internalName":"summer","type":"challenge","cohortId":"`+list+`","startAt":"2037-06-01T00:00:00Z",
		"rewards":[{"type":"perk","rewardId":"`+perk+`","quantity":3,"price":null},{"type":"digital-asset","rewardId":"`+
			asset+`","quantity":4,"price":null}],
		"distribution":{"type":"raffle","typeConfig":{"maxBoxes":9,"drawAt":"2037-09-01T00:00:00Z"}},
		"typeConfig":{"name":{"en":"Hunt"},"optInCta":{"en":"Join"},"description":{"en":"<p>Hunt.</p>"},`+
			`"imageUrl":"https://cdn.example.com/1.png",
		"steps":[{"userAction":"visit","title":{"en":"Visit"},"triggers":[{"type":"visit","typeConfig":{"page":1}}]}]}}`)
	w.post(t, "/v1/campaigns/"+id+"/publish", "")
	settings, _ := w.object(t, "campaigns", "summer")["typeConfig"].(map[string]any)
	steps, _ := settings["steps"].([]any)
	step, _ := steps[0].(map[string]any)
	w.checkIdentity(t, identityCase{"cohort_campaign", "campaigns", "summer", map[string]any{
		"internal_name":  "summer",
		"audience_id":    list,
		"start_at":       "2037-06-01T00:00:00Z",
		"status":         "published",
		"desired_status": "published",
		"on_destroy":     "archive",
		"rewards": []any{
			map[string]any{"perk_id": perk, "quantity": 3.0}, map[string]any{"digital_asset_id": asset, "quantity": 4.0},
		},
		"distribution": map[string]any{"raffle": map[string]any{"max_boxes": 9.0, "draw_at": "2037-09-01T00:00:00Z"}},
		"challenge": map[string]any{
			"title":       map[string]any{"en": "Hunt"},
			"opt_in_cta":  map[string]any{"en": "Join"},
			"description": map[string]any{"en": "<p>Hunt.</p>"},
			"image_url":   "https://cdn.example.com/1.png",
			"slug":        "hunt",
			"steps": []any{map[string]any{
				"id": step["id"], "user_action": "visit", "title": map[string]any{"en": "Visit"},
				"triggers": []any{map[string]any{"type": "visit", "settings": `{"page":1}`}},
			}},
		},
	}})
}

var campaignOutside = outside{
	address: campaignAddress, kind: "campaigns", name: "summer",
	config: campaign(`store = { title = { en = "Shop" }, slug = "shop" }`),
	edit: map[string]any{
		"startAt":      "2037-06-01T00:00:00.000Z",
		"distribution": map[string]any{"type": "direct", "typeConfig": map[string]any{"maxQuantity": 3}},
		"typeConfig": map[string]any{
			"name":        map[string]any{"en": "Changed"},
			"description": map[string]any{},
			"imageUrl":    nil,
			"videoUrl":    nil,
			"slug":        "changed",
		},
	},
	wrote: `PATCH /v1/campaigns/<summer> {"startAt":null,"distribution":null,"typeConfig":{"name":{"en":"Shop"},` +
		`"description":{},"imageUrl":null,"videoUrl":null,"slug":"shop"}}`,
}

func TestCampaign_publishWarns(t *testing.T) {
	t.Parallel()
	publishWarns(t, "cohort_campaign", "campaigns", "campaign", "published", func(w *world) map[string]any {
		return map[string]any{
			"internal_name":  "summer",
			"store":          map[string]any{"title": map[string]any{"en": "Shop"}},
			"desired_status": "published",
			"rewards":        []any{map[string]any{"perk_id": w.post(t, "/v1/perks", `{"internalName":"welcome"}`)}},
		}
	})
}

// TestCampaign_archivedReward checks a publish that only the service can refuse, here because a
// reward is archived. The create leaves a draft without an error, and the next apply reports the
// error.
func TestCampaign_archivedReward(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	w.post(t, "/v1/perks/"+w.id(t, "perks", "welcome")+"/archive", "")
	w.run(t, w.holds("campaigns", "summer archived"),
		resource.TestStep{
			Config:             hunt(`desired_status = "published"`),
			ExpectNonEmptyPlan: true,
			Check:              w.holds("campaigns", "summer draft"),
		},
		resource.TestStep{
			Config: hunt(`desired_status = "published"`),
			ExpectError: says(`Could not update campaign "summer"`, "rewards = [",
				"rewards[0].rewardId refers to an archived perk", "code generic.invalid-reference"),
		},
		resource.TestStep{
			PreConfig: func() { w.post(t, "/v1/perks/"+w.id(t, "perks", "welcome")+"/unarchive", "") },
			Config:    hunt(`desired_status = "published"`), Check: w.holds("campaigns", "summer published"),
		},
	)
}

// TestCampaign_frozenRewards checks that the service refuses a change of what publishing froze, and
// that the error points to the attribute.
func TestCampaign_frozenRewards(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	w.run(t, nil,
		resource.TestStep{Config: hunt(`desired_status = "published"`)},
		resource.TestStep{
			Config: strings.Replace(hunt(`desired_status = "published"`), `perk_id = "<welcome>"`,
				`digital_asset_id = "<card>"`, 1),
			ExpectError: says(`Could not update campaign "summer"`, "rewards = [", "rewards cannot be changed after publishing",
				"code campaign.invalid-state"),
		},
		resource.TestStep{Config: hunt(`desired_status = "published"`), ConfigPlanChecks: nothingToDo},
	)
}

func TestCampaign_unknownReference(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	w.run(t, w.holds("campaigns"), resource.TestStep{
		Config: campaign(`airdrop = {}`, `rewards = [{ perk_id = "<welcome>" }, { perk_id = "<card>" }]`),
		ExpectError: says(`Could not create campaign "summer"`, "rewards = [",
			"rewards[1].rewardId refers to no perk", "code generic.invalid-reference"),
	})
}

func TestCampaign_slugTaken(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	w.post(t, "/v1/campaigns", `{"internalName":"other","type":"store","typeConfig":{"slug":"shop"}}`)
	w.run(t, w.holds("campaigns", "other draft"),
		resource.TestStep{
			Config: campaign(`store = { slug = "shop" }`),
			ExpectError: says(`Could not create campaign "summer"`, `A campaign with the slug \"shop\" exists already.`,
				"code campaign.already-exists"),
		},
		resource.TestStep{
			Config:            campaign(`store = { title = { en = "Shop" } }`),
			ConfigStateChecks: []statecheck.StateCheck{known(campaignAddress, text("shop-2"), "store", "slug")},
		},
	)
}

func TestCampaign_refused(t *testing.T) {
	t.Parallel()
	refused(t, campaign(`store = {}`, `start_at = "2037-06-01T00:00:00Z"`), "/v1/campaigns", "startAt must be later",
		`Could not create campaign "summer"`, `start_at = "2037-06-01T00:00:00Z"`)
}

func TestCampaign_importRefused(t *testing.T) {
	t.Parallel()
	w := campaignWorld(t, sandbox.Options{})
	var twice []string
	for _, name := range []string{"twice", "twice", "old", "spring", "autumn"} {
		id := w.post(t, "/v1/campaigns", `{"internalName":"`+name+`","type":"airdrop"}`)
		if twice = append(twice, id); name == "old" {
			w.post(t, "/v1/campaigns/"+id+"/archive", "")
		}
	}
	step := resource.TestStep{Config: campaign(`airdrop = {}`), ResourceName: campaignAddress, ImportState: true}
	unknown, several, archived := step, step, step
	unknown.ImportStateId = "summer"
	unknown.ExpectError = says(`No campaign has the internal name "summer"`,
		`The merchant has "autumn", "spring", "twice", "twice".`)
	several.ImportStateId = "key:twice"
	several.ExpectError = says(`More than one campaign has the internal name "twice"`,
		"Their ids are "+strings.Join(slices.Clone(twice[:2]), ", ")+". Use one of the ids")
	archived.ImportStateId = "old"
	archived.ExpectError = says(`No campaign has the internal name "old"`,
		"An archived one has it, with id "+twice[2]+". Use the id if that one is meant.")
	w.run(t, nil, unknown, several, archived)
}
