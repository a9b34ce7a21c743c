resource "cohort_digital_asset" "founder_card" {
  internal_name = "founder-card"
  title         = { en = "Founder card", fr = "Carte de fondateur" }
  description = {
    en = "<p>For the first 500 members of the club.</p>"
    fr = "<p>Réservée aux 500 premiers membres du club.</p>"
  }
  video_url      = "https://cdn.example.com/assets/founder-card.mp4" # or image_url, not both
  max_supply     = 500
  desired_status = "published"
}
