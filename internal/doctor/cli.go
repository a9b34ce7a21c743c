package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/terraform"
)

// CLI is the Terraform or OpenTofu of this machine, and what of the provider it can use.
type CLI struct {
	// Name is Terraform or OpenTofu; "" if there is neither.
	Name    string `json:"name,omitempty"`
	Version string `json:"version,omitempty"`
	// Features are what this version can use; Later are the others, with the version they need.
	Features []string `json:"features,omitempty"`
	Later    []string `json:"later,omitempty"`
	// Problem says why nothing is known.
	Problem string `json:"problem,omitempty"`
}

// features are the features of the provider that not every CLI has, and the first versions that
// have them; "" for none.
var features = []struct{ name, terraform, tofu string }{
	{"the provider", "1.8", "1.8"},
	{"ephemeral values", "1.10", "1.11"},
	{"write-only arguments", "1.11", "1.11"},
	{"import by identity", "1.12", "1.12"},
	{"queries", "1.14", ""},
	{"actions", "1.14", ""},
	{"configuration that the provider generates", "1.14", ""},
}

// examineCLI asks the CLI for its version.
func examineCLI(ctx context.Context) CLI {
	path, err := terraform.Find()
	if err != nil {
		return CLI{Problem: err.Error()}
	}
	// In a directory of its own: the version would also list the providers of a root module.
	directory, err := os.MkdirTemp("", "cohort-doctor-")
	if err != nil {
		return CLI{Problem: err.Error()}
	}
	defer func() { _ = os.RemoveAll(directory) }()
	cli := terraform.CLI{
		Path: path, Directory: directory, Environment: append(os.Environ(), "CHECKPOINT_DISABLE=1"),
	}
	printed, err := cli.Run(ctx, "version", "-json")
	if err != nil {
		return CLI{Problem: err.Error()}
	}
	return describeCLI(path, printed)
}

// describeCLI reads what the version command of a CLI prints.
func describeCLI(path string, printed []byte) CLI {
	var known struct {
		Version string `json:"terraform_version"`
	}
	if err := json.Unmarshal(printed, &known); err != nil || known.Version == "" {
		return CLI{Problem: "its version command does not print a version"}
	}
	c := CLI{Name: "Terraform", Version: known.Version}
	isTofu := strings.Contains(path[strings.LastIndexAny(path, `/\`)+1:], "tofu")
	if isTofu {
		c.Name = "OpenTofu"
	}
	for _, f := range features {
		since := f.terraform
		if isTofu {
			since = f.tofu
		}
		switch {
		case since == "":
			c.Later = append(c.Later, f.name)
		case isAtLeast(known.Version, since):
			c.Features = append(c.Features, f.name)
		default:
			c.Later = append(c.Later, fmt.Sprintf("%s (%s)", f.name, since))
		}
	}
	return c
}

// isAtLeast compares the major and the minor version.
func isAtLeast(version, since string) bool {
	is, wanted := strings.Split(version, "."), strings.Split(since, ".")
	for i, text := range wanted {
		want, _ := strconv.Atoi(text)
		have := 0
		if i < len(is) {
			have, _ = strconv.Atoi(is[i])
		}
		if have != want {
			return have > want
		}
	}
	return true
}
