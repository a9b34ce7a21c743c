package provider_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// world is a sandbox and the provider configuration for it.
type world struct {
	*sandbox.Sandbox
	since int               // number of exchanges before mark
	names map[string]string // names that wrote uses for ids
}

// newWorld starts a sandbox for one test.
func newWorld(t *testing.T, options sandbox.Options) *world {
	t.Helper()
	if options.Seed == 0 {
		options.Seed = rand.Uint64() // No two worlds share ids, even at one address.
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

// factories returns the provider as a server in the test's own process, for the Terraform that the
// test framework starts.
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
