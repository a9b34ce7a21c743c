package protocol

import (
	"context"
	"sync/atomic"
	"time"
)

// callContext is the context of one call while the call runs, and afterwards an ended context
// without values. The framework keeps the contexts of all calls until it stops, and with each ten
// kilobytes of loggers: half a gigabyte after a plan of ten thousand resources.
type callContext struct {
	lent atomic.Pointer[context.Context]
}

// newCallContext lends ctx to a call. The function that it returns ends the call.
func newCallContext(ctx context.Context) (context.Context, func()) {
	c := new(callContext)
	c.lent.Store(&ctx)
	var after context.Context = endedContext{}
	return c, func() { c.lent.Store(&after) }
}

func (c *callContext) Deadline() (time.Time, bool) { return (*c.lent.Load()).Deadline() }
func (c *callContext) Done() <-chan struct{}       { return (*c.lent.Load()).Done() }
func (c *callContext) Err() error                  { return (*c.lent.Load()).Err() }
func (c *callContext) Value(key any) any           { return (*c.lent.Load()).Value(key) }

var ended = func() chan struct{} {
	done := make(chan struct{})
	close(done)
	return done
}()

type endedContext struct{}

func (endedContext) Deadline() (time.Time, bool) { return time.Time{}, false }
func (endedContext) Done() <-chan struct{}       { return ended }
func (endedContext) Err() error                  { return context.Canceled }
func (endedContext) Value(any) any               { return nil }
