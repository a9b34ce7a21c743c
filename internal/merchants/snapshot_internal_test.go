package merchants

import (
	"encoding/json"
	"fmt"
	"testing"
)

// TestSnapshot_otherPages checks that a snapshot answers in the form of pages that the descriptor
// expects, whichever that is.
func TestSnapshot_otherPages(t *testing.T) {
	for name, form := range map[string]pageForm{
		"cursor":   pagesByCursor,
		"numbered": {rows: "items", total: "count", limit: "perPage", cursor: "page", numbered: true},
		"untold":   {rows: "items", limit: "perPage", cursor: "page", numbered: true},
		"offset":   {rows: "results", next: "offset", limit: "take", cursor: "offset"},
	} {
		for _, total := range []int{0, 1, 99, 100, 101, 250} {
			s := &Snapshot{Mode: ModeTest, collections: map[string][]kept{}}
			for i := range total {
				object, err := json.Marshal(map[string]any{"id": fmt.Sprint(i), "internalName": "perk"})
				if err != nil {
					t.Fatal(err)
				}
				if err := s.keep(&perks, object); err != nil {
					t.Fatal(err)
				}
			}
			s.finish()
			client, err := New(Config{Snapshot: s})
			if err != nil {
				t.Fatal(err)
			}
			given := map[ID]bool{}
			func() {
				defer func(assumed pageForm) { perks.pages = assumed }(perks.pages)
				perks.pages = form
				for row, err := range client.rows(t.Context(), &perks, nil) {
					if err != nil {
						t.Fatalf("%s: %s", name, err)
					}
					given[row.id] = true
				}
			}()
			if len(given) != total {
				t.Errorf("%s: %d of %d objects were listed", name, len(given), total)
			}
		}
	}
}

// TestSnapshot_everyCollection checks that a snapshot has every collection that a descriptor names.
func TestSnapshot_everyCollection(t *testing.T) {
	t.Parallel()
	client, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	named := map[*descriptor]bool{}
	for _, of := range client.every() {
		named[of.described()] = true
	}
	for _, d := range descriptors {
		if !named[d] {
			t.Errorf("every lacks the collection of %s %s", d.path, d.only)
		}
	}
}
