package page

import (
	"fmt"
	"strings"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/diff"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

func text(s string) *diff.Shown    { return &diff.Shown{Text: s, IsText: true} }
func value(s string) *diff.Shown   { return &diff.Shown{Text: s} }
func picture(s string) *diff.Shown { return &diff.Shown{Text: s, IsImage: true} }

const pull = "terraform-provider-cohort pull --from live env/live"

// club is what may differ between the merchants of a loyalty club.
func club() *diff.Report {
	long := "<p>Ready for the mountains? Three steps, one box to open. Tell us your size, so that nobody hikes " +
		"with blisters. Then follow our playlist, which has two hours of walking pace, and place an order of %s or " +
		"more. In one of two boxes there is something: 10%% off your next pair, or the print of Mont Aiguille at " +
		"dawn, which was drawn by hand in our workshop in %s.</p>"
	french := "<p>Prêt pour la montagne ? Trois étapes, une boîte à ouvrir. Dites-nous ce que vous chaussez, suivez " +
		"notre playlist et passez une commande d’au moins %s. Une boîte sur deux contient quelque chose : %s sur votre " +
		"prochaine paire, ou la gravure du mont Aiguille à l’aube, dessinée à la main.</p>"
	declared := func(path string, from, to *diff.Shown, variable string) diff.Change {
		return diff.Change{Path: path, From: from, To: to, Class: diff.Declared, Remedy: "var." + variable}
	}
	drift := func(path string, from, to *diff.Shown) diff.Change {
		return diff.Change{Path: path, From: from, To: to, Class: diff.Drift, Remedy: pull}
	}
	waiting := func(path string, from, to *diff.Shown) diff.Change {
		return diff.Change{Path: path, From: from, To: to, Class: diff.Waiting, Remedy: "terraform -chdir=env/live apply"}
	}
	onDestroy := declared("on_destroy", value("delete"), value("archive"), "on_destroy")
	return &diff.Report{
		From: diff.Side{
			Mode: merchants.ModeTest, Objects: 17, Snapshot: "snapshots/test.json",
			TakenAt: time.Date(2027, 5, 3, 6, 0, 0, 0, time.UTC), Digest: "cohort1:5f2b9a7714d0c3e8",
		},
		To: diff.Side{Mode: merchants.ModeLive, Objects: 16, Digest: "cohort1:91c07be35a6d42f0"},
		Differences: []diff.Difference{
			{
				Kind: "list", Key: "early-birds", Name: "Early birds", Only: merchants.ModeTest, Class: diff.Waiting,
				Remedy: "terraform -chdir=env/live apply",
			},
			{
				Kind: "segment", Key: "gold-members", Name: "Gold members", Changes: []diff.Change{
					drift("groups[0].conditions[0].user_property.value", value(`"gold"`), value(`"platinum"`)),
				},
			},
			{
				Kind: "perk", Key: "resole", Name: "resole", Changes: []diff.Change{
					declared("link.url", value("https://test.sorbier.example/pages/workshop"),
						value("https://www.sorbier.example/pages/workshop"), "shop_url"),
					onDestroy,
				},
			},
			{
				Kind: "perk", Key: "free-shipping", Name: "free-shipping", Changes: []diff.Change{onDestroy},
			},
			{
				Kind: "perk", Key: "welcome-10", Name: "welcome-10", Changes: []diff.Change{
					drift("title.fr", text("10\u00a0% offerts"), text("10\u00a0% offert")),
					drift("description.en", text("<p>On your next pair of boots.</p>"),
						text("<p>On your next pair of winter boots, until Sunday.</p>")),
					drift("description.fr", text("<p>Sur votre prochaine paire de chaussures.</p>"),
						text("<p>Sur votre prochaine paire de chaussures d’hiver, jusqu’à dimanche.</p>")),
					{
						Path: "shopify_discount.collections", From: nil, To: value(`["winter"]`), Class: diff.Unmodeled,
						Remedy: "edit it in Cohort's admin: the provider does not know this property",
					},
					onDestroy,
				},
			},
			{
				Kind: "badge", Key: "gold", Name: "gold", Changes: []diff.Change{
					waiting("image_url", picture("https://cdn.example.com/sorbier/badges/gold-2027.svg"),
						picture("https://cdn.example.com/sorbier/badges/gold.svg")),
				},
			},
			{
				Kind: "campaign", Key: "summit-season", Name: "summit-season", Changes: []diff.Change{
					declared("start_at", value("2027-04-01T06:00:00Z"), value("2027-05-01T06:00:00Z"), "season.start_at"),
					waiting("challenge.description.en", text(fmt.Sprintf(long, "€60", "Chambéry")),
						text(fmt.Sprintf(long, "€50", "Grenoble"))),
					waiting("challenge.description.fr", text(fmt.Sprintf(french, "60 €", "10 %")),
						text(fmt.Sprintf(french, "50 €", "10 %"))),
					{
						Path: "challenge.steps[2]", MovedFrom: 2, MovedTo: 3, Class: diff.Drift, Remedy: pull,
					},
					waiting("challenge.steps[2].triggers[0].settings.minimum_amount", value("6000"), value("5000")),
					onDestroy,
				},
			},
			{
				Kind: "campaign", Key: "winter sale \"2026\"", Name: "Winter sale", Only: merchants.ModeLive,
				Class: diff.Unmanaged, Remedy: strings.Join([]string{
					"import {", `  to = cohort_campaign.winter_sale_2026`,
					`  id = "winter sale \"2026\""`, "}",
				}, "\n"),
			},
		},
		Skipped: []diff.Skipped{
			{What: "2 archived campaigns of test", Why: "their keys may be used again"},
			{What: "the code of perk:welcome-10", Why: "it is a secret; a snapshot holds a digest of it, which is the same"},
		},
		Fingerprint: "cohort1:07749e2c14d311e6",
	}
}
