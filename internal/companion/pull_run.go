package companion

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/pull"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/terraform"
)

func runPull(ctx context.Context, cmd *cobra.Command, root string, flags pullFlags) error {
	if err := flags.validate(); err != nil {
		return err
	}
	content, err := planToPull(ctx, cmd, root, flags)
	if err != nil {
		return err
	}
	plan, err := planreview.Read(ctx, content)
	if err != nil {
		return undone(ctx, "written", err)
	}
	pulled, err := pull.New(root, plan, flags.options)
	if err == nil && !flags.check {
		err = pulled.Write()
	}
	if err != nil {
		return undone(ctx, "written", err)
	}
	if err := printPull(cmd.OutOrStdout(), pulled.Report, flags, plan.Partial); err != nil {
		return &failure{err}
	}
	switch {
	case flags.check && len(pulled.Report.Edits) > 0:
		return &difference{fmt.Errorf("%s would be edited", fileCount(len(pulled.Report.Files)))}
	case len(pulled.Report.Questions) > 0:
		return &difference{fmt.Errorf("%s for a person to write", portable.Count(len(pulled.Report.Questions), "difference"))}
	default:
		return nil
	}
}

// planToPull reads a plan, or makes one.
func planToPull(ctx context.Context, cmd *cobra.Command, root string, flags pullFlags) (content []byte, err error) {
	switch flags.plan {
	case "":
		source, err := sourceToPull(flags.from)
		if err != nil {
			return nil, err
		}
		shown := newProgress(cmd, "Planning "+root)
		defer shown.end()
		if content, err = terraform.PlanOf(ctx, root, source); err != nil {
			return nil, undone(ctx, "written", err)
		}
		return content, nil
	case "-":
		content, err = io.ReadAll(cmd.InOrStdin())
	default:
		content, err = os.ReadFile(flags.plan)
	}
	if err != nil {
		return nil, undone(ctx, "written", err)
	}
	return content, nil
}

// sourceToPull is the merchant of the key, unless it is named.
func sourceToPull(from string) (provider.Source, error) {
	if from != "" {
		return keyOfOne.source("--from", from, 0)
	}
	text := strings.TrimSpace(os.Getenv(keyOfOne[merchants.ModeTest]))
	if text == "" {
		return provider.Source{}, errors.New("set COHORT_API_KEY to the key of the merchant, or name a plan with --plan")
	}
	key, err := merchants.ParseKey(text)
	if err != nil {
		return provider.Source{}, fmt.Errorf("COHORT_API_KEY: %w", err)
	}
	return keyOfOne.source("--from", string(key.Mode()), 0)
}

// pullSigns stand in front of an edit.
var pullSigns = map[pull.Action]string{pull.Change: "~", pull.Insert: "+", pull.Remove: "-", pull.Move: "~"}

func printPull(w io.Writer, report pull.Report, flags pullFlags, partial bool) error {
	if flags.asJSON {
		return json.NewEncoder(w).Encode(report)
	}
	var text strings.Builder
	for _, e := range report.Edits {
		values := ""
		switch e.Action {
		case pull.Change:
			values = brief(e.From) + " -> " + brief(e.To)
		case pull.Insert:
			values = brief(e.To)
		case pull.Remove:
			values = brief(e.From)
		case pull.Move:
			values = "moves to " + brief(e.To)
		}
		fmt.Fprintf(&text, "%s %s %s\n", pullSigns[e.Action], placeOf(e.Place), values)
	}
	for _, q := range report.Questions {
		line := placeOf(q.Place) + " " + q.Why
		if q.Merchant != "" {
			line += "; the merchant has " + brief(q.Merchant)
		}
		if q.Advice != "" {
			line += ". " + merchants.Plain(q.Advice)
		}
		text.WriteString("? " + line + "\n")
	}
	s := styleOf(w)
	text.WriteString(pullSummary(s, report, flags.check, partial))
	_, err := io.WriteString(w, text.String())
	return err
}

// placeOf names a place, as in main.tf:6 cohort_campaign.summer.name.
func placeOf(p pull.Place) string {
	text := p.Address
	if p.Path != "" {
		text += "." + p.Path
	}
	if p.File != "" {
		text = fmt.Sprintf("%s:%d %s", p.File, p.Line, text)
	}
	return merchants.Plain(text)
}

// briefLength is how many characters of a value are shown. --json has all.
const briefLength = 80

func brief(value string) string {
	runes := []rune(merchants.Plain(value))
	if len(runes) > briefLength {
		return string(runes[:briefLength]) + "…"
	}
	return string(runes)
}

func pullSummary(s style, report pull.Report, check, partial bool) string {
	if len(report.Edits)+len(report.Questions)+len(report.Waiting) == 0 {
		return s.row("pulled", "nothing: nobody edited what this configuration manages")
	}
	verb := "pulled"
	if check {
		verb = "to pull"
	}
	text := s.row(verb, "%s in %s", portable.Count(len(report.Edits), "edit"), fileCount(len(report.Files)))
	if n := len(report.Questions); n > 0 {
		text += s.row("to do", "%s", s.yellow(portable.Count(n, "difference")+", marked with ?"))
	}
	if n := len(report.Waiting); n > 0 {
		text += s.row("waiting", "%s where the HCL is newer than the state: apply, or undo with --all",
			portable.Count(n, "place"))
	}
	if len(report.Shared) > 0 {
		text += s.row("shared", "%s: every root that uses it changes too", firstOf(report.Shared))
	}
	if partial {
		text += s.row("partial", "the plan leaves out resources, as with -target: so did this")
	}
	if len(report.Edits) > 0 && !check {
		next := "terraform plan, which has to be empty"
		switch {
		case len(report.Questions)+len(report.Waiting) > 0:
			next = "terraform plan, which shows what is left"
		case report.Statuses():
			next = "terraform apply, which records desired_status and changes nothing in the merchant"
		}
		text += s.row("next", "%s", next)
	}
	return text
}
