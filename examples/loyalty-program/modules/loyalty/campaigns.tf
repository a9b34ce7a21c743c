# Three steps, then one box to open. Of 1,000 boxes, 500 hold something.
resource "cohort_campaign" "summit_season" {
  internal_name  = "summit-season"
  start_at       = "2027-05-01T06:00:00Z"
  end_at         = "2035-09-30T21:59:59Z"
  desired_status = "published"
  on_destroy     = var.on_destroy

  rewards = [
    { perk_id = cohort_perk.welcome.id, quantity = 400 },
    { digital_asset_id = cohort_digital_asset.summit_print.id, quantity = 100 },
  ]
  distribution = { instant_draw = { max_boxes = 1000 } }

  challenge = {
    title      = { en = "Summit season", fr = "La saison des sommets" }
    opt_in_cta = { en = "Lace up", fr = "Chaussez-vous" }
    description = {
      en = "<p>Ready for the mountains? Three steps, one box to open.</p>"
      fr = "<p>Prêt pour la montagne ? Trois étapes, une boîte à ouvrir.</p>"
    }
    image_url = "${var.media_url}/campaigns/summit-season.jpg"
    slug      = "summit-season"

    steps = [
      {
        user_action = "cohort_form"
        icon        = "form"
        title       = { en = "Tell us your size", fr = "Donnez-nous votre pointure" }
        description = { en = "So that nobody hikes with blisters.", fr = "Pour que personne ne marche avec des ampoules." }
        triggers = [
          { type = "cohort_form", settings = jsonencode({ property = cohort_user_property.boot_size.reference_id }) },
        ]
      },
      {
        user_action = "spotify_follow"
        icon        = "music"
        title       = { en = "Follow our playlist", fr = "Suivez notre playlist" }
        description = { en = "Two hours of walking pace.", fr = "Deux heures au rythme de la marche." }
        triggers = [
          { type = "spotify_follow", settings = jsonencode({ playlist = "sorbier-summits" }) },
        ]
      },
      {
        user_action = "shopify_order"
        icon        = "cart"
        title       = { en = "Get ready", fr = "Équipez-vous" }
        description = { en = "Place an order of €50 or more.", fr = "Passez une commande d’au moins 50 €." }
        triggers = [
          { type = "shopify_order", settings = jsonencode({ minimum_amount = 5000, currency = "EUR" }) },
        ]
      },
    ]
  }
}

# Gold members buy here, and get the workshop for free. Amounts are in cents.
resource "cohort_campaign" "trail_store" {
  internal_name  = "trail-store"
  audience_id    = cohort_segment.gold.id
  desired_status = "published"
  on_destroy     = var.on_destroy

  rewards = [
    { perk_id = cohort_perk.resole.id },
    { perk_id = cohort_perk.free_shipping.id, price = { amount = 400, currency = "EUR" } },
    { digital_asset_id = cohort_digital_asset.summit_print.id, price = { amount = 1500, currency = "EUR" } },
  ]

  store = {
    title = { en = "Trail store", fr = "La boutique des sentiers" }
    description = {
      en = "<p>Three things for gold members, from free to €15.</p>"
      fr = "<p>Pour les membres Or : trois petits plus, de 0 à 15 €.</p>"
    }
    image_url = "${var.media_url}/campaigns/trail-store.jpg"
    slug      = "trail-store"
  }
}

# Publishing hands out the cards, and you cannot take them back. It stays a draft until the club's
# birthday.
resource "cohort_campaign" "founders_thank_you" {
  internal_name = "founders-thank-you"
  audience_id   = cohort_list.founders.id
  on_destroy    = var.on_destroy

  rewards = [{ digital_asset_id = cohort_digital_asset.founder_card.id }]
  airdrop = {}
}
