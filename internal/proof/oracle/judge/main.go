// Command judge asks the oracle about a finished run: it compares a state file with the sandbox of
// the run. All rules are in package oracle; judge only collects the evidence.
//
//	go run ./internal/proof/oracle/judge -admin http://127.0.0.1:39811 -state terraform.tfstate
//
// It prints one line for each violation, and exits with 1 if there is any.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/oracle"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	violations, err := judge(ctx, os.Args[1:], os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	for _, violation := range violations {
		fmt.Fprintln(os.Stdout, violation)
	}
	if len(violations) > 0 {
		os.Exit(1)
	}
	fmt.Fprintln(os.Stdout, "all invariants hold")
}

func judge(ctx context.Context, args []string, help io.Writer) ([]oracle.Violation, error) {
	flags := flag.NewFlagSet("judge", flag.ContinueOnError)
	flags.SetOutput(help)
	admin := flags.String("admin", "", "address of the sandbox's admin API, as it prints it")
	state := flags.String("state", "terraform.tfstate", "state file that the run left")
	mode := flags.String("mode", "test", "merchant of the run: test or live")
	output := flags.String("output", "", "file with the output of the run, searched for crashes")
	foreign := flags.String("foreign", "", "ids of objects that the run does not manage, separated by commas")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	evidence := oracle.Evidence{Mode: *mode, Foreign: strings.Split(*foreign, ",")}
	content, err := os.ReadFile(*state)
	if err != nil {
		return nil, err
	}
	evidence.States = [][]byte{content}
	if *output != "" {
		printed, err := os.ReadFile(*output)
		if err != nil {
			return nil, err
		}
		evidence.Output = string(printed)
	}
	client := &http.Client{Timeout: 30 * time.Second}
	if err := fetch(ctx, client, *admin+"/history", &evidence.History); err != nil {
		return nil, err
	}
	if err := fetch(ctx, client, *admin+"/objects?mode="+*mode, &evidence.Objects); err != nil {
		return nil, err
	}
	return oracle.Check(ctx, evidence), nil
}

func fetch(ctx context.Context, client *http.Client, url string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, answer.Status)
	}
	return json.NewDecoder(answer.Body).Decode(into)
}
