terraform import cohort_list.vip vip
terraform import cohort_list.vip id:d23f0824-128b-4f33-8c5c-7fd0a6a3a450
