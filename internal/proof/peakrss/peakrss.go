// Package peakrss measures the peak of the resident set of processes that run. The resource usage of a child that has ended does not serve: on
// Linux it counts what the parent held when it started the child.
package peakrss

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Watch follows the memory of a process and of those that it starts, until the function that it returns is called. That gives the peak of the
// process and the highest one of the others, in bytes; 0 on any system but Linux. What a process takes in its last 20 ms may be missed. One that
// has not yet begun its own program does not count: it shows what its parent holds.
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
				// In this order, because it may begin its program at any time.
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

// children are the processes that a process has started.
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
		// The parent is the second field behind the name, which is in parentheses and may hold anything.
		stat, _ := os.ReadFile("/proc/" + entry.Name() + "/stat")
		behind := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if len(behind) > 1 && behind[1] == strconv.Itoa(pid) {
			found = append(found, id)
		}
	}
	return found
}

// program is what a process runs, and with which arguments. A copy of its parent runs the same.
func program(pid int) string {
	file, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	arguments, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return file + "\x00" + string(arguments)
}

// peak is the most memory that a process has had, in bytes, 0 when it is not known.
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
