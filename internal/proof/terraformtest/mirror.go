package terraformtest

import (
	"errors"
	"fmt"
	"os"
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
		return filepath.Join(mirror, host, "cohort-xyz", "cohort", release, runtime.GOOS+"_"+runtime.GOARCH, name)
	}
	binary, twin := of("registry.terraform.io"), of("registry.opentofu.org")
	configuration = filepath.Join(folder, "cli.tfrc")
	text := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n",
		filepath.ToSlash(mirror))
	return binary, configuration, errors.Join(
		os.MkdirAll(filepath.Dir(binary), 0o750),
		os.MkdirAll(filepath.Dir(twin), 0o750),
		Build(binary, "-ldflags=-X main.version="+release),
		os.Link(binary, twin),
		os.WriteFile(configuration, []byte(text), 0o600))
}
