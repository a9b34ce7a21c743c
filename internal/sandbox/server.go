package sandbox

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	documentPath = "/docs/merchants-api-json" // inferred: the default of the service's framework
	maxBody      = 8 << 20
)

// A call is one request on its way through the sandbox.
type call struct {
	request   *http.Request
	body      []byte
	mode      string // of the key; "" when it is not known
	fault     *Fault // never nil
	number    int
	committed bool

	// What only a call in a dialect has.
	spoken     *spoken
	unroutable bool    // the dialect has no such request, though our API may
	page       *paging // in place of limit
	extra      values  // properties that our kinds lack
	late       int     // reads that still show what was before

	done func() // ends the request's count as in flight; may be called twice
}

type answer struct {
	status  int
	body    []byte
	html    bool
	headers map[string]string

	verbatim bool // not translated into a dialect
}

func (s *Sandbox) serveAPI(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == documentPath && s.document != nil {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write(s.document)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	c := &call{request: r, body: body, mode: s.modeOf(r), fault: &Fault{}}
	c.number = s.history.begin(r.Method, c.mode)
	c.done = sync.OnceFunc(s.history.end)
	defer c.done()
	if err != nil {
		s.send(w, c, failed(invalid("", "The body could not be read: %v", err)))
		return
	}
	if s.options.Dialect != nil {
		s.understand(c)
	}
	if f := s.faults.strike(c.mode, c.request.Method, c.request.URL.Path, string(c.body)); f != nil {
		c.fault = f
	}
	f := c.fault

	if f.Stage == StageBefore && !s.stay(w, c) {
		return
	}
	var a answer
	if f.Stage == StageBefore && f.replaces() {
		a = f.replace(a)
	} else {
		a = s.carryOut(c)
		if f.Stage == StageAfter && !s.stay(w, c) {
			return
		}
		a = c.bend(a)
		if f.Stage != StageBefore && f.replaces() {
			a = f.replace(a)
		}
	}
	a = s.speak(c, a)
	if !s.wait(s.options.Latency) {
		s.record(c, answer{}, true)
		cut(w) // The sandbox is closed. A plain return would answer 200.
		return
	}
	s.send(w, c, a)
}

// stay applies a fault to a request between two stages, and reports whether the request goes on. As
// in a real service, it goes on even when the client has gone.
func (s *Sandbox) stay(w http.ResponseWriter, c *call) bool {
	onward := s.wait(time.Duration(c.fault.Delay))
	if onward && !c.fault.Hang && !c.fault.Reset {
		return true
	}
	s.record(c, answer{}, true)
	if onward && c.fault.Hang {
		s.hang(c)
	}
	c.done()
	cut(w)
	return false
}

// wait returns false if the sandbox is closed meanwhile.
func (s *Sandbox) wait(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.closing:
		return false
	}
}

func (s *Sandbox) hang(c *call) {
	select {
	case <-c.request.Context().Done():
	case <-s.closing:
	}
}

// cut closes the connection abruptly. Without a connection, as with a recorder, it answers nothing.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // The peer sees a reset.
	}
	_ = conn.Close()
}

// replace returns the fault's answer in place of the real one.
func (f *Fault) replace(a answer) answer {
	out := answer{status: a.status, body: a.body}
	switch {
	case f.HTML:
		out = answer{status: http.StatusBadGateway, body: []byte(htmlPage), html: true, verbatim: true}
	case f.Body != nil:
		out.body, out.verbatim = []byte(*f.Body), true
	case f.Empty:
		out.body = nil
	case f.Status >= http.StatusBadRequest:
		out = failed(&refusal{f.Status, "generic.injected-fault", "The sandbox was told to answer " + strconv.Itoa(f.Status) +
			"."})
	}
	if f.Status != 0 {
		out.status = f.Status
	}
	return out
}

// bend changes the real answer.
func (c *call) bend(a answer) answer {
	normalize := c.fault.Normalize && c.request.Method == http.MethodGet
	if !c.fault.edits() && !normalize || a.status >= http.StatusMultipleChoices {
		return a
	}
	object, err := decode(a.body)
	if err != nil {
		return a
	}
	write := encode
	if k := kindByPath(segment(c.request.URL.Path, 1)); normalize && k != nil {
		write = encodeBackwards
		if rows, ok := object["data"].([]any); ok {
			for i, row := range rows {
				rows[i] = normalized(k, row.(values))
			}
		} else {
			object = normalized(k, object)
		}
	}
	c.fault.edit(object)
	a.body = write(object)
	return a
}

// failed is the answer to a request that is not carried out. documented: 417 with code and message,
// 401, 5xx.
func failed(err error) answer {
	var r *refusal
	if !errors.As(err, &r) {
		r = &refusal{http.StatusInternalServerError, "generic.internal-error", err.Error()}
	}
	return answer{status: r.status, body: encode(values{"code": r.code, "message": r.message})}
}

func (s *Sandbox) modeOf(r *http.Request) string {
	key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return ""
	}
	return s.modes[key]
}

func segment(path string, n int) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if n >= len(parts) {
		return ""
	}
	return parts[n]
}

// A handler carries out one operation on one merchant, under the lock of the store.
type handler func(s *Sandbox, m *merchant, c *call) (answer, error)

// route finds the operation of a request.
func route(method, path string) handler {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if len(parts) < 2 || parts[0] != "v1" || slices.Contains(parts, "") {
		return nil
	}
	switch method + " " + strings.Join(parts[1:], "/") {
	case "POST users/auth-token":
		return authToken
	case "GET merchants/campaign-diffusion-configuration":
		return diffusion
	}
	k := kindByPath(parts[1])
	if k == nil {
		return nil
	}
	switch {
	case len(parts) == 2 && method == http.MethodGet:
		return func(_ *Sandbox, m *merchant, c *call) (answer, error) { return listObjects(m, c, k) }
	case len(parts) == 2 && method == http.MethodPost:
		return func(s *Sandbox, m *merchant, c *call) (answer, error) { return s.createObject(m, c, k) }
	case len(parts) == 3 && method == http.MethodGet:
		return func(_ *Sandbox, m *merchant, c *call) (answer, error) { return getObject(m, c, k, parts[2]) }
	case len(parts) == 3 && method == http.MethodPatch:
		return func(s *Sandbox, m *merchant, c *call) (answer, error) { return s.updateObject(m, c, k, parts[2]) }
	case len(parts) == 3 && method == http.MethodDelete:
		return func(_ *Sandbox, m *merchant, c *call) (answer, error) { return deleteObject(m, c, k, parts[2]) }
	case len(parts) == 4 && method == http.MethodPost && slices.Contains(k.actions, parts[3]):
		return func(s *Sandbox, m *merchant, c *call) (answer, error) {
			return s.moveObject(m, c, k, parts[2], parts[3])
		}
	}
	return nil
}

// carryOut executes the request, if it is allowed.
func (s *Sandbox) carryOut(c *call) answer {
	handle := route(c.request.Method, c.request.URL.Path)
	if handle == nil || c.unroutable {
		// inferred: the framework's own answer to an unknown route. It has no code, so it does not mean
		// that an object was not found.
		return answer{status: http.StatusNotFound, body: encode(values{
			"statusCode": http.StatusNotFound, "error": "Not Found",
			"message": "Cannot " + c.request.Method + " " + c.request.URL.Path,
		})}
	}
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	mode := c.mode
	if c.fault.RevokeKey && mode != "" {
		s.store.merchants[mode].revoked = true
	}
	if mode == "" || s.store.merchants[mode].revoked {
		// documented: 401 without a known key.
		return failed(&refusal{http.StatusUnauthorized, "generic.unauthorized", "The API key is missing or not known."})
	}
	if wait := s.tooSoon(mode); wait > 0 {
		a := failed(&refusal{http.StatusTooManyRequests, "generic.too-many-requests", "Too many requests with this key."})
		a.headers = map[string]string{"Retry-After": strconv.Itoa(int(math.Ceil(wait.Seconds())))}
		return a
	}
	if c.spoken != nil && c.spoken.refused != nil {
		return failed(c.spoken.refused)
	}
	if c.fault.SwapMerchant {
		mode = modes[1-slices.Index(modes, mode)]
	}
	a, err := handle(s, s.store.merchants[mode], c)
	if err != nil {
		return failed(err)
	}
	return a
}

// tooSoon uses up one request of a key's budget. If the budget is empty, it returns how long to
// wait.
func (s *Sandbox) tooSoon(mode string) time.Duration {
	limiter := s.limiters[mode]
	if limiter == nil {
		return 0
	}
	now := s.now()
	reservation := limiter.ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if wait > 0 {
		reservation.CancelAt(now)
	}
	return wait
}

func (s *Sandbox) writing(c *call) writing {
	return writing{now: s.now(), normalize: s.options.Normalize || c.fault.Normalize, extra: c.extra}
}

// input reads a JSON object from the body of a request.
func (c *call) input() (values, error) {
	if kind, _, err := mime.ParseMediaType(c.request.Header.Get("Content-Type")); err != nil ||
		kind != "application/json" {
		return nil, invalid("", "Content-Type must be application/json")
	}
	body, err := decode(c.body)
	if err != nil {
		return nil, invalid("", "The body must be a JSON object: %v", err)
	}
	return body, nil
}

// bare refuses a query or body where an operation takes no input.
func (c *call) bare() error {
	if len(c.body) > 0 {
		return invalid("", "This operation takes no body")
	}
	for _, name := range sortedKeys(c.request.URL.Query()) {
		return invalid(name, "is not a known parameter")
	}
	return nil
}

func listObjects(m *merchant, c *call, k *kind) (answer, error) {
	p, err := pageOf(k, c.request.URL.Query(), c.fault)
	if err != nil {
		return answer{}, err
	}
	if c.page != nil {
		p.limit, p.skip = c.page.limit, c.page.skip
	}
	return answer{status: http.StatusOK, body: m.list(k, p)}, nil
}

func getObject(m *merchant, c *call, k *kind, id string) (answer, error) {
	if c.request.URL.RawQuery != "" || len(c.body) > 0 {
		if err := c.bare(); err != nil {
			return answer{}, err
		}
	}
	o := m.get(k, id)
	if o == nil {
		return answer{}, notFound(k, id)
	}
	return answer{status: http.StatusOK, body: o.body}, nil
}

// find returns the object of a write. Writes see the stored state, whatever reads show. documented:
// an id of the other merchant does not exist in this one.
func (m *merchant) find(k *kind, id string) (*object, error) {
	o := m.objects[id]
	if o == nil || o.kind != k {
		return nil, notFound(k, id)
	}
	return o, nil
}

func (s *Sandbox) createObject(m *merchant, c *call, k *kind) (answer, error) {
	body, err := c.input()
	if err != nil {
		return answer{}, err
	}
	o, err := m.create(k, body, s.writing(c))
	if err != nil {
		return answer{}, err
	}
	c.commit(m, nil, o)
	return answer{status: http.StatusCreated, body: o.body}, nil
}

func (s *Sandbox) updateObject(m *merchant, c *call, k *kind, id string) (answer, error) {
	body, err := c.input()
	if err != nil {
		return answer{}, err
	}
	before, err := m.find(k, id)
	if err != nil {
		return answer{}, err
	}
	o, different, err := m.update(before, body, s.writing(c))
	if err != nil {
		return answer{}, err
	}
	if different {
		c.commit(m, before, o)
	}
	return answer{status: http.StatusOK, body: o.body}, nil
}

func deleteObject(m *merchant, c *call, k *kind, id string) (answer, error) {
	if err := c.bare(); err != nil {
		return answer{}, err
	}
	o, err := m.find(k, id)
	if err != nil {
		return answer{}, err
	}
	if err := m.delete(o); err != nil {
		return answer{}, err
	}
	c.commit(m, o, nil)
	return answer{status: http.StatusOK}, nil
}

func (s *Sandbox) moveObject(m *merchant, c *call, k *kind, id, action string) (answer, error) {
	if err := c.bare(); err != nil {
		return answer{}, err
	}
	before, err := m.find(k, id)
	if err != nil {
		return answer{}, err
	}
	o, err := m.transition(before, action, s.writing(c))
	if err != nil {
		return answer{}, err
	}
	c.commit(m, before, o)
	return answer{status: http.StatusOK, body: o.body}, nil
}

// commit records that an object changed, and what reads show of it from now on.
func (c *call) commit(m *merchant, before, after *object) {
	c.committed = true
	o := after
	if o == nil {
		o = before
	}
	delete(m.views, o.id())
	if f := c.fault; f.bendsReads() || c.late > 0 {
		m.views[o.id()] = &view{
			kind: o.kind, number: o.number, old: before,
			stale: max(f.Stale, c.late), hideGet: f.HideGet, hideList: f.HideList,
		}
	}
}

// authToken: observed: {"email"} → {"authToken"}. documented: the message for a missing email.
func authToken(_ *Sandbox, m *merchant, c *call) (answer, error) {
	body, err := c.input()
	if err != nil {
		return answer{}, err
	}
	if _, given := body["email"]; !given {
		return answer{}, invalid("", "Parameter email not provided")
	}
	in, err := whole("", body, []field{required("email", func(path string, v any) (any, error) {
		s, _ := v.(string)
		if name, domain, ok := strings.Cut(s, "@"); !ok || name == "" || domain == "" {
			return nil, invalid(path, "must be an email address")
		}
		return s, nil
	})})
	if err != nil {
		return answer{}, err
	}
	token := fmt.Sprintf("sandbox-%s-%x", m.mode, pseudorandom(m.store.seed, "token", m.mode, in["email"])[:16])
	return answer{status: http.StatusCreated, body: encode(values{"authToken": token})}, nil
}

// diffusion: observed: an empty body when campaign diffusion is off.
func diffusion(_ *Sandbox, m *merchant, c *call) (answer, error) {
	if err := c.bare(); err != nil {
		return answer{}, err
	}
	if m.diffusion == nil {
		return answer{status: http.StatusOK}, nil
	}
	return answer{status: http.StatusOK, body: encode(m.diffusion)}, nil
}

func (s *Sandbox) record(c *call, a answer, wasCut bool) {
	request, body := c.request, c.body
	if c.spoken != nil {
		request, body = c.spoken.request, c.spoken.body
	}
	s.history.record(Exchange{
		Number: c.number, Mode: c.mode, Method: request.Method, Path: request.URL.RequestURI(), Request: string(body),
		Status: a.status, Response: string(a.body), Committed: c.committed, Fault: c.fault.Name,
		Cut: wasCut || c.request.Context().Err() != nil,
	})
}

// send records the exchange and sends the answer, as far as the fault lets it.
func (s *Sandbox) send(w http.ResponseWriter, c *call, a answer) {
	f := c.fault
	during := f.Stage == StageAnswer
	breaks := during && (f.Hang || f.Reset)
	part := a.body
	switch {
	case f.Truncate > 0:
		part = part[:min(f.Truncate, len(part))]
	case breaks:
		part = part[:len(part)/2]
	}
	if !breaks {
		a.body = part
	}
	s.record(c, a, breaks)

	header := w.Header()
	header.Set("X-Request-Id", "req-"+strconv.Itoa(c.number))
	if len(a.body) > 0 {
		header.Set("Content-Type", "application/json; charset=utf-8")
	}
	if a.html {
		header.Set("Content-Type", "text/html; charset=utf-8")
	}
	for name, value := range a.headers {
		header.Set(name, value)
	}
	for name, value := range f.Headers {
		header.Set(name, value)
	}
	if f.Gzip {
		header.Set("Content-Encoding", "gzip")
	} else {
		header.Set("Content-Length", strconv.FormatInt(int64(len(a.body))+f.Pad, 10))
	}
	w.WriteHeader(a.status)
	control := http.NewResponseController(w)
	if during && f.Delay > 0 {
		_ = control.Flush()
		if !s.wait(time.Duration(f.Delay)) {
			return
		}
	}
	switch {
	case f.Gzip || f.Pad > 0:
		s.sendLong(w, part, f)
	case f.Slow > 0:
		for i := range part {
			if _, err := w.Write(part[i : i+1]); err != nil || control.Flush() != nil || !s.wait(time.Duration(f.Slow)) {
				return
			}
		}
	default:
		if !breaks {
			c.done() // This must happen before the client can send its next request.
		}
		_, _ = w.Write(part)
	}
	if !breaks {
		return
	}
	_ = control.Flush()
	if f.Hang {
		s.hang(c)
		return
	}
	cut(w)
}

// sendLong pads and compresses an answer without holding all of it in memory.
func (s *Sandbox) sendLong(w io.Writer, body []byte, f *Fault) {
	if f.Gzip {
		compressed := gzip.NewWriter(w)
		defer func() { _ = compressed.Close() }()
		w = compressed
	}
	if _, err := w.Write(body); err != nil {
		return
	}
	spaces := []byte(strings.Repeat(" ", 64<<10))
	for left := f.Pad; left > 0; left -= int64(len(spaces)) {
		if _, err := w.Write(spaces[:min(left, int64(len(spaces)))]); err != nil {
			return
		}
		select {
		case <-s.closing:
			return
		default:
		}
	}
}
