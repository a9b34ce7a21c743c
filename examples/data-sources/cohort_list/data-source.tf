resource "cohort_list" "vip" {
  name         = "VIP customers"
  reference_id = "vip"
}

data "cohort_list" "vip" {
  reference_id = cohort_list.vip.reference_id
}

# A badge for a list that another team manages.
resource "cohort_badge" "vip" {
  internal_name = "vip-badge"
  audience_id   = data.cohort_list.vip.id
}
