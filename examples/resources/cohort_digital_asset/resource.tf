resource "cohort_digital_asset" "founder_card" {
  internal_name = "founder-card"
  title         = { en = "Founder card" }
}
