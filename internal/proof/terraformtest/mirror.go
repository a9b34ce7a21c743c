package terraformtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// release is the version of the provider in a mirror. The examples and the docs accept it.
const release = "0.1.0"

// Mirror builds the provider as a release, into a mirror of both registries below a folder. It
// returns the path of the binary, and of a CLI configuration that makes Terraform install only from
// the mirror.
func Mirror(folder string) (binary, configuration string, err error) {
	name := "terraform-provider-cohort_v" + release
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	mirror := filepath.Join(folder, "mirror")
	of := func(host string) string {
		return filepath.Join(mirror, host, "cohort-xyz", "cohort", release, runtime.GOOS+"_"+runtime.GOARCH)
	}
	binary = filepath.Join(of("registry.terraform.io"), name)
	build := exec.CommandContext(context.Background(), "go", "build", "-ldflags=-X main.version="+release, "-o", binary,
		"github.com/cohort-xyz/terraform-provider-cohort")
	if output, err := build.CombinedOutput(); err != nil {
		return "", "", fmt.Errorf("build the provider: %w\n%s", err, output)
	}
	configuration = filepath.Join(folder, "cli.tfrc")
	text := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n",
		filepath.ToSlash(mirror))
	return binary, configuration, errors.Join(
		os.MkdirAll(of("registry.opentofu.org"), 0o750),
		os.Link(binary, filepath.Join(of("registry.opentofu.org"), name)),
		os.WriteFile(configuration, []byte(text), 0o600))
}
