terraform import cohort_badge.gold gold-badge
terraform import cohort_badge.gold id:8d116ece-1738-47d9-bd9c-172411e20b8f
