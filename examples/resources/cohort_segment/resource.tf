resource "cohort_segment" "french_speakers" {
  name         = "French speakers"
  reference_id = "french-speakers"

  groups = [{
    conditions = [
      { user_property = { property = "lang", operator = "equals", value = "fr" } },
    ]
  }]
}
