import {
  to = cohort_segment.gold
  id = "gold-members" # the reference id, or the id that the service gave
}
