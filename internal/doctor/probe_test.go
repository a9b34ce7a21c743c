package doctor

import (
	"context"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// startSandbox starts a sandbox that ends with the test.
func startSandbox(t *testing.T, options sandbox.Options) *sandbox.Sandbox {
	t.Helper()
	options.Seed = 13
	s, err := sandbox.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// clientOf is a client without retries.
func clientOf(t *testing.T, s *sandbox.Sandbox, text string) *merchants.Client {
	t.Helper()
	key, err := merchants.ParseKey(text)
	if err != nil {
		t.Fatal(err)
	}
	client, err := merchants.New(merchants.Config{Key: key, BaseURL: s.URL(), MaxRetries: 3})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// probe probes the test merchant of a sandbox without pauses.
func probe(t *testing.T, s *sandbox.Sandbox, hints ...Finding) *Probed {
	t.Helper()
	probed, err := Probe(t.Context(), clientOf(t, s, s.TestKey()), testOptions(t, s, hints...))
	if err != nil {
		t.Fatal(err)
	}
	return probed
}

func testOptions(t *testing.T, s *sandbox.Sandbox, hints ...Finding) ProbeOptions {
	t.Helper()
	return ProbeOptions{
		Run: "r1", Hints: hints, Stranger: clientOf(t, s, "test_nobody"),
		Wait: func(ctx context.Context, _ int) error { return ctx.Err() },
	}
}

func TestProbe(t *testing.T) {
	t.Parallel()
	s := startSandbox(t, sandbox.Options{})
	probed := probe(t, s)
	for _, f := range probed.Findings {
		if f.Verdict != Holds {
			t.Logf("%s %s: %s | %s", f.Verdict, f.ID, f.Said, f.Theirs)
		}
	}
	t.Logf("%d findings, %d requests, left %v", len(probed.Findings), probed.Requests, probed.Left)
}
