package companion

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/export"
)

// exportFlags are the flags of the command export.
type exportFlags struct {
	options                      export.Options
	out, from, compare           string
	check, verify, force, asJSON bool
	maxAge                       time.Duration
}

// newExportCommand writes a merchant as a Terraform configuration.
func newExportCommand(ctx context.Context) *cobra.Command {
	var flags exportFlags
	cmd := &cobra.Command{
		Use:   "export --out DIR",
		Short: "Write a merchant as a Terraform configuration that adopts it",
		Long: `Write a merchant as a Terraform configuration that adopts it: one module, and a root for test and live.

The first plan imports what the merchant has. It changes nothing, except that objects without a key
get one. EXPORT.md in DIR lists what a person has to check. Only GET requests are sent. All files
are written, or none.

The key is in COHORT_API_KEY. With --compare two merchants are read, and their keys are in
COHORT_TEST_API_KEY and COHORT_LIVE_API_KEY. What differs between them becomes a variable with a
value in each root. The values of secrets are in no file.

--json prints an object with merchant, kinds (kind, read, written, rekeyed), references, supplied,
variables, asked, excluded, todo (id, title, advice, items with object and text) and plans (merchant,
root, import, add, change). With --check it also has differs, the files that differ; with --force
removed, the files that were removed.

Exit codes: 0 done; 1 failed; 2 wrong usage, a missing key or the key of the other merchant, or with
--check: DIR differs, and standard output names the files.`,
		Example: `  COHORT_API_KEY=test_… terraform-provider-cohort export --out cohort
  terraform-provider-cohort export --out cohort --compare live --verify
  terraform-provider-cohort export --out cohort --from snapshot:test.json --check
  terraform-provider-cohort export --out summer --only 'campaign:summer-*'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runExport(ctx, cmd, flags) },
	}
	f := cmd.Flags()
	f.StringVar(&flags.out, "out", "", "directory to write; it must be empty or not exist")
	merchantFlag(cmd, &flags.from, "from", "test", "merchant to export")
	merchantFlag(cmd, &flags.compare, "compare", "", "the other merchant, whose differences become variables")
	f.StringArrayVar(&flags.options.Only, "only", nil,
		"export only this kind, or kind:key with * and ? in the key; may be given several times")
	f.StringArrayVar(&flags.options.Exclude, "exclude", nil, "leave out this kind or kind:key; may be given several times")
	f.BoolVar(&flags.options.Flat, "flat", false, "write one root without a module, for the exported merchant alone")
	f.BoolVar(&flags.check, "check", false, "write nothing; exit with 2 if DIR differs from the merchant")
	f.BoolVar(&flags.verify, "verify", false,
		"plan the configuration with terraform or tofu, and fail unless it only adopts; with --check, if DIR does not differ")
	f.BoolVar(&flags.force, "force", false, "replace what an earlier export wrote in DIR and nobody has edited")
	f.BoolVar(&flags.asJSON, "json", false, "print the report as JSON")
	f.DurationVar(&flags.maxAge, "max-age", 0, "refuse snapshots that are older, such as 24h")
	_ = cmd.MarkFlagDirname("out")
	_ = cmd.RegisterFlagCompletionFunc("only", completeKind)
	_ = cmd.RegisterFlagCompletionFunc("exclude", completeKind)
	return cmd
}

// validate says what is wrong with the flags.
func (f exportFlags) validate() error {
	switch {
	case f.out == "":
		return errors.New("--out is missing: name a directory to write, as in --out cohort")
	case f.check && f.force:
		return errors.New("--check writes nothing, so --force has nothing to replace: leave out one of them")
	default:
		return f.options.Validate(f.compare != "")
	}
}
