// Command terraform-provider-cohort serves the Cohort provider to Terraform. With a command name,
// it runs a command of package companion instead. Package main only chooses between the two; it
// contains no logic of either.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/companion"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/protocol"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

//go:generate go run ./internal/tools/docschema .cache/providers-schema.json
//go:generate go run ./internal/tools/docpages .cache/providers-schema.json templates .cache/templates
//go:generate -command docs go tool -modfile=internal/tools/external/go.mod tfplugindocs generate --provider-name cohort
//go:generate docs --rendered-provider-name Cohort --providers-schema .cache/providers-schema.json --website-source-dir .cache/templates
//go:generate go run ./internal/tools/docknown docs/guides/what-is-known.md

// version is set by the linker in releases.
var version = "dev"

// address is where the provider is published.
const address = "registry.terraform.io/cohort-xyz/cohort"

// startedByTerraform is the environment variable that Terraform sets for each plugin.
const startedByTerraform = "TF_PLUGIN_MAGIC_COOKIE"

func main() {
	protocol.RedactLogs()
	collectLess()
	debug := len(os.Args) == 2 && os.Args[1] == "-debug"
	if !debug && (len(os.Args) > 1 || os.Getenv(startedByTerraform) == "") {
		ctx, stop := signal.NotifyContext(context.Background(), ending()...)
		code := companion.Main(ctx, version, os.Args[1:], os.Stdout, os.Stderr)
		stop()
		os.Exit(code)
	}
	protocol.QuietLogs()
	options := []tf6server.ServeOpt{tf6server.WithGoPluginLogger(hclog.NewNullLogger())}
	if debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	server := provider.NewServer(version, provider.WithComparison(companion.Differences))
	if err := tf6server.Serve(address, server, options...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// collectLess lets the heap grow to five times its live size before a garbage collection, up to a
// soft limit. The framework allocates a megabyte for each resource of a plan, and an export a
// hundred kilobytes for each object; nearly all of it soon becomes garbage. Go's own environment
// variables take precedence.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(512 << 20)
	}
}

// ending are the signals that end a command. A closed terminal does, unless it is to go on, as with
// nohup.
func ending() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}
