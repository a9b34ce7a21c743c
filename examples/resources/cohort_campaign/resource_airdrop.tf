resource "cohort_list" "founders" {
  name         = "Founding members"
  reference_id = "founders"
}

resource "cohort_digital_asset" "card" {
  internal_name  = "founder-card"
  title          = { en = "Founder card" }
  image_url      = "https://cdn.example.com/assets/founder-card.png"
  desired_status = "published"
}

# Publishing an airdrop hands out the rewards at once, and you cannot take them back. Here it stays
# a draft for review; publish it later with desired_status = "published" as a separate change.
resource "cohort_campaign" "thank_you" {
  internal_name = "founders-thank-you"
  audience_id   = cohort_list.founders.id
  rewards       = [{ digital_asset_id = cohort_digital_asset.card.id }]
  airdrop       = {}
}
