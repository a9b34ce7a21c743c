data "cohort_inventory" "this" {
  kinds = ["list", "perk"]
}

# A list that exists is taken over, and one that does not is created: the same file for every merchant.
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
