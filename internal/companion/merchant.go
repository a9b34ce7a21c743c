package companion

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// Environment variables with the key of a merchant.
const (
	envKey     = "COHORT_API_KEY"
	envTestKey = "COHORT_TEST_API_KEY"
	envLiveKey = "COHORT_LIVE_API_KEY"
)

// snapshotPrefix begins a merchant argument that names a snapshot.
const snapshotPrefix = "snapshot:"

// sourceOf reads the argument of a flag that names a merchant: test, live or snapshot:FILE. A
// command that reads one merchant takes its key from COHORT_API_KEY; one that reads both takes each
// key from a variable of its own.
func sourceOf(flag, merchant string, both bool) (provider.Source, error) {
	if file, isSnapshot := strings.CutPrefix(merchant, snapshotPrefix); isSnapshot && file != "" {
		return provider.Source{Snapshot: file}, nil
	}
	mode, variable := merchants.Mode(merchant), envKey
	switch {
	case mode != merchants.ModeTest && mode != merchants.ModeLive:
		return provider.Source{}, fmt.Errorf("--%s %q is no merchant; write test, live or %sFILE", flag, merchant, snapshotPrefix)
	case both && mode == merchants.ModeTest:
		variable = envTestKey
	case both:
		variable = envLiveKey
	}
	text := os.Getenv(variable)
	if strings.TrimSpace(text) == "" {
		return provider.Source{}, &failure{fmt.Errorf("no API key: set %s to the %s_ key of the merchant. Keys are found in "+
			"Cohort's admin under Settings > Integrations", variable, mode)}
	}
	key, err := merchants.ParseKey(text)
	if err != nil {
		return provider.Source{}, &failure{fmt.Errorf("%s: %w", variable, err)}
	}
	if key.Mode() != mode {
		return provider.Source{}, &failure{fmt.Errorf("%s has a %s key, and --%s says %s. No request was sent. Supply the "+
			"%s_ key, or say --%s %s", variable, key.Mode(), flag, mode, mode, flag, key.Mode())}
	}
	return provider.Source{Mode: mode, Key: text}, nil
}

// open opens a merchant, and refuses a snapshot that is older than maxAge; 0 is no limit.
func open(ctx context.Context, version string, source provider.Source, maxAge time.Duration) (*provider.Reader, error) {
	reader, err := provider.Open(ctx, version, source)
	if err != nil {
		return nil, &failure{err}
	}
	return reader, nil
}
