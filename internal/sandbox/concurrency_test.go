package sandbox_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// TestManyClients runs clients on one merchant concurrently and uses every part of the sandbox.
func TestManyClients(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{DataFile: filepath.Join(t.TempDir(), "data.json"), Normalize: true})
	b.lax = true // Other tests check the contract; here it would take most of the time.
	b.fault(sandbox.Fault{Method: "PATCH", Count: -1, Probability: 0.5, Stale: 2})
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for i := range 5 {
				made := b.call(b.TestKey(), "POST", "/v1/cohorts",
					fmt.Sprintf(`{"type": "list", "name": "n", "referenceId": "%d-%d"}`, worker, i))
				if made.status != 201 {
					t.Errorf("create: %d %s", made.status, made.raw)
					return
				}
				path := "/v1/cohorts/" + made.object(t)["id"].(string)
				b.call(b.TestKey(), "PATCH", path, `{"name": "m"}`)
				b.call(b.TestKey(), "GET", path, "")
				b.call(b.TestKey(), "GET", "/v1/cohorts?limit=3", "")
				b.Stats()
				b.History()
				b.Objects("test", "cohorts")
				if i%2 == 1 {
					if r := b.call(b.TestKey(), "DELETE", path, ""); r.status != 200 {
						t.Errorf("delete: %d %s", r.status, r.raw)
					}
				}
			}
		})
	}
	group.Wait()
	ids := map[any]bool{}
	for _, o := range b.Objects("test", "cohorts") {
		if o["name"] != "m" {
			t.Errorf("%v was not changed", o)
		}
		ids[o["id"]] = true
	}
	if len(ids) != 24 {
		t.Errorf("%d objects, want 24", len(ids))
	}
	stats := b.Stats()
	if stats.Requests != 176 || stats.ByMethod["POST"] != 40 || stats.ByMethod["PATCH"] != 40 ||
		stats.ByMethod["GET"] != 80 || stats.ByMethod["DELETE"] != 16 {
		t.Errorf("the counters say %v", stats.ByMethod)
	}
}

// TestReferenceIDsUnderARace checks that exactly one of many creates with the same reference id
// succeeds.
func TestReferenceIDsUnderARace(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	var group sync.WaitGroup
	statuses := make(chan int, 20)
	for range 20 {
		group.Go(func() {
			r, err := b.send(b.request(t.Context(), b.TestKey(), "POST", "/v1/cohorts",
				`{"type": "list", "name": "n", "referenceId": "vip"}`))
			if err != nil {
				t.Error(err)
			}
			statuses <- r.status
		})
	}
	group.Wait()
	close(statuses)
	count := map[int]int{}
	for status := range statuses {
		count[status]++
	}
	if count[201] != 1 || count[417] != 19 {
		t.Errorf("the answers are %v, want one 201 and nineteen 417", count)
	}
}

func TestHugeBody(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{})
	b.lax = true
	r, err := b.send(b.request(t.Context(), b.TestKey(), "POST", "/v1/perks",
		`{"internalName": "`+strings.Repeat("a", 8<<20)+`"}`))
	if err == nil && (r.status != 417 || !strings.Contains(r.raw, "The body could not be read")) {
		t.Errorf("got %d %.100s", r.status, r.raw)
	}
	if b.perks() != 0 {
		t.Errorf("%d perks, want none", b.perks())
	}
	b.play(`POST /v1/perks {"internalName": "` + strings.Repeat("a", 1<<20) + `"} => 201`)
}
