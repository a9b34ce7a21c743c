# Supply the code to plan and to apply, as TF_VAR_workshop_code or from an ephemeral resource.
variable "workshop_code" {
  type      = string
  ephemeral = true
}

# One code for everyone. The state never has it, and an ephemeral value is in no plan.
resource "cohort_perk" "workshop" {
  internal_name = "workshop-code"
  title         = { en = "A code for our workshops", fr = "Un code pour nos ateliers" }
  code = {
    value_wo         = var.workshop_code
    value_wo_version = 1 # Raise it when the code changes: only that sends the code again.
  }
}
