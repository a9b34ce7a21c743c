import {
  to = cohort_perk.welcome
  id = "welcome-10"
}
