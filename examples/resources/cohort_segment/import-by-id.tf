import {
  to = cohort_segment.french_speakers
  id = "id:9531985d-5d9d-49f8-9818-e811892f902b"
}
