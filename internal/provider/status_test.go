package provider_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// livePaths are the collections of the kinds with a status. publicStatus is their status after a
// publish.
var livePaths, publicStatus = func() (paths, statuses map[string]string) {
	paths, statuses = map[string]string{}, map[string]string{}
	for _, k := range provider.Catalog() {
		if k.Lifecycle != nil {
			paths["cohort_"+k.Name] = "/v1/" + strings.ReplaceAll(k.Plural, " ", "-")
			statuses["cohort_"+k.Name] = k.Lifecycle[1]
		}
	}
	return paths, statuses
}()

// otherWords makes the service use another word for every status.
func (w *world) otherWords(t *testing.T, path, word string) (end func()) {
	t.Helper()
	var ends []func()
	for _, f := range []sandbox.Fault{
		{Method: http.MethodPost, Route: path, Set: map[string]any{"status": word}},
		{Method: http.MethodGet, Route: path, Set: map[string]any{"data[].status": word}},
		{Route: path + "/{id}", Set: map[string]any{"status": word}},
		{Method: http.MethodPost, Route: path + "/{id}/{verb}", Set: map[string]any{"status": word}},
	} {
		f.Count = -1
		ends = append(ends, w.fault(t, f))
	}
	return func() {
		for _, end := range ends {
			end()
		}
	}
}

// wanting returns a configuration of a kind with a desired status.
func (p *guarded) wanting(kind, status string) cty.Value {
	p.t.Helper()
	values := p.of(kind, "vip").AsValueMap()
	values["desired_status"] = cty.StringVal(status)
	return cty.ObjectVal(values)
}

// TestStatus_unknownWord checks an unknown word for a status: the known words are an assumption,
// and the service may have others. Without a desired status the word is only shown, and the next
// plan is empty. With one, the plan stops and names the word. No draft is archived instead of
// deleted.
func TestStatus_unknownWord(t *testing.T) {
	t.Parallel()
	for kind, collection := range livePaths {
		for _, word := range []string{"DRAFT", "Published", "unpublished", "review", ""} {
			t.Run(kind+" "+word, func(t *testing.T) {
				t.Parallel()
				w, configured := merchant(t, "test")
				w.otherWords(t, collection, word)()
				said := func(when string, all []said, path string, want bool) {
					t.Helper()
					all = errorsOf(all)
					if !want && len(all) > 0 {
						t.Errorf("%s: said %v, want no error", when, all)
					}
					if want &&
						(len(all) != 1 || all[0].path != path || !strings.Contains(all[0].detail, `"`+word+`", which this version`)) {
						t.Errorf("%s: said %v, want one error with the word at %q", when, all, path)
					}
				}
				// Without a desired status, the word is only shown.
				p := configured()
				plain := p.of(kind, "vip")
				planned, _ := p.plan(kind, cty.NullVal(p.states[kind]), plain)
				state, _, all := p.carryOut(kind, cty.NullVal(p.states[kind]), plain, planned)
				said("made without a wish", all, "", false)
				if got := state.GetAttr("status"); got.IsNull() || got.AsString() != word {
					t.Errorf("the status is %#v, want %q", got, word)
				}
				p = configured()
				p.show(kind, state)
				planned, all = p.plan(kind, state, plain)
				said("planned again without a wish", all, "", false)
				if !p.decoded(kind, planned.PlannedState).RawEquals(state) {
					t.Error("the plan is not empty, although nothing changes")
				}

				// With a desired status, the plan stops.
				p = configured()
				p.show(kind, state)
				for _, status := range []string{"draft", publicStatus[kind]} {
					_, all = p.plan(kind, state, p.wanting(kind, status))
					said("planned with the wish "+status, all, "desired_status", true)
				}

				// A destroy does exactly what it says, or nothing.
				none := cty.NullVal(p.states[kind])
				gone, _, all := p.carryOut(kind, state, none, &tfprotov6.PlanResourceChangeResponse{PlannedState: dynamic(t, none)})
				archivable := kind == "cohort_perk" || kind == "cohort_campaign"
				said("destroyed", all, "", archivable)
				if gone.IsNull() == archivable {
					t.Errorf("after the destroy the state is %#v", gone)
				}
				for _, request := range w.requests() {
					if strings.Contains(request, "archive") {
						t.Errorf("the object was archived: %s", request)
					}
				}
			})
		}
	}
}

// TestStatus_unknownWordAfterCreate checks that a created object stays in the state, and that the
// warning has the word. The next plan stops.
func TestStatus_unknownWordAfterCreate(t *testing.T) {
	t.Parallel()
	for kind, collection := range livePaths {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w, configured := merchant(t, "test")
			p := configured()
			config := p.wanting(kind, publicStatus[kind])
			planned, all := p.plan(kind, cty.NullVal(p.states[kind]), config)
			if len(errorsOf(all)) > 0 {
				t.Fatal(all)
			}
			w.otherWords(t, collection, "UNPUBLISHED")()
			state, _, all := p.carryOut(kind, cty.NullVal(p.states[kind]), config, planned)
			if len(all) != 1 || !all[0].warning || all[0].path != "desired_status" ||
				!strings.Contains(all[0].detail, `"UNPUBLISHED", which this version`) {
				t.Errorf("created: said %v, want one warning with the word", all)
			}
			p = configured()
			p.show(kind, state)
			if _, all = p.plan(kind, state, config); len(errorsOf(all)) != 1 {
				t.Errorf("planned again: said %v, want an error", all)
			}
		})
	}
}

// TestStatus_unknownWordOfPublishing checks that an unknown word in the answer to a publish does
// not count as live.
func TestStatus_unknownWordOfPublishing(t *testing.T) {
	t.Parallel()
	w, configured := merchant(t, "test")
	p := configured()
	config := p.resource("cohort_perk",
		"internal_name = \"vip\"\ntitle = { en = \"VIP\" }\nimage_url = \"https://example.com/a.png\"\n"+
			"desired_status = \"live\"")
	w.fault(t, sandbox.Fault{
		Method: http.MethodPost,
		Route:  "/v1/perks/{id}/publish",
		Count:  -1,
		Set:    map[string]any{"status": "LIVE"},
	})()
	planned, _ := p.plan("cohort_perk", cty.NullVal(p.states["cohort_perk"]), config)
	state, _, all := p.carryOut("cohort_perk", cty.NullVal(p.states["cohort_perk"]), config, planned)
	if len(all) != 1 || !all[0].warning || !strings.Contains(all[0].detail, `"LIVE", which this version`) {
		t.Errorf("said %v, want one warning with the word", all)
	}
	if got := state.GetAttr("status").AsString(); got != "LIVE" {
		t.Errorf("the status is %q, want the word of the service", got)
	}
}

// TestStatus_unknownWordBeforeUpdate checks that an update sends nothing if it could not reach its
// desired status.
func TestStatus_unknownWordBeforeUpdate(t *testing.T) {
	t.Parallel()
	for kind, collection := range livePaths {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w, configured := merchant(t, "test")
			p := configured()
			values := p.wanting(kind, "draft").AsValueMap()
			if kind == "cohort_campaign" {
				values["end_at"] = cty.StringVal("2037-01-01T00:00:00Z")
			} else {
				values["title"] = cty.MapVal(map[string]cty.Value{"en": cty.StringVal("Other")})
			}
			changed := cty.ObjectVal(values)
			state, _ := p.made(kind, p.of(kind, "vip"))
			p = configured()
			p.show(kind, state)
			planned, all := p.plan(kind, state, changed)
			if len(errorsOf(all)) > 0 {
				t.Fatal(all)
			}
			w.otherWords(t, collection, "frozen")()
			_, _, all = p.carryOut(kind, state, changed, planned)
			if len(errorsOf(all)) != 1 || !strings.Contains(all[0].detail, `"frozen", which this version`) {
				t.Errorf("said %v, want one error with the word", all)
			}
			if sent := w.Stats().ByMethod["PATCH"]; sent != 0 {
				t.Errorf("%d updates were sent", sent)
			}
		})
	}
}
