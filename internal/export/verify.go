package export

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// Verify plans the configuration with Terraform or OpenTofu, for each merchant that was read, and
// fails unless the plan imports what the merchant has, creates what it lacks, and changes nothing
// but the keys. It works in a directory of its own, without a state, and needs no registry: program
// is the provider's own binary.
func (e *Export) Verify(ctx context.Context, program string, sources ...portable.Source) error {
	for _, source := range sources {
		plan, err := e.plan(ctx, program, source)
		if err != nil {
			return err
		}
		if err := e.judge(plan, source.Mode); err != nil {
			return err
		}
	}
	return nil
}

// plan returns the plan of a merchant.
func (e *Export) plan(ctx context.Context, program string, source portable.Source) (*tfjson.Plan, error) {
	scratch, err := os.MkdirTemp("", "cohort-export-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	if err := e.replace(filepath.Join(scratch, "configuration"), nil); err != nil {
		return nil, err
	}
	v, err := e.verifier(scratch, program, source)
	if err != nil {
		return nil, err
	}
	if _, err := v.run(ctx, "get"); err != nil {
		return nil, err
	}
	saved := filepath.Join(scratch, "plan")
	if _, err := v.run(ctx, "plan", "-input=false", "-lock=false", "-out="+saved); err != nil {
		return nil, err
	}
	shown, err := v.run(ctx, "show", "-json", saved)
	if err != nil {
		return nil, err
	}
	plan := new(tfjson.Plan)
	if err := plan.UnmarshalJSON(shown); err != nil {
		return nil, fmt.Errorf("the plan cannot be read: %w", err)
	}
	return plan, nil
}

// judge compares a plan with what it should be.
func (e *Export) judge(plan *tfjson.Plan, mode merchants.Mode) error {
	want := map[string]string{}
	for _, entry := range e.program.entries {
		want["cohort_"+entry.object.Kind.Name+"."+entry.name] = e.program.firstAction(mode, entry)
	}
	var wrong []string
	for _, change := range plan.ResourceChanges {
		if change.Mode != tfjson.ManagedResourceMode {
			continue
		}
		var words []string
		if change.Change.Importing != nil {
			words = append(words, "import")
		}
		for _, action := range change.Change.Actions {
			if action != tfjson.ActionNoop {
				words = append(words, string(action))
			}
		}
		address := change.Type + "." + change.Name
		if got := strings.Join(words, " and "); got != want[address] {
			wrong = append(wrong, fmt.Sprintf("%s: %s instead of %s", change.Address, cmp.Or(got, "nothing"), want[address]))
		}
		delete(want, address)
	}
	for address := range want {
		wrong = append(wrong, address+": not in the plan")
	}
	if slices.Sort(wrong); len(wrong) > 0 {
		return fmt.Errorf("the plan of the %s merchant is not as expected:\n  %s", mode, strings.Join(wrong, "\n  "))
	}
	return nil
}

// FindCLI returns the path of Terraform or OpenTofu, which [Export.Verify] needs.
func FindCLI() (string, error) {
	for _, name := range []string{"terraform", "tofu"} {
		if cli, err := exec.LookPath(name); err == nil {
			return cli, nil
		}
	}
	return "", errors.New("neither terraform nor tofu is in PATH, and --verify needs one of them")
}

// verifier runs Terraform for a check.
type verifier struct {
	cli, directory string
	environment    []string
}

func (e *Export) verifier(scratch, program string, source portable.Source) (*verifier, error) {
	cli, err := FindCLI()
	if err != nil {
		return nil, err
	}
	if err := os.Symlink(program, filepath.Join(scratch, "terraform-provider-cohort")); err != nil {
		return nil, err
	}
	settings := filepath.Join(scratch, "cli.tfrc")
	content := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n  }\n  direct {}\n}\n", sourceAddress,
		scratch)
	if err := os.WriteFile(settings, []byte(content), 0o600); err != nil {
		return nil, err
	}
	v := &verifier{cli: cli, directory: filepath.Join(scratch, "configuration", e.program.rootDir(source.Mode))}
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, "TF_") && !strings.HasPrefix(name, "COHORT_") || name == "COHORT_API_URL" {
			v.environment = append(v.environment, variable)
		}
	}
	v.environment = append(v.environment, "TF_CLI_CONFIG_FILE="+settings, "TF_DATA_DIR="+filepath.Join(scratch, "data"),
		"TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1", "COHORT_READ_ONLY=true")
	if source.Snapshot != "" {
		snapshot, err := filepath.Abs(source.Snapshot)
		if err != nil {
			return nil, err
		}
		v.environment = append(v.environment, "COHORT_SNAPSHOT="+snapshot)
	} else {
		v.environment = append(v.environment, "COHORT_API_KEY="+source.Key)
	}
	if source.URL != "" {
		v.environment = append(v.environment, "COHORT_API_URL="+source.URL)
	}
	for name, value := range e.Variables(source.Mode) {
		v.environment = append(v.environment, "TF_VAR_"+name+"="+value)
	}
	return v, nil
}

// run runs a command and returns its standard output.
func (v *verifier) run(ctx context.Context, arguments ...string) ([]byte, error) {
	var output, problems bytes.Buffer
	command := exec.CommandContext(ctx, v.cli, append([]string{arguments[0], "-no-color"}, arguments[1:]...)...)
	command.Dir, command.Env, command.Stdout, command.Stderr = v.directory, v.environment, &output, &problems
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("%s %s failed: %w\n%s", filepath.Base(v.cli), arguments[0], err,
			strings.TrimSpace(problems.String()))
	}
	return output.Bytes(), nil
}
