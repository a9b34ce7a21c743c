package provider

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// ledger records what one configured provider has seen of the managed objects, and what the plan
// does to their keys. Terraform calls a provider for one resource at a time, in any order, but a
// guard often needs to know the others.
type ledger struct {
	mu sync.Mutex
	// patience is how long a guard waits for Terraform to show or to plan another object.
	patience time.Duration
	// stirred is the time of the last change of an entry.
	stirred time.Time
	// entries are the objects that Terraform has shown or this process has written, by id.
	entries map[string]*entry
	// claims are the keys that new objects of this run get.
	claims map[claim]bool
	// reused is set when the plans and applies of several runs share this ledger. An entry may then be
	// from the plan of an earlier run, or from that of the same resource before its apply. So a plan
	// refuses no key that another entry has, and creates claim theirs.
	reused bool
	// slugs are the slugs that campaigns have after the plan, with the key of the first campaign that
	// claimed each.
	slugs map[string]string
	// changed is closed at the next change; nil when nobody waits.
	changed chan struct{}
	// unseenUntil is the end of the wait for objects that Terraform does not show; zero before the
	// first wait.
	unseenUntil time.Time

	// reads counts the objects that were read, gone those that do not exist. sampled counts the gone
	// ones that Terraform had not asked for.
	reads, gone, sampled int
	// proven is set once an object of the state exists. Ids differ between merchants, so one object
	// proves that this is the right merchant.
	proven bool
	// tripped is set when the run was stopped because most objects are gone.
	tripped bool
	// createsPlanned is set when the run creates or replaces something, changes also when it deletes
	// something.
	createsPlanned, changes bool
	// applying is set once a change was applied: later plan calls belong to an apply.
	applying bool
	// running counts the changes that are being applied, doubting those that wait for another change
	// to prove the merchant.
	running, doubting int
	// asking counts the reads that Terraform waits for.
	asking int
	// failed is set when a read or a plan call failed, so that there will be no plan.
	failed bool
	// refreshes is set when Terraform itself reads the objects of the state, even if it plans some of
	// them first.
	refreshes bool
}

// entry is one object.
type entry struct {
	kind Kind
	id   string
	// key is its key in the state, or the key that this process gave it; "" for none.
	key string
	// written is set when this process has created, changed or deleted it.
	written bool
	// leaving is set when this process is about to delete it. From then on, that it does not exist
	// proves nothing.
	leaving bool
	// read is set when this process has asked the service for it, exists when it was there.
	read, exists bool
	// readAt is the time of the last read.
	readAt time.Time
	// planned is set when a plan call came with its state. A tainted object gets no such call.
	planned bool
	// next is its key after the plan; "" when it is deleted or archived, or when the new key is
	// unknown.
	next string
	// archived is set when it is archived after the plan. It then has no key.
	archived bool
}

// keeps reports whether the object still has its key after the plan.
func (l *ledger) keeps(e entry) bool { return e.planned && e.next == e.key && !e.archived && !l.reused }

// isGone reports whether this process has read the object and found it missing.
func (e entry) isGone() bool { return e.read && !e.exists }

// claim is a key that a new object gets.
type claim struct{ kind, key string }

// claimOf returns the claim of a key. It is the same in all kinds that share the key.
func claimOf(k Kind, key string) claim { return claim{k.rivals()[0].Name, storedKey(key)} }

// storedKey is a key in the form that the service stores.
func storedKey(key string) string { return strings.TrimSpace(key) }

// entry returns the entry of an object for a change. The caller holds the lock.
func (l *ledger) entry(k Kind, id string) *entry {
	if l.entries == nil {
		l.entries = map[string]*entry{}
	}
	if l.entries[id] == nil {
		l.entries[id] = &entry{kind: k, id: id}
	}
	l.stirred = time.Now()
	l.wake()
	return l.entries[id]
}

// wake ends the waits for a change. The caller holds the lock.
func (l *ledger) wake() {
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
}

// observe records an object that Terraform manages.
func (l *ledger) observe(k Kind, id, key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entry(k, id).key = storedKey(key)
}

// plan records a plan call with the state of an object: its key now, and its key or its archiving
// after the plan.
func (l *ledger) plan(k Kind, id, key, next string, archived bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.entry(k, id)
	e.key, e.next, e.planned, e.archived = storedKey(key), storedKey(next), true, archived
}

// made records that this process created an object with a claimed key, and its status.
func (l *ledger) made(k Kind, id, key, status string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entry(k, id).has(key, status)
	delete(l.claims, claimOf(k, key))
}

// wrote records that this process gave an object a key and a status, or deleted it, which leaves it
// without a key.
func (l *ledger) wrote(k Kind, id, key, status string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entry(k, id).has(key, status)
	l.proven = true
}

// leave records that this process is about to delete an object.
func (l *ledger) leave(k Kind, id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entry(k, id).leaving = true
}

// lost records that an object to delete does not exist.
func (l *ledger) lost(k Kind, id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entry(k, id).has("", "")
}

// has records the key and the status that this process gave the object.
func (e *entry) has(key, status string) {
	if e.archived = status == merchants.StatusArchived; e.archived {
		key = ""
	}
	e.key, e.next, e.planned, e.written = storedKey(key), storedKey(key), true, true
}

// of returns the entry of an object.
func (l *ledger) of(id string) (entry, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.entries[id]; e != nil {
		return *e, true
	}
	return entry{}, false
}

// writtenWith returns an object that got the key from this process. Listings may not show it yet.
func (l *ledger) writtenWith(k Kind, key, without string) (entry, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for id, e := range l.entries {
		if e.written && e.key == storedKey(key) && e.key != "" && id != without && claimOf(e.kind, key) == claimOf(k, key) {
			return *e, true
		}
	}
	return entry{}, false
}

// claim claims a key for a new object. It returns false when the plan gives the key to another
// object. The object that the new one replaces does not count.
func (l *ledger) claim(k Kind, key, replaced string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.isGiven(k, key, replaced) {
		return false
	}
	if !l.reused {
		l.addClaim(k, key)
	}
	return true
}

// claimAtCreate claims the key of an object that is about to be created, unless plans claim keys.
// It returns false when another create has the key.
func (l *ledger) claimAtCreate(k Kind, key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.reused {
		return true
	}
	if l.claims[claimOf(k, key)] {
		return false
	}
	l.addClaim(k, key)
	return true
}

func (l *ledger) addClaim(k Kind, key string) {
	if l.claims == nil {
		l.claims = map[claim]bool{}
	}
	l.claims[claimOf(k, key)] = true
}

// claimed reports whether a new object gets the key.
func (l *ledger) claimed(k Kind, key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.claims[claimOf(k, key)]
}

// given reports whether the plan, so far, gives the key to another object or leaves it there.
func (l *ledger) given(k Kind, key, without string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.isGiven(k, key, without)
}

func (l *ledger) isGiven(k Kind, key, without string) bool {
	if l.reused {
		return false
	}
	c := claimOf(k, key)
	for id, e := range l.entries {
		if id != without && e.planned && e.next == c.key && c.key != "" && claimOf(e.kind, e.next) == c {
			return true
		}
	}
	return l.claims[c]
}

// slug records that a campaign has a slug after the plan. It returns the key of an earlier campaign
// with that slug, if any. A campaign with an unknown key cannot be told from the others.
func (l *ledger) slug(slug, key string) (other string, shared bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if key == "" || l.reused {
		return "", false
	}
	if first, found := l.slugs[slug]; found {
		return first, first != key
	}
	if l.slugs == nil {
		l.slugs = map[string]string{}
	}
	l.slugs[slug] = key
	return "", false
}

// defaultPatience is long enough for Terraform to reach an object of its plan, and short enough for
// a user who waits for a refusal.
const defaultPatience = 3 * time.Second

// mostPatience is how many times longer a guard waits while other objects still arrive.
const mostPatience = 10

// await returns the entry of an object once a plan call came with its state, or once nothing has
// come for a while. It returns false for an object that Terraform does not show. All waits for such
// objects share one deadline. Nobody waits when Terraform shows nothing at all.
func (l *ledger) await(ctx context.Context, id string) (entry, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	begun := time.Now()
	for {
		var until time.Time
		switch e := l.entries[id]; {
		case e == nil && len(l.entries) == 0:
			return entry{}, false
		case e == nil:
			until = l.sharedWait(begun.Add(l.patience))
		case e.planned || e.isGone():
			return *e, true
		case !e.read && l.asking > 0: // Terraform plans it after its read, which may take long.
			until = time.Now().Add(l.patience)
		default:
			since := latest(begun, e.readAt)
			until = latest(since, l.stirred).Add(l.patience)
			if most := since.Add(mostPatience * l.patience); most.Before(until) {
				until = most
			}
		}
		if ctx.Err() != nil || !time.Now().Before(until) {
			e, shown := l.entries[id]
			if !shown {
				return entry{}, false
			}
			return *e, true
		}
		soon, cancel := context.WithDeadline(ctx, until)
		l.wait(soon)
		cancel()
	}
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// sharedWait returns the end of the shared wait. The caller holds the lock.
func (l *ledger) sharedWait(until time.Time) time.Time {
	if l.unseenUntil.IsZero() {
		l.unseenUntil = until
	}
	return l.unseenUntil
}

// wait waits for a change. The caller holds the lock; wait releases it meanwhile.
func (l *ledger) wait(ctx context.Context) {
	if l.changed == nil {
		l.changed = make(chan struct{})
	}
	changed := l.changed
	l.mu.Unlock()
	defer l.mu.Lock()
	select {
	case <-changed:
	case <-ctx.Done():
	}
}

// unplanned returns the objects of a kind that Terraform has shown but does not plan, unless a new
// object takes their key. It returns none in an apply, which shows objects without planning them
// and whose plan was checked before. It returns none after a failure, because there will be no
// plan.
func (l *ledger) unplanned(ctx context.Context, k Kind) []entry {
	l.mu.Lock()
	var shown []string
	for id, e := range l.entries {
		if e.kind.Name == k.Name && !e.planned && !e.isGone() && !l.applying {
			shown = append(shown, id)
		}
	}
	l.mu.Unlock()
	slices.Sort(shown)
	var left []entry
	for _, id := range shown {
		if e, _ := l.await(ctx, id); !e.planned && !e.isGone() && (e.key == "" || !l.claimed(k, e.key)) {
			left = append(left, e)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.applying || l.failed {
		return nil
	}
	return left
}

// unread returns a planned object that was not read, as with -refresh=false.
func (l *ledger) unread() (entry, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.anyUnread(); e != nil {
		return *e, true
	}
	return entry{}, false
}

func (l *ledger) anyUnread() *entry {
	for _, e := range l.entries {
		if e.planned && !e.read && !e.written && !e.leaving {
			return e
		}
	}
	return nil
}

// begins records that the run creates or replaces something (makes), or deletes something.
func (l *ledger) begins(makes bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.changes, l.createsPlanned = true, l.createsPlanned || makes
}

// hasBegun reports whether the run creates, replaces or deletes something.
func (l *ledger) hasBegun() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changes
}

// doubtful reports whether the run creates something although no sampled object exists, after a
// wait for more samples. It is false when Terraform itself reads the state: those reads tell it
// what is gone.
func (l *ledger) doubtful(ctx context.Context) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	ctx, cancel := context.WithDeadline(ctx, l.sharedWait(time.Now().Add(l.patience)))
	defer cancel()
	inDoubt := func() bool { return l.createsPlanned && !l.proven && l.sampled > 0 && !l.refreshes }
	for inDoubt() && ctx.Err() == nil {
		if l.anyUnread() != nil {
			return false
		}
		l.wait(ctx)
	}
	return inDoubt()
}

// sawMissing reports whether a read object does not exist.
func (l *ledger) sawMissing() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.gone > 0
}

// isProven reports whether an object of the state was found in this merchant, or written to it.
func (l *ledger) isProven() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.proven
}

// ask records that Terraform waits for the read of an object, until the returned function is
// called.
func (l *ledger) ask() (done func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asking++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.asking--
		l.wake()
	}
}

// fail records that there will be no plan.
func (l *ledger) fail() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed = true
}

// apply records that a change is being applied, until the returned function is called. applies
// reports whether there was one.
func (l *ledger) apply() (done func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.applying = true
	l.running++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.running--
		if l.reused && l.running == 0 {
			clear(l.claims) // Creates that failed leave theirs.
		}
		l.wake()
	}
}

func (l *ledger) applies() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.applying
}

// becomesProven reports whether a concurrent change proves that this is the right merchant.
func (l *ledger) becomesProven(ctx context.Context) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.doubting++
	defer func() { l.doubting-- }()
	l.wake()
	for !l.proven && l.running > l.doubting && ctx.Err() == nil {
		l.wait(ctx)
	}
	return l.proven
}

// The guard trips when at least tripReads objects were read and at least one in tripShare is gone.
const (
	tripReads = 5
	tripShare = 2
)

// read records the result of a read. It returns the counts so far. trips is true once: when enough
// objects are gone to suspect another merchant.
func (l *ledger) read(k Kind, id string, exists, sampled bool) (reads, gone int, trips bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.entry(k, id)
	e.read, e.exists, e.readAt = true, exists, time.Now()
	if sampled && !exists && e.leaving {
		return l.reads, l.gone, false
	}
	l.reads++
	l.proven = l.proven || exists
	l.refreshes = l.refreshes || !sampled
	if !exists {
		l.gone++
	}
	if !exists && sampled {
		l.sampled++
	}
	trips = !l.tripped && l.reads >= tripReads && l.gone*tripShare >= l.reads
	l.tripped = l.tripped || trips
	return l.reads, l.gone, trips
}

// trip reports, once, that the run must stop.
func (l *ledger) trip() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	first := !l.tripped
	l.tripped = true
	return first
}

// witnesses is how many other objects a plan leaves for its apply to recognize the merchant.
const witnesses = 3

// others returns a few other objects that exist. When none was found yet, it returns one to read.
// It waits a while for Terraform to show one.
func (l *ledger) others(ctx context.Context, id string) (found []entry, unread *entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ctx, cancel := context.WithDeadline(ctx, l.sharedWait(time.Now().Add(l.patience)))
	defer cancel()
	for {
		for other, e := range l.entries {
			switch {
			case other == id || e.written:
			case e.exists && len(found) < witnesses:
				found = append(found, *e)
			case e.planned && !e.read:
				unread = e
			}
		}
		if len(found) > 0 || unread != nil || len(l.entries) <= 1 || ctx.Err() != nil {
			return found, unread
		}
		l.wait(ctx)
	}
}
