# By reference id: the same command for the test and the live merchant.
terraform import cohort_segment.french_speakers french-speakers

# By the service's id. If a key looks like an id, write "key:" or "id:" in front.
terraform import cohort_segment.french_speakers id:9531985d-5d9d-49f8-9818-e811892f902b
