package planreview_test

import (
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
)

// The kept plans are one plan of Terraform 1.11.4, and the same in the form of other versions. The
// second was made by editing the first: another format_version and terraform_version, sorted names,
// another order of the changes, and what 1.14 and OpenTofu have beside it, such as identities,
// action_invocations and the registry of OpenTofu.
const kept, newer = "terraform-1.11.json", "newer.json"

func keptPlan(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// TestFingerprint_kept checks that versions of Terraform agree, and that this version of the
// provider agrees with earlier ones: an approval has to outlive an upgrade.
func TestFingerprint_kept(t *testing.T) {
	t.Parallel()
	const want = "cohort1:f677694a24884f7f60fe3c1b3905a3f307f83bc5"
	for _, name := range []string{kept, newer} {
		if got := fingerprint(t, keptPlan(t, name)); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

const keptText = `live deletes 1 object and replaces 1 object: 4 add · 3 change · 1 delete · 1 replace · 1 adopt
fingerprint cohort1:f677694a24884f7f60fe3c1b3905a3f307f83bc5

delete   perk:old
replace  campaign:seasonal
change   campaign:summer, status: draft → published  [publishes, for list:vip]
change   perk:code, code.value: (sensitive) → (sensitive)
add      2 lists: list:gold, list:silver
add      2 badges: badge:gold, badge:silver
change   list:early, name: Early → Early birds
change   perk:code, title.en: Welcome → Welcome back
change   campaign:seasonal, store: { title = {"en":"Shop"}, slug = shop } → (none)
change   campaign:seasonal, airdrop: (none) → {  }
change   campaign:summer, challenge.description.en: … to be shortened, because nobody wants to … → ` +
	`… to be shortened, since nobody wants to …  [customers see it]
adopt    list:early
other    terraform_data.note

allow_live_delete names what this plan does not delete: perk:gone-already

Warning: Not known before the apply: cohort_badge.tier["gold"], audience_id: list:gold or list:silver.

Warning: Not known before the apply: cohort_badge.tier["silver"], audience_id: list:gold or list:silver.
`

func TestReview_text(t *testing.T) {
	t.Parallel()
	for _, name := range []string{kept, newer} {
		if diff := cmp.Diff(keptText, reviewed(t, keptPlan(t, name)).Text()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestReview_secrecy checks that no id and no secret of a plan is in any form of its review.
func TestReview_secrecy(t *testing.T) {
	t.Parallel()
	content := keptPlan(t, kept)
	review := reviewed(t, content)
	all := review.Text() + review.Markdown() + string(encoded(t, review)) + planreview.NewDrift(read(t, content)).Text()
	secrets := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|WELCOME-SECRET`).FindAllString(string(content), -1)
	if len(secrets) < 10 {
		t.Fatalf("the plan has only %d ids and secrets", len(secrets))
	}
	for _, secret := range secrets {
		if strings.Contains(all, secret) {
			t.Errorf("%s is shown", secret)
		}
	}
}

// TestReview_sensitive hides what the configuration marks as sensitive, on either side.
func TestReview_sensitive(t *testing.T) {
	t.Parallel()
	before := object{
		"id": "1", "mode": "live", "internal_name": "p", "title": object{"en": "HIDDEN-1"},
		"link": object{"url": "HIDDEN-2"}, "status": "draft",
	}
	after := object{
		"id": "1", "mode": "live", "internal_name": "p", "title": object{"en": "HIDDEN-3"},
		"link": object{"url": "HIDDEN-4"}, "status": "draft",
	}
	for name, marks := range map[string]object{
		"leaf":  {"title": object{"en": true}, "link": object{"url": true}},
		"whole": {"title": true, "link": true},
	} {
		for _, side := range []string{"before_sensitive", "after_sensitive"} {
			edit := change("perk", "cohort_perk.p", updates, before, after)
			edit["change"].(object)[side] = marks
			review := reviewed(t, written(t, edit))
			if text := review.Text() + review.Markdown() + string(encoded(t, review)); strings.Contains(text, "HIDDEN") ||
				len(review.Rows) != 2 {
				t.Errorf("%s, %s: %s", name, side, text)
			}
		}
	}
}

// TestReview_hostile puts markup and control characters into every text of a plan.
func TestReview_hostile(t *testing.T) {
	t.Parallel()
	const hostile = "a|b `c` <script>x</script> [l](https://e.example) @team #1\n\n# Title\n| x |" +
		"\x1b[31m\u202e ::error:: ```"
	before := object{"id": "1", "mode": "live", "name": hostile, "reference_id": hostile}
	after := maps.Clone(before)
	after["name"] = hostile + "!"
	gone := object{"id": "2", "mode": "live", "name": hostile, "reference_id": hostile + "2"}
	plan := written(t, change("list", "cohort_list.l", updates, before, after),
		change("list", `cohort_list.m["`+hostile+`"]`, deletes, gone, nil),
		object{"address": hostile, "mode": "managed", "type": "x", "change": object{"actions": creates}})
	review := reviewed(t, plan)
	text := review.Text()
	if strings.ContainsAny(text, "\x1b\u202e") || strings.Contains(text, "::error::") ||
		slices.ContainsFunc(strings.Split(text, "\n"), func(line string) bool { return strings.HasPrefix(line, "# ") }) {
		t.Errorf("the text has what steers a terminal or a pipeline:\n%s", text)
	}
	markdown := review.Markdown()
	for line := range strings.Lines(markdown) {
		if strings.HasPrefix(line, "| ") && strings.Count(line, "|") != 7 {
			t.Errorf("a text makes a column: %s", line)
		}
	}
	rest := regexp.MustCompile(`(?s)<pre><code>[^<>]*</code></pre>|&#?\w+;|</?code>|fingerprint .[\w:]+.`).
		ReplaceAllString(markdown, "")
	if strings.ContainsAny(rest, "<>`@[]\x1b\u202e") || strings.Contains(rest, "https:") {
		t.Errorf("a text is markup:\n%s", markdown)
	}
	if !strings.Contains(html.UnescapeString(markdown), "<script>x</script>") {
		t.Errorf("a text is lost:\n%s", markdown)
	}
}

// TestReview_folds makes one row of equal changes.
func TestReview_folds(t *testing.T) {
	t.Parallel()
	var changes []object
	for i := range 12 {
		key := fmt.Sprintf("p%02d", i)
		before := object{"id": key, "mode": "test", "internal_name": key, "status": "live", "image_url": "https://a.example"}
		after := maps.Clone(before)
		after["image_url"] = "https://b.example"
		changes = append(changes, change("perk", "cohort_perk."+key, updates, before, after))
	}
	review := reviewed(t, written(t, changes...))
	want := "change   12 perks: perk:p00, perk:p01, perk:p02, perk:p03, perk:p04 and 7 more, image_url: " +
		"https://a.example → https://b.example  [customers see it]\n"
	if len(review.Rows) != 1 || !strings.Contains(review.Text(), want) {
		t.Errorf("%s\nwant in it: %s", review.Text(), want)
	}
}

// TestReview_writeOnly checks that a code that becomes write-only does not look like one that goes.
func TestReview_writeOnly(t *testing.T) {
	t.Parallel()
	before := object{"id": "p", "mode": "test", "internal_name": "p", "status": "live", "code": object{"value": "SESAME"}}
	after := maps.Clone(before)
	after["code"] = object{"value_wo_version": 1}
	moved := reviewed(t, written(t, change("perk", "cohort_perk.p", updates, before, after))).Text()
	if strings.Contains(moved, "→ (none)") || !strings.Contains(moved, "code.value_wo_version: (none) → 1") {
		t.Errorf("said %s", moved)
	}
	after["code"] = nil
	gone := reviewed(t, written(t, change("perk", "cohort_perk.p", updates, before, after))).Text()
	if !strings.Contains(gone, "→ (none)") {
		t.Errorf("said %s", gone)
	}
}

// TestReview_order puts the most consequential rows first, and says what customers see.
func TestReview_order(t *testing.T) {
	t.Parallel()
	campaign := func(key, status string, more object) object {
		values := object{"id": key, "mode": "live", "internal_name": key, "status": status}
		maps.Copy(values, more)
		return values
	}
	perk := func(title string) object {
		return object{"id": "x", "mode": "live", "internal_name": "x", "title": object{"en": title}}
	}
	edit := change("campaign", "cohort_campaign.drop", updates, campaign("drop", "draft", object{"airdrop": object{}}),
		campaign("drop", "", object{"airdrop": object{}, "desired_status": "published"}))
	edit["change"].(object)["after_unknown"] = object{"status": true}
	review := reviewed(t, written(t, edit,
		change("perk", "cohort_perk.x", updates, perk("a"), perk("b")),
		change("list", "cohort_list.l", creates, nil, object{"mode": "live", "name": "l", "reference_id": "l"}),
		change("campaign", "cohort_campaign.end", updates, campaign("end", "published", nil),
			campaign("end", "ended", nil)),
		change("campaign", "cohort_campaign.gone", deletes, campaign("gone", "published", nil), nil),
		change("list", "cohort_list.let", forgets, object{"mode": "live", "name": "x", "reference_id": "let"}, nil),
	))
	var got []string
	for _, row := range review.Rows {
		got = append(got, fmt.Sprintf("%s %s %s [%s]", row.Does, row.What(), row.Path, row.Customers))
	}
	want := []string{
		"delete campaign:gone  [customers lose it]", "let go list:let  []",
		"change campaign:drop status [hands out its rewards at once, for all users]", "change campaign:end status [ends]",
		"add list:l  []", "change perk:x title.en []",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	const title = "live deletes 1 object: 1 add · 3 change · 1 delete · 0 replace · 0 adopt · 1 let go"
	if review.Title != title {
		t.Errorf("title %q, want %q", review.Title, title)
	}
}

// TestReview_names compares allow_live_delete with what the plan deletes.
func TestReview_names(t *testing.T) {
	t.Parallel()
	gone := func(kind, key string) object {
		return change(kind, "cohort_"+kind+"."+key, deletes, object{
			"id": "id-" + key, "mode": "live", "reference_id": key, "internal_name": key, "name": key,
		}, nil)
	}
	names := object{"references": []string{"var.names"}}
	value := func(value any) object { return object{"names": object{"value": value}} }
	keyless := change("list", "cohort_list.none", deletes, object{"id": "0815", "mode": "live", "name": "None"}, nil)
	for name, tt := range map[string]struct {
		allowed       any
		variables     object
		missing, free []string
	}{
		"no argument": {nil, nil, []string{"list:id:0815", "perk:a"}, nil},
		"constant": {
			object{"constant_value": []string{"perk:a", "list:id:0815", "perk:b"}}, nil, nil, []string{"perk:b"},
		},
		"variable":          {names, value([]string{"perk:a", "list:id:0815", "perk:b"}), nil, []string{"perk:b"}},
		"part of a list":    {names, value([]string{"perk:a"}), nil, nil},
		"not a list":        {names, value("perk:a"), nil, nil},
		"what is not shown": {object{"references": []string{"local.names"}}, nil, nil, nil},
	} {
		expressions := object{"mode": object{"constant_value": "live"}}
		if tt.allowed != nil {
			expressions["allow_live_delete"] = tt.allowed
		}
		var plan object
		if err := json.Unmarshal(written(t, gone("perk", "a"), keyless), &plan); err != nil {
			t.Fatal(err)
		}
		plan["variables"] = tt.variables
		plan["configuration"] = object{"provider_config": object{"ours": object{
			"name": "ours", "full_name": "registry.terraform.io/cohort-xyz/cohort", "expressions": expressions,
		}}}
		review := reviewed(t, encoded(t, plan))
		if diff := cmp.Diff([]string{"list:id:0815", "perk:a"}, review.Needed); diff != "" {
			t.Errorf("%s: needed (-want +got)\n%s", name, diff)
		}
		if diff := cmp.Diff([2][]string{tt.missing, tt.free}, [2][]string{review.Missing, review.Unused}); diff != "" {
			t.Errorf("%s: missing and unused (-want +got)\n%s", name, diff)
		}
	}
}
