package merchants

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// pace decides when a request may go: how many are under way at once, how many a second once the service has shown a limit, and a gate
// that closes for all when it asks one of them to wait. Writes go before reads, each in their order, but no read waits for more than a few:
// a look for what an unclear create has made is a read.
type pace struct {
	mu       sync.Mutex
	limit    int // most requests under way
	inFlight int
	writes   []chan struct{}
	reads    []chan struct{}
	inRow    int // writes that went before a read that waits

	opens  time.Time // the gate is closed until then
	slowed time.Time // when the rate was last lowered

	rate     *rate.Limiter
	ceiling  rate.Limit  // at which the service last refused
	finished []time.Time // when requests succeeded of late
}

const (
	// gateJitter spreads the requests that wait at the gate.
	gateJitter = 250 * time.Millisecond
	// rateSpan is over how long the rate of successes is measured when the service shows a limit.
	rateSpan = 2 * time.Second
	// The rate grows by this share of itself a second, slowly where the service refused before.
	growthFar, growthNear = 0.05, 0.005
	// maxInRow is how many writes go before a read that waits.
	maxInRow = 4
)

func newPace(limit int) *pace {
	return &pace{limit: limit, rate: rate.NewLimiter(rate.Inf, 1), ceiling: rate.Inf}
}

// enter waits until a request may go, and returns how long it waited at the gate. Whoever entered has to leave. It fails at once while the
// gate is closed for longer than is bearable: the service said when to come back, and asking again before that is no use to anyone.
func (p *pace) enter(ctx context.Context, write bool) (gated time.Duration, err error) {
	for {
		if err := p.takeSlot(ctx, write); err != nil {
			return gated, notSentError(err)
		}
		closed := p.closedFor()
		if closed <= 0 {
			break
		}
		p.giveSlot()
		if closed > retryAfterCap {
			return gated, fmt.Errorf("it was not sent, because %w: try again in %s", errRetryAfter, closed.Round(time.Second))
		}
		arrived := time.Now()
		if err := wait(ctx, closed+rand.N(gateJitter)); err != nil {
			return gated, notSentError(err)
		}
		gated += time.Since(arrived)
	}
	if err := p.rate.Wait(ctx); err != nil {
		p.giveSlot()
		return gated, notSentError(err)
	}
	return gated, nil
}

func notSentError(err error) error { return fmt.Errorf("interrupted before it was sent: %w", err) }

func (p *pace) closedFor() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Until(p.opens)
}

func (p *pace) takeSlot(ctx context.Context, write bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p.mu.Lock()
	if p.inFlight < p.limit && len(p.writes) == 0 && (write || len(p.reads) == 0) {
		p.inFlight++
		p.mu.Unlock()
		return nil
	}
	turn := make(chan struct{}, 1)
	if write {
		p.writes = append(p.writes, turn)
	} else {
		p.reads = append(p.reads, turn)
	}
	p.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writes, p.reads = without(p.writes, turn), without(p.reads, turn)
	select {
	case <-turn:
		p.inFlight--
		p.wake()
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

func (p *pace) giveSlot() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inFlight--
	p.wake()
}

// wake gives free slots to those who wait.
func (p *pace) wake() {
	for p.inFlight < p.limit && len(p.writes)+len(p.reads) > 0 {
		queue := &p.writes
		switch {
		case len(p.writes) == 0 || len(p.reads) > 0 && p.inRow == maxInRow:
			queue, p.inRow = &p.reads, 0
		case len(p.reads) > 0:
			p.inRow++
		}
		(*queue)[0] <- struct{}{}
		*queue = (*queue)[1:]
		p.inFlight++
	}
}

// leave gives the slot back and learns from what came of the request.
func (p *pace) leave(result outcome, pause time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inFlight--
	now := time.Now()
	switch result {
	case done:
		p.finished = append(p.finished, now)
		p.forget(now)
		if limit := p.rate.Limit(); limit != rate.Inf {
			growth := rate.Limit(growthFar)
			if limit >= p.ceiling*0.9 {
				growth = growthNear
			}
			p.rate.SetLimit(limit + growth) // There are as many successes a second as the rate is high.
		}
	case throttled, postponed:
		if now.Add(pause).After(p.opens) {
			p.opens = now.Add(pause)
		}
		if now.Sub(p.slowed) > time.Second {
			p.slowed = now
			p.slowDown(now)
		}
	}
	p.wake()
}

// slowDown sets the rate a little below that of the successes of late, and below what was too much.
func (p *pace) slowDown(now time.Time) {
	p.forget(now)
	limit := p.rate.Limit()
	if limit != rate.Inf {
		p.ceiling = limit
	}
	measured := rate.Limit(float64(len(p.finished)) / rateSpan.Seconds())
	p.rate.SetLimit(max(1, min(measured, limit)*0.9))
}

func (p *pace) forget(now time.Time) {
	for len(p.finished) > 0 && now.Sub(p.finished[0]) > rateSpan {
		p.finished = p.finished[1:]
	}
}
