terraform import cohort_digital_asset.founder_card founder-card
terraform import cohort_digital_asset.founder_card id:6b0d549b-6f03-475a-9600-a35a099950d8
