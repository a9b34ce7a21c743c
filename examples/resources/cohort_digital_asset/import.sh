# By internal name: the same command for the test and the live merchant.
terraform import cohort_digital_asset.founder_card founder-card

# By the service's id. If a key looks like an id, write "key:" or "id:" in front.
terraform import cohort_digital_asset.founder_card id:6b0d549b-6f03-475a-9600-a35a099950d8
