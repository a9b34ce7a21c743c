package provider

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// ledger is what one configured provider has seen of the objects that Terraform manages, and what the plan does to their keys. Terraform
// speaks to a provider of one resource at a time, in any order, and a guard often needs to know of the others.
type ledger struct {
	mu sync.Mutex
	// patience is how long a guard waits for Terraform to show or to plan another object.
	patience time.Duration
	// stirred is when something of an object was noted last.
	stirred time.Time
	// entries are the objects that Terraform has shown or this process has written, by id.
	entries map[string]*entry
	// claims are the keys that new objects of this run get.
	claims map[claim]bool
	// slugs are the slugs that campaigns have after the plan, with the key of the first campaign that came with each.
	slugs map[string]string
	// changed is closed at the next change; nil when nobody waits for one.
	changed chan struct{}
	// unseenUntil is when the wait for objects that are not shown ends; zero before the first.
	unseenUntil time.Time

	// reads counts the objects that were read, gone those of them that do not exist; sampled is how many of these Terraform had not asked for.
	reads, gone, sampled int
	// proven tells that an object of the state exists. Ids differ between merchants, so one is enough to tell that this is the right one.
	proven bool
	// tripped tells that the run was stopped because most objects are gone.
	tripped bool
	// createsPlanned tells that the run makes or replaces something, changes that it does that or deletes something.
	createsPlanned, changes bool
	// applying tells that a change was applied: plan calls are those of an apply from then on.
	applying bool
	// running counts the changes that are being applied, doubting those of them that wait for another one to prove the merchant.
	running, doubting int
	// asking counts the reads that Terraform waits for.
	asking int
	// failed tells that a read or a plan call ended with an error, so that there will be no plan.
	failed bool
	// refreshes tells that Terraform reads the objects of the state by itself, if perhaps after it has planned some of them.
	refreshes bool
}

// entry is one object.
type entry struct {
	kind Kind
	id   string
	// key is its key in the state, or the one that this process gave it; "" when it has none.
	key string
	// written tells that this process has made, changed or deleted it.
	written bool
	// read tells that this process has asked the service for it, exists that it was there.
	read, exists bool
	// readAt is when it was asked for last.
	readAt time.Time
	// planned tells that a plan call has come with its state. For a tainted object none does.
	planned bool
	// next is its key after the plan; "" when it goes or is archived, or when the new key is not known yet.
	next string
	// archived tells that it is archived after the plan. It then has no key.
	archived bool
}

// keeps tells whether the object still has its key after the plan.
func (e entry) keeps() bool { return e.planned && e.next == e.key && !e.archived }

// isGone tells whether this process has looked for the object in vain.
func (e entry) isGone() bool { return e.read && !e.exists }

// claim is a key that a new object gets.
type claim struct{ kind, key string }

// claimOf is the claim of a key in all kinds that share it.
func claimOf(k Kind, key string) claim { return claim{k.rivals()[0].Name, storedKey(key)} }

// storedKey is a key as the service stores it.
func storedKey(key string) string { return strings.TrimSpace(key) }

// entry returns what is known of an object, for a change. The lock is held by the caller, whom the change is for.
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

// wake ends the waits for a change. The lock is held by the caller.
func (l *ledger) wake() {
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
}

// observe notes an object that Terraform manages.
func (l *ledger) observe(k Kind, id, key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entry(k, id).key = storedKey(key)
}

// plan notes a plan call with the state of an object: its key, and the one it gets, or that it is archived then.
func (l *ledger) plan(k Kind, id, key, next string, archived bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.entry(k, id)
	e.key, e.next, e.planned, e.archived = storedKey(key), storedKey(next), true, archived
}

// made notes that this process made an object for which a key was claimed, and its status.
func (l *ledger) made(k Kind, id, key, status string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entry(k, id).has(key, status)
	delete(l.claims, claimOf(k, key))
}

// wrote notes that this process gave an object a key and a status, or deleted it, which leaves it without a key.
func (l *ledger) wrote(k Kind, id, key, status string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entry(k, id).has(key, status)
	l.proven = true
}

// lost notes that an object that was to be deleted does not exist.
func (l *ledger) lost(k Kind, id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entry(k, id).has("", "")
}

// has notes what this process has made of the object.
func (e *entry) has(key, status string) {
	if e.archived = status == merchants.StatusArchived; e.archived {
		key = ""
	}
	e.key, e.next, e.planned, e.written = storedKey(key), storedKey(key), true, true
}

// of returns what is known of an object.
func (l *ledger) of(id string) (entry, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.entries[id]; e != nil {
		return *e, true
	}
	return entry{}, false
}

// writtenWith returns an object that this process has given a key, which lists may not show yet.
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

// claim takes a key for a new object. It returns false when the plan gives it to another one, except to the object that the new one replaces.
func (l *ledger) claim(k Kind, key, replaced string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.isGiven(k, key, replaced) {
		return false
	}
	if l.claims == nil {
		l.claims = map[claim]bool{}
	}
	l.claims[claimOf(k, key)] = true
	return true
}

// claimed tells whether a new object gets the key.
func (l *ledger) claimed(k Kind, key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.claims[claimOf(k, key)]
}

// given tells whether the plan, as far as it has come, gives the key to an object other than this one, or leaves it there.
func (l *ledger) given(k Kind, key, without string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.isGiven(k, key, without)
}

func (l *ledger) isGiven(k Kind, key, without string) bool {
	c := claimOf(k, key)
	for id, e := range l.entries {
		if id != without && e.planned && e.next == c.key && c.key != "" && claimOf(e.kind, e.next) == c {
			return true
		}
	}
	return l.claims[c]
}

// slug notes that a campaign has a slug after the plan. It returns the key of another campaign that came with that slug before, if any. One
// whose key is not known yet cannot be told from the others.
func (l *ledger) slug(slug, key string) (other string, shared bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if key == "" {
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

// defaultPatience is long enough for Terraform to get to an object that it has in its plan, and short enough for who waits for a refusal.
const defaultPatience = 3 * time.Second

// mostPatience is how many times as long a guard waits while other objects still come.
const mostPatience = 10

// await returns what is known of an object once a plan call has come with its state, or once nothing has come for a while. One that Terraform
// does not show gives false: all who ask for such objects share one wait, and where nothing is shown at all nobody waits.
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
		case !e.read && l.asking > 0: // Terraform plans it when it has been read, which may take long.
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

// sharedWait returns the end of the wait that is shared. The lock is held by the caller.
func (l *ledger) sharedWait(until time.Time) time.Time {
	if l.unseenUntil.IsZero() {
		l.unseenUntil = until
	}
	return l.unseenUntil
}

// wait waits for a change. The lock is held by the caller, and not while it waits.
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

// unplanned returns the objects of a kind that Terraform has shown but does not plan, unless a new object takes their key. In an apply there
// are none: it shows objects without planning them, and its plan was checked before. After a failure there are none, for there will be no plan.
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
		if e.planned && !e.read && !e.written {
			return e
		}
	}
	return nil
}

// begins notes that the run makes or replaces something, or deletes it.
func (l *ledger) begins(makes bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.changes, l.createsPlanned = true, l.createsPlanned || makes
}

// hasBegun tells whether the run makes, replaces or deletes something.
func (l *ledger) hasBegun() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changes
}

// doubtful tells whether something is to be made where nothing that was sampled exists, once more samples had time to come. Where Terraform
// reads the state itself, it is told what is gone by these reads.
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

// sawMissing tells whether an object was read that does not exist.
func (l *ledger) sawMissing() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.gone > 0
}

// isProven tells whether an object of the state was found, or written, in this merchant.
func (l *ledger) isProven() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.proven
}

// ask notes that Terraform waits for the read of an object, until the function is called that it returns.
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

// fail notes that there will be no plan.
func (l *ledger) fail() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed = true
}

// apply notes that a change is applied, until the function is called that it returns. applies tells whether one was.
func (l *ledger) apply() (done func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.applying = true
	l.running++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.running--
		l.wake()
	}
}

func (l *ledger) applies() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.applying
}

// becomesProven tells whether a change that is being applied beside this one shows that this is the right merchant.
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

// So many objects have to have been read before their disappearance means something, and this share of them be gone.
const (
	tripReads = 5
	tripShare = 2
)

// read notes the answer to a read, and reports, once, whether enough objects are gone for this to be another merchant.
func (l *ledger) read(k Kind, id string, exists, sampled bool) (reads, gone int, trips bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.entry(k, id)
	e.read, e.exists, e.readAt = true, exists, time.Now()
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

// trip reports, once, that the run is to be stopped.
func (l *ledger) trip() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	first := !l.tripped
	l.tripped = true
	return first
}

// witnesses is by how many other objects a plan lets its apply tell the merchant.
const witnesses = 3

// others returns a few other objects that were found to exist; where none was yet, one that can be read comes alone. Terraform gets a while
// to show one.
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
