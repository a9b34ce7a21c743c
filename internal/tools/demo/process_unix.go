//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// prepare puts the child into its own process group, so that Ctrl-C at the terminal reaches only
// the demo. Otherwise Terraform would get two interrupts, one from the terminal and one from here,
// and a second one makes it stop at once.
func prepare(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func interrupt(command *exec.Cmd) { _ = command.Process.Signal(syscall.SIGINT) }
