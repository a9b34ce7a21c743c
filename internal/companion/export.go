package companion

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/export"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
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

The first plan imports what the merchant has and changes nothing. EXPORT.md in DIR tells what to look
at. Only GET requests are sent.

The key is in COHORT_API_KEY. With --compare two merchants are read, and their keys are in
COHORT_TEST_API_KEY and COHORT_LIVE_API_KEY. What differs between them becomes a variable with a
value in each root. The values of secrets are in no file.

Exit codes: 0 done; 1 failed; 2 wrong usage, or with --check: DIR differs.`,
		Example: `  COHORT_API_KEY=test_… terraform-provider-cohort export --out cohort
  terraform-provider-cohort export --out cohort --compare live
  terraform-provider-cohort export --out cohort --from snapshot:test.json --check
  terraform-provider-cohort export --out summer --only 'campaign:summer-*'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runExport(ctx, cmd, flags) },
	}
	f := cmd.Flags()
	f.StringVar(&flags.out, "out", "", "directory to write; it must be empty or not exist")
	f.StringVar(&flags.from, "from", "test", "merchant to export: test, live or snapshot:FILE")
	f.StringVar(&flags.compare, "compare", "", "the other merchant, whose differences become variables")
	f.StringArrayVar(&flags.options.Only, "only", nil,
		"export only this kind, or kind:key with * and ? in the key; may be given several times")
	f.StringArrayVar(&flags.options.Exclude, "exclude", nil, "leave out this kind or kind:key; may be given several times")
	f.BoolVar(&flags.options.Flat, "flat", false, "write one root without a module, for the exported merchant alone")
	f.BoolVar(&flags.check, "check", false, "write nothing; exit with 2 if DIR differs from the merchant")
	f.BoolVar(&flags.verify, "verify", false, "plan the result with terraform or tofu, and fail unless it only adopts")
	f.BoolVar(&flags.force, "force", false, "replace what an earlier export wrote in DIR")
	f.BoolVar(&flags.asJSON, "json", false, "print the report as JSON")
	f.DurationVar(&flags.maxAge, "max-age", 0, "refuse snapshots that are older, such as 24h")
	_ = cmd.MarkFlagRequired("out")
	_ = cmd.MarkFlagDirname("out")
	return cmd
}

func runExport(ctx context.Context, cmd *cobra.Command, flags exportFlags) error {
	if err := flags.options.Validate(flags.compare != ""); err != nil {
		return err
	}
	sources, read, err := readMerchants(ctx, cmd, flags)
	if err != nil {
		return err
	}
	result, err := export.New(read[0], read[1], flags.options)
	if err != nil {
		return &failure{err}
	}
	var differ []string
	if flags.check {
		differ, err = result.Differences(flags.out)
	} else {
		_, err = result.Write(flags.out, flags.force)
	}
	if err != nil {
		return &failure{err}
	}
	if flags.asJSON {
		err = json.NewEncoder(cmd.OutOrStdout()).Encode(result.Report)
	} else {
		err = printExport(cmd.OutOrStdout(), result, flags)
	}
	if err != nil {
		return &failure{err}
	}
	if flags.verify {
		program, err := os.Executable()
		if err == nil {
			err = result.Verify(ctx, program, sources...)
		}
		if err != nil {
			return &failure{err}
		}
	}
	if len(differ) > 0 {
		return &difference{fmt.Errorf("%s differs from the %s merchant in %s", flags.out, result.Report.Merchant,
			strings.Join(differ, ", "))}
	}
	return nil
}

// readMerchants reads the merchant to export, and the other one or nil.
func readMerchants(
	ctx context.Context, cmd *cobra.Command, flags exportFlags,
) (sources []provider.Source, read [2]*portable.Merchant, err error) {
	keys, arguments := keyOfOne, [][2]string{{"--from", flags.from}}
	if flags.compare != "" {
		keys, arguments = keysOfBoth, append(arguments, [2]string{"--compare", flags.compare})
	}
	for _, argument := range arguments {
		source, err := keys.source(argument[0], argument[1], flags.maxAge)
		if err != nil {
			return nil, read, err
		}
		sources = append(sources, source)
	}
	for i, source := range sources {
		if read[i], err = readMerchant(ctx, cmd, source); err != nil {
			return nil, read, &failure{err}
		}
	}
	return sources, read, nil
}

// readMerchant reads a merchant, and shows how far it has come to a person who looks.
func readMerchant(ctx context.Context, cmd *cobra.Command, source provider.Source) (*portable.Merchant, error) {
	reader, err := provider.Open(ctx, cmd.Root().Version, source)
	if err != nil {
		return nil, err
	}
	shown := progress{cmd.ErrOrStderr(), "Reading " + string(source.Mode), isTerminal(cmd.ErrOrStderr())}
	defer shown.end()
	return portable.Read(ctx, reader, shown.step)
}

// printExport tells a person what was written and what to look at.
func printExport(w io.Writer, result *export.Export, flags exportFlags) error {
	r, s := result.Report, styleOf(w)
	var objects, written int
	for _, k := range r.Kinds {
		objects, written = objects+k.Read, written+k.Written
	}
	var b strings.Builder
	row := func(name, format string, a ...any) {
		fmt.Fprintf(&b, "%s %s\n", s.bold(fmt.Sprintf("%-12s", name)), fmt.Sprintf(format, a...))
	}
	row("merchant", "%s, %d objects, %d of them in the configuration", r.Merchant, objects, written)
	row("references", "%d resolved, 0 left as ids", r.References)
	if len(r.Variables) > 0 {
		row("variables", "%d, with a value in each root", len(r.Variables))
	}
	if len(r.Asked) > 0 {
		row("to supply", "%s", strings.Join(r.Asked, ", "))
	}
	for _, note := range r.Todo {
		row("look at", "%s", s.yellow(fmt.Sprintf("%d × %s", len(note.Items), strings.ToLower(note.Title[:1])+note.Title[1:])))
		for i, item := range note.Items {
			if i == shownItems {
				fmt.Fprintf(&b, "%12s   … and %d more, in EXPORT.md\n", "", len(note.Items)-i)
				break
			}
			fmt.Fprintf(&b, "%12s   %s\n", "", strings.TrimSuffix(merchants.Plain(item.Object)+": "+merchants.Plain(item.Text), ": "))
		}
	}
	if !flags.check {
		row("wrote", "%d files in %s", len(result.Files), flags.out)
		for _, plan := range r.Plans {
			row("next", "terraform -chdir=%s plan: %s", filepath.Join(flags.out, plan.Root), plan)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// shownItems is how many objects are shown of each topic.
const shownItems = 5
