package sandbox

import (
	"maps"
	"strconv"
	"sync"
)

// An Exchange is one API request and its outcome. It never contains the key.
type Exchange struct {
	Number    int    `json:"number"`         // in the order of arrival, from 1
	Mode      string `json:"mode"`           // of the key: "test" or "live"; "" when it is not known
	Method    string `json:"method"`         //
	Path      string `json:"path"`           // with the query
	Request   string `json:"request"`        // body
	Status    int    `json:"status"`         // 0 if no answer was begun
	Response  string `json:"response"`       // body, as far as the sandbox meant to send it
	Committed bool   `json:"committed"`      // an object changed
	Fault     string `json:"fault,omitzero"` // the name of the fault that applied
	Cut       bool   `json:"cut,omitzero"`   // the connection was closed before the end of the answer
}

// Stats counts API requests since the start or the last Reset.
type Stats struct {
	Requests    int            `json:"requests"`
	ByMethod    map[string]int `json:"by_method"`
	ByStatus    map[string]int `json:"by_status"` // "0" for requests that got no answer
	ByMode      map[string]int `json:"by_mode"`   // "none" for requests without a known key
	MaxInFlight int            `json:"max_in_flight"`
	Connections int            `json:"connections"` // TCP connections accepted
}

// The history keeps the newest exchanges within both bounds; the counters count all of them.
const (
	maxExchanges    = 100_000
	maxHistoryBytes = 256 << 20
)

type history struct {
	mu       sync.Mutex
	stats    Stats
	inFlight int
	number   int
	ring     []Exchange // grows up to maxExchanges, then wraps around
	first    int        // index of the oldest
	length   int
	bytes    int
	max      int
	maxBytes int
}

func newHistory() *history {
	h := &history{max: maxExchanges, maxBytes: maxHistoryBytes}
	h.reset()
	return h
}

func (h *history) reset() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stats = Stats{
		ByMethod: map[string]int{}, ByStatus: map[string]int{}, ByMode: map[string]int{},
		MaxInFlight: h.inFlight,
	}
	h.ring, h.first, h.length, h.bytes, h.number = nil, 0, 0, 0, 0
}

// begin counts a request that has arrived and returns its number.
func (h *history) begin(method, mode string) int {
	if mode == "" {
		mode = "none"
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.number++
	h.stats.Requests++
	h.stats.ByMethod[method]++
	h.stats.ByMode[mode]++
	h.inFlight++
	h.stats.MaxInFlight = max(h.stats.MaxInFlight, h.inFlight)
	return h.number
}

func (h *history) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.inFlight--
}

// record must run before the first byte of the answer is sent: a client that has the answer then
// finds it in the history.
func (h *history) record(e Exchange) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stats.ByStatus[strconv.Itoa(e.Status)]++
	if h.length == h.max {
		h.drop()
	}
	if h.length == len(h.ring) {
		h.grow()
	}
	h.ring[(h.first+h.length)%len(h.ring)] = e
	h.length++
	h.bytes += size(e)
	for h.bytes > h.maxBytes && h.length > 1 {
		h.drop()
	}
}

func (h *history) drop() {
	h.bytes -= size(h.ring[h.first])
	h.ring[h.first] = Exchange{}
	h.first = (h.first + 1) % len(h.ring)
	h.length--
}

func (h *history) grow() {
	ring := make([]Exchange, min(h.max, max(64, 2*len(h.ring))))
	copy(ring, h.ring[h.first:])
	copy(ring[len(h.ring)-h.first:], h.ring[:h.first])
	h.ring, h.first = ring, 0
}

func (h *history) connected() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stats.Connections++
}

func (h *history) snapshot() Stats {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := h.stats
	out.ByMethod, out.ByStatus, out.ByMode = maps.Clone(out.ByMethod), maps.Clone(out.ByStatus), maps.Clone(out.ByMode)
	return out
}

func (h *history) exchanges() []Exchange {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make([]Exchange, h.length)
	for i := range out {
		out[i] = h.ring[(h.first+i)%len(h.ring)]
	}
	return out
}

func size(e Exchange) int { return len(e.Path) + len(e.Request) + len(e.Response) }
