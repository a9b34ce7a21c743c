package provider_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
)

// repository is the path from this folder to the root of the repository.
const repository = "../.."

// workshop is the folder for what is built once for all tests. It is removed after the last test.
var workshop string

func TestMain(m *testing.M) {
	// A variable of the machine must not reach the provider under test.
	for _, setting := range os.Environ() {
		if name, _, _ := strings.Cut(setting, "="); strings.HasPrefix(name, "COHORT_") {
			_ = os.Unsetenv(name)
		}
	}
	os.Exit(func() int {
		var err error
		if workshop, err = os.MkdirTemp("", "cohort-provider-test-"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer func() { _ = os.RemoveAll(workshop) }()
		// The provider keeps notes for its apply in TMPDIR, so they are removed too.
		if err = os.Setenv("TMPDIR", workshop); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// builtMirror builds the provider into a mirror, once for all tests. It returns the CLI
// configuration of that mirror.
var builtMirror = sync.OnceValues(func() (configuration string, err error) {
	_, configuration, err = terraformtest.Mirror(workshop)
	return configuration, err
})

// fewerStarts prepares the Terraform of the test framework, once for all tests.
var fewerStarts = sync.OnceValue(func() error { return terraformtest.FewerStarts(workshop) })

// terraformCLI runs the real Terraform with the real provider in one root directory, each in its
// own process.
type terraformCLI struct {
	t    *testing.T
	path string
	dir  string
	env  []string
}

// newTerraformCLI returns a Terraform for a root directory. settings are environment variables,
// such as COHORT_API_KEY=test_…. No variable of the machine for Terraform or for the provider is
// passed on.
func newTerraformCLI(t *testing.T, dir string, settings ...string) *terraformCLI {
	t.Helper()
	configuration, err := builtMirror()
	if err != nil {
		t.Fatal(err)
	}
	path, err := terraformtest.CLI()
	if err != nil {
		t.Fatal(err)
	}
	env := slices.DeleteFunc(os.Environ(), func(setting string) bool {
		return strings.HasPrefix(setting, "TF_") || strings.HasPrefix(setting, "COHORT_")
	})
	env = append(env, "TF_CLI_CONFIG_FILE="+configuration, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0")
	env = append(env, terraformtest.Quick...)
	return &terraformCLI{t: t, path: path, dir: dir, env: append(env, settings...)}
}

// in returns the same Terraform for another root directory.
func (c *terraformCLI) in(dir string) *terraformCLI {
	return &terraformCLI{t: c.t, path: c.path, dir: dir, env: c.env}
}

// with returns the same Terraform with other settings. If a name repeats, the last setting counts.
func (c *terraformCLI) with(settings ...string) *terraformCLI {
	return &terraformCLI{t: c.t, path: c.path, dir: c.dir, env: append(slices.Clone(c.env), settings...)}
}

// command prepares a command, for tests that send signals to it. The command ends with the test.
func (c *terraformCLI) command(args ...string) *exec.Cmd {
	c.t.Helper()
	command := exec.CommandContext(c.t.Context(), c.path, append(args, "-no-color")...)
	command.Dir, command.Env = c.dir, c.env
	return command
}

// run runs a command, and returns its output and exit code.
func (c *terraformCLI) run(args ...string) (output string, code int) {
	c.t.Helper()
	printed, err := c.command(args...).CombinedOutput()
	var failed *exec.ExitError
	switch {
	case errors.As(err, &failed):
		return string(printed), failed.ExitCode()
	case err != nil:
		c.t.Fatalf("terraform %s: %s", strings.Join(args, " "), err)
	}
	return string(printed), 0
}

// must runs a command, and fails unless it succeeds.
func (c *terraformCLI) must(args ...string) string {
	c.t.Helper()
	output, code := c.run(args...)
	if code != 0 {
		c.t.Fatalf("terraform %s: exit code %d\n%s", strings.Join(args, " "), code, output)
	}
	return output
}

// terraformRoot writes a root module and initializes it.
func terraformRoot(t *testing.T, body string, settings ...string) *terraformCLI {
	t.Helper()
	return initialized(t, t.TempDir(), body, settings...)
}

// initialized writes the root module of a directory and initializes it.
func initialized(t *testing.T, dir, body string, settings ...string) *terraformCLI {
	t.Helper()
	writeModule(t, dir, body)
	c := newTerraformCLI(t, dir, settings...)
	c.must("init")
	return c
}

// writeModule writes a module that needs the provider.
func writeModule(t *testing.T, dir, body string) {
	t.Helper()
	text := "terraform {\n  required_providers {\n    cohort = { source = \"cohort-xyz/cohort\" }\n  }\n}\n" + body
	if err := os.MkdirAll(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
