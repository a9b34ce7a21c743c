package export_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/export"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/population"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/sample"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// TestExport_deterministic checks that the files depend neither on the order nor on the pages of
// the lists.
func TestExport_deterministic(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.fill(test, population.Plan{Seed: 1, Objects: 120, Hostile: true, Untidy: true})
	rng := rand.New(rand.NewPCG(1, 2))
	seen := map[[sha256.Size]byte]bool{}
	for range 1 + sample.Of(50) {
		if err := s.AddFault(sandbox.Fault{
			Method: "GET", Count: -1, PageSize: 1 + rng.IntN(40), Reorder: []string{"data"},
			Delay: sandbox.Duration(rng.Int64N(int64(time.Millisecond))),
		}); err != nil {
			t.Fatal(err)
		}
		files := s.export(test, false, export.Options{}).Files
		var all bytes.Buffer
		for _, name := range slices.Sorted(maps.Keys(files)) {
			fmt.Fprintf(&all, "%s\n%s\n", name, files[name])
		}
		seen[sha256.Sum256(all.Bytes())] = true
		s.ClearFaults()
	}
	if len(seen) != 1 {
		t.Errorf("the exports of one merchant are %d different ones", len(seen))
	}
}

// TestExport_requests checks that reading costs the pages of the lists, and no request for an
// object.
func TestExport_requests(t *testing.T) {
	t.Parallel()
	s := newService(t)
	made := s.fill(test, population.Plan{Seed: 1, Objects: 2000})
	count := map[string]int{}
	for _, o := range made.Objects {
		count[o.Kind]++
	}
	pages := 0
	for _, n := range count {
		pages += (n + 99) / 100
	}
	s.Reset()
	s.export(test, false, export.Options{})
	stats := s.Stats()
	if stats.Requests > pages+1 || stats.ByMethod["GET"] != stats.Requests {
		t.Errorf("%d requests, %v, for %d pages", stats.Requests, stats.ByMethod, pages)
	}
}

// TestExport_unmodeled checks that a property that the provider does not know is reported for each
// object.
func TestExport_unmodeled(t *testing.T) {
	t.Parallel()
	s := newService(t)
	made := s.fill(test, population.Plan{Seed: 1, Objects: 30})
	blue := map[string]any{"data[].shade": "blue"}
	if err := s.AddFault(sandbox.Fault{Method: "GET", Count: -1, Set: blue}); err != nil {
		t.Fatal(err)
	}
	e := s.export(test, false, export.Options{})
	if got := noted(e, "unmodeled"); got != len(made.Objects) {
		t.Errorf("%d of %d unknown properties are reported", got, len(made.Objects))
	}
	if !bytes.Contains(e.Files["EXPORT.md"], []byte("`shade`")) {
		t.Errorf("EXPORT.md does not name the property:\n%s", e.Files["EXPORT.md"])
	}
}

// TestExport_selection checks that a selection leaves out the others, and looks up what is referred
// to.
func TestExport_selection(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options       export.Options
		kinds         []string
		data, refused string
	}{
		"only a kind":    {export.Options{Only: []string{"badge"}}, []string{"badges"}, `data "cohort_`, ""},
		"without a kind": {export.Options{Exclude: []string{"perk", "campaign"}}, nil, "", ""},
		"a glob":         {export.Options{Only: []string{"perk:*"}}, []string{"perks"}, "", ""},
		"a glob of none": {
			export.Options{Only: []string{"perk:x-*-y"}}, nil, "", "no object of the test merchant matches perk:x-*-y",
		},
		"an unknown kind": {
			export.Options{Only: []string{"perks"}}, nil, "", `--only "perks" names no kind; write one of user_property,`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			s.fill(test, population.Plan{Seed: 3, Objects: 40})
			e, err := export.New(s.read(test), nil, c.options)
			if c.refused != "" {
				if err == nil || !strings.Contains(err.Error(), c.refused) {
					t.Errorf("the error is %v, want %q in it", err, c.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if c.data != "" && !bytes.Contains(e.Files["modules/loyalty/data.tf"], []byte(c.data)) {
				t.Errorf("nothing is looked up: %s", e.Files["modules/loyalty/data.tf"])
			}
			for _, kind := range c.kinds {
				if e.Files["modules/loyalty/"+kind+".tf"] == nil {
					t.Errorf("there are no %s", kind)
				}
			}
			for _, pattern := range c.options.Exclude {
				if e.Files["modules/loyalty/"+pattern+"s.tf"] != nil {
					t.Errorf("there are %ss", pattern)
				}
			}
		})
	}
}

// TestWrite checks what happens to a directory that is not empty.
func TestWrite(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.fill(test, population.Plan{Seed: 1, Objects: 20})
	e := s.export(test, false, export.Options{})
	put := func(t *testing.T, directory, name, content string) {
		t.Helper()
		path := filepath.Join(directory, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const ours = "# Written by terraform-provider-cohort export. Checksum: e3b0c44298.\n"
	for name, c := range map[string]struct {
		held    map[string]string
		force   bool
		refused string
		gone    []string
	}{
		"a new directory":   {},
		"somebody's file":   {held: map[string]string{"README.md": "mine"}, refused: "is not empty. Nothing was written"},
		"an earlier export": {held: map[string]string{"EXPORT.md": ours}, refused: "is not empty. Nothing was written"},
		"forced, an old export": {
			held: map[string]string{"modules/loyalty/data.tf": ours}, force: true, gone: []string{"modules/loyalty/data.tf"},
		},
		"forced, a copy": {held: map[string]string{"modules/loyalty/mine.tf": ours}, force: true},
		"forced, an edited export": {
			held: map[string]string{"env/live/main.tf": ours + "# mine"}, force: true,
			refused: "somebody has edited env/live/main.tf in DIR since it was exported. Nothing was written",
		},
		"forced, another file": {held: map[string]string{"README.md": "mine", "env/test/backend.tf": "mine"}, force: true},
		"forced, in the way": {
			held: map[string]string{"env/test/main.tf": "mine"}, force: true,
			refused: "no export wrote env/test/main.tf in DIR. Nothing was written",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			directory := filepath.Join(t.TempDir(), "out")
			for name, content := range c.held {
				put(t, directory, name, content)
			}
			_, err := e.Write(directory, c.force)
			if c.refused != "" {
				if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), directory, "DIR"), c.refused) {
					t.Errorf("the error is %v, want %q in it", err, c.refused)
				}
			} else if err != nil {
				t.Fatal(err)
			} else if differ, err := e.Differences(directory); err != nil || len(differ) > 0 {
				t.Errorf("%v differ from what was written, %v", differ, err)
			}
			for name, content := range c.held {
				held, err := os.ReadFile(filepath.Join(directory, name))
				switch {
				case slices.Contains(c.gone, name):
					if err == nil {
						t.Errorf("%s is still there", name)
					}
				case string(held) != content:
					t.Errorf("%s is now %q, %v", name, held, err)
				}
			}
			if c.refused != "" && e.Files["versions.tf"] == nil {
				if _, err := os.Stat(filepath.Join(directory, "modules/loyalty/versions.tf")); err == nil {
					t.Error("something was written")
				}
			}
		})
	}
}

// TestDifferences checks that each way in which a directory may differ is named.
func TestDifferences(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.fill(test, population.Plan{Seed: 1, Objects: 20})
	e := s.export(test, false, export.Options{})
	directory := t.TempDir()
	if _, err := e.Write(directory, false); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"modules/loyalty/data.tf":  "# Written by terraform-provider-cohort export.\n",
		"modules/loyalty/perks.tf": "changed",
		"modules/loyalty/mine.tf":  "mine",
	} {
		if err := os.WriteFile(filepath.Join(directory, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(filepath.Join(directory, "env/live/adopt.tf")); err != nil {
		t.Fatal(err)
	}
	differ, err := e.Differences(directory)
	if want := "env/live/adopt.tf modules/loyalty/data.tf modules/loyalty/perks.tf"; err != nil ||
		strings.Join(differ, " ") != want {
		t.Errorf("%v, %v differ, want %s", differ, err, want)
	}
}
