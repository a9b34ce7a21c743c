terraform {
  required_version = ">= 1.8"

  required_providers {
    cohort = {
      source  = "cohort-xyz/cohort"
      version = "~> 0.1"
    }
  }
}

# The key comes from COHORT_API_KEY. A live key is refused unless this says mode = "live".
provider "cohort" {}

resource "cohort_perk" "welcome" {
  internal_name = "welcome-10"
  title         = { en = "10% off", fr = "10 % offerts" }

  shopify_discount = { name = "WELCOME10", type = "percentage", value = 10 }
}
