package companion_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/companion"
)

func TestWrongUse(t *testing.T) {
	t.Parallel()
	badDialect := filepath.Join(t.TempDir(), "bad.json")
	if err := os.WriteFile(badDialect, []byte(`{"prefixes": "/v2"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"unknown command":  {[]string{"sandbax"}, `unknown command "sandbax"`},
		"unknown flag":     {[]string{"sandbox", "--latencey", "1s"}, "unknown flag: --latencey"},
		"argument":         {[]string{"sandbox", "now"}, `unknown command "now"`},
		"latency":          {[]string{"sandbox", "--latency", "fast"}, `invalid argument "fast" for "--latency" flag`},
		"negative latency": {[]string{"sandbox", "--latency", "-1s"}, "--latency must not be negative"},
		"rate":             {[]string{"sandbox", "--rate", "10/h"}, `--rate "10/h" is not a number of requests a second`},
		"rate zero":        {[]string{"sandbox", "--rate", "0"}, `--rate "0" is not a number of requests a second`},
		"rate NaN":         {[]string{"sandbox", "--rate", "NaN"}, `--rate "NaN" is not a number of requests a second`},
		"seed":             {[]string{"sandbox", "--seed", "-1"}, `invalid argument "-1" for "--seed" flag`},
		"fault":            {[]string{"sandbox", "--fault", "status=500"}, `--fault "status=500" is not a fault in JSON`},
		"fault key":        {[]string{"sandbox", "--fault", `{"stauts": 500}`}, `unknown field "stauts"`},
		"other machines": {
			[]string{"sandbox", "--addr", "0.0.0.0:0"},
			"0.0.0.0:0: other machines reach this address; --allow-remote serves it",
		},
		"their admin API": {[]string{"sandbox", "--admin-addr", ":0"}, "other machines reach this address"},
		"dialect file":    {[]string{"sandbox", "--dialect", "no-such.json"}, "--dialect: open no-such.json"},
		"dialect key": {
			[]string{"sandbox", "--dialect", badDialect}, `bad.json: sandbox: dialect: json: unknown field "prefixes"`,
		},
		"idle fault": {[]string{"sandbox", "--fault", `{"method": "GET"}`}, "it does nothing: no action is set"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			if code := companion.Main(t.Context(), "1.2.3", tt.args, &stdout, &stderr); code != 2 {
				t.Errorf("exit code %d, want 2", code)
			}
			if !strings.Contains(stderr.String(), tt.want) {
				t.Errorf("stderr is %q, want %q in it", stderr.String(), tt.want)
			}
			if stdout.Len() > 0 {
				t.Errorf("stdout is %q, want nothing", stdout.String())
			}
		})
	}
}

func TestHelpVersionAndCompletion(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"no argument":   {nil, "Available Commands:"},
		"--help":        {[]string{"--help"}, "Available Commands:"},
		"--version":     {[]string{"--version"}, "terraform-provider-cohort version 1.2.3\n"},
		"completion":    {[]string{"completion", "bash"}, "bash completion"},
		"sandbox help":  {[]string{"sandbox", "--help"}, "--normalize"},
		"snapshot help": {[]string{"snapshot", "--help"}, "snapshot --from live --out live.json"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			if code := companion.Main(t.Context(), "1.2.3", tt.args, &stdout, &stderr); code != 0 {
				t.Errorf("exit code %d, want 0; stderr %q", code, stderr.String())
			}
			if !strings.Contains(stdout.String(), tt.want) {
				t.Errorf("stdout is %q, want %q in it", stdout.String(), tt.want)
			}
		})
	}
}

func TestSandboxThatCannotStart(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"address": {"sandbox", "--addr", "127.0.0.1:99999"},
		"data":    {"sandbox", "--data", filepath.Join(t.TempDir(), "no", "such", "folder.json")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			if code := companion.Main(t.Context(), "1.2.3", args, &stdout, &stderr); code != 1 {
				t.Errorf("exit code %d, want 1; stderr %q", code, stderr.String())
			}
		})
	}
}

// running is a sandbox that runs until its test ends or interrupts it.
type running struct {
	URL      string `json:"url"`
	AdminURL string `json:"admin_url"`
	TestKey  string `json:"test_key"`
	LiveKey  string `json:"live_key"`
	// interrupt stops it and returns the exit code.
	interrupt func() int
}

func run(t *testing.T, stderr io.Writer, flags ...string) running {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	exit := make(chan int, 1)
	go func() { exit <- companion.Main(ctx, "1.2.3", append([]string{"sandbox"}, flags...), writer, stderr) }()
	line := running{interrupt: sync.OnceValue(func() int { interrupt(); return <-exit })}
	t.Cleanup(func() { line.interrupt() })
	decoder := json.NewDecoder(reader)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&line); err != nil {
		t.Fatal(err)
	}
	return line
}

// TestSandbox_seed checks that keys are random, so nobody can guess them, unless a seed decides
// them.
func TestSandbox_seed(t *testing.T) {
	t.Parallel()
	for name, flags := range map[string][]string{"random": nil, "chosen": {"--seed", "0"}} {
		first, second := run(t, io.Discard, flags...), run(t, io.Discard, flags...)
		if same := first.TestKey == second.TestKey && first.LiveKey == second.LiveKey; same != (name == "chosen") {
			t.Errorf("%s: %s and %s", name, first.TestKey, second.TestKey)
		}
	}
}

// TestSandbox_allowRemote checks that --allow-remote serves other machines and prints a warning.
func TestSandbox_allowRemote(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	s := run(t, &stderr, "--allow-remote", "--admin-addr", "0.0.0.0:0")
	if code := s.interrupt(); code != 0 || !strings.Contains(stderr.String(),
		"Warning: with --allow-remote, whoever reaches the admin API can") {
		t.Errorf("exit code %d, and %q", code, stderr.String())
	}
}

// TestSandbox_dialect checks that the flag reaches the sandbox and its API document.
func TestSandbox_dialect(t *testing.T) {
	t.Parallel()
	line := run(t, io.Discard, "--dialect", filepath.Join("..", "..", "examples", "dialects", "other-path.json"))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, line.URL+"/docs/merchants-api-json", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Paths map[string]any `json:"paths"`
	}
	err = json.NewDecoder(response.Body).Decode(&document)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	if document.Paths["/v1/rewards/perks"] == nil || document.Paths["/v1/perks"] != nil {
		t.Errorf("the document has the paths %v", slices.Sorted(maps.Keys(document.Paths)))
	}
}

func TestSandboxRunsUntilInterrupted(t *testing.T) {
	t.Parallel()
	line := run(t, io.Discard, "--fault", `{"status": 503}`)
	if !strings.HasPrefix(line.TestKey, "test_") || !strings.HasPrefix(line.LiveKey, "live_") {
		t.Errorf("keys are %q and %q", line.TestKey, line.LiveKey)
	}
	get := func(url, key string) (int, string) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+key)
		response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err != nil || response.Body.Close() != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(body)
	}
	if status, _ := get(line.URL+"/v1/perks", line.TestKey); status != 503 {
		t.Errorf("the first request got %d, want the 503 of --fault", status)
	}
	if status, body := get(line.URL+"/v1/perks", line.TestKey); status != 200 ||
		body != `{"data":[],"nextCursor":null,"total":0}` {
		t.Errorf("the second request got %d %s", status, body)
	}
	if status, body := get(line.URL+"/docs/merchants-api-json", ""); status != 200 ||
		!strings.Contains(body, `"openapi":"3.1.0"`) {
		t.Errorf("the API document is %d %.80s", status, body)
	}
	if status, body := get(line.AdminURL+"/stats", ""); status != 200 || !strings.Contains(body, `"requests":2`) {
		t.Errorf("the counters are %d %s", status, body)
	}
	if code := line.interrupt(); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}
