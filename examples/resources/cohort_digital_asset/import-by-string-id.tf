import {
  to = cohort_digital_asset.founder_card
  id = "founder-card"
}
