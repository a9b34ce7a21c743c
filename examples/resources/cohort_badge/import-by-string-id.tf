import {
  to = cohort_badge.gold
  id = "gold-badge" # the internal name, or the id that the service gave
}
