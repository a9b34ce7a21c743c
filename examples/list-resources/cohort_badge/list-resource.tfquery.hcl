# Every badge of the merchant.
list "cohort_badge" "all" {
  provider = cohort
}

# The badges that users can see.
list "cohort_badge" "published" {
  provider = cohort

  config {
    status = "published"
  }
}
