# Perks

resource "cohort_perk" "welcome" {
  internal_name = "welcome-10"
  title         = { en = "10% off", fr = "10 % offerts" }
  description = {
    en = "<p>On your next pair of boots.</p>"
    fr = "<p>Sur votre prochaine paire de chaussures.</p>"
  }
  image_url        = "${var.media_url}/perks/welcome.png"
  shopify_discount = { name = "SORBIER10", type = "percentage", value = 10 }
  desired_status   = "live"
  on_destroy       = var.on_destroy
}

resource "cohort_perk" "free_shipping" {
  internal_name = "free-shipping"
  title         = { en = "Free shipping", fr = "Livraison offerte" }
  description = {
    en = "<p>On one order, anywhere in Europe.</p>"
    fr = "<p>Sur une commande, partout en Europe.</p>"
  }
  image_url        = "${var.media_url}/perks/shipping.png"
  shopify_discount = { name = "SORBIERSHIP", type = "fixed-amount", value = 8 }
  desired_status   = "live"
  on_destroy       = var.on_destroy
}

resource "cohort_perk" "resole" {
  internal_name = "resole"
  title         = { en = "A new sole", fr = "Ressemelage" }
  description = {
    en = "<p>Bring your boots to our workshop: they leave with new soles.</p>"
    fr = "<p>Apportez vos chaussures à l’atelier : elles en repartent avec des semelles neuves.</p>"
  }
  image_url      = "${var.media_url}/perks/resole.png"
  link           = { url = "${var.shop_url}/pages/workshop" }
  desired_status = "live"
  on_destroy     = var.on_destroy
}

# Digital assets

resource "cohort_digital_asset" "founder_card" {
  internal_name = "founder-card"
  title         = { en = "Founder card", fr = "Carte de fondateur" }
  description = {
    en = "<p>One of five hundred.</p>"
    fr = "<p>Une sur cinq cents.</p>"
  }
  image_url      = "${var.media_url}/assets/founder-card.png"
  max_supply     = 500
  desired_status = "published"
}

resource "cohort_digital_asset" "summit_print" {
  internal_name = "summit-print"
  title         = { en = "Summit print", fr = "Gravure du sommet" }
  description = {
    en = "<p>Mont Aiguille at dawn, drawn by hand.</p>"
    fr = "<p>Le mont Aiguille à l’aube, dessiné à la main.</p>"
  }
  image_url      = "${var.media_url}/assets/summit-print.png"
  desired_status = "published"
}

# Badges

resource "cohort_badge" "gold" {
  internal_name      = "gold"
  title              = { en = "Gold", fr = "Or" }
  description        = { en = "You reached gold.", fr = "Vous avez atteint le niveau Or." }
  locked_description = { en = "How far to gold? Three hikes.", fr = "Encore loin du niveau Or ? Trois randonnées." }
  image_url          = "${var.media_url}/badges/gold.svg"
  audience_id        = cohort_segment.gold.id
  visibility         = "everyone"
  desired_status     = "published"
}

resource "cohort_badge" "founder" {
  internal_name  = "founder"
  title          = { en = "Founding member", fr = "Membre fondateur" }
  description    = { en = "You were here first.", fr = "Vous étiez là les premiers." }
  image_url      = "${var.media_url}/badges/founder.svg"
  audience_id    = cohort_list.founders.id
  visibility     = "owners"
  desired_status = "published"
}
