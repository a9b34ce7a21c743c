package companion

import (
	"context"

	"github.com/spf13/cobra"
)

// checkPlanFlags are the flags of the command check-plan.
type checkPlanFlags struct {
	mode, approved, root                 string
	fingerprint, markdown, asJSON, drift bool
}

// newCheckPlanCommand reviews a plan.
func newCheckPlanCommand(ctx context.Context) *cobra.Command {
	var flags checkPlanFlags
	cmd := &cobra.Command{
		Use:   "check-plan [FILE]",
		Short: "Show what a plan changes for customers, and whether it is the approved one",
		Long: `Show what a plan changes for customers, and whether it is the approved one.

FILE, or standard input, is the JSON of a plan: what terraform show -json or tofu show -json prints
of a saved plan. The most consequential changes come first. No request is sent, and no id or secret
is printed, except the id of an object without a key that allow_live_delete has to name.

The fingerprint is a digest of what the plan does. The same effects have the same fingerprint, even
if the addresses, the order, the ids or the version of Terraform differ, or if the plan was made
from a snapshot.
So approve a fingerprint, plan again, and check with --approved before the apply.

A plan does not show a value that depends on something new. If that hides an effect, the text says
so. The fingerprint then also covers the files of the configuration, without comments and white
space, and --root names their directory.

A plan fails if it deletes something in live that allow_live_delete does not name. In that case, FILE
may be the log of terraform plan -json: all names in it are printed at once. Terraform 1.16 and later
first plan the deletions of objects that refer to others, and stop there if one is refused. So the
next plan may need more names.

--json prints an object with title, merchant, counts, fingerprint, rows (does, objects, path, from,
to, customers), needed, missing, unused, others and warnings.

Exit codes: 0 fine; 1 planning failed, or FILE cannot be read; 2 with --drift: something was changed
outside of Terraform, or wrong usage; 3 allow_live_delete does not name a deletion; 4 not the
approved plan; 5 of another merchant than --mode.`,
		Example: `  terraform plan -out=plan && terraform show -json plan > plan.json
  terraform-provider-cohort check-plan --mode live --markdown plan.json
  terraform-provider-cohort check-plan --fingerprint plan.json
  terraform show -json plan | terraform-provider-cohort check-plan --approved cohort1:…
  terraform plan -json | terraform-provider-cohort check-plan`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: cobra.FixedCompletions([]string{"json"}, cobra.ShellCompDirectiveFilterFileExt),
		RunE:              func(cmd *cobra.Command, args []string) error { return checkPlan(ctx, cmd, flags, args) },
	}
	f := cmd.Flags()
	keyedFlag(cmd, &flags.mode, "mode", "", "merchant that the plan has to be of")
	f.StringVar(&flags.root, "root", "",
		"directory of the configuration, which the fingerprint covers if the plan does not show all that it does")
	f.StringVar(&flags.approved, "approved", "", "fingerprint that was approved")
	f.BoolVar(&flags.fingerprint, "fingerprint", false, "print only the fingerprint")
	f.BoolVar(&flags.markdown, "markdown", false, "print Markdown, for a comment or a summary")
	f.BoolVar(&flags.asJSON, "json", false, "print JSON")
	f.BoolVar(&flags.drift, "drift", false, "print what was changed outside of Terraform instead")
	cmd.MarkFlagsMutuallyExclusive("fingerprint", "markdown", "json")
	_ = cmd.MarkFlagDirname("root")
	cmd.MarkFlagsMutuallyExclusive("fingerprint", "drift")
	cmd.MarkFlagsMutuallyExclusive("approved", "drift")
	return cmd
}
