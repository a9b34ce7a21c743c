resource "cohort_perk" "welcome" {
  internal_name  = "welcome"
  title          = { en = "A welcome gift" }
  desired_status = "live"
}

data "cohort_perk" "welcome" {
  internal_name = cohort_perk.welcome.internal_name
}

# A campaign with a perk that another configuration manages.
resource "cohort_campaign" "welcome" {
  internal_name = "welcome"
  rewards       = [{ perk_id = data.cohort_perk.welcome.id }]
  airdrop       = {}
}
