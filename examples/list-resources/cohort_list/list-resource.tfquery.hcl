# Every list of the merchant.
list "cohort_list" "all" {
  provider = cohort
}
