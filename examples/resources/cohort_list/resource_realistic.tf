# Terraform manages the list; the service and the systems that fill it decide who is on it.
resource "cohort_list" "founders" {
  name         = "Founding members"
  reference_id = "founders"
}

resource "cohort_perk" "thank_you" {
  internal_name  = "founders-thank-you"
  title          = { en = "Free engraving", fr = "Gravure offerte" }
  description    = { en = "<p>On any steel bottle.</p>", fr = "<p>Sur toutes les gourdes en acier.</p>" }
  desired_status = "live"
}

# A thank-you for everyone on the list. The campaign stays a draft until somebody publishes it.
resource "cohort_campaign" "thank_you" {
  internal_name = "founders-thank-you"
  audience_id   = cohort_list.founders.id
  rewards       = [{ perk_id = cohort_perk.thank_you.id }]
  airdrop       = {}
}
