resource "cohort_segment" "french_speakers" {
  name         = "French speakers"
  reference_id = "french-speakers"

  groups = [{
    conditions = [
      { user_property = { property = "lang", operator = "equals", value = "fr" } },
    ]
  }]
}

data "cohort_segment" "french_speakers" {
  reference_id = cohort_segment.french_speakers.reference_id
}

output "segment_id" {
  value = data.cohort_segment.french_speakers.id
}
