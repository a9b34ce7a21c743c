terraform import cohort_segment.french_speakers french-speakers
terraform import cohort_segment.french_speakers id:9531985d-5d9d-49f8-9818-e811892f902b
