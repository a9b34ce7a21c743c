# By internal name: the same command for the test and the live merchant.
terraform import cohort_campaign.summer summer-hunt

# By the id that the service gave. Where a key could be taken for one, "key:" or "id:" in front settles it.
terraform import cohort_campaign.summer id:90c192cf-d3ac-44af-8f21-ddb66cad4a26
