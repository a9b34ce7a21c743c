package merchants

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const (
	backoffBase = 500 * time.Millisecond
	backoffCap  = 20 * time.Second
	// retryAfterCap bounds the wait that a server can impose on a pipeline. Beyond it, the error says
	// how long the server asked for.
	retryAfterCap = time.Minute
	// No retry begins after the service has taken failureWindow to fail, or has asked for
	// throttleWindow of waiting.
	failureWindow  = 25 * time.Second
	throttleWindow = 2 * time.Minute
	// afterStop is how long a write in flight may continue after the run was interrupted. Pipelines
	// kill the process soon after.
	afterStop = 6 * time.Second
)

// outcome is what is known of a request after one attempt. It decides whether the request may be
// sent again.
type outcome int

const (
	// done: a 2xx response came.
	done outcome = iota
	// refused: the service, or our own check, said no. A retry would give the same.
	refused
	// notSent: no connection was established, so the service never saw the request.
	notSent
	// throttled: the service said that there are too many requests, and did nothing.
	throttled
	// postponed: the service failed and told all clients to come back later. The request may have been
	// carried out.
	postponed
	// unclear: no response, half a response, or a server error. The request may have been carried out.
	unclear
	// unreadable: the request was carried out, and the response is too large. A retry would give the
	// same.
	unreadable
)

// classify returns the outcome of an attempt. connected says whether a connection was established.
func classify(answer *http.Response, apiShaped, connected bool, err error) outcome {
	if err != nil {
		_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
		switch {
		case errors.Is(err, errTooLarge):
			return unreadable
		case untrusted:
			return refused
		case !connected:
			return notSent
		default:
			return unclear
		}
	}
	switch status := answer.StatusCode; {
	case status/100 == 2:
		return done
	case status == http.StatusTooManyRequests:
		return throttled
	case status == http.StatusServiceUnavailable && answer.Header.Get("Retry-After") != "" && apiShaped:
		return postponed
	case status == http.StatusRequestTimeout || status >= 500 && status != http.StatusNotImplemented:
		return unclear
	default:
		return refused
	}
}

// errRetryAfter is the cause when the service asked for a wait longer than retryAfterCap.
var errRetryAfter = errors.New("the service asks to wait longer than a minute")

// retryAfter reads a Retry-After header: seconds or an HTTP date. A date is relative to the
// response's Date header, or to our clock without one. A date in the past means now. A number too
// large to parse means some decades. Anything else counts as no header.
func retryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	value := header.Get("Retry-After")
	if value == "" {
		return 0, false
	}
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(seconds) * time.Second, true
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	if theirs, err := http.ParseTime(header.Get("Date")); err == nil {
		now = theirs
	}
	return max(0, date.Sub(now)), true
}

// backoff returns the pause after a number of attempts: exponential backoff with full jitter, so
// that clients do not come back all at once.
func backoff(tries int) time.Duration {
	return rand.N(min(backoffCap, backoffBase<<min(tries-1, 10))) + time.Millisecond
}

// retryBudget bounds the retries of a whole process: more would not help a service that is down.
type retryBudget struct {
	mu                sync.Mutex
	requests, retries int
}

// Retries are at most a fifth of the requests, plus ten.
const (
	retryShare = 5
	retryFloor = 10
)

func (b *retryBudget) request() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.requests++
}

func (b *retryBudget) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.retries >= retryFloor+b.requests/retryShare {
		return false
	}
	b.retries++
	return true
}

// stopwatch measures how long the service has been working on something. It excludes the time that
// requests wait in our own queue, which says nothing about the service: if the service is slow and
// many requests wait, that time would leave none for a retry.
type stopwatch struct {
	started time.Time
	// queued is how long requests waited in our queue, gated how long they waited at the gate that the
	// service closed. Both are in nanoseconds.
	queued, gated atomic.Int64
	// limit bounds all attempts under this watch together; 0 means no limit.
	limit time.Duration
	outer *stopwatch
}

type stopwatchKey struct{}

func stopwatchOf(ctx context.Context) *stopwatch {
	watch, _ := ctx.Value(stopwatchKey{}).(*stopwatch)
	return watch
}

// timed starts a stopwatch for everything done under the context that it returns.
func timed(ctx context.Context, limit time.Duration) (context.Context, *stopwatch) {
	watch := &stopwatch{started: time.Now(), limit: limit, outer: stopwatchOf(ctx)}
	return context.WithValue(ctx, stopwatchKey{}, watch), watch
}

// elapsed returns how long the service has been working, without the waits that it asked for.
func (w *stopwatch) elapsed() time.Duration {
	return w.asked() - time.Duration(w.gated.Load())
}

// asked returns elapsed plus the waits that the service asked for.
func (w *stopwatch) asked() time.Duration {
	return time.Since(w.started) - time.Duration(w.queued.Load())
}

// excludeQueueTime excludes time in the queue and at the gate from this watch and those around it.
func (w *stopwatch) excludeQueueTime(queued, gated time.Duration) {
	for ; w != nil; w = w.outer {
		w.queued.Add(int64(queued))
		w.gated.Add(int64(gated))
	}
}

// left returns how long an attempt may take: otherwise, or less if this watch or one around it has
// less time left.
func (w *stopwatch) left(otherwise time.Duration) time.Duration {
	for ; w != nil; w = w.outer {
		if w.limit > 0 {
			otherwise = min(otherwise, w.limit-w.elapsed())
		}
	}
	return otherwise
}

// clock is the clock of the service, as its last response showed it. Before the first response it
// is ours.
type clock struct {
	// ahead is how far the clock is ahead of ours, in nanoseconds.
	ahead atomic.Int64
}

func (c *clock) set(theirs, ours time.Time) { c.ahead.Store(int64(theirs.Sub(ours))) }

// at converts a time of our clock to the service's clock.
func (c *clock) at(ours time.Time) time.Time { return ours.Add(time.Duration(c.ahead.Load())) }

// wait pauses, or ends early with the context's error.
func wait(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("interrupted while waiting to try again: %w", context.Cause(ctx))
	}
}

// withGrace returns a context for a write and everything that follows from it. It outlives ctx for
// a moment (afterStop), because a write that was sent may have been carried out, and its response
// must not be lost. Call it before the write, so that the write and what follows share one such
// moment.
func withGrace(ctx context.Context) (context.Context, context.CancelFunc) {
	lasting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if wait(lasting, afterStop) == nil {
			cancel()
		}
	})
	return lasting, func() { stop(); cancel() }
}
