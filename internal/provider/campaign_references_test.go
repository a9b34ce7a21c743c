package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

// TestReferences checks every attribute that takes an id: a plan refuses the id of another kind of
// object, and warns about a value that is not an id.
func TestReferences(t *testing.T) {
	t.Parallel()
	references := map[string]struct{ kind, path, config, right string }{
		"audience of a campaign": {"cohort_campaign", "audience_id", `audience_id = %q
airdrop = {}`, "cohort_list"},
		"perk of a campaign": {"cohort_campaign", "rewards[0].perk_id", `rewards = [{ perk_id = %q }]
airdrop = {}`, "cohort_perk"},
		"digital asset of a campaign": {
			"cohort_campaign", "rewards[0].digital_asset_id", `rewards = [{ digital_asset_id = %q }]
airdrop = {}`,
			"cohort_digital_asset",
		},
		"audience of a badge": {"cohort_badge", "audience_id", `audience_id = %q`, "cohort_list"},
		"audience of a segment": {
			"cohort_segment", "groups[0].conditions[0].audience.id", `groups = [{ conditions = [{ audience = { id = %q } }] }]`,
			"cohort_list",
		},
	}
	for name, reference := range references {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, configured := merchant(t, "test")
			p := configured()
			ids := map[string]string{}
			for kind := range keyed {
				state, _ := p.made(kind, p.of(kind, "other"+strings.TrimPrefix(kind, "cohort_")))
				ids[kind] = state.GetAttr("id").AsString()
			}
			tries := 0
			plan := func(id string) []said {
				tries++ // No earlier plan of this process has used the key.
				name := fmt.Sprintf("internal_name = \"new %d\"", tries)
				if reference.kind == "cohort_segment" {
					name = `name = "New"`
				}
				_, all := p.plan(reference.kind, cty.NullVal(p.states[reference.kind]),
					p.resource(reference.kind, name+"\n"+fmt.Sprintf(reference.config, id)))
				return all
			}
			for kind, id := range ids {
				all := plan(id)
				fits := kind == reference.right || kind == "cohort_segment" && reference.right == "cohort_list"
				switch {
				case fits && len(all) > 0:
					t.Errorf("the id of a %s: said %v, want nothing", kind, all)
				case !fits &&
					(len(all) != 1 || all[0].warning || all[0].path != reference.path ||
						all[0].summary != "The id of another kind of object"):
					t.Errorf("the id of a %s: said %v, want one error at %s", kind, all, reference.path)
				}
			}
			for id, quiet := range map[string]bool{
				"spring":                               false,
				"vip list":                             false,
				"17":                                   true,
				"8d116ece-1738-47d9-bd9c-172411e20b8f": true,
			} {
				switch all := plan(id); {
				case quiet && len(all) > 0:
					t.Errorf("the id %s: said %v, want nothing", id, all)
				case !quiet &&
					(len(all) != 1 || !all[0].warning || all[0].path != reference.path || all[0].summary != "Not the form of an id"):
					t.Errorf("the id %s: said %v, want one warning at %s", id, all, reference.path)
				}
			}
		})
	}
}

// TestReferences_archivedPerk checks that a plan warns when it publishes a campaign with a perk
// that is archived after the plan.
func TestReferences_archivedPerk(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		desired, perk string
		warns         bool
	}{{"published", "archived", true}, {"draft", "archived", false}, {"published", "draft", false}} {
		desired, warns := test.desired, test.warns
		_, configured := merchant(t, "test")
		p := configured()
		perk, _ := p.made("cohort_perk", p.of("cohort_perk", "perk "+desired))
		config := fmt.Sprintf("internal_name = %q\ndesired_status = %q", "perk "+desired, test.perk)
		if _, all := p.plan("cohort_perk", perk, p.resource("cohort_perk", config)); len(all) > 0 {
			t.Fatal(all)
		}
		campaign := p.resource("cohort_campaign", fmt.Sprintf(
			"internal_name = \"new\"\ndesired_status = %q\naudience_id = %q\nstart_at = \"2037-01-01T00:00:00Z\"\n"+
				"rewards = [{ perk_id = %q }]\nstore = { title = { en = \"Shop\" } }",
			desired, p.audience, perk.GetAttr("id").AsString()))
		_, all := p.plan("cohort_campaign", cty.NullVal(p.states["cohort_campaign"]), campaign)
		if told := len(all) == 1 && all[0].warning && all[0].path == "rewards[0].perk_id" &&
			all[0].summary == "An archived perk as a reward" &&
			strings.Contains(all[0].detail, `the perk "perk `+desired+`"`); told != warns {
			t.Errorf("%s: said %v, want one warning: %t", desired, all, warns)
		}
	}
}

// TestSlugs checks that a plan warns when another campaign has the slug, even an archived one. It
// covers each way to get a slug.
func TestSlugs(t *testing.T) {
	t.Parallel()
	for form, config := range map[string]string{
		"store":     `store = { slug = %q }`,
		"challenge": `challenge = { slug = %q }`,
	} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			_, configured := merchant(t, "test")
			campaign := func(p *guarded, key, slug string, attributes ...string) cty.Value {
				return p.resource("cohort_campaign",
					fmt.Sprintf("internal_name = %q\n"+config, key, slug)+"\n"+strings.Join(attributes, "\n"))
			}
			const archived, draft = `desired_status = "archived"`, `desired_status = "draft"`
			p := configured()
			old, _ := p.made("cohort_campaign", campaign(p, "old", "gone", archived))
			own, _ := p.made("cohort_campaign", campaign(p, "own", "here"))
			again, _ := p.made("cohort_campaign", campaign(p, "again", "twice", archived))

			told := func(name, summary, way string, all []said) {
				t.Helper()
				if summary == "" && len(all) > 0 {
					t.Errorf("%s: said %v, want nothing", name, all)
				}
				if summary != "" &&
					(len(all) != 1 || !all[0].warning || all[0].path != form+".slug" || all[0].summary != summary ||
						!strings.Contains(all[0].detail, way)) {
					t.Errorf("%s: said %v, want one warning at %s.slug: %s", name, all, form, summary)
				}
			}
			plan := func(prior cty.Value, key, slug string, attributes ...string) []said {
				q := configured()
				if !prior.IsNull() {
					q.show("cohort_campaign", prior)
				}
				_, all := q.plan("cohort_campaign", prior, campaign(q, key, slug, attributes...))
				return all
			}
			none := cty.NullVal(own.Type())
			archivedHas := fmt.Sprintf(`The archived campaign "old" has the slug %q`, "gone")
			told("a new one with a free slug", "", "", plan(none, "new", "free"))
			told("a new one with the slug of a draft", `The campaign "own" has the slug "here"`, "Write another slug.",
				plan(none, "new", "here"))
			told("a new one with the slug of an archived one", archivedHas, `import it as "id:`+old.GetAttr("id").AsString()+`"`,
				plan(none, "new", "gone"))
			told("one that keeps its slug", "", "", plan(own, "own", "here"))
			told("one that gets the slug of an archived one", archivedHas, "delete that campaign", plan(own, "own", "gone"))
			two := configured()
			_, all := two.plan("cohort_campaign", none, campaign(two, "first", "both"))
			told("the first of two new ones", "", "", all)
			_, all = two.plan("cohort_campaign", none, campaign(two, "second", "both"))
			told("the second of two new ones", `Two campaigns have the slug "both"`, `The other one is "first".`, all)
			passing := configured()
			passing.show("cohort_campaign", own)
			passing.plan("cohort_campaign", own, campaign(passing, "own", "elsewhere"))
			_, all = passing.plan("cohort_campaign", none, campaign(passing, "new", "here"))
			told("a new one with a slug that another one gives up", `The campaign "own" has the slug "here"`, "apply again", all)
			told("one that stays in the archive", "", "", plan(again, "again", "twice", archived))

			// The service may let another campaign take the slug of an archived one. Then it is expected to
			// refuse to unarchive the first campaign.
			back := campaign(p, "back", "here", `id = "c0"`, `mode = "test"`, `on_destroy = "archive"`, `status = "archived"`,
				archived)
			told("one that comes back", `The campaign "own" has the slug "here"`, "Write another slug.",
				slices.DeleteFunc(plan(back, "back", "here", draft), func(s said) bool { return s.path == "desired_status" }))
		})
	}
}
