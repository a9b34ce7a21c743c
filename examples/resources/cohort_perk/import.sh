# By internal name: the same command for the test and the live merchant.
terraform import cohort_perk.welcome welcome-10

# By the service's id. If a key looks like an id, write "key:" or "id:" in front.
terraform import cohort_perk.welcome id:36f675cc-81e7-4ef5-a8e2-5d940ed90475
