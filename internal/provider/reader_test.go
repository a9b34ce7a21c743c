package provider_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// managed is one resource as Terraform keeps it between two runs.
type managed struct {
	typeName string
	state    *tfprotov6.DynamicValue
	private  []byte
}

// imported returns a resource of which only the id is known.
func (p *protocolClient) imported(t *testing.T, typeName, id string) managed {
	t.Helper()
	answer, err := p.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: typeName, ID: id})
	if err != nil {
		t.Fatal(err)
	}
	noErrors(t, answer.Diagnostics)
	return managed{typeName, answer.ImportedResources[0].State, answer.ImportedResources[0].Private}
}

// refreshAtOnce reads resources as a plan does, ten at a time, and returns their new states.
func (p *protocolClient) refreshAtOnce(t *testing.T, resources []managed) []managed {
	t.Helper()
	now := make([]managed, len(resources))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range 10 {
		workers.Go(func() {
			for at := int(next.Add(1)) - 1; at < len(resources); at = int(next.Add(1)) - 1 {
				before := resources[at]
				answer, err := p.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
					TypeName:     before.typeName,
					CurrentState: before.state,
					Private:      before.private,
				})
				if err != nil || len(answer.Diagnostics) > 0 {
					t.Errorf("reading a %s: %v %v", before.typeName, err, answer)
					return
				}
				now[at] = managed{before.typeName, answer.NewState, answer.Private}
			}
		})
	}
	workers.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return now
}

// TestReader_manyOfMany checks that the cost of a refresh grows with the pages and not with the
// resources.
func TestReader_manyOfMany(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Seed: 4})
	first := w.protocol(t)
	var perks []managed
	for i := range 300 {
		perks = append(perks,
			first.imported(t, "cohort_perk",
				w.post(t, "/v1/perks", fmt.Sprintf(`{"internalName":"perk-%d","title":{"en":"Perk %d"}}`, i, i))))
	}
	w.Reset()
	perks = first.refreshAtOnce(t, perks)
	// Imported resources are read by id.
	if sent := len(w.byID()); sent != 300 {
		t.Errorf("%d perks were read by id to import 300", sent)
	}
	// Ten parallel reads need ten connections, and a few more if one becomes idle an instant too late.
	// Without reuse there would be 300.
	if opened := w.Stats().Connections; opened > 50 {
		t.Errorf("%d connections were opened, want about 10", opened)
	}

	w.Reset()
	w.protocol(t).refreshAtOnce(t, perks)
	// A refresh takes three pages. A loaded machine takes three more for each half minute, because
	// rows expire.
	if sent := w.Stats().Requests; sent < 3 || sent > 15 {
		t.Errorf("a refresh of 300 perks took %d requests, want 3", sent)
	}
}

// byID returns the paths of the reads by id.
func (w *world) byID() []string {
	var paths []string
	for _, e := range w.History() {
		if e.Method == http.MethodGet && objectPath.MatchString(e.Path) {
			paths = append(paths, e.Path)
		}
	}
	return paths
}

var objectPath = regexp.MustCompile(`^/v1/[a-z-]+/[0-9a-f-]{36}$`)

// TestReader_one checks that a single managed resource costs one request, from a listing or by id.
func TestReader_one(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Seed: 5})
	first := w.protocol(t)
	perk := first.imported(t, "cohort_perk", w.post(t, "/v1/perks", `{"internalName":"perk"}`))
	perks := first.refreshAtOnce(t, []managed{perk})
	w.Reset()
	w.protocol(t).refreshAtOnce(t, perks)
	if sent := w.Stats().Requests; sent != 1 {
		t.Errorf("a refresh of one perk of one took %d requests, want 1", sent)
	}
}

// TestReader_newAmongOld checks that the search for objects with the key of a new one uses the
// listing that the reads loaded.
func TestReader_newAmongOld(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Seed: 7})
	first := w.protocol(t)
	var perks []managed
	for i := range 120 {
		perks = append(perks,
			first.imported(t, "cohort_perk", w.post(t, "/v1/perks", fmt.Sprintf(`{"internalName":"perk-%d"}`, i))))
	}
	perks = first.refreshAtOnce(t, perks)
	w.Reset()
	p := w.protocol(t)
	p.refreshAtOnce(t, perks)
	p.create(t, "cohort_perk", map[string]any{"internal_name": "new"})
	p.create(t, "cohort_perk", map[string]any{"internal_name": "newer"})
	if sent, writes := w.Stats().Requests, w.Stats().ByMethod["POST"]; sent != 2+2 || writes != 2 {
		t.Errorf("a refresh of 120 perks and two new ones took %d requests, %d of them writes, want 2 pages and 2 creates",
			sent, writes)
	}
}

// TestReader_ownWrites checks that a search by key finds what this run has created since the
// listing was loaded.
func TestReader_ownWrites(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Seed: 8})
	p := w.protocol(t)
	w.post(t, "/v1/perks", `{"internalName":"old"}`)
	p.imported(t, "cohort_perk", "old")
	p.create(t, "cohort_perk", map[string]any{"internal_name": "new"})
	p.imported(t, "cohort_perk", "new")
}

// TestReader_fewOfMany checks that a few resources do not load a long listing.
func TestReader_fewOfMany(t *testing.T) {
	t.Parallel()
	const perks, page = 100_000, 100
	var requests atomic.Int64
	row := func(n int) map[string]any {
		return map[string]any{
			"id":           strconv.Itoa(n),
			"internalName": fmt.Sprint("perk-", n),
			"type":         "none",
			"status":       "draft",
		}
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		w.Header().Set("Content-Type", "application/json")
		if id, ok := strings.CutPrefix(r.URL.Path, "/v1/perks/"); ok {
			n, _ := strconv.Atoi(id)
			_ = json.NewEncoder(w).Encode(row(n))
			return
		}
		from, _ := strconv.Atoi(r.URL.Query().Get("cursor"))
		var rows []any
		for n := from; n < from+page; n++ {
			rows = append(rows, row(n))
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"data": rows, "nextCursor": strconv.Itoa(from + page), "total": perks})
	}))
	t.Cleanup(s.Close)
	configured := func() *protocolClient { return protocolFor(t, s.URL, "test_0123456789abcdef0123456789abcdef") }
	first := configured()
	few := first.refreshAtOnce(t, []managed{
		first.imported(t, "cohort_perk", "id:1000"), first.imported(t, "cohort_perk", "id:50000"),
		first.imported(t, "cohort_perk", "id:99999"),
	})
	requests.Store(0)
	configured().refreshAtOnce(t, few)
	if sent := requests.Load(); sent > 4 {
		t.Errorf("a refresh of 3 perks of 100,000 took %d requests, want at most 4", sent)
	}
}

// TestReader_get checks the setting that makes all reads go by id.
func TestReader_get(t *testing.T) {
	t.Setenv("COHORT_READ_STRATEGY", "get")
	w := newWorld(t, sandbox.Options{Seed: 6})
	p := w.protocol(t)
	var perks []managed
	for i := range 20 {
		perks = append(perks,
			p.imported(t, "cohort_perk", w.post(t, "/v1/perks", fmt.Sprintf(`{"internalName":"perk-%d"}`, i))))
	}
	perks = p.refreshAtOnce(t, perks)
	w.Reset()
	p.refreshAtOnce(t, perks)
	if sent, byID := w.Stats().Requests, len(w.byID()); sent != 20 || byID != 20 {
		t.Errorf("a refresh of 20 perks took %d requests, %d of them by id, want 20 and 20", sent, byID)
	}
}

func TestReader_strategyUnknown(t *testing.T) {
	t.Setenv("COHORT_READ_STRATEGY", "list")
	w := newWorld(t, sandbox.Options{Seed: 6})
	said := newPlugin(t).configure(fmt.Sprintf("api_key = %q\napi_url = %q", w.TestKey(), w.URL()))
	if len(said) != 1 || said[0].summary != "Unknown read strategy" ||
		!strings.Contains(said[0].detail, `COHORT_READ_STRATEGY is "list"; write auto or get`) {
		t.Errorf("got %v", said)
	}
}
