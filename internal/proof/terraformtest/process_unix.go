//go:build unix

package terraformtest

import (
	"bytes"
	"fmt"
	"os/exec"
	"syscall"
)

// ownGroup puts a command into its own process group, so that a signal reaches both Terraform and
// the provider, like a signal from a terminal.
func ownGroup(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// Signal sends a signal to Terraform alone.
func (p *Process) Signal(signal syscall.Signal) error { return p.command.Process.Signal(signal) }

// SignalGroup sends a signal to Terraform and its providers.
func (p *Process) SignalGroup(signal syscall.Signal) error {
	return syscall.Kill(-p.command.Process.Pid, signal)
}

// SignalProviders sends a signal to the processes that Terraform started, its providers, and
// returns their number.
func (p *Process) SignalProviders(signal syscall.Signal) (int, error) {
	processes, err := exec.CommandContext(p.workspace.t.Context(), "ps", "-A", "-o", "pid=,ppid=").Output()
	if err != nil {
		return 0, err
	}
	signaled := 0
	for line := range bytes.Lines(processes) {
		var pid, parent int
		if _, err := fmt.Sscan(string(line), &pid, &parent); err != nil || parent != p.command.Process.Pid {
			continue
		}
		if err := syscall.Kill(pid, signal); err != nil {
			return signaled, err
		}
		signaled++
	}
	return signaled, nil
}
