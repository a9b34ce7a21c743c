package provider_test

import (
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// TestSnapshot_terraform plans with COHORT_SNAPSHOT, and without a key, in the real Terraform. An
// apply is refused, also of a saved plan, and sends nothing.
func TestSnapshot_terraform(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	body := func(title string) string {
		return `
			provider "cohort" {
			  mode              = "live"
			  allow_live_delete = ["list:vip", "perk:welcome"]
			}
			resource "cohort_list" "vip" {
			  name         = "VIP"
			  reference_id = "vip"
			}
			resource "cohort_perk" "welcome" {
			  internal_name = "welcome"
			  title         = { en = "` + title + `" }
			  code          = { value = "SUMMIT" }
			}
		`
	}
	keyed := terraformRoot(t, body("Welcome"), "COHORT_API_URL="+w.URL(), "COHORT_API_KEY="+w.LiveKey())
	keyed.must("apply", "-auto-approve")
	c := keyed.with("COHORT_API_KEY=", "COHORT_API_URL=", "COHORT_SNAPSHOT="+w.snapshot(t, w.LiveKey()))
	w.Reset()
	const warning = "This plan is made from a snapshot of the live merchant"
	if output := c.must("plan", "-detailed-exitcode"); !strings.Contains(output, "No changes.") ||
		strings.Count(output, warning) != 1 {
		t.Errorf("the plan is %s", output)
	}
	writeModule(t, c.dir, body("Hello"))
	output, code := c.run("plan", "-detailed-exitcode", "-out=saved.tfplan")
	if code != 2 || !strings.Contains(output, "0 to add, 1 to change, 0 to destroy") ||
		!strings.Contains(output, "Hello") || strings.Contains(output, "(sensitive value)") {
		t.Errorf("the plan is %s", output)
	}
	for _, args := range [][]string{{"apply", "saved.tfplan"}, {"apply", "-auto-approve"}, {"destroy", "-auto-approve"}} {
		output, code := c.run(args...)
		if code != 1 || !strings.Contains(output, "The live merchant is read from a snapshot, which cannot be changed") {
			t.Errorf("terraform %s: exit code %d, %s", strings.Join(args, " "), code, output)
		}
	}
	if sent := w.Stats().Requests; sent > 0 {
		t.Errorf("%d requests were sent", sent)
	}
	keyed.must("apply", "-auto-approve")
	keyed.noChanges()
}
