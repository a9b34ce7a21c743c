import {
  to = cohort_segment.french_speakers
  id = "french-speakers"
}
