// Package terraformtest runs the real Terraform or OpenTofu with the provider of this checkout as a
// separate process. It is for tests of what only happens there: signals, crashes, saved plans. It
// contains helpers for such tests, and no tests of the provider. It must not import the provider,
// the client or the sandbox.
package terraformtest

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/peakrss"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/tools/terraformcli"
)

// CLI finds Terraform or OpenTofu, once per process: TF_ACC_TERRAFORM_PATH, else as
// [terraformcli.Find] does.
var CLI = sync.OnceValues(func() (string, error) {
	return terraformcli.Find(context.Background(), os.Getenv("TF_ACC_TERRAFORM_PATH"),
		func(text string) { fmt.Fprintln(os.Stderr, text) })
})

// version is what the Terraform or OpenTofu of the tests calls itself, asked once per process.
var version = sync.OnceValues(func() (string, error) {
	path, err := CLI()
	if err != nil {
		return "", err
	}
	command := exec.CommandContext(context.Background(), path, "version")
	command.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+os.DevNull, "CHECKPOINT_DISABLE=1")
	output, err := command.Output()
	first, _, _ := strings.Cut(string(output), "\n")
	return first, err
})

// Supports reports whether the Terraform or OpenTofu of the tests has a feature, from its first
// versions; "" stands for none. If not, the log says what did not run, and make compat shows it.
func Supports(t *testing.T, feature, terraform, tofu string) bool {
	t.Helper()
	is, err := version()
	if err != nil {
		t.Fatal(err)
	}
	name, first := "Terraform", terraform
	if strings.HasPrefix(is, "OpenTofu") {
		name, first = "OpenTofu", tofu
	}
	if first == "" {
		t.Logf("NOT RUN: %s: not in %s", feature, name)
		return false
	}
	var major, minor, firstMajor, firstMinor int
	if _, err := fmt.Sscanf(is, name+" v%d.%d", &major, &minor); err != nil {
		t.Fatalf("the version %q: %v", is, err)
	}
	if _, err := fmt.Sscanf(first, "%d.%d", &firstMajor, &firstMinor); err != nil {
		t.Fatalf("the version %q: %v", first, err)
	}
	if major > firstMajor || major == firstMajor && minor >= firstMinor {
		return true
	}
	t.Logf("NOT RUN: %s: from %s %s on, this is %s", feature, name, first, is)
	return false
}

//go:embed terraform.sh
var terraformScript []byte

// FewerStarts puts a script in front of the Terraform of terraform-plugin-testing, in a folder that
// lasts as long as the tests. The script answers when the framework asks for something already
// known. Half of the starts in its steps are such questions, and starts of Terraform are most of
// the cost of the tests.
func FewerStarts(folder string) error {
	path, err := CLI()
	if err != nil {
		return err
	}
	if runtime.GOOS != "windows" {
		script := filepath.Join(folder, "terraform.sh")
		if err := os.WriteFile(script, terraformScript, 0o700); err != nil {
			return err
		}
		if err := os.Setenv("TESTED_TERRAFORM", path); err != nil {
			return err
		}
		path = script
	}
	return os.Setenv("TF_ACC_TERRAFORM_PATH", path)
}

// Quick are environment variables that make Terraform faster when only its result counts: no
// encryption between Terraform and the provider, and rare garbage collection in both.
var Quick = []string{"TF_DISABLE_PLUGIN_TLS=1", "GOGC=400"}

// workshop is the directory in which the provider is built.
var workshop string

// built returns the directory of the provider binary. It builds the binary once per process, when a
// test needs it.
var built = sync.OnceValues(func() (string, error) {
	return workshop, Build(filepath.Join(workshop, "terraform-provider-cohort"))
})

// Build builds the provider of this checkout at a path, with flags of go build. Unlike go build, go
// run keeps what it has linked, so that only the first of many packages links the provider.
func Build(path string, flags ...string) error {
	const provider = "github.com/cohort-xyz/terraform-provider-cohort"
	args := slices.Concat([]string{"run", "-exec=cp"}, flags, []string{provider, path})
	if runtime.GOOS == "windows" { // It has no cp.
		args = slices.Concat([]string{"build", "-o", path}, flags, []string{provider})
	}
	if output, err := exec.CommandContext(context.Background(), "go", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("build the provider: %w: %s", err, output)
	}
	return nil
}

// Main runs the tests of a package and removes the provider that they built. Call it from TestMain.
func Main(m *testing.M) int {
	var err error
	if workshop, err = os.MkdirTemp("", "cohort-provider-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(workshop) }()
	return m.Run()
}

// Workspace is a directory with its own configuration, state and environment.
type Workspace struct {
	t   *testing.T
	cli string
	// Dir is the directory.
	Dir string
	// Env is added to the environment of every command. Apart from it, a command gets only PATH and
	// HOME of the test, and its own directory for temporary files.
	Env map[string]string
	// Measured makes each command measure its memory.
	Measured bool
	// Output is what all commands printed and logged so far.
	Output bytes.Buffer
	// settings is the CLI configuration.
	settings string
	// States are the state files that the commands left, in order.
	States [][]byte
}

// notesDir makes a directory for temporary files. The provider leaves notes about its plans there,
// under ids that repeat from sandbox to sandbox, so each workspace needs its own. The path is
// shorter than t.TempDir, because it also contains sockets.
func notesDir() (string, error) { return os.MkdirTemp("", "notes-") }

// New makes a workspace with this configuration, and adds the required_providers block.
func New(t *testing.T, config string) *Workspace {
	t.Helper()
	cli, err := CLI()
	if err != nil {
		t.Fatal(err)
	}
	binaries, err := built()
	if err != nil {
		t.Fatal(err)
	}
	notes, err := notesDir()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(notes) })
	w := &Workspace{t: t, cli: cli, Dir: t.TempDir(), Env: map[string]string{"TMPDIR": notes}}
	w.Write("terraform.rc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"cohort-xyz/cohort\" = %q\n"+
		"  }\n  direct {}\n}\n", binaries))
	w.settings = filepath.Join(w.Dir, "terraform.rc")
	w.Write("versions.tf",
		"terraform {\n  required_providers {\n    cohort = { source = \"cohort-xyz/cohort\" }\n  }\n}\n")
	w.Write("main.tf", config)
	return w
}

// In returns the workspace of a root module below the directory, with an environment of its own.
func (w *Workspace) In(folder string) *Workspace {
	w.t.Helper()
	env := maps.Clone(w.Env)
	return &Workspace{t: w.t, cli: w.cli, Dir: filepath.Join(w.Dir, folder), Env: env, settings: w.settings}
}

// Provider returns the path of the built provider.
func (w *Workspace) Provider() string { return filepath.Join(workshop, "terraform-provider-cohort") }

// Write writes a file of the workspace.
func (w *Workspace) Write(name, content string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.Dir, name), []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// Read reads a file of the workspace. It returns nil if there is none.
func (w *Workspace) Read(name string) []byte {
	content, err := os.ReadFile(filepath.Join(w.Dir, name))
	if err != nil {
		return nil
	}
	return content
}

// Result is the outcome of a command.
type Result struct {
	// Code is the exit code, or -1 if a signal ended the command.
	Code int
	// Output is what the command printed to both streams.
	Output string
	// Memory is the peak memory of the largest provider, in bytes; 0 if Measured is not set or the
	// system does not report it.
	Memory int64
}

// Process is a running command.
type Process struct {
	workspace *Workspace
	command   *exec.Cmd
	output    *output
	// memory ends the measurement, if there is one.
	memory func() (terraform, provider int64)
}

// output is a buffer that can be read during writes.
type output struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (o *output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buffer.Write(text)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buffer.String()
}

// Output returns what the command has printed so far.
func (p *Process) Output() string { return p.output.String() }

// patience is the time limit of a command; no test measures it.
const patience = 5 * time.Minute

// Start starts a command in its own process group.
func (w *Workspace) Start(args ...string) *Process {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	w.t.Cleanup(cancel)
	command := exec.CommandContext(ctx, w.cli, args...)
	command.Dir = w.Dir
	command.Env = append(slices.Collect(w.environment), "TF_CLI_CONFIG_FILE="+w.settings, "CHECKPOINT_DISABLE=1",
		"TF_IN_AUTOMATION=1")
	if !w.Measured {
		command.Env = append(command.Env, Quick...)
	}
	ownGroup(command)
	p := &Process{workspace: w, command: command, output: new(output)}
	command.Stdout, command.Stderr = p.output, p.output
	if err := command.Start(); err != nil {
		w.t.Fatal(err)
	}
	if w.Measured {
		p.memory = peakrss.Watch(command.Process.Pid)
	}
	return p
}

func (w *Workspace) environment(yield func(string) bool) {
	for _, name := range []string{"PATH", "HOME"} {
		if value, set := os.LookupEnv(name); set && !yield(name+"="+value) {
			return
		}
	}
	for name, value := range w.Env {
		if !yield(name + "=" + value) {
			return
		}
	}
}

// Wait waits for the command to end and records its output and its state file.
func (p *Process) Wait() Result {
	err := p.command.Wait()
	result := Result{Output: p.output.String()}
	if p.memory != nil {
		_, result.Memory = p.memory()
	}
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		result.Code = exit.ExitCode()
	case err != nil:
		p.workspace.t.Error(err)
	}
	fmt.Fprintf(&p.workspace.Output, "$ %s\n%s\n", strings.Join(p.command.Args[1:], " "), result.Output)
	if state := p.workspace.Read("terraform.tfstate"); state != nil {
		p.workspace.States = append(p.workspace.States, state)
	}
	return result
}

// Run runs a command until it ends.
func (w *Workspace) Run(args ...string) Result {
	w.t.Helper()
	return w.Start(args...).Wait()
}

// Apply applies without a prompt.
func (w *Workspace) Apply(args ...string) Result {
	w.t.Helper()
	return w.Run(append([]string{"apply", "-auto-approve", "-no-color", "-input=false"}, args...)...)
}

// Plan plans; the exit code is 0 for an empty plan, 2 for changes, 1 for an error.
func (w *Workspace) Plan(args ...string) Result {
	w.t.Helper()
	return w.Run(append([]string{"plan", "-detailed-exitcode", "-no-color", "-input=false"}, args...)...)
}
