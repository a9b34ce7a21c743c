package pipelines

import (
	"fmt"
	"html"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Files of the program that the stories edit.
const (
	rewards   = "modules/loyalty/rewards.tf"
	audiences = "modules/loyalty/audiences.tf"
	liveRoot  = "env/live/main.tf"
)

const (
	season = "\nresource \"cohort_list\" \"season\" {\n  name         = \"Season\"\n  reference_id = \"season\"\n}\n"
	guides = "# Gold by tier, or a guide"
)

func TestPipelines_github(t *testing.T) {
	t.Parallel()
	tell(t, newGitHub)
}

func TestPipelines_gitlab(t *testing.T) {
	t.Parallel()
	tell(t, newGitLab)
}

// tell tells the stories of a repository, one after the other.
func tell(t *testing.T, start func(*testing.T) (*project, pipeline)) {
	if runtime.GOOS == "windows" {
		t.Skip("the pipelines run on Linux")
	}
	p, ci := start(t)
	nobody := func() { t.Error("a person was asked") }

	// The first promotion fills both merchants, and the next run changes nothing.
	approvals := 0
	approve := func() { approvals++ }
	p.ends(ci.run("push", approve), map[string]string{
		"test": succeeded, "live-plan": succeeded, "live-apply": succeeded,
	})
	if approvals != 1 || len(p.Objects("live", "")) != len(p.Objects("test", "")) {
		t.Fatalf("%d approvals, %d objects in live, %d in test",
			approvals, len(p.Objects("live", "")), len(p.Objects("test", "")))
	}
	p.comparesArtifacts("before.json", "after.json", false)
	p.ends(ci.run("schedule", nobody), map[string]string{"drift test": succeeded, "drift live": succeeded})

	// A pull request is reviewed without a key: nothing is sent.
	revert := p.edit(rewards, `en = "10% off"`, `en = "10% off everything"`)
	sent := len(p.History())
	review := ci.run("pull request", nobody)
	p.ends(review, map[string]string{"review test": succeeded, "review live": succeeded})
	if n := len(p.History()) - sent; n > 0 {
		t.Errorf("the review sent %d requests", n)
	}
	if summary := html.UnescapeString(review["review live"].summary); !strings.Contains(summary, "10% off everything") {
		t.Errorf("the review does not show the change:\n%s", summary)
	}

	// Somebody edits live between the approval and the apply. Nothing is applied.
	before := p.Objects("live", "")
	other := p.patch("digital-assets", "founder-card", map[string]any{"title": map[string]any{"en": "Edited"}})
	promoted := ci.run("push", func() { before = p.Objects("live", ""); other() })
	p.ends(promoted, map[string]string{"test": succeeded, "live-plan": succeeded, "live-apply": failed})
	if code := promoted["live-apply"].code; code != 4 {
		t.Errorf("the job ended with %d, want 4:\n%s", code, promoted["live-apply"].log)
	}
	p.onlyChanged(before, "founder-card")

	// The schedule finds the edit.
	drift := ci.run("schedule", nobody)
	p.ends(drift, map[string]string{"drift test": succeeded, "drift live": failed})
	if d := drift["drift live"]; d.code != 2 || !strings.Contains(d.summary, "founder-card") {
		t.Errorf("the drift job ended with %d:\n%s", d.code, d.summary)
	}

	// The next promotion shows the edit, and takes it back.
	promoted = ci.run("push", approve)
	p.ends(promoted, map[string]string{"test": succeeded, "live-plan": succeeded, "live-apply": succeeded})
	if !strings.Contains(promoted["live-plan"].summary, "founder-card") {
		t.Errorf("the plan does not show the edit:\n%s", promoted["live-plan"].summary)
	}
	if titles := p.titles("perks"); !slices.Contains(titles, "10% off everything") {
		t.Errorf("after the promotion, the titles in live are %q", titles)
	}

	// A revert is a promotion like any other.
	revert()
	p.ends(ci.run("push", approve), map[string]string{"test": succeeded, "live-plan": succeeded, "live-apply": succeeded})
	if titles := p.titles("perks"); !slices.Contains(titles, "10% off") {
		t.Errorf("after the revert, the titles in live are %q", titles)
	}

	// What is deleted in live has to be named.
	takeBack := p.edit(audiences, guides, strings.TrimPrefix(season, "\n")+"\n"+guides)
	p.ends(ci.run("push", approve), map[string]string{"test": succeeded, "live-plan": succeeded, "live-apply": succeeded})
	takeBack()
	before = p.Objects("live", "")
	promoted = ci.run("push", nobody)
	p.ends(promoted, map[string]string{"test": succeeded, "live-plan": failed, "live-apply": skipped})
	if log := promoted["live-plan"].log; !strings.Contains(log, `allow_live_delete = ["list:season"]`) {
		t.Errorf("the job does not say what to write:\n%s", log)
	}
	if diff := cmp.Diff(before, p.Objects("live", "")); diff != "" {
		t.Errorf("live has changed (-before +after):\n%s", diff)
	}
	p.edit(liveRoot, `mode = "live"`, "mode              = \"live\"\n  allow_live_delete = [\"list:season\"]")
	p.ends(ci.run("push", approve), map[string]string{"test": succeeded, "live-plan": succeeded, "live-apply": succeeded})
	if n := len(p.Objects("live", "")); n != len(before)-1 {
		t.Errorf("live has %d objects, want %d", n, len(before)-1)
	}

	// A policy stops what the provider would do.
	if os.Getenv("CONFTEST") == "" {
		t.Log("NOT TRIED: the policies, because CONFTEST is not set; make policies sets it")
		return
	}
	p.edit(liveRoot, `shop_url = "https://www`, "on_destroy = \"delete\"\n  shop_url = \"https://www")
	promoted = ci.run("push", nobody)
	p.ends(promoted, map[string]string{"test": succeeded, "live-plan": failed, "live-apply": skipped})
	if log := promoted["live-plan"].log; !strings.Contains(log, "on_destroy = \"delete\" in live") {
		t.Errorf("the job does not say which policy stops it:\n%s", log)
	}
}

// ends checks how the jobs of a run ended.
func (p *project) ends(got map[string]outcome, want map[string]string) {
	p.t.Helper()
	ends := map[string]string{}
	for name, o := range got {
		if o.end != skipped || want[name] != "" { // GitLab does not show jobs of other events.
			ends[name] = o.end
		}
	}
	if diff := cmp.Diff(want, ends); diff != "" {
		var logs strings.Builder
		for name, o := range got {
			if o.end == failed && want[name] != failed {
				fmt.Fprintf(&logs, "\n--- %s ended with %d\n%s", name, o.code, o.log)
			}
		}
		p.t.Fatalf("the jobs ended otherwise (-want +got):\n%s%s", diff, logs.String())
	}
}

// patch returns a function that changes an object of live outside of Terraform.
func (p *project) patch(kind, name string, fields map[string]any) func() {
	p.t.Helper()
	for _, object := range p.Objects("live", kind) {
		if object["internalName"] == name {
			return func() {
				if err := p.PatchObject(object["id"].(string), fields); err != nil {
					p.t.Fatal(err)
				}
			}
		}
	}
	p.t.Fatalf("live has none of the %s %q", kind, name)
	return nil
}

// onlyChanged checks that one object of live has changed, and nothing else.
func (p *project) onlyChanged(before []map[string]any, name string) {
	p.t.Helper()
	for i, object := range p.Objects("live", "") {
		if changed := !cmp.Equal(before[i], object); changed != (object["internalName"] == name) {
			p.t.Errorf("%v has changed: %t", object["internalName"], changed)
		}
	}
}

// titles are the titles of the objects of a kind in live.
func (p *project) titles(kind string) []string {
	var all []string
	for _, object := range p.Objects("live", kind) {
		title, _ := object["title"].(map[string]any)
		text, _ := title["en"].(string)
		all = append(all, text)
	}
	return all
}

// comparesArtifacts checks that both snapshots were kept, and whether they are equal.
func (p *project) comparesArtifacts(one, other string, equal bool) {
	p.t.Helper()
	read := func(name string) string {
		found, err := filepath.Glob(filepath.Join(p.store, "artifacts", "*", name))
		if err != nil || len(found) != 1 {
			p.t.Fatalf("the artifacts have %d files %s: %v", len(found), name, err)
		}
		content, err := os.ReadFile(found[0])
		if err != nil {
			p.t.Fatal(err)
		}
		return string(content)
	}
	if got := read(one) == read(other); got != equal {
		p.t.Errorf("%s and %s are equal: %t", one, other, got)
	}
}
