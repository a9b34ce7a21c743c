terraform {
  required_providers {
    cohort = { source = "cohort-xyz/cohort" }
  }
}
