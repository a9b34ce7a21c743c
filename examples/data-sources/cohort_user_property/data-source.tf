resource "cohort_user_property" "tier" {
  name         = "Loyalty tier"
  type         = "text"
  reference_id = "loyalty_tier"
}

data "cohort_user_property" "tier" {
  reference_id = cohort_user_property.tier.reference_id
}

output "tier_property_id" {
  value = data.cohort_user_property.tier.id
}
