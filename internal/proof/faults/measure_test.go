package faults

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// case13 has answers that are too long or never end. A read fails with an error; after a create,
// the provider looks the object up.
func case13(t *testing.T) {
	// The provider reads at most 32 MiB of an answer, and ten answers at once. Go returns outgrown
	// memory late: 550 MiB have been observed.
	const huge, limit, memory = 1 << 30, 32 << 20, 1 << 30
	tooLarge := fmt.Sprintf("the answer is larger than %d bytes", limit)
	for name, c := range map[string]struct {
		fault sandbox.Fault
		// send replaces a fault: it sends a real answer in its own way.
		send  func(w http.ResponseWriter, status int, body []byte)
		words string
		// patient keeps the time limit long, so that another limit ends the request.
		patient bool
	}{
		"one byte a second": {
			fault: sandbox.Fault{Slow: sandbox.Duration(time.Second)},
			words: "no answer: context deadline exceeded",
		},
		"gzip bomb":                {send: gzipBomb, words: tooLarge, patient: true},
		"a body of 1 GiB":          {fault: sandbox.Fault{Pad: huge}, words: tooLarge, patient: true},
		"more than Content-Length": {send: declare(-10), words: "service's answer cannot be used"},
		"less than Content-Length": {send: declare(10), words: "unexpected EOF"},
		"no answer after half of it": {
			fault: sandbox.Fault{Stage: sandbox.StageAnswer, Hang: true},
			words: "no answer: context deadline exceeded",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScenario(t, sandbox.Options{Seed: 13}, "")
			arguments := impatient
			if c.patient {
				arguments = ""
			}
			s.use(arguments, perks(10))
			s.Measured = true
			var struck atomic.Value
			struck.Store("")
			s.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if c.send == nil || r.Method != struck.Load() {
					s.sandbox.Handler().ServeHTTP(w, r)
					return
				}
				answer := httptest.NewRecorder()
				s.sandbox.Handler().ServeHTTP(answer, r)
				c.send(w, answer.Code, answer.Body.Bytes())
			}))
			fault := c.fault
			fault.Count = every
			arm := func(on string) {
				struck.Store(on)
				fault.Method = on
				s.sandbox.ClearFaults()
				if c.send == nil && on != "" {
					s.inject(fault)
				}
			}

			arm("POST")
			applied := s.mustApply()
			arm("")
			if sent, made := s.requests("POST"); sent != 10 || made != 10 {
				t.Errorf("%d creates were sent and %d committed, want 10 and 10", sent, made)
			}
			s.settle()

			before := s.Read("terraform.tfstate")
			s.sandbox.Reset()
			arm("GET")
			planned := s.Plan()
			s.mustFail(planned, "Could not read perk", c.words, "This request changed nothing.")
			s.unchanged(before)
			arm("")
			// One page of the list, ten reads by id, and the retry budget.
			if sent, _ := s.requests("GET"); sent < 11 || sent > 11+11/5+10 {
				t.Errorf("%d reads were sent, want 11 to 23", sent)
			}
			if used := max(applied.Memory, planned.Memory); used > memory || used == 0 && runtime.GOOS == "linux" {
				t.Errorf("%d MiB of memory were used, want more than 0 and at most %d", used>>20, memory>>20)
			}
			s.reach()
			s.settle()
			s.judge()
		})
	}
}

// declare sends a Content-Length that exceeds the body by this much.
func declare(longer int) func(http.ResponseWriter, int, []byte) {
	return func(w http.ResponseWriter, status int, body []byte) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		defer func() { _ = connection.Close() }()
		_, _ = fmt.Fprintf(connection, "HTTP/1.1 %d\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			status, len(body)+longer, body)
	}
}

// blank is 32 MiB of spaces, compressed.
var blank = sync.OnceValue(func() []byte {
	return compressed(bytes.Repeat([]byte(" "), 32<<20))
})

func compressed(content []byte) []byte {
	var member bytes.Buffer
	w := gzip.NewWriter(&member)
	_, _ = w.Write(content)
	_ = w.Close()
	return member.Bytes()
}

// gzipBomb sends the body and a gigabyte of spaces, compressed to about a megabyte.
func gzipBomb(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Encoding", "gzip")
	w.WriteHeader(status)
	_, _ = w.Write(compressed(body))
	for range 32 {
		_, _ = w.Write(blank())
	}
}
