resource "cohort_user_property" "shoe_size" {
  name = "Shoe size"
  type = "number"
}
