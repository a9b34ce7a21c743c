output "pages" {
  description = "Paths in the experience space that the shop links to."
  value = {
    challenge = "/challenges/${cohort_campaign.summit_season.challenge.slug}"
    store     = "/store/${cohort_campaign.trail_store.store.slug}"
  }
}

output "status" {
  description = "What the service says about each campaign."
  value = {
    for campaign in [
      cohort_campaign.summit_season,
      cohort_campaign.trail_store,
      cohort_campaign.founders_thank_you,
    ] : campaign.internal_name => campaign.status
  }
}
