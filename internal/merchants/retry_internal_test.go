package merchants

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// refusalOf returns an error response of the API.
func refusalOf(status int) *http.Response {
	return answerWith(status, `{"code":"generic.injected","message":"Not today."}`)
}

// askingToWait adds a Retry-After header.
func askingToWait(answer *http.Response, header string) *http.Response {
	answer.Header.Set("Retry-After", header)
	return answer
}

// TestRetry_table holds what is retried, by the method and the outcome of the first attempt: the
// service never saw the request, asked to come back, may have carried it out, or refused it. A
// write with an unknown outcome is retried only if it is safe to send twice.
func TestRetry_table(t *testing.T) {
	t.Parallel()
	reads, creates := request{method: "GET", path: "perks/x1"}, request{method: "POST", path: "perks"}
	updates := request{method: "PATCH", path: "perks/x1", repeatable: true}
	deletes := request{method: "DELETE", path: "perks/x1", repeatable: true}
	answers := func(status int, body string, header ...string) roundTrip {
		return func(r *http.Request) (*http.Response, error) {
			connected(r)
			answer := answerWith(status, body)
			for _, value := range header {
				answer.Header.Set("Retry-After", value)
			}
			return answer, nil
		}
	}
	const said = `{"code":"generic.injected","message":"Not today."}`
	for name, c := range map[string]struct {
		first roundTrip
		// again says whether a read, a create, an update and a deletion are retried; unclear says whether
		// the writes may have happened.
		again   [4]bool
		unclear bool
	}{
		"no connection": {
			first: func(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") },
			again: [4]bool{true, true, true, true},
		},
		"connection lost": {
			first: func(r *http.Request) (*http.Response, error) {
				connected(r)
				return nil, errors.New("connection reset")
			},
			again: [4]bool{true, false, true, true}, unclear: true,
		},
		"half an answer": {
			first: func(r *http.Request) (*http.Response, error) {
				connected(r)
				answer := answerWith(200, "")
				answer.Body = brokenBody{}
				return answer, nil
			},
			again: [4]bool{true, false, true, true}, unclear: true,
		},
		"wrong certificate": {
			first: func(*http.Request) (*http.Response, error) {
				return nil, &tls.CertificateVerificationError{Err: errors.New("unknown authority")}
			},
		},
		"301": {first: answers(301, "")},
		"400": {first: answers(400, said)},
		"401": {first: answers(401, said)},
		"403": {first: answers(403, said)},
		"404": {first: answers(404, said)},
		"408": {
			first: answers(408, said), again: [4]bool{true, false, true, true}, unclear: true,
		},
		"409":                          {first: answers(409, said)},
		"417":                          {first: answers(417, said)},
		"429":                          {first: answers(429, said), again: [4]bool{true, true, true, true}},
		"429, told when":               {first: answers(429, said, "1"), again: [4]bool{true, true, true, true}},
		"429, told nonsense":           {first: answers(429, said, "abc"), again: [4]bool{true, true, true, true}},
		"429, told a minute":           {first: answers(429, said, "60"), again: [4]bool{true, true, true, true}},
		"429, told more than a minute": {first: answers(429, said, "61")},
		"429 of a proxy":               {first: answers(429, "<html>"), again: [4]bool{true, true, true, true}},
		"500": {
			first: answers(500, said), again: [4]bool{true, false, true, true}, unclear: true,
		},
		"501": {first: answers(501, said)},
		"502 of a proxy": {
			first: answers(502, "<html>"), again: [4]bool{true, false, true, true}, unclear: true,
		},
		"503": {
			first: answers(503, said), again: [4]bool{true, false, true, true}, unclear: true,
		},
		"503, told when": {
			first: answers(503, said, "1"), again: [4]bool{true, false, true, true}, unclear: true,
		},
		"503 of a proxy, told when": {
			first: answers(503, "<html>", "1"), again: [4]bool{true, false, true, true}, unclear: true,
		},
		"503, told more than a minute": {first: answers(503, said, "61"), unclear: true},
		"500, told more than a minute": {first: answers(500, said, "3600"), unclear: true},
		"408, told more than a minute": {first: answers(408, said, "2147483648"), unclear: true},
		"502 of a proxy, told a day":   {first: answers(502, "<html>", "86400"), unclear: true},
		"too large":                    {first: answers(200, strings.Repeat(" ", bodyLimit+1)), unclear: true},
		"504 of a proxy that gave up waiting": {
			first: answers(504, "<html>"), again: [4]bool{true, false, true, true}, unclear: true,
		},
	} {
		for i, r := range []request{reads, creates, updates, deletes} {
			t.Run(name+"/"+r.method, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					tries := 0
					client := clientOf(t, Config{MaxRetries: 4}, func(r *http.Request) (*http.Response, error) {
						if tries++; tries == 1 {
							return c.first(r)
						}
						return answerWith(200, `{"id":"x1"}`), nil
					})
					_, err := client.do(t.Context(), r)
					switch {
					case c.again[i] && (err != nil || tries != 2):
						t.Errorf("got %v after %d tries, want success after two", err, tries)
					case !c.again[i] && (err == nil || tries != 1):
						t.Errorf("got %v after %d tries, want an error after one", err, tries)
					case err != nil && MayHaveHappened(err) != (c.unclear && r.method != "GET"):
						t.Errorf("MayHaveHappened is %t: %v", MayHaveHappened(err), err)
					}
				})
			})
		}
	}
}

type brokenBody struct{}

func (brokenBody) Read([]byte) (int, error) { return 0, errors.New("unexpected end") }
func (brokenBody) Close() error             { return nil }

// TestRetry_unclearStays: a write that may have been carried out stays unclear, whatever its retry
// returns.
func TestRetry_unclearStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answers := []*http.Response{refusalOf(500), refusalOf(417)}
		c := clientOf(t, Config{MaxRetries: 4}, func(*http.Request) (*http.Response, error) {
			next := answers[0]
			answers = answers[1:]
			return next, nil
		})
		_, err := UpdatePerk(t.Context(), c, "x1", PerkInput{InternalName: Value("a")})
		if !MayHaveHappened(err) {
			t.Errorf("got %v", err)
		}
	})
}

// TestRetry_tries holds how many attempts a request that always fails gets, and for how long.
func TestRetry_tries(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		retries int
		takes   time.Duration // per attempt
		header  string
		status  int
		// want is the least and the greatest number of attempts; within is the latest start of the last
		// one.
		want   [2]int
		within time.Duration
	}{
		"never":            {retries: 0, status: 500, want: [2]int{1, 1}},
		"never, throttled": {retries: 0, status: 429, header: "1", want: [2]int{1, 1}},
		"once":             {retries: 1, status: 500, want: [2]int{2, 2}, within: time.Second},
		"four times":       {retries: 4, status: 500, want: [2]int{5, 5}, within: 8 * time.Second},
		"as long as is bearable": {
			retries: 4, status: 500, takes: 12 * time.Second, want: [2]int{3, 3}, within: 27 * time.Second,
		},
		"as often as the service asks": {
			retries: 4, status: 429, header: "1", want: [2]int{96, 121}, within: 122 * time.Second,
		},
		"throttled without being told": {retries: 4, status: 429, want: [2]int{11, 11}, within: 122 * time.Second},
		"throttled, a minute each time": {
			retries: 4, status: 429, header: "60", want: [2]int{2, 3}, within: 122 * time.Second,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				started, tries, last := time.Now(), 0, time.Duration(0)
				client := clientOf(t, Config{MaxRetries: c.retries}, func(*http.Request) (*http.Response, error) {
					tries++
					last = time.Since(started)
					<-time.After(c.takes)
					answer := refusalOf(c.status)
					if c.header != "" {
						askingToWait(answer, c.header)
					}
					return answer, nil
				})
				if _, err := client.Perks.Get(t.Context(), "x1"); err == nil {
					t.Error("the request succeeded, although every try fails")
				}
				if tries < c.want[0] || tries > c.want[1] || last > c.within {
					t.Errorf("%d tries, the last after %s; want %d to %d tries within %s", tries, last, c.want[0], c.want[1], c.within)
				}
			})
		})
	}
}

// TestRetry_budget: a process sends a failing service few more requests than a healthy one. The
// first ten retries are free; then five requests allow one.
func TestRetry_budget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		c := clientOf(t, Config{MaxRetries: 4}, func(*http.Request) (*http.Response, error) {
			tries++
			return refusalOf(500), nil
		})
		for i, want := range []int{5, 5, 3, 1, 2, 1, 1, 1, 1, 2, 1} {
			tries = 0
			if _, err := c.Perks.Get(t.Context(), "x1"); err == nil || tries != want {
				t.Errorf("request %d was tried %d times, want %d (%v)", i+1, tries, want, err)
			}
		}
	})
}

// TestRetry_budgetOfMany: all concurrent requests share one budget.
func TestRetry_budgetOfMany(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var tries atomic.Int32
		c := clientOf(t, Config{MaxRetries: 4}, func(*http.Request) (*http.Response, error) {
			tries.Add(1)
			return refusalOf(503), nil
		})
		var group sync.WaitGroup
		for range 1000 {
			group.Go(func() { _, _ = c.Perks.Get(t.Context(), "x1") })
		}
		group.Wait()
		if got := tries.Load(); got != 1000+10+200 {
			t.Errorf("1,000 requests made %d tries, want 1,210", got)
		}
	})
}

// TestRetry_toldCostsNothing: retries that the service scheduled do not use the budget.
func TestRetry_toldCostsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		c := clientOf(t, Config{MaxRetries: 4}, func(*http.Request) (*http.Response, error) {
			if tries++; tries <= 60 {
				return askingToWait(refusalOf(429), "1"), nil
			}
			return answerWith(200, `{"id":"x1"}`), nil
		})
		if _, err := c.Perks.Get(t.Context(), "x1"); err != nil || tries != 61 {
			t.Errorf("got %v after %d tries", err, tries)
		}
		if c.budget.retries != 0 {
			t.Errorf("the retries used %d of the budget, want none", c.budget.retries)
		}
	})
}

// TestRetry_queueIsOurs: the time that a request waits in our own queue does not count against the
// service.
func TestRetry_queueIsOurs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		c := clientOf(t, Config{MaxRetries: 4, MaxConcurrency: 1, RequestTimeout: time.Minute},
			func(r *http.Request) (*http.Response, error) {
				if strings.HasSuffix(r.URL.Path, "/slow") {
					<-time.After(50 * time.Second)
					return answerWith(200, `{"id":"slow"}`), nil
				}
				if tries++; tries == 1 {
					return askingToWait(refusalOf(429), "1"), nil
				}
				return answerWith(200, `{"id":"x1"}`), nil
			})
		var group sync.WaitGroup
		for range 4 { // Together longer than failureWindow.
			group.Go(func() {
				if _, err := c.Perks.Get(t.Context(), "slow"); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		group.Go(func() {
			if _, err := c.Perks.Get(t.Context(), "x1"); err != nil || tries != 2 {
				t.Errorf("got %v after %d tries", err, tries)
			}
		})
		group.Wait()
	})
}

// TestRetry_backoff: the pause is random between nothing and a bound that doubles, but never zero.
func TestRetry_backoff(t *testing.T) {
	t.Parallel()
	for i, seconds := range []float64{0.5, 1, 2, 4, 8, 16, 20, 20, 20, 20, 20, 20, 20} {
		bound := time.Duration(seconds * float64(time.Second))
		least, most := time.Hour, time.Duration(0)
		for range 2000 {
			pause := backoff(i + 1)
			least, most = min(least, pause), max(most, pause)
		}
		if most > bound+time.Millisecond || most < bound*9/10 || least > bound/10 || least <= 0 {
			t.Errorf("after %d tries the pauses are from %s to %s, want from nearly 0 to %s", i+1, least, most, bound)
		}
	}
}

// TestRetry_waitsEndAtOnce: a canceled request stops waiting at once, whatever it waits for.
func TestRetry_waitsEndAtOnce(t *testing.T) {
	t.Parallel()
	for name, transport := range map[string]roundTrip{
		"to try again": func(*http.Request) (*http.Response, error) { return refusalOf(500), nil },
		"as the service asks": func(*http.Request) (*http.Response, error) {
			return askingToWait(refusalOf(429), "50"), nil
		},
		"for an answer": hang,
	} {
		for _, method := range []string{"GET", "PATCH"} {
			t.Run(name+"/"+method, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					if name == "for an answer" && method == "PATCH" {
						return // A write in flight is waited for; another test covers that.
					}
					var group sync.WaitGroup
					c := clientOf(t, Config{MaxRetries: 10, MaxConcurrency: 2}, transport)
					c.budget.requests = 1_000_000
					cause := errors.New("the run was interrupted")
					ctx, cancel := context.WithCancelCause(t.Context())
					time.AfterFunc(10*time.Second, func() { cancel(cause) })
					started := time.Now()
					for range 20 {
						group.Go(func() {
							_, err := c.do(ctx, request{method: method, path: "perks/x1", repeatable: true})
							if err == nil || time.Since(started) > 10*time.Second {
								t.Errorf("got %v after %s", err, time.Since(started))
							}
						})
					}
					group.Wait()
				})
			})
		}
	}
}

// TestRetry_rateWaitEndsAtOnce: this also holds for a wait for the rate limit.
func TestRetry_rateWaitEndsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := clientOf(t, Config{MaxConcurrency: 5},
			func(*http.Request) (*http.Response, error) { return answerWith(200, `{"id":"x1"}`), nil })
		if _, err := c.Perks.Get(t.Context(), "x1"); err != nil {
			t.Fatal(err)
		}
		c.throttle.rate.SetLimit(0.1)
		c.throttle.rate.AllowN(time.Now(), 1)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		started := time.Now()
		if _, err := c.Perks.Get(ctx, "x1"); !errors.Is(err, context.Canceled) || time.Since(started) != time.Second {
			t.Errorf("got %v after %s", err, time.Since(started))
		}
		if c.throttle.inFlight != 0 {
			t.Errorf("%d slots were not returned", c.throttle.inFlight)
		}
	})
}

// TestRetry_attemptsAreTold: an error gives the number of attempts.
func TestRetry_attemptsAreTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := clientOf(t, Config{MaxRetries: 2}, func(*http.Request) (*http.Response, error) { return refusalOf(500), nil })
		_, err := c.Perks.Get(t.Context(), "x1")
		said, ok := errors.AsType[*Error](err)
		if !ok || said.Attempts != 3 || said.Status != 500 || said.Code != "generic.injected" {
			t.Errorf("got %s", fmt.Sprint(err))
		}
	})
}
