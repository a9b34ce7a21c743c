import {
  to = cohort_user_property.tier
  id = "loyalty_tier" # the reference id, or the id that the service gave
}
