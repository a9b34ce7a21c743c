terraform {
  required_providers {
    cohort = {
      source  = "cohort-xyz/cohort"
      version = "~> 0.1"
    }
  }
}

# The key comes from COHORT_API_KEY. Without a mode, only a test key is accepted.
provider "cohort" {}

# A live merchant needs mode = "live". Most teams give it its own root module.
provider "cohort" {
  alias = "live"
  mode  = "live"
}
