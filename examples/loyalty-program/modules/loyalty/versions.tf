terraform {
  required_version = ">= 1.8"

  required_providers {
    cohort = {
      source  = "cohort-xyz/cohort"
      version = ">= 0.1"
    }
  }
}
