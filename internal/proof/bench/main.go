// Command bench measures the cost of a plan without changes, in one run with the real Terraform. It
// compares four contestants: this provider, the smallest typed provider of the same objects
// (package smallest), the smallest one without requests and logs, and Terraform's own
// terraform_data. It only measures the built binaries; it must not import the provider or the
// client.
//
//	go run ./internal/proof/bench [-n 100,1000] [-latency 0s,50ms] [-rounds 3]
//
// Each object has its own block, because the time that Terraform itself needs for one block grows
// with the square of its count. Each contestant has its own sandbox in this process. Contestants
// plan in turn, round after round; the smallest value of all rounds counts. The sandboxes use CPU
// of the machine, but their CPU time is not measured.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	sizes := flags.String("n", "100,1000", "numbers of objects")
	latencies := flags.String("latency", "0s,50ms", "latencies of the service")
	rounds := flags.Int("rounds", 3, "how often each plan is made")
	if err := flags.Parse(args); err != nil {
		return err
	}
	b, err := newBench(ctx)
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, b.close()) }()
	if err := b.describe(ctx, out); err != nil {
		return err
	}
	for size := range strings.SplitSeq(*sizes, ",") {
		n, err := strconv.Atoi(size)
		if err != nil {
			return fmt.Errorf("-n: %w", err)
		}
		workspaces, err := b.prepare(ctx, n)
		if err != nil {
			return err
		}
		for text := range strings.SplitSeq(*latencies, ",") {
			latency, err := time.ParseDuration(text)
			if err != nil {
				return fmt.Errorf("-latency: %w", err)
			}
			if err := b.measure(ctx, workspaces, latency, *rounds); err != nil {
				return err
			}
			if err := report(out, n, latency, workspaces); err != nil {
				return err
			}
		}
	}
	return nil
}

func firstOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// report prints one table. Ratios compare this provider to each other contestant.
func report(out io.Writer, n int, latency time.Duration, workspaces []*workspace) error {
	fmt.Fprintf(out, "\nplan without changes, %d objects, %s latency\n\n", n, latency)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\twall s\tours ÷ it\tCPU s\tours ÷ it\tterraform MB\tprovider MB"+
		"\trequests\tstate KB\tstderr B\t")
	ours := workspaces[0].least
	for _, w := range workspaces {
		fmt.Fprintf(table, "%s\t%.2f\t%.2f\t%.2f\t%.2f\t%s\t%s\t%s\t%d\t%d\t\n", w.name,
			w.least.wall.Seconds(), ratio(ours.wall, w.least.wall), w.least.cpu.Seconds(), ratio(ours.cpu, w.least.cpu),
			megabytes(w.least.terraform), megabytes(w.least.provider), requests(w.least.requests), w.state/1000, w.least.stderr)
	}
	return table.Flush()
}

func ratio(a, b time.Duration) float64 { return a.Seconds() / b.Seconds() }

// megabytes formats a peak, which may be unknown.
func megabytes(bytes int64) string {
	if bytes == 0 {
		return "-"
	}
	return strconv.FormatInt(bytes/1_000_000, 10)
}

// requests formats counts by method.
func requests(byMethod map[string]int) string {
	if len(byMethod) == 0 {
		return "0"
	}
	var parts []string
	for _, method := range []string{"GET", "POST", "PATCH", "DELETE"} {
		if count := byMethod[method]; count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count, method))
		}
	}
	return strings.Join(parts, ", ")
}
