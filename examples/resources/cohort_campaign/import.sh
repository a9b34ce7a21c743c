# By internal name: the same command for the test and the live merchant.
terraform import cohort_campaign.summer summer-hunt

# By the service's id. If a key looks like an id, write "key:" or "id:" in front.
terraform import cohort_campaign.summer id:90c192cf-d3ac-44af-8f21-ddb66cad4a26
