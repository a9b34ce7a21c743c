// Package terraformcli finds the Terraform or OpenTofu that tests, the demo and the benchmark run,
// and downloads Terraform if there is neither. It must not import any other package of this
// repository, nor run what it finds.
package terraformcli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hc-install/product"
	"github.com/hashicorp/hc-install/releases"
)

// mirrorVariable names a mirror of releases.hashicorp.com, for machines that cannot reach that
// host.
const mirrorVariable = "TERRAFORM_MIRROR"

// Find returns the named program, if there is a name, else terraform or tofu in PATH, else the
// Terraform in the folder .cache of the current checkout. If that is missing too, Find says so,
// downloads the newest version and checks its signature.
func Find(ctx context.Context, named string, say func(string)) (string, error) {
	if named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", err
		}
		return filepath.Abs(path)
	}
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			return filepath.Abs(path)
		}
	}
	gomod, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("look for the checkout: go env GOMOD: %w", err)
	}
	cache := filepath.Join(filepath.Dir(strings.TrimSpace(string(gomod))), ".cache", "terraform")
	return cached(ctx, cache, releases.LatestVersion{ApiBaseURL: os.Getenv(mirrorVariable)}, say)
}

// cached returns the Terraform in a folder. A downloaded one appears there complete, so other
// processes may look at the same time.
func cached(ctx context.Context, folder string, newest releases.LatestVersion, say func(string)) (string, error) {
	path := filepath.Join(folder, product.Terraform.BinaryName())
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return path, err
	}
	say("Neither terraform nor tofu is in PATH; Terraform is downloaded into .cache.")
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return "", err
	}
	fetched, err := os.MkdirTemp(folder, "fetch-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(fetched) }()
	newest.Product, newest.InstallDir = product.Terraform, fetched
	binary, err := newest.Install(ctx)
	if err != nil {
		return "", fmt.Errorf("neither terraform nor tofu is in PATH, and Terraform could not be downloaded "+
			"(put one of them into PATH, or set %s to a mirror of releases.hashicorp.com): %w", mirrorVariable, err)
	}
	return path, os.Rename(binary, path)
}
