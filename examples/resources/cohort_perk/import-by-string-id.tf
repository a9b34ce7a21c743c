import {
  to = cohort_perk.welcome
  id = "welcome-10" # the internal name, or the id that the service gave
}
