//go:build !unix

package terraformtest

import (
	"errors"
	"os/exec"
	"syscall"
)

func ownGroup(*exec.Cmd) {}

var errNoSignals = errors.New("this system has no signals")

// Signal sends a signal to Terraform alone, on systems with signals.
func (p *Process) Signal(syscall.Signal) error { return errNoSignals }

// SignalGroup sends a signal to Terraform and its providers, on systems with signals.
func (p *Process) SignalGroup(syscall.Signal) error { return errNoSignals }

// SignalProviders sends a signal to the providers, on systems with signals.
func (p *Process) SignalProviders(syscall.Signal) (int, error) { return 0, errNoSignals }
