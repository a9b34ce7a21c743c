package diff_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/diff"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/sample"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// config has every attribute of every kind.
const config = `
resource "cohort_user_property" "size" {
  reference_id = "size"
  name         = "Size"
  type         = "number"
}

resource "cohort_user_property" "tier" {
  reference_id = "tier"
  name         = "Tier"
  type         = "text"
}

resource "cohort_list" "vip" {
  reference_id = "vip"
  name         = "VIP"
}

resource "cohort_list" "staff" {
  reference_id = "staff"
  name         = "Staff"
}

resource "cohort_segment" "gold" {
  reference_id = "gold"
  name         = "Gold"
  match        = "any"
  groups = [
    {
      match = "any"
      conditions = [
        { audience = { id = cohort_list.staff.id, member = false } },
        { event = { name = "app.connected", performed = false, within_days = 90 } },
      ]
    },
    {
      conditions = [{
        user_property = { property = cohort_user_property.tier.reference_id, operator = "equals", value = "gold" }
      }]
    },
  ]
}

resource "cohort_perk" "code" {
  internal_name  = "code"
  title          = { en = "Ten", fr = "Dix" }
  description    = { en = "<p>Ten percent.</p>", fr = "Dix pour cent." }
  image_url      = "https://cdn.example.com/code.png"
  expires_at     = "2030-12-31T22:59:59Z"
  code           = { value = "SUMMIT" }
  desired_status = "draft"
}

resource "cohort_perk" "link" {
  internal_name = "link"
  title         = { en = "Repair" }
  video_url     = "https://cdn.example.com/link.mp4"
  link          = { url = "https://shop.example.com/repair" }
}

resource "cohort_perk" "gift" {
  internal_name = "gift"
  custom        = { type = "gift-card", settings = jsonencode({ amount = 10, note = "none" }) }
}

resource "cohort_perk" "shop" {
  internal_name    = "shop"
  shopify_discount = { name = "WELCOME10", type = "percentage", value = 10 }
}

resource "cohort_digital_asset" "card" {
  internal_name  = "card"
  title          = { en = "Card" }
  description    = { en = "A card." }
  image_url      = "https://cdn.example.com/card.png"
  max_supply     = 500
  desired_status = "draft"
}

resource "cohort_digital_asset" "film" {
  internal_name = "film"
  video_url     = "https://cdn.example.com/film.mp4"
}

resource "cohort_badge" "star" {
  internal_name      = "star"
  title              = { en = "Star" }
  description        = { en = "A star." }
  locked_description = { en = "Not yet." }
  image_url          = "https://cdn.example.com/star.png"
  audience_id        = cohort_list.vip.id
  visibility         = "everyone"
  desired_status     = "draft"
}

resource "cohort_badge" "moon" {
  internal_name = "moon"
  audience_id   = cohort_list.vip.id
  visibility    = "everyone"
}

resource "cohort_campaign" "hunt" {
  internal_name  = "hunt"
  audience_id    = cohort_list.vip.id
  start_at       = "2030-06-01T06:00:00Z"
  end_at         = "2030-08-31T21:59:59Z"
  desired_status = "draft"
  rewards = [
    { perk_id = cohort_perk.code.id, quantity = 200 },
    { digital_asset_id = cohort_digital_asset.card.id, quantity = 50 },
  ]
  distribution = { instant_draw = { max_boxes = 1000 } }
  challenge = {
    title       = { en = "Hunt", fr = "Chasse" }
    opt_in_cta  = { en = "Join" }
    description = { en = "<p>Two steps.</p>" }
    image_url   = "https://cdn.example.com/hunt.jpg"
    slug        = "hunt"
    steps = [
      {
        user_action = "cohort_form"
        icon        = "form"
        title       = { en = "Your size" }
        description = { en = "So that we know." }
        triggers = [{
          type = "cohort_form", settings = jsonencode({ property = cohort_user_property.size.reference_id })
        }]
      },
      {
        user_action = "shopify_order"
        title       = { en = "Order" }
        triggers    = [{ type = "shopify_order", settings = jsonencode({ minimum_amount = 0 }) }]
      },
    ]
  }
}

resource "cohort_campaign" "draw" {
  internal_name = "draw"
  rewards       = [{ perk_id = cohort_perk.link.id, quantity = 2 }]
  distribution  = { raffle = { draw_at = "2030-09-01T06:00:00Z", max_boxes = 70 } }
  challenge     = { title = { en = "Draw" }, video_url = "https://cdn.example.com/draw.mp4" }
}

resource "cohort_campaign" "store" {
  internal_name = "store"
  rewards       = [{ digital_asset_id = cohort_digital_asset.card.id, price = { amount = 1500, currency = "EUR" } }]
  distribution  = { direct = { max_quantity = 300 } }
  store = {
    title       = { en = "Store" }
    description = { en = "<p>For members.</p>" }
    image_url   = "https://cdn.example.com/store.jpg"
    slug        = "store"
  }
}

resource "cohort_campaign" "cinema" {
  internal_name = "cinema"
  store         = { video_url = "https://cdn.example.com/cinema.mp4" }
}

resource "cohort_campaign" "gifts" {
  internal_name = "gifts"
  airdrop       = {}
}
`

// edit replaces a text of the configuration.
type edit struct{ object, from, to string }

// replaced are the attributes that no edit of an object can change, with what the service would
// have to hold.
var replaced = map[string]map[string]any{
	"user_property.type": {"type": "text"},
	"campaign.airdrop":   {"type": "store", "typeConfig": map[string]any{"slug": "gifts"}},
}

// edits has edits of every attribute.
var edits = map[string][]edit{
	"user_property.reference_id": {
		{"user_property:size", `reference_id = "size"`, `reference_id = "size2"`},
	},
	"user_property.name": {{"user_property:size", `"Size"`, `"Sizes"`}},
	"user_property.type": {{"user_property:size", `"number"`, `"text"`}},
	"list.reference_id":  {{"list:vip", `reference_id = "vip"`, `reference_id = "vip2"`}},
	"list.name":          {{"list:vip", `"VIP"`, `"Very important"`}},
	"segment.reference_id": {
		{"segment:gold", `reference_id = "gold"`, `reference_id = "gold2"`},
	},
	"segment.name":         {{"segment:gold", `"Gold"`, `"Golden"`}},
	"segment.match":        {{"segment:gold", `  match        = "any"`, `  match = "all"`}},
	"segment.groups.match": {{"segment:gold", `      match = "any"`, `      match = "all"`}},
	"segment.groups.conditions.audience.id": {
		{"segment:gold", `audience = { id = cohort_list.staff.id`, `audience = { id = cohort_list.vip.id`},
	},
	"segment.groups.conditions.audience.member": {
		{"segment:gold", `member = false`, `member = true`},
	},
	"segment.groups.conditions.event.name": {{"segment:gold", `app.connected`, `app.opened`}},
	"segment.groups.conditions.event.performed": {
		{"segment:gold", `performed = false`, `performed = true`},
	},
	"segment.groups.conditions.event.within_days": {
		{"segment:gold", `within_days = 90`, `within_days = 30`}, {"segment:gold", `, within_days = 90`, ``},
	},
	"segment.groups.conditions.user_property.property": {
		{"segment:gold", `cohort_user_property.tier.reference_id`, `cohort_user_property.size.reference_id`},
	},
	"segment.groups.conditions.user_property.operator": {
		{"segment:gold", `operator = "equals"`, `operator = "not_equals"`},
	},
	"segment.groups.conditions.user_property.value": {
		{"segment:gold", `value = "gold"`, `value = "silver"`},
	},
	"perk.internal_name": {
		{"perk:code", `internal_name  = "code"`, `internal_name = "code2"`},
	},
	"perk.title": {
		{"perk:code", `fr = "Dix"`, `fr = "Dix %"`},
		{"perk:code", `, fr = "Dix"`, ``},
		{"perk:link", `title         = { en = "Repair" }`, ``},
	},
	"perk.description": {{"perk:code", `Ten percent.`, `Ten per cent.`}},
	"perk.image_url":   {{"perk:code", `/code.png`, `/code2.png`}},
	"perk.video_url":   {{"perk:link", `/link.mp4`, `/link2.mp4`}},
	"perk.code.value":  {{"perk:code", `SUMMIT`, `SECRET2`}},
	"perk.custom.type": {{"perk:gift", `type = "gift-card"`, `type = "event"`}},
	"perk.custom.settings": {
		{"perk:gift", `amount = 10`, `amount = 20`},
		{"perk:gift", `, note = "none"`, ``},
	},
	"perk.expires_at":            {{"perk:code", `2030-12-31T22:59:59Z`, `2031-12-31T22:59:59Z`}},
	"perk.link.url":              {{"perk:link", `/repair`, `/mend`}},
	"perk.shopify_discount.name": {{"perk:shop", `WELCOME10`, `WELCOME20`}},
	"perk.shopify_discount.type": {{"perk:shop", `"percentage"`, `"fixed-amount"`}},
	"perk.shopify_discount.value": {
		{"perk:shop", `value = 10 `, `value = 12.5 `},
	},
	"perk.desired_status": {
		{
			"perk:code", `"SUMMIT" }` + "\n" + `  desired_status = "draft"`,
			`"SUMMIT" }` + "\n" + `  desired_status = "live"`,
		},
	},
	"digital_asset.internal_name": {
		{"digital_asset:card", `internal_name  = "card"`, `internal_name = "card2"`},
	},
	"digital_asset.title":       {{"digital_asset:card", `"Card"`, `"The card"`}},
	"digital_asset.description": {{"digital_asset:card", `A card.`, `A fine card.`}},
	"digital_asset.image_url":   {{"digital_asset:card", `/card.png`, `/card2.png`}},
	"digital_asset.video_url":   {{"digital_asset:film", `/film.mp4`, `/film2.mp4`}},
	"digital_asset.max_supply": {
		{"digital_asset:card", `max_supply     = 500`, `max_supply = 400`},
	},
	"digital_asset.desired_status": {
		{
			"digital_asset:card", "500\n" + `  desired_status = "draft"`,
			"500\n" + `  desired_status = "published"`,
		},
	},
	"badge.internal_name":      {{"badge:star", `"star"` + "\n", `"star2"` + "\n"}},
	"badge.title":              {{"badge:star", `"Star"`, `"The star"`}},
	"badge.description":        {{"badge:star", `A star.`, `A fine star.`}},
	"badge.locked_description": {{"badge:star", `Not yet.`, `Soon.`}},
	"badge.image_url":          {{"badge:star", `/star.png`, `/star2.png`}},
	"badge.audience_id": {
		{"badge:star", `audience_id        = cohort_list.vip.id`, `audience_id = cohort_list.staff.id`},
	},
	"badge.visibility": {
		{"badge:moon", `visibility    = "everyone"`, `visibility = "owners"`},
	},
	"badge.desired_status": {
		{
			"badge:star", `"everyone"` + "\n" + `  desired_status     = "draft"`,
			`"everyone"` + "\n" + `  desired_status = "published"`,
		},
	},
	"campaign.internal_name": {
		{"campaign:hunt", `internal_name  = "hunt"`, `internal_name = "hunt2"`},
	},
	"campaign.audience_id": {
		{"campaign:hunt", `audience_id    = cohort_list.vip.id`, `audience_id = cohort_segment.gold.id`},
		{"campaign:hunt", `audience_id    = cohort_list.vip.id`, ``},
	},
	"campaign.start_at": {{"campaign:hunt", `2030-06-01`, `2030-05-01`}},
	"campaign.end_at":   {{"campaign:hunt", `2030-08-31`, `2030-09-30`}},
	"campaign.airdrop": {
		{"campaign:gifts", `airdrop       = {}`, `store = { slug = "gifts" }`},
	},
	"campaign.challenge.title":       {{"campaign:hunt", `"Chasse"`, `"La chasse"`}},
	"campaign.challenge.opt_in_cta":  {{"campaign:hunt", `"Join"`, `"Join in"`}},
	"campaign.challenge.description": {{"campaign:hunt", `Two steps.`, `2 steps.`}},
	"campaign.challenge.image_url":   {{"campaign:hunt", `/hunt.jpg`, `/hunt2.jpg`}},
	"campaign.challenge.video_url":   {{"campaign:draw", `/draw.mp4`, `/draw2.mp4`}},
	"campaign.challenge.slug": {
		{"campaign:hunt", `slug        = "hunt"`, `slug = "hunting"`},
	},
	"campaign.challenge.steps.user_action": {
		{"campaign:hunt", `user_action = "cohort_form"`, `user_action = "visit"`},
	},
	"campaign.challenge.steps.icon": {
		{"campaign:hunt", `icon        = "form"`, `icon = "star"`},
	},
	"campaign.challenge.steps.title": {{"campaign:hunt", `"Your size"`, `"Size"`}},
	"campaign.challenge.steps.description": {
		{"campaign:hunt", `So that we know.`, `We want to know.`},
	},
	"campaign.challenge.steps.triggers.type": {
		{"campaign:hunt", `type = "shopify_order"`, `type = "visit"`},
	},
	"campaign.challenge.steps.triggers.settings": {
		{"campaign:hunt", `minimum_amount = 0`, `minimum_amount = 5`},
	},
	"campaign.store.title":       {{"campaign:store", `"Store"`, `"Shop"`}},
	"campaign.store.description": {{"campaign:store", `For members.`, `For all.`}},
	"campaign.store.image_url":   {{"campaign:store", `/store.jpg`, `/shop.jpg`}},
	"campaign.store.video_url": {
		{"campaign:cinema", `/cinema.mp4`, `/cinema2.mp4`},
	},
	"campaign.store.slug": {
		{"campaign:store", `slug        = "store"`, `slug = "shop"`},
	},
	"campaign.rewards.perk_id": {
		{"campaign:draw", `perk_id = cohort_perk.link.id`, `perk_id = cohort_perk.shop.id`},
	},
	"campaign.rewards.digital_asset_id": {
		{
			"campaign:store", `digital_asset_id = cohort_digital_asset.card.id, price`,
			`digital_asset_id = cohort_digital_asset.film.id, price`,
		},
	},
	"campaign.rewards.price.amount": {
		{"campaign:store", `amount = 1500`, `amount = 1600`},
	},
	"campaign.rewards.price.currency": {{"campaign:store", `"EUR"`, `"USD"`}},
	"campaign.rewards.quantity": {
		{"campaign:hunt", `quantity = 200`, `quantity = 100`},
	},
	"campaign.distribution.direct.max_quantity": {
		{"campaign:store", `max_quantity = 300`, `max_quantity = 200`},
	},
	"campaign.distribution.instant_draw.max_boxes": {
		{"campaign:hunt", `max_boxes = 1000`, `max_boxes = 900`},
	},
	"campaign.distribution.raffle.draw_at": {{"campaign:draw", `2030-09-01`, `2030-09-02`}},
	"campaign.distribution.raffle.max_boxes": {
		{"campaign:draw", `max_boxes = 70`, `max_boxes = 60`},
	},
	"campaign.desired_status": {
		{
			"campaign:hunt", `desired_status = "draft"` + "\n  rewards",
			`desired_status = "archived"` + "\n  rewards",
		},
	},
}

// attributes are all attributes of all kinds that stand for something of the merchant.
func attributes(t *testing.T) []string {
	t.Helper()
	var all []string
	var visit func(at string, arguments []provider.Argument)
	visit = func(at string, arguments []provider.Argument) {
		for _, a := range arguments {
			switch {
			case len(a.Nested) > 0:
				visit(at+"."+a.Name, a.Nested)
			// These two tell Terraform what to do.
			case a.Name != "on_destroy" && !strings.HasSuffix(a.Name, provider.WriteOnlyVersion):
				all = append(all, at+"."+a.Name)
			}
		}
	}
	for _, k := range provider.Catalog() {
		arguments, err := k.Arguments(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		visit(k.Name, arguments)
	}
	return all
}

var index = regexp.MustCompile(`\[\d+\]`)

// found reports whether an object differs at an attribute, and in nothing but a class.
func found(t *testing.T, r *diff.Report, object, attribute string, class diff.Class) {
	t.Helper()
	_, place, _ := strings.Cut(attribute, ".")
	place = strings.Replace(place, "desired_status", "status", 1)
	seen := false
	for _, d := range r.Differences {
		if d.OnlyIn != "" {
			t.Errorf("%s is only in %s", d, r.Where(d))
		}
		for _, c := range d.Changes {
			at := index.ReplaceAllString(c.Path, "")
			isKey := c.From != nil && c.To != nil && strings.HasSuffix(object, ":"+c.To.Text) && d.Key == c.From.Text
			if (d.String() == object || isKey) && (at == place || strings.HasPrefix(at, place+".")) {
				seen = true
			}
			if c.Class != class {
				t.Errorf("%s: %s is %s, not %s", d, c.Path, c.Class, class)
			}
			if c.Remedy == "" && class != diff.Declared {
				t.Errorf("%s: nothing is said to do about %s", d, c.Path)
			}
		}
	}
	if !seen {
		t.Errorf("%s of %s is not reported:\n%s", place, object, r.Text(plain))
	}
}

func plain(_ diff.Class, text string) string { return text }

// TestCompare_everyAttribute edits each attribute of each kind in live. Once behind the back of
// Terraform, which is drift; once in the configuration, which waits, until it is applied; and once
// in the configuration of live alone, which declares a difference.
func TestCompare_everyAttribute(t *testing.T) {
	t.Parallel()
	all := attributes(t)
	every := len(all) / sample.Of(len(all))
	for i, attribute := range all {
		if len(edits[attribute]) == 0 {
			t.Errorf("no edit of %s is known here", attribute)
		}
		for _, e := range edits[attribute] {
			if n := strings.Count(config, e.from); n != 1 {
				t.Fatalf("%s: %q is %d times in the configuration", attribute, e.from, n)
			}
			if i%every > 0 {
				continue
			}
			t.Run(attribute, func(t *testing.T) {
				t.Parallel()
				config := needed(config, e.object)
				edited := strings.Replace(needed(config, e.object), e.from, e.to, 1)
				s := newService(t)
				s.deletes = []string{e.object}
				s.apply(test, config)
				s.apply(live, config)
				if patch := replaced[attribute]; patch != nil {
					s.patch(live, e.object, patch)
				} else {
					s.edit(live, edited)
				}
				r, status := s.compare(config, config)
				found(t, r, e.object, attribute, diff.Drift)
				if !slices.Contains(status.Live.Drift, e.object) || len(status.Test.Drift) > 0 || status.Promotable {
					t.Errorf("drift: the status is\n%s", status.Text(strings.ToUpper))
				}

				s = newService(t)
				s.deletes = []string{e.object}
				s.apply(live, config)
				s.apply(test, edited)
				r, status = s.compare(edited, edited)
				found(t, r, e.object, attribute, diff.Waiting)
				if !status.Promotable || len(status.Live.Drift) > 0 || status.Live.Waiting.IsZero() {
					t.Errorf("waiting: the status is\n%s", status.Text(strings.ToUpper))
				}
				if isKey := strings.HasSuffix(attribute, "internal_name") || strings.HasSuffix(attribute, ".reference_id"); isKey {
					return
				}
				r, status = s.compare(edited, config)
				found(t, r, e.object, attribute, diff.Declared)
				if !status.Promotable || len(status.Live.Drift) > 0 || !status.Live.Waiting.IsZero() {
					t.Errorf("declared: the status is\n%s", status.Text(strings.ToUpper))
				}
			})
		}
	}
}

var (
	block     = regexp.MustCompile(`(?ms)^resource "cohort_(\w+)" "(\w+)" \{.*?^\}\n`)
	reference = regexp.MustCompile(`cohort_(\w+)\.(\w+)\.`)
)

// needed are the blocks of an object and of all that it may come to refer to.
func needed(config, object string) string {
	kind, name, _ := strings.Cut(object, ":")
	wanted := map[string]bool{kind + "." + name: true}
	if kind == "campaign" || kind == "badge" || kind == "segment" {
		for _, extra := range []string{
			"list.vip", "list.staff", "user_property.size", "segment.gold", "perk.shop", "digital_asset.film",
		} {
			wanted[extra] = true
		}
	}
	blocks := block.FindAllStringSubmatch(config, -1)
	var kept []string
	for _, found := range slices.Backward(blocks) {
		if !wanted[found[1]+"."+found[2]] {
			continue
		}
		kept = append([]string{found[0]}, kept...)
		for _, to := range reference.FindAllStringSubmatch(found[0], -1) {
			wanted[to[1]+"."+to[2]] = true
		}
	}
	return strings.Join(kept, "")
}
