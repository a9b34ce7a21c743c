package companion

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/diff"
)

// newStatusCommand tells whether what runs in test can go to live.
func newStatusCommand(ctx context.Context) *cobra.Command {
	var flags compareFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show what is pending in test and live, and whether test can be promoted",
		Long: `Show what is pending in test and live, and whether test can be promoted.

It plans both roots and reads both merchants. The keys are in COHORT_TEST_API_KEY and
COHORT_LIVE_API_KEY, the address in COHORT_API_URL unless it is Cohort's. A snapshot needs no key.
Only GET requests are sent.

A promotion is clean if neither merchant has drift, test has nothing waiting, and no object of a
configuration shares its key with another object. What waits in live is the promotion itself.
Objects in no state and properties that the provider does not know are named; a promotion
leaves them as they are, so they do not stop it.

--json prints test and live (drift, waiting with adopt, create, update, delete and forget, unmanaged,
unmodeled), differences by class, promotable and obstacles (why, remedy).

Exit codes: 0 test can be promoted; 1 failed; 2 it cannot, and promotable says why, or wrong usage, a
missing key or the key of the other merchant.`,
		Example: `  terraform-provider-cohort status --test env/test --live env/live
  terraform-provider-cohort status --test test.plan.json --live live.plan.json --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runStatus(ctx, cmd, flags, asJSON) },
	}
	flags.add(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func runStatus(ctx context.Context, cmd *cobra.Command, flags compareFlags, asJSON bool) error {
	if flags.test == "" || flags.live == "" {
		return errors.New("--test and --live are needed: name the root of each merchant, as in --test env/test " +
			"--live env/live")
	}
	sources, err := flags.sources(false)
	if err != nil {
		return err
	}
	c, err := flags.compare(ctx, cmd, sources)
	if err != nil {
		return undone(ctx, "compared", err)
	}
	status := diff.NewStatus(c.report, c.merchants, c.roots)
	if asJSON {
		err = json.NewEncoder(cmd.OutOrStdout()).Encode(status)
	} else {
		_, err = fmt.Fprint(cmd.OutOrStdout(), status.Text(styleOf(cmd.OutOrStdout()).bold))
	}
	switch {
	case err != nil:
		return &failure{err}
	case !status.Promotable:
		return &difference{errors.New("test cannot be promoted: " + status.Obstacles[0].Why)}
	default:
		return nil
	}
}
