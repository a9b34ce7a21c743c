import {
  to = cohort_digital_asset.founder_card
  id = "id:6b0d549b-6f03-475a-9600-a35a099950d8"
}
