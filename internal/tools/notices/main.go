// Command notices writes the licenses of everything that the provider's binary contains into one
// file, which each archive of a release ships. It takes every license and notice in the folder of a
// used package, and in the folders above it up to the root of the module.
//
// The binary of each system contains other packages, and the file has those of all systems in
// .goreleaser.yml. The command runs in the root of the repository.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: notices FILE")
		os.Exit(2)
	}
	if err := write(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

func write(ctx context.Context, file string) error {
	content, err := os.ReadFile(".goreleaser.yml")
	if err != nil {
		return err
	}
	systems, err := released(content)
	if err != nil {
		return err
	}
	var used []*usedPackage
	for _, system := range systems {
		packages, err := list(ctx, system)
		if err != nil {
			return fmt.Errorf("list the packages for %s: %w", system, err)
		}
		used = append(used, packages...)
	}
	text, err := notices(used)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}

// released returns the systems for which a configuration of goreleaser builds.
func released(configuration []byte) ([]string, error) {
	var parsed struct {
		Builds []struct{ Goos []string }
	}
	if err := yaml.Unmarshal(configuration, &parsed); err != nil {
		return nil, err
	}
	var systems []string
	for _, build := range parsed.Builds {
		systems = append(systems, build.Goos...)
	}
	if len(systems) == 0 {
		return nil, errors.New("the configuration of goreleaser has no build with goos")
	}
	return systems, nil
}

// usedPackage is a package of the binary, as go list prints it.
type usedPackage struct {
	Dir      string
	Root     string
	Standard bool
	Module   *struct {
		Path, Version, Dir string
		Main               bool
	}
}

func list(ctx context.Context, system string) ([]*usedPackage, error) {
	command := exec.CommandContext(ctx, "go", "list", "-deps", "-json=Dir,Root,Standard,Module", ".")
	command.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0")
	command.Stderr = os.Stderr
	output, err := command.Output()
	if err != nil {
		return nil, err
	}
	var packages []*usedPackage
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		p := new(usedPackage)
		switch err := decoder.Decode(p); {
		case errors.Is(err, io.EOF):
			return packages, nil
		case err != nil:
			return nil, err
		}
		packages = append(packages, p)
	}
}

// component is a module, or Go's standard library.
type component struct {
	name, source, root string
	// files are the paths of its licenses and notices, from its root.
	files map[string]bool
}

var (
	license = regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense)([-.].*)?$`)
	notice  = regexp.MustCompile(`(?i)^(notices?|patents)([-.].*)?$`)
)

func notices(used []*usedPackage) ([]byte, error) {
	components := map[string]*component{}
	for _, p := range used {
		found := &component{name: "Go", source: "https://go.dev/dl", root: p.Root}
		switch {
		case p.Standard:
		case p.Module.Main:
			continue
		default:
			found = &component{name: p.Module.Path + " " + p.Module.Version, root: p.Module.Dir}
			found.source = "https://pkg.go.dev/" + p.Module.Path + "@" + p.Module.Version
		}
		if known := components[found.name]; known != nil {
			found = known
		} else {
			found.files = map[string]bool{}
			components[found.name] = found
		}
		if err := found.collect(p.Dir); err != nil {
			return nil, err
		}
	}

	var text bytes.Buffer
	text.WriteString("terraform-provider-cohort contains the following software of others.\n")
	for _, c := range slices.SortedFunc(maps.Values(components), func(a, b *component) int {
		return cmp.Compare(a.name, b.name)
	}) {
		fmt.Fprintf(&text, "\n%s\n%s\nSource: %s\n", strings.Repeat("=", 80), c.name, c.source)
		licensed := false
		for _, name := range slices.Sorted(maps.Keys(c.files)) {
			content, err := os.ReadFile(filepath.Join(c.root, name))
			if err != nil {
				return nil, err
			}
			licensed = licensed || license.MatchString(filepath.Base(name))
			fmt.Fprintf(&text, "\n%s:\n\n%s\n", filepath.ToSlash(name), bytes.TrimSpace(content))
		}
		if !licensed {
			return nil, fmt.Errorf("%s: no license found: look whether it may be shipped", c.name)
		}
	}
	return text.Bytes(), nil
}

// collect adds the licenses and notices in a folder, and in those above it.
func (c *component) collect(folder string) error {
	for {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return err
		}
		below, err := filepath.Rel(c.root, folder)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			if entry.Type().IsRegular() && (license.MatchString(entry.Name()) || notice.MatchString(entry.Name())) {
				c.files[filepath.Join(below, entry.Name())] = true
			}
		}
		if below == "." {
			return nil
		}
		folder = filepath.Dir(folder)
	}
}
