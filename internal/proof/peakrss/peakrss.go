// Package peakrss measures the peak resident set of running processes. The resource usage of an
// ended child is no substitute: on Linux it includes the memory of the parent when it started the
// child. The package may import nothing of this repository and know nothing of Terraform.
package peakrss

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Watch follows the memory of a process and its children until the returned function is called.
// That function returns the peak of the process and the highest peak of its children, in bytes;
// both are 0 on systems other than Linux. Watch may miss what a process takes in its last 20 ms. It
// ignores a child that has not yet started its own program, because such a child shows the memory
// of its parent.
func Watch(pid int) func() (own, others int64) {
	var own, others int64
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		look := time.NewTicker(20 * time.Millisecond)
		defer look.Stop()
		for {
			own = max(own, peak(pid))
			for _, child := range children(pid) {
				// The order matters, because the child may start its program at any time.
				if program(child) != program(pid) {
					others = max(others, peak(child))
				}
			}
			select {
			case <-look.C:
			case <-done:
				return
			}
		}
	}()
	return func() (int64, int64) {
		close(done)
		<-stopped
		return own, others
	}
}

// children returns the processes that a process has started.
func children(pid int) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var found []int
	for _, entry := range entries {
		id, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		// The parent is the second field after the name. The name is in parentheses and may contain
		// anything.
		stat, _ := os.ReadFile("/proc/" + entry.Name() + "/stat")
		behind := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if len(behind) > 1 && behind[1] == strconv.Itoa(pid) {
			found = append(found, id)
		}
	}
	return found
}

// program returns what a process runs, with its arguments. A fresh copy of a parent runs the same.
func program(pid int) string {
	file, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	arguments, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return file + "\x00" + string(arguments)
}

// peak returns the peak memory of a process in bytes, or 0 if it is unknown.
func peak(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kilobytes, err := strconv.ParseInt(strings.Fields(rest + " 0")[0], 10, 64)
	if err != nil {
		return 0
	}
	return kilobytes * 1024
}
