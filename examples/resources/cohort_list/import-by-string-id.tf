import {
  to = cohort_list.vip
  id = "vip" # the reference id, or the id that the service gave
}
