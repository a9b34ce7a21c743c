package provider_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
)

// dataSourceCase is how a data source finds the object of a resource.
type dataSourceCase struct {
	resource string // address
	config   string
	key      string   // the attribute that is its key
	missing  []string // what is said when no object has the key "nothing"
	checks   []statecheck.StateCheck
}

// checkDataSource reads an object by id and by key, and compares both with the resource.
func checkDataSource(t *testing.T, w *world, c dataSourceCase) {
	t.Helper()
	kind, _, _ := strings.Cut(c.resource, ".")
	byID, byKey := "data."+kind+".by_id", "data."+kind+".by_key"
	depends := "depends_on = [" + c.resource + "]"
	both := c.config + block(byID, "id = "+c.resource+".id") + block(byKey, c.key+" = "+c.resource+"."+c.key, depends)
	w.run(t, nil,
		resource.TestStep{Config: c.config},
		resource.TestStep{
			Config: c.config + block("data."+kind+".none", c.key+` = "nothing"`), ExpectError: says(c.missing...),
		},
		resource.TestStep{
			Config:      c.config + block("data."+kind+".none", `id = "6f1ed002-ab59-4d8c-9c1f-5d9d9cf1b4a4"`),
			ExpectError: says("Could not read", "6f1ed002-ab59-4d8c-9c1f-5d9d9cf1b4a4", "HTTP 404", "The object does not exist in this merchant."),
		},
		resource.TestStep{
			Config:      c.config + block("data."+kind+".both", `id = "a"`, c.key+` = "b"`),
			ExpectError: says("Invalid Attribute Combination", "Exactly one of these attributes must be configured"),
		},
		resource.TestStep{
			Config: both,
			Check: resource.ComposeTestCheckFunc(
				sameAttributes(byID, c.resource, "desired_status", "on_destroy"),
				sameAttributes(byKey, c.resource, "desired_status", "on_destroy"),
			),
			ConfigStateChecks: c.checks,
		},
	)
}
