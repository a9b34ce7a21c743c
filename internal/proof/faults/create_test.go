package faults

import (
	"bytes"
	"encoding/pem"
	"net"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// every strikes all matches of a fault.
const every = -1

func case01(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 1}, program)
	s.inject(sandbox.Fault{Method: "POST", Stage: sandbox.StageAfter, Reset: true, Count: every, Probability: 0.5})
	s.mustApply()
	s.settle()
	s.judge()
	for kind, want := range map[string]int{
		"user-properties": 1, "cohorts": 4, "perks": 3, "digital-assets": 1,
		"badges": 1, "campaigns": 2,
	} {
		if made := s.creates(kind); made != want {
			t.Errorf("%d %s were made, want %d", made, kind, want)
		}
	}
}

func case02(t *testing.T) {
	for name, fault := range map[string]sandbox.Fault{
		"500":  {Status: 500},
		"502":  {HTML: true, Status: 502},
		"504":  {Status: 504},
		"html": {HTML: true, Status: 500},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScenario(t, sandbox.Options{Seed: 2}, perks(10))
			fault.Method, fault.Route, fault.Stage, fault.Count, fault.Nth = "POST", "/v1/perks", sandbox.StageAfter, 4, 2
			s.inject(fault)
			s.mustApply()
			s.settle()
			s.judge()
			if made := s.creates("perks"); made != 10 {
				t.Errorf("%d perks were made, want 10", made)
			}
		})
	}
}

func case03(t *testing.T) {
	for name, fault := range map[string]sandbox.Fault{
		"empty":     {Empty: true},
		"truncated": {Truncate: 40, Stage: sandbox.StageAnswer},
		"no id":     {Drop: []string{"id"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScenario(t, sandbox.Options{Seed: 3}, perks(10))
			fault.Method, fault.Route, fault.Count, fault.Nth = "POST", "/v1/perks", 4, 2
			s.inject(fault)
			s.mustApply()
			s.settle()
			s.judge()
			if made := s.creates("perks"); made != 10 {
				t.Errorf("%d perks were made, want 10", made)
			}
		})
	}
}

func case06(t *testing.T) {
	s := newScenario(t, sandbox.Options{Seed: 6}, `
resource "cohort_list" "same" {
  count = 10
  name  = "Same"
}
`)
	s.inject(sandbox.Fault{Method: "POST", Route: "/v1/cohorts", Stage: sandbox.StageAfter, Reset: true, Count: every})
	s.mustApply()
	s.settle()
	s.judge()
	if made, managed := s.creates("cohorts"), len(ids(t, s.States[len(s.States)-1])); made != 10 || managed != 10 {
		t.Errorf("%d lists were made and %d are managed, want 10 and 10", made, managed)
	}
}

// impatient makes the provider give up a request soon.
const impatient = `request_timeout = "2s"`

func case04(t *testing.T) {
	t.Run("found in the window", func(t *testing.T) {
		t.Parallel()
		s := newScenario(t, sandbox.Options{Seed: 4}, "")
		s.use(impatient, perks(10))
		s.inject(sandbox.Fault{
			Method: "POST", Stage: sandbox.StageBefore, Delay: sandbox.Duration(3 * time.Second),
			Count: every,
		})
		s.mustApply()
		s.settle()
		s.judge()
		if sent, made := s.requests("POST"); sent != 10 || made != 10 {
			t.Errorf("%d creates were sent and %d committed, want 10 and 10", sent, made)
		}
	})
	for kind, resources := range map[string]struct{ program, address string }{
		"perks":   {perks(10), "cohort_perk.p"},
		"cohorts": {lists(10), "cohort_list.l"}, // The service refuses a second object with their key.
	} {
		t.Run("after the window, "+kind, func(t *testing.T) {
			t.Parallel()
			s := newScenario(t, sandbox.Options{Seed: 4}, "")
			s.use(impatient, resources.program)
			late := s.hold(creating(kind))
			s.mustFail(s.Apply(), "no such object has appeared since",
				"Run apply again: an existing object is then found by its key before anything is created.")
			if held := late.held.Load(); held != 10 {
				t.Errorf("%d creates were sent, want 10: one that is unclear is not sent again", held)
			}
			late.open()
			s.awaitCreates(kind, 10)
			if adopted := s.follow(s.Apply(), indexed(resources.address)); adopted != 10 {
				t.Errorf("%d imports were advised, want 10", adopted)
			}
			s.settle()
			s.judge()
			if made := s.creates(kind); made != 10 {
				t.Errorf("%d objects were made, want 10", made)
			}
		})
	}
}

func case05(t *testing.T) {
	t.Run("connection refused", func(t *testing.T) {
		t.Parallel()
		s := newScenario(t, sandbox.Options{Seed: 5}, perks(10))
		if plan := s.Plan("-out=plan"); plan.Code != 2 {
			t.Fatal(plan.Output)
		}
		server := s.serve(s.sandbox.Handler())
		server.Close()
		applied := s.Run("apply", "-no-color", "plan")
		s.mustFail(applied, "Could not look for the perk", "connection refused",
			"This request changed nothing. Check that this machine reaches the address")
		s.silent(applied, "The service may have made the change", "no such object has appeared since")
		s.reach()
		s.settle()
		s.judge()
		if sent, made := s.requests("POST"); sent != 10 || made != 10 {
			t.Errorf("%d creates were sent and %d committed, want 10 and 10", sent, made)
		}
	})
	t.Run("cut in the TLS handshake", func(t *testing.T) {
		t.Parallel()
		s := newScenario(t, sandbox.Options{Seed: 5}, "")
		s.use(`ca_cert_file = "ca.pem"`, perks(10))
		server := httptest.NewUnstartedServer(s.sandbox.Handler())
		listener := &cuttingListener{Listener: server.Listener, cuts: func(n int64) bool { return n%3 == 0 }}
		server.Listener = listener
		server.Config.SetKeepAlivesEnabled(false) // Each request opens a connection, even when few are in flight.
		server.StartTLS()
		t.Cleanup(server.Close)
		s.Env["COHORT_API_URL"] = server.URL
		s.Write("ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
		s.mustApply()
		s.settle()
		s.judge()
		if sent, made := s.requests("POST"); sent != 10 || made != 10 || listener.cut.Load() < 4 {
			t.Errorf("%d creates were sent and %d committed, want 10 and 10; %d connections were cut", sent, made,
				listener.cut.Load())
		}
	})
	t.Run("reset while it is read", func(t *testing.T) {
		t.Parallel()
		s := newScenario(t, sandbox.Options{Seed: 5}, perks(10))
		server := httptest.NewUnstartedServer(s.sandbox.Handler())
		creates := new(atomic.Int64)
		server.Listener = &cuttingListener{Listener: server.Listener, inside: func(read []byte) bool {
			return bytes.HasPrefix(read, []byte("POST /v1/perks")) && creates.Add(1) <= 4
		}}
		server.Config.SetKeepAlivesEnabled(false) // A connection starts with its only request, which one read returns.
		server.Start()
		t.Cleanup(server.Close)
		s.Env["COHORT_API_URL"] = server.URL
		s.mustFail(s.Apply(), "Could not create perk", "no such object has appeared since")
		if sent := creates.Load(); sent != 10 {
			t.Errorf("%d creates were sent, want 10", sent)
		}
		s.settle()
		s.judge()
		if made := s.creates("perks"); made != 10 {
			t.Errorf("%d perks were made, want 10", made)
		}
	})
	for kind, program := range map[string]string{"perks": perks(10), "cohorts": lists(10)} {
		t.Run("reset before it is carried out, "+kind, func(t *testing.T) {
			t.Parallel()
			s := newScenario(t, sandbox.Options{Seed: 5}, program)
			s.inject(sandbox.Fault{Method: "POST", Stage: sandbox.StageBefore, Reset: true, Nth: 3, Count: 4})
			s.mustFail(s.Apply(), "no such object has appeared since")
			if sent, made := s.requests("POST"); sent != 10 || made != 6 {
				t.Errorf("%d creates were sent and %d committed, want 10 and 6", sent, made)
			}
			s.settle()
			s.judge()
			if sent, made := s.requests("POST"); sent != 14 || made != 10 {
				t.Errorf("%d creates were sent and %d committed, want 14 and 10", sent, made)
			}
		})
	}
}

// cuttingListener resets connections: some right after accepting them, chosen by number, and some
// when they send certain bytes.
type cuttingListener struct {
	net.Listener
	cuts   func(n int64) bool
	inside func(read []byte) bool
	// accepted and cut count connections.
	accepted, cut atomic.Int64
}

func (l *cuttingListener) Accept() (net.Conn, error) {
	for {
		connection, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if n := l.accepted.Add(1); l.cuts != nil && l.cuts(n) {
			l.cut.Add(1)
			reset(connection)
			continue
		}
		return &cuttingConn{connection, l}, nil
	}
}

type cuttingConn struct {
	net.Conn
	listener *cuttingListener
}

func (c *cuttingConn) Read(into []byte) (int, error) {
	n, err := c.Conn.Read(into)
	if c.listener.inside != nil && c.listener.inside(into[:n]) {
		c.listener.cut.Add(1)
		reset(c.Conn)
		return 0, net.ErrClosed
	}
	return n, err
}
