package provider_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// world is a sandbox with the provider configured for it.
type world struct {
	*sandbox.Sandbox
	since int               // exchanges before mark
	names map[string]string // what wrote calls an id
}

// newWorld starts a sandbox for one test.
func newWorld(t *testing.T, options sandbox.Options) *world {
	t.Helper()
	if options.Seed == 0 {
		options.Seed = rand.Uint64() // No two worlds have the same ids, not even at one address.
	}
	s, err := sandbox.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		checkContract(t, s.History())
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &world{Sandbox: s}
}

// factories serve the provider in the process of the test, to a Terraform that the test framework starts.
func factories(t *testing.T) map[string]func() (tfprotov6.ProviderServer, error) {
	t.Helper()
	if err := fewerStarts(); err != nil {
		t.Fatal(err)
	}
	return map[string]func() (tfprotov6.ProviderServer, error){
		"cohort": func() (tfprotov6.ProviderServer, error) { return provider.NewServer("test")(), nil },
	}
}

// config puts the provider block for the test merchant in front of a configuration.
func (w *world) config(body string) string { return w.configFor("test", w.TestKey(), body) }

func (w *world) configFor(mode, key, body string) string {
	return fmt.Sprintf("provider \"cohort\" {\n  mode    = %q\n  api_key = %q\n  api_url = %q\n}\n%s",
		mode, key, w.URL(), body)
}

// sampled reports whether one of many cases that are alike is tried. All are, but the race detector makes each several times as long: with it,
// one in eight is. Tests that mention it run both ways, which the command starts sees to.
func sampled() bool { return !underRace || rand.IntN(8) == 0 }
