import {
  to = cohort_segment.french_speakers
  id = "french-speakers" # the reference id, or the id that the service gave
}
