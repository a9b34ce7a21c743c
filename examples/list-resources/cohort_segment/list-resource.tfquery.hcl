# Every segment of the merchant, with its conditions.
list "cohort_segment" "all" {
  provider         = cohort
  include_resource = true
}
