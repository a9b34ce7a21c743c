package protocol

import (
	"context"
	"sync/atomic"
	"time"
)

// callContext is the context of one call until that has ended, and an ended one without values from then on. The framework keeps the contexts of
// all calls until it is stopped, and with them what they hold: ten kilobytes of loggers each, which after a plan of ten thousand resources are
// half a gigabyte.
type callContext struct {
	lent atomic.Pointer[context.Context]
}

// newCallContext returns ctx for the time of a call, and what ends it.
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
