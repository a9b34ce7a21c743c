package merchants

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// throttle decides when a request may be sent. It limits how many are in flight, and how many are
// sent per second once the service has shown a limit. A gate stops all requests when the service
// asks one of them to wait. Writes go before reads, each in order, but only a few writes overtake a
// waiting read: the look-up of an unclear create is a read.
type throttle struct {
	mu       sync.Mutex
	limit    int // most requests in flight
	inFlight int
	writes   []chan struct{}
	reads    []chan struct{}
	inRow    int // writes in a row that overtook a waiting read

	opens  time.Time // the gate is closed until then
	slowed time.Time // when the rate was last lowered

	rate     *rate.Limiter
	ceiling  rate.Limit  // rate at which the service last refused
	finished []time.Time // times of recent successes
}

const (
	// gateJitter spreads out the requests that wait at the gate.
	gateJitter = 250 * time.Millisecond
	// rateSpan is the time over which successes are counted to measure their rate.
	rateSpan = 2 * time.Second
	// The rate grows by this share per second: growthNear close to the rate that the service last
	// refused, growthFar elsewhere.
	growthFar, growthNear = 0.05, 0.005
	// maxInRow is how many writes in a row may go before a waiting read.
	maxInRow = 4
)

func newThrottle(limit int) *throttle {
	return &throttle{limit: limit, rate: rate.NewLimiter(rate.Inf, 1), ceiling: rate.Inf}
}

// enter waits until a request may be sent, and returns how long it waited at the gate. If err is
// nil, the caller must call leave. It fails at once if the gate is closed for longer than
// retryAfterCap: the service said when to come back, and asking earlier is of no use.
func (t *throttle) enter(ctx context.Context, write bool) (gated time.Duration, err error) {
	for {
		if err := t.takeSlot(ctx, write); err != nil {
			return gated, notSentError(err)
		}
		closed := t.closedFor()
		if closed <= 0 {
			break
		}
		t.giveSlot()
		if closed > retryAfterCap {
			return gated, fmt.Errorf("it was not sent, because %w: try again in %s", errRetryAfter, closed.Round(time.Second))
		}
		arrived := time.Now()
		if err := wait(ctx, closed+rand.N(gateJitter)); err != nil {
			return gated, notSentError(err)
		}
		gated += time.Since(arrived)
	}
	if err := t.rate.Wait(ctx); err != nil {
		t.giveSlot()
		return gated, notSentError(err)
	}
	return gated, nil
}

func notSentError(err error) error { return fmt.Errorf("interrupted before it was sent: %w", err) }

func (t *throttle) closedFor() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return time.Until(t.opens)
}

func (t *throttle) takeSlot(ctx context.Context, write bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t.mu.Lock()
	if t.inFlight < t.limit && len(t.writes) == 0 && (write || len(t.reads) == 0) {
		t.inFlight++
		t.mu.Unlock()
		return nil
	}
	turn := make(chan struct{}, 1)
	if write {
		t.writes = append(t.writes, turn)
	} else {
		t.reads = append(t.reads, turn)
	}
	t.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.writes, t.reads = without(t.writes, turn), without(t.reads, turn)
	select {
	case <-turn:
		t.inFlight--
		t.wake()
	default:
	}
	return context.Cause(ctx)
}

func without(queue []chan struct{}, turn chan struct{}) []chan struct{} {
	for i := range queue {
		if queue[i] == turn {
			return append(queue[:i:i], queue[i+1:]...)
		}
	}
	return queue
}

func (t *throttle) giveSlot() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.inFlight--
	t.wake()
}

// wake gives free slots to waiting requests.
func (t *throttle) wake() {
	for t.inFlight < t.limit && len(t.writes)+len(t.reads) > 0 {
		queue := &t.writes
		switch {
		case len(t.writes) == 0 || len(t.reads) > 0 && t.inRow == maxInRow:
			queue, t.inRow = &t.reads, 0
		case len(t.reads) > 0:
			t.inRow++
		}
		(*queue)[0] <- struct{}{}
		*queue = (*queue)[1:]
		t.inFlight++
	}
}

// leave returns the slot and adapts the rate to the outcome of the request.
func (t *throttle) leave(result outcome, pause time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.inFlight--
	now := time.Now()
	switch result {
	case done:
		t.finished = append(t.finished, now)
		t.forget(now)
		if limit := t.rate.Limit(); limit != rate.Inf {
			growth := rate.Limit(growthFar)
			if limit >= t.ceiling*0.9 {
				growth = growthNear
			}
			t.rate.SetLimit(limit + growth) // Once per success, so by this share per second.
		}
	case throttled, postponed:
		if now.Add(pause).After(t.opens) {
			t.opens = now.Add(pause)
		}
		if now.Sub(t.slowed) > time.Second {
			t.slowed = now
			t.slowDown(now)
		}
	}
	t.wake()
}

// slowDown sets the rate a little below the recent rate of successes, and below the rate that was
// too high.
func (t *throttle) slowDown(now time.Time) {
	t.forget(now)
	limit := t.rate.Limit()
	if limit != rate.Inf {
		t.ceiling = limit
	}
	measured := rate.Limit(float64(len(t.finished)) / rateSpan.Seconds())
	t.rate.SetLimit(max(1, min(measured, limit)*0.9))
}

func (t *throttle) forget(now time.Time) {
	for len(t.finished) > 0 && now.Sub(t.finished[0]) > rateSpan {
		t.finished = t.finished[1:]
	}
}
