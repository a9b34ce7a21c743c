package protocol

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// contexts records whether the context of a change had already ended when the change arrived.
type contexts struct {
	protocolServer
	ended bool
}

func (c *contexts) ApplyResourceChange(
	ctx context.Context, _ *tfprotov6.ApplyResourceChangeRequest,
) (*tfprotov6.ApplyResourceChangeResponse, error) {
	c.ended = ctx.Err() != nil
	return nil, nil
}

func (c *contexts) InvokeAction(
	ctx context.Context, _ *tfprotov6.InvokeActionRequest,
) (*tfprotov6.InvokeActionServerStream, error) {
	c.ended = ctx.Err() != nil
	return nil, nil
}

func (c *contexts) StopProvider(
	context.Context, *tfprotov6.StopProviderRequest,
) (*tfprotov6.StopProviderResponse, error) {
	return nil, nil
}

func (c *contexts) ConfigureProvider(
	context.Context, *tfprotov6.ConfigureProviderRequest,
) (*tfprotov6.ConfigureProviderResponse, error) {
	return nil, nil
}

// TestServer_changeAfterInterrupt holds that a change or an action arriving after an interrupt is
// not made, and one of the next run is.
func TestServer_changeAfterInterrupt(t *testing.T) {
	t.Parallel()
	below := new(contexts)
	s := interruptible{below, new(atomic.Bool)}
	change := func() bool {
		t.Helper()
		if _, err := s.ApplyResourceChange(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		changed := !below.ended
		if _, err := s.InvokeAction(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if changed == below.ended {
			t.Error("an action is not treated as a change")
		}
		return changed
	}
	if !change() {
		t.Error("before the interrupt, the change was not made")
	}
	if _, err := s.StopProvider(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if change() {
		t.Error("after the interrupt, the change was made")
	}
	if _, err := s.ConfigureProvider(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if !change() {
		t.Error("in the next run, the change was not made")
	}
}
