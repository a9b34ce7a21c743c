// Package pipelines runs the pipelines of examples/pipelines, job by job, with the real Terraform
// and the built binary against a sandbox. It contains only tests and ships nothing.
//
// A stand-in takes the place of the CI: it reads the file of the pipeline, decides which jobs run,
// and runs their scripts in the shell and with the environment that the CI gives them. It knows
// only what the two files use, and fails on everything else, so that nothing in them is passed
// over. Actions and the programs gh, go and curl are replaced: a checkout copies the repository,
// and an upload is looked at first, because it may hold neither a key nor a plan.
//
// The environment variable CONFTEST names conftest, which tries the policies; the makefile sets it.
// Without it, the policies are not tried, and the log says so.
package pipelines
