package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Options say how a sandbox behaves. The zero value is a sandbox in memory on two free ports of the
// loopback address.
type Options struct {
	Addr        string           // of the API; default 127.0.0.1:0
	AdminAddr   string           // of the admin API; default 127.0.0.1:0
	AllowRemote bool             // also serve addresses that other machines can reach
	DataFile    string           // stores merchants and keys, atomically after each change; "" stores nothing
	Latency     time.Duration    // added to every answer of the API
	Rate        float64          // requests per second and key, 0 for no limit; above it 429 with Retry-After
	Seed        uint64           // decides ids and keys; an existing data file has its own
	Normalize   bool             // store texts, HTML, media URLs and order in the service's own form
	APIDocument []byte           // JSON, served at /docs/merchants-api-json when set
	Dialect     *Dialect         // another API in place of ours; nil for ours
	Now         func() time.Time // default time.Now
}

// A Sandbox is a running Merchants API with a test and a live merchant.
type Sandbox struct {
	options  Options
	store    *store
	modes    map[string]string // by key
	limiters map[string]*rate.Limiter
	history  *history
	faults   *faults
	document []byte // nil serves none

	api, admin     *http.Server
	apiURL, admURL string
	closing        chan struct{}
	close          sync.Once
	closed         error
	serving        sync.WaitGroup
}

// ErrNotLoopback is the cause when other machines can reach an address and AllowRemote is not set.
var ErrNotLoopback = errors.New("other machines reach this address")

// Start serves a sandbox until Close. It fails when an address is taken or the data file cannot be
// read or written.
func Start(options Options) (*Sandbox, error) {
	if options.Latency < 0 || options.Rate < 0 {
		return nil, errors.New("sandbox: latency and rate must not be negative")
	}
	if options.APIDocument != nil && !json.Valid(options.APIDocument) {
		return nil, errors.New("sandbox: the API document is not JSON")
	}
	s := &Sandbox{options: options, history: newHistory(), closing: make(chan struct{})}
	var err error
	if s.store, err = newStore(options.Seed, options.DataFile); err != nil {
		return nil, err
	}
	s.document = options.APIDocument
	if d := options.Dialect; d != nil {
		s.store.lax = laxity{shared: !*d.form.Unique, inUse: !*d.form.InUse, numbers: d.form.IDs == "number"}
		if s.document, err = d.document(options.APIDocument); err != nil {
			return nil, fmt.Errorf("sandbox: the API document in the dialect: %w", err)
		}
	}
	s.faults = &faults{seed: options.Seed}
	s.modes, s.limiters = map[string]string{}, map[string]*rate.Limiter{}
	for mode, m := range s.store.merchants {
		s.modes[m.key] = mode
		if options.Rate > 0 {
			s.limiters[mode] = rate.NewLimiter(rate.Limit(options.Rate), max(1, int(options.Rate)))
		}
	}

	s.api = newServer(s.Handler())
	s.api.ConnState = s.connection
	s.admin = newServer(s.adminHandler())
	if s.apiURL, err = s.serve(s.api, options.Addr); err == nil {
		s.admURL, err = s.serve(s.admin, options.AdminAddr)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("sandbox: %w", err), s.Close())
	}
	return s, nil
}

func newServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // Faults make it complain.
	}
}

func (s *Sandbox) serve(server *http.Server, addr string) (string, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	resolved, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return "", err
	}
	if !s.options.AllowRemote && !resolved.IP.IsLoopback() {
		return "", fmt.Errorf("%s: %w", addr, ErrNotLoopback)
	}
	listener, err := net.ListenTCP("tcp", resolved)
	if err != nil {
		return "", err
	}
	s.serving.Go(func() { _ = server.Serve(listener) })
	return "http://" + listener.Addr().String(), nil
}

func (s *Sandbox) connection(_ net.Conn, state http.ConnState) {
	if state == http.StateNew {
		s.history.connected()
	}
}

func (s *Sandbox) now() time.Time {
	if s.options.Now != nil {
		return s.options.Now()
	}
	return time.Now()
}

// Close ends all requests at once and frees both ports. A second call does nothing.
func (s *Sandbox) Close() error {
	s.close.Do(func() {
		close(s.closing)
		s.closed = errors.Join(s.api.Close(), s.admin.Close())
		s.serving.Wait()
	})
	return s.closed
}

// URL is the base URL of the API, without /v1.
func (s *Sandbox) URL() string { return s.apiURL }

// AdminURL is the base URL of the admin API.
func (s *Sandbox) AdminURL() string { return s.admURL }

// TestKey is the API key of the test merchant.
func (s *Sandbox) TestKey() string { return s.store.merchants["test"].key }

// LiveKey is the API key of the live merchant.
func (s *Sandbox) LiveKey() string { return s.store.merchants["live"].key }

// Handler returns the API for use with another server than the sandbox's own. Faults that close a
// connection need a connection: behind a recorder they answer nothing.
func (s *Sandbox) Handler() http.Handler { return http.HandlerFunc(s.serveAPI) }
