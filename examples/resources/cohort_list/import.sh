# By reference id: the same command for the test and the live merchant.
terraform import cohort_list.vip vip

# By the service's id. If a key looks like an id, write "key:" or "id:" in front.
terraform import cohort_list.vip id:d23f0824-128b-4f33-8c5c-7fd0a6a3a450
