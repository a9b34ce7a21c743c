package export_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/export"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/core"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/population"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/sample"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// service is a sandbox with a test and a live merchant.
type service struct {
	*sandbox.Sandbox
	t *testing.T
}

func newService(t *testing.T) service {
	t.Helper()
	s, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	// The commands read the address from the environment, which parallel tests cannot set.
	return service{s, t}
}

func (s service) key(mode merchants.Mode) string {
	if mode == merchants.ModeLive {
		return s.LiveKey()
	}
	return s.TestKey()
}

// at is a merchant, for the population.
func (s service) at(mode merchants.Mode) population.Merchant {
	return population.Merchant{URL: s.URL(), Key: s.key(mode)}
}

// fill makes objects in a merchant.
func (s service) fill(mode merchants.Mode, p population.Plan) population.Made {
	s.t.Helper()
	made, err := population.Fill(s.t.Context(), s.at(mode), p)
	if err != nil {
		s.t.Fatal(err)
	}
	return made
}

// source is a merchant, for the commands.
func (s service) source(mode merchants.Mode) provider.Source {
	return provider.Source{Mode: mode, Key: s.key(mode), URL: s.URL()}
}

// read reads a merchant as the commands do.
func (s service) read(mode merchants.Mode) *portable.Merchant {
	s.t.Helper()
	reader, err := provider.Open(s.t.Context(), "test", s.source(mode))
	if err != nil {
		s.t.Fatal(err)
	}
	m, err := portable.Read(s.t.Context(), reader, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return m
}

// export exports a merchant, compared with the other one if asked.
func (s service) export(mode merchants.Mode, compared bool, o export.Options) *export.Export {
	s.t.Helper()
	var other *portable.Merchant
	if compared {
		other = s.read(otherMode(mode))
	}
	e, err := export.New(s.read(mode), other, o)
	if err != nil {
		s.t.Fatal(err)
	}
	return e
}

func otherMode(mode merchants.Mode) merchants.Mode {
	if mode == merchants.ModeTest {
		return merchants.ModeLive
	}
	return merchants.ModeTest
}

// core is Terraform, without Terraform, with the states of an earlier run or nil.
func (s service) core(mode merchants.Mode, states map[string]cty.Value) *core.Core {
	s.t.Helper()
	return core.New(s.t, core.Merchant{URL: s.URL(), Key: s.key(mode), Mode: string(mode)}, states)
}

// run plans an export for a merchant, and applies it if asked, without Terraform.
func (s service) run(e *export.Export, mode merchants.Mode, apply bool) (core.Summary, *core.Core) {
	s.t.Helper()
	c := s.core(mode, nil)
	plan := c.Plan(e.Files, "env/"+string(mode), e.Variables(mode))
	if apply {
		c.Apply()
	}
	return plan, c
}

const (
	test = merchants.ModeTest
	live = merchants.ModeLive
)

// TestExport_adopts checks with many merchants that the first plan of an export imports every
// object and changes nothing, in one plan and in the next.
func TestExport_adopts(t *testing.T) {
	t.Parallel()
	for seed := range sample.Seeds(1000) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			made := s.fill(test, population.Plan{Seed: uint64(seed), Objects: 14, Hostile: true})
			e := s.export(test, false, export.Options{})
			plan, _ := s.run(e, test, false)
			if want := (core.Summary{Imports: len(made.Objects)}); plan.String() != want.String() {
				t.Errorf("the plan is %s, want %s", plan, want)
			}
			searchSecrets(t, e, made)
		})
	}
}

// searchSecrets fails if a file has an id or a secret of the merchant in it.
func searchSecrets(t *testing.T, e *export.Export, made population.Made) {
	t.Helper()
	for name, content := range e.Files {
		if strings.HasSuffix(name, "stamp.tf") {
			continue
		}
		for _, id := range made.IDs {
			if bytes.Contains(content, []byte(id)) {
				t.Errorf("%s has the id %s in it", name, id)
			}
		}
		for _, secret := range made.Secrets {
			if len(secret) > 3 && bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s has the secret %q in it", name, secret)
			}
		}
	}
}

// TestExport_roundTrip checks that what an export makes in an empty merchant exports to the same
// bytes.
func TestExport_roundTrip(t *testing.T) {
	t.Parallel()
	for seed := range sample.Seeds(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			made := s.fill(test, population.Plan{Seed: uint64(seed), Objects: 40, Hostile: seed%2 == 0})
			e := s.export(test, false, export.Options{})
			plan, _ := s.run(e, live, true)
			if want := (core.Summary{Adds: len(made.Objects)}); plan.String() != want.String() {
				t.Fatalf("the plan is %s, want %s", plan, want)
			}
			again := s.export(live, false, export.Options{})
			compareFiles(t, e.Files, again.Files)
		})
	}
}

// TestExport_halfMade checks with a live merchant that has some of the objects, some of them
// edited, that one plan imports these, creates the others and removes nothing; afterwards both
// merchants are the same.
func TestExport_halfMade(t *testing.T) {
	t.Parallel()
	for seed := range sample.Seeds(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			made := s.fill(test, population.Plan{Seed: uint64(seed), Objects: 40, Hostile: seed%2 == 0})
			copied := s.copy(0.4, 0.3, uint64(seed))
			e := s.export(test, false, export.Options{})
			plan, c := s.run(e, live, true)
			edited := 0
			for _, o := range copied.Objects {
				if len(o.Edits) > 0 {
					edited++
				}
			}
			if plan.Imports != len(copied.Objects) || plan.Adds != len(made.Objects)-len(copied.Objects) ||
				len(plan.Changes) > edited || replaced(plan) {
				t.Errorf("the plan is %s, want %d to import, %d to add, at most %d to change", plan, len(copied.Objects),
					len(made.Objects)-len(copied.Objects), edited)
			}
			again := s.core(live, c.States).Plan(e.Files, "env/live", e.Variables(test))
			if again.String() != (core.Summary{}).String() {
				t.Errorf("the second plan is %s", again)
			}
			compareFiles(t, e.Files, s.export(live, false, export.Options{}).Files)
		})
	}
}

// copy makes a share of the objects of test in live, and edits some.
func (s service) copy(share, edited float64, seed uint64) population.Made {
	s.t.Helper()
	copied, err := population.Copy(s.t.Context(), s.at(test), s.at(live), share, edited, seed)
	if err != nil {
		s.t.Fatal(err)
	}
	return copied
}

func replaced(p core.Summary) bool {
	return slices.ContainsFunc(p.Changes, func(change string) bool { return strings.HasSuffix(change, "(replaced)") })
}

// TestExport_differences checks that what differs between two merchants becomes variables, so that
// the plans of both change nothing.
func TestExport_differences(t *testing.T) {
	t.Parallel()
	for seed := range sample.Seeds(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			made := s.fill(test, population.Plan{Seed: uint64(seed), Objects: 40, Hostile: seed%2 == 0})
			copied := s.copy(0.7, 0.6, uint64(seed))
			e := s.export(test, true, export.Options{})
			plan, _ := s.run(e, test, false)
			if want := (core.Summary{Imports: len(made.Objects)}); plan.String() != want.String() {
				t.Errorf("the plan of test is %s, want %s", plan, want)
			}
			plan, _ = s.run(e, live, false)
			want := core.Summary{Imports: len(copied.Objects), Adds: len(made.Objects) - len(copied.Objects)}
			if plan.String() != want.String() || e.Report.Plans[1].Import != want.Imports || e.Report.Plans[1].Add != want.Adds {
				t.Errorf("the plan of live is %s, want %s; the report says %s", plan, want, e.Report.Plans[1])
			}
			searchSecrets(t, e, made)
			searchSecrets(t, e, copied)
		})
	}
}

// TestExport_untidy checks with the leftovers of a team that the first plan changes only keys, that
// the next is empty, and that an empty merchant can be made from it.
func TestExport_untidy(t *testing.T) {
	t.Parallel()
	for seed := range sample.Seeds(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			made := s.fill(test, population.Plan{Seed: uint64(seed), Objects: 60, Hostile: seed%2 == 0, Untidy: true})
			e := s.export(test, false, export.Options{})
			first := e.Report.Plans[0]
			plan, c := s.run(e, test, true)
			if plan.Imports != first.Import || plan.Adds != 0 || len(plan.Changes) != first.Change || replaced(plan) {
				t.Errorf("the plan is %s, want %s", plan, first)
			}
			again := s.core(test, c.States).Plan(e.Files, "env/test", e.Variables(test))
			if again.String() != (core.Summary{}).String() {
				t.Errorf("the second plan is %s", again)
			}
			// An id of another merchant is for a person to supply.
			if noted(e, "unresolved") == 0 {
				if plan, _ := s.run(e, live, true); plan.Imports != 0 || plan.Adds != first.Import {
					t.Errorf("the plan of the empty merchant is %s, want %d to add", plan, first.Import)
				}
			}
			searchSecrets(t, e, made)
			if left := len(made.Objects) - first.Import; left != noted(e, "over")+noted(e, "refused") {
				t.Errorf("%d objects are not in the configuration, and the notes name %d", left, noted(e, "over"))
			}
		})
	}
}

// noted counts the items of a note.
func noted(e *export.Export, id string) int {
	for _, note := range e.Report.Todo {
		if note.ID == id {
			return len(note.Items)
		}
	}
	return 0
}

// compareFiles fails where the configurations of two merchants differ. EXPORT.md names the
// merchant.
func compareFiles(t *testing.T, first, second map[string][]byte) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(first)) {
		if name != "EXPORT.md" && !bytes.Equal(first[name], second[name]) {
			t.Errorf("%s differs:\n%s\n---\n%s", name, first[name], second[name])
		}
	}
	if len(first) != len(second) {
		t.Errorf("%d files and %d", len(first), len(second))
	}
}
