package release

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
)

// repository is the path from this folder to the root of the repository.
const repository = "../../.."

// The versions of the rehearsal.
const (
	older = "0.0.9"
	newer = "0.1.0"
)

// source is a clone with a branch main and the tags of both versions, from which releases are
// built.
type source struct {
	dir string
	// steps are the scripts of the workflow, by the name of their step.
	steps map[string]string
	// env is the environment of the steps.
	env []string
}

func newSource(t *testing.T, goreleaser string) *source {
	t.Helper()
	s := &source{dir: t.TempDir(), steps: steps(t)}
	programs := t.TempDir()
	if err := os.Symlink(goreleaser, filepath.Join(programs, "goreleaser")); err != nil {
		t.Fatal(err)
	}
	s.env = append(os.Environ(), "PATH="+programs+string(os.PathListSeparator)+os.Getenv("PATH"),
		"GIT_AUTHOR_NAME=rehearsal", "GIT_AUTHOR_EMAIL=rehearsal@localhost",
		"GIT_COMMITTER_NAME=rehearsal", "GIT_COMMITTER_EMAIL=rehearsal@localhost")

	root, err := filepath.Abs(repository)
	if err != nil {
		t.Fatal(err)
	}
	s.git(t, "clone", "-q", "--no-tags", root, ".")
	s.git(t, "checkout", "-q", "-B", "main")
	if os.Getenv("PLATFORMS") != "all" {
		s.edit(t, ".goreleaser.yml", `(?m)^    goos: .*$`, "    goos: ["+runtime.GOOS+"]")
		s.edit(t, ".goreleaser.yml", `(?m)^    goarch: .*$`, `    goarch: ["`+runtime.GOARCH+`"]`)
	}
	s.edit(t, "CHANGELOG.md", `\A`, "## "+newer+" (January 2, 2026)\n\n## "+older+" (January 1, 2026)\n\n")
	s.git(t, "commit", "-q", "-a", "-m", "Release the older version")
	s.git(t, "tag", "v"+older)
	s.git(t, "commit", "-q", "--allow-empty", "-m", "Release the newer version")
	s.git(t, "tag", "v"+newer)
	return s
}

// steps returns the scripts of the release workflow that have a name.
func steps(t *testing.T) map[string]string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(repository, ".github/workflows/release.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var workflow struct {
		Jobs map[string]struct {
			Steps []struct{ Name, Run string }
		}
	}
	if err := yaml.Unmarshal(content, &workflow); err != nil {
		t.Fatal(err)
	}
	scripts := map[string]string{}
	for _, job := range workflow.Jobs {
		for _, step := range job.Steps {
			if step.Name != "" {
				scripts[step.Name] = step.Run
			}
		}
	}
	return scripts
}

func (s *source) git(t *testing.T, args ...string) {
	t.Helper()
	command := exec.Command("git", args...)
	command.Dir, command.Env = s.dir, s.env
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, output)
	}
}

// edit replaces what a pattern finds in a file.
func (s *source) edit(t *testing.T, name, pattern, by string) {
	t.Helper()
	path := filepath.Join(s.dir, name)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(pattern)
	if !found.Match(content) {
		t.Fatalf("%s has no %s", name, pattern)
	}
	if err := os.WriteFile(path, found.ReplaceAllLiteral(content, []byte(by)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// checkout clones a tag, as the workflow does.
func (s *source) checkout(t *testing.T, tag string) string {
	t.Helper()
	dir := t.TempDir()
	s.git(t, "-c", "advice.detachedHead=false", "clone", "-q", "--branch", tag, s.dir, dir)
	return dir
}

// step runs a step of the workflow in the checkout of a tag. GitHub runs it in the same shell.
func (s *source) step(name, tag, dir string, env ...string) (output string, err error) {
	script, found := s.steps[name]
	if !found {
		return "", fmt.Errorf("the release workflow has no step %q", name)
	}
	command := exec.Command("bash", "-e", "-c", script)
	command.Dir, command.Env = dir, append(slices.Clone(s.env), append(env, "GITHUB_REF_NAME="+tag)...)
	combined, err := command.CombinedOutput()
	return string(combined), err
}

// build builds the release of a version in a clone of its own, and returns the folder of its files.
func (s *source) build(t *testing.T, version string, env ...string) string {
	t.Helper()
	dir, start := s.checkout(t, "v"+version), time.Now()
	if output, err := s.step("Build", "v"+version, dir, env...); err != nil {
		t.Fatalf("build %s: %v\n%s", version, err, output)
	}
	t.Logf("built %s in %.0f s", version, time.Since(start).Seconds())
	return filepath.Join(dir, filepath.FromSlash(folder))
}

// folder is where the workflow puts the files of a release.
const folder = "dist/release"

// keyring is a folder of GnuPG with keys that are thrown away.
type keyring string

func newKeyring(t *testing.T) keyring {
	t.Helper()
	k := keyring(t.TempDir())
	if err := os.Chmod(string(k), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		command := exec.Command("gpgconf", "--kill", "all")
		command.Env = append(os.Environ(), k.env())
		if err := command.Run(); err != nil {
			t.Error(err)
		}
	})
	return k
}

func (k keyring) env() string { return "GNUPGHOME=" + string(k) }

func (k keyring) run(t *testing.T, args ...string) []byte {
	t.Helper()
	command := exec.Command("gpg", append([]string{"--batch", "--quiet"}, args...)...)
	var problem bytes.Buffer
	command.Env, command.Stderr = append(os.Environ(), k.env()), &problem
	output, err := command.Output()
	if err != nil {
		t.Fatalf("gpg %s: %v\n%s", strings.Join(args, " "), err, problem.String())
	}
	return output
}

// generate makes a key and returns its fingerprint.
func (k keyring) generate(t *testing.T, name string) string {
	t.Helper()
	k.run(t, "--pinentry-mode", "loopback", "--passphrase", "", "--quick-generate-key", name, "rsa3072", "sign", "never")
	for line := range strings.Lines(string(k.run(t, "--with-colons", "--list-keys", "="+name))) {
		if fields := strings.Split(line, ":"); fields[0] == "fpr" {
			return fields[9]
		}
	}
	t.Fatalf("gpg lists no key %s", name)
	return ""
}

// sign signs the release of a version.
func (s *source) sign(t *testing.T, version, release string, keys keyring, fingerprint string) {
	t.Helper()
	dir := strings.TrimSuffix(release, filepath.FromSlash(folder))
	if output, err := s.step("Sign", "v"+version, dir, keys.env(), "GPG_FINGERPRINT="+fingerprint); err != nil {
		t.Fatalf("sign %s: %v\n%s", version, err, output)
	}
}
