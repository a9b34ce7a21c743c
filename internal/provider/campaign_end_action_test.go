package provider_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// Terraform has actions since 1.14. These tests call the provider as Terraform does, so that they
// run with every version.

// actionServer returns the part of the server that serves actions.
func (p *plugin) actionServer() tfprotov6.ActionServer {
	p.t.Helper()
	server, ok := p.server.(tfprotov6.ActionServer)
	if !ok {
		p.t.Fatal("the server has no actions")
	}
	return server
}

// end is an action block.
func (p *plugin) end(arguments string) *tfprotov6.DynamicValue {
	p.t.Helper()
	return dynamic(p.t, p.parse(p.schema.ActionSchemas["cohort_campaign_end"].Schema, arguments))
}

func (p *plugin) validateEnd(arguments string) []said {
	p.t.Helper()
	answer, err := p.actionServer().ValidateActionConfig(p.t.Context(), &tfprotov6.ValidateActionConfigRequest{
		ActionType: "cohort_campaign_end", Config: p.end(arguments),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return saidBy(answer.Diagnostics)
}

func (p *plugin) planEnd(arguments string) []said {
	p.t.Helper()
	answer, err := p.actionServer().PlanAction(p.t.Context(), &tfprotov6.PlanActionRequest{
		ActionType: "cohort_campaign_end", Config: p.end(arguments),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return saidBy(answer.Diagnostics)
}

// invokeEnd invokes the action, and returns its progress and what it said at its end.
func (p *plugin) invokeEnd(ctx context.Context, arguments string) (progress []string, all []said) {
	p.t.Helper()
	answer, err := p.actionServer().InvokeAction(ctx, &tfprotov6.InvokeActionRequest{
		ActionType: "cohort_campaign_end", Config: p.end(arguments),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	completed := 0
	for event := range answer.Events {
		switch e := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			progress = append(progress, e.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			completed++
			all = append(all, saidBy(e.Diagnostics)...)
		}
	}
	if completed != 1 {
		p.t.Fatalf("the action completed %d times", completed)
	}
	return progress, all
}

// campaign makes a campaign in a merchant and changes its status. It returns its id.
func (w *world) campaign(t *testing.T, key, name string, verbs ...string) string {
	t.Helper()
	perk := w.postWith(t, key, "/v1/perks", `{"internalName":"gift","title":{"en":"Gift"}}`)
	w.postWith(t, key, "/v1/perks/"+perk+"/publish", "")
	id := w.postWith(t, key, "/v1/campaigns",
		fmt.Sprintf(`{"internalName":%q,"type":"airdrop","rewards":[{"type":"perk","rewardId":%q}]}`, name, perk))
	for _, verb := range verbs {
		w.postWith(t, key, "/v1/campaigns/"+id+"/"+verb, "")
	}
	w.Reset()
	return id
}

// campaigns makes campaigns in a merchant, which are named by their status, another published one,
// and two that have one name. It returns their ids.
func (w *world) campaigns(t *testing.T, key string) map[string]string {
	t.Helper()
	return map[string]string{
		"draft":     w.campaign(t, key, "draft"),
		"published": w.campaign(t, key, "published", "publish"),
		"other":     w.campaign(t, key, "other", "publish"),
		"ended":     w.campaign(t, key, "ended", "publish", "end"),
		"archived":  w.campaign(t, key, "archived", "publish", "archive"),
		"twin":      w.campaign(t, key, "twin", "publish"),
		"twin 2":    w.campaign(t, key, "twin", "publish"),
	}
}

// sent returns the requests that were not GET.
func (w *world) sent() []string {
	var all []string
	for _, e := range w.History() {
		if e.Method != http.MethodGet {
			all = append(all, e.Method+" "+e.Path)
		}
	}
	return all
}

// endPlugin returns a plugin that is configured for a merchant of a world, with more arguments of
// the provider block.
func (w *world) endPlugin(t *testing.T, mode string, arguments ...string) *plugin {
	t.Helper()
	p := newPlugin(t)
	key := map[string]string{"test": w.TestKey(), "live": w.LiveKey()}[mode]
	block := fmt.Sprintf("mode = %q\napi_key = %q\napi_url = %q\n%s", mode, key, w.URL(), strings.Join(arguments, "\n"))
	if all := p.configure(block); len(all) > 0 {
		t.Fatal(all)
	}
	return p
}

// saidOnce checks that exactly one diagnostic was said, with these texts in it.
func saidOnce(t *testing.T, all []said, texts ...string) {
	t.Helper()
	if len(all) != 1 {
		t.Fatalf("%d diagnostics were said, want one: %v", len(all), all)
	}
	for _, text := range texts {
		if !strings.Contains(all[0].String(), text) {
			t.Errorf("%q is not in: %s", text, all[0])
		}
	}
}

// TestCampaignEnd_ends holds that the action ends a published campaign, by its key and by its id,
// with one request, and that the plan says that nothing takes it back.
func TestCampaignEnd_ends(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	ids := w.campaigns(t, w.TestKey())
	for name, arguments := range map[string]string{
		"published": `internal_name = "published"`, "other": fmt.Sprintf("id = %q", ids["other"]),
	} {
		w.Reset()
		p := w.endPlugin(t, "test")
		if all := p.validateEnd(arguments); len(all) > 0 {
			t.Fatal(all)
		}
		saidOnce(t, p.planEnd(arguments), "warning", "Ending cannot be undone",
			fmt.Sprintf("%q of the test merchant", name))
		if sent := w.sent(); len(sent) > 0 {
			t.Errorf("the plan sent %q", sent)
		}
		progress, all := w.endPlugin(t, "test").invokeEnd(t.Context(), arguments)
		want := []string{
			fmt.Sprintf("Ending the campaign %q of the test merchant.", name),
			fmt.Sprintf("The campaign %q of the test merchant has ended.", name),
		}
		if !slices.Equal(progress, want) || len(all) > 0 {
			t.Errorf("progress %q, %v", progress, all)
		}
		if sent := w.sent(); !slices.Equal(sent, []string{"POST /v1/campaigns/" + ids[name] + "/end"}) {
			t.Errorf("it sent %q", sent)
		}
		if status := w.object(t, "campaigns", name)["status"]; status != "ended" {
			t.Errorf("the campaign is %v", status)
		}
	}
}

// TestCampaignEnd_endedAlready holds that ending once more succeeds and sends nothing, in live also
// without a name in allow_live_delete.
func TestCampaignEnd_endedAlready(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"test", "live"} {
		w := newWorld(t, sandbox.Options{})
		w.campaigns(t, map[string]string{"test": w.TestKey(), "live": w.LiveKey()}[mode])
		p := w.endPlugin(t, mode)
		const arguments = `internal_name = "ended"`
		if all := p.planEnd(arguments); len(all) > 0 {
			t.Error(all)
		}
		progress, all := p.invokeEnd(t.Context(), arguments)
		want := []string{fmt.Sprintf("The campaign \"ended\" of the %s merchant has ended already. Nothing was sent.", mode)}
		if !slices.Equal(progress, want) || len(all) > 0 || len(w.sent()) > 0 {
			t.Errorf("%s: progress %q, %v, sent %q", mode, progress, all, w.sent())
		}
	}
}

// TestCampaignEnd_refusals holds that what cannot be ended is an error of the plan and of the
// action itself, and that nothing is sent.
func TestCampaignEnd_refusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	ids := w.campaigns(t, w.TestKey())
	for name, c := range map[string]struct {
		arguments string
		texts     []string
	}{
		"draft": {`internal_name = "draft"`, []string{`The campaign "draft" cannot end`, "It is a draft"}},
		"archived": {fmt.Sprintf("id = %q", ids["archived"]), []string{
			`The campaign "archived" cannot end`, "It is archived", `desired_status = "ended"`,
		}},
		"archived by name": {`internal_name = "archived"`, []string{
			`at "internal_name": No campaign has the internal name "archived"`, "An archived one has it", ids["archived"],
		}},
		"twins": {`internal_name = "twin"`, []string{
			`at "internal_name": More than one campaign has the internal name "twin"`, ids["twin"], ids["twin 2"],
		}},
		"no such name": {`internal_name = "wintr"`, []string{
			`at "internal_name": No campaign has the internal name "wintr"`, `"draft", "ended", "other", "published"`,
		}},
		"no such id": {`id = "9d2b7d5e-0000-4000-8000-000000000000"`, []string{
			`at "id": Could not read campaign 9d2b7d5e-0000-4000-8000-000000000000`, "does not exist in this merchant",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			saidOnce(t, w.endPlugin(t, "test").planEnd(c.arguments), append(c.texts, "error")...)
			progress, all := w.endPlugin(t, "test").invokeEnd(t.Context(), c.arguments)
			saidOnce(t, all, append(c.texts, "error")...)
			if len(progress) > 0 || len(w.sent()) > 0 {
				t.Errorf("progress %q, sent %q", progress, w.sent())
			}
		})
	}
}

// TestCampaignEnd_live holds that a live campaign has to be named in allow_live_delete, at plan and
// again right before the end.
func TestCampaignEnd_live(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	ids := w.campaigns(t, w.LiveKey())
	const arguments = `internal_name = "published"`
	for _, allowed := range []string{
		"", `allow_live_delete = ["campaign:other"]`, `allow_live_delete = ["perk:published"]`,
	} {
		for _, all := range [][]said{
			w.endPlugin(t, "live", allowed).planEnd(arguments),
			errorsOf(second(w.endPlugin(t, "live", allowed).invokeEnd(t.Context(), arguments))),
		} {
			saidOnce(t, all, "error", `This would end campaign "published" in the LIVE merchant`,
				`allow_live_delete = ["campaign:published"]`, "Ending cannot be undone")
		}
	}
	if sent := w.sent(); len(sent) > 0 {
		t.Errorf("it sent %q", sent)
	}
	for name, allowed := range map[string]string{
		"published": "campaign:published", "other": "campaign:id:" + ids["other"],
	} {
		block := fmt.Sprintf("allow_live_delete = [%q]", allowed)
		arguments := fmt.Sprintf("internal_name = %q", name)
		saidOnce(t, w.endPlugin(t, "live", block).planEnd(arguments), "warning", "of the live merchant")
		if _, all := w.endPlugin(t, "live", block).invokeEnd(t.Context(), arguments); len(all) > 0 {
			t.Error(all)
		}
	}
	if sent := w.sent(); len(sent) != 2 {
		t.Errorf("it sent %q", sent)
	}
}

func second[A, B any](_ A, b B) B { return b }

// TestCampaignEnd_guards holds that the action cannot be invoked with a key of the other merchant,
// by a configuration that only reads, from a snapshot, or without a configuration. A plan that only
// reads is whole.
func TestCampaignEnd_guards(t *testing.T) {
	t.Parallel()
	const arguments = `internal_name = "published"`
	w := newWorld(t, sandbox.Options{})
	w.campaigns(t, w.TestKey())
	file := w.snapshot(t, w.TestKey())

	p := newPlugin(t)
	saidOnce(t, p.configure(fmt.Sprintf("mode = \"live\"\napi_key = %q\napi_url = %q", w.TestKey(), w.URL())),
		"Wrong merchant")
	saidOnce(t, p.planEnd(arguments), "The provider is not configured")
	saidOnce(t, second(p.invokeEnd(t.Context(), arguments)), "The provider is not configured")

	p = w.endPlugin(t, "test", "read_only = true")
	saidOnce(t, p.planEnd(arguments), "warning", "Ending cannot be undone")
	saidOnce(t, second(p.invokeEnd(t.Context(), arguments)),
		"error", `Could not end campaign "published"`, "read_only is set")

	p = fromSnapshot(t, file, "test")
	saidOnce(t, p.planEnd(arguments), "warning", "Ending cannot be undone")
	for _, name := range []string{"published", "ended"} {
		saidOnce(t, second(p.invokeEnd(t.Context(), fmt.Sprintf("internal_name = %q", name))),
			"error", "read from a snapshot", "Nothing was changed")
	}
	if sent := w.sent(); len(sent) > 0 {
		t.Errorf("it sent %q", sent)
	}
}

// TestCampaignEnd_arguments holds that exactly one argument is needed, and that what is not known
// yet can be planned.
func TestCampaignEnd_arguments(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	p := w.endPlugin(t, "test")
	for arguments, text := range map[string]string{
		"":                                  "Missing Attribute Configuration",
		"id = \"a\"\ninternal_name = \"b\"": "Invalid Attribute Combination",
		`internal_name = " "`:               "Blank text",
		`id = ""`:                           "Blank text",
	} {
		if all := p.validateEnd(arguments); len(all) == 0 || !strings.Contains(fmt.Sprint(all), text) {
			t.Errorf("%s: %v", arguments, all)
		}
	}
	for _, arguments := range []string{"id = unknown", "internal_name = unknown"} {
		if all := append(p.validateEnd(arguments), p.planEnd(arguments)...); len(all) > 0 {
			t.Errorf("%s: %v", arguments, all)
		}
	}
	if n := len(w.History()); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// TestCampaignEnd_service holds what the action makes of the answers of the service: an unclear one
// is looked into, a refusal and an unknown status are errors.
func TestCampaignEnd_service(t *testing.T) {
	t.Parallel()
	const arguments, route = `internal_name = "published"`, "/v1/campaigns/{id}/end"
	for name, c := range map[string]struct {
		fault  sandbox.Fault
		texts  []string
		status string
	}{
		"ended, but answered with an error": {
			sandbox.Fault{Method: http.MethodPost, Route: route, Stage: sandbox.StageAfter, Status: http.StatusBadGateway},
			nil, "ended",
		},
		"refused": {
			sandbox.Fault{
				Method: http.MethodPost, Route: route, Count: -1, Status: http.StatusExpectationFailed,
				Body: new(`{"code":"campaign.invalid-state","message":"no","timestamp":"2037-01-01T00:00:00Z"}`),
			},
			[]string{`Could not end campaign "published"`, "campaign.invalid-state"},
			"published",
		},
		"another status": {
			sandbox.Fault{Method: http.MethodPost, Route: route, Set: map[string]any{"status": "closing"}},
			[]string{`Could not end campaign "published"`, `the status of the campaign is "closing"`},
			"ended",
		},
		"a status that is not known": {
			sandbox.Fault{
				Method: http.MethodGet, Route: "/v1/campaigns/{id}", Count: -1, Set: map[string]any{"status": "paused"},
			},
			[]string{`The campaign "published" cannot end`, `Its status is "paused", which this version`},
			"published",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{})
			w.campaigns(t, w.TestKey())
			w.fault(t, c.fault)()
			_, all := w.endPlugin(t, "test", "max_retries = 0").invokeEnd(t.Context(), arguments)
			if c.texts != nil {
				saidOnce(t, all, append(c.texts, "error")...)
			} else if len(all) > 0 {
				t.Error(all)
			}
			w.ClearFaults()
			if status := w.object(t, "campaigns", "published")["status"]; status != c.status {
				t.Errorf("the campaign is %v, want %s", status, c.status)
			}
		})
	}
}

// TestCampaignEnd_interrupt holds that nothing is sent after an interrupt.
func TestCampaignEnd_interrupt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.campaigns(t, w.TestKey())
	p := w.endPlugin(t, "test")
	if _, err := p.server.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{}); err != nil {
		t.Fatal(err)
	}
	if _, all := p.invokeEnd(t.Context(), `internal_name = "published"`); len(errorsOf(all)) != 1 {
		t.Error(all)
	}
	if n := len(w.History()); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// TestCampaignEnd_managed holds that a campaign that Terraform manages and wants published has no
// change after the action.
func TestCampaignEnd_managed(t *testing.T) {
	t.Parallel()
	w, configured := merchant(t, "test")
	perk := w.post(t, "/v1/perks", `{"internalName":"gift","title":{"en":"Gift"}}`)
	w.post(t, "/v1/perks/"+perk+"/publish", "")
	const kind = "cohort_campaign"
	p := configured()
	config := p.resource(kind, fmt.Sprintf("internal_name = \"thanks\"\nairdrop = {}\nrewards = [{ perk_id = %q }]\n"+
		"desired_status = \"published\"", perk))
	state, private := p.made(kind, config)
	arguments := fmt.Sprintf("id = %q", state.GetAttr("id").AsString())
	if _, all := configured().invokeEnd(t.Context(), arguments); len(all) > 0 {
		t.Fatal(all)
	}
	p = configured()
	state, private, all := p.readState(kind, state, private)
	if status := state.GetAttr("status").AsString(); status != "ended" || len(all) > 0 {
		t.Errorf("the state is %s after the action: %v", status, all)
	}
	planned, all := p.planWith(kind, state, config, private)
	if !p.decoded(kind, planned.PlannedState).RawEquals(state) || len(errorsOf(all)) > 0 {
		t.Errorf("the plan is not empty: %v", all)
	}
}
