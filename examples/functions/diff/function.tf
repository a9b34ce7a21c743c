# A root that reads both merchants and changes neither. Ephemeral variables, of Terraform 1.10 or
# later, keep the keys out of plans and states.
variable "test_key" {
  type      = string
  ephemeral = true
}

variable "live_key" {
  type      = string
  ephemeral = true
}

provider "cohort" {
  alias     = "test"
  api_key   = var.test_key
  read_only = true
}

provider "cohort" {
  alias     = "live"
  mode      = "live"
  api_key   = var.live_key
  read_only = true
}

data "cohort_snapshot" "test" {
  provider = cohort.test
}

data "cohort_snapshot" "live" {
  provider = cohort.live
}

locals {
  differences = provider::cohort::diff(data.cohort_snapshot.test.json, data.cohort_snapshot.live.json)
}

# A warning in every plan as long as the merchants differ.
check "live_matches_test" {
  assert {
    condition     = length(local.differences) == 0
    error_message = join("\n", local.differences)
  }
}
