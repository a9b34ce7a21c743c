resource "cohort_user_property" "tier" {
  name         = "Club tier"
  type         = "text"
  reference_id = "club_tier"
}

resource "cohort_user_property" "boot_size" {
  name         = "Boot size"
  type         = "number"
  reference_id = "boot_size"
}

resource "cohort_user_property" "member_since" {
  name         = "Member since"
  type         = "date"
  reference_id = "member_since"
}
