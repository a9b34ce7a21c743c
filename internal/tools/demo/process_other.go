//go:build !unix

package main

import "os/exec"

func prepare(*exec.Cmd) {}

func interrupt(command *exec.Cmd) { _ = command.Process.Kill() }
