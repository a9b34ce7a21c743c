# Terraform and OpenTofu before 1.11 have no write-only arguments, and plan without this file.

resource "cohort_perk" "write_only" {
  internal_name = "write-only"
  code          = { value_wo = "WRITE-ONLY-CODE", value_wo_version = 1 }
}
