package merchants

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"slices"
	"sync"
	"time"
)

// The list cache answers reads of many objects from a few pages of their lists. It never lets a
// list change a plan: a row is served only if the caller finds nothing new in it, and an object
// that this client wrote is never served from a list again. Objects missing from the list are read
// by id. So a list that is cut short, filtered or wrong costs requests, but never correctness. A
// list that lags behind its objects can hide an outside change until it has caught up, and nothing
// else. The cost is bounded: a page is requested when a read needs it, and beyond a short list only
// once by-id reads have cost as much as the whole list would.

const (
	// shortList is the most pages that a list may have for reads to fetch it at once.
	shortList = 10
	// rowAge is how long a listing is served, counted from its start.
	rowAge = 30 * time.Second
	// readPatience is how long a read waits for pages before it reads by id.
	readPatience = 30 * time.Second
	// failureLimit is how many listings of a kind may fail before reads stop using its list.
	failureLimit = 2
)

// listCaches is what a client knows of the service's lists, by path.
type listCaches struct {
	mu          sync.Mutex
	collections map[string]*listCache
}

// listCache is what is known of one collection.
type listCache struct {
	// latest is the last listing that began; nil before the first.
	latest *listing
	// failures counts listings that failed or were too slow.
	failures int
	// writes counts the finished writes of this client.
	writes int
	// written are the ids that this client wrote or tried to write.
	written map[ID]bool
	// seen is when each object was first seen.
	seen map[ID]time.Time
	// whole is when the last complete listing began.
	whole time.Time
}

// listing is one walk through a list, as far as it has come.
type listing struct {
	pager
	began time.Time
	// writes is listCache.writes when the listing began.
	writes int
	rows   map[ID]json.RawMessage
	// order holds the rows in the order they came; it only grows.
	order []row
	// total is the number of pages by the service's count. It decides about cost, never about content.
	total int
	// byID counts the reads by id of objects that no page had so far.
	byID int
	// coming is closed when the requested page has come; nil when none was requested.
	coming chan struct{}
	// err is why the listing cannot continue.
	err error
	// failed says that reads no longer wait for it.
	failed bool
}

func (r *listCaches) collection(k *descriptor) *listCache {
	if r.collections == nil {
		r.collections = map[string]*listCache{}
	}
	c := r.collections[k.path]
	if c == nil {
		c = &listCache{written: map[ID]bool{}, seen: map[ID]time.Time{}}
		r.collections[k.path] = c
	}
	return c
}

// wrote records that a write has ended, whatever its outcome. The id is empty for a create.
func (r *listCaches) wrote(k *descriptor, id ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.collection(k)
	c.writes++
	if id != "" {
		c.written[id] = true
		c.see(id)
	}
}

// saw records that objects exist.
func (r *listCaches) saw(k *descriptor, rows []row) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.collection(k)
	for _, row := range rows {
		c.see(row.id)
	}
}

func (c *listCache) see(id ID) {
	if _, before := c.seen[id]; !before {
		c.seen[id] = time.Now()
	}
}

// sawBefore reports whether an object was seen before a moment.
func (r *listCaches) sawBefore(k *descriptor, id ID, moment time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	first, seen := r.collection(k).seen[id]
	return seen && first.Before(moment)
}

// lastWhole returns when the last complete listing began, or zero without one.
func (r *listCaches) lastWhole(k *descriptor) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.collection(k).whole
}

func (c *listCache) begin() *listing {
	c.latest = &listing{began: time.Now(), writes: c.writes, rows: map[ID]json.RawMessage{}}
	return c.latest
}

func (c *listCache) old() bool { return c.latest == nil || time.Since(c.latest.began) > rowAge }

func (c *listCache) fail(l *listing) {
	if !l.failed {
		l.failed = true
		c.failures++
	}
}

// worthwhile reports whether reads may request another page. Fetch another page if the list is
// short, or once by-id reads have cost as much. Together they cost at most twice the cheaper of the
// two.
func (l *listing) worthwhile() bool {
	pages := max(l.total, l.pages+1)
	return l.pages == 0 || pages <= shortList || l.byID >= pages
}

// hasNames reports whether a value has every name that its model has, at every depth.
func hasNames(held, model any) bool {
	switch model := model.(type) {
	case map[string]any:
		object, _ := held.(map[string]any)
		for name, value := range model {
			if is, there := object[name]; !there || !hasNames(is, value) {
				return false
			}
		}
	case []any:
		list, _ := held.([]any)
		return slices.EqualFunc(list, model, hasNames)
	}
	return true
}

// known returns the row of an object, or nil if the object must be read by id.
func (c *Client) known(ctx context.Context, k *descriptor, id ID) json.RawMessage {
	if c.config.ReadByID {
		return nil
	}
	patience, cancel := context.WithTimeout(ctx, readPatience)
	defer cancel()
	c.caches.mu.Lock()
	defer c.caches.mu.Unlock()
	list := c.caches.collection(k)
	if list.old() {
		if list.failures >= failureLimit {
			return nil
		}
		list.begin()
	}
	for l := list.latest; ; {
		switch content := l.rows[id]; {
		case list.written[id] || content == nil && (l.last || l.failed):
			return nil
		case content != nil:
			return content
		case !l.worthwhile():
			l.byID++
			return nil
		}
		if c.await(patience, k, l) != nil {
			if ctx.Err() == nil {
				list.fail(l)
			}
			return nil
		}
	}
}

// listed walks all rows of a kind, for callers who search by something other than the id. The rows
// include every earlier write of this client.
func (c *Client) listed(ctx context.Context, k *descriptor) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		l := c.caches.upToDate(k)
		for at := 0; ; {
			rows, err := c.rowsFrom(ctx, k, l, at)
			if err != nil {
				yield(row{}, err)
				return
			}
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
			}
			if at += len(rows); len(rows) == 0 {
				return
			}
		}
	}
}

// upToDate returns a listing that began after the last write of this client.
func (r *listCaches) upToDate(k *descriptor) *listing {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.collection(k)
	if list.old() || list.latest.err != nil || list.latest.writes < list.writes {
		return list.begin()
	}
	return list.latest
}

// rowsFrom returns the rows of a listing from a position on, and may wait for a page. It returns
// none at the end.
func (c *Client) rowsFrom(ctx context.Context, k *descriptor, l *listing, at int) ([]row, error) {
	c.caches.mu.Lock()
	defer c.caches.mu.Unlock()
	if ctx.Err() != nil {
		return nil, interrupted(ctx, k)
	}
	for len(l.order) == at && !l.last {
		if err := c.await(ctx, k, l); err != nil {
			return nil, err
		}
	}
	return l.order[at:len(l.order):len(l.order)], nil
}

// await waits for the next page of a listing. One of the waiting callers requests it; if that one
// leaves, another does. The caller holds the lock, which is released while it waits.
func (c *Client) await(ctx context.Context, k *descriptor, l *listing) error {
	if l.err != nil {
		return l.err
	}
	if l.coming == nil {
		return c.loadPage(ctx, k, l)
	}
	coming := l.coming
	c.caches.mu.Unlock()
	defer c.caches.mu.Lock()
	select {
	case <-coming:
		return nil
	case <-ctx.Done():
		return interrupted(ctx, k)
	}
}

func interrupted(ctx context.Context, k *descriptor) error {
	return &Error{Method: http.MethodGet, Path: k.path, Err: context.Cause(ctx)}
}

// loadPage adds the next page to a listing.
func (c *Client) loadPage(ctx context.Context, k *descriptor, l *listing) error {
	coming, walk := make(chan struct{}), l.pager
	l.coming = coming
	defer func() {
		l.coming = nil
		close(coming)
	}()
	p, err := func() (page, error) {
		c.caches.mu.Unlock()
		defer c.caches.mu.Lock()
		return c.nextPage(ctx, k, nil, &walk)
	}()
	if err != nil {
		if ctx.Err() == nil {
			l.err = err
			c.caches.collection(k).fail(l)
		}
		return err
	}
	l.pager = walk
	if l.pages == 1 && len(p.rows) > 0 {
		l.total = (p.total + len(p.rows) - 1) / len(p.rows)
	}
	if l.last {
		c.caches.collection(k).whole = l.began
	}
	for _, row := range p.rows {
		if l.rows[row.id] == nil {
			l.rows[row.id] = row.json
			l.order = append(l.order, row)
		}
	}
	return nil
}
