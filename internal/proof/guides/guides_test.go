package guides

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// guide is a guide and what happens while a reader follows it.
type guide struct {
	name string
	// before fills the merchants.
	before func(test, live hand)
	// edits are what people do in Cohort's admin, by the heading under which the guide says so. They
	// are done before the first command below the heading.
	edits map[string]func(test, live hand)
}

// TestGuides runs guides from an empty directory.
func TestGuides(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the guides use a shell that Windows does not have")
	}
	if path, err := terraformtest.CLI(); err == nil && strings.HasPrefix(filepath.Base(path), "tofu") {
		t.Skip("the guides show what Terraform prints")
	}
	for _, g := range []guide{
		{name: "adopt", before: byHand},
		{name: "first-contact"},
		{name: "in-a-pipeline"},
		{name: "promote", edits: map[string]func(test, live hand){"When somebody edits live": func(_, live hand) {
			live.edit("/perks", "workshop", `{"title":{"en":"Boot care for free","fr":"Atelier d'entretien"}}`)
			live.send("/cohorts", `{"type":"list","name":"Trail runners","referenceId":"trail-runners"}`)
		}}},
		{name: "protect-live"},
	} {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			s, err := sandbox.Start(sandbox.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			test, live := hand{t, s.URL() + "/v1", s.TestKey()}, hand{t, s.URL() + "/v1", s.LiveKey()}
			if g.before != nil {
				g.before(test, live)
			}
			g.run(t, s, test, live)
		})
	}
}

// TestReadme_export checks that the README shows lines of the export that the guide shows.
func TestReadme_export(t *testing.T) {
	t.Parallel()
	blocks, err := read(template(t, "adopt"))
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(repository, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, shown, found := strings.Cut(string(readme), "\n$ terraform-provider-cohort export ")
	if !found {
		t.Fatal("the README shows no export")
	}
	shown, _, _ = strings.Cut(shown, "\n```")
	lines := strings.Split(shown, "\n")
	for _, b := range blocks {
		for _, c := range b.commands {
			if c.text != "terraform-provider-cohort export "+lines[0] {
				continue
			}
			if line := missing(lines[1:], strings.Join(c.shown, "\n")); line != "" {
				t.Errorf("the guide does not show, where the README does:\n%s", line)
			}
			return
		}
	}
	t.Errorf("the guide does not run export %s", lines[0])
}

// run runs the blocks of a guide in order.
func (g guide) run(t *testing.T, s *sandbox.Sandbox, test, live hand) {
	t.Helper()
	blocks, err := read(template(t, g.name))
	if err != nil {
		t.Fatal(err)
	}
	sh := newShell(t, "COHORT_API_URL="+s.URL())
	keys := strings.NewReplacer("test_…", s.TestKey(), "live_…", s.LiveKey())
	queries := hasQueries(t)
	left := maps.Clone(g.edits)
	for _, b := range blocks {
		if edit := left[b.heading]; edit != nil {
			edit(test, live)
			delete(left, b.heading)
		}
		if b.file != "" {
			path := filepath.Join(sh.start, filepath.FromSlash(b.file))
			err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.WriteFile(path, []byte(b.content), 0o600))
			if err != nil {
				t.Fatal(err)
			}
			continue
		}
		for _, c := range b.commands {
			if strings.HasPrefix(c.text, "terraform query") && !queries {
				t.Logf("NOT RUN: line %d: %s: it needs Terraform 1.14", c.line, c.text)
				continue
			}
			output, code := sh.run(keys.Replace(c.text))
			if line := missing(c.shown, output); line != "" {
				t.Errorf("line %d: %s\ndoes not print, where the guide shows it:\n%s\nIt printed:\n%s", c.line, c.text, line,
					output)
			}
			if c.fails() != (code != 0) {
				t.Fatalf("line %d: %s\nended with exit code %d:\n%s", c.line, c.text, code, output)
			}
		}
	}
	for heading := range left {
		t.Errorf("the guide has no block below %q", heading)
	}
}

// hasQueries reports whether the Terraform of the tests has the command query.
func hasQueries(t *testing.T) bool {
	t.Helper()
	folder, err := installed()
	if err != nil {
		t.Fatal(err)
	}
	return exec.CommandContext(t.Context(), filepath.Join(folder, "terraform"), "query", "-help").Run() == nil
}

// hand makes objects in a merchant as people do.
type hand struct {
	t        *testing.T
	url, key string
}

// edit edits the object with an internal name.
func (h hand) edit(path, name, body string) {
	h.t.Helper()
	var page struct {
		Data []struct{ ID, InternalName string }
	}
	h.call(http.MethodGet, path, "", &page)
	for _, row := range page.Data {
		if row.InternalName == name {
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
	request, err := http.NewRequestWithContext(h.t.Context(), method, h.url+path, strings.NewReader(body))
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
