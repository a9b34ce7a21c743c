# By internal name: the same command for the test and the live merchant.
terraform import cohort_badge.gold gold-badge

# By the id that the service gave. Where a key could be taken for one, "key:" or "id:" in front settles it.
terraform import cohort_badge.gold id:8d116ece-1738-47d9-bd9c-172411e20b8f
