// Package companion contains the commands of the binary that Terraform does not call. A command may
// use the provider, the client and the sandbox; none of these may import companion.
package companion

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// Exit codes of every command. A command may document more of its own.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
	// exitDiffers is for commands that compare.
	exitDiffers = 2
	// These are for the command that judges a plan.
	exitNotNamed      = 3
	exitNotApproved   = 4
	exitOtherMerchant = 5
)

// Main runs a command of terraform-provider-cohort and returns the exit code: 0 for success, 1 for
// a failure, 2 for wrong usage. args do not include the program name. A command that keeps running
// stops with exit code 0 when ctx is done or the process is interrupted.
func Main(ctx context.Context, version string, args []string, stdout, stderr io.Writer) int {
	root := newRoot(ctx, version)
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)

	called, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	_, _ = fmt.Fprintf(stderr, "Error: %v\n", err)
	if judged, ok := errors.AsType[*verdict](err); ok {
		return judged.code
	}
	if _, differs := errors.AsType[*difference](err); differs {
		return exitDiffers
	}
	if _, failed := errors.AsType[*failure](err); failed {
		return exitFailed
	}
	_, _ = fmt.Fprintf(stderr, "Run \"%s --help\" to see how it is used.\n", called.CommandPath())
	return exitUsage
}

func newRoot(ctx context.Context, version string) *cobra.Command {
	root := &cobra.Command{
		Use:   "terraform-provider-cohort",
		Short: "The Terraform provider for Cohort, and tools around it",
		Long: `The Terraform provider for Cohort, and tools around it.

Without a command this is the provider itself, which Terraform and OpenTofu start on their own.

Exit codes: 0 done; 1 failed; 2 wrong usage. Some commands have more, which their help lists.`,
		Example: `  terraform-provider-cohort sandbox
  terraform-provider-cohort export --out cohort`,
		Version:       version,
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.AddCommand(newCheckPlanCommand(ctx), newDiffCommand(ctx), newDoctorCommand(ctx), newExportCommand(ctx),
		newPullCommand(ctx), newSandboxCommand(), newSnapshotCommand(ctx), newStatusCommand(ctx))
	return root
}

// A failure is an error of a command that was called correctly. Every other error is a usage error.
type failure struct{ error }

func (f *failure) Unwrap() error { return f.error }

// A difference is the result of a command that compares, and not an error of it.
type difference struct{ error }

func (d *difference) Unwrap() error { return d.error }

// A verdict is the result of a command that judges, with an exit code of its own.
type verdict struct {
	error
	code int
}

func (v *verdict) Unwrap() error { return v.error }
