resource "cohort_user_property" "tier" {
  name         = "Loyalty tier"
  type         = "text"
  reference_id = "loyalty_tier"
}

resource "cohort_segment" "gold" {
  name         = "Gold members"
  reference_id = "gold-members"

  groups = [{
    conditions = [
      { user_property = { property = cohort_user_property.tier.reference_id, operator = "equals", value = "gold" } },
    ]
  }]
}

# Everyone sees that the badge exists; those who do not have it yet read how to get it.
resource "cohort_badge" "gold" {
  internal_name      = "gold-badge"
  title              = { en = "Gold", fr = "Or" }
  description        = { en = "You reached gold.", fr = "Vous avez atteint le niveau Or." }
  locked_description = { en = "Reach gold to unlock.", fr = "Atteignez le niveau Or pour le débloquer." }
  image_url          = "https://cdn.example.com/badges/gold.svg"
  audience_id        = cohort_segment.gold.id
  visibility         = "everyone"
  desired_status     = "published"
}
