package merchants

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// roundTrip replaces the network, which cannot be used in a synctest bubble.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// clientOf returns a client that sends all requests to transport.
func clientOf(t *testing.T, config Config, transport roundTrip) *Client {
	t.Helper()
	key, err := ParseKey("test_c4n4ry0123456789abcdef01234567")
	if err != nil {
		t.Fatal(err)
	}
	config.Key, config.BaseURL = key, "http://127.0.0.1:1"
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	c.http.Transport = transport
	return c
}

func answerWith(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

// hang sends no response until the request is canceled.
func hang(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// TestClient_goneIsDecidedByOneRule tries every status with every kind of body.
func TestClient_goneIsDecidedByOneRule(t *testing.T) {
	t.Parallel()
	bodies := map[string]string{
		"empty":        ``,
		"page":         `<html><title>404 perk.not-found</title></html>`,
		"without code": `{"statusCode":404,"message":"Cannot GET /v1/perks/x1","error":"Not Found"}`,
		"empty code":   `{"code":"","message":"not-found"}`,
		"cut off":      `{"code":"perk.not-found","message":"No`,
		"not found":    `{"code":"perk.not-found","message":"No perk has this id."}`,
		"other code":   `{"code":"generic.invalid-request","message":"No perk was not-found"}`,
		"list":         `[{"code":"perk.not-found"}]`,
	}
	gone := map[string]bool{"404 not found": true, "404 other code": true, "417 not found": true}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for status := 100; status < 600; status++ {
				c := clientOf(t, Config{}, func(*http.Request) (*http.Response, error) { return answerWith(status, body), nil })
				_, err := c.Perks.Get(t.Context(), "x1")
				if err == nil {
					t.Fatalf("%d: no error", status)
				}
				if got, want := IsNotFound(err), gone[fmt.Sprint(status, " ", name)]; got != want {
					t.Errorf("%d: IsNotFound is %t: %v", status, got, err)
				}
				if err := c.Perks.Delete(t.Context(), "x1"); status/100 != 2 &&
					IsNotFound(err) != gone[fmt.Sprint(status, " ", name)] {
					t.Errorf("%d: the delete gives %v", status, err)
				}
			}
		})
	}
}

func TestClient_readEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for name, transport := range map[string]roundTrip{
		"before the answer": hang,
		"during the answer": func(r *http.Request) (*http.Response, error) {
			answer := answerWith(200, "")
			answer.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"id":`), readerUntil(r.Context())))
			return answer, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tries := 0
				c := clientOf(t, Config{MaxRetries: 4}, func(r *http.Request) (*http.Response, error) {
					tries++
					return transport(r)
				})
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Second, cancel)
				started := time.Now()

				_, err := c.Perks.Get(ctx, "x1")
				if !errors.Is(err, context.Canceled) {
					t.Errorf("got %v", err)
				}
				if took := time.Since(started); took != time.Second {
					t.Errorf("it took %s", took)
				}
				if tries != 1 {
					t.Errorf("got %d tries", tries)
				}
			})
		})
	}
}

func readerUntil(ctx context.Context) io.Reader {
	return readFunc(func([]byte) (int, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	})
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

func TestClient_readThatWaitsItsTurnEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var tries atomic.Int32
		c := clientOf(t, Config{MaxConcurrency: 1}, func(r *http.Request) (*http.Response, error) {
			tries.Add(1)
			return hang(r)
		})
		first, endFirst := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = c.Perks.Get(first, "x1")
		}()
		synctest.Wait()
		second, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		started := time.Now()

		_, err := c.Perks.Get(second, "x2")
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(started) != time.Second {
			t.Errorf("got %v after %s", err, time.Since(started))
		}
		if got := tries.Load(); got != 1 {
			t.Errorf("got %d requests", got)
		}
		endFirst()
		<-done
	})
}

// TestClient_writeOutlivesItsContext: once sent, a write gets its response although its context has
// ended.
func TestClient_writeOutlivesItsContext(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(context.Context, *Client) error{
		"create": func(ctx context.Context, c *Client) error {
			perk, err := c.Perks.Create(ctx, PerkInput{InternalName: Value("a")})
			if err == nil && perk.ID != "x1" {
				return fmt.Errorf("got %s", perk.ID)
			}
			return err
		},
		"update": func(ctx context.Context, c *Client) error {
			_, err := UpdatePerk(ctx, c, "x1", PerkInput{InternalName: Value("a")})
			return err
		},
		"publish": func(ctx context.Context, c *Client) error {
			_, err := c.Perks.Transition(ctx, Head{ID: "x1"}, Publish)
			return err
		},
		"delete": func(ctx context.Context, c *Client) error { return c.Perks.Delete(ctx, "x1") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				tries := 0
				c := clientOf(t, Config{}, func(r *http.Request) (*http.Response, error) {
					tries++
					cancel()
					select {
					case <-r.Context().Done():
						return nil, r.Context().Err()
					case <-time.After(5 * time.Second):
						return answerWith(200, `{"id":"x1"}`), nil
					}
				})
				if err := write(ctx, c); err != nil {
					t.Error(err)
				}
				if tries != 1 {
					t.Errorf("got %d tries", tries)
				}
			})
		})
	}
}

// TestClient_readAfterAWriteOutlivesItsContext: a read that replaces an empty response belongs to
// the write.
func TestClient_readAfterAWriteOutlivesItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c := clientOf(t, Config{}, func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodGet {
				return answerWith(200, `{"id":"x1","internalName":"a"}`), nil
			}
			cancel()
			return answerWith(200, ``), nil
		})
		perk, err := UpdatePerk(ctx, c, "x1", PerkInput{InternalName: Value("a")})
		if err != nil || perk.InternalName != "a" {
			t.Errorf("got %v, %v", perk, err)
		}
	})
}

func TestClient_interruptedWriteIsNotSent(t *testing.T) {
	t.Parallel()
	cause := errors.New("the run was interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	c := clientOf(t, Config{MaxRetries: 4}, func(*http.Request) (*http.Response, error) {
		t.Error("the write was sent")
		return answerWith(200, `{"id":"x1"}`), nil
	})
	_, createErr := c.Perks.Create(ctx, PerkInput{InternalName: Value("a")})
	_, updateErr := UpdatePerk(ctx, c, "x1", PerkInput{InternalName: Value("a")})
	_, publishErr := c.Perks.Transition(ctx, Head{ID: "x1"}, Publish)
	for _, err := range []error{createErr, updateErr, publishErr, c.Perks.Delete(ctx, "x1")} {
		if err == nil || !strings.Contains(err.Error(), "interrupted before it was sent") {
			t.Errorf("got %v", err)
		}
		if MayHaveHappened(err) {
			t.Errorf("the error says that the write may have happened, but it was not sent: %v", err)
		}
	}
}

// TestClient_writeThatWaitsItsTurnIsNotSent: a canceled write is dropped when its turn comes.
func TestClient_writeThatWaitsItsTurnIsNotSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var tries atomic.Int32
		c := clientOf(t, Config{MaxConcurrency: 1}, func(*http.Request) (*http.Response, error) {
			tries.Add(1)
			<-time.After(5 * time.Second)
			return answerWith(200, `{"id":"x1"}`), nil
		})
		ctx, cancel := context.WithCancel(t.Context())
		failed := make(chan error, 3)
		for range cap(failed) {
			go func() { failed <- c.Perks.Delete(ctx, "x1") }()
		}
		synctest.Wait()
		cancel()

		refused := 0
		for range cap(failed) {
			if err := <-failed; err != nil {
				refused++
				if !strings.Contains(err.Error(), "interrupted before it was sent") {
					t.Error(err)
				}
			}
		}
		if refused != 2 || tries.Load() != 1 {
			t.Errorf("got %d refused and %d sent, want 2 and 1", refused, tries.Load())
		}
	})
}

func TestClient_requestTimeout(t *testing.T) {
	t.Parallel()
	for name, transport := range map[string]roundTrip{
		"no answer": hang,
		"half an answer": func(r *http.Request) (*http.Response, error) {
			answer := answerWith(200, "")
			answer.Body = io.NopCloser(readerUntil(r.Context()))
			return answer, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := clientOf(t, Config{RequestTimeout: 7 * time.Second}, transport)
				started := time.Now()
				_, err := c.Perks.Get(t.Context(), "x1")
				if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "no answer") ||
					time.Since(started) != 7*time.Second {
					t.Errorf("read: got %v after %s", err, time.Since(started))
				}
				started = time.Now()
				err = c.Perks.Delete(t.Context(), "x1")
				if !errors.Is(err, context.DeadlineExceeded) || time.Since(started) != 7*time.Second {
					t.Errorf("write: got %v after %s", err, time.Since(started))
				}
			})
		})
	}
}

func TestClient_maxConcurrency(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var inFlight, most atomic.Int32
		c := clientOf(t, Config{MaxConcurrency: 3}, func(*http.Request) (*http.Response, error) {
			now := inFlight.Add(1)
			defer inFlight.Add(-1)
			for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
			}
			<-time.After(time.Second)
			return answerWith(200, `{"id":"x1"}`), nil
		})
		started := time.Now()
		var group sync.WaitGroup
		for i := range 50 {
			group.Go(func() {
				var err error
				if i%5 == 0 {
					err = c.Perks.Delete(t.Context(), "x1")
				} else {
					_, err = c.Perks.Get(t.Context(), "x1")
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if got := most.Load(); got != 3 {
			t.Errorf("%d requests at once, want 3", got)
		}
		if took := time.Since(started); took != 17*time.Second {
			t.Errorf("the run took %s, want 17s for 50 requests by three", took)
		}
	})
}

func TestClient_defaults(t *testing.T) {
	t.Parallel()
	c, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.base.String(); got != "https://api.getcohort.com" {
		t.Errorf("got %s", got)
	}
	if c.config.MaxConcurrency != 10 || c.config.RequestTimeout != 30*time.Second || c.config.MaxRetries != 0 {
		t.Errorf("got %d, %s, %d", c.config.MaxConcurrency, c.config.RequestTimeout, c.config.MaxRetries)
	}
}

// TestPages_endlessListIsGivenUp: a list whose cursors are always new still ends.
func TestPages_endlessListIsGivenUp(t *testing.T) {
	t.Parallel()
	requests := 0
	c := clientOf(t, Config{}, func(*http.Request) (*http.Response, error) {
		requests++
		return answerWith(200, fmt.Sprintf(`{"data":[{"id":"x1"}],"nextCursor":"%d"}`, requests)), nil
	})
	rows, failures := 0, []error{}
	for _, err := range c.Perks.List(t.Context()) {
		if err != nil {
			failures = append(failures, err)
			continue
		}
		rows++
	}
	if rows != 1 || requests != 10_000 {
		t.Errorf("got %d rows by %d requests", rows, requests)
	}
	if len(failures) != 1 || !strings.Contains(failures[0].Error(), "more than 10000 pages") {
		t.Errorf("got %v", failures)
	}
}

// TestPages_listWithoutMeasureIsGivenUp: a list of large pages ends before it fills the memory.
func TestPages_listWithoutMeasureIsGivenUp(t *testing.T) {
	t.Parallel()
	const body = `{"data":[{"id":"x1"}],"nextCursor":"b"}`
	c := clientOf(t, Config{}, func(*http.Request) (*http.Response, error) { return answerWith(200, body), nil })
	for _, test := range []struct {
		before int
		want   string
	}{{listLimit - len(body), ""}, {listLimit - len(body) + 1, "the list is larger than"}} {
		p, err := c.nextPage(t.Context(), &perks, nil, &pager{bytes: test.before})
		if (err == nil) != (test.want == "") || err != nil && (!strings.Contains(err.Error(), test.want) || len(p.rows) > 0) {
			t.Errorf("after %d bytes: %v", test.before, err)
		}
	}
}

func TestClient_tooLongAWaitIsTold(t *testing.T) {
	t.Parallel()
	tries := 0
	c := clientOf(t, Config{MaxRetries: 4}, func(*http.Request) (*http.Response, error) {
		tries++
		answer := answerWith(429, `{"code":"generic.rate-limited","message":"slow down"}`)
		answer.Header.Set("Retry-After", "3600")
		return answer, nil
	})
	_, err := c.Perks.Get(t.Context(), "x1")
	if !errors.Is(err, errRetryAfter) || !strings.Contains(err.Error(), "1h0m0s") {
		t.Errorf("got %v", err)
	}
	_, err = c.Perks.Create(t.Context(), PerkInput{InternalName: Value("a")})
	if !errors.Is(err, errRetryAfter) || !strings.Contains(err.Error(), "1h0m0s") || MayHaveHappened(err) {
		t.Errorf("got %v", err)
	}
	if tries != 1 {
		t.Errorf("got %d tries: later requests must wait as well", tries)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, time.March, 1, 12, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"0":                              0,
		"1":                              time.Second,
		"120":                            2 * time.Minute,
		"2147483647":                     2147483647 * time.Second,
		"2147483648":                     2147483647 * time.Second,
		"99999999999999999999":           2147483647 * time.Second,
		"Mon, 01 Mar 2027 12:00:30 GMT":  30 * time.Second,
		"Monday, 01-Mar-27 12:00:30 GMT": 30 * time.Second,
		"Mon Mar  1 12:00:30 2027":       30 * time.Second,
		"Mon, 01 Mar 2027 12:00:00 GMT":  0,
		"Mon, 01 Mar 2027 11:00:00 GMT":  0,
		"Thu, 01 Jan 1970 00:00:00 GMT":  0,
		"Tue, 02 Mar 2027 12:00:00 GMT":  24 * time.Hour,
	} {
		if got, ok := retryAfter(http.Header{"Retry-After": {header}}, now); !ok || got != want {
			t.Errorf("%q: got %s, %t, want %s", header, got, ok, want)
		}
	}
	for date, want := range map[string]time.Duration{
		"Mon, 01 Mar 2027 12:00:25 GMT": 5 * time.Second,
		"Mon, 01 Mar 2027 11:30:30 GMT": 30 * time.Minute,
		"Mon, 01 Mar 2027 12:01:00 GMT": 0,
		"soon":                          30 * time.Second,
	} {
		header := http.Header{"Retry-After": {"Mon, 01 Mar 2027 12:00:30 GMT"}, "Date": {date}}
		if got, ok := retryAfter(header, now); !ok || got != want {
			t.Errorf("with the Date %s: got %s, %t, want %s", date, got, ok, want)
		}
	}
	for _, header := range []string{
		"", "-1", "+1", "1.5", "1e3", "0x10", "soon", "1 second", "2027-03-01T12:00:30Z", "01 Mar 2027", "9s", "NaN",
	} {
		if got, ok := retryAfter(http.Header{"Retry-After": {header}}, now); ok || got != 0 {
			t.Errorf("%q: got %s, %t, want none", header, got, ok)
		}
	}
}
