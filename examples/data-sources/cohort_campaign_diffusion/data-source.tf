data "cohort_campaign_diffusion" "current" {}

output "diffused_as" {
  value = data.cohort_campaign_diffusion.current.type
}
