// Package guides runs the guides of the documentation as a reader does: from an empty directory,
// block by block, in one shell, with the real Terraform and the built binary against a sandbox. It
// contains only tests and ships nothing.
// TestNewcomer does so with the README, where a reader has nothing yet.
//
// In a block marked console, a line that begins with "$ " is a command, and the lines below it are
// what it prints. All shown lines must be printed, in this order. A line "…" stands for lines that
// are left out, and "…" inside a line for any text. What follows the last shown line does not
// count. A command must succeed, unless a shown line has "Error:" in it; then it must fail. In a
// command, test_… and live_… stand for the keys of the two merchants. The sandbox of a guide keeps
// its terminal busy, so the commands below it are those of a second terminal. The address and the
// keys that the guide shows of it stand for the true ones.
//
// A block marked terraform is the content of the file that the paragraph before it names last. Its
// path begins at the directory in which the guide begins.
//
// A block marked yaml is a part of a file in examples/pipelines, all of which
// internal/proof/pipelines runs, or the workflow of examples/testing, whose steps run here.
//
// Blocks with another mark are an error: nobody would notice when they become wrong.
package guides
