import {
  to = cohort_badge.gold
  id = "gold-badge"
}
