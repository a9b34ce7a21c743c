package companion

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/pull"
)

// pullFlags are the flags of the command pull.
type pullFlags struct {
	options       pull.Options
	from, plan    string
	check, asJSON bool
}

// newPullCommand writes what was edited in a merchant into the configuration of the user.
func newPullCommand(ctx context.Context) *cobra.Command {
	var flags pullFlags
	cmd := &cobra.Command{
		Use:   "pull [ROOT]",
		Short: "Write edits made in Cohort's admin into your own HCL",
		Long: `Write edits made in Cohort's admin into your own HCL: literals are changed in place, every other byte stays.

ROOT is the directory of an initialized root, by default the current one. It is planned
with terraform or tofu against the merchant of the key in COHORT_API_KEY, and only GET requests are
sent. With --plan, the plan of a pipeline is read instead, and no key is needed.

Only what somebody edited in the merchant is pulled. HCL that is newer than the state and objects
that are not imported yet are left alone, unless --all is given. Expressions, secrets and references
to other objects are never changed; they are reported, with the value in the merchant. Comments stay.
What the merchant has and the HCL lacks is inserted; what the merchant lacks is removed. Modules are
followed if their source is a relative path. An edit outside of ROOT is reported, because other roots
may use that file, too. For objects that are in no configuration, use export with --only.

  ~ changed   + inserted   - removed   ? for a person to do

All files are written, or none. --json prints an object with edits (file, line, address, path,
action, from, to), questions (file, line, address, path, why, merchant, advice), waiting (address,
path), files and shared, those of the files that are outside of ROOT.

Exit codes: 0 the HCL now has every edit; 1 failed, and nothing was written; 2 wrong
usage, a missing key, something is for a person to do, or with --check: something would be written.`,
		Example: `  COHORT_API_KEY=live_… terraform-provider-cohort pull env/live
  terraform-provider-cohort pull --check --only 'campaign:summer-*'
  terraform show -json plan | terraform-provider-cohort pull --plan -`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			root := "."
			if len(args) > 0 {
				root = args[0]
			}
			return runPull(ctx, cmd, root, flags)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
	}
	f := cmd.Flags()
	merchantFlag(cmd, &flags.from, "from", "", "merchant to pull from, by default that of the key")
	f.StringVar(&flags.plan, "plan", "",
		"file with the plan of ROOT, as terraform show -json prints it; - is standard input")
	f.StringArrayVar(&flags.options.Only, "only", nil,
		"pull only this kind, or kind:key with * and ? in the key; may be given several times")
	f.BoolVar(&flags.options.All, "all", false,
		"pull also where the HCL is newer than the state, and what is not imported yet")
	f.BoolVar(&flags.check, "check", false, "write nothing; exit with 2 if something would be written")
	f.BoolVar(&flags.asJSON, "json", false, "print the report as JSON")
	_ = cmd.MarkFlagFilename("plan", "json")
	_ = cmd.RegisterFlagCompletionFunc("only", completeKind)
	return cmd
}

// validate says what is wrong with the flags.
func (f pullFlags) validate() error {
	if f.plan != "" && f.from != "" {
		return errors.New("--plan already says what the merchant has: leave out --from")
	}
	return pull.Validate(f.options)
}
