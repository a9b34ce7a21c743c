package companion

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/diff"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/terraform"
)

// compareFlags are the options of the commands that compare test and live.
type compareFlags struct {
	from, to   string
	test, live string
	maxAge     time.Duration
}

func (f *compareFlags) add(cmd *cobra.Command) {
	merchantFlag(cmd, &f.from, "from", "test", "merchant to compare from")
	merchantFlag(cmd, &f.to, "to", "live", "merchant to compare to")
	const usage = ": a directory that terraform init has prepared, or the output of terraform show -json"
	cmd.Flags().StringVar(&f.test, "test", "", "root of the test merchant"+usage)
	cmd.Flags().StringVar(&f.live, "live", "", "root of the live merchant"+usage)
	cmd.Flags().DurationVar(&f.maxAge, "max-age", 0, "refuse snapshots that are older, such as 24h")
}

// sources returns the two merchants, in order. No request is sent.
func (f *compareFlags) sources(states bool) ([]provider.Source, error) {
	sources, err := sourcesOf(argument{"--from", f.from}, argument{"--to", f.to}, states, f.maxAge)
	if err == nil && sources[0].Mode == sources[1].Mode && f.test+f.live != "" {
		err = errors.New("--test and --live explain what differs between test and live, and not two states of one " +
			"merchant: leave them out")
	}
	if err != nil {
		return nil, err
	}
	for flag, root := range map[string]string{"--test": f.test, "--live": f.live} {
		if _, err := os.Stat(root); err != nil && root != "" {
			return nil, &failure{fmt.Errorf("%s: %w", flag, err)}
		}
	}
	return sources, nil
}

// comparison is what the commands read.
type comparison struct {
	merchants []*portable.Merchant
	roots     map[merchants.Mode]*diff.Root
	report    *diff.Report
}

// compare reads both merchants and the plans of their roots, and compares them.
func (f *compareFlags) compare(ctx context.Context, cmd *cobra.Command, sources []provider.Source) (comparison, error) {
	c := comparison{roots: map[merchants.Mode]*diff.Root{}}
	read, err := readMerchants(ctx, cmd, sources)
	if err != nil {
		return c, err
	}
	c.merchants = read[:]
	for i, source := range sources {
		flag, path := "--test", f.test
		if source.Mode == merchants.ModeLive {
			flag, path = "--live", f.live
		}
		if path == "" {
			continue
		}
		root, err := readRoot(ctx, cmd, flag, path, source)
		if err != nil {
			return c, err
		}
		if at := diff.Outdated(read[i], root); at != "" {
			return c, fmt.Errorf("%s %s does not show what %s has now: see %s. Plan again, with a refresh", flag, path,
				source.Mode, merchants.Plain(at))
		}
		c.roots[source.Mode] = root
	}
	c.report = diff.Compare(read[0], read[1], c.roots)
	c.report.From.Snapshot, c.report.To.Snapshot = sources[0].Snapshot, sources[1].Snapshot
	return c, ctx.Err()
}

// readRoot plans a root, or reads the plan of a file.
func readRoot(
	ctx context.Context, cmd *cobra.Command, flag, path string, source provider.Source,
) (*diff.Root, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	root := new(diff.Root)
	var content []byte
	if info.IsDir() {
		root.Directory = path
		shown := newProgress(cmd, "Planning "+path)
		content, err = terraform.PlanOf(ctx, path, source)
		shown.end()
	} else {
		content, err = os.ReadFile(path)
	}
	if err == nil {
		root.Plan, err = planreview.Read(ctx, content)
	}
	if err == nil && info.IsDir() {
		err = root.Plan.Cover(path)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s %s: %w", flag, path, err)
	case root.Plan.Mixed || root.Plan.Mode != "" && root.Plan.Mode != source.Mode:
		return nil, fmt.Errorf("%s %s is not a plan of the %s merchant alone: name the root of %[3]s", flag, path,
			source.Mode)
	case root.Plan.Errored || root.Plan.Partial:
		return nil, fmt.Errorf("%s %s: the plan is incomplete, so it cannot say why something differs: plan everything, "+
			"without an error", flag, path)
	default:
		return root, nil
	}
}
