import {
  to = cohort_list.vip
  id = "vip"
}
