locals {
  titles = ["Summer hunt 2037", "Chasse d'été"]
}

# summer-hunt-2037 and chasse-d-ete
output "slugs" {
  value = [for title in local.titles : provider::cohort::slug(title)]
}
