package guides

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
)

// repository is the path from this folder to the root of the repository.
const repository = "../../.."

// release is the version of the provider that a reader has.
const release = "0.1.0"

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
// It returns a folder for PATH with the provider and Terraform.
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
	build := exec.Command("go", "build", "-ldflags=-X main.version="+release, "-o", binary, ".")
	build.Dir = repository
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the provider: %w\n%s", err, output)
	}
	mirror := filepath.Join(workshop, "mirror")
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		to := filepath.Join(mirror, host, "cohort-xyz", "cohort", release, runtime.GOOS+"_"+runtime.GOARCH)
		err = errors.Join(err, os.MkdirAll(to, 0o750),
			os.Link(binary, filepath.Join(to, "terraform-provider-cohort_v"+release)))
	}
	return folder, errors.Join(err, os.Symlink(cli, filepath.Join(folder, "terraform")),
		os.WriteFile(filepath.Join(workshop, "cli.tfrc"),
			fmt.Appendf(nil, "provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror), 0o600))
})

// shell is a shell in an empty directory.
type shell struct {
	t *testing.T
	// start is the directory in which the reader begins.
	start  string
	input  io.Writer
	output *bufio.Reader
}

// newShell starts a shell. Terraform finds the provider as if it were released, prints without
// colors, and applies without a question.
func newShell(t *testing.T, settings ...string) *shell {
	t.Helper()
	folder, err := installed()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "sh")
	c.Dir = t.TempDir()
	c.Env = append([]string{
		"PATH=" + folder + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + t.TempDir(),
		"TMPDIR=" + t.TempDir(), "TF_CLI_CONFIG_FILE=" + filepath.Join(workshop, "cli.tfrc"), "CHECKPOINT_DISABLE=1",
		"TF_INPUT=0", "TF_CLI_ARGS=-no-color", "TF_CLI_ARGS_apply=-no-color -auto-approve", "LC_ALL=C",
	}, append(terraformtest.Quick, settings...)...)
	input, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
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
		_ = input.Close()
		_ = c.Wait()
		_ = reader.Close()
	})
	return &shell{t: t, start: c.Dir, input: input, output: bufio.NewReader(reader)}
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
