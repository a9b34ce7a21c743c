package provider_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// TestValidation_bad checks that every wrong value is refused before any request, at the attribute
// at fault and nowhere else. The text says what is allowed.
func TestValidation_bad(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	t.Cleanup(func() {
		if stats := w.Stats(); stats.Requests != stats.ByMethod["GET"] {
			t.Errorf("something was written: %v", stats.ByMethod)
		}
	})
	p := configuredPlugin(t, w)
	const (
		blankText   = "Blank text"
		mismatch    = "Invalid Attribute Value Match"
		outOfBounds = "Invalid Attribute Value"
		incomplete  = "Not complete enough to publish"
		languages   = "Texts in different languages"
		json        = "Not JSON"
	)
	for _, c := range []struct {
		name, kind, block string
		want              []string // path: summary, for every diagnostic
		says              []string // texts in the details
	}{
		// Names and keys.
		{
			"blank name of a list", "cohort_list", `name = " "`,
			[]string{"name: " + blankText},
			[]string{"a text that is not blank"},
		},
		{
			"empty name of a segment", "cohort_segment", `name = ""`,
			[]string{"name: " + blankText},
			nil,
		},
		{
			"blank name of a user property", "cohort_user_property", "name = \"\t\"\ntype = \"text\"",
			[]string{"name: " + blankText},
			nil,
		},
		{
			"blank internal name of a perk", "cohort_perk", `internal_name = ""`,
			[]string{"internal_name: " + blankText},
			nil,
		},
		{
			"blank internal name of a digital asset", "cohort_digital_asset", `internal_name = ""`,
			[]string{"internal_name: " + blankText},
			nil,
		},
		{
			"blank internal name of a badge", "cohort_badge",
			"internal_name = \"\"\naudience_id = \"00000000-0000-4000-8000-000000000000\"",
			[]string{"internal_name: " + blankText},
			nil,
		},
		{
			"blank internal name of a campaign", "cohort_campaign", "internal_name = \"\"\nairdrop = {}",
			[]string{"internal_name: " + blankText},
			nil,
		},
		{
			"blank reference id", "cohort_user_property", "name = \"Tier\"\ntype = \"text\"\nreference_id = \"\"",
			[]string{"reference_id: " + blankText},
			[]string{"leave the attribute out"},
		},
		{
			"blank id of an audience", "cohort_badge", "internal_name = \"gold\"\naudience_id = \"\"",
			[]string{"audience_id: Blank id"},
			[]string{"the id of a cohort_list or cohort_segment", "cohort_list.example.id"},
		},
		{
			"type of a user property", "cohort_user_property", "name = \"Tier\"\ntype = \"string\"",
			[]string{"type: " + mismatch},
			[]string{`"text" "number" "boolean" "date"`},
		},

		// Texts.
		{
			"unknown language", "cohort_perk", "internal_name = \"p\"\ntitle = { en = \"Hello\", xx = \"Hello\" }",
			[]string{`warning title["xx"]: Unknown language`},
			[]string{"ar, cs, de, el, en, es, fa, fr, id, it, ja, ko, nl, pl, pt, ru, tr, uk, vi, zh"},
		},
		{
			"language in capitals", "cohort_perk", "internal_name = \"p\"\ntitle = { EN = \"Hello\" }",
			[]string{`title["EN"]: Not a language code`},
			[]string{"such as en or pt-BR"},
		},
		{
			"region in small letters", "cohort_badge",
			"internal_name = \"b\"\naudience_id = \"00000000-0000-4000-8000-000000000000\"\ndescription = { en-us = \"Hello\" }",
			[]string{`description["en-us"]: Not a language code`},
			[]string{`description["en-us"] has a key that is not a language code`},
		},
		{
			"different languages of a perk", "cohort_perk",
			"internal_name = \"p\"\ntitle = { en = \"Hello\", fr = \"Bonjour\" }\ndescription = { en = \"Hello\" }",
			[]string{"warning description: " + languages},
			[]string{"description is in en, but title is in en, fr."},
		},
		{
			"different languages of a digital asset", "cohort_digital_asset",
			"internal_name = \"d\"\ntitle = { en = \"Hello\" }\ndescription = { fr = \"Bonjour\" }",
			[]string{"warning description: " + languages},
			nil,
		},
		{
			"different languages of a badge", "cohort_badge",
			"internal_name = \"b\"\naudience_id = \"00000000-0000-4000-8000-000000000000\"\ntitle = { en = \"Hello\" }\n" +
				"description = { fr = \"Bonjour\" }\nlocked_description = { de = \"Hallo\" }",
			[]string{"warning description: " + languages, "warning locked_description: " + languages},
			[]string{"locked_description is in de, but title is in en."},
		},
		{
			"different languages of a step", "cohort_campaign",
			"internal_name = \"c\"\nchallenge = { title = { en = \"Hunt\" }, steps = [{ user_action = \"form\", " +
				"title = { fr = \"Un\" }, description = { en = \"One\" } }] }",
			[]string{"warning challenge.steps[0].title: " + languages},
			[]string{"challenge.steps[0].title is in fr, but challenge.title is in en"},
		},
		{
			"different languages of a store", "cohort_campaign",
			"internal_name = \"c\"\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\" }]\n" +
				"desired_status = \"published\"\nstore = { title = { en = \"Store\" }, description = { fr = \"Boutique\" } }",
			[]string{"store.description: " + languages},
			nil,
		},

		// Visuals and addresses.
		{
			"image that is no URL", "cohort_perk", "internal_name = \"p\"\nimage_url = \"cdn.example.com/a.png\"",
			[]string{"image_url: Not a web address"},
			[]string{`image_url is not an http or https URL, such as https://cdn.example.com/picture.png`},
		},
		{
			"video on another scheme", "cohort_digital_asset",
			"internal_name = \"d\"\nvideo_url = \"ftp://cdn.example.com/a.mp4\"",
			[]string{"video_url: Not a web address"},
			nil,
		},
		{
			"image and video of a perk", "cohort_perk",
			"internal_name = \"p\"\nimage_url = \"https://a.example/a\"\nvideo_url = \"https://a.example/b\"",
			[]string{"video_url: Both an image and a video"},
			[]string{"Remove image_url or video_url"},
		},
		{
			"image and video of a digital asset", "cohort_digital_asset",
			"internal_name = \"d\"\nimage_url = \"https://a.example/a\"\nvideo_url = \"https://a.example/b\"",
			[]string{"video_url: Both an image and a video"},
			nil,
		},
		{
			"image and video of a challenge", "cohort_campaign",
			"internal_name = \"c\"\nchallenge = { image_url = \"https://a.example/a\", video_url = \"https://a.example/b\" }",
			[]string{"challenge.video_url: Both an image and a video"},
			nil,
		},
		{
			"image and video of a store", "cohort_campaign",
			"internal_name = \"c\"\nstore = { image_url = \"https://a.example/a\", video_url = \"https://a.example/b\" }",
			[]string{"store.video_url: Both an image and a video"},
			nil,
		},
		{
			"malformed slug of a challenge", "cohort_campaign", "internal_name = \"c\"\nchallenge = { slug = \"Summer Hunt\" }",
			[]string{"challenge.slug: " + mismatch},
			[]string{"challenge.slug must be lower-case letters, digits and hyphens, such as summer-2027"},
		},
		{
			"malformed slug of a store", "cohort_campaign", "internal_name = \"c\"\nstore = { slug = \"store_\" }",
			[]string{"store.slug: " + mismatch},
			nil,
		},

		// Perks.
		{
			"perk of two kinds", "cohort_perk",
			"internal_name = \"p\"\ncode = { value = \"WELCOME\" }\nlink = { url = \"https://shop.example.com\" }",
			[]string{"link: A perk of more than one kind"},
			[]string{"Here are code and link. Keep one of them, or none."},
		},
		{
			"perk of all kinds", "cohort_perk",
			"internal_name = \"p\"\ncode = { value = \"WELCOME\" }\nlink = { url = \"https://shop.example.com\" }\n" +
				"shopify_discount = { name = \"N\", type = \"percentage\", value = 1 }\ncustom = { type = \"gift\" }",
			[]string{"link: A perk of more than one kind"},
			[]string{"code, link, shopify_discount and custom"},
		},
		{
			"custom perk of a kind that has an attribute", "cohort_perk",
			"internal_name = \"p\"\ncustom = { type = \"shopify-discount\" }",
			[]string{"custom.type: " + mismatch},
			[]string{`none of: ["none" "code" "link" "shopify-discount"]`},
		},
		{
			"settings that are not JSON", "cohort_perk", "internal_name = \"p\"\ncustom = { type = \"gift\", settings = \"{\" }",
			[]string{"custom.settings: " + json},
			nil,
		},
		{
			"blank code", "cohort_perk", "internal_name = \"p\"\ncode = { value = \"\" }",
			[]string{"code.value: " + blankText},
			nil,
		},
		{
			"code without a value", "cohort_perk", "internal_name = \"p\"\ncode = {}",
			[]string{"code: None of value and value_wo"},
			[]string{"code needs exactly one of them"},
		},
		{
			"code of a null value", "cohort_perk", "internal_name = \"p\"\ncode = { value = null }",
			[]string{"code: None of value and value_wo"},
			nil,
		},
		{
			"code twice", "cohort_perk",
			"internal_name = \"p\"\ncode = { value = \"A\", value_wo = \"B\", value_wo_version = 1 }",
			[]string{"code: More than one of value and value_wo"},
			[]string{"code has value and value_wo. Keep exactly one."},
		},
		{
			"blank write-only code", "cohort_perk",
			"internal_name = \"p\"\ncode = { value_wo = \" \", value_wo_version = 1 }",
			[]string{"code.value_wo: " + blankText},
			nil,
		},
		{
			"write-only code without a version", "cohort_perk", "internal_name = \"p\"\ncode = { value_wo = \"A\" }",
			[]string{"code.value_wo: Invalid Attribute Combination"},
			[]string{`"code.value_wo_version" must be specified`},
		},
		{
			"version of a code in the state", "cohort_perk",
			"internal_name = \"p\"\ncode = { value = \"A\", value_wo_version = 1 }",
			[]string{"code.value_wo_version: Invalid Attribute Combination"},
			[]string{`"code.value_wo" must be specified`},
		},
		{
			"link that is no URL", "cohort_perk", "internal_name = \"p\"\nlink = { url = \"shop\" }",
			[]string{"link.url: Not a web address"},
			nil,
		},
		{
			"more than 100 percent", "cohort_perk",
			"internal_name = \"p\"\nshopify_discount = { name = \"N\", type = \"percentage\", value = 100.5 }",
			[]string{"shopify_discount.value: More than 100 percent"},
			[]string{"at most 100"},
		},
		{
			"discount of nothing", "cohort_perk",
			"internal_name = \"p\"\nshopify_discount = { name = \"N\", type = \"fixed-amount\", value = 0 }",
			[]string{"shopify_discount.value: No discount"},
			[]string{"more than 0"},
		},
		{
			"kind of a discount", "cohort_perk",
			"internal_name = \"p\"\nshopify_discount = { name = \"N\", type = \"percent\", value = 10 }",
			[]string{"shopify_discount.type: " + mismatch},
			[]string{`"percentage" "fixed-amount"`},
		},
		{
			"settings that are not JSON in a later line", "cohort_perk",
			"internal_name = \"p\"\ncustom = { type = \"gift\", settings = \"{\\n  \\\"é\\\": secret }\" }",
			[]string{"custom.settings: " + json},
			[]string{"look at line 2, character 8"},
		},
		{
			"year beyond what the service can write", "cohort_perk",
			"internal_name = \"p\"\nexpires_at = \"9999-12-31T23:00:00-05:00\"",
			[]string{"expires_at: Not a time"},
			[]string{"of a year from 0000 to 9999 in UTC"},
		},
		{
			"year before all years", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\nstart_at = \"0000-01-01T00:00:00+01:00\"",
			[]string{"start_at: Not a time"},
			nil,
		},
		{
			"comma in a time", "cohort_campaign", "internal_name = \"c\"\nairdrop = {}\nend_at = \"2027-01-01T00:00:00,5Z\"",
			[]string{"end_at: Not a time"},
			nil,
		},
		{
			"hour of one digit", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\ndistribution = { raffle = { max_boxes = 1, " +
				"draw_at = \"2027-01-01T1:00:00Z\" } }",
			[]string{"distribution.raffle.draw_at: Not a time"},
			nil,
		},
		{
			"time that is no time", "cohort_perk", "internal_name = \"p\"\nexpires_at = \"tomorrow\"",
			[]string{"expires_at: Not a time"},
			nil,
		},
		{
			"supply of a half", "cohort_digital_asset", "internal_name = \"d\"\nmax_supply = 0.5",
			[]string{"max_supply: Not a whole number"},
			[]string{"0.5 stands where only a whole number fits"},
		},
		{
			"supply beyond all bounds", "cohort_digital_asset", "internal_name = \"d\"\nmax_supply = 9223372036854775808",
			[]string{"max_supply: Not a whole number"},
			[]string{"9.223372037e+18 stands where only a whole number fits, of at most 9223372036854775807."},
		},
		{
			"half a reward", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\n" +
				"rewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\", quantity = 1.5 }]",
			[]string{"rewards: Not a whole number"},
			[]string{"1.5 stands where only a whole number fits"},
		},
		{
			"supply of nothing", "cohort_digital_asset", "internal_name = \"d\"\nmax_supply = 0",
			[]string{"max_supply: " + outOfBounds},
			[]string{"between 1 and 9007199254740991"},
		},

		// Life cycle.
		{
			"status of another kind", "cohort_perk", "internal_name = \"p\"\ndesired_status = \"published\"",
			[]string{"desired_status: " + mismatch},
			[]string{`"draft" "live" "archived"`},
		},
		{
			"archive of a digital asset", "cohort_digital_asset", "internal_name = \"d\"\ndesired_status = \"archived\"",
			[]string{"desired_status: " + mismatch},
			[]string{`"draft" "published"`},
		},
		{
			"unknown status of a badge", "cohort_badge",
			"internal_name = \"b\"\naudience_id = \"00000000-0000-4000-8000-000000000000\"\ndesired_status = \"live\"",
			[]string{"desired_status: " + mismatch},
			nil,
		},
		{
			"unknown status of a campaign", "cohort_campaign", "internal_name = \"c\"\nairdrop = {}\ndesired_status = \"live\"",
			[]string{"desired_status: " + mismatch},
			[]string{`"draft" "published" "ended" "archived"`},
		},
		{
			"unknown word for destroy", "cohort_campaign", "internal_name = \"c\"\nairdrop = {}\non_destroy = \"keep\"",
			[]string{"on_destroy: " + mismatch},
			[]string{`"archive" "delete"`},
		},
		{
			"end of what never was public", "cohort_campaign", "internal_name = \"c\"\nairdrop = {}\ndesired_status = \"ended\"",
			[]string{"desired_status: A campaign that was never published cannot end"},
			[]string{`desired_status = "published"`},
		},
		{
			"live perk without a title", "cohort_perk", "internal_name = \"p\"\ndesired_status = \"live\"",
			[]string{"title: " + incomplete},
			[]string{`A perk with desired_status = "live" needs a title.`},
		},
		{
			"published digital asset without a title", "cohort_digital_asset",
			"internal_name = \"d\"\ndesired_status = \"published\"",
			[]string{"title: " + incomplete},
			nil,
		},
		{
			"published badge without anything", "cohort_badge",
			"internal_name = \"b\"\naudience_id = \"00000000-0000-4000-8000-000000000000\"\ndesired_status = \"published\"",
			[]string{"image_url: " + incomplete, "title: " + incomplete},
			nil,
		},
		{
			"published challenge without anything", "cohort_campaign",
			"internal_name = \"c\"\nchallenge = {}\ndesired_status = \"published\"",
			[]string{
				"challenge.description: " + incomplete, "challenge.opt_in_cta: " + incomplete, "challenge.steps: " + incomplete,
				"challenge.title: " + incomplete, "challenge: " + incomplete, "rewards: " + incomplete,
			},
			[]string{
				"needs at least one reward", "needs a visual, image_url or video_url", "needs at least one step with a trigger",
				"needs an opt-in text",
			},
		},
		{
			"published challenge with a step that nothing completes", "cohort_campaign",
			"internal_name = \"c\"\ndesired_status = \"published\"\n" +
				"rewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\" }]\n" +
				"challenge = { title = { en = \"T\" }, opt_in_cta = { en = \"C\" }, description = { en = \"D\" }, " +
				"image_url = \"https://a.example/a\", steps = [{ user_action = \"form\" }] }",
			[]string{"challenge.steps: " + incomplete},
			nil,
		},
		{
			"published store with an empty list of rewards", "cohort_campaign",
			"internal_name = \"c\"\nrewards = []\nstore = {}\ndesired_status = \"published\"",
			[]string{"rewards: " + incomplete},
			nil,
		},
		{
			"text for those who do not see it", "cohort_badge",
			"internal_name = \"b\"\naudience_id = \"00000000-0000-4000-8000-000000000000\"\nvisibility = \"owners\"\n" +
				"locked_description = { en = \"Not yet\" }",
			[]string{"locked_description: A locked description that nobody sees"},
			[]string{"Remove locked_description"},
		},
		{
			"unknown visibility", "cohort_badge",
			"internal_name = \"b\"\naudience_id = \"00000000-0000-4000-8000-000000000000\"\nvisibility = \"members\"",
			[]string{"visibility: " + mismatch},
			[]string{`"everyone" "owners"`},
		},

		// Campaigns.
		{
			"no form", "cohort_campaign", `internal_name = "c"`,
			[]string{": Missing Attribute Configuration"},
			[]string{"challenge,store,airdrop"},
		},
		{
			"two forms", "cohort_campaign", "internal_name = \"c\"\nchallenge = {}\nstore = {}",
			[]string{"challenge: Invalid Attribute Combination"},
			[]string{"challenge,store,airdrop"},
		},
		{
			"three forms", "cohort_campaign", "internal_name = \"c\"\nchallenge = {}\nstore = {}\nairdrop = {}",
			[]string{"challenge: Invalid Attribute Combination"},
			nil,
		},
		{
			"end before start", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\nstart_at = \"2027-06-01T00:00:00Z\"\nend_at = \"2027-05-01T00:00:00Z\"",
			[]string{"end_at: The end is not after the start"},
			[]string{"2027-06-01T00:00:00Z", "2027-05-01T00:00:00Z"},
		},
		{
			"end at the start, in another zone", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\nstart_at = \"2027-06-01T00:00:00Z\"\nend_at = \"2027-06-01T02:00:00+02:00\"",
			[]string{"end_at: The end is not after the start"},
			nil,
		},
		{
			"reward without anything", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\" }, {}]",
			[]string{"rewards[1]: None of perk_id and digital_asset_id"},
			[]string{"rewards[1] needs exactly one of them"},
		},
		{
			"reward of two kinds", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\", " +
				"digital_asset_id = \"00000000-0000-4000-8000-000000000003\" }]",
			[]string{"rewards[0]: More than one of perk_id and digital_asset_id"},
			nil,
		},
		{
			"reward with a blank id", "cohort_campaign", "internal_name = \"c\"\nairdrop = {}\nrewards = [{ perk_id = \"\" }]",
			[]string{"rewards[0].perk_id: Blank id"},
			[]string{"cohort_perk.example.id"},
		},
		{
			"draw without quantities", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\", " +
				"quantity = 1 }, { digital_asset_id = \"00000000-0000-4000-8000-000000000003\" }]\n" +
				"distribution = { instant_draw = { max_boxes = 10 } }",
			[]string{"warning rewards[1].quantity: No quantity in a draw"},
			[]string{"Set quantity"},
		},
		{
			"raffle without quantities", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\" }]\n" +
				"distribution = { raffle = { max_boxes = 10, draw_at = \"2027-06-01T00:00:00Z\" } }",
			[]string{"warning rewards[0].quantity: No quantity in a draw"},
			nil,
		},
		{
			"quantity without a draw", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\n" +
				"rewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\", quantity = 1 }]",
			[]string{"rewards[0].quantity: A quantity without a draw"},
			[]string{"distribution.direct.max_quantity"},
		},
		{
			"quantity in direct distribution", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\", " +
				"quantity = 1 }]\ndistribution = { direct = { max_quantity = 5 } }",
			[]string{"rewards[0].quantity: A quantity without a draw"},
			nil,
		},
		{
			"boxes fewer than rewards in an instant draw", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\", " +
				"quantity = 6 }, { digital_asset_id = \"00000000-0000-4000-8000-000000000003\", quantity = 5 }]\n" +
				"distribution = { instant_draw = { max_boxes = 10 } }",
			[]string{"distribution.instant_draw.max_boxes: Fewer boxes than rewards"},
			[]string{"10 boxes for 11 rewards"},
		},
		{
			"boxes fewer than rewards in a raffle", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\", " +
				"quantity = 11 }]\ndistribution = { raffle = { max_boxes = 10, draw_at = \"2027-06-01T00:00:00Z\" } }",
			[]string{"distribution.raffle.max_boxes: Fewer boxes than rewards"},
			nil,
		},
		{
			"raffle without a date", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\ndesired_status = \"published\"\n" +
				"rewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\", quantity = 1 }]\ndistribution = { raffle = {} }",
			[]string{"distribution.raffle.draw_at: " + incomplete, "distribution.raffle.max_boxes: " + incomplete},
			[]string{"needs a time of the draw", "needs a number of boxes"},
		},
		{
			"raffle in the past", "cohort_campaign",
			"internal_name = \"c\"\nstore = { title = { en = \"S\" } }\n" +
				"rewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\", quantity = 1 }]\n" +
				"desired_status = \"published\"\ndistribution = { raffle = { max_boxes = 10, " +
				"draw_at = \"2020-06-01T00:00:00Z\" } }",
			[]string{"distribution.raffle.draw_at: The draw is in the past"},
			[]string{"a time in the future"},
		},
		{
			"end in the past, of a store without a title", "cohort_campaign",
			"internal_name = \"c\"\nstore = {}\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\" }]\n" +
				"desired_status = \"published\"\nend_at = \"2020-06-01T00:00:00Z\"",
			[]string{"warning end_at: The end is in the past", "warning store.title: A store without a title"},
			[]string{"end_at is 2020-06-01T00:00:00Z", "Set title"},
		},
		{
			"one reward twice", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\" }, " +
				"{ digital_asset_id = \"00000000-0000-4000-8000-00000000000f\" }, " +
				"{ perk_id = \"00000000-0000-4000-8000-00000000000f\" }]",
			[]string{"warning rewards[2]: A reward that is already in the list"},
			[]string{"rewards[2] is the same as rewards[0]"},
		},
		{
			"null among rewards", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\" }, null]",
			[]string{"rewards[1]: An element that is null"},
			[]string{"rewards[1] is null. Leave it out"},
		},
		{
			"null among steps", "cohort_campaign",
			"internal_name = \"c\"\nchallenge = { steps = [{ user_action = \"a\" }, null] }",
			[]string{"challenge.steps[1]: An element that is null"},
			[]string{"challenge.steps[1] is null. Leave it out"},
		},
		{
			"null among triggers", "cohort_campaign",
			"internal_name = \"c\"\nchallenge = { steps = [{ user_action = \"a\", triggers = [null] }] }",
			[]string{"challenge.steps[0].triggers[0]: An element that is null"},
			[]string{"challenge.steps[0].triggers[0] is null. Leave it out"},
		},
		{
			"null in an element", "cohort_campaign", "internal_name = \"c\"\nchallenge = { steps = [{ user_action = null }] }",
			[]string{"challenge.steps[0].user_action: Missing Configuration for Required Attribute"},
			[]string{"challenge.steps[0].user_action: This attribute is required"},
		},
		{
			"two ways of distribution", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\ndistribution = { direct = {}, instant_draw = { max_boxes = 10 } }",
			[]string{"distribution: More than one of direct, instant_draw and raffle"},
			[]string{"distribution has direct and instant_draw."},
		},
		{
			"no way of distribution", "cohort_campaign", "internal_name = \"c\"\nairdrop = {}\ndistribution = {}",
			[]string{"distribution: None of direct, instant_draw and raffle"},
			nil,
		},
		{
			"price outside of a store", "cohort_campaign",
			"internal_name = \"c\"\nchallenge = {}\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\", " +
				"price = { amount = 100, currency = \"EUR\" } }]",
			[]string{"rewards[0].price: A price outside of a store"},
			[]string{"Only a store sells rewards"},
		},
		{
			"bad currency", "cohort_campaign",
			"internal_name = \"c\"\nstore = {}\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\", " +
				"price = { amount = 100, currency = \"euro\" } }]",
			[]string{"rewards[0].price.currency: " + mismatch},
			[]string{"ISO 4217 code of three capital letters, such as EUR"},
		},
		{
			"negative price", "cohort_campaign",
			"internal_name = \"c\"\nstore = {}\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\", " +
				"price = { amount = -1, currency = \"EUR\" } }]",
			[]string{"rewards[0].price.amount: " + outOfBounds},
			[]string{"between 0 and 9007199254740991"},
		},
		{
			"settings of a trigger that are not JSON", "cohort_campaign",
			"internal_name = \"c\"\nchallenge = { steps = [{ user_action = \"form\", triggers = [{ type = \"form\", " +
				"settings = \"property: tier\" }] }] }",
			[]string{"challenge.steps[0].triggers[0].settings: " + json},
			nil,
		},
		{
			"airdrop that goes out", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\" }]\n" +
				"desired_status = \"published\"",
			[]string{"warning desired_status: Publishing an airdrop cannot be undone"},
			[]string{"to the whole audience at once"},
		},

		// Segments.
		{
			"condition of two kinds", "cohort_segment",
			"name = \"S\"\ngroups = [{ conditions = [{ event = { name = \"app.connected\" }, " +
				"audience = { id = \"00000000-0000-4000-8000-000000000000\" } }] }]",
			[]string{"groups[0].conditions[0]: More than one of user_property, event and audience"},
			[]string{"groups[0].conditions[0] has event and audience."},
		},
		{
			"condition of no kind", "cohort_segment",
			"name = \"S\"\ngroups = [{ conditions = [{ event = { name = \"app.connected\" } }, {}] }]",
			[]string{"groups[0].conditions[1]: None of user_property, event and audience"},
			nil,
		},
		{
			"group without conditions", "cohort_segment", "name = \"S\"\ngroups = [{ conditions = [] }]",
			[]string{"warning groups[0].conditions: A group without conditions"},
			nil,
		},
		{
			"blank property and operator", "cohort_segment",
			"name = \"S\"\ngroups = [{ conditions = [{ user_property = { property = \"\", operator = \"\" } }] }]",
			[]string{
				"groups[0].conditions[0].user_property.operator: " + blankText,
				"groups[0].conditions[0].user_property.property: " + blankText,
			},
			nil,
		},
		{
			"conditions that are null", "cohort_segment", "name = \"S\"\ngroups = [{ conditions = [null] }]",
			[]string{"groups[0].conditions[0]: An element that is null"},
			[]string{"groups[0].conditions[0] is null. Leave it out"},
		},
		{
			"groups that are null", "cohort_segment",
			"name = \"S\"\ngroups = [{ conditions = [{ event = { name = \"order.paid\" } }] }, null]",
			[]string{"groups[1]: An element that is null"},
			[]string{"groups[1] is null. Leave it out"},
		},
		{
			"blank id of an audience in a condition", "cohort_segment",
			"name = \"S\"\ngroups = [{ conditions = [{ audience = { id = \"\" } }] }]",
			[]string{"groups[0].conditions[0].audience.id: Blank id"},
			nil,
		},
		{
			"unknown way to combine", "cohort_segment",
			"name = \"S\"\nmatch = \"one\"\ngroups = [{ match = \"or\", " +
				"conditions = [{ event = { name = \"app.connected\" } }] }]",
			[]string{"groups[0].match: " + mismatch, "match: " + mismatch},
			[]string{`"all" "any"`},
		},
		{
			"blank words in conditions", "cohort_segment",
			"name = \"S\"\ngroups = [{ conditions = [{ event = { name = \"\", within_days = 0 } }] }]",
			[]string{
				"groups[0].conditions[0].event.name: " + blankText, "groups[0].conditions[0].event.within_days: " + outOfBounds,
			},
			nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			all := p.in(t).check(c.kind, c.block)
			var got []string
			var details strings.Builder
			for _, s := range all {
				line := s.path + ": " + s.summary
				if s.warning {
					line = "warning " + line
				}
				got = append(got, line)
				details.WriteString(s.detail + "\n")
			}
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s\n%s", diff, details.String())
			}
			for _, text := range c.says {
				if !strings.Contains(details.String(), text) {
					t.Errorf("no diagnostic says %q:\n%s", text, details.String())
				}
			}
		})
	}
}

// TestValidation_laterOrNever checks that unknown values, and values that only a draft may lack,
// are no error.
func TestValidation_laterOrNever(t *testing.T) {
	t.Parallel()
	p := configuredPlugin(t, newWorld(t, sandbox.Options{}))
	for _, c := range []struct{ name, kind, block string }{
		{"draft of a challenge", "cohort_campaign", "internal_name = \"c\"\nchallenge = {}"},
		{
			"draft of a raffle in the past", "cohort_campaign",
			"internal_name = \"c\"\nstore = {}\ndistribution = { raffle = { max_boxes = 1, " +
				"draw_at = \"2020-06-01T00:00:00Z\" } }",
		},
		{
			"draft with an end in the past", "cohort_campaign",
			"internal_name = \"c\"\nstore = {}\nend_at = \"2020-06-01T00:00:00Z\"",
		},
		{
			"one reward at two prices", "cohort_campaign",
			"internal_name = \"c\"\nstore = {}\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\", " +
				"price = { amount = 1, currency = \"EUR\" } }, { perk_id = \"00000000-0000-4000-8000-00000000000f\", " +
				"price = { amount = 1, currency = \"USD\" } }]",
		},
		{
			"rewards that may be one", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\nrewards = [{ perk_id = unknown }, { perk_id = unknown }, " +
				"{ perk_id = \"00000000-0000-4000-8000-00000000000f\" }]",
		},
		{
			"unknown quantity without a draw", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\", " +
				"quantity = unknown }]",
		},
		{
			"unknown perk or digital asset", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\nrewards = [{ perk_id = unknown, digital_asset_id = unknown }]",
		},
		{
			"all boxes hold something", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\", " +
				"quantity = 10 }]\ndistribution = { instant_draw = { max_boxes = 10 } }",
		},
		{
			"free reward and paid reward", "cohort_campaign",
			"internal_name = \"c\"\nstore = {}\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\", " +
				"price = { amount = 0, currency = \"EUR\" } }, { perk_id = \"00000000-0000-4000-8000-000000000010\" }]",
		},
		{
			"unknown image beside a video", "cohort_perk",
			"internal_name = \"p\"\nimage_url = unknown\nvideo_url = \"https://a.example/b\"",
		},
		{
			"unknown image of a published badge", "cohort_badge",
			"internal_name = \"b\"\naudience_id = unknown\nimage_url = unknown\ntitle = { en = unknown }\n" +
				"desired_status = \"published\"",
		},
		{
			"whole discount", "cohort_perk",
			"internal_name = \"p\"\nshopify_discount = { name = \"N\", type = \"percentage\", value = 100 }",
		},
		{
			"large amount", "cohort_perk",
			"internal_name = \"p\"\nshopify_discount = { name = \"N\", type = \"fixed-amount\", value = 250 }",
		},
		{
			"unknown write-only code", "cohort_perk",
			"internal_name = \"p\"\ncode = { value_wo = unknown, value_wo_version = 1 }",
		},
		{
			"unknown where the code is", "cohort_perk",
			"internal_name = \"p\"\ncode = { value = unknown, value_wo = unknown, value_wo_version = unknown_part }",
		},
		{"unknown code", "cohort_perk", "internal_name = \"p\"\ncode = unknown_part"},
		{"unknown word for the status", "cohort_perk", "internal_name = \"p\"\ndesired_status = unknown"},
		{"status archived from the start", "cohort_perk", "internal_name = \"p\"\ndesired_status = \"archived\""},
		{
			"unknown quantity in direct distribution", "cohort_campaign",
			"internal_name = \"c\"\nstore = {}\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\", " +
				"quantity = unknown }]",
		},
		{
			"unknown quantity in a draw", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\", " +
				"quantity = unknown }]\ndistribution = { instant_draw = { max_boxes = unknown } }",
		},
		{
			"unknown draw beside direct distribution", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\" }]\n" +
				"distribution = { direct = {}, instant_draw = unknown_part }",
		},
		{
			"unknown which distribution", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\" }, " +
				"{ perk_id = \"00000000-0000-4000-8000-000000000010\", quantity = 1 }]\ndistribution = { direct = unknown_part, " +
				"raffle = unknown_part }",
		},
		{
			"unknown price outside of a store", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\nrewards = [{ perk_id = \"00000000-0000-4000-8000-00000000000f\", " +
				"price = unknown_part }]",
		},
		{
			"unknown step, trigger and reward", "cohort_campaign",
			"internal_name = \"c\"\nrewards = [unknown_part]\nchallenge = { steps = [unknown_part, { user_action = \"a\", " +
				"triggers = [unknown_part] }] }",
		},
		{
			"unknown group and condition", "cohort_segment",
			"name = \"S\"\ngroups = [unknown_part, { conditions = [unknown_part] }]",
		},
		{
			"unknown locked text for owners", "cohort_badge",
			"internal_name = \"b\"\naudience_id = \"00000000-0000-4000-8000-000000000000\"\nvisibility = \"owners\"\n" +
				"locked_description = unknown_part",
		},
		{"segment without conditions", "cohort_segment", "name = \"S\""},
		{"nothing written as empty", "cohort_segment", "name = \"S\"\nreference_id = \"\"\ngroups = []"},
		{
			"nothing of a perk", "cohort_perk",
			"internal_name = \"p\"\ntitle = {}\ndescription = { en = null, fr = \"\" }\nimage_url = \"\"\nvideo_url = \"\"\n" +
				"expires_at = \"\"\ncustom = { type = \"gift\", settings = \"\" }",
		},
		{
			"nothing of a campaign", "cohort_campaign",
			"internal_name = \"c\"\nrewards = []\nchallenge = { title = {}, slug = \"\", steps = [{ user_action = \"a\", " +
				"icon = \"\", triggers = [] }] }",
		},
		{
			"one text has an empty translation", "cohort_perk",
			"internal_name = \"p\"\ntitle = { en = \"Hello\", fr = \"\" }\ndescription = { en = \"x\" }\n" +
				"desired_status = \"live\"",
		},
		{
			"language with a region", "cohort_perk",
			"internal_name = \"p\"\ntitle = { pt-BR = \"Olá\", zh-Hant-TW = \"x\", es-419 = \"x\" }",
		},
		{"slug as the service takes it", "cohort_campaign", "internal_name = \"c\"\nstore = { slug = \"-a--b-\" }"},
		{"key that begins with id:", "cohort_list", "name = \"l\"\nreference_id = \"id:5\""},
		{"key that begins with key:", "cohort_segment", "name = \"l\"\nreference_id = \"key:5\""},
		{
			"draft of a draw without boxes", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\ndistribution = { raffle = {} }",
		},
		{
			"first and last year", "cohort_campaign",
			"internal_name = \"c\"\nairdrop = {}\nstart_at = \"0000-01-01T00:00:00Z\"\nend_at = \"9999-12-31T23:59:59.999Z\"",
		},
		{
			"locked text for everyone by default", "cohort_badge",
			"internal_name = \"b\"\naudience_id = \"00000000-0000-4000-8000-000000000000\"\n" +
				"locked_description = { en = \"Not yet\" }",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if all := p.in(t).check(c.kind, c.block); len(all) > 0 {
				t.Errorf("a valid configuration is refused: %v", all)
			}
		})
	}
}
