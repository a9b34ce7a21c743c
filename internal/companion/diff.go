package companion

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/diff"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

type diffFlags struct {
	compareFlags
	asJSON, asMarkdown, asHTML bool
	out                        string
	failOn                     []string
}

// Differences is the function diff of the provider.
func Differences(ctx context.Context, from, to *provider.Reader) ([]string, error) {
	return diff.Lines(ctx, from, to)
}

// newDiffCommand compares test and live.
func newDiffCommand(ctx context.Context) *cobra.Command {
	var flags diffFlags
	cmd := &cobra.Command{
		Use:   "diff",
		Short: "Show how live differs from test, and why",
		Long: `Show how live differs from test, and why.

Objects are paired by their keys, and references are shown as keys: ids, times, order and defaults
do not count. + is only in the second merchant, - only in the first. The keys are in
COHORT_TEST_API_KEY and COHORT_LIVE_API_KEY, the address in COHORT_API_URL unless it is Cohort's. A
snapshot needs no key. Two states of one merchant can be compared if one is a snapshot, as after a
rollback. Only GET requests are sent.

With --test and --live, the plans of both roots say why something differs:

  drift      a merchant was edited, and is not as its configuration says
  waiting    it is in the configuration, but not applied yet
  unmanaged  the object is in no state
  unmodeled  the provider does not know the property, so its values are not compared
  unclassed  the plan that would say why was not given
  declared   the configuration says so, as with a variable

--json prints from, to (mode, objects, snapshot, taken_at, digest), differences (kind, key, name,
only, only_in, class, remedy, changes: path, from and to with text, class, moved_from, moved_to,
remedy), skipped (what, why, objects) and fingerprint.

Exit codes: 0 nothing differs; 1 failed; 2 something differs, with --fail-on in one of these classes,
or wrong usage, a missing key or the key of the other merchant.`,
		Example: `  terraform-provider-cohort diff
  terraform-provider-cohort diff --test env/test --live env/live --fail-on drift,waiting
  terraform-provider-cohort diff --from snapshot:before.json --to live --html --out rollback.html`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runDiff(ctx, cmd, flags) },
	}
	flags.add(cmd)
	f := cmd.Flags()
	f.BoolVar(&flags.asJSON, "json", false, "write JSON")
	f.BoolVar(&flags.asMarkdown, "markdown", false, "write Markdown")
	f.BoolVar(&flags.asHTML, "html", false, "write a page to look at in a browser")
	cmd.MarkFlagsMutuallyExclusive("json", "markdown", "html")
	f.StringVar(&flags.out, "out", "-", "file to write; - is standard output")
	f.StringSliceVar(&flags.failOn, "fail-on", nil,
		"exit with 2 only for differences of these classes, such as drift,waiting")
	_ = cmd.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions(classNames(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func classNames() []string {
	var names []string
	for _, class := range diff.Classes() {
		names = append(names, string(class))
	}
	return names
}

func runDiff(ctx context.Context, cmd *cobra.Command, flags diffFlags) error {
	for _, class := range flags.failOn {
		if !slices.Contains(classNames(), class) {
			return fmt.Errorf("--fail-on %q is none of %s", class, strings.Join(classNames(), ", "))
		}
	}
	sources, err := flags.sources(true)
	if err != nil {
		return err
	}
	c, err := flags.compare(ctx, cmd, sources)
	if err != nil {
		return undone(ctx, "compared", err)
	}
	var b strings.Builder
	if err := flags.write(&b, c.report, styleOf(cmd.OutOrStdout())); err != nil {
		return &failure{err}
	}
	if err := writeResult(cmd, flags.out, []byte(b.String())); err != nil {
		return err
	}
	sentence := c.report.Sentence()
	if c.report.Has(flags.failOn...) {
		return &difference{errors.New(strings.ToLower(sentence[:1]) + strings.TrimSuffix(sentence[1:], "."))}
	}
	return nil
}

// write writes the report in the form that was asked for.
func (f diffFlags) write(w io.Writer, r *diff.Report, s style) error {
	switch {
	case f.asJSON:
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(r)
	case f.asHTML:
		return r.HTML(w)
	case f.asMarkdown:
		_, err := io.WriteString(w, r.Markdown())
		return err
	default:
		if f.out != "-" {
			s = style{}
		}
		_, err := io.WriteString(w, r.Text(s.class))
		return err
	}
}

// class shows a class that needs a decision in yellow.
func (s style) class(class diff.Class, text string) string {
	if class == diff.Declared {
		return text
	}
	return s.yellow(text)
}
