package companion

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// service starts a sandbox whose test merchant has one perk with a code.
func service(t *testing.T) *sandbox.Sandbox {
	t.Helper()
	s, err := sandbox.Start(sandbox.Options{Seed: 9})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/v1/perks",
		strings.NewReader(`{"internalName":"welcome","type":"code","typeConfig":{"code":"SUMMIT"}}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.TestKey())
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode != http.StatusCreated {
		t.Fatal(err, response)
	}
	_ = response.Body.Close()
	s.Reset()
	t.Setenv("COHORT_API_URL", s.URL())
	return s
}

// called runs a command.
func called(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	var out, problems bytes.Buffer
	code = Main(ctx, "1.2.3", args, &out, &problems)
	return code, out.String(), problems.String()
}

// TestSnapshot_writes checks what the command writes, and that it sends nothing but GET.
func TestSnapshot_writes(t *testing.T) {
	s := service(t)
	t.Setenv("COHORT_API_KEY", s.TestKey())
	t.Setenv("COHORT_SNAPSHOT", "none.json") // It is for the provider.
	code, printed, problems := called(t.Context(), "snapshot")
	if code != 0 || problems != "" || !strings.Contains(printed, `"internalName":"welcome"`) ||
		strings.Contains(printed, "SUMMIT") || strings.Contains(printed, s.TestKey()) {
		t.Fatalf("exit code %d, %s\n%s", code, printed, problems)
	}
	dir := t.TempDir()
	file, link := filepath.Join(dir, "test.json"), filepath.Join(dir, "link.json")
	if err := os.Symlink("test.json", link); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{file, link} {
		if code, printed, problems := called(t.Context(), "snapshot", "--out", name); code != 0 || printed+problems != "" {
			t.Fatalf("exit code %d: %s%s", code, printed, problems)
		}
	}
	taken, err := merchants.ReadSnapshot(file)
	if err != nil || taken.Mode != merchants.ModeTest || taken.Len() != 1 {
		t.Fatal(err, taken)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(err, info)
	}
	if to, err := os.Readlink(link); err != nil || to != "test.json" {
		t.Error("the link was replaced by a file")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Error(err, left)
	}
	t.Setenv("COHORT_API_KEY", s.LiveKey())
	if code, printed, _ := called(t.Context(), "snapshot", "--from=live", "--out=-"); code != 0 ||
		!strings.Contains(printed, `"mode": "live"`) {
		t.Errorf("exit code %d: %s", code, printed)
	}
	if stats := s.Stats(); stats.Requests == 0 || stats.ByMethod[http.MethodGet] != stats.Requests {
		t.Errorf("sent %v", stats.ByMethod)
	}
}

// TestSnapshot_refuses checks what bad input gets: an exit code, a text, no request and no file.
func TestSnapshot_refuses(t *testing.T) {
	s := service(t)
	dir := t.TempDir()
	notes := filepath.Join(dir, "notes.json")
	if err := os.WriteFile(notes, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out.json")
	for name, c := range map[string]struct {
		key  string
		args []string
		code int
		want string
	}{
		"no key":           {"", nil, 2, "set COHORT_API_KEY to the test key"},
		"a blank key":      {" ", []string{"--from", "live"}, 2, "set COHORT_API_KEY to the live key"},
		"the key of live":  {s.LiveKey(), nil, 2, "COHORT_API_KEY is a live key: add --from live, or supply the test key"},
		"the key of test":  {s.TestKey(), []string{"--from=live"}, 2, "COHORT_API_KEY is a test key: add --from test"},
		"no such key":      {"secret", nil, 2, `COHORT_API_KEY: the API key begins with neither "test_" nor "live_"`},
		"a snapshot":       {s.TestKey(), []string{"--from=snapshot:" + notes}, 2, "--from needs test or live here"},
		"neither":          {s.TestKey(), []string{"--from=prod"}, 2, `--from "prod" is none of test, live and snapshot`},
		"a key":            {s.TestKey(), []string{s.TestKey()}, 2, "unknown command"},
		"another file":     {s.TestKey(), []string{"--out", notes}, 1, notes + " exists and is not a snapshot"},
		"a directory":      {s.TestKey(), []string{"--out", dir}, 1, "is not a regular file"},
		"no such folder":   {s.TestKey(), []string{"--out", filepath.Join(dir, "no", "out.json")}, 1, "no such file"},
		"an unknown key":   {"test_0123456789", []string{"--out", out}, 1, "The service does not accept the API key"},
		"a wrong argument": {s.TestKey(), []string{"--ouf", out}, 2, "unknown flag: --ouf"},
	} {
		s.Reset()
		t.Setenv("COHORT_API_KEY", c.key)
		code, printed, problems := called(t.Context(), append([]string{"snapshot"}, c.args...)...)
		if code != c.code || printed != "" || !strings.Contains(problems, c.want) {
			t.Errorf("%s: exit code %d, %q; want %d, %s", name, code, problems, c.code, c.want)
		}
		if sent := s.Stats().Requests; c.code == 2 && sent > 0 {
			t.Errorf("%s: %d requests were sent", name, sent)
		}
	}
	if kept, err := os.ReadFile(notes); err != nil || string(kept) != "{}" {
		t.Error("another file was overwritten")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("files were left behind: %v", left)
	}
	t.Setenv("COHORT_API_KEY", s.TestKey())
	if code, _, problems := called(t.Context(), "snapshot", "--force", "--out", notes); code != 0 {
		t.Error(problems)
	}
}

// TestSnapshot_failsWhole checks that an error in the middle leaves the older file as it was.
func TestSnapshot_failsWhole(t *testing.T) {
	s := service(t)
	t.Setenv("COHORT_API_KEY", s.TestKey())
	file := filepath.Join(t.TempDir(), "test.json")
	if code, _, problems := called(t.Context(), "snapshot", "--out", file); code != 0 {
		t.Fatal(problems)
	}
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddFault(sandbox.Fault{Nth: 4, Count: -1, Status: http.StatusForbidden}); err != nil {
		t.Fatal(err)
	}
	code, printed, problems := called(t.Context(), "snapshot", "--out", file)
	if code != 1 || printed != "" || !strings.Contains(problems, "the test merchant could not be read") {
		t.Errorf("exit code %d: %s", code, problems)
	}
	if after, err := os.ReadFile(file); err != nil || !bytes.Equal(before, after) {
		t.Error("the older file was changed")
	}
}

// TestSources checks the argument that names a merchant: which variable holds the key, and which
// snapshots are refused.
func TestSources(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "live.json")
	taken := time.Now().UTC().Add(-3 * time.Hour).Format(time.RFC3339)
	content := `{"cohortSnapshot":1,"mode":"live","objects":{"badges":[],"campaigns":[],"cohorts":[],` +
		`"digital-assets":[],"perks":[],"user-properties":[]},"takenAt":"` + taken + `"}`
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("COHORT_API_KEY", "live_one")
	t.Setenv("COHORT_TEST_API_KEY", " test_both\n")
	t.Setenv("COHORT_LIVE_API_KEY", "test_wrong")
	for argument, c := range map[string]struct {
		of     keyVariables
		maxAge time.Duration
		want   provider.Source
		says   string
	}{
		"live":             {of: keyOfOne, want: provider.Source{Mode: "live", Key: "live_one"}},
		"test":             {of: keysOfBoth, want: provider.Source{Mode: "test", Key: "test_both"}},
		"snapshot:" + file: {of: keysOfBoth, maxAge: 4 * time.Hour, want: provider.Source{Mode: "live", Snapshot: file}},
		"snapshot:":        {of: keyOfOne, says: "needs the path of a file"},
		"snapshot:none":    {of: keyOfOne, says: "none: no such file"},
		"":                 {of: keyOfOne, says: `--to "" is none of test, live and snapshot:FILE`},
	} {
		got, err := c.of.source("--to", argument, c.maxAge)
		if got != c.want || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v %v, want %v %s", argument, got, err, c.want, c.says)
		}
	}
	for what, c := range map[string]struct {
		argument string
		maxAge   time.Duration
		says     string
		exit     int
	}{
		"too old": {
			"snapshot:" + file, time.Hour,
			fmt.Sprintf("%s is too old: it was taken at %s, 3h0m", file, taken), exitFailed,
		},
		"negative": {"snapshot:" + file, -time.Hour, "--max-age must not be negative", exitUsage},
		"wrong":    {"live", 0, "COHORT_LIVE_API_KEY is a test key: it belongs in COHORT_TEST_API_KEY", exitUsage},
	} {
		_, err := keysOfBoth.source("--to", c.argument, c.maxAge)
		exit := exitUsage
		if _, failed := errors.AsType[*failure](err); failed {
			exit = exitFailed
		}
		if err == nil || exit != c.exit || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v with exit code %d", what, err, exit)
		}
	}
	if isTerminal(&bytes.Buffer{}) {
		t.Error("a buffer counts as a terminal")
	}
}
