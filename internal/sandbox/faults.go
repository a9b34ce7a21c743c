package sandbox

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Duration is a time.Duration with a text form in JSON: "1.5s".
type Duration time.Duration

// UnmarshalJSON reads "1.5s".
func (d *Duration) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return errors.New(`a duration is a string such as "1.5s"`)
	}
	parsed, err := time.ParseDuration(s)
	*d = Duration(parsed)
	return err
}

// MarshalJSON writes "1.5s".
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

// The stages at which a fault can strike.
const (
	StageBefore = "before" // before the request is carried out
	StageAfter  = "after"  // after the commit, before the answer
	StageAnswer = "answer" // while the answer is sent
)

// A Fault makes the API misbehave. The package comment explains the JSON form with examples.
type Fault struct {
	Name string `json:"name,omitzero"` // for the history; "fault-1" and so on when empty

	// Which requests: all that are set must match.
	Mode     string `json:"mode,omitzero"`     // "test" or "live"
	Method   string `json:"method,omitzero"`   // "POST"
	Route    string `json:"route,omitzero"`    // "/v1/perks/{id}"; each part in braces stands for any one part
	Contains string `json:"contains,omitzero"` // a text in the body of the request

	// Which of them.
	Nth         int     `json:"nth,omitzero"`         // the first match that counts, from 1 (default)
	Every       int     `json:"every,omitzero"`       // from then on every nth match; every one by default
	Count       int     `json:"count,omitzero"`       // how many requests it strikes: 1 by default, -1 for no limit
	Probability float64 `json:"probability,omitzero"` // of striking a match, drawn from the seed; 0 means always

	Stage string `json:"stage,omitzero"` // StageBefore, StageAfter or StageAnswer; the default depends on the action

	// What happens to the connection.
	Delay Duration `json:"delay,omitzero"` // waits at the stage, then goes on even if the client is gone
	Hang  bool     `json:"hang,omitzero"`  // never answers; at StageAnswer it stops in the middle of the body
	Reset bool     `json:"reset,omitzero"` // closes the connection; at StageAnswer in the middle of the body
	Slow  Duration `json:"slow,omitzero"`  // sends the body one byte at a time with this pause

	// What replaces the answer.
	Status   int               `json:"status,omitzero"`
	Body     *string           `json:"body,omitzero"`
	Headers  map[string]string `json:"headers,omitzero"`  // added to the answer, such as {"Retry-After": "3600"}
	HTML     bool              `json:"html,omitzero"`     // a page as proxies send it; 502 is the default status
	Empty    bool              `json:"empty,omitzero"`    // no body
	Truncate int               `json:"truncate,omitzero"` // how many bytes of the body are sent, in a complete HTTP answer
	Pad      int64             `json:"pad,omitzero"`      // how many spaces follow the body
	Gzip     bool              `json:"gzip,omitzero"`     // compressed, whatever the client accepts

	// Changes of a JSON answer. A path is like "title", "typeConfig.steps[].id", "data[0].id",
	// "data[].status".
	Drop    []string       `json:"drop,omitzero"`
	Set     map[string]any `json:"set,omitzero"`     // adds, replaces and retypes
	Reorder []string       `json:"reorder,omitzero"` // lists to reverse

	// Changes of a list.
	HideRows      map[string]any `json:"hide_rows,omitzero"`      // leaves out rows with these values, also from total
	PageSize      int            `json:"page_size,omitzero"`      // the most rows on a page, whatever the request asks for
	DuplicateRows bool           `json:"duplicate_rows,omitzero"` // a page begins with the last row of the one before
	RepeatCursor  bool           `json:"repeat_cursor,omitzero"`  // nextCursor repeats the cursor of the request

	// What reads show after a matching write. The fault needs Method POST, PATCH or DELETE.
	Stale    int `json:"stale,omitzero"`     // how many reads show the object as it was before
	HideGet  int `json:"hide_get,omitzero"`  // how many reads of the object find nothing
	HideList int `json:"hide_list,omitzero"` // how many lists leave the object out

	Normalize    bool `json:"normalize,omitzero"`     // stores a write, or answers a read, in the service's own form
	RevokeKey    bool `json:"revoke_key,omitzero"`    // the key is unknown from now on, until ClearFaults
	SwapMerchant bool `json:"swap_merchant,omitzero"` // carries the request out on the other merchant
}

// replaces reports whether the fault sends its own answer.
func (f *Fault) replaces() bool { return f.Status != 0 || f.Body != nil || f.HTML || f.Empty }

func (f *Fault) edits() bool { return len(f.Drop)+len(f.Set)+len(f.Reorder) > 0 }

func (f *Fault) bendsReads() bool { return f.Stale > 0 || f.HideGet > 0 || f.HideList > 0 }

// hides reports whether a list leaves an object out.
func (f *Fault) hides(o *object) bool {
	if f.HideRows == nil {
		return false
	}
	for name, v := range f.HideRows {
		if !equal(o.fields[name], v) {
			return false
		}
	}
	return true
}

// check fills in defaults and refuses invalid settings.
func (f *Fault) check() error {
	f.Method = strings.ToUpper(f.Method)
	f.Nth = max(f.Nth, 1)
	if f.Count == 0 {
		f.Count = 1
	}
	switch {
	case f.Mode != "" && !slices.Contains(modes, f.Mode):
		return fmt.Errorf("mode %q is neither test nor live", f.Mode)
	case f.Route != "" && !strings.HasPrefix(f.Route, "/"):
		return fmt.Errorf("route %q does not begin with /", f.Route)
	case f.Count < -1:
		return errors.New("count is below -1")
	case f.Probability < 0 || f.Probability > 1:
		return errors.New("probability is not between 0 and 1")
	case f.Delay < 0 || f.Slow < 0:
		return errors.New("a duration is negative")
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("status %d is not between 200 and 599", f.Status)
	case f.Every < 0 || f.Truncate < 0 || f.Pad < 0 || f.PageSize < 0 || f.Stale < 0 || f.HideGet < 0 || f.HideList < 0:
		return errors.New("a number is negative")
	case f.bendsReads() && !slices.Contains([]string{http.MethodPost, http.MethodPatch, http.MethodDelete}, f.Method):
		return errors.New("stale, hide_get and hide_list need method POST, PATCH or DELETE: " +
			"they strike reads after that write")
	}
	for _, path := range slices.Concat(f.Drop, f.Reorder, sortedKeys(f.Set)) {
		if _, err := parsePath(path); err != nil {
			return err
		}
	}
	if !f.acts() {
		return errors.New("it does nothing: no action is set")
	}
	switch f.Stage {
	case "":
		switch {
		case f.Status == 0 && f.Body == nil && f.Empty: // The real answer without its body.
			f.Stage = StageAfter
		case f.replaces() || f.Hang || f.Delay > 0 || f.Reset && f.Truncate == 0:
			f.Stage = StageBefore
		default:
			f.Stage = StageAnswer
		}
	case StageBefore, StageAfter, StageAnswer:
	default:
		return fmt.Errorf("stage %q is none of before, after, answer", f.Stage)
	}
	if f.Stage == StageBefore && f.replaces() && f.Status == 0 && !f.HTML {
		return errors.New("stage before needs a status to answer with")
	}
	return nil
}

func (f *Fault) acts() bool {
	return f.replaces() || f.edits() || f.bendsReads() ||
		f.Delay > 0 || f.Hang || f.Reset || f.Slow > 0 ||
		len(f.Headers) > 0 || f.Truncate > 0 || f.Pad > 0 || f.Gzip ||
		f.HideRows != nil || f.PageSize > 0 || f.DuplicateRows || f.RepeatCursor ||
		f.Normalize || f.RevokeKey || f.SwapMerchant
}

// armed is a fault with its counters.
type armed struct {
	Fault
	Matches int `json:"matches"` // requests that matched
	Strikes int `json:"strikes"` // requests it struck
	serial  int
}

type faults struct {
	mu   sync.Mutex
	seed uint64
	made int
	list []*armed
}

func (fs *faults) add(f Fault) error {
	if err := f.check(); err != nil {
		return fmt.Errorf("sandbox: fault: %w", err)
	}
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.made++
	if f.Name == "" {
		f.Name = "fault-" + strconv.Itoa(fs.made)
	}
	fs.list = append(fs.list, &armed{Fault: f, serial: fs.made})
	return nil
}

func (fs *faults) clear() {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.list = nil
}

func (fs *faults) snapshot() []armed {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	out := make([]armed, len(fs.list))
	for i, f := range fs.list {
		out[i] = *f
	}
	return out
}

// strike returns the fault for a request, or nil. Every fault counts every match; the first one
// that is due strikes.
func (fs *faults) strike(mode, method, path, body string) *Fault {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	var out *Fault
	for _, f := range fs.list {
		if f.Mode != "" && f.Mode != mode || f.Method != "" && f.Method != method ||
			f.Route != "" && !routeMatches(f.Route, path) || f.Contains != "" && !strings.Contains(body, f.Contains) {
			continue
		}
		f.Matches++
		due := f.Matches >= f.Nth && (f.Matches-f.Nth)%max(f.Every, 1) == 0 && (f.Count < 0 || f.Strikes < f.Count)
		if due && f.Probability > 0 {
			due = fraction(pseudorandom(fs.seed, "fault", f.serial, f.Matches)) < f.Probability
		}
		if due && out == nil {
			f.Strikes++
			struck := f.Fault
			out = &struck
		}
	}
	return out
}

// fraction turns random bytes into a number from 0 up to 1.
func fraction(random []byte) float64 { return float64(binary.BigEndian.Uint64(random)>>11) / (1 << 53) }

func routeMatches(route, path string) bool {
	wanted, parts := strings.Split(route, "/"), strings.Split(path, "/")
	if len(wanted) != len(parts) {
		return false
	}
	for i, part := range wanted {
		if part != parts[i] && (!strings.HasPrefix(part, "{") || !strings.HasSuffix(part, "}")) {
			return false
		}
	}
	return true
}

// htmlPage is the answer of a proxy or a captive portal.
const htmlPage = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>" +
	"<body><h1>502 Bad Gateway</h1></body></html>\n"

// A pathPart is one part of a path: a key, then perhaps an index into the list it holds.
type pathPart struct {
	key   string
	list  bool
	index int // -1 for each
}

func parsePath(path string) ([]pathPart, error) {
	var out []pathPart
	for part := range strings.SplitSeq(path, ".") {
		key, index, list := strings.Cut(part, "[")
		p := pathPart{key: key, list: list, index: -1}
		if number, closed := strings.CutSuffix(index, "]"); list && number != "" || list && !closed {
			n, err := strconv.Atoi(number)
			if err != nil || n < 0 || !closed {
				return nil, fmt.Errorf("path %q: want name, name[] or name[0] between the dots", path)
			}
			p.index = n
		}
		if key == "" {
			return nil, fmt.Errorf("path %q: want name, name[] or name[0] between the dots", path)
		}
		out = append(out, p)
	}
	if out[len(out)-1].list {
		return nil, fmt.Errorf("path %q: want a name at the end", path)
	}
	return out, nil
}

// edit applies drop, reorder and set to a decoded answer.
func (f *Fault) edit(object values) {
	for _, path := range f.Drop {
		at(object, path, func(holder values, key string) { delete(holder, key) })
	}
	for _, path := range f.Reorder {
		at(object, path, func(holder values, key string) {
			if list, ok := holder[key].([]any); ok {
				list = slices.Clone(list)
				slices.Reverse(list)
				holder[key] = list
			}
		})
	}
	for _, path := range sortedKeys(f.Set) {
		at(object, path, func(holder values, key string) { holder[key] = f.Set[path] })
	}
}

// at calls change for each object that contains the last key of a path. A path without a match
// changes nothing.
func at(object values, path string, change func(holder values, key string)) {
	parts, err := parsePath(path)
	if err != nil {
		return
	}
	holders := []values{object}
	for i, part := range parts {
		var next []values
		for _, holder := range holders {
			if i == len(parts)-1 {
				change(holder, part.key)
				continue
			}
			next = append(next, within(holder[part.key], part)...)
		}
		holders = next
	}
}

// within returns the objects at a value: the value itself, or the elements if it is a list.
func within(v any, part pathPart) []values {
	items := []any{v}
	if part.list {
		items, _ = v.([]any)
		if part.index >= 0 {
			items = items[min(part.index, len(items)):min(part.index+1, len(items))]
		}
	}
	var out []values
	for _, item := range items {
		if object, ok := item.(values); ok {
			out = append(out, object)
		}
	}
	return out
}
