# By internal name: the same command for the test and the live merchant.
terraform import cohort_perk.welcome welcome-10

# By the id that the service gave. Where a key could be taken for one, "key:" or "id:" in front settles it.
terraform import cohort_perk.welcome id:36f675cc-81e7-4ef5-a8e2-5d940ed90475
