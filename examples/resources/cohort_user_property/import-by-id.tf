import {
  to = cohort_user_property.tier
  id = "id:6513270e-269e-4d37-b2a7-4de452e6b438"
}
