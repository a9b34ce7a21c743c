# Every perk of the merchant, including drafts and archived ones.
list "cohort_perk" "all" {
  provider = cohort
}

# The perks that users can get now, with their attributes.
list "cohort_perk" "live" {
  provider         = cohort
  include_resource = true

  config {
    status = "live"
  }
}
