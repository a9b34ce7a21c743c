package peakrss_test

import (
	"bufio"
	"os/exec"
	"runtime"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/peakrss"
)

// TestWatch measures small processes of a large parent, which says nothing of them.
func TestWatch(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the resident set is read from /proc")
	}
	const size, small = 256 << 20, 64 << 20
	held := make([]byte, size)
	for i := 0; i < size; i += 4 << 10 {
		held[i] = 1
	}
	command := exec.CommandContext(t.Context(), "sh", "-c", "cat; true")
	input, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	// A line that comes back says that the second process runs.
	if _, err := input.Write([]byte("line\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(output).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	own, children := peakrss.Watch(command.Process.Pid)()
	_ = input.Close()
	_ = command.Wait()
	if own <= 0 || own > small || children <= 0 || children > small {
		t.Errorf("%d and %d bytes, want more than 0 and at most %d", own, children, small)
	}
	runtime.KeepAlive(held)
}
