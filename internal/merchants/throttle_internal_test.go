package merchants

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// limited is a service with a rate limit: a number of requests per second, and a burst of as many
// after a pause.
type limited struct {
	mu     sync.Mutex
	rate   float64
	tokens float64
	last   time.Time
	// announced says whether a refusal has a Retry-After header.
	announced     bool
	sent, refused int
}

func newLimited(rate float64, announced bool) *limited {
	return &limited{rate: rate, tokens: max(1, rate), last: time.Now(), announced: announced}
}

func (l *limited) RoundTrip(*http.Request) (*http.Response, error) {
	<-time.After(50 * time.Millisecond)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent++
	l.tokens = min(max(1, l.rate), l.tokens+time.Since(l.last).Seconds()*l.rate)
	l.last = time.Now()
	if l.tokens >= 1 {
		l.tokens--
		return answerWith(200, `{"id":"x1"}`), nil
	}
	l.refused++
	answer := refusalOf(429)
	if l.announced {
		askingToWait(answer, strconv.Itoa(int(1/l.rate)+1))
	}
	return answer, nil
}

// TestThrottle_limit: the client finds the limit of a service quickly. Few requests are
// refused, and the run takes little longer than the limit requires.
func TestThrottle_limit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rate      float64
		announced bool
		requests  int
	}{
		{2, true, 400}, {10, true, 1000}, {50, true, 2000}, {10, false, 1000},
	} {
		t.Run(fmt.Sprintf("%v a second, announced %t", c.rate, c.announced), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				service := newLimited(c.rate, c.announced)
				client := clientOf(t, Config{MaxRetries: 4}, service.RoundTrip)
				started := time.Now()
				var group sync.WaitGroup
				// Ten at once, like Terraform.
				turns := make(chan struct{}, 10)
				for range c.requests {
					turns <- struct{}{}
					group.Go(func() {
						defer func() { <-turns }()
						if _, err := client.Perks.Get(t.Context(), "x1"); err != nil {
							t.Error(err)
						}
					})
				}
				group.Wait()
				took, least := time.Since(started), time.Duration(float64(c.requests)/c.rate*float64(time.Second))
				t.Logf("%d of %d requests were refused; the run took %s, the limit requires %s",
					service.refused, service.sent, took, least)
				if service.refused*20 > service.sent {
					t.Errorf("%d of %d requests were refused, want at most 5 %%", service.refused, service.sent)
				}
				if took*85 > least*100 {
					t.Errorf("the run took %s, want at most %s", took, least*100/85)
				}
			})
		})
	}
}

// TestThrottle_gate: when the service asks one request to wait, all requests wait, and none is sent
// meanwhile.
func TestThrottle_gate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var at []time.Duration
		started := time.Now()
		c := clientOf(t, Config{MaxRetries: 4}, func(*http.Request) (*http.Response, error) {
			mu.Lock()
			at = append(at, time.Since(started))
			first := len(at) == 1
			mu.Unlock()
			if first {
				return askingToWait(refusalOf(429), "7"), nil
			}
			return answerWith(200, `{"id":"x1"}`), nil
		})
		var group sync.WaitGroup
		get := func() {
			if _, err := c.Perks.Get(t.Context(), "x1"); err != nil {
				t.Error(err)
			}
		}
		group.Go(get)
		synctest.Wait()
		for range 30 {
			group.Go(get)
		}
		group.Wait()
		if len(at) != 32 || at[0] != 0 || slices.Min(at[1:]) < 7*time.Second {
			t.Errorf("the requests were sent at %v, want one at once and 31 after 7s", at)
		}
	})
}

// order sends requests one at a time, each once the one before waits in the queue, and returns the
// order in which they were carried out. The first keeps the others waiting.
func order(t *testing.T, requests ...request) []string {
	t.Helper()
	var out []string
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		c := clientOf(t, Config{MaxConcurrency: 1}, func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			out = append(out, r.URL.Path[len("/v1/"):])
			mu.Unlock()
			<-time.After(time.Second)
			return answerWith(200, `{"id":"x1"}`), nil
		})
		var group sync.WaitGroup
		for _, r := range requests {
			group.Go(func() {
				if _, err := c.do(t.Context(), r); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		group.Wait()
	})
	return out
}

// TestThrottle_order: requests go in the order they came, writes before reads, but a read does
// not wait forever.
func TestThrottle_order(t *testing.T) {
	t.Parallel()
	read := func(path string) request { return request{method: "GET", path: path} }
	write := func(path string) request { return request{method: "PATCH", path: path} }
	for name, c := range map[string]struct {
		requests []request
		want     []string
	}{
		"reads":  {[]request{read("r1"), read("r2"), read("r3"), read("r4")}, []string{"r1", "r2", "r3", "r4"}},
		"writes": {[]request{write("w1"), write("w2"), write("w3")}, []string{"w1", "w2", "w3"}},
		"writes before reads": {
			[]request{read("r1"), read("r2"), write("w1"), read("r3"), write("w2")}, []string{"r1", "w1", "w2", "r2", "r3"},
		},
		"no read starves": {
			[]request{
				read("r1"), read("r2"), read("r3"), write("w1"), write("w2"), write("w3"), write("w4"), write("w5"), write("w6"),
				write("w7"), write("w8"), write("w9"),
			},
			[]string{"r1", "w1", "w2", "w3", "w4", "r2", "w5", "w6", "w7", "w8", "r3", "w9"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := order(t, c.requests...); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
