package main

import data.main

# A plan of live without a violation: one object that stays, one that changes, one that is made, one
# that is let go, and one that is deleted and named.
clean := {
	"configuration": {"provider_config": {"cohort": {
		"full_name": "registry.terraform.io/cohort-xyz/cohort",
		"expressions": {
			"mode": {"constant_value": "live"},
			"allow_live_delete": {"constant_value": ["badge:old"]},
		},
	}}},
	"resource_changes": [
		resource("cohort_list", ["no-op"], {"id": "1", "mode": "live", "reference_id": "vip"}, {}),
		resource(
			"cohort_campaign", ["update"],
			{
				"id": "2", "mode": "live", "internal_name": "summer", "status": "published",
				"desired_status": "published", "on_destroy": "archive", "airdrop": null,
			},
			{"start_at": "2037-06-01T00:00:00Z"},
		),
		{
			"address": "cohort_campaign.thanks", "type": "cohort_campaign", "mode": "managed",
			"change": {"actions": ["create"], "before": null, "after": {
				"mode": "live", "internal_name": "thanks", "desired_status": null,
				"on_destroy": "archive", "airdrop": {},
			}},
		},
		{
			"address": "cohort_segment.gold", "type": "cohort_segment", "mode": "managed",
			"change": {"actions": ["forget"], "after": null, "before": {
				"id": "4", "mode": "live", "reference_id": "gold",
			}},
		},
		{
			"address": "cohort_badge.old", "type": "cohort_badge", "mode": "managed",
			"change": {"actions": ["delete"], "after": null, "before": {
				"id": "5", "mode": "live", "internal_name": "old", "status": "published",
			}},
		},
		{
			"address": "data.cohort_inventory.all", "type": "cohort_inventory", "mode": "data",
			"change": {"actions": ["read"], "before": null, "after": {"mode": "test"}},
		},
		{
			"address": "other_thing.it", "type": "other_thing", "mode": "managed",
			"change": {"actions": ["delete"], "before": {"mode": "live"}, "after": null},
		},
	],
}

resource(type, actions, before, differs) := {
	"address": concat(".", [type, "it"]), "type": type, "mode": "managed",
	"change": {"actions": actions, "before": before, "after": object.union(before, differs)},
}

mutant(patches) := json.patch(clean, patches)

set(path, value) := {"op": "add", "path": path, "value": value}

# The only message about a plan; it is undefined if there are none or more.
said(plan) := msg if {
	messages := main.deny with input as plan
	count(messages) == 1
	some msg in messages
}

provider_block := "/configuration/provider_config/cohort/expressions"

delete_campaign := mutant([
	set("/resource_changes/1/change/actions", ["delete"]),
	set("/resource_changes/1/change/after", null),
])

test_clean if count(main.deny) == 0 with input as clean

test_clean_of_test if {
	plan := {"configuration": {"provider_config": {}}, "resource_changes": [resource(
		"cohort_perk", ["delete", "create"],
		{"id": "1", "mode": "test", "internal_name": "old", "on_destroy": "delete"}, {},
	)]}
	count(main.deny) == 0 with input as plan
}

test_without_a_change if count(main.deny) == 0 with input as {"configuration": {}}

test_both_merchants if {
	plan := mutant([set("/resource_changes/0/change/after/mode", "test")])
	startswith(said(plan), "The plan has objects of both merchants")
}

test_both_merchants_by_a_deletion if {
	plan := mutant([set("/resource_changes/4/change/before/mode", "test")])
	startswith(said(plan), "The plan has objects of both merchants")
}

test_mode_from_a_variable if {
	plan := mutant([set(concat("", [provider_block, "/mode"]), {"references": ["var.mode"]})])
	startswith(said(plan), "The plan is of the live merchant")
}

test_mode_of_one_block_only if {
	plan := mutant([set("/configuration/provider_config/cohort.other", {
		"full_name": "registry.terraform.io/cohort-xyz/cohort",
		"expressions": {"mode": {"constant_value": "test"}},
	})])
	startswith(said(plan), "The plan is of the live merchant")
}

test_deletion_not_named if {
	plan := mutant([set(concat("", [provider_block, "/allow_live_delete"]), {"constant_value": ["badge:other"]})])
	startswith(said(plan), "cohort_badge.old would be deleted or replaced in live")
}

test_deletion_named_by_a_variable if {
	plan := mutant([set(concat("", [provider_block, "/allow_live_delete"]), {"references": ["var.deletes"]})])
	startswith(said(plan), "cohort_badge.old would be deleted or replaced in live")
}

test_deletion_named_in_other_ways if {
	every name in ["badge:key:old", "badge:id:5"] {
		plan := mutant([set(concat("", [provider_block, "/allow_live_delete"]), {"constant_value": [name]})])
		count(main.deny) == 0 with input as plan
	}
}

test_replacement_not_named if {
	every actions in [["delete", "create"], ["create", "delete"]] {
		plan := mutant([set("/resource_changes/0/change/actions", actions)])
		startswith(said(plan), "cohort_list.it would be deleted or replaced in live")
	}
}

test_replacement_named_by_its_old_key if {
	names := set(concat("", [provider_block, "/allow_live_delete"]), {"constant_value": ["badge:old", "list:vip"]})
	replaced := set("/resource_changes/0/change/actions", ["delete", "create"])
	renamed := set("/resource_changes/0/change/after/reference_id", "new")
	count(main.deny) == 0 with input as mutant([names, replaced, renamed])
}

test_open_campaign_closes if {
	every status in ["ended", "archived"] {
		plan := mutant([set("/resource_changes/1/change/after/desired_status", status)])
		startswith(said(plan), "cohort_campaign.it is open to users")
		count(main.deny) == 0 with input as plan with data.cohort.may_close as ["summer"]
	}
}

test_open_campaign_is_deleted if {
	plan := json.patch(delete_campaign, [set(
		concat("", [provider_block, "/allow_live_delete"]),
		{"constant_value": ["badge:old", "campaign:summer"]},
	)])
	startswith(said(plan), "cohort_campaign.it is open to users")
	count(main.deny) == 0 with input as plan with data.cohort.may_close as ["summer"]
}

test_ended_campaign_is_archived if {
	plan := mutant([
		set("/resource_changes/1/change/before/status", "ended"),
		set("/resource_changes/1/change/after/desired_status", "archived"),
	])
	count(main.deny) == 0 with input as plan
}

test_on_destroy_deletes if {
	plan := mutant([set("/resource_changes/1/change/after/on_destroy", "delete")])
	startswith(said(plan), "cohort_campaign.it has on_destroy")
	allowed_plan := json.patch(plan, [set(
		concat("", [provider_block, "/allow_live_delete"]),
		{"constant_value": ["badge:old", "campaign:summer"]},
	)])
	count(main.deny) == 0 with input as allowed_plan
}

test_on_destroy_of_a_new_object if {
	plan := mutant([set("/resource_changes/2/change/after/on_destroy", "delete")])
	startswith(said(plan), "cohort_campaign.thanks has on_destroy")
}

test_airdrop_made_and_published if {
	plan := mutant([set("/resource_changes/2/change/after/desired_status", "published")])
	startswith(said(plan), "cohort_campaign.thanks would be made and published in one plan")
}

test_airdrop_published_later if {
	plan := mutant([
		set("/resource_changes/1/change/before/status", "draft"),
		set("/resource_changes/1/change/before/desired_status", null),
		set("/resource_changes/1/change/after/airdrop", {}),
	])
	count(main.deny) == 0 with input as plan
}

test_challenge_made_and_published if {
	plan := mutant([
		set("/resource_changes/2/change/after/desired_status", "published"),
		set("/resource_changes/2/change/after/airdrop", null),
	])
	count(main.deny) == 0 with input as plan
}

test_too_many_changes if {
	messages := main.deny with input as clean with data.cohort.most_changes as 2
	messages == {"The plan changes 3 objects of live, and at most 2 may change at once. Split it, or raise most_changes."}
	count(main.deny) == 0 with input as clean with data.cohort.most_changes as 3
}
