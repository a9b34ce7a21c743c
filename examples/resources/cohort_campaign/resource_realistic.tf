resource "cohort_user_property" "shoe_size" {
  name         = "Shoe size"
  type         = "number"
  reference_id = "shoe_size"
}

resource "cohort_list" "newsletter" {
  name         = "Newsletter readers"
  reference_id = "newsletter"
}

resource "cohort_perk" "welcome" {
  internal_name    = "welcome-10"
  title            = { en = "10% off", fr = "10 % offerts" }
  description      = { en = "<p>On your next order.</p>", fr = "<p>Sur votre prochaine commande.</p>" }
  shopify_discount = { name = "WELCOME10", type = "percentage", value = 10 }
  desired_status   = "live"
}

resource "cohort_digital_asset" "card" {
  internal_name  = "summer-card"
  title          = { en = "Summer card", fr = "Carte d’été" }
  image_url      = "https://cdn.example.com/assets/summer-card.png"
  max_supply     = 500
  desired_status = "published"
}

# A challenge of two steps. Users who complete it open one of 1,000 boxes; 250 contain a reward.
resource "cohort_campaign" "summer" {
  internal_name  = "summer-hunt"
  audience_id    = cohort_list.newsletter.id # unset: all users
  start_at       = "2030-06-01T06:00:00Z"
  end_at         = "2030-08-31T21:59:59Z"
  desired_status = "published"
  on_destroy     = "archive" # users took part in it; "delete" would remove that too

  rewards = [
    { perk_id = cohort_perk.welcome.id, quantity = 200 },
    { digital_asset_id = cohort_digital_asset.card.id, quantity = 50 },
  ]
  distribution = { instant_draw = { max_boxes = 1000 } }

  challenge = {
    title       = { en = "Summer hunt", fr = "La chasse d’été" }
    opt_in_cta  = { en = "Join the hunt", fr = "Rejoindre la chasse" }
    description = { en = "<p>Two steps, one box to open.</p>", fr = "<p>Deux étapes, une boîte à ouvrir.</p>" }
    image_url   = "https://cdn.example.com/campaigns/summer-hunt.jpg"
    slug        = "summer-hunt"

    steps = [
      {
        user_action = "cohort_form"
        icon        = "form"
        title       = { en = "Tell us your size", fr = "Donnez-nous votre pointure" }
        description = { en = "So that we know what to hide for you.", fr = "Nous saurons ainsi quoi cacher pour vous." }
        triggers = [
          { type = "cohort_form", settings = jsonencode({ property = cohort_user_property.shoe_size.reference_id }) },
        ]
      },
      {
        user_action = "shopify_order"
        icon        = "cart"
        title       = { en = "Place an order", fr = "Passez une commande" }
        description = { en = "Of any amount, before the end of August.", fr = "Sans minimum d’achat, avant la fin du mois d’août." }
        triggers    = [{ type = "shopify_order", settings = jsonencode({ minimum_amount = 0 }) }]
      },
    ]
  }
}
