data "cohort_inventory" "this" {
  kinds = ["list", "perk"]
}

# Imports an existing list and creates a missing one: the same file works for every merchant.
import {
  to       = cohort_list.vip
  for_each = try({ this = data.cohort_inventory.this.lists["vip"] }, {})
  id       = "id:${each.value}"
}

resource "cohort_list" "vip" {
  name         = "VIP customers"
  reference_id = "vip"
}

output "perks" {
  value = keys(data.cohort_inventory.this.perks)
}
