import {
  to = cohort_user_property.tier
  id = "loyalty_tier"
}
