resource "cohort_campaign" "summer" {
  internal_name = "summer-hunt"

  challenge = {
    title = { en = "Summer hunt" }
    slug  = "summer-hunt"
  }
}

data "cohort_campaign" "summer" {
  internal_name = cohort_campaign.summer.internal_name
}

output "summer_page" {
  value = "https://club.example.com/challenges/${data.cohort_campaign.summer.challenge.slug}"
}
