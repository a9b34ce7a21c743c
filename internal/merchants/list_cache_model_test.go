package merchants

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// promisedAge is the maximum age of what a list says.
const promisedAge = 30 * time.Second

// version is a state of an object from a time until the next version.
type version struct {
	number int
	from   time.Time
	gone   bool
}

// life is all versions of an object, oldest first.
type life []version

func (l life) now() version { return l[len(l)-1] }

// was reports whether an object had a version at some time between two.
func (l life) was(number int, from, to time.Time) bool {
	for i, v := range l {
		if v.number == number && !v.gone && !v.from.After(to) && (i == len(l)-1 || !l[i+1].from.Before(from)) {
			return true
		}
	}
	return false
}

// action happens at a time, while others may be running.
type action struct {
	do string
	at time.Duration
	id int
	// behind is how many versions the state of a read lags behind.
	behind int
}

// program draws actions: in bursts, within the age of a listing, and beyond it.
func program(t *rapid.T) []action {
	at := time.Duration(0)
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) action {
		at += rapid.SampledFrom([]time.Duration{
			0, time.Millisecond, 30 * time.Millisecond, 150 * time.Millisecond, 300 * time.Millisecond, 2 * time.Second,
			9 * time.Second, 31 * time.Second,
		}).Draw(t, "gap")
		return action{
			do: rapid.SampledFrom([]string{
				"read", "read", "read", "read", "read", "hurried read", "walk", "walk", "update", "update", "lost update", "create",
				"delete", "edit", "edit", "outside delete",
				"failing list", "slow list", "hiding list", "lying total",
			}).Draw(t, "do"),
			at: at, id: rapid.IntRange(0, 3).Draw(t, "id"), behind: rapid.IntRange(0, 2).Draw(t, "behind"),
		}
	}), 20, 60).Draw(t, "program")
}

// model is a service of perks with three rows a page. It records everything that happened.
type model struct {
	mu    sync.Mutex
	lives map[ID]life
	order []ID // of the list; a gone object leaves it, so later pages shift
	// next says how to respond to the next list request.
	next string
	// bent says that a list may have been incomplete: a row was hidden, or pages shifted.
	bent bool
	// written are the versions left by finished writes of the client.
	written map[ID]int
	// gets are the responses to reads by id, and made the versions, both by the number of the action
	// that sent the request.
	gets       map[int][]string
	made       map[int]version
	violations []string
	// reads counts the reads with a result, and fromList those without a read by id.
	reads, fromList int
	client          *Client
}

// actionNumber and lostAnswer are context keys: the number of the action, and whether the response
// to its write is lost.
type (
	actionNumber struct{}
	lostAnswer   struct{}
)

func (m *model) change(id ID, gone bool) version {
	v := version{number: len(m.lives[id]) + 1, from: time.Now(), gone: gone}
	m.lives[id] = append(m.lives[id], v)
	m.bent = m.bent || gone
	switch at := slices.Index(m.order, id); {
	case gone:
		m.order = slices.DeleteFunc(m.order, func(other ID) bool { return other == id })
	case at < 0:
		m.order = append(m.order, id)
	}
	return v
}

func perkOf(id ID, number int) string {
	return fmt.Sprintf(`{"id":%q,"internalName":"%d","type":"none","typeConfig":null,"status":"draft","title":null,`+
		`"description":null,"imageUrl":null,"videoUrl":null,"expiresAt":null}`, id, number)
}

// RoundTrip responds 50 ms after the request was sent. The request takes effect in the middle of
// that time.
func (m *model) RoundTrip(r *http.Request) (*http.Response, error) {
	way := func() error {
		select {
		case <-time.After(25 * time.Millisecond):
			return nil
		case <-r.Context().Done():
			return r.Context().Err()
		}
	}
	if err := way(); err != nil {
		return nil, err
	}
	answer, err := m.answer(r)
	if back := way(); back != nil {
		return nil, back
	}
	return answer, err
}

func (m *model) answer(r *http.Request) (*http.Response, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	text, ofOne := strings.CutPrefix(r.URL.Path, "/v1/perks/")
	id := ID(text)
	number, _ := r.Context().Value(actionNumber{}).(int)
	switch {
	case r.Method == http.MethodPost:
		id = ID(fmt.Sprint("own-", len(m.lives)))
		m.made[number] = m.change(id, false)
		return answerWith(201, perkOf(id, 1)), nil
	case !ofOne:
		return m.page(r)
	case m.lives[id].now().gone:
		m.gets[number] = append(m.gets[number], "not found")
		return answerWith(417, `{"code":"perk.not-found","message":"no"}`), nil
	case r.Method == http.MethodGet:
		m.gets[number] = append(m.gets[number], "found")
		return answerWith(200, perkOf(id, m.lives[id].now().number)), nil
	}
	m.made[number] = m.change(id, r.Method == http.MethodDelete)
	if r.Context().Value(lostAnswer{}) != nil {
		return nil, errors.New("connection reset")
	}
	return answerWith(200, perkOf(id, m.made[number].number)), nil
}

func (m *model) page(r *http.Request) (*http.Response, error) {
	mood := m.next
	m.next, m.bent = "", m.bent || mood == "hiding list"
	from, _ := strconv.Atoi(r.URL.Query().Get("cursor"))
	from = min(from, len(m.order))
	to := min(from+3, len(m.order))
	cursor, total := "null", len(m.order)
	if to < len(m.order) {
		cursor = fmt.Sprintf(`"%d"`, to)
	}
	var rows []string
	for at, id := range m.order[from:to] {
		if mood != "hiding list" || at > 0 {
			rows = append(rows, perkOf(id, m.lives[id].now().number))
		}
	}
	switch mood {
	case "failing list":
		return answerWith(500, `{"code":"generic.internal","message":"no"}`), nil
	case "lying total":
		total = 5000
	case "slow list":
		m.mu.Unlock()
		<-time.After(40 * time.Second)
		m.mu.Lock()
	}
	return answerWith(200,
		fmt.Sprintf(`{"data":[%s],"nextCursor":%s,"total":%d}`, strings.Join(rows, ","), cursor, total)), nil
}

func (m *model) violated(format string, args ...any) {
	m.violations = append(m.violations, fmt.Sprintf(format, args...))
}

// play carries out one action.
func (m *model) play(ctx context.Context, number int, a action) {
	ctx = context.WithValue(ctx, actionNumber{}, number)
	id := m.pick(a.id)
	change := PerkInput{InternalName: Value("new")}
	switch a.do {
	case "read":
		m.read(ctx, number, id, a.behind)
	case "hurried read":
		hurried, cancel := context.WithTimeout(ctx, 60*time.Millisecond)
		defer cancel()
		m.read(hurried, number, id, a.behind)
	case "walk":
		m.walk(ctx)
	case "update":
		_, _ = UpdatePerk(ctx, m.client, id, change)
		m.wrote(number, id)
	case "lost update":
		_, _ = UpdatePerk(context.WithValue(ctx, lostAnswer{}, true), m.client, id, change)
		m.wrote(number, id)
	case "create":
		if perk, err := m.client.Perks.Create(ctx, change); err == nil {
			m.wrote(number, perk.ID)
		}
	case "delete":
		_ = m.client.Perks.Delete(ctx, id)
		m.wrote(number, id)
	case "edit", "outside delete":
		m.mu.Lock()
		defer m.mu.Unlock()
		if !m.lives[id].now().gone {
			m.change(id, a.do == "outside delete")
		}
	default:
		m.mu.Lock()
		defer m.mu.Unlock()
		m.next = a.do
	}
}

// pick returns one of the objects that exist or existed.
func (m *model) pick(n int) ID {
	m.mu.Lock()
	defer m.mu.Unlock()
	ids := slices.Sorted(maps.Keys(m.lives))
	return ids[n%len(ids)]
}

// wrote records that a write has ended, whatever its outcome.
func (m *model) wrote(number int, id ID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.written[id] = max(m.written[id], m.made[number].number)
}

// read reads like a resource whose state is behind by some versions, and checks the result.
func (m *model) read(ctx context.Context, number int, id ID, behind int) {
	m.mu.Lock()
	state, written, began := strconv.Itoa(m.lives[id].now().number-behind), m.written[id], time.Now()
	m.mu.Unlock()
	perk, err := m.client.Perks.Refresh(ctx, id, func(p *Perk) bool { return p.InternalName == state })

	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil {
		if IsNotFound(err) && !slices.Contains(m.gets[number], "not found") {
			m.violated("%s was reported gone, but no read by id said so", id)
		}
		if !IsNotFound(err) && ctx.Err() == nil {
			m.violated("%s was not read: %v", id, err)
		}
		return
	}
	m.reads++
	if len(m.gets[number]) == 0 {
		m.fromList++
	}
	served, _ := strconv.Atoi(perk.InternalName)
	if !m.lives[id].was(served, began.Add(-promisedAge), time.Now()) {
		m.violated("version %d of %s was served, but is older than promised: %v", served, id, m.lives[id])
	}
	if served < written {
		m.violated("version %d of %s was served, but the client's own write had left version %d", served, id, written)
	}
	if len(m.gets[number]) == 0 && perk.InternalName != state {
		m.violated("version %d of %s was served from a list, but the state had version %s", served, id, state)
	}
}

// walk reads the list like a look-up by key, and checks the rows.
func (m *model) walk(ctx context.Context) {
	m.mu.Lock()
	written, began, there := maps.Clone(m.written), time.Now(), map[ID]bool{}
	for id := range written {
		there[id] = !m.lives[id].now().gone
	}
	m.mu.Unlock()
	listed := map[ID]int{}
	for perk, err := range m.client.Perks.Cached(ctx) {
		if err != nil {
			return
		}
		listed[perk.ID], _ = strconv.Atoi(perk.Key)
	}

	m.mu.Lock()
	defer m.mu.Unlock()
	for id, number := range listed {
		if !m.lives[id].was(number, began.Add(-promisedAge), time.Now()) {
			m.violated("version %d of %s was listed, but is older than promised: %v", number, id, m.lives[id])
		}
		if number < written[id] {
			m.violated("version %d of %s was listed, but the client's own write had left version %d", number, id, written[id])
		}
	}
	for id := range written {
		if listed[id] == 0 && there[id] && !m.lives[id].now().gone && !m.bent {
			m.violated("the client wrote %s, but the list lacks it", id)
		}
	}
}

// TestListCache_model plays random programs of reads, writes, outside edits, and lists that fail,
// lag, hide rows and shift. It checks every result against the states of the service. At least a
// tenth of the reads must be served from lists; about a sixth is.
func TestListCache_model(t *testing.T) {
	t.Parallel()
	reads, fromList := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		actions := program(r)
		var violations []string
		synctest.Test(t, func(t *testing.T) {
			m := &model{lives: map[ID]life{}, written: map[ID]int{}, gets: map[int][]string{}, made: map[int]version{}}
			m.client = clientOf(t, Config{}, m.RoundTrip)
			for n := range 5 {
				m.change(ID(fmt.Sprint("old-", n)), false)
			}
			for number, a := range actions {
				go func() {
					<-time.After(a.at)
					m.play(t.Context(), number+1, a)
				}()
			}
			<-time.After(time.Hour)
			m.mu.Lock()
			defer m.mu.Unlock()
			violations = m.violations
			reads, fromList = reads+m.reads, fromList+m.fromList
		})
		if len(violations) > 0 {
			r.Fatalf("%s\nafter %+v", strings.Join(violations, "\n"), actions)
		}
	})
	t.Logf("%d of %d reads were served from lists", fromList, reads)
	if fromList*10 < reads {
		t.Errorf("%d of %d reads were served from lists, want at least a tenth", fromList, reads)
	}
}
