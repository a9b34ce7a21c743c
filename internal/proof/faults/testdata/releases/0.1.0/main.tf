provider "cohort" {}

resource "cohort_user_property" "tier" {
  name         = "Tier"
  type         = "text"
  reference_id = "tier"
}

resource "cohort_list" "vip" {
  count        = 3
  name         = "VIP ${count.index}"
  reference_id = "vip-${count.index}"
}

resource "cohort_segment" "gold" {
  name         = "Gold"
  reference_id = "gold"
  groups = [{ conditions = [
    { user_property = { property = cohort_user_property.tier.reference_id, operator = "equals", value = "gold" } },
    { audience = { id = cohort_list.vip[0].id } },
  ] }]
}

resource "cohort_perk" "p" {
  count          = 3
  internal_name  = "perk-${count.index}"
  title          = { en = "Perk ${count.index}", fr = "Avantage ${count.index}" }
  description    = { en = "<p>Good.</p>", fr = "<p>Bon.</p>" }
  desired_status = "live"
  code           = { value = "CANARY-CODE-${count.index}" }
}

resource "cohort_digital_asset" "card" {
  internal_name  = "card"
  title          = { en = "Card" }
  image_url      = "https://cdn.example.com/card.png"
  desired_status = "published"
}

resource "cohort_badge" "gold" {
  internal_name  = "gold"
  audience_id    = cohort_segment.gold.id
  title          = { en = "Gold" }
  image_url      = "https://cdn.example.com/gold.png"
  desired_status = "published"
}

resource "cohort_campaign" "hunt" {
  internal_name  = "hunt"
  audience_id    = cohort_segment.gold.id
  desired_status = "published"
  start_at       = "2027-01-01T00:00:00Z"
  rewards        = [{ perk_id = cohort_perk.p[0].id, quantity = 5 }, { digital_asset_id = cohort_digital_asset.card.id, quantity = 5 }]
  distribution   = { instant_draw = { max_boxes = 100 } }
  challenge = {
    title       = { en = "Hunt" }
    opt_in_cta  = { en = "Join" }
    description = { en = "<p>Hunt.</p>" }
    image_url   = "https://cdn.example.com/hunt.png"
    steps = [
      { user_action = "cohort_form", title = { en = "One" }, triggers = [{ type = "cohort_form", settings = jsonencode({ property = cohort_user_property.tier.reference_id }) }] },
      { user_action = "visit", title = { en = "Two" }, triggers = [{ type = "visit" }] },
    ]
  }
}

resource "cohort_campaign" "gift" {
  internal_name = "gift"
  rewards       = [{ perk_id = cohort_perk.p[1].id }]
  airdrop       = {}
}
