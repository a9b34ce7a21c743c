# A draft may be incomplete. What publishing needs is checked when desired_status asks for it.
resource "cohort_campaign" "summer" {
  internal_name = "summer-hunt"

  challenge = {
    title = { en = "Summer hunt" }
  }
}
