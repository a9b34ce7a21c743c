# The first 20 campaigns of the merchant. Without a limit, Terraform asks for 100.
list "cohort_campaign" "first" {
  provider = cohort
  limit    = 20
}

# The running campaigns, with their attributes.
list "cohort_campaign" "running" {
  provider         = cohort
  include_resource = true

  config {
    status = "published"
  }
}
