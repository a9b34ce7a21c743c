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
	// retryAfterCap bounds what a server may make a pipeline wait; above it the error says how long the server asked for.
	retryAfterCap = time.Minute
	// No try begins once the service has taken this long to fail, or has asked for this long to wait.
	failureWindow  = 25 * time.Second
	throttleWindow = 2 * time.Minute
	// afterStop is what a write that is under way still gets once the run was interrupted. Pipelines kill the process soon after.
	afterStop = 6 * time.Second
)

// outcome says what is known of a request after one try, which decides whether it may be sent again.
type outcome int

const (
	// done: a 2xx answer came.
	done outcome = iota
	// refused: the service, or our own check, said no. Trying again would give the same.
	refused
	// notSent: no connection was had, so the service never saw it.
	notSent
	// throttled: the service said that there are too many requests, and did nothing.
	throttled
	// postponed: the service failed and told all to come back later. It may have carried out the request or not.
	postponed
	// unclear: it may have been carried out or not: no answer, half an answer, or a server error.
	unclear
	// unreadable: it was carried out, and the answer is too large. Trying again would give the same.
	unreadable
)

// classify reads the outcome of a try. connected tells whether a connection was had.
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

// errRetryAfter is the cause of an error whose answer asked for a longer wait than is bearable.
var errRetryAfter = errors.New("the service asks to wait longer than a minute")

// retryAfter reads a Retry-After header, seconds or an HTTP date, which is by the clock of the answer and only by ours where that has none. A
// date in the past means now, a number beyond all bounds some decades; anything else means there is none.
func retryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	hasRetryAfter := header.Get("Retry-After")
	if hasRetryAfter == "" {
		return 0, false
	}
	if seconds, err := strconv.ParseUint(hasRetryAfter, 10, 31); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(seconds) * time.Second, true
	}
	date, err := http.ParseTime(hasRetryAfter)
	if err != nil {
		return 0, false
	}
	if theirs, err := http.ParseTime(header.Get("Date")); err == nil {
		now = theirs
	}
	return max(0, date.Sub(now)), true
}

// backoff is the pause after a number of tries: doubled each time, and anything from nothing to that, so that clients do not come back at once.
func backoff(tries int) time.Duration {
	return rand.N(min(backoffCap, backoffBase<<min(tries-1, 10))) + time.Millisecond
}

// retryBudget bounds the tries beyond the first of a whole process: many more would not help a service that is down.
type retryBudget struct {
	mu                sync.Mutex
	requests, retries int
}

// Retries are at most a fifth of the requests, but the first ten are always allowed.
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

// stopwatch measures for how long the service has been at something. The time in which requests wait for their turn at our own pace does not
// count, because it says nothing of the service: where that is slow and many wait, it would leave no time for a second try.
type stopwatch struct {
	started time.Time
	// queued is how long requests waited for their turn, gated how long at the gate that the service has closed.
	queued, gated atomic.Int64
	// limit bounds the tries made under this watch together; 0 is none.
	limit time.Duration
	outer *stopwatch
}

type stopwatchKey struct{}

func stopwatchOf(ctx context.Context) *stopwatch {
	watch, _ := ctx.Value(stopwatchKey{}).(*stopwatch)
	return watch
}

// timed starts a stopwatch for what is done with the context that it returns.
func timed(ctx context.Context, limit time.Duration) (context.Context, *stopwatch) {
	watch := &stopwatch{started: time.Now(), limit: limit, outer: stopwatchOf(ctx)}
	return context.WithValue(ctx, stopwatchKey{}, watch), watch
}

// elapsed is for how long the service has been at it.
func (w *stopwatch) elapsed() time.Duration {
	return w.asked() - time.Duration(w.gated.Load())
}

// asked is elapsed and the time for which the service asked to wait.
func (w *stopwatch) asked() time.Duration {
	return time.Since(w.started) - time.Duration(w.queued.Load())
}

// excludeQueueTime takes time in the queue and at the gate from this watch and those around it.
func (w *stopwatch) excludeQueueTime(queued, gated time.Duration) {
	for ; w != nil; w = w.outer {
		w.queued.Add(int64(queued))
		w.gated.Add(int64(gated))
	}
}

// left is how long a try may take by this watch and those around it, at most as long as it would otherwise.
func (w *stopwatch) left(otherwise time.Duration) time.Duration {
	for ; w != nil; w = w.outer {
		if w.limit > 0 {
			otherwise = min(otherwise, w.limit-w.elapsed())
		}
	}
	return otherwise
}

// clock is the clock of the service, known from its last answer. Before the first it is ours.
type clock struct {
	// ahead is how far it is ahead of ours, in nanoseconds.
	ahead atomic.Int64
}

func (c *clock) set(theirs, ours time.Time) { c.ahead.Store(int64(theirs.Sub(ours))) }

// at returns the service's time at one of ours.
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

// withGrace returns a context for a write and what follows from it: it goes on for a moment when ctx ends, because a write that was sent
// may have been carried out, and its answer must not be lost. It is made before the write, so that the moment is one for all of it.
func withGrace(ctx context.Context) (context.Context, context.CancelFunc) {
	lasting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if wait(lasting, afterStop) == nil {
			cancel()
		}
	})
	return lasting, func() { stop(); cancel() }
}
