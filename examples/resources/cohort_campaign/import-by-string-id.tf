import {
  to = cohort_campaign.summer
  id = "summer-hunt" # the internal name, or the id that the service gave
}
