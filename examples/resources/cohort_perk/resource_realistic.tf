resource "cohort_perk" "welcome" {
  internal_name = "welcome-10"
  title         = { en = "10% off", fr = "10 % offerts" }
  description = {
    en = "<p>On your next order, sale items excluded.</p>"
    fr = "<p>Sur votre prochaine commande, hors articles soldés.</p>"
  }
  image_url  = "https://cdn.example.com/perks/welcome-10.png"
  expires_at = "2030-12-31T22:59:59Z"

  shopify_discount = { name = "WELCOME10", type = "percentage", value = 10 }

  # Users see it as soon as this is applied. A destroy archives it; only "delete" is permanent.
  desired_status = "live"
  on_destroy     = "archive"
}

# A link to something that is not part of the shop.
resource "cohort_perk" "repair" {
  internal_name  = "repair-workshop"
  title          = { en = "Free repair", fr = "Réparation offerte" }
  description    = { en = "<p>Book a slot in one of our workshops.</p>", fr = "<p>Réservez un créneau dans l’un de nos ateliers.</p>" }
  link           = { url = "https://shop.example.com/repair" }
  desired_status = "live"
}
