# By reference id: the same command for the test and the live merchant.
terraform import cohort_list.vip vip

# By the id that the service gave. Where a key could be taken for one, "key:" or "id:" in front settles it.
terraform import cohort_list.vip id:d23f0824-128b-4f33-8c5c-7fd0a6a3a450
