import {
  to = cohort_campaign.summer
  id = "summer-hunt"
}
