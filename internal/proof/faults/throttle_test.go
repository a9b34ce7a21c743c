package faults

import (
	"bytes"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

func case09(t *testing.T) {
	for name, header := range map[string]string{
		"seconds":           "1",
		"zero":              "0",
		"date in the past":  "Thu, 01 Jan 1970 00:00:00 GMT",
		"not a Retry-After": "abc",
		"none":              "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScenario(t, sandbox.Options{Seed: 9}, perks(20))
			fault := sandbox.Fault{Status: 429, Count: every, Probability: 0.3}
			if header != "" {
				fault.Headers = map[string]string{"Retry-After": header}
			}
			s.inject(fault)
			s.mustApply()
			throttled := s.sandbox.Stats().ByStatus["429"]
			// The plan lists the perks once, the apply lists them once and makes 20. Each 429 causes one
			// more try; nothing else does.
			if sent := s.sandbox.Stats().Requests; sent != 22+throttled || throttled == 0 {
				t.Errorf("%d requests, %d of them throttled, want 22 and those", sent, throttled)
			}
			s.settle()
			s.judge()
			if made := s.creates("perks"); made != 20 {
				t.Errorf("%d perks were made, want 20", made)
			}
		})
	}
	for name, header := range map[string]func() string{
		"each told in seconds": func() string { return "3" },
		"each told by a date":  func() string { return time.Now().Add(4 * time.Second).UTC().Format(http.TimeFormat) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScenario(t, sandbox.Options{Seed: 9}, perks(10))
			waited := s.throttleEachCreate(header)
			s.mustApply()
			if least, told := waited(); told != 10 || least < 3*time.Second {
				t.Errorf("%d creates were told to wait three seconds, and one came back after %s", told, least)
			}
			s.settle()
			s.judge()
			if made := s.creates("perks"); made != 10 {
				t.Errorf("%d perks were made, want 10", made)
			}
		})
	}
	t.Run("an hour", func(t *testing.T) {
		t.Parallel()
		s := newScenario(t, sandbox.Options{Seed: 9}, perks(20))
		s.inject(sandbox.Fault{
			Method: "POST", Nth: 5, Count: every, Probability: 0.3, Status: 429,
			Headers: map[string]string{"Retry-After": "3600"},
		})
		s.mustFail(s.Apply(), "asks to wait longer than a minute: try again in 1h0m0s", "This request changed nothing.")
		sent, made := s.requests("POST")
		if throttled := s.sandbox.Stats().ByStatus["429"]; throttled < 1 || throttled > slots || made != sent-throttled ||
			sent > 20 {
			t.Errorf("%d creates were sent, %d committed and %d throttled: none is sent again, and none once it is known", sent,
				made, throttled)
		}
		s.sandbox.ClearFaults()
		s.settle()
		s.judge()
		if made := s.creates("perks"); made != 20 {
			t.Errorf("%d perks were made, want 20", made)
		}
	})
	t.Run("a service of 10 requests a second", func(t *testing.T) {
		t.Parallel()
		s := newScenario(t, sandbox.Options{Seed: 9, Rate: 10}, perks(80))
		s.mustApply("-parallelism=30")
		stats := s.sandbox.Stats()
		t.Logf("%d requests, %d of them throttled", stats.Requests, stats.ByStatus["429"])
		// The first window finds the rate that the service accepts.
		if later := stats.ByStatus["429"] - slots; later > stats.Requests/20 {
			t.Errorf("%d of %d requests were throttled after the first window, want at most 5 %%", later, stats.Requests)
		}
		s.settle()
		s.judge()
		if made := s.creates("perks"); made != 80 {
			t.Errorf("%d perks were made, want 80", made)
		}
	})
	t.Run("30 % throttled or failed", func(t *testing.T) {
		t.Parallel()
		s := newScenario(t, sandbox.Options{Seed: 9}, lists(20))
		s.inject(
			sandbox.Fault{Count: every, Every: 7, Status: 429, Headers: map[string]string{"Retry-After": "1"}},
			sandbox.Fault{Count: every, Every: 8, Nth: 3, Status: 503},
			sandbox.Fault{Method: "POST", Count: every, Every: 10, Stage: sandbox.StageAfter, Status: 502},
			sandbox.Fault{Method: "GET", Count: every, Every: 10, Status: 500},
		)
		s.Apply() // A create that got 503 was not carried out, and is not retried.
		s.withinBudget(2)
		s.settle()
		s.judge()
		if made := s.creates("cohorts"); made != 20 {
			t.Errorf("%d lists were made, want 20", made)
		}
	})
	t.Run("30 % throttled or failed, all kinds", func(t *testing.T) {
		t.Parallel()
		s := newScenario(t, sandbox.Options{Seed: 10}, program)
		s.inject(
			sandbox.Fault{Count: every, Every: 7, Status: 429, Headers: map[string]string{"Retry-After": "1"}},
			sandbox.Fault{Method: "POST", Count: every, Every: 4, Stage: sandbox.StageAfter, Status: 502},
			sandbox.Fault{Method: "GET", Count: every, Every: 4, Status: 500},
		)
		s.mustApply()
		s.withinBudget(2)
		s.settle()
		s.judge()
	})
}

// throttleEachCreate throttles each create once. It returns a function that returns the shortest
// time until a retry, and the number of throttled creates.
func (s *scenario) throttleEachCreate(retryAfter func() string) func() (time.Duration, int) {
	s.t.Helper()
	var mu sync.Mutex
	told, least := map[string]time.Time{}, time.Hour
	s.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			mu.Lock()
			before, again := told[string(body)]
			if again {
				least = min(least, time.Since(before))
			} else {
				told[string(body)] = time.Now()
			}
			mu.Unlock()
			if !again {
				w.Header().Set("Retry-After", retryAfter())
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
		}
		s.sandbox.Handler().ServeHTTP(w, r)
	}))
	return func() (time.Duration, int) {
		mu.Lock()
		defer mu.Unlock()
		return least, len(told)
	}
}

// withinBudget checks the tries of several processes against the retry budget: ten for each
// process, plus a fifth of the requests. A try that was throttled with a Retry-After is free,
// because the service did no work and said when to retry.
func (s *scenario) withinBudget(processes int) {
	s.t.Helper()
	requests, retries, struck := 0, 0, 0
	again := map[string]int{} // failed tries, by request
	for _, e := range s.sandbox.History() {
		name := e.Method + " " + e.Path + " " + e.Request
		if again[name] > 0 {
			again[name]--
			retries++
		} else {
			requests++
		}
		switch {
		case e.Status == 429:
			again[name]++
			retries-- // The retry that follows is free.
			struck++
		case e.Status >= 500:
			again[name]++
			struck++
		}
	}
	s.t.Logf("%d requests, %d retries that were not told to wait, %d tries struck", requests, retries, struck)
	if tries := len(s.sandbox.History()); struck*5 < tries {
		s.t.Errorf("only %d of %d tries were struck", struck, tries)
	}
	if retries > processes*10+requests/5 {
		s.t.Errorf("%d retries of %d requests", retries, requests)
	}
}
