// Package terraform runs the Terraform or OpenTofu of the user.
package terraform

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

	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// CLI is Terraform or OpenTofu in a directory.
type CLI struct {
	// Path is the path of the program.
	Path string
	// Directory is where it runs.
	Directory string
	// Environment are all its environment variables.
	Environment []string
}

// Find returns the path of Terraform or OpenTofu.
func Find() (string, error) {
	for _, name := range []string{"terraform", "tofu"} {
		if cli, err := exec.LookPath(name); err == nil {
			return cli, nil
		}
	}
	return "", errors.New("neither terraform nor tofu is in PATH: install one of them, or add its directory to PATH")
}

// Run runs a command and returns its standard output. An error has what the command printed.
func (c CLI) Run(ctx context.Context, arguments ...string) ([]byte, error) {
	var output, problems bytes.Buffer
	command := exec.CommandContext(ctx, c.Path, append([]string{arguments[0], "-no-color"}, arguments[1:]...)...)
	command.Dir, command.Env, command.Stdout, command.Stderr = c.Directory, c.Environment, &output, &problems
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("%s %s failed: %w\n%s", filepath.Base(c.Path), arguments[0], err,
			strings.TrimSpace(problems.String()))
	}
	return output.Bytes(), nil
}

// Plan plans with a refresh, whatever the environment says, and returns the plan as JSON. The saved
// plan, which has secrets, is removed.
func (c CLI) Plan(ctx context.Context) ([]byte, error) {
	scratch, err := os.MkdirTemp("", "cohort-plan-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	saved := filepath.Join(scratch, "plan")
	if _, err := c.Run(ctx, "plan", "-input=false", "-lock=false", "-refresh=true", "-refresh-only=false",
		"-destroy=false", "-out="+saved); err != nil {
		return nil, err
	}
	return c.Run(ctx, "show", "-json", saved)
}

// PlanOf plans a root of the user, which terraform init has prepared, against a merchant, and
// returns the plan as JSON. The provider gets the key or the snapshot of the source in place of
// what the environment says, and sends nothing but GET.
func PlanOf(ctx context.Context, root string, source portable.Source) ([]byte, error) {
	path, err := Find()
	if err != nil {
		return nil, err
	}
	access, err := Access(source)
	if err != nil {
		return nil, err
	}
	replaced := []string{
		"COHORT_API_KEY", "COHORT_TEST_API_KEY", "COHORT_LIVE_API_KEY", "COHORT_SNAPSHOT", "COHORT_READ_ONLY",
	}
	c := CLI{Path: path, Directory: root}
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); !slices.Contains(replaced, name) {
			c.Environment = append(c.Environment, variable)
		}
	}
	c.Environment = append(append(c.Environment, access...), "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1")
	return c.Plan(ctx)
}

// Access returns the environment variables by which the provider reads a source, and writes
// nothing.
func Access(source portable.Source) ([]string, error) {
	access := []string{"COHORT_READ_ONLY=true"}
	if source.URL != "" {
		access = append(access, "COHORT_API_URL="+source.URL)
	}
	if source.Snapshot == "" {
		return append(access, "COHORT_API_KEY="+source.Key), nil
	}
	snapshot, err := filepath.Abs(source.Snapshot)
	return append(access, "COHORT_SNAPSHOT="+snapshot), err
}
