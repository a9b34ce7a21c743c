// Package terraformtest runs the real Terraform, or OpenTofu, with the provider of this checkout as a process of its own: for tests of what only
// happens there, such as signals, crashes and saved plans.
package terraformtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/peakrss"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/tools/terraformcli"
)

// CLI finds Terraform or OpenTofu, once for a process: TF_ACC_TERRAFORM_PATH, else as [terraformcli.Find] does.
var CLI = sync.OnceValues(func() (string, error) {
	return terraformcli.Find(context.Background(), os.Getenv("TF_ACC_TERRAFORM_PATH"), func(text string) { fmt.Fprintln(os.Stderr, text) })
})

// Quick are environment variables for a Terraform of which only the result counts: it does not encrypt what it says to the provider, and neither
// of them collects garbage often.
var Quick = []string{"TF_DISABLE_PLUGIN_TLS=1", "GOGC=400"}

// workshop is where the provider is built.
var workshop string

// built is the directory of the provider binary, which is built once for a process, when a test needs it.
var built = sync.OnceValues(func() (string, error) {
	build := exec.CommandContext(context.Background(), "go", "build", "-o", filepath.Join(workshop, "terraform-provider-cohort"), "github.com/cohort-xyz/terraform-provider-cohort")
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, output)
	}
	return workshop, nil
})

// Main runs the tests of a package and removes the provider that they built. A TestMain calls it.
func Main(m *testing.M) int {
	var err error
	if workshop, err = os.MkdirTemp("", "cohort-provider-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(workshop) }()
	return m.Run()
}

// Workspace is a directory with a configuration, a state and an environment of its own.
type Workspace struct {
	t   *testing.T
	cli string
	// Dir is the directory.
	Dir string
	// Env is added to the environment of every command, which has nothing of the test's own but PATH and HOME, and a directory of its own for temporary files.
	Env map[string]string
	// Measured asks for the memory that commands use.
	Measured bool
	// Output is what all commands printed so far, and their logs.
	Output bytes.Buffer
	// States are the state files that commands left, in their order.
	States [][]byte
}

// notesDir makes a directory for temporary files, in which the provider notes what it plans, by ids that repeat from sandbox to sandbox. Its
// name is short, unlike that of a directory of a test, because sockets stand in it.
func notesDir() (string, error) { return os.MkdirTemp("", "notes-") }

// New makes a workspace with this configuration, to which the required_providers block is added.
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
	w.Write("terraform.rc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"cohort-xyz/cohort\" = %q\n  }\n  direct {}\n}\n", binaries))
	w.Write("versions.tf", "terraform {\n  required_providers {\n    cohort = { source = \"cohort-xyz/cohort\" }\n  }\n}\n")
	w.Write("main.tf", config)
	return w
}

// Write writes a file of the workspace.
func (w *Workspace) Write(name, content string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.Dir, name), []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// Read reads a file of the workspace, nil when there is none.
func (w *Workspace) Read(name string) []byte {
	content, err := os.ReadFile(filepath.Join(w.Dir, name))
	if err != nil {
		return nil
	}
	return content
}

// Result is what a command gave.
type Result struct {
	// Code is the exit code, -1 when a signal ended it.
	Code int
	// Output is what it printed, both streams.
	Output string
	// Memory is the most that the largest provider held at once, in bytes; 0 unless it was asked for, and where the system does not tell.
	Memory int64
}

// Process is a command that runs.
type Process struct {
	workspace *Workspace
	command   *exec.Cmd
	output    *output
	// memory ends the measure of it, when it was asked for.
	memory func() (terraform, provider int64)
}

// output can be read while it is written.
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

// Output is what the command printed so far.
func (p *Process) Output() string { return p.output.String() }

// patience bounds a command; it is no measure of anything.
const patience = 5 * time.Minute

// Start starts a command, in a process group of its own.
func (w *Workspace) Start(args ...string) *Process {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	w.t.Cleanup(cancel)
	command := exec.CommandContext(ctx, w.cli, args...)
	command.Dir = w.Dir
	command.Env = append(slices.Collect(w.environment), "TF_CLI_CONFIG_FILE="+filepath.Join(w.Dir, "terraform.rc"), "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1")
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

// Wait waits for the command to end and keeps its output and the state that it left.
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

// Run runs a command to its end.
func (w *Workspace) Run(args ...string) Result {
	w.t.Helper()
	return w.Start(args...).Wait()
}

// Apply applies without asking.
func (w *Workspace) Apply(args ...string) Result {
	w.t.Helper()
	return w.Run(append([]string{"apply", "-auto-approve", "-no-color", "-input=false"}, args...)...)
}

// Plan plans; the exit code is 0 for an empty plan, 2 for changes, 1 for an error.
func (w *Workspace) Plan(args ...string) Result {
	w.t.Helper()
	return w.Run(append([]string{"plan", "-detailed-exitcode", "-no-color", "-input=false"}, args...)...)
}
