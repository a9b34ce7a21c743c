resource "cohort_perk" "welcome" {
  internal_name = "welcome"
  title         = { en = "A welcome gift" }
}
