package merchants

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

const (
	retryBase = 500 * time.Millisecond
	retryCap  = 20 * time.Second
	// retryAfterCap bounds what a server may make a pipeline wait; above it the error says how long the server asked for.
	retryAfterCap = time.Minute
)

// errRetryAfter is the cause of an error whose answer asked for a longer wait than is bearable.
var errRetryAfter = errors.New("the service asks to wait longer than a minute")

// retryDelay returns how long to wait before the next try of a request, or false when it must not be repeated. Only a GET is repeated:
// after a failed write nobody knows whether it was committed. tries counts those already made.
func retryDelay(method string, answer *http.Response, err error, tries int, now time.Time) (time.Duration, bool) {
	if method != http.MethodGet || errors.Is(err, context.Canceled) {
		return 0, false
	}
	if err == nil {
		switch answer.StatusCode {
		case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
			http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		default:
			return 0, false
		}
		if wait, ok := retryAfter(answer.Header.Get("Retry-After"), now); ok {
			return wait, wait <= retryAfterCap
		}
	}
	ceiling := min(retryCap, retryBase<<(tries-1))
	return rand.N(ceiling) + time.Millisecond, true
}

// retryAfter reads a Retry-After header, seconds or an HTTP date. A date in the past means now; anything else means there is none.
func retryAfter(header string, now time.Time) (time.Duration, bool) {
	if header == "" {
		return 0, false
	}
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if date, err := http.ParseTime(header); err == nil {
		return max(0, date.Sub(now)), true
	}
	return 0, false
}

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
