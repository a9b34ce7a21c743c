package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
)

// serve puts a handler between Terraform and the sandbox.
func (s *scenario) serve(handler http.Handler) *httptest.Server {
	s.t.Helper()
	server := httptest.NewServer(handler)
	s.t.Cleanup(server.Close)
	s.Env["COHORT_API_URL"] = server.URL
	return server
}

// reach connects Terraform to the sandbox directly.
func (s *scenario) reach() { s.Env["COHORT_API_URL"] = s.sandbox.URL() }

// gate holds requests until it is opened. Then they are carried out, even if no client waits for
// them.
type gate struct {
	next    http.Handler
	holds   func(*http.Request) bool
	held    atomic.Int64
	opened  chan struct{}
	opening sync.Once
}

// hold puts a gate in front of the sandbox.
func (s *scenario) hold(holds func(*http.Request) bool) *gate {
	s.t.Helper()
	g := &gate{next: s.sandbox.Handler(), holds: holds, opened: make(chan struct{})}
	s.serve(g)
	s.t.Cleanup(g.open)
	return g
}

func (g *gate) open() { g.opening.Do(func() { close(g.opened) }) }

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if g.holds(r) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		g.held.Add(1)
		<-g.opened
	}
	g.next.ServeHTTP(w, r)
}

// creating matches the creates of a kind.
func creating(kind string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.Method == http.MethodPost && r.URL.Path == "/v1/"+kind }
}

// reset closes a connection so that the peer sees a reset.
func reset(connection net.Conn) {
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = connection.Close()
}

// brink is the time limit for every condition; no test measures it.
const brink = 2 * time.Minute

// await waits until a condition is true.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for end := time.After(brink); !so(); {
		select {
		case <-look.C:
		case <-end:
			t.Fatalf("this never happened: %s", what)
		}
	}
}

// awaitCreates waits until this many creates of a kind are committed.
func (s *scenario) awaitCreates(kind string, want int) {
	s.t.Helper()
	await(s.t, fmt.Sprintf("%d %s made", want, kind), func() bool { return s.creates(kind) >= want })
}

// requests counts the requests of a method, and the committed ones among them.
func (s *scenario) requests(method string) (sent, committed int) {
	for _, e := range s.sandbox.History() {
		if e.Method != method {
			continue
		}
		sent++
		if e.Committed {
			committed++
		}
	}
	return sent, committed
}

// importAdvice matches the block that the guard tells the user to paste.
var importAdvice = regexp.MustCompile(`import \{ to = cohort_[a-z_]+\.example id = "([^"]+)" \}`)

// follow follows the advice of a failed plan: it imports the existing objects by key. It returns
// their number.
func (s *scenario) follow(result terraformtest.Result, address func(key string) string) int {
	s.t.Helper()
	s.mustFail(result, "already exists in the test merchant", "To adopt the one that exists")
	found := importAdvice.FindAllStringSubmatch(flat(result.Output), -1)
	var blocks strings.Builder
	for _, match := range found {
		fmt.Fprintf(&blocks, "import {\n  to = %s\n  id = %q\n}\n", address(match[1]), match[1])
	}
	s.Write("adopt.tf", blocks.String())
	return len(found)
}

// indexed returns a function from a key to an address, by the number at the end of the key.
func indexed(resource string) func(string) string {
	return func(key string) string { return fmt.Sprintf("%s[%s]", resource, key[strings.LastIndex(key, "-")+1:]) }
}

// sameAsServer requires that the state and the merchant have the same objects with the same names.
func (s *scenario) sameAsServer(kind, property, attribute string) {
	s.t.Helper()
	var file struct {
		Resources []struct {
			Instances []struct {
				Attributes map[string]any `json:"attributes"`
			} `json:"instances"`
		} `json:"resources"`
	}
	state := s.Read("terraform.tfstate")
	if state != nil {
		if err := json.Unmarshal(state, &file); err != nil {
			s.t.Fatal(err)
		}
	}
	inState := map[any]any{}
	for _, r := range file.Resources {
		for _, i := range r.Instances {
			inState[i.Attributes["id"]] = i.Attributes[attribute]
		}
	}
	objects := s.sandbox.Objects(s.mode, kind)
	for _, object := range objects {
		if name, ok := inState[object["id"]]; !ok || name != object[property] {
			s.t.Errorf("the merchant has %v %v, the state %v", object["id"], object[property], name)
		}
	}
	if len(objects) != len(inState) {
		s.t.Errorf("the merchant has %d %s, the state %d", len(objects), kind, len(inState))
	}
}

// unchanged requires that the state has not changed.
func (s *scenario) unchanged(before []byte) {
	s.t.Helper()
	if after := s.Read("terraform.tfstate"); !bytes.Equal(before, after) {
		s.t.Errorf("the state has changed:\n%s\nfrom\n%s", after, before)
	}
}
