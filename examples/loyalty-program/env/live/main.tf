terraform {
  required_version = ">= 1.8"

  required_providers {
    cohort = {
      source  = "cohort-xyz/cohort"
      version = ">= 0.1"
    }
  }
}

# Only a key that begins with live_ is accepted here.
provider "cohort" {
  mode = "live"
}

module "loyalty" {
  source = "../../modules/loyalty"

  shop_url = "https://www.sorbier.example"
}

output "pages" {
  value = module.loyalty.pages
}

output "status" {
  value = module.loyalty.status
}
