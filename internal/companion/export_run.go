package companion

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/export"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/terraform"
)

// runExport looks for everything that is wrong with the call before it sends a request.
func runExport(ctx context.Context, cmd *cobra.Command, flags exportFlags) error {
	if err := flags.validate(); err != nil {
		return err
	}
	sources, err := sourcesOf(argument{"--from", flags.from}, argument{"--compare", flags.compare}, false, flags.maxAge)
	if err != nil {
		return err
	}
	if !flags.check {
		err = export.CheckDirectory(flags.out, flags.force)
	}
	if err == nil && flags.verify {
		if _, err = terraform.Find(); err != nil {
			err = fmt.Errorf("--verify needs Terraform or OpenTofu: %w", err)
		}
	}
	if err != nil {
		return &failure{err}
	}
	result, err := readExport(ctx, cmd, sources, flags.options)
	if err != nil {
		return undone(ctx, map[bool]string{true: "compared", false: "written"}[flags.check], err)
	}
	var differ, removed []string
	if flags.check {
		differ, err = result.Differences(flags.out)
	} else {
		removed, err = result.Write(flags.out, flags.force)
	}
	if err == nil {
		err = printExport(cmd.OutOrStdout(), result, flags, differ, removed)
	}
	switch {
	case err != nil:
		return &failure{err}
	case len(differ) > 0:
		return &difference{fmt.Errorf("%s differs from the %s merchant in %s", flags.out, result.Report.Merchant,
			fileCount(len(differ)))}
	case flags.verify:
		return verifyExport(ctx, cmd, result, sources, flags.asJSON)
	default:
		return nil
	}
}

// readExport reads the merchant, and the other one if there is one.
func readExport(
	ctx context.Context, cmd *cobra.Command, sources []provider.Source, options export.Options,
) (*export.Export, error) {
	read, err := readMerchants(ctx, cmd, sources)
	if err != nil {
		return nil, err
	}
	result, err := export.New(read[0], read[1], options)
	if err == nil {
		err = ctx.Err()
	}
	return result, err
}

func verifyExport(
	ctx context.Context, cmd *cobra.Command, result *export.Export, sources []provider.Source, quiet bool,
) error {
	program, err := os.Executable()
	if err == nil {
		shown := newProgress(cmd, "Planning")
		err = result.Verify(ctx, program, sources...)
		shown.end()
	}
	switch {
	case ctx.Err() != nil:
		return &failure{errors.New("interrupted; the configuration was not verified")}
	case err != nil:
		return &failure{err}
	case quiet:
		return nil
	}
	_, err = fmt.Fprint(cmd.OutOrStdout(), styleOf(cmd.OutOrStdout()).row("verified", "the plan only adopts"))
	return err
}
