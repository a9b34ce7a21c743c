import {
  to = cohort_campaign.summer
  id = "id:90c192cf-d3ac-44af-8f21-ddb66cad4a26"
}
