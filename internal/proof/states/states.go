// Package states has the golden states: what Terraform had in its state after an apply with each
// release. A later version of the provider has to open all of them.
//
// The folder testdata has a folder for each release. The files of its configuration set every
// attribute; what needs write-only arguments stands in write_only.tf. state.json is the state, and
// merchants.json has the merchants of the sandbox from then. For the coming version, the test of
// this package writes these two with -update. Once the version is released, they stay as they are.
//
// Tests of internal/provider open the states at the protocol and in Terraform, and a case of
// internal/proof/faults opens them damaged.
package states

import (
	"embed"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// The files in the folder of a release, apart from the rest of its configuration.
const (
	stateFile     = "state.json"
	merchantsFile = "merchants.json"
	writeOnlyFile = "write_only.tf"
)

// writeOnlyPerk is the name of the perk in write_only.tf, and WriteOnlyCode is its code, which no
// state has.
const (
	writeOnlyPerk = "write_only"
	WriteOnlyCode = "WRITE-ONLY-CODE"
)

//go:embed testdata
var files embed.FS

// Release is what a release left.
type Release struct {
	Version string
	// State is the whole state, as Terraform wrote it.
	State string
	// config are the texts of the configuration by file, and merchants is the data file of a sandbox.
	config    map[string]string
	merchants string
}

// All returns all releases, with the coming one as soon as it has a state.
func All(t *testing.T) []Release {
	t.Helper()
	found, err := fs.Glob(files, "testdata/*/"+stateFile)
	if err != nil || len(found) == 0 {
		t.Fatal("no release has a state", err)
	}
	var all []Release
	for _, name := range found {
		folder := path.Dir(name)
		r := Release{
			Version: path.Base(folder), State: content(t, name), config: map[string]string{},
			merchants: content(t, path.Join(folder, merchantsFile)),
		}
		configs, err := fs.Glob(files, folder+"/*.tf")
		if err != nil {
			t.Fatal(err)
		}
		for _, config := range configs {
			r.config[path.Base(config)] = content(t, config)
		}
		all = append(all, r)
	}
	return all
}

func content(t *testing.T, name string) string {
	t.Helper()
	text, err := files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Sandbox returns the options of a sandbox with the merchants of the release.
func (r Release) Sandbox(t *testing.T) sandbox.Options {
	t.Helper()
	folder := t.TempDir()
	write(t, folder, merchantsFile, r.merchants)
	return options(filepath.Join(folder, merchantsFile))
}

// options are those of a sandbox that writes values in forms of its own, so that the states have
// private data. Its time stands still, or campaigns would end.
func options(merchants string) sandbox.Options {
	return sandbox.Options{
		DataFile: merchants, Seed: 1, Normalize: true,
		Now: func() time.Time { return time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC) },
	}
}

// Write writes the configuration and the state into a root module, for the Terraform or OpenTofu of
// the tests. One that has no write-only arguments gets neither the file with them nor its perk.
func (r Release) Write(t *testing.T, root string) {
	t.Helper()
	config, state := maps.Clone(r.config), r.State
	if config[writeOnlyFile] != "" && !terraformtest.Supports(t, "write-only arguments", "1.11", "1.11") {
		delete(config, writeOnlyFile)
		state = without(t, state, writeOnlyPerk)
	}
	for name, text := range config {
		write(t, root, name, text)
	}
	if cli, err := terraformtest.CLI(); err == nil && strings.HasPrefix(filepath.Base(cli), "tofu") {
		state = strings.ReplaceAll(state, "registry.terraform.io", "registry.opentofu.org")
	}
	write(t, root, "terraform.tfstate", state)
}

func write(t *testing.T, folder, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// without returns a state without the resources of a name.
func without(t *testing.T, state, name string) string {
	t.Helper()
	var file map[string]any
	if err := json.Unmarshal([]byte(state), &file); err != nil {
		t.Fatal(err)
	}
	resources, _ := file["resources"].([]any)
	file["resources"] = slices.DeleteFunc(resources, func(element any) bool {
		resource, _ := element.(map[string]any)
		return resource["name"] == name
	})
	text, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Coming returns the version that CHANGELOG.md has first, and whether it is released. repository is
// the path to the root of the repository.
func Coming(t *testing.T, repository string) (version string, released bool) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(repository, "CHANGELOG.md"))
	if err != nil {
		t.Fatal(err)
	}
	first := regexp.MustCompile(`^## (\d+\.\d+\.\d+) (\(Unreleased\))?`).FindSubmatch(content)
	if first == nil {
		t.Fatal("CHANGELOG.md does not begin with a version")
	}
	return string(first[1]), len(first[2]) == 0
}
