package provider

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestLedger_await checks how long a guard waits for the plan of an object: as long as Terraform
// reads that object and as long as other objects come, but not forever.
func TestLedger_await(t *testing.T) {
	t.Parallel()
	plan := func(l *ledger) { l.plan(perkKind, "one", "one", "one", false) }
	for name, test := range map[string]struct {
		meanwhile func(l *ledger)
		planned   bool
		seconds   int
	}{
		"nothing comes": {func(*ledger) {}, false, 3},
		"it is planned": {func(l *ledger) {
			time.Sleep(2 * time.Second)
			plan(l)
		}, true, 2},
		"others come first": {func(l *ledger) {
			for range 5 {
				time.Sleep(2 * time.Second)
				l.observe(perkKind, "other", "other")
			}
			plan(l)
		}, true, 10},
		"others come without end": {func(l *ledger) {
			for range 20 {
				time.Sleep(2 * time.Second)
				l.observe(perkKind, "other", "other")
			}
		}, false, 30},
		"it is read first": {func(l *ledger) {
			answered := l.ask()
			time.Sleep(time.Minute)
			l.read(perkKind, "one", true, false)
			answered()
			time.Sleep(2 * time.Second)
			plan(l)
		}, true, 62},
		"it is read and not planned": {func(l *ledger) {
			answered := l.ask()
			time.Sleep(time.Minute)
			l.read(perkKind, "one", true, false)
			answered()
		}, false, 63},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := &ledger{patience: defaultPatience}
				l.observe(perkKind, "one", "one")
				begun := time.Now()
				var others sync.WaitGroup
				defer others.Wait()
				others.Go(func() { test.meanwhile(l) })
				synctest.Wait()
				e, shown := l.await(t.Context(), "one")
				if took := int(time.Since(begun) / time.Second); !shown || e.planned != test.planned || took != test.seconds {
					t.Errorf("shown %t, planned %t after %d seconds; want planned %t after %d",
						shown, e.planned, took, test.planned, test.seconds)
				}
			})
		})
	}
}

// TestLedger_unplanned checks that an object without a plan call counts as tainted, unless an apply
// deletes it or a new object has its key.
func TestLedger_unplanned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{patience: defaultPatience}
		l.observe(perkKind, "one", "one")
		l.observe(badgeKind, "two", "two")
		if left := l.unplanned(t.Context(), perkKind); len(left) != 1 || left[0].id != "one" {
			t.Errorf("in a plan: %v, want the perk", left)
		}
		l.claim(perkKind, "one", "")
		if left := l.unplanned(t.Context(), perkKind); len(left) > 0 {
			t.Errorf("with a new one that has its key: %v, want none", left)
		}
		l.observe(perkKind, "three", "three")
		defer l.apply()()
		if left := l.unplanned(t.Context(), perkKind); len(left) > 0 {
			t.Errorf("in an apply: %v, want none", left)
		}
	})
}

// TestLedger_leave checks that objects which this process deletes do not make it look like another
// merchant, while their deletions are on the way.
func TestLedger_leave(t *testing.T) {
	t.Parallel()
	for _, leaves := range []bool{false, true} {
		l := &ledger{}
		tripped := false
		for _, id := range []string{"1", "2", "3", "4", "5"} {
			l.plan(perkKind, id, id, "", false)
			e, found := l.unread()
			if !found || e.id != id {
				t.Fatalf("the object to look at is %q, want %q", e.id, id)
			}
			if leaves {
				l.leave(perkKind, id)
			}
			if _, found := l.unread(); found == leaves {
				t.Errorf("that there is an object to look at is %t, if one is deleted: %t", found, leaves)
			}
			_, _, trips := l.read(perkKind, id, false, true)
			tripped = tripped || trips
		}
		if tripped == leaves {
			t.Errorf("that it looks like another merchant is %t, if all are deleted: %t", tripped, leaves)
		}
	}
}

// TestLedger_claim checks that of many plan calls at once for new objects with one key, one gets
// it.
func TestLedger_claim(t *testing.T) {
	t.Parallel()
	var l ledger
	var got atomic.Int32
	atOnce(func() {
		if l.claim(perkKind, "one", "") {
			got.Add(1)
		}
	})
	if got.Load() != 1 {
		t.Errorf("%d new objects got the key, want 1", got.Load())
	}
}

// TestLedger_race calls everything at once, for the race detector.
func TestLedger_race(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	for _, reused := range []bool{false, true} {
		l := ledger{reused: reused}
		atOnce(
			func() { l.observe(perkKind, "one", "one") },
			func() { l.plan(perkKind, "one", "one", "one", false) },
			func() { l.made(perkKind, "two", "two", "live") },
			func() { l.wrote(perkKind, "one", "one", "live") },
			func() { l.leave(perkKind, "one") },
			func() { l.lost(perkKind, "three") },
			func() { l.of("one") },
			func() { l.writtenWith(perkKind, "two", "") },
			func() { l.claim(perkKind, "four", "") },
			func() { l.claimAtCreate(perkKind, "four") },
			func() { l.claimed(perkKind, "four") },
			func() { l.given(perkKind, "four", "") },
			func() { l.slug("summer", "one") },
			func() { l.await(ctx, "one") },
			func() { l.unplanned(ctx, perkKind) },
			func() { l.unread() },
			func() { l.begins(true) },
			func() { l.hasBegun() },
			func() { l.doubtful(ctx) },
			func() { l.sawMissing() },
			func() { l.isProven() },
			func() { l.ask()() },
			func() { l.fail() },
			func() { l.apply()() },
			func() { l.applies() },
			func() { l.becomesProven(ctx) },
			func() { l.read(perkKind, "one", true, false) },
			func() { l.read(perkKind, "five", false, false) },
			func() { l.trip() },
			func() { l.others(ctx, "one") },
		)
	}
}

// atOnce calls functions from many goroutines.
func atOnce(calls ...func()) {
	var all sync.WaitGroup
	for range 50 {
		for _, call := range calls {
			all.Go(call)
		}
	}
	all.Wait()
}
