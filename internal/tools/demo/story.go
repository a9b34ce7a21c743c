// Command demo shows the provider's main job to newcomers: a loyalty program that was made by hand
// in the test merchant becomes a configuration, and goes to the live one, with the real Terraform
// over real HTTP. This file is the story, in order; machinery.go, merchants.go and by_hand.go carry
// it out. Each line of the story is also a check: the demo fails if one is not true. The demo uses
// the built binary as a user does, so it must not import the client, the sandbox or the provider.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

const (
	test = "env/test"
	live = "env/live"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	d := newDemo(ctx, os.Stdout)
	tell(d)
	err := d.end()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "\ndemo:", err)
		os.Exit(1)
	}
}

// tell runs the story. After the first failure, the rest does nothing; end reports the failure.
func tell(d *demo) {
	d.title("A merchant made by hand becomes code, and goes from test to live")

	d.step("Prepare: the provider, Terraform, and a service to talk to")
	d.say(`The provider is built and laid out as a registry would deliver it. The provider's own sandbox stands in for ` +
		`the real service: a Merchants API with a test and a live merchant, both empty. Everything happens in a temporary ` +
		`directory.`)
	d.build()
	d.findTerraform()
	d.startSandbox()

	d.step("Someone makes a loyalty program by hand")
	d.say("These objects are made in the test merchant, as they would be in Cohort's admin. They refer to each other by " +
		"ids, and the list has no key.")
	d.makeByHand()

	d.step("Export it as a configuration")
	d.say("One command reads the merchant and writes a module, with a root for test and one for live. It prints what to " +
		"look at.")
	d.shell("export COHORT_API_KEY=test_… COHORT_TEST_API_KEY=test_… COHORT_LIVE_API_KEY=live_…")
	d.provider("export", "--out", "cohort").whole(
		fmt.Sprintf("merchant test, %d objects, %d of them in the configuration", objects, objects),
		"references 6 resolved, 0 to supply",
		"perk:Welcome 10: var.perk_welcome_10_code_value",
		`list:VIP 2025: reference_id = "vip-2025"`,
		fmt.Sprintf(": %d to import, 0 to add, 1 to change, 0 to destroy", objects),
	)
	d.tree()
	d.say("Ids have become references, and the secret code a variable without a value:")
	d.show("modules/loyalty/badges.tf", `resource "cohort_badge" "gold"`)
	d.show("modules/loyalty/perks.tf", `resource "cohort_perk" "welcome_10"`)

	d.step("Adopt it: the plan only imports")
	d.say("The one change gives the list its key. Nothing is made and nothing is deleted.")
	d.shell("cd cohort")
	d.shell("export " + secret + "=…")
	d.terraform(test, d.testKey, "init").prints("has been successfully initialized")
	d.terraform(test, d.testKey, "plan", "-detailed-exitcode", "-out=adopt.tfplan").changes().prints(
		"cohort_list.vip_2025 will be updated in-place",
		`+ reference_id = "vip-2025"`,
		fmt.Sprintf("Plan: %d to import, 0 to add, 1 to change, 0 to destroy.", objects),
	)
	d.terraform(test, d.testKey, "apply", "adopt.tfplan").prints(
		fmt.Sprintf("Apply complete! Resources: %d imported, 0 added, 1 changed, 0 destroyed.", objects))

	d.step("Plan again: nothing to do")
	d.say("The service answers exactly what the configuration says, so a second plan is empty. stamp.tf, which imported " +
		"the list by its id, has done its work.")
	d.remove("env/test/stamp.tf", "env/live/stamp.tf")
	d.terraform(test, d.testKey, "plan", "-detailed-exitcode").prints("No changes.")

	d.step("Change one text, read the plan, apply it")
	d.say("Someone edits the module:")
	d.edit("modules/loyalty/campaigns.tf",
		`"<p>Ready for the mountains?</p>"`, `"<p>Boots on?</p>"`)
	d.say("The plan names the one text in the one campaign. The campaign changes in place: users who have joined stay " +
		"in it.")
	d.terraform(test, d.testKey, "plan", "-detailed-exitcode", "-out=change.tfplan").changes().prints(
		"cohort_campaign.summer will be updated in-place",
		`~ "en" = "<p>Ready for the mountains?</p>" -> "<p>Boots on?</p>"`,
		"Plan: 0 to add, 1 to change, 0 to destroy.",
	)
	d.terraform(test, d.testKey, "apply", "change.tfplan").prints(
		"Apply complete! Resources: 0 added, 1 changed, 0 destroyed.")

	d.step("Review what a promotion does to live")
	d.say(`To promote, use the same module with the other root and the other key. The provider accepts a live key here ` +
		`only because env/live says mode = "live". Live is empty, so everything is made there, in the right order. ` +
		`check-plan says what that means for customers.`)
	d.show(live+"/main.tf", "provider")
	d.terraform(live, d.liveKey, "init").prints("has been successfully initialized")
	d.planned(live, d.liveKey, "live")
	d.provider("check-plan", "--mode", "live", "live.json").whole(
		fmt.Sprintf("live: %d add · 0 change · 0 delete · 0 replace · 0 adopt", objects), "fingerprint cohort1:")

	d.step("Approve exactly that")
	d.say("A reviewer approves the fingerprint of these effects, and no file. Then someone edits the module once more, " +
		"and the plan that is about to be applied is no longer the approved one:")
	approved := d.fingerprint("live.json")
	d.edit("modules/loyalty/campaigns.tf", `"<p>Boots on?</p>"`, `"<p>Boots off?</p>"`)
	d.planned(live, d.liveKey, "edited")
	d.provider("check-plan", "--approved", approved, "edited.json").ends(4).prints(
		"Error: this is not the plan that was approved")
	d.say("Without the edit, the plan is the approved one, and is applied:")
	d.edit("modules/loyalty/campaigns.tf", `"<p>Boots off?</p>"`, `"<p>Boots on?</p>"`)
	d.planned(live, d.liveKey, "live")
	d.provider("check-plan", "--approved", approved, "live.json").prints(approved)
	d.terraform(live, d.liveKey, "apply", "live.tfplan").prints(
		fmt.Sprintf("Apply complete! Resources: %d added, 0 changed, 0 destroyed.", objects))
	d.terraform(live, d.liveKey, "plan", "-detailed-exitcode").prints("No changes.")

	d.step("Compare the two merchants")
	d.say("Both hold the same program under different ids. The one difference is declared: each root has its own code.")
	d.planned(test, d.testKey, "test")
	d.planned(live, d.liveKey, "live")
	d.provider("diff", "--test", "test.json", "--live", "live.json").ends(2).whole(
		"~ perk:Welcome 10", "code.value", "declared", "Live differs from test in 1 thing; none needs a decision.")

	d.step("Someone edits live by hand, and the edit comes home")
	d.say("A title is corrected in live, as in Cohort's admin. status tells it from everything else:")
	d.editByHand(d.liveKey, "perks", "Workshop", `{"title":{"en":"Care workshop","fr":"Atelier"}}`)
	d.planned(live, d.liveKey, "live")
	d.provider("status", "--test", "test.json", "--live", "live.json").ends(2).prints(
		"drift from HCL none 1 object", "promotable no: live has drift")
	d.say("pull writes it into the module: one text, and no other byte. Then live has nothing to do, and test gets it, " +
		"too.")
	d.provider("pull", "--plan", "live.json", live).whole("pulled 1 edit in 1 file")
	d.terraform(live, d.liveKey, "plan", "-detailed-exitcode").prints("No changes.")
	d.terraform(test, d.testKey, "apply", "-auto-approve").prints(
		"Apply complete! Resources: 0 added, 1 changed, 0 destroyed.")

	d.step("A live key in the wrong place is refused")
	d.say(`Now a mistake that people fear: the live key in the job for test. env/test does not ask for live, so the ` +
		`provider stops before it sends any request.`)
	d.resetCounters()
	d.terraform(test, d.liveKey, "plan").refused(`mode`)
	d.noRequests()

	d.step("A saved plan is refused with the wrong key, too")
	d.say("Here is the worst plan to apply with the wrong key: one that destroys everything.")
	d.terraform(test, d.testKey, "plan", "-destroy", "-out=destroy.tfplan").prints(
		fmt.Sprintf("Plan: 0 to add, 0 to change, %d to destroy.", objects),
	)
	d.resetCounters()
	d.terraform(test, d.liveKey, "apply", "destroy.tfplan").refused(`mode`)
	d.noRequests()

	d.step("Destroy test; live stays as it is")
	d.say("With the test key, env/test destroys what it manages. What users could see is archived, the rest is deleted. " +
		"Nothing is sent to live.")
	d.remember("live")
	d.terraform(test, d.testKey, "destroy", "-auto-approve").prints(
		fmt.Sprintf("Plan: 0 to add, 0 to change, %d to destroy.", objects),
		fmt.Sprintf("Destroy complete! Resources: %d destroyed.", objects),
	)
	d.showsNothing("test")
	d.holdsTheSame("live")
	d.terraform(live, d.liveKey, "plan", "-detailed-exitcode").prints("No changes.")
}
