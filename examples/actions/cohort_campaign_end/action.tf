# In live, the campaign also has to be named in allow_live_delete of the provider block:
#
#   allow_live_delete = ["campaign:summer-hunt"]
action "cohort_campaign_end" "summer" {
  config {
    internal_name = "summer-hunt"
  }
}
