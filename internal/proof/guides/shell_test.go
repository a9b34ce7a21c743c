package guides

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
)

// repository is the path from this folder to the root of the repository.
const repository = "../../.."

// release is the version of the provider that a reader has.
const release = "0.1.0"

// published is where readers find the files of the repository.
const published = "https://raw.githubusercontent.com/cohort-xyz/terraform-provider-cohort/main/"

// workshop is the folder of what is built once for all tests.
var workshop string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if workshop, err = os.MkdirTemp("", "cohort-guides-"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer func() { _ = os.RemoveAll(workshop) }()
		return m.Run()
	}())
}

// installed builds the provider, and writes the CLI configuration that makes Terraform install it.
// It returns a folder for PATH with the provider, Terraform, and a curl that finds the files of the
// repository here.
var installed = sync.OnceValues(func() (folder string, err error) {
	cli, err := terraformtest.CLI()
	if err != nil {
		return "", err
	}
	if cli, err = exec.LookPath(cli); err != nil {
		return "", err
	}
	folder = filepath.Join(workshop, "bin")
	binary := filepath.Join(folder, "terraform-provider-cohort")
	if err := errors.Join(os.Mkdir(folder, 0o750),
		terraformtest.Build(binary, "-ldflags=-X main.version="+release)); err != nil {
		return "", err
	}
	mirror := filepath.Join(workshop, "mirror")
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		to := filepath.Join(mirror, host, "cohort-xyz", "cohort", release, runtime.GOOS+"_"+runtime.GOARCH)
		err = errors.Join(err, os.MkdirAll(to, 0o750),
			os.Link(binary, filepath.Join(to, "terraform-provider-cohort_v"+release)))
	}
	root, absent := filepath.Abs(repository)
	curl := "#!/bin/sh\nset -e\n[ $# = 3 -a \"$1\" = -fsSLo ]\ncp '" + root + "'/\"${3#" + published + "}\" \"$2\"\n"
	return folder, errors.Join(err, absent, os.Symlink(cli, filepath.Join(folder, "terraform")),
		os.WriteFile(filepath.Join(folder, "curl"), []byte(curl), 0o700),
		os.WriteFile(filepath.Join(workshop, "cli.tfrc"),
			fmt.Appendf(nil, "provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror), 0o600))
})

// older reports whether the Terraform of the tests is older than the one that is needed, such as
// 1.14.
func older(t *testing.T, needed string) bool {
	t.Helper()
	if needed == "" {
		return false
	}
	version, err := installedVersion()
	if err != nil {
		t.Fatal(err)
	}
	var minor, neededMinor int
	if _, err := fmt.Sscanf(version+" "+needed, "1.%d.%s 1.%d", &minor, new(string), &neededMinor); err != nil {
		t.Fatalf("Terraform %s, and %s is needed: %s", version, needed, err)
	}
	return minor < neededMinor
}

var installedVersion = sync.OnceValues(func() (string, error) {
	folder, err := installed()
	if err != nil {
		return "", err
	}
	output, err := exec.Command(filepath.Join(folder, "terraform"), "version", "-json").Output()
	var about struct {
		Version string `json:"terraform_version"`
	}
	return about.Version, errors.Join(err, json.Unmarshal(output, &about))
})

// shell is a shell, and the directory in which it began.
type shell struct {
	t *testing.T
	// start is the directory in which the reader begins.
	start  string
	env    []string
	input  io.Writer
	output *bufio.Reader
}

// newShell starts a shell in an empty directory. Terraform finds the provider as if it were
// released.
func newShell(t *testing.T, settings ...string) *shell {
	t.Helper()
	folder, err := installed()
	if err != nil {
		t.Fatal(err)
	}
	return openShell(t, t.TempDir(), append([]string{
		"PATH=" + folder + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + t.TempDir(),
		"TMPDIR=" + t.TempDir(), "TF_CLI_CONFIG_FILE=" + filepath.Join(workshop, "cli.tfrc"), "CHECKPOINT_DISABLE=1",
		"LC_ALL=C",
	}, append(answers(), settings...)...))
}

// answers are environment variables for a Terraform that nobody watches: it prints without colors
// and applies without a question.
func answers() []string {
	return append([]string{
		"TF_INPUT=0", "TF_CLI_ARGS=-no-color", "TF_CLI_ARGS_apply=-no-color -auto-approve",
		"TF_CLI_ARGS_destroy=-no-color -auto-approve",
	}, terraformtest.Quick...)
}

// openShell starts a shell in a directory.
func openShell(t *testing.T, dir string, env []string) *shell {
	t.Helper()
	c := exec.CommandContext(t.Context(), "sh")
	c.Dir, c.Env = dir, env
	input, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	s := &shell{t: t, start: c.Dir, env: c.Env, input: input, output: begin(t, c)}
	t.Cleanup(func() { _ = input.Close() })
	return s
}

// begin starts a command, which ends with the test, and returns what it prints.
func begin(t *testing.T, c *exec.Cmd) *bufio.Reader {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stdout, c.Stderr = writer, writer
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	_ = writer.Close()
	t.Cleanup(func() {
		_ = c.Wait()
		_ = reader.Close()
	})
	return bufio.NewReader(reader)
}

// write writes the file that a block is.
func (s *shell) write(b block) {
	s.t.Helper()
	path := filepath.Join(s.start, filepath.FromSlash(b.file))
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750),
		os.WriteFile(path, []byte(b.content), 0o600)); err != nil {
		s.t.Fatal(err)
	}
}

// enter runs a command of a guide, with values in place of those that the guide shows, and checks
// what it prints.
func (s *shell) enter(c command, values *strings.Replacer) {
	s.t.Helper()
	output, code := s.run(values.Replace(c.text))
	if line := missing(c.shown, output); line != "" {
		s.t.Errorf("line %d: %s\ndoes not print, where the guide shows it:\n%s\nIt printed:\n%s", c.line, c.text, line,
			output)
	}
	if c.fails() != (code != 0) {
		s.t.Fatalf("line %d: %s\nended with exit code %d:\n%s", c.line, c.text, code, output)
	}
}

// open runs a sandbox in a terminal of its own until the test ends, and checks the lines that the
// guide shows. It returns the values that the guide shows of the sandbox, each followed by the true
// one.
func (s *shell) open(c command) (values []string) {
	s.t.Helper()
	terminal := exec.CommandContext(s.t.Context(), "sh", "-c", "exec "+c.text)
	terminal.Dir, terminal.Env = s.start, s.env
	output := begin(s.t, terminal)
	var example, printed map[string]string
	first, err := output.ReadString('\n')
	err = errors.Join(err, json.Unmarshal([]byte(c.shown[0]), &example), json.Unmarshal([]byte(first), &printed))
	if err != nil {
		s.t.Fatalf("line %d: %s\nprints %s: %s", c.line, c.text, first, err)
	}
	for _, name := range slices.Sorted(maps.Keys(printed)) {
		values = append(values, example[name], printed[name])
	}
	known := strings.NewReplacer(values...)
	for _, shown := range c.shown[1:] {
		line, err := output.ReadString('\n')
		if err != nil || strings.TrimSpace(line) != known.Replace(strings.TrimSpace(shown)) {
			s.t.Fatalf("line %d: %s\nprints %q in place of %q: %v", c.line, c.text, line, shown, err)
		}
	}
	return values
}

// follow runs the steps of a workflow as GitHub does, without the actions. A part of a workflow has
// to be in a file of examples/pipelines.
func (s *shell) follow(b block) {
	s.t.Helper()
	if isPart(s.t, b.content) {
		return
	}
	example, err := os.ReadFile(filepath.Join(repository, "examples", "testing", "github-actions.yml"))
	if err != nil || string(example) != b.content {
		s.t.Errorf("line %d: no file below examples has this block: %v", b.line, err)
		return
	}
	var workflow struct {
		Jobs map[string]struct {
			Steps []struct{ Name, Uses, Run string }
		}
	}
	if err := yaml.Unmarshal([]byte(b.content), &workflow); err != nil {
		s.t.Fatalf("line %d: %s", b.line, err)
	}
	folder := s.t.TempDir()
	script, env, left := filepath.Join(folder, "step"), filepath.Join(folder, "env"), filepath.Join(folder, "left")
	s.run("touch '" + env + "' '" + left + "'; export GITHUB_ENV='" + env + "'")
	defer s.run("kill $(cat '" + left + "')")
	for _, job := range workflow.Jobs {
		for _, step := range job.Steps {
			if step.Run == "" {
				s.t.Logf("NOT RUN: line %d: the action %s", b.line, step.Uses)
				continue
			}
			text := "set -a; . \"$GITHUB_ENV\"; set +a\n" + step.Run + "\necho $! >> '" + left + "'\n"
			if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
				s.t.Fatal(err)
			}
			if output, code := s.run("sh -e '" + script + "'"); code != 0 {
				s.t.Fatalf("line %d: the step %s ended with exit code %d:\n%s", b.line, step.Name, code, output)
			}
		}
	}
}

// isPart reports whether a file of examples/pipelines has these lines, indented alike.
func isPart(t *testing.T, lines string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(repository, "examples", "pipelines", "*.yml"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for indent := 0; indent <= 8; indent += 2 {
			margin := "\n" + strings.Repeat(" ", indent)
			if strings.Contains("\n"+string(content), margin+strings.ReplaceAll(strings.TrimSpace(lines), "\n", margin)+"\n") {
				return true
			}
		}
	}
	return false
}

// run runs a command, and returns its output and exit code.
func (s *shell) run(command string) (printed string, code int) {
	s.t.Helper()
	const end = "--- the command ended with "
	if _, err := fmt.Fprintf(s.input, "{ %s\n} </dev/null\nprintf '\\n%s%%s\\n' $?\n", command, end); err != nil {
		s.t.Fatal(err)
	}
	var b strings.Builder
	for {
		line, err := s.output.ReadString('\n')
		if err != nil {
			s.t.Fatalf("%s: the shell ended: %v\n%s", command, err, b.String())
		}
		if result, ended := strings.CutPrefix(line, end); ended {
			_, err := fmt.Sscan(result, &code)
			if err != nil {
				s.t.Fatal(err)
			}
			return strings.TrimSuffix(b.String(), "\n"), code
		}
		b.WriteString(line)
	}
}
