# By internal name: the same command for the test and the live merchant.
terraform import cohort_badge.gold gold-badge

# By the service's id. If a key looks like an id, write "key:" or "id:" in front.
terraform import cohort_badge.gold id:8d116ece-1738-47d9-bd9c-172411e20b8f
