# Every digital asset of the merchant.
list "cohort_digital_asset" "all" {
  provider = cohort
}

# The digital assets that nobody has seen yet.
list "cohort_digital_asset" "drafts" {
  provider = cohort

  config {
    status = "draft"
  }
}
