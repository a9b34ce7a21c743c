package pull_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/pull"
)

const oldList, newList = "resource \"cohort_list\" \"x\" {\n  name = \"Old\"\n" +
	"}\n", "resource \"cohort_list\" \"x\" {\n  name = \"New\"\n}\n"

// planned is a plan in which somebody renamed the list of the root and that of a module.
func planned() *planreview.Plan {
	return &planreview.Plan{Resources: []*planreview.Resource{
		edited("cohort_list.x", named("Old"), named("New")), edited("module.m.cohort_list.x", named("Old"), named("New")),
	}}
}

func newPlanned(t *testing.T) (desk, *pull.Pull) {
	t.Helper()
	d := newDesk(t, map[string]string{
		"env/main.tf": "module \"m\" {\n  source = \"../m\"\n}\n" + oldList, "m/main.tf": oldList,
	})
	p, err := pull.New(filepath.Join(d.dir, "env"), planned(), pull.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d, p
}

// held checks what the files have, and that nothing else is there.
func (d desk) held(env, m string) {
	d.t.Helper()
	if got := d.read("env/main.tf"); !strings.HasSuffix(got, env) {
		d.t.Errorf("the root has %q", got)
	}
	if got := d.read("m/main.tf"); got != m {
		d.t.Errorf("the module has %q", got)
	}
	for _, name := range []string{"env", "m"} {
		entries, err := os.ReadDir(filepath.Join(d.dir, name))
		if err != nil || len(entries) != 1 {
			d.t.Errorf("%s has %v, %v", name, entries, err)
		}
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	d, p := newPlanned(t)
	if err := os.Chmod(filepath.Join(d.dir, "m/main.tf"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := p.Write(); err != nil {
		t.Fatal(err)
	}
	d.held(newList, newList)
	if info, err := os.Stat(filepath.Join(d.dir, "m/main.tf")); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if len(p.Report.Shared) != 1 || !strings.HasSuffix(p.Report.Shared[0], "m/main.tf") {
		t.Errorf("shared are %q", p.Report.Shared)
	}
}

// TestWrite_none checks that nothing is written if one file cannot be, or was changed.
func TestWrite_none(t *testing.T) {
	t.Parallel()
	t.Run("changed", func(t *testing.T) {
		t.Parallel()
		d, p := newPlanned(t)
		d.write("m/main.tf", oldList+"# mine\n")
		if err := p.Write(); err == nil || !strings.Contains(err.Error(), "was changed in the meantime: run pull again") {
			t.Error(err)
		}
		d.held(oldList, oldList+"# mine\n")
	})
	t.Run("read-only", func(t *testing.T) {
		t.Parallel()
		d, p := newPlanned(t)
		if err := os.Chmod(filepath.Join(d.dir, "m/main.tf"), 0o400); err != nil {
			t.Fatal(err)
		}
		if err := p.Write(); err == nil || !strings.Contains(err.Error(), "is read-only") {
			t.Error(err)
		}
		d.held(oldList, oldList)
	})
	t.Run("gone", func(t *testing.T) {
		t.Parallel()
		d, p := newPlanned(t)
		if err := os.Remove(filepath.Join(d.dir, "m/main.tf")); err != nil {
			t.Fatal(err)
		}
		if err := p.Write(); err == nil {
			t.Error("no error")
		}
		if got := d.read("env/main.tf"); !strings.HasSuffix(got, oldList) {
			t.Error(got)
		}
	})
}

// TestWrite_links checks that a link stays one, and that its target is edited once, and named as
// shared.
func TestWrite_links(t *testing.T) {
	t.Parallel()
	d := newDesk(t, map[string]string{"common/lists.tf": oldList, "env/main.tf": ""})
	link := filepath.Join(d.dir, "env/lists.tf")
	if err := os.Symlink("../common/lists.tf", link); err != nil {
		t.Skip(err)
	}
	report := d.pull("env", pull.Options{}, edited("cohort_list.x", named("Old"), named("New")))
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", info.Mode(), err)
	}
	if got := d.read("common/lists.tf"); got != newList || len(report.Shared) != 1 {
		t.Errorf("%q, shared are %q", got, report.Shared)
	}
}

// TestNew_refuses checks what is refused before anything is written.
func TestNew_refuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files   map[string]string
		plan    *planreview.Plan
		options pull.Options
		want    string
	}{
		"a plan that failed": {nil, &planreview.Plan{Errored: true}, pull.Options{}, "make terraform plan work first"},
		"a file that is none": {
			map[string]string{"root/main.tf": "{"},
			planned(),
			pull.Options{},
			"main.tf cannot be read",
		},
		"JSON that is none": {
			map[string]string{"root/main.tf.json": "{"},
			planned(),
			pull.Options{},
			"main.tf.json cannot be read",
		},
		"a loop of modules": {
			map[string]string{
				"root/main.tf": "module \"m\" {\n  source = \"./\"\n}\n",
			}, planned(), pull.Options{}, "calls itself",
		},
		"a module that is not there": {
			map[string]string{
				"root/main.tf": "module \"m\" {\n  source = \"./m\"\n}\n",
			}, planned(), pull.Options{}, "no such file",
		},
		"no directory": {map[string]string{"root": ""}, planned(), pull.Options{}, "is not a directory"},
		"nothing":      {nil, planned(), pull.Options{}, "no such file"},
		"a kind of none": {
			map[string]string{"root/main.tf": ""},
			planned(),
			pull.Options{Only: []string{"perks"}},
			`--only "perks" names no kind`,
		},
		"a key of nobody": {
			map[string]string{"root/main.tf": ""},
			planned(),
			pull.Options{Only: []string{"list:y*"}},
			"no object of the plan matches --only list:y*",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, c.files)
			_, err := pull.New(filepath.Join(d.dir, "root"), c.plan, c.options)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v, want %q in it", err, c.want)
			}
		})
	}
}
