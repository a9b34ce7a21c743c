package companion

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/document"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/probe"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

type doctorFlags struct {
	document, out      string
	probe, yes         bool
	asJSON, asMarkdown bool
}

// newDoctorCommand compares the service with the contract of the provider.
func newDoctorCommand(ctx context.Context) *cobra.Command {
	var flags doctorFlags
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check that this key, this machine and the service are as the provider expects",
		Long: `Check that this key, this machine and the service are as the provider expects.

Most of what the provider knows about the API is assumed. doctor compares it with the API document that
the service publishes, or with that of --document, and says of each difference what it breaks and
what to change. The key, test or live, is in COHORT_API_KEY, the address in COHORT_API_URL unless it
is Cohort's. Without a key, only the document is compared. Only GET requests are sent.

--probe goes further, and needs a test key: to try every assumption, it creates, changes, publishes
and deletes objects in the test merchant, with names such as tf-probe-0a1b2c3d-4. It removes what it
created, even if it is interrupted, and what an earlier run left. It publishes no airdrop. It asks
first, unless --yes is given.

The report contains no key, no id and no text of the merchant, so it can be attached to an issue.

--json prints an object with provider, access, cli, objects, document, tried and probe. document and
probe have findings: id, kind, operation, part, property, word, assumed, evidence, verdict (holds,
differs, not reached), said, theirs, harm (breaks, limits, harmless), effect and fix.

Exit codes: 0 nothing that was checked breaks or limits the provider; 1 the service cannot be
reached or refuses the key, nothing of a kind could be checked, or an object of the probe is left;
2 something breaks or limits the provider, or wrong usage, such as --probe with a live key.`,
		Example: `  terraform-provider-cohort doctor
  terraform-provider-cohort doctor --document merchants-api.json
  terraform-provider-cohort doctor --probe --markdown --out report.md`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runDoctor(ctx, cmd, flags) },
	}
	f := cmd.Flags()
	f.StringVar(&flags.document, "document", "",
		"API document of the service, JSON or YAML, in place of the one that it publishes; - is standard input")
	_ = cmd.MarkFlagFilename("document", "json", "yaml", "yml")
	f.BoolVar(&flags.probe, "probe", false, "try every assumption in the test merchant, with objects named tf-probe-…")
	f.BoolVar(&flags.yes, "yes", false, "probe without asking")
	f.BoolVar(&flags.asJSON, "json", false, "write JSON")
	f.BoolVar(&flags.asMarkdown, "markdown", false, "write Markdown, for an issue")
	cmd.MarkFlagsMutuallyExclusive("json", "markdown")
	f.StringVar(&flags.out, "out", "-", "file to write; - is standard output")
	return cmd
}

func runDoctor(ctx context.Context, cmd *cobra.Command, flags doctorFlags) error {
	options, err := flags.options(cmd)
	if err == nil && flags.out != "-" { // Nothing is sent for a report that cannot be written.
		_, err = os.Stat(filepath.Dir(flags.out))
	}
	if err != nil {
		return err
	}
	shown := newProgress(cmd, "")
	options.Progress = shown.show
	report, err := doctor.Examine(ctx, options)
	shown.end()
	if report == nil {
		return undone(ctx, "examined", err)
	}
	if problem := flags.write(cmd, report); problem != nil {
		return problem
	}
	switch matter := report.Matter(); {
	case err != nil:
		return &failure{fmt.Errorf("the report is not complete: %w", err)}
	case report.Access != nil && len(report.Objects) == 0:
		return &failure{errors.New(report.Access.Problem)}
	case report.Probe != nil && len(report.Probe.Left) > 0:
		return &failure{fmt.Errorf("%d objects of the probe are left; the next run tries again", len(report.Probe.Left))}
	case len(matter) > 0:
		return &difference{errors.New("the service is not as the provider expects")}
	case len(report.Unchecked()) > 0:
		return &failure{fmt.Errorf("nothing could be checked of %s", strings.Join(report.Unchecked(), ", "))}
	default:
		return nil
	}
}

// options checks the flags. Nothing is sent.
func (f doctorFlags) options(cmd *cobra.Command) (doctor.Options, error) {
	options := doctor.Options{Version: cmd.Root().Version}
	if f.document != "" {
		theirs, err := readDocument(cmd, f.document)
		if err != nil {
			return options, &failure{err}
		}
		options.Document, options.Where = theirs, f.document
	}
	text := strings.TrimSpace(os.Getenv(keyOfOne[merchants.ModeTest]))
	if text == "" && f.document != "" && !f.probe {
		return options, nil
	}
	mode := merchants.ModeTest
	if key, err := merchants.ParseKey(text); err == nil {
		mode = key.Mode()
	}
	if f.probe && mode == merchants.ModeLive {
		return options, fmt.Errorf("%w: COHORT_API_KEY is a live key. Nothing was sent", probe.ErrNotTest)
	}
	source, err := keyOfOne.keyed("", mode)
	if err != nil {
		return options, err
	}
	options.Source = source
	if f.probe {
		if err := f.confirm(cmd); err != nil {
			return options, err
		}
		options.Probe = &probe.Options{Run: uuid.NewString()[:8]}
	}
	return options, nil
}

func readDocument(cmd *cobra.Command, name string) (*document.Document, error) {
	read := os.ReadFile
	if name == "-" {
		read = func(string) ([]byte, error) { return io.ReadAll(cmd.InOrStdin()) }
	}
	content, err := read(name)
	if err != nil {
		return nil, err
	}
	theirs, err := document.Read(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return theirs, nil
}

// confirm asks whether to probe.
func (f doctorFlags) confirm(cmd *cobra.Command) error {
	if f.yes {
		return nil
	}
	file, ok := cmd.InOrStdin().(*os.File)
	if !ok || !isTerminal(file) || f.document == "-" {
		return errors.New("--probe creates and deletes objects in the test merchant: there is no terminal to ask at, " +
			"so add --yes")
	}
	_, _ = fmt.Fprint(cmd.ErrOrStderr(), "This makes, changes and deletes objects named tf-probe-… in the test merchant "+
		"of COHORT_API_KEY.\nType yes to go on: ")
	answer, _ := bufio.NewReader(file).ReadString('\n')
	if strings.TrimSpace(answer) != "yes" {
		return &failure{errors.New("nothing was sent")}
	}
	return nil
}

func (f doctorFlags) write(cmd *cobra.Command, r *doctor.Report) error {
	var text string
	switch {
	case f.asJSON:
		var b strings.Builder
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(r); err != nil {
			return &failure{err}
		}
		text = b.String()
	case f.asMarkdown:
		text = r.Markdown()
	default:
		s := style{}
		if f.out == "-" {
			s = styleOf(cmd.OutOrStdout())
		}
		text = r.Text(s.harm)
	}
	return writeResult(cmd, f.out, []byte(text))
}

// harm shows what breaks or limits the provider in yellow.
func (s style) harm(harm contract.Harm, text string) string {
	if harm == contract.Harmless {
		return text
	}
	return s.yellow(text)
}
