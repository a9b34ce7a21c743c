//go:build unix

package terraformtest

import (
	"os/exec"
	"syscall"
)

// ownGroup puts a command into a process group of its own, so that a signal reaches Terraform and the provider alike, as one from a terminal does.
func ownGroup(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// Signal sends a signal to Terraform alone.
func (p *Process) Signal(signal syscall.Signal) error { return p.command.Process.Signal(signal) }

// SignalGroup sends a signal to Terraform and its providers.
func (p *Process) SignalGroup(signal syscall.Signal) error {
	return syscall.Kill(-p.command.Process.Pid, signal)
}
