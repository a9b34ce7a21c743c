resource "cohort_list" "vip" {
  name         = "VIP customers"
  reference_id = "vip"
}

resource "cohort_badge" "vip" {
  internal_name = "vip-badge"
  audience_id   = cohort_list.vip.id
}
