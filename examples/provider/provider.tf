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

# A live merchant is written down. Most teams give it a root module of its own.
provider "cohort" {
  alias = "live"
  mode  = "live"
}
