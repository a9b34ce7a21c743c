package pull_test

import (
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/core"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/population"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/pull"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// world is a merchant, the files of a root, and a Terraform without Terraform.
type world struct {
	t testing.TB
	s *sandbox.Sandbox
	c *core.Core
	// dir is the parent of everything, and root the directory of the root in it.
	dir, root string
}

func newWorld(t testing.TB, root string, files map[string]string) *world {
	t.Helper()
	s, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w := &world{t: t, s: s, dir: t.TempDir(), root: root}
	w.c = core.New(t, core.Merchant{URL: s.URL(), Key: s.TestKey(), Mode: "test"}, nil)
	for name, content := range files {
		w.write(name, content)
	}
	return w
}

func (w *world) merchant() population.Merchant {
	return population.Merchant{URL: w.s.URL(), Key: w.s.TestKey()}
}

func (w *world) write(name, content string) {
	w.t.Helper()
	path := filepath.Join(w.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// files are all files with HCL.
func (w *world) files() map[string][]byte {
	w.t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(w.dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".tf" {
			return err
		}
		name, err := filepath.Rel(w.dir, path)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return files
}

// apply makes the merchant what the files say.
func (w *world) apply() {
	w.t.Helper()
	w.c.Plan(w.files(), w.root, nil)
	w.c.Apply()
}

// plan plans, as terraform plan: it leaves the state as it is.
func (w *world) plan() *planreview.Plan {
	w.t.Helper()
	states := maps.Clone(w.c.States)
	w.c.Plan(w.files(), w.root, nil)
	content := w.c.JSON()
	w.c.States = states
	plan, err := planreview.Read(w.t.Context(), content)
	if err != nil {
		w.t.Fatal(err)
	}
	return plan
}

// planAgain plans, unless the provider refuses the configuration.
func (w *world) planAgain() (plan *planreview.Plan, summary core.Summary, refused bool) {
	w.t.Helper()
	quiet := &listener{TB: w.t}
	var content []byte
	ended := make(chan struct{})
	go func() { // It may end early.
		defer close(ended)
		c := core.New(quiet, core.Merchant{URL: w.s.URL(), Key: w.s.TestKey(), Mode: "test"}, w.c.States)
		summary = c.Plan(w.files(), w.root, nil)
		content = c.JSON()
	}()
	<-ended
	if quiet.Failed() {
		return nil, summary, true
	}
	plan, err := planreview.Read(w.t.Context(), content)
	if err != nil {
		w.t.Fatal(err)
	}
	return plan, summary, false
}

// listener takes the errors of a test.
type listener struct {
	testing.TB

	mu     sync.Mutex
	failed bool
}

func (l *listener) Errorf(string, ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed = true
}

func (l *listener) FailNow() {
	l.Errorf("")
	runtime.Goexit()
}

func (l *listener) Failed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failed
}

// pull pulls what a plan shows, and writes.
func (w *world) pull(plan *planreview.Plan) pull.Report {
	w.t.Helper()
	pulled, err := pull.New(filepath.Join(w.dir, w.root), plan, pull.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	if err := pulled.Write(); err != nil {
		w.t.Fatal(err)
	}
	return pulled.Report
}

// patch edits an object as somebody in the dashboard does.
func (w *world) patch(collection, name string, properties map[string]any) {
	w.t.Helper()
	for _, o := range w.s.Objects("test", collection) {
		if o["internalName"] == name || o["referenceId"] == name {
			if err := w.s.PatchObject(o["id"].(string), properties); err != nil {
				w.t.Fatal(err)
			}
			return
		}
	}
	w.t.Fatalf("there is no %s in %s", name, collection)
}
