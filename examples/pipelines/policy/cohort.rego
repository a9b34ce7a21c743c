# Policies for plans of a loyalty program. The input is the output of terraform show -json.
#
#   conftest test --policy policy --data policy/exceptions.yaml plan.json
#
# The provider itself refuses a live deletion that nobody named. These policies are for what the
# provider cannot know: which campaigns matter, and how much one plan may change.
package main

# The objects of Cohort in the plan, whatever happens to them.
objects contains change if {
	some change in input.resource_changes
	startswith(change.type, "cohort_")
	change.mode == "managed"
}

# What the plan changes in a merchant. A removed block that lets go of an object changes nothing
# there, and neither does an import.
changed contains object if {
	some object in objects
	count({"create", "update", "delete"} & actions(object)) > 0
}

actions(object) := {action | some action in object.change.actions}

deleted(object) if "delete" in actions(object)

kind(object) := trim_prefix(object.type, "cohort_")

# A deleted object has nothing after the plan.
state(object) := object.change.after if object.change.after != null

state(object) := object.change.before if object.change.after == null

live contains object if {
	some object in objects
	state(object).mode == "live"
}

# The key, by which the provider knows an object before the plan.
key(object) := object.change.before.reference_id if object.change.before.reference_id != null

key(object) := object.change.before.internal_name

# The provider blocks of the root.
providers contains block if {
	some block in input.configuration.provider_config
	endswith(block.full_name, "/cohort-xyz/cohort")
}

# What the configuration allows to delete. Only what is written there as text counts, so that it is
# in the change that was reviewed.
allowed contains name if {
	some block in providers
	some name in block.expressions.allow_live_delete.constant_value
}

named(object) if sprintf("%s:%s", [kind(object), key(object)]) in allowed

named(object) if sprintf("%s:key:%s", [kind(object), key(object)]) in allowed

named(object) if sprintf("%s:id:%s", [kind(object), object.change.before.id]) in allowed

default may_close := []

may_close := data.cohort.may_close

default most_changes := 25

most_changes := data.cohort.most_changes

# One plan is of one merchant.
deny contains msg if {
	modes := {state(object).mode | some object in objects}
	count(modes) > 1
	msg := "The plan has objects of both merchants. Give each merchant a root and a state of its own."
}

# Live is written in the code, and does not come from a variable.
deny contains msg if {
	count(live) > 0
	modes := {block.expressions.mode.constant_value | some block in providers}
	modes != {"live"}
	msg := "The plan is of the live merchant. Write mode = \"live\" in the provider block, as text."
}

# What is deleted or replaced in live is named.
deny contains msg if {
	some object in live
	deleted(object)
	not named(object)
	msg := sprintf(
		"%s would be deleted or replaced in live. Name it in allow_live_delete, as text, if that is meant.",
		[object.address],
	)
}

# A campaign that is open to users stays open.
deny contains msg if {
	some object in live
	object.type == "cohort_campaign"
	object.change.before.status == "published"
	closes(object)
	not object.change.before.internal_name in may_close
	msg := sprintf(
		"%s is open to users, and would be closed. List its internal name in may_close if that is meant.",
		[object.address],
	)
}

closes(object) if deleted(object)

closes(object) if object.change.after.desired_status in {"ended", "archived"}

# Nothing in live is destroyed for good by a destroy that only meant to archive.
deny contains msg if {
	some object in live
	object.change.after.on_destroy == "delete"
	not named(object)
	msg := sprintf(
		"%s has on_destroy = \"delete\" in live. Leave it out, or name the object in allow_live_delete.",
		[object.address],
	)
}

# Publishing an airdrop hands its rewards out at once, so somebody looks at the draft first.
deny contains msg if {
	some object in live
	"create" in actions(object)
	object.change.after.airdrop != null
	object.change.after.desired_status == "published"
	msg := sprintf("%s would be made and published in one plan. Apply it as a draft first.", [object.address])
}

# A plan of live is small enough to be read.
deny contains msg if {
	changes := changed & live
	count(changes) > most_changes
	msg := sprintf(
		"The plan changes %d objects of live, and at most %d may change at once. Split it, or raise most_changes.",
		[count(changes), most_changes],
	)
}
