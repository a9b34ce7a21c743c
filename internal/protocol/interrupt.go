package protocol

import (
	"context"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// interruptible stops changes, actions and queries after an interrupt. The SDK cancels the contexts
// of the calls that are running at the interrupt, but not of calls that arrive later.
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
	return i.protocolServer.ListResource(i.unlessStopped(ctx), req)
}

// InvokeAction must not cancel its context on return either: the action runs later.
func (i interruptible) InvokeAction(
	ctx context.Context, req *tfprotov6.InvokeActionRequest,
) (*tfprotov6.InvokeActionServerStream, error) {
	return i.protocolServer.InvokeAction(i.unlessStopped(ctx), req)
}

// unlessStopped returns an ended context after an interrupt.
func (i interruptible) unlessStopped(ctx context.Context) context.Context {
	if !i.stopped.Load() {
		return ctx
	}
	stopped, end := context.WithCancel(ctx)
	end()
	return stopped
}
