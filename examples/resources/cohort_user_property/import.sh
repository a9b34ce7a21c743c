terraform import cohort_user_property.tier loyalty_tier
terraform import cohort_user_property.tier id:6513270e-269e-4d37-b2a7-4de452e6b438
