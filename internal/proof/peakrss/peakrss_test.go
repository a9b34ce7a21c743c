package peakrss_test

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/peakrss"
)

// started runs a script until the test ends and returns its first line, which proves that it runs.
// input is available to it at once.
func started(t *testing.T, script, input string) (pid int, line string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "sh", "-c", script)
	to, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	from, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = to.Close()
		_ = command.Wait()
	})
	if _, err := io.WriteString(to, input); err != nil {
		t.Fatal(err)
	}
	line, err = bufio.NewReader(from).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return command.Process.Pid, line
}

// TestWatch measures small children of a large parent. The size of the parent must not count.
func TestWatch(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the resident set is read from /proc")
	}
	const size, small = 256 << 20, 64 << 20
	held := make([]byte, size)
	for i := 0; i < size; i += 4 << 10 {
		held[i] = 1
	}
	pid, line := started(t, "cat; true", "line\n")
	if line != "line\n" {
		t.Fatalf("got %q", line)
	}
	own, children := peakrss.Watch(pid)()
	if own <= 0 || own > small || children <= 0 || children > small {
		t.Errorf("%d and %d bytes, want more than 0 and at most %d", own, children, small)
	}
	runtime.KeepAlive(held)
}

// TestWatch_copy checks that a process does not count while it still runs the program of its
// parent.
func TestWatch_copy(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the resident set is read from /proc")
	}
	const size = 32 << 20
	pid, line := started(t, fmt.Sprintf(`held=$(head -c %d /dev/zero | tr '\0' a); (echo "${#held}"; read -r line); true`,
		size), "")
	if line != fmt.Sprintln(size) {
		t.Fatalf("got %q", line)
	}
	own, children := peakrss.Watch(pid)()
	if own < size || children > 0 {
		t.Errorf("%d and %d bytes, want at least %d and none", own, children, size)
	}
}
