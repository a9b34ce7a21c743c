variable "workshop_code" {
  type      = string
  sensitive = true
}

# One code for everyone. The state and saved plans have it.
resource "cohort_perk" "workshop" {
  internal_name = "workshop-code"
  title         = { en = "A code for our workshops", fr = "Un code pour nos ateliers" }
  code          = { value = var.workshop_code }
}
