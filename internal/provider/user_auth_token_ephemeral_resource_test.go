package provider_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

func TestUserAuthTokenEphemeralResource(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	config := func(email string) string {
		return w.config(`
ephemeral "cohort_user_auth_token" "user" {
  email = "` + email + `"
}
provider "echo" {
  data = ephemeral.cohort_user_auth_token.user
}
resource "echo" "it" {}
`)
	}
	servers := factories(t)
	servers["echo"] = echoprovider.NewProviderServer()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: servers,
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_10_0)},
		Steps: []resource.TestStep{
			{Config: config(" "), ExpectError: says("Blank text")},
			{
				Config: config("ada"),
				ExpectError: says("Could not create a user auth token",
					`The service said "email must be an email address" (HTTP 417, code generic.invalid-request).`,
					"Request: POST /v1/users/auth-token"),
			},
			{
				Config: config("ada@example.com"),
				ConfigStateChecks: []statecheck.StateCheck{
					known("echo.it", text("ada@example.com"), "data", "email"),
					known("echo.it", knownvalue.StringRegexp(regexp.MustCompile(`^sandbox-test-[0-9a-f]{32}$`)), "data", "token"),
				},
			},
		},
	})
	for _, e := range w.History() {
		if e.Method == "POST" && e.Request != `{"email":"ada@example.com"}` && e.Request != `{"email":"ada"}` {
			t.Errorf("sent %s", e.Request)
		}
	}
}
