package acceptance

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// attributes are attributes of an object in HCL, by their names.
type attributes map[string]string

// block returns a resource block.
func block(kind, name string, a attributes) string {
	var text strings.Builder
	fmt.Fprintf(&text, "resource \"cohort_%s\" %q {\n", kind, name)
	for _, attribute := range slices.Sorted(maps.Keys(a)) {
		fmt.Fprintf(&text, "  %s = %s\n", attribute, a[attribute])
	}
	text.WriteString("}\n")
	return text.String()
}

// life is the life of one object. Its texts begin with tf-acc- wherever they become a name, a key
// or a slug; each run adds its own random part.
type life struct {
	// name is the name of the resource. No other life has it, not even of another kind.
	name string
	// kind is the name of its kind in the catalog.
	kind string
	// needs are the blocks of what the object refers to.
	needs string
	// made are its attributes at first. changed has other values for all that can change, and cleared
	// lacks what can be left out; nil means that nothing can.
	made, changed, cleared attributes
	// statuses are the values of desired_status that the object gets, one after the other, with the
	// attributes in made.
	statuses []string
	// edit changes the object, as it is in changed, outside of Terraform.
	edit func(*merchants.Client) edit
}

// edit changes an object outside of Terraform.
type edit func(ctx context.Context, id merchants.ID) error

// editOf returns an edit that gives an object of a collection these properties.
func editOf[T merchants.Object, Input any](objects merchants.Collection[T, Input], properties Input) edit {
	return func(ctx context.Context, id merchants.ID) error {
		object, err := objects.Get(ctx, id)
		if err != nil {
			return err
		}
		var none Input
		_, err = objects.Update(ctx, object, none, properties)
		return err
	}
}

// byHand is the title that an edit gives.
var byHand = merchants.Value(merchants.Localized{"en": "By hand"})

// Media of the objects. A service that looks at media when they are set refuses these addresses,
// where nothing is.
const (
	picture      = `"https://cdn.example.com/acceptance.png"`
	otherPicture = `"https://cdn.example.com/acceptance-2.png"`
	film         = `"https://cdn.example.com/acceptance.mp4"`
)

// audience returns the block of an empty list. Whoever is published is published for it alone.
func audience(name string) string {
	return block("list", name, attributes{"name": fmt.Sprintf(`"tf-acc-%s"`, strings.ReplaceAll(name, "_", "-"))})
}

// rewards returns the blocks of a perk and of a digital asset that a campaign can give.
func rewards(name string) string {
	return block("perk", name, attributes{
		"internal_name": fmt.Sprintf(`"tf-acc-%s"`, name), "title": `{ en = "Reward" }`,
		"desired_status": `"live"`, "on_destroy": `"delete"`,
	}) + block("digital_asset", name, attributes{
		"internal_name": fmt.Sprintf(`"tf-acc-%s"`, name), "title": `{ en = "Reward" }`, "desired_status": `"published"`,
	})
}

// lives has at least one life of each kind. Where the kind has types, each type is a life of its
// own, so that a test that fails tells which type the service knows differently. A custom perk has
// none: its types are the service's, and not known.
var lives = []life{
	{
		name: "property", kind: "user_property",
		made:    attributes{"name": `"tf-acc-property"`, "type": `"text"`, "reference_id": `"tf-acc-property"`},
		changed: attributes{"name": `"tf-acc-property-2"`, "type": `"text"`, "reference_id": `"tf-acc-property-2"`},
		edit: func(c *merchants.Client) edit {
			return editOf(c.UserProperties, merchants.UserPropertyInput{Name: merchants.Value(prefix + "by-hand")})
		},
	},
	{
		name: "list", kind: "list",
		made:    attributes{"name": `"tf-acc-list"`, "reference_id": `"tf-acc-list"`},
		changed: attributes{"name": `"tf-acc-list-2"`, "reference_id": `"tf-acc-list-2"`},
		cleared: attributes{"name": `"tf-acc-list-2"`},
		edit: func(c *merchants.Client) edit {
			return editOf(c.Lists, merchants.CohortInput{Name: merchants.Value(prefix + "by-hand")})
		},
	},
	{
		name: "segment", kind: "segment",
		needs: audience("segment") + block("user_property", "segment", attributes{
			"name": `"tf-acc-segment"`, "type": `"text"`, "reference_id": `"tf-acc-segment-property"`,
		}),
		made: attributes{
			"name": `"tf-acc-segment"`, "reference_id": `"tf-acc-segment"`, "match": `"any"`,
			"groups": `[
    { match = "any", conditions = [
      { user_property = { property = cohort_user_property.segment.reference_id, operator = "equals", value = "a" } },
      { audience = { id = cohort_list.segment.id } },
    ] },
    { conditions = [{ user_property = { property = "email", operator = "is-set" } }] },
  ]`,
		},
		changed: attributes{
			"name": `"tf-acc-segment-2"`, "reference_id": `"tf-acc-segment-2"`, "match": `"all"`,
			"groups": `[{ conditions = [
    { user_property = { property = cohort_user_property.segment.reference_id, operator = "equals", value = "b" } },
    { audience = { id = cohort_list.segment.id, member = false } },
  ] }]`,
		},
		cleared: attributes{"name": `"tf-acc-segment-2"`},
		edit: func(c *merchants.Client) edit {
			return editOf(c.Segments, merchants.CohortInput{Conditions: merchants.Null[merchants.Conditions]()})
		},
	},
	{
		name: "segment_event", kind: "segment",
		made: attributes{
			"name":   `"tf-acc-segment-event"`,
			"groups": `[{ conditions = [{ event = { name = "app.connected", performed = false, within_days = 90 } }] }]`,
		},
		changed: attributes{
			"name":         `"tf-acc-segment-event-2"`,
			"reference_id": `"tf-acc-segment-event"`,
			"groups":       `[{ conditions = [{ event = { name = "app.connected" } }] }]`,
		},
		cleared: attributes{"name": `"tf-acc-segment-event-2"`},
		edit: func(c *merchants.Client) edit {
			return editOf(c.Segments, merchants.CohortInput{ReferenceID: merchants.Null[string]()})
		},
	},
	{
		name: "perk", kind: "perk",
		made: attributes{
			"internal_name": `"tf-acc-perk"`,
			"title":         `{ en = "10% off", fr = "10 % offerts" }`,
			"description":   `{ en = "<p>Next order.</p>", fr = "<p>Prochaine commande.</p>" }`,
			"image_url":     picture,
			"expires_at":    `"2037-01-01T00:00:00Z"`,
			"code":          `{ value = "SESAME" }`,
		},
		changed: attributes{
			"internal_name": `"tf-acc-perk-2"`,
			"title":         `{ en = "15% off" }`,
			"description":   `{ en = "<p>This order.</p>" }`,
			"video_url":     film,
			"expires_at":    `"2037-01-02T00:00:00Z"`,
			"link":          `{ url = "https://example.com/perk" }`,
		},
		cleared:  attributes{"internal_name": `"tf-acc-perk-2"`},
		statuses: []string{"live", "archived", "live"},
		edit: func(c *merchants.Client) edit {
			return editOf(c.Perks, merchants.PerkInput{Title: byHand})
		},
	},
	{
		name: "discount", kind: "perk",
		made: attributes{
			"internal_name":    `"tf-acc-discount"`,
			"shopify_discount": `{ name = "tf-acc-discount", type = "percentage", value = 10 }`,
		},
		changed: attributes{
			"internal_name":    `"tf-acc-discount-2"`,
			"title":            `{ en = "15.50 off" }`,
			"shopify_discount": `{ name = "tf-acc-discount-2", type = "fixed-amount", value = 15.5 }`,
		},
		cleared: attributes{"internal_name": `"tf-acc-discount-2"`},
		edit: func(c *merchants.Client) edit {
			return editOf(c.Perks, merchants.PerkInput{Title: byHand})
		},
	},
	{
		name: "asset", kind: "digital_asset",
		made: attributes{
			"internal_name": `"tf-acc-asset"`,
			"title":         `{ en = "Founder card", fr = "Carte" }`,
			"description":   `{ en = "<p>One of 500.</p>", fr = "<p>Une de 500.</p>" }`,
			"image_url":     picture,
			"max_supply":    `500`,
		},
		changed: attributes{
			"internal_name": `"tf-acc-asset-2"`,
			"title":         `{ en = "Card of founders" }`,
			"description":   `{ en = "<p>One of 600.</p>" }`,
			"video_url":     film,
			"max_supply":    `600`,
		},
		cleared:  attributes{"internal_name": `"tf-acc-asset-2"`},
		statuses: []string{"published"},
		edit: func(c *merchants.Client) edit {
			return editOf(c.DigitalAssets, merchants.DigitalAssetInput{Title: byHand})
		},
	},
	{
		name: "badge", kind: "badge", needs: audience("badge") + audience("badge_other"),
		made: attributes{
			"internal_name":      `"tf-acc-badge"`,
			"audience_id":        `cohort_list.badge.id`,
			"title":              `{ en = "Gold", fr = "Or" }`,
			"description":        `{ en = "You reached gold.", fr = "Vous avez l'or." }`,
			"image_url":          picture,
			"visibility":         `"everyone"`,
			"locked_description": `{ en = "Reach gold.", fr = "Gagnez l'or." }`,
		},
		changed: attributes{
			"internal_name": `"tf-acc-badge-2"`,
			"audience_id":   `cohort_list.badge_other.id`,
			"title":         `{ en = "Golden" }`,
			"description":   `{ en = "You are golden." }`,
			"image_url":     otherPicture,
			"visibility":    `"owners"`,
		},
		cleared:  attributes{"internal_name": `"tf-acc-badge-2"`, "audience_id": `cohort_list.badge_other.id`},
		statuses: []string{"published"},
		edit: func(c *merchants.Client) edit {
			return editOf(c.Badges, merchants.BadgeInput{Title: byHand})
		},
	},
	{
		name: "challenge", kind: "campaign",
		needs: audience("challenge") + audience("challenge_other") + rewards("challenge"),
		made: attributes{
			"internal_name": `"tf-acc-challenge"`,
			"audience_id":   `cohort_list.challenge.id`,
			"start_at":      `"2037-06-01T00:00:00Z"`,
			"end_at":        `"2037-08-31T22:00:00Z"`,
			"rewards": `[
    { perk_id = cohort_perk.challenge.id, quantity = 10 },
    { digital_asset_id = cohort_digital_asset.challenge.id, quantity = 50 },
  ]`,
			"distribution": `{ instant_draw = { max_boxes = 1000 } }`,
			"challenge": `{
    title       = { en = "Summer hunt", fr = "La chasse" }
    opt_in_cta  = { en = "Join", fr = "Participer" }
    description = { en = "<p>Hunt.</p>", fr = "<p>Chassez.</p>" }
    image_url   = ` + picture + `
    slug        = "tf-acc-challenge"
    steps = [{
      user_action = "cohort_form"
      icon        = "form"
      title       = { en = "Mail", fr = "Courriel" }
      description = { en = "Tell us.", fr = "Dites-le." }
      triggers    = [{ type = "cohort_form", settings = jsonencode({ property = "email" }) }]
    }]
  }`,
		},
		changed: attributes{
			"internal_name": `"tf-acc-challenge-2"`,
			"audience_id":   `cohort_list.challenge_other.id`,
			"start_at":      `"2037-07-01T00:00:00Z"`,
			"end_at":        `"2037-09-30T22:00:00Z"`,
			"rewards":       `[{ perk_id = cohort_perk.challenge.id, quantity = 20 }]`,
			"distribution":  `{ raffle = { max_boxes = 2000, draw_at = "2037-10-01T00:00:00Z" } }`,
			"challenge": `{
    title       = { en = "Autumn hunt" }
    opt_in_cta  = { en = "Take part" }
    description = { en = "<p>Hunt again.</p>" }
    video_url   = ` + film + `
    slug        = "tf-acc-challenge-2"
    steps = [
      { user_action = "visit", title = { en = "Visit" }, triggers = [{ type = "visit" }] },
      {
        user_action = "cohort_form"
        icon        = "mail"
        title       = { en = "Mail" }
        triggers    = [{ type = "cohort_form", settings = jsonencode({ property = "lang" }) }]
      },
    ]
  }`,
		},
		cleared:  attributes{"internal_name": `"tf-acc-challenge-2"`, "challenge": `{}`},
		statuses: []string{"published", "archived", "published", "ended"},
		edit: func(c *merchants.Client) edit {
			return editOf(c.Campaigns, merchants.CampaignInput{EndAt: merchants.Null[string]()})
		},
	},
	{
		name: "store", kind: "campaign", needs: audience("store") + rewards("store"),
		made: attributes{
			"internal_name": `"tf-acc-store"`,
			"audience_id":   `cohort_list.store.id`,
			"rewards": `[
    { perk_id = cohort_perk.store.id, price = { amount = 500, currency = "EUR" } },
    { digital_asset_id = cohort_digital_asset.store.id },
  ]`,
			"store": `{
    title       = { en = "Shop" }
    description = { en = "<p>Buy.</p>" }
    image_url   = ` + picture + `
    slug        = "tf-acc-store"
  }`,
		},
		changed: attributes{
			"internal_name": `"tf-acc-store-2"`,
			"start_at":      `"2037-06-01T00:00:00Z"`,
			"rewards":       `[{ perk_id = cohort_perk.store.id, price = { amount = 700, currency = "USD" } }]`,
			"distribution":  `{ direct = { max_quantity = 7 } }`,
			"store": `{
    title       = { en = "Bazaar" }
    description = { en = "<p>Buy more.</p>" }
    video_url   = ` + film + `
    slug        = "tf-acc-store-2"
  }`,
		},
		cleared:  attributes{"internal_name": `"tf-acc-store-2"`, "store": `{}`},
		statuses: []string{"published", "ended", "archived"},
		edit: func(c *merchants.Client) edit {
			return editOf(c.Campaigns, merchants.CampaignInput{StartAt: merchants.Null[string]()})
		},
	},
	{
		// It is never published: that would hand out its rewards.
		name: "airdrop", kind: "campaign", needs: audience("airdrop") + rewards("airdrop"),
		made: attributes{
			"internal_name": `"tf-acc-airdrop"`,
			"audience_id":   `cohort_list.airdrop.id`,
			"rewards":       `[{ perk_id = cohort_perk.airdrop.id }]`,
			"airdrop":       `{}`,
		},
		changed: attributes{
			"internal_name": `"tf-acc-airdrop-2"`,
			"audience_id":   `cohort_list.airdrop.id`,
			"start_at":      `"2037-06-01T00:00:00Z"`,
			"rewards":       `[{ digital_asset_id = cohort_digital_asset.airdrop.id }]`,
			"distribution":  `{ direct = { max_quantity = 7 } }`,
			"airdrop":       `{}`,
		},
		cleared: attributes{"internal_name": `"tf-acc-airdrop-2"`, "airdrop": `{}`},
		edit: func(c *merchants.Client) edit {
			return editOf(c.Campaigns, merchants.CampaignInput{StartAt: merchants.Null[string]()})
		},
	},
}
