//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// prepare puts the child into a process group of its own, so that Ctrl-C at the terminal reaches only the demo. Terraform takes a second
// interrupt as an order to stop at once, and would get one from the terminal and one from here.
func prepare(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func interrupt(command *exec.Cmd) { _ = command.Process.Signal(syscall.SIGINT) }
