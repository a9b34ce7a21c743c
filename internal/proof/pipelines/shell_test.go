package pipelines

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// examples is the path from this folder to the examples.
const examples = "../../../examples"

// release is the version of the provider that the pipelines install.
const release = "0.1.0"

// workshop is the folder of what is built once for all tests.
var workshop string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if workshop, err = os.MkdirTemp("", "cohort-pipelines-"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer func() { _ = os.RemoveAll(workshop) }()
		return m.Run()
	}())
}

// replaced are the programs that need a network, as shell scripts. STORE is the folder of what the
// CI keeps.
var replaced = map[string]string{
	"gh": `case "$1 $2" in
"run list") echo 7 ;;
"run download") test "$3" = 7 -a "$4" = --name && cp "$STORE/artifacts/$5/"* . ;;
*) exit 64 ;;
esac`,
	"go": `case "$1 $2" in
"install github.com/open-policy-agent/conftest@"*) ;;
"env GOPATH") echo "$STORE/go" ;;
*) exit 64 ;;
esac`,
	"curl": `for last; do :; done
to="$STORE/packages/$(basename "$last")"
while [ $# -gt 1 ]; do
  case "$1" in
  --output) cp "$to" "$2" && exit ;;
  --upload-file) mkdir -p "$STORE/packages" && cp "$2" "$to" && exit ;;
  esac
  shift
done
exit 64`,
	"conftest": `echo "conftest: not installed, the policies are not tried"`,
}

// installed builds the provider, and writes the CLI configuration that makes Terraform install it.
// It returns a folder for PATH with Terraform and the replaced programs.
var installed = sync.OnceValues(func() (folder string, err error) {
	cli, err := terraformtest.CLI()
	if err != nil {
		return "", err
	}
	if cli, err = exec.LookPath(cli); err != nil {
		return "", err
	}
	binary := filepath.Join(workshop, "terraform-provider-cohort")
	if err := terraformtest.Build(binary, "-ldflags=-X main.version="+release); err != nil {
		return "", err
	}
	mirror := filepath.Join(workshop, "mirror")
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		to := filepath.Join(mirror, host, "cohort-xyz", "cohort", release, runtime.GOOS+"_"+runtime.GOARCH)
		err = errors.Join(err, os.MkdirAll(to, 0o750),
			os.Link(binary, filepath.Join(to, "terraform-provider-cohort_v"+release)))
	}
	folder = filepath.Join(workshop, "bin")
	err = errors.Join(err, os.Mkdir(folder, 0o750), os.Symlink(cli, filepath.Join(folder, "terraform")))
	for name, script := range replaced {
		err = errors.Join(err, os.WriteFile(filepath.Join(folder, name), []byte("#!/bin/sh\n"+script+"\n"), 0o700))
	}
	if conftest := os.Getenv("CONFTEST"); conftest != "" {
		to := filepath.Join(folder, "conftest")
		err = errors.Join(err, os.Remove(to), os.Symlink(conftest, to))
	}
	return folder, errors.Join(err, os.WriteFile(filepath.Join(workshop, "cli.tfrc"),
		fmt.Appendf(nil, "provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror), 0o600))
})

// project is a repository with the loyalty program, its pipeline and its policies. A sandbox takes
// the place of Cohort.
type project struct {
	t *testing.T
	*sandbox.Sandbox
	// tree is the repository; store is what the CI keeps: artifacts and packages.
	tree, store string
	environment []string
}

// newProject makes the repository, with a state for each root that outlives the jobs.
func newProject(t *testing.T) *project {
	t.Helper()
	folder, err := installed()
	if err != nil {
		t.Fatal(err)
	}
	s, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	p := &project{t: t, Sandbox: s, tree: t.TempDir(), store: t.TempDir()}
	p.environment = append([]string{
		"PATH=" + folder + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + t.TempDir(),
		"TMPDIR=" + t.TempDir(), "TF_CLI_CONFIG_FILE=" + filepath.Join(workshop, "cli.tfrc"),
		"TF_CLI_ARGS=-no-color", "LC_ALL=C", "COHORT_API_URL=" + s.URL(), "STORE=" + p.store,
	}, terraformtest.Quick...)
	for from, to := range map[string]string{"loyalty-program": ".", "pipelines/policy": "policy"} {
		if err := os.CopyFS(filepath.Join(p.tree, to), os.DirFS(filepath.Join(examples, from))); err != nil {
			t.Fatal(err)
		}
	}
	states := t.TempDir()
	for _, mode := range []string{"test", "live"} {
		root := filepath.Join(p.tree, "env", mode)
		p.write(filepath.Join("env", mode, "backend.tf"),
			fmt.Sprintf("terraform {\n  backend \"local\" {\n    path = %q\n  }\n}\n", filepath.Join(states, mode+".tfstate")))
		if log, code := p.run(root, "terraform init", nil, "sh", "-e"); code != 0 {
			t.Fatal(log)
		}
		if err := os.RemoveAll(filepath.Join(root, ".terraform")); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// write writes a file of the repository.
func (p *project) write(file, content string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.tree, file), []byte(content), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// edit replaces a text in a file of the repository. It returns a function that reverts that.
func (p *project) edit(file, old, text string) (revert func()) {
	p.t.Helper()
	content, err := os.ReadFile(filepath.Join(p.tree, file))
	if err != nil {
		p.t.Fatal(err)
	}
	if strings.Count(string(content), old) != 1 {
		p.t.Fatalf("%s does not have %q once", file, old)
	}
	p.write(file, strings.Replace(string(content), old, text, 1))
	return func() { p.write(file, string(content)) }
}

// run runs a script in a shell, and returns what it printed and its exit code. The output may not
// hold a key.
func (p *project) run(dir, script string, environment []string, shell ...string) (log string, code int) {
	p.t.Helper()
	c := exec.CommandContext(p.t.Context(), shell[0], append(shell[1:], "-c", script)...)
	c.Dir, c.Env = dir, append(slices.Clone(p.environment), environment...)
	var output bytes.Buffer
	c.Stdout, c.Stderr = &output, &output
	err := c.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	} else if err != nil {
		p.t.Fatal(err)
	}
	p.secret("the log", output.Bytes())
	return output.String(), code
}

// secret fails the test if a text holds a key.
func (p *project) secret(what string, text []byte) {
	p.t.Helper()
	for _, key := range []string{p.TestKey(), p.LiveKey()} {
		if bytes.Contains(text, []byte(key)) {
			p.t.Errorf("%s holds a key", what)
		}
	}
}

// checkout makes a copy of the repository for a job.
func (p *project) checkout() string {
	p.t.Helper()
	workspace := p.t.TempDir()
	if err := os.CopyFS(workspace, os.DirFS(p.tree)); err != nil {
		p.t.Fatal(err)
	}
	return workspace
}

// upload keeps a file as an artifact. It may hold neither a key nor a plan.
func (p *project) upload(name, file string) {
	p.t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		p.t.Errorf("nothing to upload as %s: %s", name, err)
		return
	}
	p.secret(file, content)
	if bytes.HasPrefix(content, []byte("PK")) || bytes.Contains(content, []byte(`"resource_changes"`)) {
		p.t.Errorf("%s is a plan, which may hold secrets", file)
	}
	folder := filepath.Join(p.store, "artifacts", name)
	if err := errors.Join(os.MkdirAll(folder, 0o750),
		os.WriteFile(filepath.Join(folder, filepath.Base(file)), content, 0o600)); err != nil {
		p.t.Fatal(err)
	}
}

// checkEnd checks that only two jobs apply, and that they fail if the next plan is not empty.
func checkEnd(t *testing.T, name, script string) {
	t.Helper()
	_, after, applies := strings.Cut(script, "terraform apply plan")
	if applies && !strings.Contains(after, "terraform plan -detailed-exitcode") {
		t.Errorf("%s does not look at what is left after its apply", name)
	}
	if applies != (name == "test" || name == "live-apply") {
		t.Errorf("%s applies: %t", name, applies)
	}
}

// Ends of a job.
const (
	succeeded = "succeeded"
	failed    = "failed"
	skipped   = "skipped"
)

// outcome is how a job ended.
type outcome struct {
	end string
	// code is the exit code of the step that failed.
	code int
	// log is what the job printed, and summary what it shows to people.
	log, summary string
}

// pipeline is a CI with one of the two files. A run begins with an event: push, pull request or
// schedule. Before a job that waits for a person, it calls approve. It returns the jobs by name.
type pipeline interface {
	run(event string, approve func()) map[string]outcome
}
