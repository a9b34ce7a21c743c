package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// TestPlanWarnings checks the warnings for changes of existing objects: what users lose, and what
// the service is expected to refuse.
func TestPlanWarnings(t *testing.T) {
	t.Parallel()
	const (
		frozen      = "The service is expected to refuse other "
		archived    = "The service is expected to refuse edits of an archived "
		mayBeFrozen = "The service may refuse the "
		visit       = `challenge = { slug = "s", steps = [{ id = "a", user_action = "visit" }] }`
		store       = `store = { slug = "s", title = { en = "Shop" } }`
		newStore    = `store = { slug = "s", title = { en = "Store" } }`
		direct      = `distribution = { direct = {} }`
		raffle      = `distribution = { raffle = { max_boxes = 3, draw_at = "2037-09-01T02:00:00+02:00" } }`
	)
	campaign := func(status, desired string, attributes ...string) string {
		return fmt.Sprintf("id = \"c0\"\nmode = \"test\"\non_destroy = \"archive\"\nstatus = %q\n", status) +
			desiredCampaign(desired, attributes...)
	}
	perk := func(status, desired, attributes string) string {
		return fmt.Sprintf("id = \"p0\"\nmode = \"test\"\non_destroy = \"archive\"\nstatus = %q\n"+
			"internal_name = \"p\"\n%s\n%s", status, desired, attributes)
	}
	const (
		publishedIs = `desired_status = "published"`
		endedIs     = `desired_status = "ended"`
		archivedIs  = `desired_status = "archived"`
		draftIs     = `desired_status = "draft"`
		one         = `rewards = [{ perk_id = "00000000-0000-4000-8000-00000000000f" }, ` +
			`{ perk_id = "00000000-0000-4000-8000-00000000000e" }]`
		two = `rewards = [{ perk_id = "00000000-0000-4000-8000-00000000000e" }, ` +
			`{ perk_id = "00000000-0000-4000-8000-00000000000f" }]`
	)
	shared := configuredPlugin(t, newWorld(t, sandbox.Options{}))
	for name, test := range map[string]struct {
		kind, prior, config string
		want, says          []string
	}{
		"other rewards of a published campaign": {
			"cohort_campaign", campaign("published", publishedIs, store, one),
			desiredCampaign(publishedIs, store, `rewards = [{ perk_id = "00000000-0000-4000-8000-00000000000f" }]`),
			[]string{"rewards: " + frozen + "rewards of a campaign that is published"},
			[]string{"Take the change back, or end this campaign and add another one", "(assumed)"},
		},
		"other distribution of an ended campaign": {
			"cohort_campaign", campaign("ended", publishedIs, store, one),
			desiredCampaign(publishedIs, store, one, `distribution = { direct = { max_quantity = 3 } }`),
			[]string{"distribution: " + frozen + "distribution of a campaign that is ended"},
			nil,
		},
		"rewards and distribution of a draft": {
			"cohort_campaign", campaign("draft", "", store, one),
			desiredCampaign("", store, direct, `rewards = [{ perk_id = "00000000-0000-4000-8000-00000000000f" }]`),
			nil, nil,
		},
		"rewards in another order": {
			"cohort_campaign", campaign("published", publishedIs, store, one), desiredCampaign(publishedIs, store, two),
			nil, nil,
		},
		"no rewards in two ways": {
			"cohort_campaign", campaign("published", publishedIs, store), desiredCampaign(publishedIs, store, `rewards = []`),
			nil, nil,
		},
		"no distribution in two ways": {
			"cohort_campaign", campaign("published", publishedIs, store, direct), desiredCampaign(publishedIs, store),
			nil, nil,
		},
		"one draw time in another zone": {
			"cohort_campaign", campaign("published", publishedIs, store, raffle),
			desiredCampaign(publishedIs, store, strings.Replace(raffle, "02:00:00+02:00", "00:00:00Z", 1)),
			nil, nil,
		},
		"rewards that are not known yet": {
			"cohort_campaign", campaign("published", publishedIs, store, one),
			desiredCampaign(publishedIs, store,
				`rewards = [{ perk_id = "00000000-0000-4000-8000-00000000000f" }, { perk_id = unknown }]`),
			[]string{"rewards: " + mayBeFrozen + "rewards of the campaign"},
			[]string{"only known after apply"},
		},
		"rewards of what comes back from the archive": {
			"cohort_campaign", campaign("archived", archivedIs, store, one),
			desiredCampaign(publishedIs, store, `rewards = [{ perk_id = "00000000-0000-4000-8000-00000000000f" }]`),
			[]string{
				"desired_status: A campaign comes back from the archive in the status that it had",
				"rewards: " + frozen + "rewards of a campaign that is archived",
			},
			[]string{"If it had ended, it stays ended"},
		},

		"edit of an archived campaign": {
			"cohort_campaign", campaign("archived", archivedIs, store), desiredCampaign(archivedIs, newStore),
			[]string{"store: " + archived + "campaign"},
			[]string{`Bring the campaign back in the same apply with desired_status = "published", or take the change back`},
		},
		"edit of an archived campaign without a wish": {
			"cohort_campaign", campaign("archived", archivedIs, store),
			desiredCampaign("", store, `start_at = "2037-06-01T00:00:00Z"`),
			[]string{"start_at: " + archived + "campaign"},
			nil,
		},
		"archived campaign destroyed otherwise": {
			"cohort_campaign", campaign("archived", archivedIs, store),
			desiredCampaign(archivedIs, store, `on_destroy = "delete"`),
			nil, nil,
		},
		"archived challenge destroyed otherwise": {
			"cohort_campaign", campaign("archived", archivedIs, visit),
			desiredCampaign(archivedIs, `challenge = { steps = [{ user_action = "visit" }] }`, `on_destroy = "delete"`),
			nil, nil,
		},
		"rewards of an archived campaign in another order": {
			"cohort_campaign", campaign("archived", archivedIs, store, one), desiredCampaign(archivedIs, store, two),
			nil, nil,
		},
		"edit while it is archived": {
			"cohort_campaign", campaign("published", publishedIs, store), desiredCampaign(archivedIs, newStore),
			nil, nil,
		},
		"edit of an archived perk": {
			"cohort_perk", perk("archived", archivedIs, `title = { en = "Old" }`),
			"internal_name = \"p\"\ntitle = { en = \"New\" }\n" + archivedIs,
			[]string{"title: " + archived + "perk"},
			[]string{`with desired_status = "live"`},
		},
		"another kind of an archived perk": {
			"cohort_perk", perk("archived", archivedIs, ""),
			"internal_name = \"p\"\nlink = { url = \"https://a.example\" }\n" + archivedIs,
			[]string{"link: " + archived + "perk"},
			nil,
		},
		"edit of a perk that comes back": {
			"cohort_perk", perk("archived", archivedIs, `title = { en = "Old" }`),
			"internal_name = \"p\"\ntitle = { en = \"New\" }\ndesired_status = \"live\"",
			nil, nil,
		},
		"edit of a live perk": {
			"cohort_perk", perk("live", `desired_status = "live"`, `title = { en = "Old" }`),
			"internal_name = \"p\"\ntitle = { en = \"New\" }\ndesired_status = \"live\"",
			nil, nil,
		},

		"published again": {
			"cohort_campaign", campaign("ended", endedIs, store, one), desiredCampaign(publishedIs, store, one),
			[]string{"desired_status: A campaign that has ended cannot be published again"},
			[]string{"make a new campaign"},
		},
		"published again, after no wish": {
			"cohort_campaign", campaign("ended", "", store, one), desiredCampaign(publishedIs, store, one),
			[]string{"desired_status: A campaign that has ended cannot be published again"},
			nil,
		},
		"ended by itself": {
			"cohort_campaign", campaign("ended", publishedIs, store, one), desiredCampaign(publishedIs, newStore, one),
			nil, nil,
		},
		"ended by itself, then by the user": {
			"cohort_campaign", campaign("ended", publishedIs, store, one), desiredCampaign(endedIs, store, one),
			nil, nil,
		},
		"from the archive to a draft": {
			"cohort_perk", perk("archived", archivedIs, ""), "internal_name = \"p\"\n" + draftIs,
			[]string{"desired_status: A perk comes back from the archive in the status that it had"},
			[]string{"If it was live, it is open to users again"},
		},
		"from the archive to the end": {
			"cohort_campaign", campaign("archived", archivedIs, store), desiredCampaign(endedIs, store),
			[]string{"desired_status: A campaign comes back from the archive in the status that it had"},
			[]string{"If it was never published, it is a draft again"},
		},
		"a perk from the archive": {
			"cohort_perk", perk("archived", archivedIs, ""), "internal_name = \"p\"\ndesired_status = \"live\"",
			nil, nil,
		},

		"another form of a published campaign": {
			"cohort_campaign", campaign("published", "", visit), desiredCampaign("", store),
			[]string{`store: Users lose their progress in the published campaign "summer"`},
			[]string{"cannot become a store"},
		},
		"another form of a draft": {
			"cohort_campaign", campaign("draft", "", visit), desiredCampaign("", `airdrop = {}`),
			nil, nil,
		},
		"another type of a property": {
			"cohort_user_property", "id = \"u0\"\nmode = \"test\"\nname = \"Size\"\ntype = \"text\"\nreference_id = \"size\"",
			"name = \"Size\"\ntype = \"number\"\nreference_id = \"size\"",
			[]string{`type: Users lose their values in the property "size"`},
			[]string{"another reference_id", "create_before_destroy = true"},
		},
		"another name of a property": {
			"cohort_user_property", "id = \"u0\"\nmode = \"test\"\nname = \"Size\"\ntype = \"text\"\nreference_id = \"size\"",
			"name = \"Shoe size\"\ntype = \"text\"\nreference_id = \"size\"",
			nil, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := shared.in(t)
			_, all := p.plan(test.kind, p.resource(test.kind, test.prior), p.resource(test.kind, test.config))
			p.saidWarnings(all, test.want, test.says)
		})
	}
}

// desiredCampaign returns the configuration of a campaign with a desired status, which may be none.
func desiredCampaign(desired string, attributes ...string) string {
	return "internal_name = \"summer\"\n" + desired + "\n" + strings.Join(attributes, "\n")
}

// saidWarnings checks for exactly these warnings, each as path and summary, and for texts in their
// details.
func (p *plugin) saidWarnings(all []said, want, says []string) {
	p.t.Helper()
	var got []string
	var details strings.Builder
	for _, s := range all {
		if !s.warning {
			p.t.Fatal(s)
		}
		got = append(got, s.path+": "+s.summary)
		details.WriteString(s.detail + "\n")
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		p.t.Errorf("warnings (-want +got):\n%s\n%s", diff, details.String())
	}
	for _, text := range says {
		if !strings.Contains(details.String(), text) {
			p.t.Errorf("no warning says %q:\n%s", text, details.String())
		}
	}
}

// TestPlanWarnings_steps checks the warnings about the steps of a campaign whose users may have
// progress.
func TestPlanWarnings_steps(t *testing.T) {
	t.Parallel()
	const summary = `challenge.steps: The steps of the published campaign "summer" change for its users`
	const (
		one   = `user_action = "visit", title = { en = "One" }`
		two   = `user_action = "visit", title = { en = "Two" }`
		three = `user_action = "share"`
	)
	const later = `user_action = "visit", title = { en = unknown }`
	shared := configuredPlugin(t, newWorld(t, sandbox.Options{}))
	for name, test := range map[string]struct {
		status            string
		existing, planned []string
		want              string
	}{
		"one comes, one goes": {
			"published",
			[]string{one, two, three},
			[]string{`user_action = "open", title = { fr = "Neuf" }`, one, two},
			`2 steps keep their ids, 1 is new ("Neuf"), 1 goes ("share"): users lose their progress in it.`,
		},
		"several go": {
			"published",
			[]string{one, two, three},
			[]string{two},
			`1 step keeps its id, 2 go ("One" and "share"): users lose their progress in them.`,
		},
		"several come": {
			"published",
			[]string{one},
			[]string{one, three, `user_action = "open"`},
			`1 step keeps its id, 2 are new ("share" and "open").`,
		},
		"one not known yet": {
			"published",
			[]string{one, two, three},
			[]string{three, later, later},
			`1 step keeps its id. Only known after apply: whether a step continues "One" and "Two". Users lose their progress ` +
				`in a step that none continues.`,
		},
		"all kept":   {"published", []string{one, two, three}, []string{three, two, one}, ""},
		"edited":     {"published", []string{one, three}, []string{one + `, icon = "x"`, three}, ""},
		"of a draft": {"draft", []string{one, two}, []string{one}, ""},
		"of what ended": {
			"ended", []string{one, two}, []string{one}, `1 step keeps its id, 1 goes ("Two"): users lose their progress in it.`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := shared.in(t)
			_, all := p.plan("cohort_campaign", challengeState(p, test.status, slices.Clone(test.existing)...),
				challengeConfig(p, test.planned...))
			if test.want == "" {
				p.saidWarnings(all, nil, nil)
				return
			}
			p.saidWarnings(all, []string{strings.Replace(summary, "published", test.status, 1)}, []string{test.want + "\n"})
		})
	}
	for name, challenge := range map[string]string{
		"none":          "{}",
		"not known yet": "unknown",
		"an empty list": "{ steps = [] }",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := shared.in(t)
			config := p.resource("cohort_campaign",
				"internal_name = \"summer\"\nchallenge = "+strings.Replace(challenge, "unknown", "{}", 1))
			if challenge == "unknown" {
				config = withUnknown(config, "challenge")
			}
			_, all := p.plan("cohort_campaign", challengeState(p, "published", one), config)
			want := `0 steps keep their ids, 1 goes ("One"): users lose their progress in it.`
			if challenge == "unknown" {
				want = `The steps are not known yet. Only known after apply: whether a step continues "One". ` +
					`Users lose their progress in a step that none continues.`
			}
			p.saidWarnings(all, []string{summary}, []string{want + "\n"})
		})
	}
}
