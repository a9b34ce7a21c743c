import {
  to = cohort_digital_asset.founder_card
  id = "founder-card" # the internal name, or the id that the service gave
}
