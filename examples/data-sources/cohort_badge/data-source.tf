resource "cohort_list" "vip" {
  name         = "VIP customers"
  reference_id = "vip"
}

resource "cohort_badge" "vip" {
  internal_name = "vip-badge"
  audience_id   = cohort_list.vip.id
}

data "cohort_badge" "vip" {
  internal_name = cohort_badge.vip.internal_name
}

output "vip_badge_status" {
  value = data.cohort_badge.vip.status
}
