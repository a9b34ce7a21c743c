package export

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/terraform"
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
	if _, err := v.Run(ctx, "get"); err != nil {
		return nil, err
	}
	shown, err := v.Plan(ctx)
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

// verifier returns the Terraform that checks an export.
func (e *Export) verifier(scratch, program string, source portable.Source) (*terraform.CLI, error) {
	cli, err := terraform.Find()
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
	v := &terraform.CLI{Path: cli, Directory: filepath.Join(scratch, "configuration", e.program.rootDir(source.Mode))}
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, "TF_") && !strings.HasPrefix(name, "COHORT_") || name == "COHORT_API_URL" {
			v.Environment = append(v.Environment, variable)
		}
	}
	v.Environment = append(v.Environment, "TF_CLI_CONFIG_FILE="+settings, "TF_DATA_DIR="+filepath.Join(scratch, "data"),
		"TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1")
	access, err := terraform.Access(source)
	if err != nil {
		return nil, err
	}
	v.Environment = append(v.Environment, access...)
	for name, value := range e.Variables(source.Mode) {
		v.Environment = append(v.Environment, "TF_VAR_"+name+"="+value)
	}
	return v, nil
}
