# Every user property of the merchant.
list "cohort_user_property" "all" {
  provider = cohort
}

# The properties that hold a text.
list "cohort_user_property" "texts" {
  provider = cohort

  config {
    type = "text"
  }
}
