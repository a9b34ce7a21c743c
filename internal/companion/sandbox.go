package companion

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// newSandboxCommand serves a sandbox until it is interrupted.
func newSandboxCommand() *cobra.Command {
	var options sandbox.Options
	var rate, dialect string
	var specs []string

	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve a local Cohort API with a test and a live merchant",
		Long: `Serve a local Cohort API with a test and a live merchant, on this machine.

The first line on standard output is a JSON object with url, admin_url, test_key and live_key. Point
the provider at the sandbox with COHORT_API_URL and COHORT_API_KEY. It runs until it is interrupted.
Without --data, its data is then lost.

--dialect makes the API differ, as a JSON file says: in its paths, methods, names, words and forms.
The folder examples/dialects has such files.

The sandbox follows Cohort's manual, and this provider's assumptions where the manual says nothing.
It does not replace a test against Cohort.

Exit codes: 0 interrupted; 1 it cannot start or cannot write its data; 2 wrong usage.`,
		Example: `  terraform-provider-cohort sandbox --addr 127.0.0.1:8080 --data sandbox.json
  terraform-provider-cohort sandbox --latency 50ms --rate 10/s
  terraform-provider-cohort sandbox --dialect examples/dialects/put.json
  terraform-provider-cohort sandbox --fault '{"method": "POST", "route": "/v1/perks", ` +
			`"stage": "after", "reset": true}'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if options.Rate, err = parseRate(rate); err != nil {
				return err
			}
			if options.Latency < 0 {
				return errors.New("--latency must not be negative")
			}
			if !cmd.Flags().Changed("seed") {
				options.Seed = rand.Uint64()
			}
			if options.Dialect, err = readDialect(dialect); err != nil {
				return err
			}
			faults, err := parseFaults(specs)
			if err != nil {
				return err
			}
			return runSandbox(cmd, options, faults)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&options.Addr, "addr", "127.0.0.1:0", "address of the API; port 0 takes a free one")
	flags.StringVar(&options.AdminAddr, "admin-addr", "127.0.0.1:0", "address of the admin API")
	flags.StringVar(&options.DataFile, "data", "", "file that stores both merchants and their keys")
	_ = cmd.MarkFlagFilename("data", "json")
	flags.DurationVar(&options.Latency, "latency", 0, "time added to every answer, such as 50ms")
	flags.StringVar(&rate, "rate", "", "requests allowed for each key, such as 10/s; above it the answer is 429")
	flags.BoolVar(&options.AllowRemote, "allow-remote", false,
		"serve addresses that other machines can reach, such as 0.0.0.0:8080; the admin API has no key")
	flags.Uint64Var(&options.Seed, "seed", 0,
		"number that decides ids and keys (default random); an existing data file has its own")
	flags.BoolVar(&options.Normalize, "normalize", false,
		"normalize stored values: trim text, rewrite HTML, re-host media, reorder")
	flags.StringVar(&dialect, "dialect", "", "JSON file that says how the API differs")
	_ = cmd.MarkFlagFilename("dialect", "json")
	flags.StringArrayVar(&specs, "fault", nil, "a fault to inject, as a JSON object; may be given several times")
	return cmd
}

func runSandbox(cmd *cobra.Command, options sandbox.Options, faults []sandbox.Fault) error {
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	var err error
	if options.APIDocument, err = apiDocument(); err != nil {
		return &failure{err}
	}
	s, err := sandbox.Start(options)
	switch {
	case errors.Is(err, sandbox.ErrNotLoopback):
		return fmt.Errorf("%w; --allow-remote serves it anyway", err)
	case err != nil:
		return &failure{err}
	}
	for _, f := range faults {
		if err := s.AddFault(f); err != nil {
			return errors.Join(fmt.Errorf("--fault: %w", err), s.Close())
		}
	}
	line, err := json.Marshal(struct {
		URL      string `json:"url"`
		AdminURL string `json:"admin_url"`
		TestKey  string `json:"test_key"`
		LiveKey  string `json:"live_key"`
	}{s.URL(), s.AdminURL(), s.TestKey(), s.LiveKey()})
	if err == nil {
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\n", line)
	}
	if err != nil {
		return &failure{errors.Join(err, s.Close())}
	}
	_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "The sandbox is running; interrupt it to stop. To use its test merchant:\n\n"+
		"  export COHORT_API_URL=%s\n  export COHORT_API_KEY=%s\n\n", s.URL(), s.TestKey())

	if options.AllowRemote {
		_, _ = fmt.Fprint(cmd.ErrOrStderr(), "Warning: with --allow-remote, whoever reaches the admin API can read, change "+
			"and delete everything in this sandbox.\n\n")
	}

	<-ctx.Done()
	if err := s.Close(); err != nil {
		return &failure{err}
	}
	return nil
}

// readDialect reads the dialect in a file; "" stands for none.
func readDialect(file string) (*sandbox.Dialect, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("--dialect: %w", err)
	}
	dialect, err := sandbox.ParseDialect(data)
	if err != nil {
		return nil, fmt.Errorf("--dialect %s: %w", file, err)
	}
	return dialect, nil
}

// parseRate reads "10/s" or "10".
func parseRate(s string) (float64, error) {
	if s == "" {
		return 0, nil
	}
	rate, err := strconv.ParseFloat(strings.TrimSuffix(s, "/s"), 64)
	if err != nil || !(rate > 0 && rate <= 1e6) {
		return 0, fmt.Errorf("--rate %q is not a number of requests a second, such as 10/s", s)
	}
	return rate, nil
}

func parseFaults(specs []string) ([]sandbox.Fault, error) {
	faults := make([]sandbox.Fault, len(specs))
	for i, spec := range specs {
		decoder := json.NewDecoder(bytes.NewReader([]byte(spec)))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&faults[i]); err != nil {
			return nil, fmt.Errorf("--fault %q is not a fault in JSON: %w", spec, err)
		}
	}
	return faults, nil
}

// apiDocument returns the contract in the JSON form that the service is expected to publish.
func apiDocument() ([]byte, error) {
	var document any
	if err := yaml.Unmarshal(merchants.OpenAPI, &document); err != nil {
		return nil, fmt.Errorf("the embedded API contract: %w", err)
	}
	return json.Marshal(document)
}
