# Imports the objects that the merchant already has; the same plan creates the others. The file is
# the same in test and live. Once all objects are in the state, these blocks do nothing: keep or
# delete them.
data "cohort_inventory" "existing" {}

import {
  to       = module.loyalty.cohort_user_property.tier
  for_each = try({ this = data.cohort_inventory.existing.user_properties["club_tier"] }, {})
  id       = "id:${each.value}"
}

import {
  to       = module.loyalty.cohort_user_property.boot_size
  for_each = try({ this = data.cohort_inventory.existing.user_properties["boot_size"] }, {})
  id       = "id:${each.value}"
}

import {
  to       = module.loyalty.cohort_user_property.member_since
  for_each = try({ this = data.cohort_inventory.existing.user_properties["member_since"] }, {})
  id       = "id:${each.value}"
}

import {
  to       = module.loyalty.cohort_list.founders
  for_each = try({ this = data.cohort_inventory.existing.lists["founders"] }, {})
  id       = "id:${each.value}"
}

import {
  to       = module.loyalty.cohort_list.guides
  for_each = try({ this = data.cohort_inventory.existing.lists["guides"] }, {})
  id       = "id:${each.value}"
}

import {
  to       = module.loyalty.cohort_segment.gold
  for_each = try({ this = data.cohort_inventory.existing.segments["gold-members"] }, {})
  id       = "id:${each.value}"
}

import {
  to       = module.loyalty.cohort_segment.active_hikers
  for_each = try({ this = data.cohort_inventory.existing.segments["active-hikers"] }, {})
  id       = "id:${each.value}"
}

import {
  to       = module.loyalty.cohort_perk.welcome
  for_each = try({ this = data.cohort_inventory.existing.perks["welcome-10"] }, {})
  id       = "id:${each.value}"
}

import {
  to       = module.loyalty.cohort_perk.free_shipping
  for_each = try({ this = data.cohort_inventory.existing.perks["free-shipping"] }, {})
  id       = "id:${each.value}"
}

import {
  to       = module.loyalty.cohort_perk.resole
  for_each = try({ this = data.cohort_inventory.existing.perks["resole"] }, {})
  id       = "id:${each.value}"
}

import {
  to       = module.loyalty.cohort_digital_asset.founder_card
  for_each = try({ this = data.cohort_inventory.existing.digital_assets["founder-card"] }, {})
  id       = "id:${each.value}"
}

import {
  to       = module.loyalty.cohort_digital_asset.summit_print
  for_each = try({ this = data.cohort_inventory.existing.digital_assets["summit-print"] }, {})
  id       = "id:${each.value}"
}

import {
  to       = module.loyalty.cohort_badge.gold
  for_each = try({ this = data.cohort_inventory.existing.badges["gold"] }, {})
  id       = "id:${each.value}"
}

import {
  to       = module.loyalty.cohort_badge.founder
  for_each = try({ this = data.cohort_inventory.existing.badges["founder"] }, {})
  id       = "id:${each.value}"
}

import {
  to       = module.loyalty.cohort_campaign.summit_season
  for_each = try({ this = data.cohort_inventory.existing.campaigns["summit-season"] }, {})
  id       = "id:${each.value}"
}

import {
  to       = module.loyalty.cohort_campaign.trail_store
  for_each = try({ this = data.cohort_inventory.existing.campaigns["trail-store"] }, {})
  id       = "id:${each.value}"
}

import {
  to       = module.loyalty.cohort_campaign.founders_thank_you
  for_each = try({ this = data.cohort_inventory.existing.campaigns["founders-thank-you"] }, {})
  id       = "id:${each.value}"
}
