# By internal name: the same command for the test and the live merchant.
terraform import cohort_digital_asset.founder_card founder-card

# By the id that the service gave. Where a key could be taken for one, "key:" or "id:" in front settles it.
terraform import cohort_digital_asset.founder_card id:6b0d549b-6f03-475a-9600-a35a099950d8
