# The reference id is what segments, forms and integrations use. It can be changed later; the type cannot.
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
