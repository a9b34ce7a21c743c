# The shop's systems fill the lists; Terraform only says that they exist.

resource "cohort_list" "founders" {
  name         = "Founding members"
  reference_id = "founders"
}

resource "cohort_list" "guides" {
  name         = "Mountain guides"
  reference_id = "guides"
}

# Gold by tier, or a guide: guides get everything that gold members get.
resource "cohort_segment" "gold" {
  name         = "Gold members"
  reference_id = "gold-members"

  groups = [{
    match = "any"
    conditions = [
      { user_property = { property = cohort_user_property.tier.reference_id, operator = "equals", value = "gold" } },
      { audience = { id = cohort_list.guides.id, member = true } },
    ]
  }]
}

resource "cohort_segment" "active_hikers" {
  name         = "Active hikers"
  reference_id = "active-hikers"
  match        = "all"

  groups = [
    {
      conditions = [
        { event = { name = "app.connected", performed = true, within_days = 90 } },
      ]
    },
    {
      match = "all"
      conditions = [
        { user_property = { property = cohort_user_property.boot_size.reference_id, operator = "is_set" } },
        { audience = { id = cohort_list.guides.id, member = false } },
      ]
    },
  ]
}
