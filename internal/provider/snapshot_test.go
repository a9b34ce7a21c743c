package provider_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/sample"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// snapshot writes a snapshot of a merchant and returns the path of the file.
func (w *world) snapshot(t *testing.T, text string) string {
	t.Helper()
	key, err := merchants.ParseKey(text)
	if err != nil {
		t.Fatal(err)
	}
	client, err := merchants.New(merchants.Config{Key: key, BaseURL: w.URL()})
	if err != nil {
		t.Fatal(err)
	}
	taken, err := client.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "merchant.json")
	if err := os.WriteFile(file, taken.File(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// fromSnapshot returns a plugin that is configured for a snapshot of a merchant. Its other settings
// would fail if they were used.
func fromSnapshot(t *testing.T, file, mode string) *plugin {
	t.Helper()
	p := newPlugin(t)
	p.readsSnapshot(fmt.Sprintf("snapshot = %q\nmode = %q\napi_key = \"no key\"\napi_url = \"no address\"\n"+
		"ca_cert_file = \"none.pem\"", file, mode))
	return p
}

// readsSnapshot configures the provider for a snapshot, which gives one warning.
func (p *plugin) readsSnapshot(block string) {
	p.t.Helper()
	all := p.configure(block)
	if len(all) != 1 || !all[0].warning ||
		!strings.HasPrefix(all[0].summary, "This plan is made from a snapshot of the ") ||
		!regexp.MustCompile(`was taken (less than a|\d+) minutes? ago, at 2`).MatchString(all[0].detail) {
		p.t.Fatal(all)
	}
}

// program is a configuration whose objects exist.
type program struct {
	w        *world
	subjects []programmed
}

// programmed is one object of a program. Its state may be older than the object.
type programmed struct {
	kind, key string
	config    cty.Value
	held      object
}

// newProgram makes an object for each configuration in complete, then changes some outside of
// Terraform.
func newProgram(t *testing.T) *program {
	t.Helper()
	w := newWorld(t, sandbox.Options{})
	refer := w.referred(t, "")
	g := &program{w: w}
	p := configuredPlugin(t, w)
	for _, k := range provider.Catalog() {
		kind := "cohort_" + k.Name
		configs := complete[kind]
		if kind == "cohort_perk" {
			configs = append(slices.Clone(configs), `
				internal_name = "drifted"
				code          = { value = "WELCOME" }
			`, `
				internal_name = "blanks"
				code          = { value = " WELCOME BACK " }
			`)
		}
		for _, config := range configs {
			of := programmed{kind: kind, config: p.resource(kind, refer.Replace(config))}
			of.key = of.config.GetAttr(k.Key).AsString()
			if kind == "cohort_user_property" {
				of.held, _ = p.adopt(kind, w.id(t, "user-properties", "Tier"))
			} else {
				of.held = p.change(t, kind, object{state: cty.NullVal(p.states[kind])}, of.config)
			}
			g.subjects = append(g.subjects, of)
		}
	}
	w.patch(t, "perks", "drifted", map[string]any{"typeConfig": map[string]any{"code": "OTHER"}})()
	w.patch(t, "digital-assets", "film", map[string]any{"videoUrl": "https://cdn.example.com/b.mp4"})()
	w.post(t, "/v1/perks", `{"internalName":"twin"}`)
	w.post(t, "/v1/perks", `{"internalName":"twin"}`)
	w.post(t, "/v1/cohorts", `{"type":"list","name":"no key"}`)
	return g
}

// edit is one change of a program, and how Terraform goes about it.
type edit struct {
	what          string
	kind          string
	prior, config cty.Value
	private       []byte
	// imports is the key under which the object is imported, in place of a state.
	imports string
	refresh bool
}

// edits returns random edits: objects that stay, change, are renamed, are removed and are added,
// with a state, with an import and with neither.
func (g *program) edits(t *testing.T, n int, random *rand.Rand) []edit {
	t.Helper()
	var all []edit
	for len(all) < n {
		of := g.subjects[random.IntN(len(g.subjects))]
		e := edit{
			kind: of.kind, prior: of.held.state, private: of.held.private, config: of.config, refresh: random.IntN(4) > 0,
		}
		changes := edited(t, of.config)
		names := make([]string, 0, len(changes))
		for name := range changes {
			names = append(names, name)
		}
		slices.Sort(names)
		switch random.IntN(6) {
		case 0:
			e.what = "keep"
		case 1:
			e.what, e.config = "remove", cty.NullVal(of.config.Type())
		case 2:
			other := g.subjects[random.IntN(len(g.subjects))]
			for other.kind != of.kind {
				other = g.subjects[random.IntN(len(g.subjects))]
			}
			e.what, e.config = "become "+other.key, other.config
		default:
			name := names[random.IntN(len(names))]
			e.what, e.config = "change "+name, changes[name]
		}
		if !e.config.IsNull() {
			switch random.IntN(4) {
			case 0:
				e.what, e.imports = e.what+" of an import", of.key
				e.prior, e.private = cty.NullVal(of.config.Type()), nil
			case 1:
				e.what, e.prior, e.private = e.what+" without a state", cty.NullVal(of.config.Type()), nil
			}
		}
		e.what = fmt.Sprintf("%s %q: %s, refresh %t", of.kind, of.key, e.what, e.refresh)
		all = append(all, e)
	}
	return all
}

// outcome is what a run of Terraform shows of an edit.
type outcome struct {
	Read, Planned, Again string
	// Changes are the places that differ between the state and the plan.
	Changes, Replaces []string
	Said              []string
}

var requestID = regexp.MustCompile(`, id [0-9a-f-]{36}`)

// outcomeOf makes a plan of an edit, as a run of Terraform does.
func (p *plugin) outcomeOf(g *program, e edit, codes []string) outcome {
	p.t.Helper()
	p.configure(p.block)
	provider.WaitBriefly(p.server)
	for _, of := range g.subjects {
		p.show(of.kind, of.held.state)
	}
	var got outcome
	note := func(all []said) {
		for _, s := range all {
			got.Said = append(got.Said, requestID.ReplaceAllString(s.String(), ""))
		}
	}
	if e.imports != "" {
		imported, err := p.server.ImportResourceState(p.t.Context(), &tfprotov6.ImportResourceStateRequest{
			TypeName: e.kind, ID: "key:" + e.imports,
		})
		if err != nil {
			p.t.Fatal(err)
		}
		note(saidBy(imported.Diagnostics))
		if len(imported.ImportedResources) == 0 {
			return got
		}
		e.prior, e.private = p.decoded(e.kind, imported.ImportedResources[0].State), imported.ImportedResources[0].Private
		e.refresh = true
	}
	var all []said
	if !e.prior.IsNull() && e.refresh {
		e.prior, e.private, all = p.readState(e.kind, e.prior, e.private)
		note(all)
	}
	got.Read = shownAs(p.t, e.prior, codes)
	if e.prior.IsNull() && e.config.IsNull() {
		return got
	}
	plan, all := p.planWith(e.kind, e.prior, e.config, e.private)
	note(all)
	if plan.PlannedState != nil {
		planned := p.decoded(e.kind, plan.PlannedState)
		got.Planned = shownAs(p.t, planned, codes)
		for _, difference := range differences(e.prior, planned) {
			at, _, _ := strings.Cut(difference, " is ")
			got.Changes = append(got.Changes, at)
		}
		slices.Sort(got.Changes)
	}
	for _, at := range plan.RequiresReplace {
		got.Replaces = append(got.Replaces, at.String())
	}
	if len(plan.RequiresReplace) > 0 && len(errorsOf(all)) == 0 {
		again, all := p.planWith(e.kind, cty.NullVal(p.states[e.kind]), e.config, plan.PlannedPrivate)
		note(all)
		got.Again = shownAs(p.t, p.decoded(e.kind, again.PlannedState), codes)
	}
	return got
}

// shownAs writes a value as text, with the codes in place of their digests.
func shownAs(t *testing.T, value cty.Value, codes []string) string {
	t.Helper()
	readable, err := cty.Transform(value, func(_ cty.Path, v cty.Value) (cty.Value, error) {
		if v.IsKnown() && !v.IsNull() && v.Type() == cty.String && merchants.IsDigest(v.AsString()) {
			i := slices.IndexFunc(codes, func(code string) bool { return merchants.SameSecret(v.AsString(), code) })
			if i < 0 {
				return v, nil
			}
			return cty.StringVal(codes[i]), nil
		}
		return v, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%#v", readable)
}

// TestSnapshot_samePlan checks that a plan from a snapshot is the plan with the key, for random
// edits of a configuration, and that it sends no request.
func TestSnapshot_samePlan(t *testing.T) {
	t.Parallel()
	g := newProgram(t)
	file := g.w.snapshot(t, g.w.TestKey())
	with, without := configuredPlugin(t, g.w), fromSnapshot(t, file, "test")
	codes := []string{"WELCOME", "OTHER", " WELCOME BACK "}
	plans, refusals, replacements := 0, 0, 0
	for _, e := range g.edits(t, 200, rand.New(rand.NewPCG(1, 0))) {
		if !sample.Case() {
			continue
		}
		// Only an object whose state never had the code of the service may get its digest.
		digested := codes
		if e.imports == "" && !strings.Contains(e.what, "drifted") {
			digested = nil
		}
		want := with.outcomeOf(g, e, digested)
		before := g.w.Stats().Requests
		got := without.outcomeOf(g, e, digested)
		if sent := g.w.Stats().Requests - before; sent > 0 {
			t.Errorf("%s: %d requests were sent", e.what, sent)
		}
		if difference := cmp.Diff(want, got); difference != "" {
			t.Errorf("%s: the plan with the key is -, the other one +:\n%s", e.what, difference)
		}
		plans++
		if len(want.Said) > 0 {
			refusals++
		}
		if len(want.Replaces) > 0 {
			replacements++
		}
	}
	t.Logf("%d plans, %d with diagnostics, %d replacements", plans, refusals, replacements)
	if sample.All() && (refusals == 0 || refusals == plans) {
		t.Errorf("%d of %d plans have diagnostics, so the edits are one-sided", refusals, plans)
	}
}

// TestSnapshot_refusesToApply checks that every change of every kind is refused, without a request.
func TestSnapshot_refusesToApply(t *testing.T) {
	t.Parallel()
	g := newProgram(t)
	p := fromSnapshot(t, g.w.snapshot(t, g.w.TestKey()), "test")
	g.w.Reset()
	const want = "The test merchant is read from a snapshot, which cannot be changed"
	refused := func(what string, all []said) {
		t.Helper()
		if len(all) != 1 || all[0].warning || all[0].summary != want ||
			!strings.Contains(all[0].detail,
				"unset COHORT_SNAPSHOT, remove the argument snapshot, and supply the key in COHORT_API_KEY") {
			t.Errorf("%s: %v", what, all)
		}
	}
	for _, of := range g.subjects {
		none := cty.NullVal(of.config.Type())
		state := of.held.state
		for what, change := range map[string]struct{ prior, planned cty.Value }{
			"create": {none, state}, "update": {state, state}, "delete": {state, none},
		} {
			refused(what+" of a "+of.kind, p.applied(of.kind, change.prior, change.planned))
		}
		if !p.states[of.kind].HasAttribute("desired_status") {
			continue
		}
		for _, status := range []string{"live", "published", "ended", "archived"} {
			refused(of.kind+" to "+status,
				p.applied(of.kind, state, withAttribute(state, "desired_status", cty.StringVal(status))))
		}
	}
	opened, err := p.server.OpenEphemeralResource(t.Context(), &tfprotov6.OpenEphemeralResourceRequest{
		TypeName: "cohort_user_auth_token",
		Config:   dynamic(t, p.parse(p.schema.EphemeralResourceSchemas["cohort_user_auth_token"], `email = "a@example.com"`)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if all := saidBy(opened.Diagnostics); len(all) != 1 || !strings.Contains(all[0].detail, "unset COHORT_SNAPSHOT") {
		t.Errorf("a user auth token: %v", all)
	}
	if _, all := p.find("cohort_campaign_diffusion", ""); len(all) != 1 ||
		!strings.Contains(all[0].detail, "A snapshot contains only the objects of a merchant, not this.") {
		t.Errorf("campaign diffusion: %v", all)
	}
	if sent := g.w.Stats().Requests; sent > 0 {
		t.Errorf("%d requests were sent", sent)
	}
}

// TestSnapshot_heals checks that a state that holds a digest gets the secret from the next read
// with the key, and that no plan with the key holds a digest or sends one.
func TestSnapshot_heals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	id := w.post(t, "/v1/perks", `{"internalName":"a","type":"code","typeConfig":{"code":"SUMMIT"}}`)
	code := func(state cty.Value) string { return state.GetAttr("code").GetAttr("value").AsString() }
	held, _ := fromSnapshot(t, w.snapshot(t, w.TestKey()), "test").adopt("cohort_perk", id)
	if !merchants.IsDigest(code(held.state)) {
		t.Fatalf("the state holds %q", code(held.state))
	}
	p := configuredPlugin(t, w)
	if healed := p.reread(t, "cohort_perk", held); code(healed.state) != "SUMMIT" {
		t.Errorf("after a read with the key, the state holds %q", code(healed.state))
	}
	config := p.resource("cohort_perk", "internal_name = \"a\"\ncode = { value = \"SUMMIT\" }\non_destroy = \"archive\"")
	w.mark()
	if after := p.change(t, "cohort_perk", held, config); code(after.state) != "SUMMIT" || len(w.writes()) > 0 {
		t.Errorf("an apply without a refresh leaves %q in the state, after %q", code(after.state), w.writes())
	}
	digest := p.resource("cohort_perk", fmt.Sprintf("internal_name = \"a\"\ncode = { value = %q }", code(held.state)))
	for what, prior := range map[string]cty.Value{
		"of the same state": held.state, "of a new perk": cty.NullVal(held.state.Type()),
	} {
		_, all := p.anew().planWith("cohort_perk", prior, digest, nil)
		if !slices.ContainsFunc(all, func(s said) bool {
			return s.path == "code.value" && s.summary == "The digest of a secret instead of the secret"
		}) {
			t.Errorf("a plan %s with a digest: %v", what, all)
		}
	}
}

// TestSnapshot_equalForms checks that a read keeps a code as it was written, if the service has it
// without the blanks around it.
func TestSnapshot_equalForms(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	p := configuredPlugin(t, w)
	config := p.resource("cohort_perk", "internal_name = \"a\"\ncode = { value = \" SUMMIT \" }")
	held := p.change(t, "cohort_perk", object{state: cty.NullVal(p.states["cohort_perk"])}, config)
	w.patch(t, "perks", "a", map[string]any{"typeConfig": map[string]any{"code": "SUMMIT"}})()
	fromSnapshot(t, w.snapshot(t, w.TestKey()), "test").again(t, "cohort_perk", held, config)
}

// TestSnapshot_configured checks what the provider says of the arguments and of the file.
func TestSnapshot_configured(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	test, live := w.snapshot(t, w.TestKey()), w.snapshot(t, w.LiveKey())
	broken := filepath.Join(t.TempDir(), "broken.json")
	if err := os.WriteFile(broken, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.Reset()
	for name, c := range map[string]struct{ block, env, at, want string }{
		"the other merchant": {
			"snapshot = \"" + test + "\"\nmode = \"live\"", "", "mode",
			"Wrong merchant: the snapshot is of the test merchant, this configuration expects live",
		},
		"the other merchant, from the environment": {
			"", live, "mode", "Wrong merchant: the snapshot is of the live merchant, this configuration expects test",
		},
		"cut off":      {"", broken, "snapshot", "In COHORT_SNAPSHOT: " + broken + " is empty or cut off"},
		"missing":      {"snapshot = \"none.json\"", test, "snapshot", "In the argument snapshot: open none.json"},
		"unknown":      {"snapshot = unknown", "", "snapshot", "snapshot has to be known when planning"},
		"a blank text": {"snapshot = \" \"", " ", "api_key", "No API key"},
	} {
		t.Setenv("COHORT_SNAPSHOT", c.env)
		all := newPlugin(t).configure(c.block)
		if !slices.ContainsFunc(all, func(s said) bool {
			return !s.warning && s.path == c.at && strings.Contains(s.summary+"\n"+s.detail, c.want)
		}) {
			t.Errorf("%s: %v, want %s at %s", name, all, c.want, c.at)
		}
	}
	t.Setenv("COHORT_SNAPSHOT", "  "+live+"\n")
	newPlugin(t).readsSnapshot(`mode = "live"`)
	newPlugin(t).readsSnapshot(fmt.Sprintf("snapshot = %q", test))
	// A caller who names the merchant gets that one.
	t.Setenv("COHORT_API_URL", w.URL())
	reader, err := provider.Open(t.Context(), "test", provider.Source{Mode: merchants.ModeTest, Key: w.TestKey()})
	if err != nil {
		t.Fatal(err)
	}
	if sent := w.Stats().Requests; sent > 0 {
		t.Errorf("%d requests were sent", sent)
	}
	taken, err := reader.Snapshot(t.Context())
	if err != nil || taken.Mode != merchants.ModeTest || w.Stats().Requests == 0 {
		t.Error(err)
	}
	reader, err = provider.Open(t.Context(), "test", provider.Source{Mode: merchants.ModeLive, Snapshot: live})
	if err != nil || reader.Mode() != merchants.ModeLive {
		t.Error(err)
	}
}

// TestSnapshot_dataSource checks that the data source gives the same with the key and from a
// snapshot, and that it shares the listings of the plan.
func TestSnapshot_dataSource(t *testing.T) {
	t.Parallel()
	g := newProgram(t)
	file := g.w.snapshot(t, g.w.TestKey())
	p := configuredPlugin(t, g.w)
	if _, all := p.find("cohort_inventory", ""); len(errorsOf(all)) > 0 {
		t.Fatal(all)
	}
	g.w.Reset()
	with, all := p.find("cohort_snapshot", "")
	if len(all) > 0 || g.w.Stats().Requests > 0 {
		t.Errorf("after an inventory, it takes %d requests: %v", g.w.Stats().Requests, all)
	}
	without, all := fromSnapshot(t, file, "test").find("cohort_snapshot", "")
	if len(all) > 0 || !with.RawEquals(without) {
		t.Errorf("from a snapshot it is\n%#v, want\n%#v\n%v", without, with, all)
	}
	if text := with.GetAttr("json").AsString(); with.GetAttr("mode").AsString() != "test" ||
		!strings.Contains(text, `"internalName":"summer"`) || strings.Contains(text, "WELCOME\"}") {
		t.Errorf("it is %s", text)
	}
}
