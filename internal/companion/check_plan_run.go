package companion

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
)

// fingerprintForm is what --approved has to look like. An empty variable of a pipeline does not.
var fingerprintForm = regexp.MustCompile(`^cohort1:[0-9a-f]{40}$`)

func checkPlan(ctx context.Context, cmd *cobra.Command, flags checkPlanFlags, args []string) error {
	switch {
	case cmd.Flags().Changed("mode") && flags.mode != "test" && flags.mode != "live":
		return fmt.Errorf("--mode %q is neither test nor live", flags.mode)
	case cmd.Flags().Changed("approved") && !fingerprintForm.MatchString(flags.approved):
		return fmt.Errorf("--approved %q is no fingerprint, such as check-plan --fingerprint prints", flags.approved)
	}
	content, err := planIn(cmd, args)
	if err != nil {
		return &failure{err}
	}
	if planreview.IsLog(content) {
		if flags != (checkPlanFlags{mode: flags.mode}) {
			return errors.New("the log of a plan only tells which names allow_live_delete needs: leave out all flags but --mode")
		}
		return checkLog(cmd, content)
	}
	plan, err := planreview.Read(ctx, content)
	if err != nil {
		return &failure{err}
	}
	if flags.root != "" {
		if err := plan.Cover(flags.root); err != nil {
			return &failure{fmt.Errorf("--root: %w", err)}
		}
	}
	review, err := planreview.NewReview(plan)
	if err != nil {
		return &failure{err}
	}
	if flags.drift {
		review = planreview.NewDrift(plan)
	}
	if err := printReview(cmd.OutOrStdout(), review, flags); err != nil {
		return &failure{err}
	}
	return judge(plan, review, flags)
}

// planIn reads the plan.
func planIn(cmd *cobra.Command, args []string) ([]byte, error) {
	if len(args) == 0 || args[0] == "-" {
		if file, ok := cmd.InOrStdin().(*os.File); ok && isTerminal(file) {
			return nil, errors.New("no FILE is named, and nothing comes from standard input: " +
				"terraform show -json PLAN | terraform-provider-cohort check-plan")
		}
		return io.ReadAll(cmd.InOrStdin())
	}
	return os.ReadFile(args[0])
}

func printReview(w io.Writer, review *planreview.Review, flags checkPlanFlags) error {
	var text string
	switch {
	case flags.fingerprint && review.Fingerprint != "":
		text = review.Fingerprint + "\n"
	case flags.fingerprint:
	case flags.markdown:
		text = review.Markdown()
	case flags.asJSON:
		return json.NewEncoder(w).Encode(review)
	default:
		text = review.Text()
	}
	_, err := io.WriteString(w, text)
	return err
}

// judge says what is wrong with a plan.
func judge(plan *planreview.Plan, review *planreview.Review, flags checkPlanFlags) error {
	switch {
	case flags.mode != "" && review.Merchant != flags.mode:
		return &verdict{fmt.Errorf("the plan is not of the %s merchant: %s", flags.mode, review.Title), exitOtherMerchant}
	case flags.drift && len(review.Rows) > 0:
		return &difference{errors.New(review.Title)}
	case flags.drift:
		return nil
	case plan.Errored:
		return &failure{planreview.ErrErrored}
	case review.Fingerprint == "" && flags.approved != "":
		return &verdict{planreview.ErrUndetermined, exitNotApproved}
	case review.Fingerprint == "" && flags.fingerprint:
		return &failure{planreview.ErrUndetermined}
	case len(review.Missing) > 0:
		missing := merchants.Plain(strings.Join(review.Missing, ", "))
		return &verdict{fmt.Errorf("allow_live_delete does not name %s", missing), exitNotNamed}
	case flags.approved != "" && flags.approved != review.Fingerprint:
		return &verdict{fmt.Errorf("this is not the plan that was approved: its fingerprint is %s. Look at what it does, "+
			"and approve it again", review.Fingerprint), exitNotApproved}
	default:
		return nil
	}
}

// checkLog prints what the plan of a log needs in allow_live_delete.
func checkLog(cmd *cobra.Command, content []byte) error {
	log := planreview.ReadLog(content)
	if len(log.Refused) > 0 {
		if _, err := io.WriteString(cmd.OutOrStdout(), planreview.Block(log.Refused)); err != nil {
			return &failure{err}
		}
	}
	switch {
	case len(log.Errors) > 0:
		return &failure{fmt.Errorf("planning failed: %s", strings.Join(log.Errors, "; "))}
	case len(log.Refused) > 0:
		return &verdict{
			errors.New("the plan would delete this in live: name it in the provider block if that is meant"),
			exitNotNamed,
		}
	default:
		return errors.New("this is the log of a plan that did not fail: check what terraform show -json prints of the plan")
	}
}
