# Which campaign the shop's pages show, and how. All attributes are null while diffusion is off.
data "cohort_campaign_diffusion" "current" {}

output "diffused_as" {
  value = data.cohort_campaign_diffusion.current.type
}
