# A short-lived token of one user, to test the experience space. It is in neither state nor plan.
# Pass ephemeral.cohort_user_auth_token.tester.token to something that takes ephemeral values: a
# provider's configuration, or a write-only argument.
ephemeral "cohort_user_auth_token" "tester" {
  email = "tester@example.com"
}
