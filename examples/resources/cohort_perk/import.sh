terraform import cohort_perk.welcome welcome-10
terraform import cohort_perk.welcome id:36f675cc-81e7-4ef5-a8e2-5d940ed90475
