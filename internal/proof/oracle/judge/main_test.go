package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// TestJudge compares a state with a sandbox that has one more object.
func TestJudge(t *testing.T) {
	t.Parallel()
	s, err := sandbox.Start(sandbox.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	file := filepath.Join(t.TempDir(), "terraform.tfstate")
	if err := os.WriteFile(file, []byte(`{"version":4,"serial":1,"resources":[]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-admin", s.AdminURL(), "-state", file}
	found, err := judge(t.Context(), args, io.Discard)
	if err != nil || len(found) != 0 {
		t.Fatalf("of an empty merchant: %v %v", found, err)
	}

	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/v1/perks",
		strings.NewReader(`{"internalName":"lost"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.TestKey())
	request.Header.Set("Content-Type", "application/json")
	answer, err := new(http.Client).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	found, err = judge(t.Context(), args, io.Discard)
	if err != nil || len(found) != 1 || found[0].Invariant != "I1" {
		t.Errorf("of a merchant with a lost perk: %v %v, want one orphan", found, err)
	}
	if _, err := judge(t.Context(), []string{"-state", filepath.Join(t.TempDir(), "none")}, io.Discard); err == nil {
		t.Error("a missing state file should be an error")
	}
}
