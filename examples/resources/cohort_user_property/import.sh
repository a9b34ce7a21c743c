# By reference id: the same command for the test and the live merchant.
terraform import cohort_user_property.tier loyalty_tier

# By the service's id. If a key looks like an id, write "key:" or "id:" in front.
terraform import cohort_user_property.tier id:6513270e-269e-4d37-b2a7-4de452e6b438
