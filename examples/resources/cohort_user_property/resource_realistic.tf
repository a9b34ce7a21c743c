# Segments, forms and integrations use the reference id. You can change it later, but not the type.
resource "cohort_user_property" "tier" {
  name         = "Loyalty tier"
  type         = "text"
  reference_id = "loyalty_tier"
}

resource "cohort_segment" "gold" {
  name         = "Gold members"
  reference_id = "gold-members"

  groups = [{
    conditions = [
      { user_property = { property = cohort_user_property.tier.reference_id, operator = "equals", value = "gold" } },
    ]
  }]
}
