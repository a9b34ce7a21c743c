package companion

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// keyVariables are the environment variables with the key of each merchant. A key is never an
// argument, because arguments show in the list of processes.
type keyVariables map[merchants.Mode]string

var (
	// keyOfOne is for a command that reads one merchant.
	keyOfOne = keyVariables{merchants.ModeTest: "COHORT_API_KEY", merchants.ModeLive: "COHORT_API_KEY"}
	// keysOfBoth is for a command that reads both.
	keysOfBoth = keyVariables{merchants.ModeTest: "COHORT_TEST_API_KEY", merchants.ModeLive: "COHORT_LIVE_API_KEY"}
)

// snapshotPrefix begins an argument that names a file in place of a merchant.
const snapshotPrefix = "snapshot:"

// merchantFlag adds a flag that names a merchant.
func merchantFlag(cmd *cobra.Command, into *string, name, initial, usage string) {
	cmd.Flags().StringVar(into, name, initial, usage+": test, live or "+snapshotPrefix+"FILE")
	_ = cmd.RegisterFlagCompletionFunc(name, completeMerchant)
}

// keyedFlag adds a flag that names a merchant of the service.
func keyedFlag(cmd *cobra.Command, into *string, name, initial, usage string) {
	cmd.Flags().StringVar(into, name, initial, usage+": test or live")
	_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(keyedMerchants, cobra.ShellCompDirectiveNoFileComp))
}

// source returns the merchant that an argument names: test, live or snapshot:FILE. flag is the
// option of the argument. A snapshot that is older than maxAge is refused, unless that is 0. No
// request is sent.
func (v keyVariables) source(flag, argument string, maxAge time.Duration) (provider.Source, error) {
	file, isSnapshot := strings.CutPrefix(argument, snapshotPrefix)
	switch mode := merchants.Mode(argument); {
	case maxAge < 0:
		return provider.Source{}, errors.New("--max-age must not be negative")
	case isSnapshot:
		return snapshotSource(file, maxAge)
	case mode == merchants.ModeTest || mode == merchants.ModeLive:
		return v.keyed(flag, mode)
	default:
		return provider.Source{}, fmt.Errorf("%s %q is none of test, live and snapshot:FILE", flag, argument)
	}
}

func (v keyVariables) keyed(flag string, mode merchants.Mode) (provider.Source, error) {
	variable := v[mode]
	text := strings.TrimSpace(os.Getenv(variable))
	if text == "" {
		return provider.Source{}, fmt.Errorf("set %s to the %s key; Cohort's admin shows it under Settings > Integrations",
			variable, mode)
	}
	key, err := merchants.ParseKey(text)
	switch {
	case err != nil:
		return provider.Source{}, fmt.Errorf("%s: %w", variable, err)
	case key.Mode() == mode:
		return provider.Source{Mode: mode, Key: text}, nil
	case v[key.Mode()] == variable:
		return provider.Source{}, fmt.Errorf("%s is a %s key: add %s %[2]s, or supply the %[4]s key", variable, key.Mode(),
			flag, mode)
	default:
		return provider.Source{}, fmt.Errorf("%s is a %s key: it belongs in %s", variable, key.Mode(), v[key.Mode()])
	}
}

func snapshotSource(file string, maxAge time.Duration) (provider.Source, error) {
	if file == "" {
		return provider.Source{}, errors.New("snapshot: needs the path of a file, as in snapshot:live.json")
	}
	snapshot, err := merchants.ReadSnapshot(file)
	if err != nil {
		return provider.Source{}, &failure{err}
	}
	if age := snapshot.Age().Truncate(time.Second); maxAge > 0 && age > maxAge {
		return provider.Source{}, &failure{fmt.Errorf("%s is too old: it was taken at %s, %s ago, and --max-age is %s. "+
			"Take another one with the command snapshot", file, snapshot.TakenAt.Format(time.RFC3339), age, maxAge)}
	}
	return provider.Source{Mode: snapshot.Mode, Snapshot: file}, nil
}

// argument is what an option names as a merchant.
type argument struct{ flag, text string }

func (a argument) isSnapshot() bool { return strings.HasPrefix(a.text, snapshotPrefix) }

// sourcesOf returns the merchants that one or two arguments name; the text of the second may be "".
// Two are test and live, or with states also two states of one merchant.
func sourcesOf(first, second argument, states bool, maxAge time.Duration) ([]provider.Source, error) {
	if maxAge != 0 && !first.isSnapshot() && !second.isSnapshot() {
		return nil, errors.New("--max-age is about snapshots, and none is read: leave it out")
	}
	if second.text == "" {
		source, err := keyOfOne.source(first.flag, first.text, maxAge)
		return []provider.Source{source}, err
	}
	same := func(mode merchants.Mode) error {
		return fmt.Errorf("%s and %s are both the %s merchant: one has to be test and the other live", first.flag,
			second.flag, mode)
	}
	if first.text == second.text && !first.isSnapshot() {
		return nil, same(merchants.Mode(first.text))
	}
	one, err := keysOfBoth.source(first.flag, first.text, maxAge)
	if err != nil {
		return nil, err
	}
	other, err := keysOfBoth.source(second.flag, second.text, maxAge)
	if err == nil && one.Mode == other.Mode && !states {
		err = same(one.Mode)
	}
	return []provider.Source{one, other}, err
}

// readMerchant reads a merchant, and shows how far it has come to a person who looks.
func readMerchant(ctx context.Context, cmd *cobra.Command, source provider.Source) (*portable.Merchant, error) {
	reader, err := provider.Open(ctx, cmd.Root().Version, source)
	if err != nil {
		return nil, err
	}
	shown := newProgress(cmd, "Reading the "+string(source.Mode)+" merchant")
	defer shown.end()
	return portable.Read(ctx, reader, shown.step)
}

// readMerchants reads one or two merchants side by side; the second is nil if there is none.
func readMerchants(ctx context.Context, cmd *cobra.Command, sources []provider.Source) ([2]*portable.Merchant, error) {
	var read [2]*portable.Merchant
	var errs [2]error
	var wait sync.WaitGroup
	for i, source := range sources {
		wait.Go(func() { read[i], errs[i] = readMerchant(ctx, cmd, source) })
	}
	wait.Wait()
	return read, cmp.Or(errs[0], errs[1])
}

// undone is the failure of a command before its result. Whoever interrupted it knows why.
func undone(ctx context.Context, result string, err error) error {
	if ctx.Err() != nil {
		return &failure{fmt.Errorf("interrupted; nothing was %s", result)}
	}
	return &failure{fmt.Errorf("nothing was %s: %w", result, err)}
}
