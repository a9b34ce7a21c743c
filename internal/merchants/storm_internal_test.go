package merchants

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// storm is a service of lists that throttles or fails about three of ten requests. It fails a
// create only after making the list.
type storm struct {
	mu     sync.Mutex
	random *rand.Rand
	rows   []string
	made   map[string]int
}

func (s *storm) RoundTrip(r *http.Request) (*http.Response, error) {
	connected(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch dice := s.random.IntN(100); {
	case dice < 15:
		return askingToWait(refusalOf(429), "1"), nil
	case dice < 35 && r.Method == http.MethodGet:
		return refusalOf(503), nil
	}
	if number, ofOne := strings.CutPrefix(r.URL.Path, "/v1/cohorts/"); ofOne {
		return answerWith(200, s.rows[s.made[number]]), nil
	}
	if r.Method == http.MethodGet {
		return answerWith(200, `{"data":[`+strings.Join(s.rows, ",")+`]}`), nil
	}
	var in struct{ ReferenceID string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return nil, err
	}
	if _, taken := s.made[in.ReferenceID]; taken {
		return answerWith(417, `{"code":"cohort.already-exists","message":"There is one."}`), nil
	}
	s.made[in.ReferenceID] = len(s.rows)
	s.rows = append(s.rows, fmt.Sprintf(`{"id":%q,"type":"list","name":"A","referenceId":%[1]q,"createdAt":%q}`,
		in.ReferenceID, time.Now().Format(time.RFC3339)))
	if s.random.IntN(10) == 0 {
		return refusalOf(502), nil
	}
	return answerWith(201, s.rows[len(s.rows)-1]), nil
}

// TestClient_storm makes thirty lists, ten at a time, in each of a hundred storms. A create may
// fail if the retry budget is spent, or if one of its requests failed on every attempt: one to
// eight of the 3,000 do. It must not fail because the client had slowed down to one request a
// second; when it did, eighty to ninety failed.
func TestClient_storm(t *testing.T) {
	t.Parallel()
	const storms, lists, allowed = 100, 30, 25
	var failures atomic.Int64
	for seed := range uint64(storms) {
		synctest.Test(t, func(t *testing.T) {
			service := &storm{random: rand.New(rand.NewPCG(seed, 0)), made: map[string]int{}}
			c := clientOf(t, Config{MaxRetries: DefaultMaxRetries}, service.RoundTrip)
			work := make(chan int, lists)
			for n := range lists {
				work <- n
			}
			close(work)
			var workers sync.WaitGroup
			for range 10 {
				workers.Go(func() {
					for n := range work {
						if _, err := c.Lists.Create(t.Context(),
							CohortInput{Name: Value("A"), ReferenceID: Value(fmt.Sprint("l", n))}); err != nil {
							failures.Add(1)
							t.Logf("seed %d, list %d: %v", seed, n, err)
						}
					}
				})
			}
			workers.Wait()
		})
	}
	if failures.Load() > allowed {
		t.Errorf("%d of %d creates failed, want at most %d", failures.Load(), storms*lists, allowed)
	}
}
