# Every perk of the merchant, drafts and archived ones among them.
list "cohort_perk" "all" {
  provider = cohort
}

# The perks that users can have now, with all that the merchant holds of them.
list "cohort_perk" "live" {
  provider         = cohort
  include_resource = true

  config {
    status = "live"
  }
}
