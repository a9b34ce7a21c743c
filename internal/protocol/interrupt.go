package protocol

import (
	"context"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// interruptible stops changes and queries after an interrupt. The SDK cancels the contexts of the
// calls that are running at the interrupt, but not of calls that arrive later.
type interruptible struct {
	protocolServer
	// stopped is set from an interrupt until the provider is configured again.
	stopped *atomic.Bool
}

func (i interruptible) StopProvider(
	ctx context.Context, req *tfprotov6.StopProviderRequest,
) (*tfprotov6.StopProviderResponse, error) {
	i.stopped.Store(true)
	return i.protocolServer.StopProvider(ctx, req)
}

func (i interruptible) ConfigureProvider(
	ctx context.Context, req *tfprotov6.ConfigureProviderRequest,
) (*tfprotov6.ConfigureProviderResponse, error) {
	i.stopped.Store(false)
	return i.protocolServer.ConfigureProvider(ctx, req)
}

func (i interruptible) ApplyResourceChange(
	ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest,
) (*tfprotov6.ApplyResourceChangeResponse, error) {
	ctx, end := context.WithCancel(ctx)
	defer end()
	if i.stopped.Load() {
		end()
	}
	return i.protocolServer.ApplyResourceChange(ctx, req)
}

// ListResource must not cancel its context on return: the results are made later, in that context.
func (i interruptible) ListResource(
	ctx context.Context, req *tfprotov6.ListResourceRequest,
) (*tfprotov6.ListResourceServerStream, error) {
	if i.stopped.Load() {
		stopped, end := context.WithCancel(ctx)
		end()
		ctx = stopped
	}
	return i.protocolServer.ListResource(ctx, req)
}
