resource "cohort_digital_asset" "founder_card" {
  internal_name = "founder-card"
  title         = { en = "Founder card" }
  max_supply    = 500
}

data "cohort_digital_asset" "founder_card" {
  internal_name = cohort_digital_asset.founder_card.internal_name
}

output "founder_card_supply" {
  value = data.cohort_digital_asset.founder_card.max_supply
}
