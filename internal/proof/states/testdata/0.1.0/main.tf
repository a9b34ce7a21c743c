# One object of each type of each kind. With write_only.tf, they set every attribute.

provider "cohort" {}

resource "cohort_user_property" "tier" {
  name         = "Loyalty tier"
  type         = "text"
  reference_id = "loyalty_tier"
}

resource "cohort_list" "vip" {
  name         = "VIP customers"
  reference_id = "vip"
}

resource "cohort_list" "no_key" {
  name = "Newcomers"
}

resource "cohort_segment" "gold" {
  name         = "Gold"
  reference_id = "gold"
  match        = "any"
  groups = [{
    match = "any"
    conditions = [
      { user_property = { property = cohort_user_property.tier.reference_id, operator = "equals", value = "gold" } },
      { event = { name = "app.connected", performed = false, within_days = 90 } },
      { audience = { id = cohort_list.vip.id, member = false } },
    ]
  }]
}

resource "cohort_perk" "discount" {
  internal_name    = "discount"
  title            = { en = "Welcome", fr = "Bienvenue" }
  description      = { en = "<p>For you.</p>", fr = "<p>Pour vous.</p>" }
  image_url        = "https://cdn.example.com/a.png"
  expires_at       = "2030-12-31T22:59:59Z"
  desired_status   = "live"
  on_destroy       = "delete"
  shopify_discount = { name = "WELCOME", type = "percentage", value = 10 }
}

# internal/proof/faults searches all output for the beginning of this code.
resource "cohort_perk" "code" {
  internal_name = "code"
  video_url     = "https://cdn.example.com/a.mp4"
  code          = { value = "CANARY-CODE-1" }
}

resource "cohort_perk" "link" {
  internal_name  = "link"
  title          = { en = "Workshop" }
  link           = { url = "https://shop.example.com" }
  desired_status = "live"
}

resource "cohort_perk" "gift" {
  internal_name = "gift"
  custom        = { type = "gift-card", settings = jsonencode({ amount = 5 }) }
}

resource "cohort_perk" "plain" {
  internal_name = "plain"
}

resource "cohort_digital_asset" "card" {
  internal_name  = "card"
  title          = { en = "Card" }
  description    = { en = "<p>One of many.</p>" }
  image_url      = "https://cdn.example.com/a.png"
  max_supply     = 500
  desired_status = "published"
}

resource "cohort_digital_asset" "film" {
  internal_name = "film"
  video_url     = "https://cdn.example.com/a.mp4"
}

resource "cohort_badge" "gold" {
  internal_name      = "gold"
  audience_id        = cohort_segment.gold.id
  title              = { en = "Gold" }
  description        = { en = "You reached gold." }
  locked_description = { en = "Reach gold." }
  image_url          = "https://cdn.example.com/a.svg"
  visibility         = "everyone"
  desired_status     = "published"
}

resource "cohort_campaign" "hunt" {
  internal_name  = "hunt"
  audience_id    = cohort_segment.gold.id
  start_at       = "2027-06-01T00:00:00Z"
  end_at         = "2035-06-01T00:00:00Z"
  desired_status = "published"
  on_destroy     = "delete"
  rewards = [
    { perk_id = cohort_perk.discount.id, quantity = 2 },
    { digital_asset_id = cohort_digital_asset.card.id, quantity = 3 },
  ]
  distribution = { instant_draw = { max_boxes = 10 } }
  challenge = {
    title       = { en = "Hunt" }
    opt_in_cta  = { en = "Join" }
    description = { en = "<p>Run.</p>" }
    image_url   = "https://cdn.example.com/a.png"
    slug        = "hunt"
    steps = [{
      user_action = "cohort_form"
      icon        = "form"
      title       = { en = "Size" }
      description = { en = "Tell us." }
      triggers    = [{ type = "cohort_form", settings = jsonencode({ property = "loyalty_tier" }) }]
    }]
  }
}

resource "cohort_campaign" "store" {
  internal_name = "store"
  audience_id   = cohort_list.vip.id
  rewards       = [{ perk_id = cohort_perk.link.id, price = { amount = 100, currency = "EUR" } }]
  distribution  = { direct = { max_quantity = 100 } }
  store = {
    title       = { en = "Store" }
    description = { en = "<p>Buy.</p>" }
    image_url   = "https://cdn.example.com/a.png"
    slug        = "store"
  }
}

resource "cohort_campaign" "airdrop" {
  internal_name = "airdrop"
  audience_id   = cohort_list.vip.id
  rewards       = [{ perk_id = cohort_perk.link.id, quantity = 1 }]
  distribution  = { raffle = { max_boxes = 10, draw_at = "2035-06-01T00:00:00Z" } }
  airdrop       = {}
}

resource "cohort_campaign" "film" {
  internal_name = "film"
  challenge     = { video_url = "https://cdn.example.com/a.mp4" }
}

resource "cohort_campaign" "cinema" {
  internal_name = "cinema"
  store         = { video_url = "https://cdn.example.com/a.mp4" }
}
