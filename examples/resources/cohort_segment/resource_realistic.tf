resource "cohort_user_property" "tier" {
  name         = "Loyalty tier"
  type         = "text"
  reference_id = "loyalty_tier"
}

resource "cohort_list" "staff" {
  name         = "Staff"
  reference_id = "staff"
}

# Gold or platinum members who connected an app in the last 90 days, without our own staff.
resource "cohort_segment" "engaged_gold" {
  name         = "Engaged gold members"
  reference_id = "engaged-gold"
  match        = "all"

  groups = [
    {
      match = "any"
      conditions = [
        { user_property = { property = cohort_user_property.tier.reference_id, operator = "equals", value = "gold" } },
        { user_property = { property = cohort_user_property.tier.reference_id, operator = "equals", value = "platinum" } },
      ]
    },
    {
      match = "all"
      conditions = [
        { event = { name = "app.connected", performed = true, within_days = 90 } },
        { audience = { id = cohort_list.staff.id, member = false } },
      ]
    },
  ]
}
