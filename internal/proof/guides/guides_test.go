package guides

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// scene is what a guide needs beside a shell, and what happens while a reader follows it.
type scene struct {
	// needs is the oldest Terraform that can run the guide; "" for any that the provider supports.
	needs string
	// before fills the merchants.
	before func(test, live hand)
	// edits are what people do in Cohort's admin, by the heading under which the guide says so. They
	// are done before the first command below the heading.
	edits map[string]func(test, live hand)
}

// scenes are the scenes of the guides that have one.
var scenes = map[string]scene{
	"adopt": {before: byHand},
	"dashboard-edits": {edits: map[string]func(test, live hand){
		"See the edit": func(test, _ hand) {
			test.edit("/perks", "welcome-10", `{"title":{"en":"10% off","fr":"10 % sur tout"}}`)
		},
		"Leave it to the dashboard": func(test, _ hand) {
			test.edit("/perks", "welcome-10", `{"title":{"en":"10% off","fr":"10 % sur tout le magasin"}}`)
		},
		"An edit between plan and apply": func(test, _ hand) {
			test.edit("/perks", "welcome-10", `{"title":{"en":"10% off","fr":"10 % partout"}}`)
		},
	}},
	"in-a-pipeline": {edits: map[string]func(test, live hand){
		"Look for drift": func(_, live hand) {
			live.edit("/cohorts", "Very important customers", `{"name":"Our best customers"}`)
		},
	}},
	"promote": {edits: map[string]func(test, live hand){
		"When somebody edits live": func(_, live hand) {
			live.edit("/perks", "workshop", `{"title":{"en":"Boot care for free","fr":"Atelier d'entretien"}}`)
			live.send("/cohorts", `{"type":"list","name":"Trail runners","referenceId":"trail-runners"}`)
		},
	}},
	"several-brands": {needs: "1.10"}, // ephemeral variables
}

// guides returns the names of all guides.
func guides(t *testing.T) []string {
	t.Helper()
	pages, err := filepath.Glob(filepath.Join(repository, "docs", "guides", "*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	for i, page := range pages {
		pages[i] = strings.TrimSuffix(filepath.Base(page), ".md")
	}
	return pages
}

// TestBlocks checks that there is no block that TestGuides cannot run, and no scene without a
// guide.
func TestBlocks(t *testing.T) {
	t.Parallel()
	names := guides(t)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			blocksOf(t, name)
		})
	}
	for name := range scenes {
		if !slices.Contains(names, name) {
			t.Errorf("there is no guide %s", name)
		}
	}
}

// TestGuides runs every guide from an empty directory.
func TestGuides(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the guides use a shell that Windows does not have")
	}
	if path, err := terraformtest.CLI(); err == nil && strings.HasPrefix(filepath.Base(path), "tofu") {
		t.Skip("the guides show what Terraform prints")
	}
	for _, name := range guides(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			blocks := blocksOf(t, name)
			if len(blocks) == 0 {
				t.Log("the guide has no blocks")
				return
			}
			if needed := scenes[name].needs; older(t, needed) {
				t.Logf("NOT RUN: the guide needs Terraform %s", needed)
				return
			}
			scenes[name].run(t, blocks, newShell)
		})
	}
}

// run runs the blocks of a guide in order, in a shell for a reader.
func (s scene) run(t *testing.T, blocks []block, shellFor func(t *testing.T, settings ...string) *shell) {
	t.Helper()
	merchants, other := start(t, 1), start(t, 2)
	url := gateway(t, merchants, other)
	test, live := hand{t, url, merchants.TestKey()}, hand{t, url, merchants.LiveKey()}
	if s.before != nil {
		s.before(test, live)
	}
	sh := shellFor(t, "COHORT_API_URL="+url)
	values := []string{
		"test_…", merchants.TestKey(), "live_…", merchants.LiveKey(),
		"test_sorbier…", merchants.TestKey(), "test_alder…", other.TestKey(),
	}
	left := maps.Clone(s.edits)
	var files, commands, pipelines int
	for _, b := range blocks {
		if edit := left[b.heading]; edit != nil {
			edit(test, live)
			delete(left, b.heading)
		}
		switch {
		case b.pipeline:
			pipelines++
			sh.follow(b)
		case b.file != "":
			files++
			sh.write(b)
		}
		for _, c := range b.commands {
			if needed := c.needs(); older(t, needed) {
				t.Logf("NOT RUN: line %d: %s: it needs Terraform %s", c.line, c.text, needed)
				continue
			}
			commands++
			if c.staysOpen() {
				values = append(values, sh.open(c)...)
				continue
			}
			sh.enter(c, strings.NewReplacer(values...))
		}
	}
	for heading := range left {
		t.Errorf("the guide has no block below %q", heading)
	}
	t.Logf("%d blocks: %d files, %d pipelines, and %d commands", len(blocks), files, pipelines, commands)
}

// start starts the merchants of an organization; the seed decides their keys.
func start(t *testing.T, seed uint64) *sandbox.Sandbox {
	t.Helper()
	s, err := sandbox.Start(sandbox.Options{Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// gateway serves two organizations at one address, as Cohort does: the key says which one is meant.
func gateway(t *testing.T, organizations ...*sandbox.Sandbox) (address string) {
	t.Helper()
	proxies := map[string]*httputil.ReverseProxy{}
	for _, s := range organizations {
		target, err := url.Parse(s.URL())
		if err != nil {
			t.Fatal(err)
		}
		proxy := httputil.NewSingleHostReverseProxy(target)
		proxies[s.TestKey()], proxies[s.LiveKey()] = proxy, proxy
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		proxy := proxies[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
		if proxy == nil {
			proxy = proxies[organizations[0].TestKey()]
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// hand makes objects in a merchant as people do.
type hand struct {
	t        *testing.T
	url, key string
}

// edit edits the object with a name.
func (h hand) edit(path, name, body string) {
	h.t.Helper()
	var page struct {
		Data []struct{ ID, Name, InternalName string }
	}
	h.call(http.MethodGet, path, "", &page)
	for _, row := range page.Data {
		if row.InternalName == name || row.Name == name {
			h.call(http.MethodPatch, path+"/"+row.ID, body, nil)
			return
		}
	}
	h.t.Fatalf("there is no %q in %s", name, path)
}

// send makes an object, or does something to one, and returns its id.
func (h hand) send(path, body string) (id string) {
	h.t.Helper()
	var object struct{ ID string }
	h.call(http.MethodPost, path, body, &object)
	return object.ID
}

// call sends a request and decodes the answer, unless into is nil.
func (h hand) call(method, path, body string, into any) {
	h.t.Helper()
	request, err := http.NewRequestWithContext(h.t.Context(), method, h.url+"/v1"+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+h.key)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	if err == nil && into != nil {
		err = json.Unmarshal(content, into)
	}
	if err != nil || answer.StatusCode/100 != 2 {
		h.t.Fatalf("%s %s: %s %s %v", method, path, answer.Status, content, err)
	}
}

// shown makes an object that users see.
func (h hand) shown(path, body string) (id string) {
	h.t.Helper()
	id = h.send(path, body)
	h.send(path+"/"+id+"/publish", "")
	return id
}

// byHand fills both merchants: test has everything, live a part of it.
func byHand(test, live hand) {
	const (
		property = `{"name":"Loyalty tier","type":"text","referenceId":"loyalty_tier"}`
		gold     = `{"type":"segment","name":"Gold","referenceId":"gold","conditions":{"operator":"and","groups":[` +
			`{"operator":"and","conditions":[{"type":"user-property","typeConfig":` +
			`{"property":"loyalty_tier","operator":"equals","value":"gold"}}]}]}}`
		vip  = `{"type":"list","name":"VIP 2025"}`
		code = `{"internalName":"Welcome 10","title":{"en":"10% off"},"type":"code","typeConfig":{"code":"WELCOME10"}}`
		link = `{"internalName":"Workshop","title":{"en":"Workshop"},"type":"link","typeConfig":{"url":"https://HOST/w"}}`
		gift = `{"internalName":"Gift","title":{"en":"Gift"}}`
		xmas = `{"internalName":"Gift","title":{"en":"Gift for Christmas"}}`
		old  = `{"internalName":"Summer 2024","title":{"en":"Summer"}}`
		shop = `{"internalName":"Shop","type":"store","cohortId":"LIST","rewards":[{"type":"perk","rewardId":"PERK"}],` +
			`"typeConfig":{"name":{"en":"Shop"},"description":{"en":"<p>Choose one</p>"},"imageUrl":null,"slug":"shop"}}`
		badge = `{"internalName":"Gold","title":{"en":"Gold"},"imageUrl":"https://cdn.example.com/g.svg",` +
			`"cohortId":"SEGMENT"}`
	)
	with := func(body string, values ...string) string { return strings.NewReplacer(values...).Replace(body) }

	test.send("/user-properties", property)
	segment, list := test.send("/cohorts", gold), test.send("/cohorts", vip)
	reward := test.shown("/perks", code)
	test.shown("/perks", with(link, "HOST", "staging.example.com"))
	test.shown("/perks", gift)
	test.send("/perks", xmas)
	test.send("/perks/"+test.shown("/perks", old)+"/archive", "")
	test.shown("/badges", with(badge, "SEGMENT", segment))
	test.shown("/campaigns", with(shop, "LIST", list, "PERK", reward))

	live.send("/user-properties", property)
	live.send("/cohorts", vip)
	live.shown("/perks", with(link, "HOST", "www.example.com"))
	live.send("/perks", `{"internalName":"Voucher","title":{"en":"Voucher"}}`)
}
