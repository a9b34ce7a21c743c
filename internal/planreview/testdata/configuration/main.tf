locals {
  one = "of the plans beside it"
}
