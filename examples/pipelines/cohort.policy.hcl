# The policies of policy/cohort.rego for Terraform Policy, which comes with Terraform 1.17. This file
# has only been parsed, never been enforced: try it before you trust it.
#
# A policy without operations covers create and update, and never delete, so each says which it is
# for. meta.address is not defined here, so the messages name the key.

policy {
  required_providers {
    cohort = {
      source  = "cohort-xyz/cohort"
      version = ">= 0.1.0"
    }
  }
}

# Keys of what may be deleted in live.
input "may_delete" {
  type    = list(string)
  default = []
}

# Internal names of the open campaigns of live that may end, be archived or be deleted.
input "may_close" {
  type    = list(string)
  default = []
}

# What is deleted in live is named. Whether a replacement counts as a deletion is not documented; the
# provider refuses either if allow_live_delete does not name it.
resource_policy "cohort_*" "live_deletion_is_named" {
  operations = ["delete"]
  filter     = prior_attrs.mode == "live"

  locals {
    key = core::try(prior_attrs.internal_name, prior_attrs.reference_id)
  }

  enforce {
    condition     = core::contains(input.may_delete, local.key)
    error_message = "${local.key} would be deleted in live. Name it in may_delete if that is meant."
  }
}

# A campaign that is open to users stays open.
resource_policy "cohort_campaign" "open_campaign_does_not_end" {
  operations = ["update"]
  filter     = prior_attrs.mode == "live" && prior_attrs.status == "published"

  locals {
    wanted   = core::try(attrs.desired_status, null)
    closes   = local.wanted == "ended" || local.wanted == "archived"
    accepted = core::contains(input.may_close, prior_attrs.internal_name)
  }

  enforce {
    condition     = !local.closes || local.accepted
    error_message = "${prior_attrs.internal_name} is open to users. List it in may_close if it is to be closed."
  }
}

resource_policy "cohort_campaign" "open_campaign_is_not_deleted" {
  operations = ["delete"]
  filter     = prior_attrs.mode == "live" && prior_attrs.status == "published"

  enforce {
    condition     = core::contains(input.may_close, prior_attrs.internal_name)
    error_message = "${prior_attrs.internal_name} is open to users. List it in may_close if it is to be deleted."
  }
}

# Nothing in live is destroyed for good by a destroy that only meant to archive.
resource_policy "cohort_campaign" "destroying_archives_campaigns" {
  operations = ["create", "update"]
  filter     = attrs.mode == "live"

  enforce {
    condition     = attrs.on_destroy != "delete"
    error_message = "${attrs.internal_name} has on_destroy = \"delete\" in live. Leave it out."
  }
}

resource_policy "cohort_perk" "destroying_archives_perks" {
  operations = ["create", "update"]
  filter     = attrs.mode == "live"

  enforce {
    condition     = attrs.on_destroy != "delete"
    error_message = "${attrs.internal_name} has on_destroy = \"delete\" in live. Leave it out."
  }
}

# Publishing an airdrop hands its rewards out at once, so somebody looks at the draft first.
resource_policy "cohort_campaign" "airdrop_is_a_draft_first" {
  operations = ["create"]
  filter     = attrs.mode == "live"

  locals {
    airdrop   = core::try(attrs.airdrop, null)
    wanted    = core::try(attrs.desired_status, null)
    published = local.wanted == "published"
  }

  enforce {
    condition     = local.airdrop == null || !local.published
    error_message = "${attrs.internal_name} would be made and published in one plan. Apply it as a draft first."
  }
}
