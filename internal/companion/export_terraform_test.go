//go:build unix

package companion

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/population"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// program runs the built binary as a process of its own, in a directory of its own.
type program struct {
	*exec.Cmd
	stdout, stderr bytes.Buffer
	// scratch is its directory for temporary files.
	scratch string
}

func newProgram(t *testing.T, args ...string) *program {
	t.Helper()
	cli, err := terraformtest.CLI()
	if err != nil {
		t.Fatal(err)
	}
	provider := terraformtest.New(t, "").Provider()
	p := &program{Cmd: exec.CommandContext(t.Context(), provider, args...), scratch: t.TempDir()}
	p.Dir, p.Stdout, p.Stderr = t.TempDir(), &p.stdout, &p.stderr
	path := filepath.Dir(cli) + string(os.PathListSeparator) + os.Getenv("PATH")
	p.Env = append(os.Environ(), append([]string{"TMPDIR=" + p.scratch, "PATH=" + path}, terraformtest.Quick...)...)
	return p
}

// TestExport_verify plans an export of two merchants with Terraform. It checks that only GET is
// sent, that no id, key or secret is printed or written, and that no temporary file stays.
func TestExport_verify(t *testing.T) {
	s, ids, secrets := filled(t, population.Plan{Seed: 2, Objects: 40, Untidy: true})
	p := newProgram(t, "export", "--out", "out", "--compare", "live", "--verify")
	err := p.Run()
	if err != nil || p.stderr.Len() > 0 || !strings.HasSuffix(p.stdout.String(), "\nverified     the plan only adopts\n") {
		t.Errorf("%v: %s\n%s", err, &p.stdout, &p.stderr)
	}
	if stats := s.Stats(); stats.ByMethod[http.MethodGet] != stats.Requests {
		t.Errorf("sent %v", stats.ByMethod)
	}
	found := searched{ids, []string{s.TestKey()[len("test_"):], s.LiveKey()[len("live_"):]}, secrets}
	found.check(t, "standard output", p.stdout.String())
	found.checkFiles(t, p.Dir)
	if left := onDisk(t, p.scratch); len(left) > 1 {
		t.Errorf("temporary files stay: %v", left)
	}
}

// TestExport_signal checks that the process ends with 1 when it is interrupted while it reads.
func TestExport_signal(t *testing.T) {
	s := service(t)
	keyed(t, s.TestKey(), "", "")
	if err := s.AddFault(sandbox.Fault{Route: "/v1/badges", Hang: true}); err != nil {
		t.Fatal(err)
	}
	p := newProgram(t, "export", "--out", "out")
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	hangs(t, s)
	if err := p.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait()
	if code := p.ProcessState.ExitCode(); code != 1 || p.stdout.Len() > 0 ||
		p.stderr.String() != "Error: interrupted; nothing was written\n" {
		t.Errorf("exit code %d: %s\n%s", code, &p.stdout, &p.stderr)
	}
	if left := onDisk(t, p.Dir); len(left) > 1 {
		t.Errorf("it left %v", left)
	}
}
