resource "cohort_list" "vip" {
  name         = "VIP customers"
  reference_id = "vip"
}
