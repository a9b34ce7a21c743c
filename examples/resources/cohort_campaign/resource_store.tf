resource "cohort_perk" "free_shipping" {
  internal_name    = "free-shipping"
  title            = { en = "Free shipping", fr = "Livraison offerte" }
  description      = { en = "<p>On one order.</p>", fr = "<p>Sur une commande.</p>" }
  shopify_discount = { name = "FREESHIP", type = "fixed-amount", value = 6 }
  desired_status   = "live"
}

resource "cohort_digital_asset" "poster" {
  internal_name  = "summit-poster"
  title          = { en = "Summit poster", fr = "Affiche des sommets" }
  image_url      = "https://cdn.example.com/assets/summit-poster.png"
  desired_status = "published"
}

# A store sells rewards, or gives them away where no price is set. Amounts are in cents.
resource "cohort_campaign" "store" {
  internal_name  = "trail-store"
  desired_status = "published"

  rewards = [
    { perk_id = cohort_perk.free_shipping.id },
    { digital_asset_id = cohort_digital_asset.poster.id, price = { amount = 1500, currency = "EUR" } },
  ]
  distribution = { direct = { max_quantity = 300 } }

  store = {
    title       = { en = "Trail store", fr = "La boutique des sentiers" }
    description = { en = "<p>For members only.</p>", fr = "<p>Réservée aux membres.</p>" }
    image_url   = "https://cdn.example.com/campaigns/trail-store.jpg"
    slug        = "trail-store"
  }
}
