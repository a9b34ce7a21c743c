package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// module makes a module with these files, and returns one of its packages.
func module(t *testing.T, path, folder string, files ...string) *usedPackage {
	t.Helper()
	root := t.TempDir()
	for _, file := range files {
		file = filepath.Join(root, file)
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("text of "+path+"\n\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := &usedPackage{Dir: filepath.Join(root, folder)}
	p.Module = &struct {
		Path, Version, Dir string
		Main               bool
	}{Path: path, Version: "v1.0.0", Dir: root}
	return p
}

func TestNotices(t *testing.T) {
	t.Parallel()
	standard := module(t, "std", "fmt", "LICENSE", "fmt/print.go")
	standard.Standard, standard.Root, standard.Module = true, standard.Module.Dir, nil
	own := module(t, "ours", ".", "LICENSE")
	own.Module.Main = true

	got, err := notices([]*usedPackage{
		module(t, "example.com/b", "inner/deep", "License.txt", "inner/NOTICE", "inner/deep/b.go", "other/LICENSE"),
		module(t, "example.com/a", ".", "COPYING", "licenses.go", "license_test.go"),
		own, standard,
	})
	if err != nil {
		t.Fatal(err)
	}
	line := strings.Repeat("=", 80)
	want := "terraform-provider-cohort contains the following software of others.\n\n" +
		line + "\nGo\nSource: https://go.dev/dl\n\nLICENSE:\n\ntext of std\n\n" +
		line + "\nexample.com/a v1.0.0\nSource: https://pkg.go.dev/example.com/a@v1.0.0\n\n" +
		"COPYING:\n\ntext of example.com/a\n\n" +
		line + "\nexample.com/b v1.0.0\nSource: https://pkg.go.dev/example.com/b@v1.0.0\n\n" +
		"License.txt:\n\ntext of example.com/b\n\ninner/NOTICE:\n\ntext of example.com/b\n"
	if string(got) != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestNotices_unlicensed(t *testing.T) {
	t.Parallel()
	_, err := notices([]*usedPackage{module(t, "example.com/a", ".", "NOTICE", "a.go")})
	if err == nil || !strings.Contains(err.Error(), "example.com/a v1.0.0: no license found") {
		t.Errorf("got %v", err)
	}
}

// TestReleased checks that every build of .goreleaser.yml counts, and that none is a mistake.
func TestReleased(t *testing.T) {
	t.Parallel()
	for configuration, want := range map[string][]string{
		"builds: [{goos: [linux, darwin]}, {goos: [plan9]}]": {"linux", "darwin", "plan9"},
		"builds: [{}]": nil,
		"builds: {":    nil,
	} {
		got, err := released([]byte(configuration))
		if !slices.Equal(got, want) || (err == nil) != (want != nil) {
			t.Errorf("%s: %v, %v, want %v", configuration, got, err, want)
		}
	}
}
