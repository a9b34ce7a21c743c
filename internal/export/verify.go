package export

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

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// Verify plans the configuration with Terraform or OpenTofu, for the merchant that was exported, and
// fails unless the plan imports everything and changes nothing but the keys. It works in a directory
// of its own, without a state, and needs no registry: program is the provider's own binary.
func (e *Export) Verify(ctx context.Context, program string, source provider.Source) error {
	scratch, err := os.MkdirTemp("", "cohort-export-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	if err := e.replace(filepath.Join(scratch, "configuration"), nil); err != nil {
		return err
	}
	v, err := e.verifier(scratch, program, source)
	if err != nil {
		return err
	}
	if _, err := v.run(ctx, "get"); err != nil {
		return err
	}
	saved := filepath.Join(scratch, "plan")
	if _, err := v.run(ctx, "plan", "-input=false", "-lock=false", "-out="+saved); err != nil {
		return err
	}
	shown, err := v.run(ctx, "show", "-json", saved)
	if err != nil {
		return err
	}
	var plan tfjson.Plan
	if err := plan.UnmarshalJSON(shown); err != nil {
		return fmt.Errorf("the plan cannot be read: %w", err)
	}
	return e.judge(&plan)
}

// judge compares a plan with what it should be.
func (e *Export) judge(plan *tfjson.Plan) error {
	wantImports, _ := e.Report.Expected()
	var imports int
	var wrong []string
	rekeyed := map[string]bool{}
	for _, entry := range e.program.entries {
		if entry.key != entry.object.Key {
			rekeyed["cohort_"+entry.object.Kind.Name+"."+entry.name] = true
		}
	}
	for _, change := range plan.ResourceChanges {
		if change.Mode != tfjson.ManagedResourceMode {
			continue
		}
		if change.Change.Importing != nil {
			imports++
		}
		if actions := change.Change.Actions; !actions.NoOp() && !(actions.Update() && rekeyed[change.Type+"."+change.Name]) {
			var words []string
			for _, action := range actions {
				words = append(words, string(action))
			}
			wrong = append(wrong, change.Address+": "+strings.Join(words, " and "))
		}
	}
	slices.Sort(wrong)
	switch {
	case len(wrong) > 0:
		return fmt.Errorf("the plan of the %s merchant is not empty:\n  %s", e.program.from.Mode, strings.Join(wrong, "\n  "))
	case imports != wantImports:
		return fmt.Errorf("the plan of the %s merchant imports %d objects, not %d", e.program.from.Mode, imports, wantImports)
	default:
		return nil
	}
}

// verifier runs Terraform for a check.
type verifier struct {
	cli, directory string
	environment    []string
}

func (e *Export) verifier(scratch, program string, source provider.Source) (*verifier, error) {
	cli, err := exec.LookPath("terraform")
	if err != nil {
		if cli, err = exec.LookPath("tofu"); err != nil {
			return nil, errors.New("neither terraform nor tofu is in PATH, and --verify needs one of them")
		}
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
	v := &verifier{cli: cli, directory: filepath.Join(scratch, "configuration", e.program.roots()[0])}
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, "TF_") && !strings.HasPrefix(name, "COHORT_") || name == "COHORT_API_URL" {
			v.environment = append(v.environment, variable)
		}
	}
	v.environment = append(v.environment, "TF_CLI_CONFIG_FILE="+settings, "TF_DATA_DIR="+filepath.Join(scratch, "data"),
		"TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1", "COHORT_READ_ONLY=true")
	if source.Snapshot != "" {
		v.environment = append(v.environment, "COHORT_SNAPSHOT="+source.Snapshot)
	} else {
		v.environment = append(v.environment, "COHORT_API_KEY="+source.Key)
	}
	for name, value := range e.Variables(e.program.from.Mode) {
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
