terraform {
  required_version = ">= 1.8"

  required_providers {
    cohort = {
      source  = "cohort-xyz/cohort"
      version = ">= 0.1"
    }
  }
}

# Only a key that begins with test_ is accepted here.
provider "cohort" {}

module "loyalty" {
  source = "../../modules/loyalty"

  shop_url   = "https://staging.sorbier.example"
  on_destroy = "delete"
}

output "pages" {
  value = module.loyalty.pages
}

output "status" {
  value = module.loyalty.status
}
